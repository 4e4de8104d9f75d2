"""The bridge to the matcher: a day as its `Problem`, a roster as a plan that the judge can read."""

from __future__ import annotations

from benchmarks.days import SECONDS_PER_YUAN, Day, DayVisit, DayWorker, Plan, Rates
from benchmarks.generator import make_day
from matching import Commitment, Haversine, Point, Problem, Roster, Shift, Visit, Weights, Window, Worker
from matching.problem import Break

EPOCH = "2026-11-23T00:00:00+08:00"


def weights_of(rates: Rates) -> Weights:
    """Value served − travel seconds, one yuan being 150 seconds, and what the flavour adds; nothing else counts."""
    return Weights(
        travel=1.0, km=0.0, idle=0.0, yuan=SECONDS_PER_YUAN / 60, star=rates.star / 60,
        favourite=rates.favourite / 60, same_home=rates.same_home / 60, unreliability=0.0,
        fairness=rates.fairness / 60, newcomer=0.0, refusal=rates.refusal / 60, change=0.0, broken_promise=0.0,
        unfilled_rescue=0.0, unfilled_recurring=0.0, unfilled_one_off=0.0,
    )  # fmt: skip


def problem_of(day: Day) -> Problem:
    """The day as the matcher takes it; visit 3 is `V3`, worker 7 is `W7`."""
    return Problem(
        epoch=EPOCH,
        places=tuple(Point(lat, lon) for lat, lon in day.places),
        visits=tuple(_visit(row, visit) for row, visit in enumerate(day.visits)),
        workers=tuple(_worker(row, worker) for row, worker in enumerate(day.workers)),
        travel=Haversine(day.fixed_seconds, day.detour),
        weights=weights_of(day.rates),
        grid_seconds=day.grid,
        buffer_minutes=day.buffer // 60,
    )


def make_problem(size: str, seed: int, flavour: str = "core") -> Problem:
    """`problem_of(make_day(size, seed, flavour))`."""
    return problem_of(make_day(size, seed, flavour))


def _codes(workers: frozenset[int]) -> frozenset[str]:
    return frozenset(f"W{worker}" for worker in workers)


def _visit(row: int, visit: DayVisit) -> Visit:
    return Visit(
        f"V{row}", visit.place, (Window(visit.earliest, visit.latest),), visit.seconds // 60, visit.skills, visit.fen,
        preferred=_codes(visit.preferred), known=_codes(visit.known), blocked=_codes(visit.blocked),
        declined=_codes(visit.declined),
    )  # fmt: skip


def _worker(row: int, worker: DayWorker) -> Worker:
    committed = tuple(Commitment(stay.start, stay.seconds // 60, stay.place, f"C{row}") for stay in worker.committed)
    return Worker(
        f"W{row}", worker.home, (Shift(worker.start, worker.end),), skills=worker.skills, speed=worker.speed,
        breaks=tuple(Break(start, end) for start, end in worker.breaks), committed=committed, stars=worker.stars,
        p_accept=worker.p_accept, fairness_gap=worker.fairness_gap,
    )  # fmt: skip


def plan_of(day: Day, roster: Roster) -> Plan:
    """Who goes where and when, commitments left out."""
    routes: list[list[tuple[int, int]]] = [[] for _ in day.workers]
    for choice in roster.choices:
        routes[int(choice.worker[1:])].append((int(choice.visit[1:]), choice.start))
    return Plan(tuple(tuple(sorted(route, key=lambda stop: stop[1])) for route in routes))


def seconds_of(units: int) -> float:
    """Units of the matcher as seconds of travel, the unit of all tables here."""
    return units / 1000
