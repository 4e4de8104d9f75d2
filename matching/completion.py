"""Upper limits on what an opening can still bring, by going over time slots backwards and forwards.

For every visit that an opening may hold and every slot: the most that anything done afterwards (or up to then) can be
worth, if visits could be repeated and time were rounded in our favour. No real sequence is worth more, so those whose
worth and limit together stay below what is known can be dropped without losing proof.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.board import Board
from matching.grounds import Grounds
from matching.travel import FloatArray, IntArray

MOST_CELLS = 100_000
NOTHING = -1e18


class Active(NamedTuple):
    """The arcs looked at: their numbers, `first[o]:first[o + 1]` of each opening, and what every arc is worth now."""

    arcs: IntArray
    first: IntArray
    adjusted: FloatArray


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
    slots: int

    @property
    def board(self) -> Board:
        """The board of the grounds."""
        return self.grounds.board


def build_completion(grounds: Grounds, active: Active, slots: int) -> Completion:
    """Limits on what can follow each active arc."""
    limits = np.zeros((len(active.arcs), slots))
    row = np.zeros(len(grounds.board.arcs.option), dtype=np.int64)
    row[active.arcs] = np.arange(len(active.arcs))
    for chunk in _chunks(grounds, active, slots):
        there = chunk.arc >= 0
        limits[row[chunk.arc[there]]] = _backwards(chunk)[there]
    return Completion(limits, row, grounds.begin, grounds.width(slots))


def best_through(grounds: Grounds, active: Active, slots: int) -> FloatArray:
    """For each active arc the most that any sequence through it can be worth, the opening's own value added."""
    best = np.full(len(grounds.board.arcs.option), NOTHING)
    for chunk in _chunks(grounds, active, slots):
        there = chunk.arc >= 0
        through = (_backwards(chunk) + _forwards(chunk)).max(axis=2)
        best[chunk.arc[there]] = through[there]
    return best[active.arcs] + grounds.board.base_value[grounds.board.arcs.opening[active.arcs]]


def _chunks(grounds: Grounds, active: Active, slots: int) -> list[_Chunk]:
    """Openings with arcs, in groups of similar size that fit into memory."""
    numbers = np.diff(active.first)
    order = np.argsort(numbers, kind="stable")
    order = order[numbers[order] > 0]
    chunks: list[_Chunk] = []
    while len(order):
        many = int(numbers[order[-1]])
        room = max(1, MOST_CELLS // (many * many))
        opening, order = order[-room:], order[:-room]
        place = active.first[opening][:, None] + np.arange(many)
        there = place < active.first[opening + 1][:, None]
        arc = np.where(there, active.arcs[np.minimum(place, len(active.arcs) - 1)], -1)
        chunks.append(_Chunk(grounds, opening, arc, np.where(there, active.adjusted[arc], NOTHING), slots))
    return chunks


def _backwards(chunk: _Chunk) -> FloatArray:
    """From the last slot to the first: the best of going home and of any next visit."""
    cost, steps = _legs(chunk)
    slots, grounds = chunk.slots, chunk.grounds
    finish = grounds.finishes(slots)[chunk.arc].astype(np.int64)
    openings, many = chunk.arc.shape
    home = -grounds.onward[chunk.arc] * float(chunk.board.travel_rate)
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


def _forwards(chunk: _Chunk) -> FloatArray:
    """From the first slot to the last: the best way to be free after each visit by each slot, that visit included."""
    cost, steps = _legs(chunk)
    slots, grounds = chunk.slots, chunk.grounds
    by = grounds.latest_arrivals(slots)[chunk.arc].astype(np.int64)
    straight = -grounds.entry[chunk.arc] * float(chunk.board.travel_rate)
    there = grounds.entry_slots(slots)[chunk.arc]
    openings, many = chunk.arc.shape
    arrived = np.full((openings, many, slots + 1), NOTHING)
    free = np.full((openings, many, 2 * slots + 1), NOTHING)
    flat = (np.arange(openings)[:, None] * many + np.arange(many)) * (2 * slots + 1) + slots
    at = flat[:, None, :] - steps.transpose(0, 2, 1)
    cost = np.ascontiguousarray(cost.transpose(0, 2, 1))
    line, room = free.reshape(-1), np.empty(cost.shape)
    for slot in range(slots):
        before = np.take_along_axis(arrived, by[:, :, slot, None], axis=2)[:, :, 0]
        free[:, :, slots + slot] = chunk.adjusted + before
        np.take(line[slot:], at, out=room, mode="clip")
        np.subtract(room, cost, out=room)
        entered = np.where(there <= slot, straight, NOTHING)
        arrived[:, :, slot] = np.maximum(np.maximum(entered, room.max(axis=2)), arrived[:, :, slot - 1])
    return free[:, :, slots : 2 * slots]


def _legs(chunk: _Chunk) -> tuple[FloatArray, IntArray]:
    """Cost and whole slots of the way from each visit to each other of the same opening."""
    board, arcs = chunk.board, chunk.board.arcs
    option = arcs.option[chunk.arc]
    visit, width = board.visit[option], chunk.grounds.width(chunk.slots)[chunk.opening]
    worker = board.fleet.openings.worker[chunk.opening]
    way = board.legs.seconds(worker[:, None, None], option[:, :, None], option[:, None, :])
    cost = way * float(board.travel_rate) + _waiting(chunk, way)
    cost[visit[:, :, None] == visit[:, None, :]] = -NOTHING
    return cost, np.minimum(way // width[:, None, None], chunk.slots)


def _waiting(chunk: _Chunk, way: IntArray) -> FloatArray:
    """What certain waiting costs: the next visit cannot begin before its time, however late this one is done."""
    board, arcs = chunk.board, chunk.board.arcs
    if not board.idle_rate or board.fleet.breaks.shape[1]:
        return np.zeros(way.shape)
    latest = arcs.latest[chunk.arc] + board.starts.seconds[arcs.option[chunk.arc]] + board.problem.buffer
    wait = np.maximum(0, arcs.earliest[chunk.arc][:, None, :] - latest[:, :, None] - way)
    return np.asarray(wait * float(board.idle_rate))
