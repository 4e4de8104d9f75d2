"""From orders to times: peers say who goes where in which order; every visit is then begun as early as it can be."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.days import Day, Plan
from benchmarks.judge import way


def timed(day: Day, orders: Sequence[Sequence[int]]) -> Plan:
    """The plan in which each worker goes through these visits in this order, each as early as possible (core days)."""
    routes = []
    for worker, order in zip(day.workers, orders, strict=True):
        route, free, place = [], worker.start, worker.home
        for number in order:
            visit = day.visits[number]
            start = max(visit.earliest, free + way(day, worker, place, visit.place))
            route.append((number, start))
            free, place = start + visit.seconds, visit.place
        routes.append(tuple(route))
    return Plan(tuple(routes))
