"""Large neighbourhood search: take strings of neighbouring visits out, put them and open ones back in, anneal."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from matching.compiled import compiled, lean
from matching.kernels.plan import Plan, Town, insert_best, put, roll, settle_route, try_at
from matching.kernels.sequence import CANNOT
from matching.kernels.sheet import GAIN, OPENING, OPTION, SECONDS, VISIT, Sheet
from matching.travel import FloatArray, IntArray

MOST_TOUCHED, STRING = 256, 3
FOUNDED = 0.1  # how often a step begins a route that nothing yet pays for


class Memory(NamedTuple):
    """For undoing: which openings were touched, their routes and lengths before; visits taken out.

    `size`: of both, the number of the step, and how many visits of a route go out at most. `mark[o]` is the last step
    that touched opening o.
    """

    touched: IntArray
    route: IntArray
    many: IntArray
    pool: IntArray
    key: FloatArray
    size: IntArray
    mark: IntArray


def new_memory(plan: Plan) -> Memory:
    """Room for one step."""
    visits = len(plan.holder)
    return Memory(
        np.zeros(MOST_TOUCHED, dtype=np.int64),
        np.zeros((MOST_TOUCHED, plan.route.shape[1]), dtype=np.int64),
        np.zeros(MOST_TOUCHED, dtype=np.int64),
        np.zeros(visits + 1, dtype=np.int64),
        np.zeros(visits + 1),
        np.zeros(4, dtype=np.int64),
        np.full(len(plan.many), -1, dtype=np.int64),
    )


@lean
def _touch(plan: Plan, memory: Memory, opening: int) -> bool:
    """Remember an opening before it changes; False if there is no room left."""
    if memory.mark[opening] == memory.size[2]:
        return True
    number = memory.size[0]
    if number == MOST_TOUCHED:
        return False
    memory.mark[opening] = memory.size[2]
    memory.touched[number] = opening
    memory.many[number] = plan.many[opening]
    for at in range(plan.many[opening]):
        memory.route[number, at] = plan.route[opening, at]
    memory.size[0] += 1
    return True


@lean
def _undo(sheet: Sheet, town: Town, plan: Plan, memory: Memory) -> None:
    """Put every touched opening back; first all visits out, then all in, since they may have changed places."""
    for number in range(memory.size[0]):
        opening = memory.touched[number]
        for at in range(plan.many[opening]):
            plan.holder[sheet.option[sheet.arc[plan.route[opening, at], OPTION], VISIT]] = -1
    for number in range(memory.size[0]):
        opening = memory.touched[number]
        plan.many[opening] = memory.many[number]
        for at in range(memory.many[number]):
            plan.route[opening, at] = memory.route[number, at]
            plan.holder[sheet.option[sheet.arc[plan.route[opening, at], OPTION], VISIT]] = opening
        settle_route(sheet, town, plan, opening)


@lean
def _cut_string(sheet: Sheet, town: Town, plan: Plan, memory: Memory, visit: int, dice: IntArray) -> None:
    """Take a visit out with some of those beside it in its route."""
    opening = plan.holder[visit]
    if not _touch(plan, memory, opening):
        return
    many, at = plan.many[opening], 0
    while sheet.option[sheet.arc[plan.route[opening, at], OPTION], VISIT] != visit:
        at += 1
    length = 1 + int(roll(dice) * min(many, memory.size[STRING]))
    first = max(0, at - int(roll(dice) * length))
    last = min(many, first + length)
    for place in range(first, last):
        out = sheet.option[sheet.arc[plan.route[opening, place], OPTION], VISIT]
        plan.holder[out] = -1
        memory.pool[memory.size[1]] = out
        memory.size[1] += 1
    for place in range(last, many):
        plan.route[opening, place - last + first] = plan.route[opening, place]
    plan.many[opening] = many - (last - first)
    settle_route(sheet, town, plan, opening)


@lean
def _ruin(sheet: Sheet, town: Town, plan: Plan, memory: Memory, dice: IntArray) -> None:
    """Around a visit drawn by lot: strings of a few routes, and the open visits near it."""
    seed = int(roll(dice) * len(plan.holder))
    strings, opens = 1 + int(roll(dice) * 5), 4 + int(roll(dice) * 16)
    for number in range(town.near.shape[1]):
        visit = town.near[seed, number]
        if visit < 0:
            break
        if plan.holder[visit] >= 0 and strings > 0 and memory.mark[plan.holder[visit]] != memory.size[2]:
            _cut_string(sheet, town, plan, memory, visit, dice)
            strings -= 1
        elif plan.holder[visit] < 0 and opens > 0 and not _pooled(memory, visit):
            memory.pool[memory.size[1]] = visit
            memory.size[1] += 1
            opens -= 1


@lean
def _found(sheet: Sheet, town: Town, plan: Plan, memory: Memory, visit: int) -> None:
    """Give an open visit to the first that has nothing, even at a loss: its neighbours may make it worth the way."""
    for number in range(town.arc_first[visit], town.arc_first[visit + 1]):
        arc = town.arcs[number]
        if plan.many[sheet.arc[arc, OPENING]] == 0 and try_at(sheet, town, plan, arc, 0) != CANNOT:
            if _touch(plan, memory, sheet.arc[arc, OPENING]):
                put(sheet, town, plan, arc, 0)
            return


@lean
def _pooled(memory: Memory, visit: int) -> bool:
    found = False
    for number in range(memory.size[1]):
        found |= memory.pool[number] == visit
    return found


@lean
def _order(sheet: Sheet, town: Town, memory: Memory, dice: IntArray) -> None:
    """Sort the pool by lot, by gain, by gain an hour, or by what is hardest to place."""
    how = roll(dice)
    for number in range(memory.size[1]):
        visit = memory.pool[number]
        luck, first = roll(dice), town.arc_first[visit]
        key = luck
        if how > 0.3 and town.arc_first[visit + 1] > first:
            arc = town.arcs[first]
            key = float(sheet.arc[arc, GAIN]) * (0.8 + 0.4 * luck)
            if how > 0.65:
                key /= float(sheet.option[sheet.arc[arc, OPTION], SECONDS] + 900)
            if how > 0.9:
                key = -float(town.arc_first[visit + 1] - first)
        memory.key[number] = key
    for number in range(1, memory.size[1]):
        at = number
        while at > 0 and memory.key[at - 1] < memory.key[at]:
            memory.key[at - 1], memory.key[at] = memory.key[at], memory.key[at - 1]
            memory.pool[at - 1], memory.pool[at] = memory.pool[at], memory.pool[at - 1]
            at -= 1


@lean
def _recreate(
    sheet: Sheet,
    town: Town,
    plan: Plan,
    memory: Memory,
    dice: IntArray,
    blink: FloatArray,
) -> None:
    """Put the pool back, each visit where it adds most; touched openings are remembered before they change."""
    for number in range(memory.size[1]):
        visit = memory.pool[number]
        if plan.holder[visit] >= 0:
            continue
        opening = insert_best(sheet, town, plan, visit, dice, blink)
        if opening >= 0 and memory.mark[opening] != memory.size[2]:
            _remember_without(sheet, plan, memory, opening, visit)


@lean
def _remember_without(sheet: Sheet, plan: Plan, memory: Memory, opening: int, visit: int) -> None:
    """Remember an opening as it was before this visit came."""
    number, put = memory.size[0], 0
    memory.mark[opening] = memory.size[2]
    memory.touched[number] = opening
    for at in range(plan.many[opening]):
        if sheet.option[sheet.arc[plan.route[opening, at], OPTION], VISIT] != visit:
            memory.route[number, put] = plan.route[opening, at]
            put += 1
    memory.many[number] = put
    memory.size[0] += 1


@compiled
def anneal(sheet: Sheet, town: Town, plan: Plan, memory: Memory, dice: IntArray, heat: FloatArray) -> None:
    """Steps from `heat[0]` to `heat[1]` units of temperature, `heat[2]` of them; the best plan is left in `plan`.

    `heat[3:6]` is the `blink` of `insert_best`, `heat[6]` how many visits of a route go out at most.
    """
    steps, blink = int(heat[2]), heat[3:6]
    best_route, best_many = plan.route.copy(), plan.many.copy()
    memory.size[STRING] = int(heat[6])
    total = plan.value.sum()
    best = total
    values = plan.value.copy()
    for step in range(steps):
        memory.size[0], memory.size[1] = 0, 0
        memory.size[2] += 1
        temperature = heat[0] * (heat[1] / heat[0]) ** (step / steps)
        _ruin(sheet, town, plan, memory, dice)
        if blink[2] > 0 and memory.size[1] > 0 and roll(dice) < FOUNDED:
            _found(sheet, town, plan, memory, memory.pool[int(roll(dice) * memory.size[1])])
        _order(sheet, town, memory, dice)
        _recreate(sheet, town, plan, memory, dice, blink)
        change = 0
        for number in range(memory.size[0]):
            change += plan.value[memory.touched[number]] - values[memory.touched[number]]
        if change < temperature * math.log(max(1e-12, roll(dice))):
            _undo(sheet, town, plan, memory)
            continue
        total += change
        for number in range(memory.size[0]):
            values[memory.touched[number]] = plan.value[memory.touched[number]]
        if total > best:
            best = total
            best_route[:] = plan.route
            best_many[:] = plan.many
    _restore(sheet, town, plan, best_route, best_many)


@compiled
def _restore(sheet: Sheet, town: Town, plan: Plan, route: IntArray, many: IntArray) -> None:
    """Make the plan what these routes say."""
    plan.holder[:] = -1
    for opening in range(len(many)):
        plan.many[opening] = many[opening]
        for at in range(many[opening]):
            plan.route[opening, at] = route[opening, at]
            plan.holder[sheet.option[sheet.arc[route[opening, at], OPTION], VISIT]] = opening
        settle_route(sheet, town, plan, opening)
