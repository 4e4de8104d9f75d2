"""Ways between visits, looked up instead of computed again where a table of them fits into memory."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from matching.problem import Haversine, Problem
from matching.times import Times
from matching.travel import IntArray

MOST_OPTIONS = 2500
MOST_KINDS = 6


class Legs:
    """Seconds between the places of options for a worker; workers of one speed (or mode) share a table."""

    def __init__(self, problem: Problem, times: Times, place: IntArray) -> None:
        self._times, self._place = times, place
        by_speed = isinstance(problem.travel, Haversine)
        kinds = [worker.speed if by_speed else worker.mode for worker in problem.workers]
        names = sorted(set(kinds), key=str)
        self.kind = np.array([names.index(kind) for kind in kinds], dtype=np.int64)
        self.example = [kinds.index(name) for name in names]
        self._small = len(place) <= MOST_OPTIONS and len(names) <= MOST_KINDS
        self._table: IntArray | None = None
        self.sheets: dict[
            bool, Any
        ] = {}  # what `quick.make_sheet` has made of the board: with closed ways or real ones

    def bare(self) -> Legs:
        """The same ways for a board with other gains, of which no sheet is made yet."""
        other = copy.copy(self)
        other.sheets = {}
        return other

    def seconds(self, worker: IntArray, one: IntArray, other: IntArray) -> IntArray:
        """The way from option `one` to option `other`."""
        if not self._small:
            return self._times.seconds(worker, self._place[one], self._place[other])
        if self._table is None:
            self._table = self._build()
        return np.asarray(self._table[self.kind[worker], one, other])

    def _build(self) -> IntArray:
        many = len(self._place)
        table = np.zeros((len(self.example), many, many), dtype=np.int64)
        for kind, worker in enumerate(self.example):
            for row in range(many):
                here = np.full(many, self._place[row])
                table[kind, row] = self._times.seconds(np.full(many, worker), here, self._place)
        return table
