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

MOST = 12
FAR = 1 << 40


class Days:
    """Everybody's day so far: places in order with earliest finish and latest arrival, in arrays."""

    def __init__(self, day: Day) -> None:
        many = len(day.workers)
        self.day, self.points = day, vectors(day)
        self.speed = np.array([worker.speed for worker in day.workers])
        self.orders: list[list[int]] = [[] for _ in day.workers]
        self.place = np.repeat(np.array([worker.home for worker in day.workers])[:, None], MOST + 2, axis=1)
        self.finish = np.full((many, MOST + 1), FAR)
        self.finish[:, 0] = [worker.start for worker in day.workers]
        self.arrive = np.full((many, MOST + 1), -FAR)
        self.arrive[:, 0] = [worker.end for worker in day.workers]
        names = sorted({skill for worker in day.workers for skill in worker.skills})
        self.bit = {name: 1 << row for row, name in enumerate(names)}
        self.skills = np.array([sum(self.bit[skill] for skill in worker.skills) for worker in day.workers])

    def openings(self, number: int) -> tuple[Table, npt.NDArray[np.bool_]]:
        """Seconds to this visit from each stop of each worker, and whether it fits right behind that stop."""
        visit = self.day.visits[number]
        need = sum(self.bit.get(skill, 1 << 62) for skill in visit.skills)
        metres = arcs(self.points[self.place], self.points[visit.place])
        ways = seconds(self.day, metres, self.speed[:, None])
        start = np.maximum(visit.earliest, self.finish + ways[:, :-1])
        fits = (start <= visit.latest) & (start + visit.seconds + ways[:, 1:] <= self.arrive)
        return ways[:, :-1], fits & ((self.skills & need) == need)[:, None]

    def put(self, number: int, worker: int, behind: int) -> None:
        """Give the visit to this worker behind that stop, and work out the times anew."""
        order = self.orders[worker]
        order.insert(behind, number)
        if len(order) > MOST - 1:
            self.arrive[worker] = -FAR
            return
        hand, day = self.day.workers[worker], self.day
        places = [hand.home, *(day.visits[visit].place for visit in order), hand.home]
        at = self.points[places]
        ways = seconds(day, arcs(at[:-1], at[1:]), hand.speed).tolist()
        self.place[worker] = hand.home
        self.place[worker, : len(places)] = places
        self.finish[worker], self.arrive[worker] = FAR, -FAR
        free = self.finish[worker, 0] = hand.start
        for stop, visit in enumerate(order):
            wish = day.visits[visit]
            free = max(wish.earliest, free + ways[stop]) + wish.seconds
            self.finish[worker, stop + 1] = free
        due = self.arrive[worker, len(order)] = hand.end
        for stop in range(len(order) - 1, -1, -1):
            wish = day.visits[order[stop]]
            due = min(wish.latest, due - ways[stop + 1] - wish.seconds)
            self.arrive[worker, stop] = due


def prepare(day: Day) -> Days:
    """The empty days."""
    return Days(day)


def nearest(day: Day, days: Any, budget: Budget, tell: Tell) -> None:
    """Whoever has the shortest way to the visit, from home or from the visit before it, and time for it."""
    del budget
    for number in range(len(day.visits)):
        ways, fits = days.openings(number)
        if fits.any():
            worker, behind = np.unravel_index(np.where(fits, ways, FAR).argmin(), ways.shape)
            days.put(number, int(worker), int(behind))
    tell(days.orders)


def broadcast(day: Day, days: Any, budget: Budget, tell: Tell) -> None:
    """Everybody who could come is asked at once, and anyone of them may be the first to say yes."""
    rng = np.random.default_rng(budget.seed)
    for number in range(len(day.visits)):
        ways, fits = days.openings(number)
        hands = np.flatnonzero(fits.any(axis=1))
        if len(hands):
            worker = int(rng.choice(hands))
            days.put(number, worker, int(np.where(fits[worker], ways[worker], FAR).argmin()))
    tell(days.orders)
