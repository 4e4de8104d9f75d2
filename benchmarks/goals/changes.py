"""G9: one worker in twenty does not come; the plan is mended in two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from benchmarks.children import Share, call
from benchmarks.days import Day
from benchmarks.generator import make_day
from benchmarks.goals import Bench, Finding
from benchmarks.ours import problem_of
from benchmarks.runs import CORES, OURS, pool, warm_up
from matching import Limits, PairTerm, Problem, Promise, Roster, Visit, Window, solve, within
from matching.check import check

CONFIRMED = 1 / 3  # of what was planned; the customer has been told the worker and the time
MENDING = 2.0
PROVING = 20.0
STAYS = 15.0  # minutes of way that it is worth to leave a visit nobody was told of with its worker


@dataclass(frozen=True, slots=True)
class Mended:
    """The plan before, the problem after, what two seconds made of it and what twenty more prove."""

    before: Roster
    problem: Problem
    after: Roster
    seconds: float
    bound: int


def drop_outs(bench: Bench) -> Finding:
    """G9, on M."""
    shares, moves, broken, times = [], [], 0, []
    wanted = "M, 5 % drop out: ≥ .996 of the new bound in 2 s, ≤ 5 % moved, no confirmed promise broken"
    for seed in bench.middle:
        before = bench.runs.get(OURS, "M", seed, 10).roster
        if before is None:
            return Finding("G9", wanted, False, "there was no plan to mend")
        answer = call(mending_work, (seed, before, 10.0 if bench.quick else PROVING), 60)
        if not answer.things:
            return Finding("G9", wanted, False, f"no answer ({answer.trouble.splitlines()[0]})")
        found: Mended = answer.things[-1][1]
        faults = check(found.problem, found.after)
        if faults:
            return Finding("G9", wanted, False, f"NOT ALLOWED: {faults[0]}")
        shares.append(found.after.objective / found.bound)
        moves.append(_moved(found))
        broken += _broken(found)
        times.append(found.seconds)
    good = median(shares) >= 0.996 and median(moves) <= 0.05 and broken == 0 and median(times) <= MENDING
    return Finding("G9", wanted, good, f"{median(shares):.4f} in {median(times):.2f} s, {median(moves):.1%} moved, "
                                       f"{broken} promises broken")  # fmt: skip


def mending_work(given: tuple[int, Roster, float], share: Share, ready: Callable[[], None]) -> None:
    """In the child: mend, then prove what would have been possible."""
    seed, before, proving = given
    problem = without_some(make_day("M", seed), before, seed)
    warm_up(0)
    executor = pool(CORES)
    ready()
    begin = time.perf_counter()
    limits = Limits(effort=1.0, stop=within(problem, MENDING, time.perf_counter), executor=executor)
    after = solve(problem, limits, seed, "day", before)
    took = time.perf_counter() - begin
    limits = Limits(effort=3.0, stop=within(problem, proving, time.perf_counter), executor=executor)
    long = solve(problem, limits, seed, "day", after)
    share(Mended(before, problem, after, took, min(after.bound, long.bound)))


def without_some(day: Day, before: Roster, seed: int) -> Problem:
    """The problem after the drop-outs: a third of what was planned is promised to the minute, the rest may move."""
    rng = np.random.default_rng([seed, 11])
    gone = {f"W{row}" for row in rng.choice(len(day.workers), len(day.workers) // 20, replace=False).tolist()}
    told = {choice.visit for choice in before.choices if rng.random() < CONFIRMED}
    problem = problem_of(day)
    chosen = {choice.visit: choice for choice in before.choices if choice.worker not in gone}

    def promised(visit: Visit) -> Visit:
        choice = chosen.get(visit.code)
        if choice is None:
            return visit
        window = Window(choice.start, choice.start)
        return replace(visit, promise=Promise(choice.worker, window)) if visit.code in told else visit

    return replace(
        problem,
        visits=tuple(promised(visit) for visit in problem.visits),
        workers=tuple(worker for worker in problem.workers if worker.code not in gone),
        pair_terms=tuple(
            PairTerm(choice.worker, choice.visit, "stays", STAYS)
            for choice in chosen.values()
            if choice.visit not in told
        ),
        weights=replace(problem.weights, change=10.0, broken_promise=600.0),
    )


def _kept(found: Mended) -> dict[str, tuple[str, str | None]]:
    """Visits whose worker is still there: who had each, and who has it now."""
    now = {choice.visit: choice.worker for choice in found.after.choices}
    there = {worker.code for worker in found.problem.workers}
    before = [choice for choice in found.before.choices if choice.worker in there]
    return {choice.visit: (choice.worker, now.get(choice.visit)) for choice in before}


def _moved(found: Mended) -> float:
    kept = _kept(found)
    return sum(one != other for one, other in kept.values()) / max(1, len(kept))


def _broken(found: Mended) -> int:
    """Confirmed visits that no longer have their worker and start."""
    start = {choice.visit: (choice.worker, choice.start) for choice in found.after.choices}
    count = 0
    for visit in found.problem.visits:
        promise = visit.promise
        if promise is not None and promise.price is None:
            count += start.get(visit.code) != (promise.worker, promise.window.earliest)
    return count
