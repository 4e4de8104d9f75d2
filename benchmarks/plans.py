"""From orders to times: peers say who goes where in which order; every visit is then begun as early as it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.days import Day, DayVisit, Plan
from benchmarks.judge import arrival, way


@dataclass(frozen=True, slots=True)
class Leg:
    """What lies between two fixed points of a worker's day: home and home, or a commitment on either side.

    From `place` at `start` at the earliest to `end_place` by `end`; `behind` and `before` say whether there is a
    commitment, which asks for the buffer.
    """

    worker: int
    place: int
    end_place: int
    start: int
    end: int
    behind: bool = False
    before: bool = False


def legs_of(day: Day) -> tuple[Leg, ...]:
    """Of all workers, in order; days of the core flavour have one leg for each worker."""
    legs = []
    for row, worker in enumerate(day.workers):
        place, start, behind = worker.home, worker.start, False
        for stay in worker.committed:
            legs.append(Leg(row, place, stay.place, start, stay.start, behind, before=True))
            place, start, behind = stay.place, stay.start + stay.seconds, True
        legs.append(Leg(row, place, worker.home, start, worker.end, behind))
    return tuple(legs)


def halves_of(day: Day) -> list[tuple[int, Leg]]:
    """The legs by number, cut at breaks for those who know none: they come home for it (and then need not go there)."""
    halves = []
    for number, leg in enumerate(legs_of(day)):
        home, left = day.workers[leg.worker].home, leg
        for begin, end in day.workers[leg.worker].breaks:
            halves.append((number, replace(left, end_place=home, end=begin, before=False)))
            left = replace(left, place=home, start=end, behind=False)
        halves.append((number, left))
    return halves


def timed(day: Day, orders: Sequence[Sequence[int]]) -> Plan:
    """The plan in which each leg has these visits in this order, each begun as early as possible.

    What cannot be begun in time is left out, so that a peer loses no more by it than that.
    """
    routes: list[list[tuple[int, int]]] = [[] for _ in day.workers]
    for leg, order in zip(legs_of(day), orders, strict=True):
        free, place, pause = leg.start, leg.place, day.buffer if leg.behind else 0
        for number in order:
            visit = day.visits[number]
            start = _start(day, leg, visit, (free + pause, place))
            if start is not None:
                routes[leg.worker].append((number, start))
                free, place, pause = start + visit.seconds, visit.place, day.buffer
    return Plan(tuple(map(tuple, routes)))


def _start(day: Day, leg: Leg, visit: DayVisit, since: tuple[int, int]) -> int | None:
    """When the visit begins for whoever sets out at that second from that place; None if it is too late for it."""
    worker = day.workers[leg.worker]
    there = arrival(worker, since[0], way(day, worker, since[1], visit.place))
    start = -(-max(visit.earliest, there) // day.grid) * day.grid
    for begin, end in worker.breaks:
        if start < end and begin < start + visit.seconds:
            start = -(-end // day.grid) * day.grid
    done = start + visit.seconds + (day.buffer if leg.before else 0)
    back = arrival(worker, done, way(day, worker, visit.place, leg.end_place))
    return start if start <= visit.latest and back <= leg.end else None
