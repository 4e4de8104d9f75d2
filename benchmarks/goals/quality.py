"""G1, G2, G3, G6, G11 and G12: how good day plans are, against their bound and beside the peers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

from benchmarks.children import Share, call
from benchmarks.generator import FLAVOURS, make_day
from benchmarks.goals import Bench, Finding
from benchmarks.judge import Verdict, judge
from benchmarks.ours import plan_of, problem_of
from benchmarks.peers import PEERS, SIMPLE, SOLVERS, listing
from benchmarks.runs import LATE, OURS, Run, warm_up
from matching import Limits, Roster, solve, within

TINY = range(7001, 7004)
FRUGAL, FRUGAL_SECONDS = 3.0, 10.0
WAYS_WANTED = "S, M: served ≥ 1.12 × nearest worker, way per visit ≤ .75 ×"


def bound_of(bench: Bench, run: Run) -> float:
    """The lowest bound proven for this day in this measurement."""
    proven = [each.bound for each in bench.runs.done.values() if each.day == run.day and each.bound]
    return min(proven, default=float("inf"))


def share(bench: Bench, run: Run) -> float:
    """What a run reached of the bound."""
    return run.objective / bound_of(bench, run)


def late(runs: list[Run]) -> str:
    """Our own runs that took a tenth more than allowed, in words; empty if all kept to it."""
    over = [f"{run.seconds:.1f} s instead of {run.allowed:.0f}" for run in runs if run.seconds > LATE * run.allowed]
    return f"; OVERRAN: {', '.join(over)}" if over else ""


def small_days(bench: Bench) -> Finding:
    """G1; the peers run beside it for the table."""
    for name, seed in () if bench.quick else product(PEERS, bench.small):
        bench.runs.get(name, "S", seed, 10)
    runs = [bench.runs.get(OURS, "S", seed, 10) for seed in bench.small]
    shares = sorted(share(bench, run) for run in runs)
    figures = f"median {median(shares):.4f}, worst {shares[0]:.4f} of {len(shares)} seeds"
    return Finding("G1", "S, 10 s: median share ≥ .997, none < .993",
                   median(shares) >= 0.997 and shares[0] >= 0.993 and not late(runs),
                   figures + late(runs))  # fmt: skip


def middle_days(bench: Bench) -> Finding:
    """G2; those who search nothing run beside it for the table."""
    for name in SIMPLE:
        for seed, flavour in product(bench.middle, FLAVOURS):
            bench.runs.get(name, "M", seed, 30, flavour)
    wanted = {30: 0.998, 10: 0.996, 3: 0.97}
    reached = {}
    runs = {limit: [bench.runs.get(OURS, "M", seed, limit) for seed in bench.middle] for limit in wanted}
    for limit in wanted:
        reached[limit] = median(share(bench, run) for run in runs[limit])
    figures = ", ".join(f"{limit} s: {reached[limit]:.4f}" for limit in wanted)
    over = late([run for limit in wanted for run in runs[limit]])
    return Finding("G2", "M: 30 s ≥ .998, 10 s ≥ .996, 3 s ≥ .97",
                   all(reached[limit] >= wanted[limit] for limit in wanted) and not over,
                   figures + over)  # fmt: skip


def beside_peers(bench: Bench) -> Finding:
    """G3 on days as the product has them: ratings, favourites, acceptance, breaks, commitments and all."""
    return _beside_best(bench, "full", "G3", "M, days of a marketplace")


def beside_peers_on_core_days(bench: Bench) -> Finding:
    """G3 on days that have nothing but prices, windows, skills, shifts and ways."""
    if bench.quick:
        return Finding("G3 core", "M, core days", None, "not in --quick")
    return _beside_best(bench, "core", "G3 core", "M, core days")


def _beside_best(bench: Bench, flavour: str, goal: str, days: str) -> Finding:
    """The peers' own plan of 30 s is looked at after 10 s too; VROOM, which cannot be looked into, runs again.

    Told beside it: what a plan as good as its bound would be beside the best peer.
    """
    ratios: dict[int, list[float]] = {30: [], 10: []}
    most: dict[int, list[float]] = {30: [], 10: []}
    names: list[str] = []
    runs: list[Run] = []
    for seed in bench.middle:
        for limit, found in ratios.items():
            worth = {name: _peer_at(bench, name, (seed, limit), flavour) for name in SOLVERS}
            best = max(worth, key=lambda name: worth[name])
            names.append(f"{best} at {limit} s")
            mine = bench.runs.get(OURS, "M", seed, limit, flavour)
            runs.append(mine)
            found.append(mine.objective / max(1.0, worth[best]))
            most[limit].append(bound_of(bench, mine) / max(1.0, worth[best]))
    figures = ", ".join(
        f"{limit} s: {median(found):.3f} (nobody could reach more than {median(most[limit]):.3f})"
        for limit, found in ratios.items()
    )
    return Finding(goal, f"{days}: ≥ 1.05 × the best peer in 30 s, ≥ 1.08 × in 10 s",
                   median(ratios[30]) >= 1.05 and median(ratios[10]) >= 1.08 and not late(runs),
                   f"{figures} (best peer: {', '.join(sorted(set(names)))}){late(runs)}")  # fmt: skip


def _peer_at(bench: Bench, name: str, seed_and_limit: tuple[int, int], flavour: str) -> float:
    seed, limit = seed_and_limit
    if name == "vroom":
        return bench.runs.get(name, "M", seed, limit, flavour).objective
    run = bench.runs.get(name, "M", seed, 30, flavour)
    return run.objective if limit == 30 else run.at(limit)


def served_and_ways(bench: Bench) -> Finding:
    """G6, on S and M: the plans of G1 and G2, and plans of a house that counts the way more."""
    plain, frugal = [], []
    for size, seeds, limit in (("S", bench.small, 10), ("M", bench.middle, 30)):
        for seed in seeds:
            near = bench.runs.get("nearest", size, seed, limit).verdict
            plain.append(_beside(bench.runs.get(OURS, size, seed, limit).verdict, near))
            answer = call(frugal_work, (size, seed), FRUGAL_SECONDS)
            if not answer.things:
                return Finding("G6", WAYS_WANTED, False, f"no answer ({answer.trouble.splitlines()[0]})")
            frugal.append(_beside(answer.things[-1][1], near))
    figures = [[median(each[row] for each in found) for row in range(3)] for found in (plain, frugal)]
    told = [f"served {served:.3f} ×, way per visit {way:.3f} ×, worth {worth:.3f} ×" for served, way, worth in figures]
    reached = [served >= 1.12 and way <= 0.75 for served, way, _ in figures]
    return Finding("G6", WAYS_WANTED, any(reached), f"{told[0]}; where the way counts {FRUGAL:.0f} ×: {told[1]}")


def _beside(mine: Verdict, near: Verdict) -> tuple[float, float, float]:
    return (
        mine.served / max(1, near.served),
        mine.travel_per_visit / max(1.0, near.travel_per_visit),
        mine.objective / max(1.0, near.objective),
    )


def frugal_work(given: tuple[str, int], share: Share, ready: Callable[[], None]) -> None:
    """In the child: a plan whose weights count the way more; judged by the common objective like any other."""
    day = make_day(*given)
    problem = problem_of(day)
    problem = replace(problem, weights=replace(problem.weights, travel=FRUGAL))
    warm_up(0)
    ready()
    limits = Limits(stop=within(problem, FRUGAL_SECONDS, time.perf_counter))
    share(judge(day, plan_of(day, solve(problem, limits, given[1], "day"))))


def bounds_and_reasons(bench: Bench) -> Finding:
    """G11: of every roster of this measurement, two with ratings, breaks and all; and no plan is above a bound."""
    for size, seed in (("S", bench.small[0]), ("M", bench.middle[0])):
        bench.runs.get(OURS, size, seed, 10, "full")
    runs = [run for run in bench.runs.done.values() if run.name == OURS]
    wrong = [f"{run.day} in {run.allowed:.0f} s: {fault}" for run in runs for fault in _roster_faults(run)]
    tiny = [bench.runs.get(OURS, "XS", seed, 3) for seed in TINY]
    wrong += [fault for seed, run in zip(TINY, tiny, strict=True) for fault in _against_optimum(seed, run)]
    every = list(bench.runs.done.values())
    wrong += [
        f"{run.name} is above the bound of {run.day}" for run in every if run.objective > bound_of(bench, run) + 1
    ]
    told = f"{len(runs)} rosters, {len(every)} plans and {len(tiny)} true optima against their bounds"
    return Finding("G11", "every roster: bound, gap, and why each open visit is open", not wrong,
                   told + "".join(f"; {fault}" for fault in wrong[:4]))  # fmt: skip


def _against_optimum(seed: int, run: Run) -> list[str]:
    """A tiny day, whose optimum is known by listing every route with other code."""
    answer = call(listing.work, make_day("XS", seed), 60)
    if not answer.things or run.bound is None:
        return [f"{run.day}: no optimum to compare with"]
    best = answer.things[-1][1]
    faults = [] if run.bound >= best - 1 else [f"{run.day}: the bound is below the optimum"]
    return faults if run.objective <= best + 1 else [*faults, f"{run.day}: worth more than the optimum"]


def _roster_faults(run: Run) -> list[str]:
    roster = run.roster
    if roster is None:
        return [f"no roster ({run.trouble.splitlines()[-1] if run.trouble else 'nothing came'})"]
    faults = list(run.verdict.faults[:1])
    if not roster.objective <= roster.bound:
        faults.append("objective above bound")
    if abs(roster.gap - (roster.bound - roster.objective) / max(1, roster.bound)) > 1e-6:
        faults.append("the gap is not what it says")
    if not all(each.reasons for each in roster.unmatched):
        faults.append("an open visit without a reason")
    if abs(roster.objective / 1000 - run.verdict.objective) > 5:
        faults.append(f"worth {roster.objective / 1000:.0f} told, {run.verdict.objective:.0f} judged")
    return faults


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a solve did that was cancelled after a second."""

    roster: Roster
    late: float


def first_answer(bench: Bench) -> Finding:
    """G12: the first plan of the runs of M, and a solve cancelled after a second."""
    firsts, better = [], []
    for seed in bench.middle:
        run, nearest = bench.runs.get(OURS, "M", seed, 10), bench.runs.get("nearest", "M", seed, 30)
        reached = run.when(nearest.objective)
        firsts.append(reached if reached is not None else float("inf"))
        better.append(run.trail[0][1] / nearest.objective if run.trail else 0.0)
    day = make_day("M", bench.middle[0])
    answer = call(cancelled_work, bench.middle[0], 30)
    cut = answer.things[-1][1] if answer.things else None
    worth = judge(day, plan_of(day, cut.roster)) if cut else None
    sound = cut is not None and worth is not None and not worth.faults and worth.objective > 0 and cut.late <= 1.0
    told = f"back {cut.late:.2f} s after it" if cut else f"nothing came back ({answer.trouble.splitlines()[0]})"
    return Finding("G12", "M: as good as nearest worker in ≤ 1 s; cancelled: the best so far (≤ 1 s later)",
                   median(firsts) <= 1.0 and sound,
                   f"{median(firsts):.2f} s (first plan {median(better):.2f} × nearest); cancelled at 1 s: {told}",
                   )  # fmt: skip


def cancelled_work(seed: int, share_it: Share, ready: Callable[[], None]) -> None:
    """In the child: cancel after a second, and see when it comes back with what."""
    problem = problem_of(make_day("M", seed))
    warm_up(0)
    ready()
    end = time.perf_counter() + 1.0
    roster = solve(problem, Limits(effort=10, stop=lambda: time.perf_counter() >= end), seed, "day")
    share_it(Cancelled(roster, time.perf_counter() - end))
