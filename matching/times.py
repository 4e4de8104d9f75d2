"""Travel seconds and metres between places, for many pairs at once and exactly the same for one."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np

from matching.problem import Problem
from matching.travel import FloatArray, Haversine, IntArray, Matrix, great_circle_m, unit_vectors

LARGEST_CLOSED = 1500


class RawTimes(NamedTuple):
    """What ways are computed from: unit vectors of places, or tables by mode and cell (no cells: no tables)."""

    vectors: FloatArray
    tables: IntArray
    mode: IntArray
    cell: IntArray


class Times:
    """Answers "how long, for this worker, from here to there" for arrays of indices of any matching shapes.

    With `closed` it answers with lower limits under which no detour is a short cut, as proofs need them: tables are
    closed over all detours (or, if that would take too long, zero); great circles are so already.
    """

    def __init__(self, problem: Problem, *, closed: bool = False) -> None:
        travel = problem.travel
        self._vectors = unit_vectors(problem.places)
        self._speeds = np.array([worker.speed for worker in problem.workers], dtype=np.float64)
        self._haversine = travel if isinstance(travel, Haversine) else None
        if isinstance(travel, Matrix):
            modes = list(travel.tables)
            tables = [travel.tables[mode] for mode in modes]
            self._tables = np.stack([_closure(table) for table in tables] if closed else tables)
            self._mode = np.array([modes.index(worker.mode) for worker in problem.workers], dtype=np.int64)
            self._cell = np.array(travel.cells or range(travel.size), dtype=np.int64)

    def seconds(self, worker: IntArray, origin: IntArray, target: IntArray) -> IntArray:
        """Whole seconds of travel; 0 between identical places."""
        if self._haversine is None:
            found = self._tables[self._mode[worker], self._cell[origin], self._cell[target]]
        else:
            metres = great_circle_m(self._vectors[origin], self._vectors[target])
            plain = self._haversine.fixed_seconds + self._haversine.detour * metres / self._speeds[worker]
            same = np.abs(self._vectors[origin] - self._vectors[target]).max(axis=-1) == 0
            found = np.where(same, 0, np.ceil(plain)).astype(np.int64)
        return np.where(np.equal(origin, target), 0, found)

    def of(self, workers: IntArray) -> Times:
        """The same ways for these workers, who are then known by their place in this list."""
        some = copy.copy(self)
        some._keep(workers)  # noqa: SLF001 - another of the same class
        return some

    def _keep(self, workers: IntArray) -> None:
        self._speeds = self._speeds[workers]
        if self._haversine is None:
            self._mode = self._mode[workers]

    def raw(self) -> RawTimes:
        """The numbers behind the answers, as arrays of the same types for every kind of travel."""
        vectors = np.array(self._vectors, dtype=np.float64, order="C").reshape(-1, 3)
        if self._haversine is not None:
            none = np.zeros(0, dtype=np.int64)
            return RawTimes(vectors, none.reshape(0, 0, 0), np.zeros(len(self._speeds), dtype=np.int64), none)
        return RawTimes(vectors, np.array(self._tables, order="C"), self._mode.copy(), self._cell.copy())

    def metres(self, origin: IntArray, target: IntArray) -> FloatArray:
        """Great-circle metres; 0 everywhere if the problem has no points."""
        if len(self._vectors) == 0:
            return np.zeros(np.broadcast(origin, target).shape)
        return great_circle_m(self._vectors[origin], self._vectors[target])


def _closure(table: IntArray) -> IntArray:
    """The shortest ways that legs of the table can be put together to."""
    if len(table) > LARGEST_CLOSED:
        return np.zeros_like(table)
    closed = table.copy()
    for via in range(len(closed)):
        np.minimum(closed, closed[:, via, None] + closed[None, via, :], out=closed)
    return closed
