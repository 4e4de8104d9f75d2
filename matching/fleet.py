"""The workers of a problem as arrays, so that one visit is held against all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np

from matching.problem import DAY, TIERS, Hold, Problem, Worker
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
    duties = {row: duties_of(problem, times, row) for row, worker in enumerate(workers) if worker.committed}
    table = _openings_table(problem, duties)
    day_load, week_load = _loads(problem, duties, table)
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
        openings=_columns(table, times),
        pair_terms=_pair_terms(problem),
    )


def _column(workers: tuple[Worker, ...], name: str, missing: float = 0.0) -> FloatArray:
    values = list(map(attrgetter(name), workers))
    if None in values:
        values = [missing if value is None else value for value in values]
    return np.array(values, dtype=np.float64)


def _whole(workers: tuple[Worker, ...], name: str, missing: int) -> IntArray:
    return _column(workers, name, missing).astype(np.int64)


def _held(workers: tuple[Worker, ...], hold: Hold) -> BoolArray:
    return np.array([bool(worker.holds) and hold in worker.holds for worker in workers], dtype=bool)


def alone(fleet: Fleet, worker: int) -> Fleet:
    """The fleet of one worker, for terms only: rules and openings stay those of the whole."""
    names = ("start", "stars", "newcomer", "gap", "p_accept", "unreliability")
    changed = {name: getattr(fleet, name)[worker : worker + 1] for name in names}
    pairs = {
        visit: [(name, 0, minutes) for name, row, minutes in terms if row == worker]
        for visit, terms in fleet.pair_terms.items()
    }
    return replace(fleet, index={fleet.problem.workers[worker].code: 0}, pair_terms=pairs, **changed)


def some_workers(fleet: Fleet, workers: IntArray) -> Fleet:
    """These workers, one after the other (some again and again), for terms only; known by their place in the list."""
    names = ("start", "stars", "newcomer", "gap", "p_accept", "unreliability")
    changed: dict[str, Any] = {name: getattr(fleet, name)[workers] for name in names}
    index: Any = {row: row for row in range(len(workers))}
    return replace(fleet, index=index, pair_terms={}, **changed)


def _sets(given: list[frozenset[str]]) -> dict[str, BoolArray]:
    """For each name that anybody has: who has it."""
    names = sorted(set().union(*given)) if given else []
    return {name: np.array([name in each for each in given], dtype=bool) for name in names}


def _breaks(problem: Problem) -> IntArray:
    """Breaks as [worker, number, start/end], padded with ones that never come."""
    merged = {row: merge_breaks(worker.breaks) for row, worker in enumerate(problem.workers) if worker.breaks}
    widest = max(map(len, merged.values()), default=0)
    table = np.full((len(problem.workers), widest, 2), FAR, dtype=np.int64)
    for row, each in merged.items():
        table[row, : len(each)] = each
    return table


def _openings_table(problem: Problem, duties: dict[int, list[Duty]]) -> IntArray:
    """The openings of all workers in order, columns as in `Opening`; who is free all day is laid out at once."""
    busy = [opening for row, each in duties.items() for opening in openings_of(problem, row, each)]
    table = np.array(busy, dtype=np.int64).reshape(-1, len(Opening._fields))
    table = np.concatenate([_free_openings(problem), table])
    return table[np.argsort(table[:, 0], kind="stable")]


def _free_openings(problem: Problem) -> IntArray:
    """A whole shift each: the openings of those without commitments."""
    free = [(row, worker) for row, worker in enumerate(problem.workers) if not worker.committed]
    shifts = [shift for _, worker in free for shift in worker.shifts]
    many = np.array([len(worker.shifts) for _, worker in free], dtype=np.int64)
    first = np.repeat(np.cumsum(many) - many, many)
    start, end, leave, back = (
        np.array([getattr(shift, name) for shift in shifts], dtype=np.int64)
        for name in ("start", "end", "leave_from", "back_by")
    )
    row, origin, target = (
        np.repeat(np.array(column, dtype=np.int64), many)
        for column in ([row for row, _ in free], [w.start for _, w in free], [w.end_place for _, w in free])
    )
    none, late = np.zeros(len(shifts), dtype=np.int64), np.full(len(shifts), FAR)
    columns = (
        row, np.arange(len(shifts)) - first, days_of(problem, start), origin, np.maximum(leave, problem.now), target,
        back, np.maximum(start, problem.now), end, none, late, none, none,
    )  # fmt: skip
    return np.stack(columns, axis=1)


def days_of(problem: Problem, seconds: IntArray) -> IntArray:
    """`Problem.day_of` for many at once."""
    if not problem.day_starts:
        return seconds // DAY
    return np.maximum(0, np.searchsorted(np.array(problem.day_starts), seconds, side="right") - 1).astype(np.int64)


def _columns(table: IntArray, times: Times) -> Openings:
    column = {name: table[:, i].copy() for i, name in enumerate(Opening._fields)}
    from_stop, to_stop = column.pop("from_stop").astype(bool), column.pop("to_stop").astype(bool)
    straight = times.seconds(column["worker"], column["origin"], column["target"])
    base = np.where(from_stop | to_stop, straight, 0)
    return Openings(**column, from_stop=from_stop, to_stop=to_stop, base=base)


def _loads(problem: Problem, duties: dict[int, list[Duty]], table: IntArray) -> tuple[IntArray, IntArray]:
    """Minutes already taken, per worker and day, and per worker and week."""
    days = 1 + int(table[:, Opening._fields.index("day")].max(initial=0))
    by_day = np.zeros((len(problem.workers), days), dtype=np.int64)
    by_week = np.zeros((len(problem.workers), problem.week_of(days) + 1), dtype=np.int64)
    for row, worker in enumerate(problem.workers):
        if worker.used_days or worker.used_weeks:
            by_day[row, : len(worker.used_days)] += np.array(worker.used_days[:days], dtype=np.int64)
            by_week[row, : len(worker.used_weeks)] += np.array(worker.used_weeks[: by_week.shape[1]], dtype=np.int64)
    for row, each in duties.items():
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
