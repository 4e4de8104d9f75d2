"""A sharper look ahead for openings with many candidates: ways between areas count, and no visit follows itself.

Visits lie in areas with a table of the shortest way from area to area. By area and time slot the table `best` holds the
most that going on from there can be worth; slots and ways are rounded in our favour, so that no real sequence is worth
more. The way home and the first way are each visit's own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.compiled import compiled, lean
from matching.kernels.clock import advance, next_free_start
from matching.kernels.outlook import Outlook
from matching.kernels.sheet import (
    BASE,
    BUFFER,
    EARLY,
    ENTRY,
    KIND,
    LATE,
    NOTHING,
    ONWARD,
    OPTION,
    READY,
    SECONDS,
    TRAVEL,
    VISIT,
    WORKER,
    Ask,
    Sheet,
)
from matching.travel import BoolArray, FloatArray, IntArray

FINE = 96  # slots at least


class Ways(NamedTuple):
    """From area to area: cost, and whole slots."""

    cost: FloatArray
    slots: IntArray


class Rows(NamedTuple):
    """Candidates laid out for the loops: worth, way home, visit; by slot of arrival the slot of being free again."""

    worth: FloatArray
    home: FloatArray
    visit: IntArray
    done: IntArray
    first: IntArray
    entry: FloatArray


class Table(NamedTuple):
    """By area and slot: the best, the visit it begins (or ended) with, and the best with any other visit."""

    one: FloatArray
    who: IntArray
    other: FloatArray


class Prospect(NamedTuple):
    """By area (of those with candidates) and slot of being free there: the most that can follow and how it begins.

    `head` is the visit that the best begins with, `second` the most with any other visit first. `area` is that of each
    candidate, `last` the last candidate of the same area; `arrive`: the most that arriving in an area can be worth;
    `span`: begin of the first slot, seconds in one, how many.
    """

    area: IntArray
    last: IntArray
    best: FloatArray
    head: IntArray
    second: FloatArray
    arrive: FloatArray
    rows: Rows
    ways: Ways
    span: IntArray


@compiled
def no_prospect(span: IntArray) -> Prospect:
    """Nothing known."""
    nothing, none = np.zeros((0, 0)), np.zeros((0, 0), dtype=np.int64)
    numbers, worths = np.zeros(0, dtype=np.int64), np.zeros(0)
    rows = Rows(worths, worths, numbers, np.zeros((0, 0), dtype=np.int32), numbers, worths)
    return Prospect(numbers, numbers, nothing, none, nothing, nothing, rows, Ways(nothing, none), span)


@compiled
def ordered(found: Prospect, keep: BoolArray, key: FloatArray) -> tuple[Prospect, IntArray]:
    """The prospect for some of its candidates, and their order: area by area, the best first, by key inside."""
    rows = np.flatnonzero(keep)
    most = np.full(len(found.best), NOTHING)
    for row in rows:
        most[found.area[row]] = max(most[found.area[row]], key[row])
    rank = np.empty(len(most), dtype=np.int64)
    rank[np.argsort(-most, kind="mergesort")] = np.arange(len(most))
    rows = rows[np.argsort(-key[rows], kind="mergesort")]
    rows = rows[np.argsort(rank[found.area[rows]], kind="mergesort")]
    area, last = found.area[rows], np.arange(len(rows))
    for number in range(len(rows) - 2, -1, -1):
        if area[number] == area[number + 1]:
            last[number] = last[number + 1]
    had = found.rows
    kept = Rows(had.worth[rows], had.home[rows], had.visit[rows], had.done[rows], had.first[rows], had.entry[rows])
    arranged = Prospect(area, last, found.best, found.head, found.second, found.arrive, kept, found.ways, found.span)
    return arranged, rows


@compiled
def prospect(sheet: Sheet, ask: Ask, opening: int, view: Outlook, keep: BoolArray) -> Prospect:
    """Look ahead over the candidates of a view; clears `keep` of those through which nothing can lead above the bar."""
    span = _fine(view.span)
    area, ways = _areas(sheet, opening, view.cand, span)
    rows = _rows(sheet, ask, opening, view.cand, span)
    many = len(ways.cost)
    empty, arrive = _table(many, span[2] + 1), _table(many, span[2] + 1)
    found = Prospect(area, area, empty.one, empty.who, empty.other, arrive.one, rows, ways, span)
    _look_back(found, arrive)
    most = _through(found)
    bar = ask.floor[opening] - sheet.opening[opening, BASE]
    for number in range(len(keep)):
        keep[number] &= most[number] > bar
    return found


@compiled
def _table(areas: int, slots: int) -> Table:
    nothing = np.full((areas, slots), NOTHING)
    return Table(nothing, np.full((areas, slots), -1, dtype=np.int64), nothing.copy())


@compiled
def _fine(span: IntArray) -> IntArray:
    """At least so many slots, none longer than before."""
    whole = span[1] * span[2]
    width = max(1, min(span[1], -(-whole // FINE)))
    return np.array([span[0], width, -(-whole // width) + 1], dtype=np.int64)


@compiled
def _areas(sheet: Sheet, opening: int, cand: IntArray, span: IntArray) -> tuple[IntArray, Ways]:
    """The areas that have candidates, numbered anew, and the ways between them."""
    kind = sheet.worker[sheet.opening[opening, WORKER], KIND]
    number = np.full(sheet.apart.shape[1], -1, dtype=np.int64)
    area, used = np.empty(len(cand), dtype=np.int64), 0
    back = np.empty(sheet.apart.shape[1], dtype=np.int64)
    for row in range(len(cand)):
        where = sheet.area[sheet.arc[cand[row], OPTION]]
        if number[where] < 0:
            number[where] = used
            back[used] = where
            used += 1
        area[row] = number[where]
    cost, slots = np.empty((used, used)), np.empty((used, used), dtype=np.int64)
    for one in range(used):
        for other in range(used):
            seconds = sheet.apart[kind, back[one], back[other]]
            cost[one, other] = seconds * sheet.rate[TRAVEL]
            slots[one, other] = seconds // span[1]
    return area, Ways(cost, slots)


@compiled
def _rows(sheet: Sheet, ask: Ask, opening: int, cand: IntArray, span: IntArray) -> Rows:
    worker, many, travel = sheet.opening[opening, WORKER], len(cand), sheet.rate[TRAVEL]
    worth, home, entry = np.empty(many), np.empty(many), np.empty(many)
    visit, first = np.empty(many, dtype=np.int64), np.empty(many, dtype=np.int64)
    done = np.empty((many, span[2]), dtype=np.int32)
    for row in range(many):
        arc = cand[row]
        worth[row] = ask.adjusted[arc]
        home[row] = travel * sheet.arc[arc, ONWARD]
        entry[row] = travel * sheet.arc[arc, ENTRY]
        visit[row] = sheet.option[sheet.arc[arc, OPTION], VISIT]
        there = advance(sheet, worker, sheet.opening[opening, READY], sheet.arc[arc, ENTRY])
        first[row] = _free(sheet, worker, arc, there, span)
        _fill(sheet, worker, arc, span, done[row])
    return Rows(worth, home, visit, done, first, entry)


@lean
def _free(sheet: Sheet, worker: int, arc: int, there: int, span: IntArray) -> int:
    """The slot in which one is free again who arrives at an instant; the number of slots if that is too late."""
    option = sheet.arc[arc, OPTION]
    start = next_free_start(sheet, worker, option, max(there, sheet.arc[arc, EARLY]))
    if start > sheet.arc[arc, LATE]:
        return int(span[2])
    free = start + sheet.option[option, SECONDS] + int(sheet.rate[BUFFER])
    return int(min((free - span[0]) // span[1], span[2] - 1))


@lean
def _fill(sheet: Sheet, worker: int, arc: int, span: IntArray, done: IntArray) -> None:
    """The same for arrivals at the beginning of each slot."""
    early, late = sheet.arc[arc, EARLY], sheet.arc[arc, LATE]
    last = -1
    for slot in range(span[2]):
        there = span[0] + slot * span[1]
        if there > late:
            done[slot] = span[2]
        elif there <= early and last >= 0:
            done[slot] = last
        else:
            last = _free(sheet, worker, arc, there, span)
            done[slot] = last


@compiled
def _look_back(found: Prospect, arrive: Table) -> None:
    """Fill the tables from the last slot to the first: what arriving in an area is worth, then what leaving one is."""
    many, slots, ways, rows = len(found.best), found.span[2], found.ways, found.rows
    for slot in range(slots - 1, -1, -1):
        for row in range(len(rows.worth)):
            then = rows.done[row, slot]
            if then < slots:
                area, visit = found.area[row], rows.visit[row]
                worth = rows.worth[row] + _after(found, row, then)
                _enter(arrive, area, slot, worth, visit)
        for area in range(many):
            _leave(ways, found, area, slot, arrive)


@lean
def _after(found: Prospect, row: int, slot: int) -> float:
    """The most that can follow a candidate: going home, or another visit."""
    area = found.area[row]
    more = found.second[area, slot] if found.head[area, slot] == found.rows.visit[row] else found.best[area, slot]
    return float(max(-found.rows.home[row], more))


@lean
def _enter(into: Table, area: int, slot: int, worth: float, visit: int) -> None:
    """Keep the best and the best of any other visit."""
    one, who, other = into.one, into.who, into.other
    if who[area, slot] == visit:
        one[area, slot] = max(one[area, slot], worth)
    elif worth > one[area, slot]:
        other[area, slot] = one[area, slot]
        one[area, slot] = worth
        who[area, slot] = visit
    else:
        other[area, slot] = max(other[area, slot], worth)


@lean
def _leave(ways: Ways, found: Prospect, area: int, slot: int, arrive: Table) -> None:
    """The best that leaving an area in a slot can lead to; different areas begin with different visits."""
    best, second, at, slots = NOTHING, NOTHING, -1, found.span[2]
    for target in range(len(ways.cost)):
        there = slot + ways.slots[area, target]
        if there < slots:
            worth = arrive.one[target, there] - ways.cost[area, target]
            if worth > best:
                second, best, at = best, worth, target
            elif worth > second:
                second = worth
    if at >= 0:
        there = slot + ways.slots[area, at]
        found.head[area, slot] = arrive.who[at, there]
        second = max(second, arrive.other[at, there] - ways.cost[area, at])
    found.best[area, slot], found.second[area, slot] = best, second


@compiled
def _through(found: Prospect) -> FloatArray:
    """For each candidate the most that any sequence through it can be worth, from the first slot to the last."""
    many, slots, ways, rows = len(found.best), found.span[2], found.ways, found.rows
    most = np.full(len(rows.worth), NOTHING)
    left = _table(many, slots + 1)
    for row in range(len(rows.worth)):
        then = rows.first[row]
        if then < slots:
            worth = rows.worth[row] - rows.entry[row]
            most[row] = worth + _after(found, row, then)
            _enter(left, found.area[row], then, worth, rows.visit[row])
    before = _table(many, 1)
    for slot in range(slots):
        if slot:
            _stay(left, slot)
        for area in range(many):
            _come(ways, area, slot, left, before)
        for row in range(len(rows.worth)):
            _serve(found, row, slot, (before, left), most)
    return most


@lean
def _stay(left: Table, slot: int) -> None:
    """Who could leave an area a slot earlier can leave it now."""
    for area in range(len(left.one)):
        _enter(left, area, slot, left.one[area, slot - 1], left.who[area, slot - 1])
        left.other[area, slot] = max(left.other[area, slot], left.other[area, slot - 1])


@lean
def _serve(found: Prospect, row: int, slot: int, tables: tuple[Table, Table], most: FloatArray) -> None:
    """Serve a candidate where one arrived `before` in a slot, and enter what has `left` its area then."""
    before, left, rows = tables[0], tables[1], found.rows
    then, area = rows.done[row, slot], found.area[row]
    if then >= found.span[2]:
        return
    had = before.other[area, 0] if before.who[area, 0] == rows.visit[row] else before.one[area, 0]
    worth = had + rows.worth[row]
    if worth > NOTHING / 2:
        most[row] = max(most[row], worth + _after(found, row, then))
        _enter(left, area, then, worth, rows.visit[row])


@lean
def _come(ways: Ways, area: int, slot: int, left: Table, into: Table) -> None:
    """The best that one can have done before arriving in an area in a slot, the way there paid."""
    best, second, at = NOTHING, NOTHING, -1
    for origin in range(len(ways.cost)):
        then = slot - ways.slots[origin, area]
        if then >= 0:
            worth = left.one[origin, then] - ways.cost[origin, area]
            if worth > best:
                second, best, at = best, worth, origin
            elif worth > second:
                second = worth
    into.who[area, 0] = -1
    if at >= 0:
        then = slot - ways.slots[at, area]
        into.who[area, 0] = left.who[at, then]
        second = max(second, left.other[at, then] - ways.cost[at, area])
    into.one[area, 0], into.other[area, 0] = best, second


@lean
def going_on(sheet: Sheet, found: Prospect, number: int, free: int, arcs: IntArray, depth: int) -> float:
    """The most that can follow candidate `number` when free at this instant, after the sequence `arcs[1:depth + 1]`."""
    slot = max(0, min((free - found.span[0]) // found.span[1], found.span[2] - 1))
    area = found.area[number]
    head = found.head[area, slot]
    for at in range(1, depth + 1):
        if sheet.option[sheet.arc[arcs[at], OPTION], VISIT] == head:
            return float(found.second[area, slot])
    return float(found.best[area, slot])


@lean
def pointless(found: Prospect, turn: int, number: int, free: int, spare: float) -> bool:
    """Whether going to the area of candidate `turn` from that of `number` cannot be worth more than `spare`."""
    area, target = found.area[number], found.area[turn]
    slot = max(0, min((free - found.span[0]) // found.span[1], found.span[2] - 1)) + found.ways.slots[area, target]
    return bool(slot >= found.span[2] or found.arrive[target, slot] - found.ways.cost[area, target] <= spare)


@lean
def useless(found: Prospect, turn: int, number: int, free: int, spare: float) -> bool:
    """The same for candidate `turn` itself."""
    area, target = found.area[number], found.area[turn]
    slot = max(0, min((free - found.span[0]) // found.span[1], found.span[2] - 1)) + found.ways.slots[area, target]
    if slot >= found.span[2]:
        return True
    then = found.rows.done[turn, slot]
    if then >= found.span[2]:
        return True
    return bool(found.rows.worth[turn] - found.ways.cost[area, target] + _after(found, turn, then) <= spare)
