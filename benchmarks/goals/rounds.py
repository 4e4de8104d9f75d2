"""G7: rounds of thousands, beside the dense optimum of scipy's linear_sum_assignment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.children import Share, call
from benchmarks.days import Plan
from benchmarks.goals import Bench, Finding
from benchmarks.instances import make_round
from benchmarks.judge import judge
from benchmarks.ours import plan_of, problem_of
from benchmarks.peers import assignment
from matching import Limits, solve

DENSE = 5000  # beyond this the dense table is gigabytes; then the share is that of the proven bound
REPEATS = 3
LONGEST = 40.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a round took (each repeat), what it is worth and what is proven."""

    seconds: tuple[float, ...]
    plan: Plan
    bound: float
    engine: str


def big_rounds(bench: Bench) -> Finding:
    """G7."""
    told, good = [], True
    for many, allowed in ((5000, 0.3), (20_000, 1.0)):
        if bench.quick and many > DENSE:
            continue
        text, passed = _one_size(bench, many, allowed)
        told.append(text)
        good &= passed
    return Finding("G7", "round 5k × 5k ≤ .3 s, 20k × 20k ≤ 1 s, within .3 % of the optimum", good, "; ".join(told))


def _one_size(bench: Bench, many: int, allowed: float) -> tuple[str, bool]:
    answer = call(round_work, (many, 5001), LONGEST)
    if not answer.things:
        return f"{many}: no answer ({answer.trouble.splitlines()[0]})", False
    found: Round = answer.things[-1][1]
    day = make_round(many, 5001)
    verdict = judge(day, found.plan)
    if verdict.faults:
        return f"{many}: NOT ALLOWED: {verdict.faults[0]}", False
    best, whose = found.bound, "own bound"
    if many <= DENSE:
        dense = call(assignment.work, day, LONGEST)
        if dense.things:
            best, whose = dense.things[-1][1][0], f"scipy's optimum ({dense.things[-1][1][1]:.2f} s)"
    took, share = median(found.seconds), verdict.objective / best
    bench.say(f"    round {many}: {[round(each, 2) for each in found.seconds]} s, engine {found.engine}")
    return f"{many}: {took:.2f} s, {share:.4f} of {whose}", took <= allowed and share >= 0.997


def round_work(given: tuple[int, int], share: Share, ready: Callable[[], None]) -> None:
    """In the child: the same round some times over, whole solves of a problem made anew; a small one before to warm."""
    day = make_round(*given)
    solve(problem_of(make_round(600, 1)), Limits(), 0, "round")
    ready()
    times = []
    for _ in range(REPEATS):
        problem = problem_of(day)
        begin = time.perf_counter()
        roster = solve(problem, Limits(), 0, "round")
        times.append(time.perf_counter() - begin)
        share(Round(tuple(times), plan_of(day, roster), roster.bound / 1000, roster.engine))
