"""A plan that changes: routes of arcs in every opening, and the best insertion of a visit into them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.compiled import compiled, lean
from matching.kernels.clock import leg
from matching.kernels.sequence import CANNOT, idle_of, value_of
from matching.kernels.sheet import (
    BASE,
    ENTRY,
    GAIN,
    IDLE,
    MINUTES,
    ONWARD,
    OPENING,
    OPTION,
    SECONDS,
    TRAVEL,
    VISIT,
    WORKER,
    Sheet,
)
from matching.travel import FloatArray, IntArray


class Town(NamedTuple):
    """What does not change: the arcs of each visit, likeliest first; its neighbours; hours and rest of the workers.

    `rows[row_first[o]:row_first[o + 1]]` are the hour rows of opening o; `of_worker[w]:of_worker[w + 1]` its openings;
    `option_first[v]:option_first[v + 1]` the options of visit v.
    """

    option_first: IntArray
    arc_first: IntArray
    arcs: IntArray
    near: IntArray
    row_first: IntArray
    rows: IntArray
    of_worker: IntArray
    day: IntArray
    rest: IntArray


class Plan(NamedTuple):
    """Routes (arcs, -1 padded) and what follows from them for every opening.

    How many stops, value, minutes, begin, finish, waiting; who has each visit; minutes left in hour rows. `scratch`
    holds the sequence being tried and its starts.
    """

    route: IntArray
    many: IntArray
    value: IntArray
    minutes: IntArray
    begin: IntArray
    finish: IntArray
    wait: IntArray
    holder: IntArray
    left: IntArray
    scratch: IntArray


ARC, AT = 1, 2  # entries of a best place


@lean
def roll(dice: IntArray) -> float:
    """The next number between 0 and 1 of a little generator whose state is `dice[0]`."""
    dice[0] = (dice[0] * 1103515245 + 12345) & 0x7FFFFFFF
    high = dice[0] >> 8
    dice[0] = (dice[0] * 1103515245 + 12345) & 0x7FFFFFFF
    return float((high << 20) ^ (dice[0] >> 8)) / float(1 << 43)


@lean
def allowed(sheet: Sheet, town: Town, plan: Plan, opening: int, many: int) -> bool:
    """Whether hours and rest allow the sequence in `scratch`, whose starts are known, in place of what is there."""
    minutes = 0
    for at in range(many):
        minutes += sheet.option[sheet.arc[plan.scratch[0, at], OPTION], MINUTES]
    for number in range(town.row_first[opening], town.row_first[opening + 1]):
        if plan.left[town.rows[number]] + plan.minutes[opening] < minutes:
            return False
    return rested(sheet, town, plan, opening, many)


@lean
def rested(sheet: Sheet, town: Town, plan: Plan, opening: int, many: int) -> bool:
    """Whether the sequence in `scratch` leaves the worker's rest to the work of other days."""
    worker = sheet.opening[opening, WORKER]
    rest = town.rest[worker]
    if rest == 0:
        return True
    last = sheet.arc[plan.scratch[0, many - 1], OPTION]
    finish = plan.scratch[1, many - 1] + sheet.option[last, SECONDS]
    for other in range(town.of_worker[worker], town.of_worker[worker + 1]):
        if other == opening or plan.many[other] == 0:
            continue
        if town.day[other] < town.day[opening] and plan.finish[other] + rest > plan.scratch[1, 0]:
            return False
        if town.day[other] > town.day[opening] and finish + rest > plan.begin[other]:
            return False
    return True


@lean
def settle_route(sheet: Sheet, town: Town, plan: Plan, opening: int) -> None:
    """Count afresh what an opening holds, after its route has changed."""
    before, many = plan.minutes[opening], plan.many[opening]
    minutes = 0
    for at in range(many):
        minutes += sheet.option[sheet.arc[plan.route[opening, at], OPTION], MINUTES]
        plan.scratch[0, at] = plan.route[opening, at]
    plan.minutes[opening] = minutes
    for number in range(town.row_first[opening], town.row_first[opening + 1]):
        plan.left[town.rows[number]] += before - minutes
    plan.value[opening] = value_of(sheet, opening, plan.scratch[0], many, plan.scratch[1])
    plan.wait[opening] = 0
    if many:
        last = sheet.arc[plan.route[opening, many - 1], OPTION]
        plan.begin[opening] = plan.scratch[1, 0]
        plan.finish[opening] = plan.scratch[1, many - 1] + sheet.option[last, SECONDS]
        if sheet.rate[IDLE] > 0:
            plan.wait[opening] = idle_of(sheet, opening, plan.scratch[0], many, plan.scratch[1])


@lean
def added_way(sheet: Sheet, plan: Plan, opening: int, arc: int, at: int) -> int:
    """Seconds that putting an arc at this place adds to the route (to an empty one: its whole way)."""
    worker, many = sheet.opening[opening, WORKER], plan.many[opening]
    option = sheet.arc[arc, OPTION]
    if many == 0:
        return int(sheet.arc[arc, ENTRY] + sheet.arc[arc, ONWARD])
    if at == 0:
        after = plan.route[opening, 0]
        there, old = sheet.arc[arc, ENTRY], sheet.arc[after, ENTRY]
        return int(there + leg(sheet, worker, option, sheet.arc[after, OPTION]) - old)
    before = sheet.arc[plan.route[opening, at - 1], OPTION]
    there = leg(sheet, worker, before, option)
    if at == many:
        return int(there + sheet.arc[arc, ONWARD] - sheet.arc[plan.route[opening, at - 1], ONWARD])
    after = sheet.arc[plan.route[opening, at], OPTION]
    return int(there + leg(sheet, worker, option, after) - leg(sheet, worker, before, after))


@lean
def try_at(sheet: Sheet, town: Town, plan: Plan, arc: int, at: int) -> int:
    """What putting an arc at this place of its opening would add; `CANNOT` if it does not fit."""
    opening = sheet.arc[arc, OPENING]
    many = plan.many[opening]
    for before in range(at):
        plan.scratch[0, before] = plan.route[opening, before]
    plan.scratch[0, at] = arc
    for after in range(at, many):
        plan.scratch[0, after + 1] = plan.route[opening, after]
    value = value_of(sheet, opening, plan.scratch[0], many + 1, plan.scratch[1])
    if value == CANNOT or not allowed(sheet, town, plan, opening, many + 1):
        return CANNOT
    return int(value - plan.value[opening])


@lean
def most_added(sheet: Sheet, plan: Plan, arc: int) -> int:
    """What putting an arc into its opening could add at most, the way not counted."""
    opening = sheet.arc[arc, OPENING]
    hope = sheet.arc[arc, GAIN] + int(sheet.rate[IDLE]) * plan.wait[opening]
    if plan.many[opening] == 0:
        hope += sheet.opening[opening, BASE]
    return int(hope)


@lean
def insert_best(sheet: Sheet, town: Town, plan: Plan, visit: int, dice: IntArray, blink: FloatArray) -> int:
    """Put a visit where it adds most; the opening, or -1 if it adds nothing anywhere.

    `blink`: how likely a place is to be overlooked, how many arcs are tried before the rest is, and the openings of how
    many neighbours are tried first (then the first empty opening is tried, too).
    """
    best, widely = look_around(sheet, town, plan, visit, dice, blink), blink[2] > 0
    first, last = town.arc_first[visit], town.arc_first[visit + 1]
    for number in range(first, last):
        arc = town.arcs[number]
        enough = best[ARC] >= 0 and number - first >= blink[1]
        if enough and not widely:
            break
        if enough and plan.many[sheet.arc[arc, OPENING]] > 0:
            continue
        if not overlooked(plan, sheet.arc[arc, OPENING], dice, blink):
            best = best_place(sheet, town, plan, arc, best)
        if enough:
            break
    if best[ARC] < 0:
        return -1
    put(sheet, town, plan, best[ARC], best[AT])
    return int(sheet.arc[best[ARC], OPENING])


@lean
def overlooked(plan: Plan, opening: int, dice: IntArray, blink: FloatArray) -> bool:
    """Whether there is no room in an opening, or it is passed over by lot."""
    return bool(plan.many[opening] + 1 >= plan.route.shape[1] or (blink[0] > 0 and roll(dice) < blink[0]))


@lean
def best_place(sheet: Sheet, town: Town, plan: Plan, arc: int, best: tuple[int, int, int]) -> tuple[int, int, int]:
    """Where in its opening an arc adds most, if it is more than the best so far: what it adds, the arc, the place."""
    opening, hope = sheet.arc[arc, OPENING], most_added(sheet, plan, arc)
    for at in range(plan.many[opening] + 1):
        if hope - added_way(sheet, plan, opening, arc, at) * int(sheet.rate[TRAVEL]) > best[0]:
            more = try_at(sheet, town, plan, arc, at)
            if more > best[0]:
                best = (more, arc, at)
    return best


@lean
def look_around(
    sheet: Sheet, town: Town, plan: Plan, visit: int, dice: IntArray, blink: FloatArray
) -> tuple[int, int, int]:
    """The best place with those who have the visits nearest to this one."""
    best = (0, -1, 0)
    for number in range(min(int(blink[2]), town.near.shape[1])):
        other = town.near[visit, number]
        if other < 0 or plan.holder[other] < 0 or was_seen(town, plan, visit, number):
            continue
        opening = plan.holder[other]
        if overlooked(plan, opening, dice, blink):
            continue
        for option in range(town.option_first[visit], town.option_first[visit + 1]):
            arc = arc_of(sheet, opening, option)
            if arc >= 0:
                best = best_place(sheet, town, plan, arc, best)
    return best


@lean
def was_seen(town: Town, plan: Plan, visit: int, number: int) -> bool:
    """Whether a nearer neighbour has the same opening."""
    at = 0
    while at < number and plan.holder[town.near[visit, at]] != plan.holder[town.near[visit, number]]:
        at += 1
    return at < number


@lean
def arc_of(sheet: Sheet, opening: int, option: int) -> int:
    """The arc of an option in an opening, -1 if there is none; arcs of an opening are in the order of options."""
    low, high = sheet.first[opening], sheet.first[opening + 1]
    while low < high:
        middle = (low + high) // 2
        if sheet.arc[middle, OPTION] < option:
            low = middle + 1
        else:
            high = middle
    if low < sheet.first[opening + 1] and sheet.arc[low, OPTION] == option:
        return int(low)
    return -1


@lean
def put(sheet: Sheet, town: Town, plan: Plan, arc: int, at: int) -> None:
    """Put an arc into its opening at this place."""
    opening = sheet.arc[arc, OPENING]
    for after in range(plan.many[opening], at, -1):
        plan.route[opening, after] = plan.route[opening, after - 1]
    plan.route[opening, at] = arc
    plan.many[opening] += 1
    plan.holder[sheet.option[sheet.arc[arc, OPTION], VISIT]] = opening
    settle_route(sheet, town, plan, opening)


@compiled
def insert_all(
    sheet: Sheet,
    town: Town,
    plan: Plan,
    order: IntArray,
    dice: IntArray,
    blink: FloatArray,
) -> None:
    """Insert visits in this order, those that nobody has."""
    for visit in order:
        if plan.holder[visit] < 0:
            insert_best(sheet, town, plan, visit, dice, blink)


@compiled
def load_routes(sheet: Sheet, town: Town, plan: Plan, arcs: IntArray) -> None:
    """Take over routes, one row of arcs (-1 padded) for each opening that has any."""
    for row in range(len(arcs)):
        opening, many = sheet.arc[arcs[row, 0], OPENING], 0
        while many < arcs.shape[1] and arcs[row, many] >= 0:
            plan.route[opening, many] = arcs[row, many]
            plan.holder[sheet.option[sheet.arc[arcs[row, many], OPTION], VISIT]] = opening
            many += 1
        plan.many[opening] = many
        settle_route(sheet, town, plan, opening)


def empty_plan(sheet: Sheet, visits: int, left: IntArray, longest: int) -> Plan:
    """A plan in which nobody has anything, with room for so many stops in each opening."""
    openings = len(sheet.opening)

    def zeros() -> IntArray:
        return np.zeros(openings, dtype=np.int64)

    return Plan(
        np.full((openings, longest + 1), -1, dtype=np.int64),
        zeros(),
        zeros(),
        zeros(),
        zeros(),
        zeros(),
        zeros(),
        np.full(visits, -1, dtype=np.int64),
        left.copy(),
        np.zeros((2, longest + 2), dtype=np.int64),
    )
