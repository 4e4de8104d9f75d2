"""An upper limit on what can still be gained in the rest of an opening, by going backwards over time slots.

For every visit that an opening may hold and every slot: the most that anything done afterwards can be worth, if visits
could be repeated and time were rounded in our favour. No real continuation is worth more, so sequences whose worth
and limit together stay below what is known can be dropped without losing proof.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.board import Board
from matching.clockwork import Starts, next_free_start
from matching.route import starts_of
from matching.travel import FloatArray, IntArray

MOST_CELLS = 1_000_000
NOTHING = -1e18


class Grounds:
    """What pricing needs of a board and does not change with prices: ways in and out of openings, times by slot."""

    def __init__(self, board: Board) -> None:
        self.board = board
        arcs, table = board.arcs, board.fleet.openings
        worker, place = table.worker[arcs.opening], board.place[arcs.option]
        self.entry = board.limit.seconds(worker, table.origin[arcs.opening], place)
        self.onward = board.limit.seconds(worker, place, table.target[arcs.opening])
        self.begin = np.minimum(table.ready, table.low)
        self._finishes: dict[int, IntArray] = {}

    def width(self, slots: int) -> IntArray:
        """Seconds in a slot of each opening."""
        table, board = self.board.fleet.openings, self.board
        return np.maximum(1, -(-(table.due - self.begin + board.problem.buffer) // slots))

    def finishes(self, slots: int) -> IntArray:
        """For each arc: the slot in which one is free again when arriving in each slot; `slots` where too late."""
        if slots not in self._finishes:
            self._finishes[slots] = self._find_finishes(slots)
        return self._finishes[slots]

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


class Completion(NamedTuple):
    """`table[row, slot]`: the most that can follow after the visit of active arc `row`, free in that slot."""

    table: FloatArray
    row: IntArray
    begin: IntArray
    width: IntArray

    def limit(self, opening: IntArray, arc: IntArray, free: IntArray) -> FloatArray:
        """What can follow at most in these openings after these arcs, free from these instants; the way home paid."""
        slot = np.clip((free - self.begin[opening]) // self.width[opening], 0, self.table.shape[1] - 1)
        return np.asarray(self.table[self.row[arc], slot], dtype=np.float64)


class _Chunk(NamedTuple):
    """Some openings with their active arcs side by side: `arc[c, a]`, padded with -1."""

    grounds: Grounds
    opening: IntArray
    arc: IntArray
    adjusted: FloatArray

    @property
    def board(self) -> Board:
        """The board of the grounds."""
        return self.grounds.board


def build_completion(
    grounds: Grounds, active: IntArray, first: IntArray, adjusted: FloatArray, slots: int,
) -> Completion:
    """Limits for all active arcs, `first[o]:first[o + 1]` of each opening; `adjusted` is what each arc is worth."""
    limits = np.zeros((len(active), slots))
    row = np.zeros(len(grounds.board.arcs.option), dtype=np.int64)
    row[active] = np.arange(len(active))
    for opening in _chunks(np.diff(first)):
        many = int((first[opening + 1] - first[opening]).max())
        place = first[opening][:, None] + np.arange(many)
        there = place < first[opening + 1][:, None]
        arc = np.where(there, active[np.minimum(place, len(active) - 1)], -1)
        chunk = _Chunk(grounds, opening, arc, np.where(there, adjusted[arc], NOTHING))
        found = _backwards(chunk, slots)
        limits[row[arc[there]]] = found[there]
    return Completion(limits, row, grounds.begin, grounds.width(slots))


def _chunks(many: IntArray) -> list[IntArray]:
    """Openings with arcs, in groups of similar size that fit into memory."""
    order = np.argsort(many, kind="stable")
    order = order[many[order] > 0]
    groups: list[IntArray] = []
    while len(order):
        last = int(many[order[-1]])
        room = max(1, MOST_CELLS // (last * last))
        groups.append(order[-room:])
        order = order[:-room]
    return groups


def _backwards(chunk: _Chunk, slots: int) -> FloatArray:
    """The limits of one chunk: from the last slot to the first, the best of going home and of any next visit."""
    cost, steps = _legs(chunk, slots)
    finish = chunk.grounds.finishes(slots)[chunk.arc].astype(np.int64)
    openings, many = chunk.arc.shape
    home = -chunk.grounds.onward[chunk.arc] * float(chunk.board.travel_rate)
    value = np.full((openings, many, slots + 1), NOTHING)
    arriving = np.full((openings, many, 2 * slots + 1), NOTHING)
    flat = (np.arange(openings)[:, None] * many + np.arange(many)) * (2 * slots + 1)
    at, line, room = flat[:, None, :] + steps, arriving.reshape(-1), np.empty(cost.shape)
    for slot in reversed(range(slots)):
        after = np.take_along_axis(value, finish[:, :, slot, None], axis=2)[:, :, 0]
        arriving[:, :, slot] = chunk.adjusted + after
        np.take(line[slot:], at, out=room, mode="clip")
        np.subtract(room, cost, out=room)
        value[:, :, slot] = np.maximum(home, room.max(axis=2))
    return value[:, :, :slots]


def _legs(chunk: _Chunk, slots: int) -> tuple[FloatArray, IntArray]:
    """Cost and whole slots of the way from each visit to each other of the same opening."""
    board, arcs = chunk.board, chunk.board.arcs
    option = arcs.option[chunk.arc]
    visit, width = board.visit[option], chunk.grounds.width(slots)[chunk.opening]
    worker = board.fleet.openings.worker[chunk.opening]
    way = board.legs.seconds(worker[:, None, None], option[:, :, None], option[:, None, :])
    cost = way * float(board.travel_rate) + _waiting(chunk, way)
    cost[visit[:, :, None] == visit[:, None, :]] = -NOTHING
    return cost, np.minimum(way // width[:, None, None], slots)


def _waiting(chunk: _Chunk, way: IntArray) -> FloatArray:
    """What certain waiting costs: the next visit cannot begin before its time, however late this one is done."""
    board, arcs = chunk.board, chunk.board.arcs
    if not board.idle_rate or board.fleet.breaks.shape[1]:
        return np.zeros(way.shape)
    latest = arcs.latest[chunk.arc] + board.starts.seconds[arcs.option[chunk.arc]] + board.problem.buffer
    wait = np.maximum(0, arcs.earliest[chunk.arc][:, None, :] - latest[:, :, None] - way)
    return np.asarray(wait * float(board.idle_rate))
