"""An upper limit on what visits can still be worth in the rest of an opening, by a fractional knapsack over time.

For each opening and time slot the visits that can still begin then are filled in by worth per second of work and
shortest way. No feasible continuation is worth more, so labels below the limit can be dropped without losing proof.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.board import Board
from matching.travel import FloatArray, IntArray

SLOTS = 12


class Potential(NamedTuple):
    """Knapsacks of all (opening, slot) one after the other; `key` is block × `span` + filled seconds."""

    key: IntArray
    filled: IntArray
    worth: FloatArray
    density: FloatArray
    block: IntArray
    begin: IntArray
    width: IntArray
    span: int

    def limit(self, opening: IntArray, free: IntArray, end: IntArray) -> FloatArray:
        """The most that can be gained in these openings from `free` until `end`."""
        if len(self.key) == 0:
            return np.zeros(len(opening))
        room = np.clip(end - free, 0, self.span - 1)
        slot = np.clip((free - self.begin[opening]) // self.width[opening], 0, SLOTS - 1)
        block = opening * SLOTS + slot
        at = np.searchsorted(self.key, block * self.span + room, side="left")
        inside = np.minimum(at, len(self.key) - 1)
        before = np.where((at > 0) & (self.block[at - 1] == block), at - 1, -1)
        done = np.where(before >= 0, self.worth[before], 0.0)
        used = np.where(before >= 0, self.filled[before], 0)
        part = np.where((at < len(self.key)) & (self.block[inside] == block), self.density[inside], 0.0)
        return np.asarray(done + part * (room - used), dtype=np.float64)


def shortest_ways(board: Board) -> IntArray:
    """For each option the shortest way to it from any other place in seconds, for the fastest worker; 0 if unknown."""
    none = np.zeros(len(board.place), dtype=np.int64)
    speeds = np.array([worker.speed for worker in board.problem.workers])
    if not board.metric or len(speeds) == 0 or len(board.place) > 4000:
        return none
    fastest = int(speeds.argmax())
    places = np.unique(np.r_[board.place, board.fleet.start])
    for row, place in enumerate(board.place.tolist()):
        others = places[places != place]
        if len(others):
            one = np.full(len(others), fastest)
            none[row] = board.fleet.times.seconds(one, others, np.full(len(others), place)).min()
    return none


def build_potential(board: Board, shortest: IntArray, active: IntArray, adjusted: FloatArray) -> Potential:
    """Knapsacks over the active arcs (indices), each worth `adjusted` (all arcs) less its shortest way."""
    arcs, table = board.arcs, board.fleet.openings
    begin = np.minimum(table.ready, table.low)
    width = np.maximum(1, -(-(table.due - begin) // SLOTS))
    way = shortest[arcs.option[active]]
    worth = adjusted[active] - way * board.travel_rate
    weight = board.starts.seconds[arcs.option[active]] + way + board.problem.buffer
    opening = arcs.opening[active]
    last_slot = np.clip((arcs.latest[active] - begin[opening]) // width[opening], 0, SLOTS - 1)
    good = worth > 0
    opening, worth, weight, last_slot = opening[good], worth[good], weight[good], last_slot[good]
    repeat = last_slot + 1
    row = np.repeat(np.arange(len(opening)), repeat)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    block = opening[row] * SLOTS + slot
    density = worth[row] / weight[row]
    order = np.lexsort((-density, block))
    block, row, density = block[order], row[order], density[order]
    filled, total = _within(block, weight[row]), _within(block, worth[row])
    span = int(max(filled.max(initial=0), (table.due - begin).max(initial=0))) + 2
    key = block * span + np.minimum(filled, span - 1).astype(np.int64)
    return Potential(key, filled.astype(np.int64), total, density, block, begin, width, span)


def _within(block: IntArray, values: FloatArray | IntArray) -> FloatArray:
    """Running sums that begin anew in every block."""
    running = np.cumsum(values, dtype=np.float64)
    first = np.r_[True, np.diff(block) != 0] if len(block) else np.zeros(0, dtype=bool)
    offset = np.where(first, running - values, 0.0)
    return np.asarray(running - np.maximum.accumulate(offset), dtype=np.float64)
