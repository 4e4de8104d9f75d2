"""G8: one question among 200,000 workers with committed days."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.children import Share, call
from benchmarks.days import Day, Plan
from benchmarks.goals import Bench, Finding
from benchmarks.instances import make_metropolis
from benchmarks.judge import judge, pair_worth
from benchmarks.ours import problem_of
from matching.nearby import Nearby

WORKERS, QUESTIONS, CHECKED = 200_000, 300, 5
LONGEST = 200.0


@dataclass(frozen=True, slots=True)
class Asked:
    """How long it took to prepare and to answer each question; the best answer of some (worker, start, worth)."""

    prepared: float
    times: tuple[float, ...]
    best: tuple[tuple[str, int, float] | None, ...]


def in_the_instant(bench: Bench) -> Finding:
    """G8; a few answers are compared with the judge's own search among all workers."""
    workers = WORKERS // 10 if bench.quick else WORKERS
    wanted = f"instant insertion among {workers:,}: p50 ≤ 1 ms, p99 ≤ 10 ms"
    answer = call(instant_work, workers, LONGEST)
    if not answer.things:
        return Finding("G8", wanted, False, f"no answer ({answer.trouble.splitlines()[0]})")
    asked: Asked = answer.things[-1][1]
    middle, late = (float(each) * 1000 for each in np.percentile(asked.times, [50, 99]))
    day = make_metropolis(workers, QUESTIONS, 6001)
    shares = [_share_of_best(day, row, asked.best[row]) for row in range(CHECKED)]
    told = f"p50 {middle:.2f} ms, p99 {late:.2f} ms of {len(asked.times)}, prepared once in {asked.prepared:.1f} s; "
    told += f"{CHECKED} answers are worth {min(shares):.4f} to {max(shares):.4f} of the best of all workers"
    good = middle <= 1.0 and late <= 10.0 and min(shares) >= 0.99
    return Finding("G8", wanted, None if good and bench.quick else good, told)


def instant_work(workers: int, share: Share, ready: Callable[[], None]) -> None:
    """In the child: prepare once, then one question after the other."""
    problem = problem_of(make_metropolis(workers, QUESTIONS, 6001))
    ready()
    begin = time.perf_counter()
    finder = Nearby(problem.with_visits(()))
    finder.best_workers(problem.visits[-1], top=5)
    prepared, times = time.perf_counter() - begin, []
    best: list[tuple[str, int, float] | None] = []
    for visit in problem.visits:
        begin = time.perf_counter()
        found = finder.best_workers(visit, top=5)
        times.append(time.perf_counter() - begin)
        best.append((found[0].worker, found[0].start, found[0].value / 1000) if found else None)
    share(Asked(prepared, tuple(times), tuple(best)))


def _share_of_best(day: Day, row: int, told: tuple[str, int, float] | None) -> float:
    """What the answer is worth beside the best that the judge finds, trying one by one; 0 if it is not allowed."""
    best = max(_tried(day, row), default=float("-inf"))
    if told is None:
        return 1.0 if best == float("-inf") else 0.0
    alone = judge(_only(day, int(told[0][1:]), row), Plan((((0, told[1]),),)))
    if alone.faults or abs(alone.objective - told[2]) > 2:
        return 0.0
    return 1.0 if best == float("-inf") else min(1.0, told[2] / best)


def _only(day: Day, worker: int, visit: int) -> Day:
    return replace(day, workers=(day.workers[worker],), visits=(day.visits[visit],))


def _tried(day: Day, row: int) -> list[float]:
    """The worth of every allowed start on the hour of every able worker within 5 km, by the judge."""
    visit = day.visits[row]
    lat, lon = day.places[visit.place]
    found = []
    for number, worker in enumerate(day.workers):
        north, east = day.places[worker.home]
        if abs(north - lat) > 0.045 or abs(east - lon) > 0.052 or not visit.skills <= worker.skills:
            continue
        alone = _only(day, number, row)
        if pair_worth(alone, 0, visit) <= 0:
            continue
        verdicts = (judge(alone, Plan((((0, start),),))) for start in range(visit.earliest, visit.latest + 1, 1800))
        found += [verdict.objective for verdict in verdicts if not verdict.faults]
    return found
