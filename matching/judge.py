"""What the judge needs: distances, duties, breaks and the objective, computed afresh in plain Python."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from matching.problem import (
    UNITS_PER_MINUTE,
    UNITS_PER_SECOND,
    Commitment,
    Haversine,
    Matrix,
    Priority,
    Problem,
    Visit,
    Worker,
)
from matching.roster import Choice, Roster

RADIUS = 6371008.8


@dataclass(slots=True)
class Day:
    """A shift with what is done in it."""

    low: int
    high: int
    leave: int
    back: int
    day: int
    stops: list[Commitment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Way:
    """A way between two stops (or home), and the time there is for it."""

    before: str
    after: str
    begin: int
    end: int
    seconds: int
    wait: bool


def metres(problem: Problem, one: int, other: int) -> float:
    """Great-circle metres between two places; 0 without points."""
    if not problem.places:
        return 0.0
    a, b = problem.places[one], problem.places[other]
    la, lb = math.radians(a.lat), math.radians(b.lat)
    dlon = math.radians(b.lon) - math.radians(a.lon)
    half = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(dlon / 2) ** 2
    return 2 * RADIUS * math.asin(min(1.0, math.sqrt(half)))


def seconds(problem: Problem, worker: Worker, one: int, other: int) -> int:
    """Travel seconds of this worker; a hair under a whole second counts as that second."""
    if one == other:
        return 0
    travel = problem.travel
    if isinstance(travel, Matrix):
        a, b = (travel.cells[one], travel.cells[other]) if travel.cells else (one, other)
        return int(travel.tables[worker.mode][a, b])
    if problem.places[one] == problem.places[other]:
        return 0
    return math.ceil(_plain(travel, worker, metres(problem, one, other)) - 1e-6)


def _plain(travel: Haversine, worker: Worker, distance: float) -> float:
    return travel.fixed_seconds + travel.detour * distance / worker.speed


def resting(worker: Worker, begin: int, end: int) -> int:
    """Seconds of break between two instants."""
    total, upto = 0, begin
    for each in worker.breaks:
        low, high = max(upto, each.start), min(end, each.end)
        if high > low:
            total, upto = total + high - low, high
    return total


def days_of(problem: Problem, worker: Worker, fixed: Sequence[Commitment]) -> list[Day]:
    """The shifts with their commitments; one outside all shifts widens a shift it touches, or stands alone."""
    days = [Day(s.start, s.end, s.leave_from, s.back_by, problem.day_of(s.start)) for s in worker.shifts]
    for stop in sorted(fixed):
        inside = next((d for d in days if d.low <= stop.start and stop.finish <= d.high), None)
        out = stop.start - seconds(problem, worker, worker.start, stop.place)
        home = stop.finish + seconds(problem, worker, stop.place, worker.end_place)
        touched = inside or next((d for d in days if d.leave < home and out < d.back), None)
        if touched is None:
            touched = Day(stop.start, stop.finish, out, home, problem.day_of(stop.start))
            days.append(touched)
        elif inside is None:
            touched.leave, touched.back = min(touched.leave, out), max(touched.back, home)
        touched.stops.append(stop)
    return days


def ways_of(problem: Problem, worker: Worker, day: Day) -> list[Way]:
    """All ways of a shift in order, from home to home; none if there are no stops."""
    stops = sorted(day.stops)
    if not stops:
        return []
    ends: list[Commitment | None] = [None, *stops, None]
    ways: list[Way] = []
    for before, after in pairwise(ends):
        begin = day.leave if before is None else before.finish + (problem.buffer if after else 0)
        end = day.back if after is None else after.start
        origin = worker.start if before is None else before.place
        target = worker.end_place if after is None else after.place
        way = seconds(problem, worker, origin, target)
        names = (before.visit if before else "", after.visit if after else "")
        ways.append(Way(*names, max(begin, problem.now), end, way, bool(before and after)))
    return ways


def _route_cost(problem: Problem, worker: Worker, days: list[Day]) -> tuple[int, int]:
    ways = [way for day in days for way in ways_of(problem, worker, day)]
    idle = sum(w.end - w.begin - resting(worker, w.begin, w.end) - w.seconds for w in ways if w.wait)
    return sum(way.seconds for way in ways), idle


def objective_faults(problem: Problem, roster: Roster) -> Iterator[str]:
    """Whether terms, objective, bound and gap are what the choices say; a unit per choice may be lost in rounding."""
    expected, slack = objective_terms(problem, roster.choices), 2 * len(roster.choices) + 2
    told: Counter[str] = Counter()
    for term in roster.terms:
        told[term.name] += term.amount
    for name in sorted(set(expected) | set(told)):
        if abs(expected[name] - told[name]) > slack + _travel_slack(problem, name, roster):
            yield f"The term {name} is told as {told[name]} but amounts to {expected[name]}."
    if sum(told.values()) != roster.objective:
        yield "The objective is not the sum of its terms."
    if roster.objective > roster.bound:
        yield "The objective is above its bound."
    stake = roster.bound - sum(objective_terms(problem, ()).values())
    if not math.isclose(roster.gap, (roster.bound - roster.objective) / max(1, stake), abs_tol=1e-9):
        yield "The gap does not follow from objective and bound."


def _travel_slack(problem: Problem, name: str, roster: Roster) -> int:
    """A great-circle way a hair beside a whole second may be told as either."""
    way = name in {"travel", "idle"} and isinstance(problem.travel, Haversine)
    return 1 * UNITS_PER_SECOND if way and roster.choices else 0


def objective_terms(problem: Problem, choices: Sequence[Choice]) -> Counter[str]:
    """The objective by term, from the choices alone."""
    chosen = {choice.visit: choice for choice in choices}
    workers = {worker.code: worker for worker in problem.workers}
    sums: Counter[str] = Counter()
    for visit in problem.visits:
        choice = chosen.get(visit.code)
        minutes = (
            _open_minutes(problem, visit)
            if choice is None
            else _pair_minutes(
                problem,
                visit,
                workers[choice.worker],
                choice.start,
            )
        )
        for name, each in minutes:
            sums[name] += round(each * UNITS_PER_MINUTE)
    by_worker: dict[str, list[Choice]] = {}
    for choice in choices:
        by_worker.setdefault(choice.worker, []).append(choice)
    visits = {visit.code: visit for visit in problem.visits}
    for code, mine in by_worker.items():
        _add_ways(problem, sums, workers[code], [_stop(visits[c.visit], c) for c in mine])
    return sums


def _stop(visit: Visit, choice: Choice) -> Commitment:
    return Commitment(choice.start, visit.minutes, visit.place, visit.code)


def _add_ways(problem: Problem, sums: Counter[str], worker: Worker, new: list[Commitment]) -> None:
    before = _route_cost(problem, worker, days_of(problem, worker, worker.committed))
    after = _route_cost(problem, worker, days_of(problem, worker, [*worker.committed, *new]))
    sums["travel"] -= (after[0] - before[0]) * round(problem.weights.travel * UNITS_PER_SECOND)
    sums["idle"] -= (after[1] - before[1]) * round(problem.weights.idle * UNITS_PER_SECOND)


def _open_minutes(problem: Problem, visit: Visit) -> list[tuple[str, float]]:
    weights = problem.weights
    lost = {
        Priority.RESCUE: weights.unfilled_rescue,
        Priority.RECURRING: weights.unfilled_recurring,
        Priority.ONE_OFF: weights.unfilled_one_off,
    }[visit.priority]
    broken = weights.broken_promise + _change(problem, visit) if visit.promise else 0.0
    return [("unfilled", -lost), ("waiting", visit.waiting), ("broken_promise", -broken)]


def _change(problem: Problem, visit: Visit) -> float:
    promise = visit.promise
    if promise is None:
        return 0.0
    if promise.price is not None:
        return promise.price
    near = (72 - (promise.window.earliest - problem.now) / 3600) / 68
    return problem.weights.change * (1 + (problem.weights.change_near - 1) * min(1.0, max(0.0, near)))


def _pair_minutes(problem: Problem, visit: Visit, worker: Worker, start: int) -> list[tuple[str, float]]:
    weights, chance = problem.weights, _accepts(problem, visit, worker)
    promise = visit.promise
    kept = promise is None or (
        promise.worker == worker.code and promise.window.earliest <= start <= promise.window.latest
    )
    named = [(t.name, t.minutes) for t in problem.pair_terms if (t.visit, t.worker) == (visit.code, worker.code)]
    return [
        ("distance", -weights.km * metres(problem, worker.start, visit.place) / 1000),
        ("quality", weights.star * worker.stars),
        ("favourite", weights.favourite if worker.code in visit.preferred else 0.0),
        ("same_home", weights.same_home if worker.code in visit.known else 0.0),
        ("unreliability", -weights.unreliability * visit.late_risk * worker.unreliability),
        ("fairness", weights.fairness * worker.fairness_gap),
        ("newcomer", weights.newcomer if visit.newcomer_slot and worker.is_newcomer else 0.0),
        ("price", weights.yuan * visit.value / 100 * chance),
        ("refusal", -weights.refusal * (1 - chance)),
        ("change", 0.0 if kept else -_change(problem, visit)),
        *named,
    ]


def _accepts(problem: Problem, visit: Visit, worker: Worker) -> float:
    if worker.p_accept is not None:
        return worker.p_accept
    model = problem.acceptance
    start = visit.promise.window.earliest if visit.promise else visit.windows[0].earliest
    begins = [second for second in problem.day_starts if second <= start] or [start - start % 86_400]
    day = begins[-1] if problem.day_starts else start - start % 86_400
    if problem.day_starts and start < problem.day_starts[0]:
        day = problem.day_starts[0]
    score = (
        model.intercept
        + model.per_km * metres(problem, worker.start, visit.place) / 1000
        + model.per_yuan_hour * visit.value / 100 * 60 / visit.minutes
        + model.per_notice_hour * min(72.0, max(0, start - problem.now) / 3600)
        + model.evening * ((start - day) / 3600 >= 18)
        + model.per_flag * visit.flags
        + model.regular * (worker.code in visit.known | visit.preferred)
    )
    return 1 / (1 + math.exp(-min(50.0, max(-50.0, score))))
