"""What most houses do today: send the nearest worker, or ask everybody and take the first. In order of request.

Both may put a visit anywhere into a worker's day as long as what stands there can be kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.days import Day
from benchmarks.matrices import Table, arcs, seconds, vectors
from benchmarks.peers import Budget, Tell
from benchmarks.plans import halves_of

MOST = 12
FAR = 1 << 40


class Days:
    """Everybody's day so far: places in order with earliest finish and latest arrival, in arrays, a row for each half.

    `pause` is what a stop asks for before it can be left or reached: the buffer, at home nothing.
    """

    def __init__(self, day: Day) -> None:
        self.day, self.points, self.halves = day, vectors(day), halves_of(day)
        legs = [leg for _, leg in self.halves]
        many = len(legs)
        self.worker = np.array([leg.worker for leg in legs])
        self.speed = np.array([day.workers[leg.worker].speed for leg in legs])
        self.orders: list[list[int]] = [[] for _ in legs]
        self.place = np.repeat(np.array([leg.end_place for leg in legs])[:, None], MOST + 2, axis=1)
        self.place[:, 0] = [leg.place for leg in legs]
        self.pause = np.repeat(np.array([day.buffer * leg.before for leg in legs])[:, None], MOST + 2, axis=1)
        self.pause[:, 0] = [day.buffer * leg.behind for leg in legs]
        self.finish = np.full((many, MOST + 1), FAR)
        self.finish[:, 0] = [leg.start for leg in legs]
        self.arrive = np.full((many, MOST + 1), -FAR)
        self.arrive[:, 0] = [leg.end for leg in legs]
        names = sorted({skill for worker in day.workers for skill in worker.skills})
        self.bit = {name: 1 << row for row, name in enumerate(names)}
        skills = [day.workers[leg.worker].skills for leg in legs]
        self.skills = np.array([sum(self.bit[skill] for skill in each) for each in skills])

    @property
    def by_leg(self) -> list[list[int]]:
        """The orders of legs: of their halves one after the other."""
        orders: list[list[int]] = [[] for _ in range(self.halves[-1][0] + 1)]
        for (number, _), order in zip(self.halves, self.orders, strict=True):
            orders[number] += order
        return orders

    def openings(self, number: int) -> tuple[Table, npt.NDArray[np.bool_]]:
        """Seconds to this visit from each stop of each half, and whether it fits right behind that stop."""
        visit = self.day.visits[number]
        need = sum(self.bit.get(skill, 1 << 62) for skill in visit.skills)
        metres = arcs(self.points[self.place], self.points[visit.place])
        ways = seconds(self.day, metres, self.speed[:, None])
        last = self._lasting(ways, self.pause)
        start = np.maximum(visit.earliest, self.finish + last[:, :-1])
        fits = (start <= visit.latest) & (start + visit.seconds + last[:, 1:] <= self.arrive)
        able = ((self.skills & need) == need) & ~np.isin(self.worker, list(visit.blocked | visit.declined))
        return ways[:, :-1], fits & able[:, None]

    def _lasting(self, ways: Table, pause: Table) -> Table:
        """Ways with what is paused before or after them, on the grid."""
        return np.asarray(-(-(ways + pause) // self.day.grid) * self.day.grid)

    def put(self, number: int, half: int, behind: int) -> None:
        """Give the visit to this half behind that stop, and work out the times anew."""
        order = self.orders[half]
        order.insert(behind, number)
        if len(order) > MOST - 1:
            self.arrive[half] = -FAR
            return
        day, last = self.day, len(order) + 1
        self.place[half, last:] = self.place[half, -1]
        self.place[half, 1:last] = [day.visits[visit].place for visit in order]
        self.pause[half, last:] = self.pause[half, -1]
        self.pause[half, 1:last] = day.buffer
        at, pauses = self.points[self.place[half, : last + 1]], self.pause[half, : last + 1]
        ways = seconds(day, arcs(at[:-1], at[1:]), self.speed[half])
        lasting = self._lasting(ways, np.minimum(pauses[:-1], pauses[1:])).tolist()
        free, due = self.finish[half, 0], self.halves[half][1].end
        self.finish[half, 1:], self.arrive[half] = FAR, -FAR
        for stop, visit in enumerate(order):
            wish = day.visits[visit]
            free = max(wish.earliest, free + lasting[stop]) + wish.seconds
            self.finish[half, stop + 1] = free
        self.arrive[half, len(order)] = due
        for stop in range(len(order) - 1, -1, -1):
            wish = day.visits[order[stop]]
            due = min(wish.latest, due - lasting[stop + 1] - wish.seconds)
            self.arrive[half, stop] = due


def prepare(day: Day) -> Days:
    """The empty days."""
    return Days(day)


def nearest(day: Day, days: Any, budget: Budget, tell: Tell) -> None:
    """Whoever has the shortest way to the visit, from home or from the visit before it, and time for it."""
    del budget
    for number in range(len(day.visits)):
        ways, fits = days.openings(number)
        if fits.any():
            half, behind = np.unravel_index(np.where(fits, ways, FAR).argmin(), ways.shape)
            days.put(number, int(half), int(behind))
    tell(days.by_leg)


def broadcast(day: Day, days: Any, budget: Budget, tell: Tell) -> None:
    """Everybody who could come is asked at once, and anyone of them may be the first to say yes."""
    rng = np.random.default_rng(budget.seed)
    for number in range(len(day.visits)):
        ways, fits = days.openings(number)
        hands = np.flatnonzero(fits.any(axis=1))
        if len(hands):
            half = int(rng.choice(hands))
            days.put(number, half, int(np.where(fits[half], ways[half], FAR).argmin()))
    tell(days.by_leg)
