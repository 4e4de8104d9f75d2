"""What pricing needs of a board and does not change with prices: ways in and out of openings, times by slot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.board import Board
from matching.clockwork import Starts, advance, next_free_start
from matching.compiled import is_ready
from matching.quick import make_sheet
from matching.route import starts_of
from matching.travel import IntArray


class Grounds:
    """The fixed numbers of all arcs, and which arcs are still `alive`: dead ones cannot be in a better roster.

    Pricing asks `stop` now and then; what it has not looked at by then could be worth anything.
    """

    def __init__(self, board: Board, stop: Callable[[], bool] = lambda: False) -> None:
        self.stop = stop
        self.sheet = make_sheet(board, board.limit) if is_ready() and board.openings else None
        self.board = board
        arcs, table = board.arcs, board.fleet.openings
        worker, place = table.worker[arcs.opening], board.place[arcs.option]
        self.entry = board.limit.seconds(worker, table.origin[arcs.opening], place)
        self.onward = board.limit.seconds(worker, place, table.target[arcs.opening])
        self.begin = np.minimum(table.ready, table.low)
        self.alive = arcs.earliest <= arcs.latest
        self._span = table.due - self.begin + board.problem.buffer + 1
        self._finishes: dict[int, IntArray] = {}
        self._latest_arrivals: dict[int, IntArray] = {}

    def slots(self, wanted: int) -> int:
        """So many slots, or more if the shortest visit would not fill one: then time could not be seen to pass."""
        arcs, board = self.board.arcs, self.board
        shortest = int(board.starts.seconds[arcs.option].min(initial=86_400)) + board.problem.buffer
        longest = int(self._span[arcs.opening].max(initial=1))
        return max(wanted, -(-longest // shortest) + 1)

    def width(self, slots: int) -> IntArray:
        """Seconds in a slot of each opening."""
        return np.maximum(1, -(-self._span // slots))

    def entry_slots(self, slots: int) -> IntArray:
        """For each arc: the slot in which one is there when coming straight into the opening."""
        arcs, table = self.board.arcs, self.board.fleet.openings
        breaks = self.board.fleet.breaks[table.worker[arcs.opening]]
        there = advance(table.ready[arcs.opening], self.entry, breaks)
        slot = (there - self.begin[arcs.opening]) // self.width(slots)[arcs.opening]
        return np.asarray(np.minimum(slot, slots), dtype=np.int64)

    def finishes(self, slots: int) -> IntArray:
        """For each arc: the slot in which one is free again when arriving in each slot; `slots` where too late."""
        if slots not in self._finishes:
            self._finishes[slots] = self._find_finishes(slots)
        return self._finishes[slots]

    def latest_arrivals(self, slots: int) -> IntArray:
        """For each arc: the last slot of arrival from which one is free by each slot; -1 if there is none."""
        if slots not in self._latest_arrivals:
            finish = self.finishes(slots).astype(np.int64)
            row = np.arange(len(finish))[:, None] * (slots + 1)
            counts = np.bincount((row + finish).reshape(-1), minlength=len(finish) * (slots + 1))
            upto = np.cumsum(counts.reshape(-1, slots + 1)[:, :slots], axis=1) - 1
            self._latest_arrivals[slots] = upto.astype(np.int16)
        return self._latest_arrivals[slots]

    def _find_finishes(self, slots: int) -> IntArray:
        board, arcs = self.board, self.board.arcs
        begin, width = self.begin[arcs.opening, None], self.width(slots)[arcs.opening, None]
        start = np.maximum(begin + np.arange(slots) * width, arcs.earliest[:, None])
        allowed = starts_of(board, arcs.option)
        wide = Starts(allowed.windows[:, None], allowed.step[:, None], allowed.seconds[:, None])
        breaks = board.fleet.breaks[board.fleet.openings.worker[arcs.opening]][:, None]
        start = next_free_start(wide, start, breaks)
        free = start + wide.seconds + board.problem.buffer - begin
        slot = np.minimum(free // width, slots - 1)
        return np.where(start <= arcs.latest[:, None], slot, slots).astype(np.int16)
