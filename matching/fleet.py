"""The workers of a problem as arrays, so that one visit is held against all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from matching.problem import TIERS, Hold, Problem, Worker
from matching.timeline import FAR, Duty, Opening, duties_of, merge_breaks, openings_of
from matching.times import Times
from matching.travel import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Openings:
    """All openings of all workers as columns; see `timeline.Opening`.

    `base` is the travel of going straight on (0 for a duty without commitments, where nobody leaves home).
    """

    worker: IntArray
    duty: IntArray
    day: IntArray
    origin: IntArray
    ready: IntArray
    target: IntArray
    due: IntArray
    low: IntArray
    high: IntArray
    rest_low: IntArray
    rest_high: IntArray
    from_stop: BoolArray
    to_stop: BoolArray
    base: IntArray

    def __len__(self) -> int:
        return len(self.worker)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything about the workers that rules and terms look at, one array entry per worker.

    `day_load[w, d]` and `week_load[w, k]` are minutes already worked or committed; limits of -1 mean none.
    """

    problem: Problem
    times: Times
    index: dict[str, int]
    start: IntArray
    skills: dict[str, BoolArray]
    languages: dict[str, BoolArray]
    genders: dict[str, BoolArray]
    zones: dict[str, BoolArray]
    any_zone: BoolArray
    radius: FloatArray
    tier: IntArray
    stars: FloatArray
    lower: FloatArray
    newcomer: BoolArray
    gap: FloatArray
    p_accept: FloatArray
    unreliability: FloatArray
    safety_hold: BoolArray
    document_hold: BoolArray
    documents_until: IntArray
    daily_limit: IntArray
    weekly_limit: IntArray
    rest: IntArray
    breaks: IntArray
    day_load: IntArray
    week_load: IntArray
    openings: Openings
    pair_terms: dict[str, list[tuple[str, int, float]]]

    def __len__(self) -> int:
        return len(self.start)


def build_fleet(problem: Problem) -> Fleet:
    """Lay the workers out as arrays; about 20 µs a worker."""
    times, workers = Times(problem), problem.workers
    duties = [duties_of(problem, times, index) for index in range(len(workers))]
    rows = [row for index, each in enumerate(duties) for row in openings_of(problem, index, each)]
    day_load, week_load = _loads(problem, duties)
    real, whole = partial(_column, workers), partial(_whole, workers)
    return Fleet(
        problem=problem,
        times=times,
        index={worker.code: i for i, worker in enumerate(workers)},
        start=whole("start", 0),
        skills=_sets([worker.skills for worker in workers]),
        languages=_sets([worker.languages for worker in workers]),
        genders=_sets([frozenset([worker.gender] if worker.gender else []) for worker in workers]),
        zones=_sets([worker.zones or frozenset() for worker in workers]),
        any_zone=np.array([worker.zones is None for worker in workers], dtype=bool),
        radius=real("radius_m", np.inf),
        tier=np.array([TIERS.index(w.tier) for w in workers], dtype=np.int64),
        stars=real("stars"),
        lower=real("lower"),
        newcomer=real("is_newcomer").astype(bool),
        gap=real("fairness_gap"),
        p_accept=real("p_accept", np.nan),
        unreliability=real("unreliability"),
        safety_hold=_held(workers, Hold.SAFETY),
        document_hold=_held(workers, Hold.DOCUMENT),
        documents_until=whole("documents_until", FAR),
        daily_limit=whole("daily_limit", -1),
        weekly_limit=whole("weekly_limit", -1),
        rest=whole("rest_minutes", 0) * 60,
        breaks=_breaks(problem),
        day_load=day_load,
        week_load=week_load,
        openings=_columns(rows, times),
        pair_terms=_pair_terms(problem),
    )


def _column(workers: tuple[Worker, ...], name: str, missing: float = 0.0) -> FloatArray:
    values = [getattr(worker, name) for worker in workers]
    return np.array([missing if value is None else value for value in values], dtype=np.float64)


def _whole(workers: tuple[Worker, ...], name: str, missing: int) -> IntArray:
    return _column(workers, name, missing).astype(np.int64)


def _held(workers: tuple[Worker, ...], hold: Hold) -> BoolArray:
    return np.array([hold in worker.holds for worker in workers], dtype=bool)


def alone(fleet: Fleet, worker: int) -> Fleet:
    """The fleet of one worker, for terms only: rules and openings stay those of the whole."""
    names = ("start", "stars", "newcomer", "gap", "p_accept", "unreliability")
    changed = {name: getattr(fleet, name)[worker : worker + 1] for name in names}
    pairs = {
        visit: [(name, 0, minutes) for name, row, minutes in terms if row == worker]
        for visit, terms in fleet.pair_terms.items()
    }
    return replace(fleet, index={fleet.problem.workers[worker].code: 0}, pair_terms=pairs, **changed)


def _sets(given: list[frozenset[str]]) -> dict[str, BoolArray]:
    """For each name that anybody has: who has it."""
    names = sorted(set().union(*given)) if given else []
    return {name: np.array([name in each for each in given], dtype=bool) for name in names}


def _breaks(problem: Problem) -> IntArray:
    """Breaks as [worker, number, start/end], padded with ones that never come."""
    merged = [merge_breaks(worker.breaks) for worker in problem.workers]
    widest = max((len(each) for each in merged), default=0)
    table = np.full((len(merged), widest, 2), FAR, dtype=np.int64)
    for row, each in enumerate(merged):
        for column, (start, end) in enumerate(each):
            table[row, column] = start, end
    return table


def _columns(rows: list[Opening], times: Times) -> Openings:
    table = np.array(rows, dtype=np.int64).reshape(-1, len(Opening._fields))
    column = {name: table[:, i].copy() for i, name in enumerate(Opening._fields)}
    from_stop, to_stop = column.pop("from_stop").astype(bool), column.pop("to_stop").astype(bool)
    straight = times.seconds(column["worker"], column["origin"], column["target"])
    base = np.where(from_stop | to_stop, straight, 0)
    return Openings(**column, from_stop=from_stop, to_stop=to_stop, base=base)


def _loads(problem: Problem, duties: list[list[Duty]]) -> tuple[IntArray, IntArray]:
    """Minutes already taken, per worker and day, and per worker and week."""
    days = 1 + max((duty.day for each in duties for duty in each), default=0)
    by_day = np.zeros((len(duties), days), dtype=np.int64)
    by_week = np.zeros((len(duties), problem.week_of(days) + 1), dtype=np.int64)
    for row, (worker, each) in enumerate(zip(problem.workers, duties, strict=True)):
        for day, minutes in enumerate(worker.used_days[:days]):
            by_day[row, day] += minutes
        for week, minutes in enumerate(worker.used_weeks[: by_week.shape[1]]):
            by_week[row, week] += minutes
        for duty in each:
            minutes = sum(stop.minutes for stop in duty.stops)
            by_day[row, duty.day] += minutes
            by_week[row, problem.week_of(duty.day)] += minutes
    return by_day, by_week


def _pair_terms(problem: Problem) -> dict[str, list[tuple[str, int, float]]]:
    index = {worker.code: i for i, worker in enumerate(problem.workers)}
    found: dict[str, list[tuple[str, int, float]]] = {}
    for term in problem.pair_terms:
        found.setdefault(term.visit, []).append((term.name, index[term.worker], term.minutes))
    return found
