"""Pricing of one opening after the other: depth-first over all sequences, pruned by the outlook."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.compiled import compiled, lean
from matching.kernels.clock import advance, leg, next_free_start, resting
from matching.kernels.outlook import Outlook, look_out, slots_of, through, wanted
from matching.kernels.prospect import Prospect, going_on, no_prospect, ordered, pointless, prospect, useless
from matching.kernels.sheet import (
    BASE,
    BUFFER,
    CAP,
    DUE,
    EARLY,
    ENTRY,
    FROM_STOP,
    IDLE,
    KEEP,
    LATE,
    NEVER,
    NOTHING,
    ONWARD,
    OPTION,
    READY,
    ROOM,
    SECONDS,
    TO_STOP,
    TRAVEL,
    UNKNOWN,
    VISIT,
    WORKER,
    Ask,
    Found,
    Sheet,
)
from matching.travel import FloatArray, IntArray

EPSILON = 1.0
CROWD = 48  # candidates from which a sharper look ahead pays


class Stack(NamedTuple):
    """The sequence being looked at.

    By depth: arc, next candidate to try, when one is free at the earliest and at the latest, worth so far. `bar[0]`:
    what a sequence must be worth to be kept.
    """

    arcs: IntArray
    turn: IntArray
    free: IntArray
    latest: IntArray
    worth: FloatArray
    bar: FloatArray


@compiled
def price_openings(sheet: Sheet, ask: Ask, low: int, high: int, found: Found) -> None:
    """Price the openings from `low` up to (not with) `high`."""
    for opening in range(low, high):
        found.many[opening] = 0
        found.work[opening] = 0
        found.best[opening] = NOTHING
        found.missed[opening] = NOTHING
        if ask.floor[opening] < np.inf and found.halt[0] == 0:
            _price_one(sheet, ask, opening, found)
        if found.halt[0] != 0:
            found.missed[opening] = UNKNOWN


@compiled
def _price_one(sheet: Sheet, ask: Ask, opening: int, found: Found) -> None:
    cand = wanted(sheet, ask, opening)
    if len(cand) == 0:
        return
    span = slots_of(sheet, ask, opening, cand)
    if ask.number[CAP] and len(cand) > ask.number[CAP]:
        cand = _likeliest(sheet, ask, cand)
    view = look_out(sheet, ask, opening, cand, span)
    found.work[opening] += len(cand) * span[2]
    bar = ask.floor[opening] + (EPSILON if ask.slack[0] == 0 else 0.0)
    keep = through(sheet, ask, opening, view) > bar
    if not keep.any():
        return
    far = no_prospect(span)
    if keep.sum() > CROWD:
        cand, keep = cand[keep], keep[keep]
        view = look_out(sheet, ask, opening, cand, span)
        far = prospect(sheet, ask, opening, view, keep)
        found.work[opening] += len(far.best) * far.span[2]
        if not keep.any():
            return
        far, order = ordered(far, keep, view.key)
    else:
        order = np.flatnonzero(keep)
    cand = cand[order]
    view = look_out(sheet, ask, opening, cand, span)
    found.work[opening] += len(cand) * span[2]
    if len(far.area) == 0:
        order = np.argsort(-view.key, kind="mergesort")
        view = Outlook(view.cand[order], view.key[order], view.done, view.after, view.value, span)
    _descend(sheet, ask, opening, (view, far), _new_stack(sheet, ask, opening, found.arcs.shape[2]), found)


@compiled
def _likeliest(sheet: Sheet, ask: Ask, cand: IntArray) -> IntArray:
    """The best few by worth less half the ways in and out."""
    worth = np.empty(len(cand))
    for number in range(len(cand)):
        ways = sheet.arc[cand[number], ENTRY] + sheet.arc[cand[number], ONWARD]
        worth[number] = sheet.rate[TRAVEL] * ways / 2 - ask.adjusted[cand[number]]
    return np.sort(cand[np.argsort(worth, kind="mergesort")[: ask.number[CAP]]])


@compiled
def _new_stack(sheet: Sheet, ask: Ask, opening: int, longest: int) -> Stack:
    row = sheet.opening[opening]
    arcs, turn = np.full(longest + 1, -1, dtype=np.int64), np.zeros(longest + 1, dtype=np.int64)
    free, latest = np.zeros(longest + 1, dtype=np.int64), np.zeros(longest + 1, dtype=np.int64)
    free[0] = row[READY]
    latest[0] = row[READY] if row[FROM_STOP] else NEVER
    worth = np.zeros(longest + 1)
    worth[0] = row[BASE]
    bar = np.full(1, ask.floor[opening] + (EPSILON if ask.slack[0] == 0 else 0.0))
    return Stack(arcs, turn, free, latest, worth, bar)


@lean
def _descend(sheet: Sheet, ask: Ask, opening: int, ahead: tuple[Outlook, Prospect], stack: Stack, found: Found) -> None:
    """Depth first: try every candidate after what stands, keep what is good, go on where more can come."""
    depth, view, far = 0, ahead[0], ahead[1]
    many = len(view.cand)
    while depth >= 0 and found.halt[0] == 0:
        turn = stack.turn[depth]
        if turn == many or (len(far.area) == 0 and _hopeless(stack, depth, view)):
            depth -= 1
            continue
        passed = _passed(far, stack, depth, turn)
        if passed > turn:
            stack.turn[depth] = passed
            continue
        stack.turn[depth] = turn + 1
        found.work[opening] += 1
        if not _try(sheet, ask, opening, view.cand[turn], stack, depth):
            continue
        _finish(sheet, ask, opening, stack, depth + 1, found)
        limit = _outlook(sheet, ahead, stack, depth + 1)
        if limit <= stack.bar[0]:
            continue
        if found.work[opening] < ask.number[ROOM] and depth + 1 < found.arcs.shape[2]:
            depth += 1
            stack.turn[depth] = 0
        else:
            found.missed[opening] = max(found.missed[opening], limit)


@lean
def _passed(far: Prospect, stack: Stack, depth: int, turn: int) -> int:
    """The next candidate worth a look: `turn` itself, or the first after those that cannot lead above the bar."""
    if depth == 0 or len(far.area) == 0:
        return turn
    spare, number, free = stack.bar[0] - stack.worth[depth], stack.turn[depth - 1] - 1, stack.free[depth]
    if (turn == 0 or far.last[turn - 1] < turn) and pointless(far, turn, number, free, spare):
        return int(far.last[turn]) + 1
    return turn + int(useless(far, turn, number, free, spare))


@lean
def _outlook(sheet: Sheet, ahead: tuple[Outlook, Prospect], stack: Stack, depth: int) -> float:
    """The most that anything going on from here can be worth, with the prospect asked where there is one."""
    view, far = ahead[0], ahead[1]
    limit = _limit(sheet, view, stack, depth)
    if len(far.area) and limit > stack.bar[0]:
        more = going_on(sheet, far, stack.turn[depth - 1] - 1, stack.free[depth], stack.arcs, depth)
        limit = min(limit, stack.worth[depth] + more)
    return limit


@lean
def _slot(view: Outlook, free: int) -> int:
    return int(max(0, min((free - view.span[0]) // view.span[1], view.span[2] - 1)))


@lean
def _hopeless(stack: Stack, depth: int, view: Outlook) -> bool:
    """Whether no candidate from here on can lead above the bar: they come by worth less the nearest way."""
    if depth == 0:
        return False
    rest = max(0.0, view.after[_slot(view, stack.free[depth])])
    return bool(stack.worth[depth] + view.key[stack.turn[depth]] + rest <= stack.bar[0])


@lean
def _limit(sheet: Sheet, view: Outlook, stack: Stack, depth: int) -> float:
    """The most that anything going on from here can be worth."""
    slot = _slot(view, stack.free[depth])
    home = sheet.rate[TRAVEL] * sheet.arc[stack.arcs[depth], ONWARD]
    return float(stack.worth[depth] + min(view.after[slot], view.value[slot] - home))


@lean
def _try(sheet: Sheet, ask: Ask, opening: int, arc: int, stack: Stack, depth: int) -> bool:
    """Put an arc behind what stands; False if its visit is there already or it comes too late."""
    option, last = sheet.arc[arc, OPTION], stack.arcs[depth]
    if stack.free[depth] > sheet.arc[arc, LATE]:
        return False
    for before in range(1, depth + 1):
        if sheet.option[sheet.arc[stack.arcs[before], OPTION], VISIT] == sheet.option[option, VISIT]:
            return False
    worker = sheet.opening[opening, WORKER]
    seconds = sheet.arc[arc, ENTRY] if depth == 0 else leg(sheet, worker, sheet.arc[last, OPTION], option)
    arrival = max(advance(sheet, worker, stack.free[depth], seconds), sheet.arc[arc, EARLY])
    start = next_free_start(sheet, worker, option, arrival)
    if start > sheet.arc[arc, LATE]:
        return False
    worth = stack.worth[depth] + ask.adjusted[arc] - sheet.rate[TRAVEL] * seconds
    if sheet.rate[IDLE] > 0:
        there = advance(sheet, worker, stack.latest[depth], seconds)
        worth -= sheet.rate[IDLE] * max(0, start - there - resting(sheet, worker, there, start))
    after = start + sheet.option[option, SECONDS] + int(sheet.rate[BUFFER])
    stack.arcs[depth + 1], stack.worth[depth + 1], stack.free[depth + 1] = arc, worth, after
    slip = 0 if sheet.opening[opening, FROM_STOP] else sheet.arc[arc, LATE] - start
    stack.latest[depth + 1] = after + slip
    return True


@lean
def _finish(sheet: Sheet, ask: Ask, opening: int, stack: Stack, depth: int, found: Found) -> None:
    """Close the sequence with the way onward; keep it if it is among the best."""
    onward = sheet.arc[stack.arcs[depth], ONWARD]
    worth = stack.worth[depth] - sheet.rate[TRAVEL] * onward
    if sheet.rate[IDLE] > 0 and sheet.opening[opening, FROM_STOP] and sheet.opening[opening, TO_STOP]:
        free, due = stack.free[depth], sheet.opening[opening, DUE]
        wait = due - free - resting(sheet, sheet.opening[opening, WORKER], free, due) - onward
        worth -= sheet.rate[IDLE] * max(0, wait)
    found.best[opening] = max(found.best[opening], worth)
    if worth <= stack.bar[0]:
        return
    if ask.slack[0] > 0:
        if found.many[opening] < ask.number[KEEP]:
            found.worth[opening, found.many[opening]] = worth
            _put(found, opening, found.many[opening], stack, depth)
            found.many[opening] += 1
        else:
            found.missed[opening] = max(found.missed[opening], worth)
        return
    place = _place(sheet, opening, stack, depth, found, ask.number[KEEP])
    if place == found.many[opening] or worth > found.worth[opening, place]:
        found.worth[opening, place] = worth
        _put(found, opening, place, stack, depth)
        found.many[opening] = max(found.many[opening], place + 1)
    _raise_bar(ask, opening, stack, found)


@lean
def _raise_bar(ask: Ask, opening: int, stack: Stack, found: Found) -> None:
    """Half way to the best, or as good as the worst kept once there are enough."""
    floor = ask.floor[opening] + EPSILON
    bar = floor + max(0.0, found.best[opening] - floor) / 2
    if found.many[opening] == ask.number[KEEP]:
        worst = found.worth[opening, 0]
        for number in range(1, found.many[opening]):
            worst = min(worst, found.worth[opening, number])
        bar = max(bar, worst)
    stack.bar[0] = max(stack.bar[0], bar)


@lean
def _place(sheet: Sheet, opening: int, stack: Stack, depth: int, found: Found, keep: int) -> int:
    """Where a sequence goes: over one of the same visits, else to the end, else over the worst."""
    worst, count = 0, found.many[opening]
    for number in range(count):
        if _same(sheet, stack, depth, found.arcs[opening, number]):
            return number
        if found.worth[opening, number] < found.worth[opening, worst]:
            worst = number
    return int(count) if count < keep else worst


@lean
def _same(sheet: Sheet, stack: Stack, depth: int, kept: IntArray) -> bool:
    """Whether a kept sequence has the same visits."""
    if kept[depth - 1] < 0 or (depth < len(kept) and kept[depth] >= 0):
        return False
    for at in range(1, depth + 1):
        hit = False
        for other in range(depth):
            hit |= sheet.arc[stack.arcs[at], OPTION] == sheet.arc[kept[other], OPTION]
        if not hit:
            return False
    return True


@lean
def _put(found: Found, opening: int, number: int, stack: Stack, depth: int) -> None:
    for at in range(found.arcs.shape[2]):
        found.arcs[opening, number, at] = stack.arcs[at + 1] if at < depth else -1
