"""What can still follow: limits over time slots that no real sequence exceeds, for pruning without losing the proof.

Visits may repeat and slots are rounded in our favour. Two limits hold at once: `after` counts the nearest way to each
visit and the way home from the last, `value` counts no ways at all, which is the sharper of the two once the way home
from where one is has been paid for (no detour is a short cut).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.compiled import compiled, lean
from matching.kernels.clock import advance, next_free_start
from matching.kernels.sheet import (
    BASE,
    BUFFER,
    DUE,
    EARLY,
    ENTRY,
    KIND,
    LATE,
    LOW,
    NOTHING,
    ONWARD,
    OPTION,
    READY,
    SECONDS,
    SLOTS,
    TRAVEL,
    WORKER,
    Ask,
    Sheet,
)
from matching.travel import FloatArray, IntArray


class Outlook(NamedTuple):
    """`cand`: arcs looked at; `key`: worth less the nearest way; `done[c, slot]`: the slot in which one is free again.

    `span`: begin of the first slot and seconds in one.
    """

    cand: IntArray
    key: FloatArray
    done: IntArray
    after: FloatArray
    value: FloatArray
    span: IntArray


@compiled
def wanted(sheet: Sheet, ask: Ask, opening: int) -> IntArray:
    """The arcs of an opening that are worth anything at these prices."""
    first, last = sheet.first[opening], sheet.first[opening + 1]
    found = np.empty(last - first, dtype=np.int64)
    many = 0
    for arc in range(first, last):
        if ask.alive[arc] and ask.adjusted[arc] > -ask.slack[0]:
            found[many] = arc
            many += 1
    return found[:many]


@compiled
def slots_of(sheet: Sheet, ask: Ask, opening: int, cand: IntArray) -> IntArray:
    """Begin of the first slot, seconds in a slot, number of slots: no visit is shorter than a slot."""
    row = sheet.opening[opening]
    begin = min(row[READY], row[LOW])
    span = row[DUE] - begin + int(sheet.rate[BUFFER]) + 1
    shortest = span
    for arc in cand:
        shortest = min(shortest, sheet.option[sheet.arc[arc, OPTION], SECONDS] + int(sheet.rate[BUFFER]))
    width = max(1, min(-(-span // ask.number[SLOTS]), shortest))
    return np.array([begin, width, -(-span // width) + 1], dtype=np.int64)


@compiled
def look_out(sheet: Sheet, ask: Ask, opening: int, cand: IntArray, span: IntArray) -> Outlook:
    """The limits of one opening over these arcs, from the last slot back to the first."""
    worker, slots, travel = sheet.opening[opening, WORKER], span[2], sheet.rate[TRAVEL]
    done = np.empty((len(cand), slots), dtype=np.int64)
    key = np.empty(len(cand))
    after, value = np.full(slots + 1, NOTHING), np.zeros(slots + 1)
    for number in range(len(cand)):
        nearest = sheet.nearest[sheet.worker[worker, KIND], sheet.arc[cand[number], OPTION]]
        key[number] = ask.adjusted[cand[number]] - travel * nearest
        _fill_done(sheet, worker, cand[number], nearest, span, done[number])
    for slot in range(slots - 1, -1, -1):
        for number in range(len(cand)):
            then = done[number, slot]
            if then < slots:
                arc = cand[number]
                home = -travel * sheet.arc[arc, ONWARD]
                after[slot] = max(after[slot], key[number] + max(home, after[then]))
                value[slot] = max(value[slot], ask.adjusted[arc] + value[then])
    return Outlook(cand, key, done, after, value, span)


@lean
def _fill_done(sheet: Sheet, worker: int, arc: int, nearest: int, span: IntArray, done: IntArray) -> None:
    """For each slot of setting out: the slot in which one is free again, or the number of slots if that is too late."""
    option, begin, width, slots = sheet.arc[arc, OPTION], span[0], span[1], span[2]
    start = -1
    for slot in range(slots):
        arrival = max(begin + slot * width + nearest, sheet.arc[arc, EARLY])
        if arrival > start:
            start = next_free_start(sheet, worker, option, arrival)
        if start > sheet.arc[arc, LATE]:
            for later in range(slot, slots):
                done[later] = slots
            return
        free = start + sheet.option[option, SECONDS] + int(sheet.rate[BUFFER])
        done[slot] = min((free - begin) // width, slots - 1)


@lean
def _first_done(sheet: Sheet, opening: int, arc: int, span: IntArray) -> int:
    """The slot in which one is free again who comes to an arc straight from the opening's origin."""
    worker, option = sheet.opening[opening, WORKER], sheet.arc[arc, OPTION]
    there = advance(sheet, worker, sheet.opening[opening, READY], sheet.arc[arc, ENTRY])
    start = next_free_start(sheet, worker, option, max(there, sheet.arc[arc, EARLY]))
    if start > sheet.arc[arc, LATE]:
        return int(span[2])
    free = start + sheet.option[option, SECONDS] + int(sheet.rate[BUFFER])
    return int(min((free - span[0]) // span[1], span[2] - 1))


@compiled
def so_far(sheet: Sheet, ask: Ask, opening: int, view: Outlook) -> FloatArray:
    """By slot: the most that visits done by then can be worth, no ways counted."""
    slots = view.span[2]
    before = np.zeros(slots + 1)
    for number in range(len(view.cand)):
        # The origin may be nearer than any other visit, so that the first visit is a case of its own.
        then = _first_done(sheet, opening, view.cand[number], view.span)
        before[then] = max(before[then], ask.adjusted[view.cand[number]])
    before[slots] = 0.0
    for slot in range(slots):
        before[slot] = max(before[slot], before[slot - 1] if slot else 0.0)
        for number in range(len(view.cand)):
            then = view.done[number, slot]
            if then < slots:
                before[then] = max(before[then], before[slot] + ask.adjusted[view.cand[number]])
    return before


@compiled
def through(sheet: Sheet, ask: Ask, opening: int, view: Outlook) -> FloatArray:
    """For each arc looked at: the most any sequence through it can be worth, the opening's own value added."""
    row, slots, before = sheet.opening[opening], view.span[2], so_far(sheet, ask, opening, view)
    best = np.full(len(view.cand), NOTHING)
    for number in range(len(view.cand)):
        arc = view.cand[number]
        then = _first_done(sheet, opening, arc, view.span)
        best[number] = view.value[then] if then < slots else NOTHING
        there = advance(sheet, row[WORKER], row[READY], sheet.arc[arc, ENTRY])
        nearest = sheet.nearest[sheet.worker[row[WORKER], KIND], sheet.arc[arc, OPTION]]
        slot = max(0, (there - nearest - view.span[0]) // view.span[1])
        while slot < slots and view.done[number, slot] < slots:
            best[number] = max(best[number], before[slot] + view.value[view.done[number, slot]])
            slot += 1
        ways = sheet.rate[TRAVEL] * (sheet.arc[arc, ENTRY] + sheet.arc[arc, ONWARD])
        best[number] += ask.adjusted[arc] - ways + row[BASE]
    return best
