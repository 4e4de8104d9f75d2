"""The independent judge: is a plan allowed, and what is it worth? Plain Python, no code of any engine, peer or matrix.

Value served − seconds on the way, one yuan being 150 seconds; in days of the full flavour what the market adds. A great
circle is measured by the haversine formula, ways are rounded up, and a hair (a millionth of a second) above a whole
second counts as that second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.days import EARTH_RADIUS_M, SECONDS_PER_YUAN, Day, DayVisit, DayWorker, Plan

HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says: faults (none: the plan is allowed), worth in seconds, visits served, ways, Gini."""

    faults: tuple[str, ...]
    objective: float
    served: int
    travel: int
    gini: float

    @property
    def travel_per_visit(self) -> float:
        """Seconds on the way for each visit served."""
        return self.travel / max(1, self.served)


@dataclass(frozen=True, slots=True)
class _Stop:
    """Something a worker does at a place: a visit (with its index) or a commitment (−1)."""

    start: int
    seconds: int
    place: int
    visit: int


def way(day: Day, worker: DayWorker, one: int, other: int) -> int:
    """Seconds from place to place for this worker."""
    if one == other or day.places[one] == day.places[other]:
        return 0
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, day.places[place])) for place in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    metres = 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))
    return math.ceil(day.fixed_seconds + day.detour * metres / worker.speed - HAIR)


def judge(day: Day, plan: Plan) -> Verdict:
    """Look at every rule and add up the worth."""
    faults = list(_twice(day, plan))
    worth, travel, incomes = 0.0, 0, []
    for row, (worker, route) in enumerate(zip(day.workers, plan.routes, strict=True)):
        visits = [day.visits[visit] for visit, _ in route]
        for visit, (number, start) in zip(visits, route, strict=True):
            faults += [f"visit {number} by worker {row}: {fault}" for fault in _pair_faults(day, row, visit, start)]
        stops = [_Stop(start, day.visits[visit].seconds, day.visits[visit].place, visit) for visit, start in route]
        faults += [f"worker {row}: {fault}" for fault in _time_faults(day, worker, stops)]
        own = _ways(day, worker, _with_commitments(worker, stops)) - _ways(day, worker, _with_commitments(worker, []))
        travel += own
        worth += sum(pair_worth(day, row, visit) for visit in visits) - own
        incomes.append(sum(visit.fen for visit in visits) / max(1, worker.end - worker.start))
    return Verdict(tuple(faults), worth, plan.served, travel, gini(incomes))


def pair_worth(day: Day, row: int, visit: DayVisit) -> float:
    """What it is worth that this worker does this visit, ways apart, in seconds."""
    worker, rates = day.workers[row], day.rates
    worth = visit.fen / 100 * SECONDS_PER_YUAN * worker.p_accept - rates.refusal * (1 - worker.p_accept)
    worth += rates.star * worker.stars + rates.fairness * worker.fairness_gap
    worth += rates.favourite * (row in visit.preferred) + rates.same_home * (row in visit.known)
    return worth


def gini(incomes: list[float]) -> float:
    """How unevenly incomes are spread: 0 all alike, 1 all to one."""
    ordered, total = sorted(incomes), sum(incomes)
    if total == 0:
        return 0.0
    many = len(ordered)
    return sum((2 * rank - many - 1) * income for rank, income in enumerate(ordered, start=1)) / (many * total)


def _twice(day: Day, plan: Plan) -> Iterator[str]:
    seen: set[int] = set()
    for route in plan.routes:
        for visit, _ in route:
            if visit in seen or not 0 <= visit < len(day.visits):
                yield f"visit {visit} is served twice or does not exist"
            seen.add(visit)


def _pair_faults(day: Day, row: int, visit: DayVisit, start: int) -> Iterator[str]:
    if not visit.skills <= day.workers[row].skills:
        yield "a skill is missing"
    if row in visit.blocked or row in visit.declined:
        yield "these two do not go together"
    if not visit.earliest <= start <= visit.latest:
        yield "the start is outside the window"
    if start % day.grid:
        yield "the start is off the grid"


def _with_commitments(worker: DayWorker, stops: list[_Stop]) -> list[_Stop]:
    fixed = [_Stop(stay.start, stay.seconds, stay.place, -1) for stay in worker.committed]
    return sorted(stops + fixed, key=lambda stop: stop.start)


def _ways(day: Day, worker: DayWorker, stops: list[_Stop]) -> int:
    if not stops:
        return 0
    places = [worker.home, *(stop.place for stop in stops), worker.home]
    return sum(way(day, worker, one, other) for one, other in pairwise(places))


def _time_faults(day: Day, worker: DayWorker, visits: list[_Stop]) -> Iterator[str]:
    """Way, buffer, breaks and shift; walks through the day once."""
    stops, free, place = _with_commitments(worker, visits), worker.start, worker.home
    for number, stop in enumerate(stops):
        begin = free + (day.buffer if number else 0)
        if arrival(worker, begin, way(day, worker, place, stop.place)) > stop.start:
            yield f"cannot be at place {stop.place} by {stop.start}"
        free, place = stop.start + stop.seconds, stop.place
        if any(stop.start < end and free > begin for begin, end in worker.breaks):
            yield f"works at place {stop.place} during a break"
    if stops and arrival(worker, free, way(day, worker, place, worker.home)) > worker.end:
        yield "is not home in time"


def arrival(worker: DayWorker, begin: int, seconds: int) -> int:
    """When somebody who sets out at `begin` is there, resting in breaks."""
    now, left = begin, seconds
    for start, end in worker.breaks:
        if end <= now or left == 0:
            continue
        gone = max(0, min(left, start - now))
        now, left = now + gone, left - gone
        if left and now >= start:
            now = end
    return now + left
