"""Routes of a roster: the stops of every duty in order, with the way and the waiting they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.clockwork import advance, resting, retreat
from matching.errors import SolveError
from matching.fleet import Fleet
from matching.problem import Commitment
from matching.roster import Route, Stop
from matching.timeline import Duty, duties_of
from matching.travel import IntArray


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit given to a worker at a start."""

    visit: str
    worker: int
    start: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the way and seconds of waiting between stops."""

    travel: int
    idle: int


class DutyBook:
    """The duties of one worker, filled with commitments and new visits."""

    def __init__(self, fleet: Fleet, worker: int) -> None:
        self.fleet = fleet
        self.worker = worker
        self.duties = duties_of(fleet.problem, fleet.times, worker)
        self.new: set[str] = set()

    def add(self, stop: Commitment) -> None:
        """Put a new visit into the duty it lies in."""
        for duty in self.duties:
            if duty.low <= stop.start and stop.finish <= duty.high:
                duty.stops.append(stop)
                self.new.add(stop.visit)
                return
        raise SolveError(f"Visit {stop.visit} was put outside the shifts of its worker.")

    def remove(self, visit: str) -> None:
        """Take a new visit out again."""
        self.new.discard(visit)
        for duty in self.duties:
            duty.stops = [stop for stop in duty.stops if stop.visit != visit]

    def cost(self) -> Cost:
        """The way and waiting of all duties."""
        each = [self.duty_cost(duty) for duty in self.duties]
        return Cost(sum(cost.travel for cost in each), sum(cost.idle for cost in each))

    def duty_of(self, visit: str) -> int:
        """The number of the duty that holds this visit."""
        return next(n for n, duty in enumerate(self.duties) if any(stop.visit == visit for stop in duty.stops))

    def duty_cost(self, duty: Duty) -> Cost:
        """The way from home over all stops and home again; waiting counts between stops only."""
        stops = sorted(duty.stops)
        if not stops:
            return Cost(0, 0)
        ways = self.ways(stops)
        idle = 0
        for before, after, way in zip(stops, stops[1:], ways[1:-1], strict=False):
            free = max(before.finish + self.fleet.problem.buffer, self.fleet.problem.now)
            idle += after.start - free - self._call(resting, free, after.start) - way
        return Cost(sum(ways), idle)

    def ways(self, stops: Sequence[Commitment]) -> list[int]:
        """Seconds from home to the first stop, between stops, and home again."""
        worker = self.fleet.problem.workers[self.worker]
        places = [worker.start, *(stop.place for stop in stops), worker.end_place]
        many = np.full(len(places) - 1, self.worker)
        return [int(s) for s in self.fleet.times.seconds(many, np.array(places[:-1]), np.array(places[1:]))]

    def leave_by(self, visit: str) -> int:
        """The last instant to set out for this visit."""
        stops = sorted(self.duties[self.duty_of(visit)].stops)
        at = [stop.visit for stop in stops].index(visit)
        return self._call(retreat, stops[at].start, self.ways(stops)[at])

    def route(self, number: int) -> Route | None:
        """The route of one duty, or None if nothing is in it."""
        duty = self.duties[number]
        stops = sorted(duty.stops)
        if not stops:
            return None
        ways, made = self.ways(stops), []
        out = leave = self._call(retreat, stops[0].start, ways[0])
        for stop, way in zip(stops, ways, strict=False):
            arrive = self._call(advance, leave, way)
            made.append(
                Stop(
                    stop.visit,
                    stop.place,
                    leave,
                    arrive,
                    stop.start,
                    stop.finish,
                    way,
                    stop.visit not in self.new,
                )
            )
            leave = max(stop.finish + self.fleet.problem.buffer, self.fleet.problem.now)
        back = self._call(advance, max(stops[-1].finish, self.fleet.problem.now), ways[-1])
        code = self.fleet.problem.workers[self.worker].code
        return Route(code, number, out, tuple(made), back, sum(ways))

    def _call(self, function: Callable[[IntArray, IntArray, IntArray], IntArray], first: int, second: int) -> int:
        """One of the vectorised functions for a single pair of numbers."""
        breaks = self.fleet.breaks[self.worker][None]
        return int(function(np.array([first]), np.array([second]), breaks)[0])


def fill(fleet: Fleet, booked: Sequence[Booked]) -> dict[int, DutyBook]:
    """The duty books of all workers who have anything to do."""
    visits = {visit.code: visit for visit in fleet.problem.visits}
    busy = {row for row, worker in enumerate(fleet.problem.workers) if worker.committed}
    books = {row: DutyBook(fleet, row) for row in sorted(busy | {each.worker for each in booked})}
    for each in booked:
        visit = visits[each.visit]
        books[each.worker].add(Commitment(each.start, visit.minutes, visit.place, visit.code))
    return books
