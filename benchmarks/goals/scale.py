"""G4 and G5: large days."""

from __future__ import annotations

import math

from benchmarks.generator import SIZES
from benchmarks.goals import Bench, Finding
from benchmarks.goals.quality import bound_of, late
from benchmarks.peers import SOLVERS
from benchmarks.runs import OURS, Run

LARGE, HUGE = 120.0, 200.0


def large_day(bench: Bench) -> Finding:
    """G4: one seed, every solver with the same seconds."""
    wanted = "L, 120 s: ≥ 1.10 × the best peer, own gap ≤ 1.5 %"
    if bench.quick:
        return Finding("G4", wanted, None, "not in --quick")
    mine = bench.runs.get(OURS, "L", 3001, LARGE)
    theirs = {name: bench.runs.get(name, "L", 3001, LARGE) for name in (*SOLVERS, "nearest")}
    best = max(theirs.values(), key=lambda run: run.objective)
    ratio, bound = mine.objective / max(1.0, best.objective), bound_of(bench, mine)
    gap = (bound - mine.objective) / bound if bound < float("inf") else 1.0
    silent = [name for name, run in theirs.items() if not run.trail]
    figures = f"{ratio:.3f} × {best.name}, gap {gap:.2%}, {mine.seconds:.0f} s"
    return Finding("G4", wanted, ratio >= 1.10 and gap <= 0.015 and not late([mine]),
                   figures + (f"; no answer from {', '.join(silent)}" if silent else ""))  # fmt: skip


def huge_day(bench: Bench) -> Finding:
    """G5: beside the nearest worker; linear if a worker costs no more time in XL than 1.3 times that in L.

    Plans of pieces rise in steps, so that one level says little: nine are looked at, from a tenth to nine tenths of
    what XL ends above nearest worker. The mean is the geometric one.
    """
    wanted = "XL, 200 s: ≥ 1.17 × nearest worker; time linear in workers"
    if bench.quick:
        return Finding("G5", wanted, None, "not in --quick")
    mine, nearest = bench.runs.get(OURS, "XL", 4001, HUGE), bench.runs.get("nearest", "XL", 4001, HUGE)
    large, plain = bench.runs.get(OURS, "L", 3001, LARGE), bench.runs.get("nearest", "L", 3001, LARGE)
    ratio = mine.objective / max(1.0, nearest.objective)
    levels = [1 + (ratio - 1) * tenth / 10 for tenth in range(1, 10)]
    each = [_per_worker((mine, level * nearest.objective), (large, level * plain.objective)) for level in levels]
    usual = math.exp(sum(map(math.log, each)) / len(each))
    bound = bound_of(bench, mine)
    gap = f", gap {(bound - mine.objective) / bound:.1%}" if bound < float("inf") else ", no bound"
    span = f"from {levels[0]:.2f} to {levels[-1]:.2f} × nearest ({min(each):.2f} to {max(each):.2f})"
    told = f"{ratio:.3f} × in {mine.seconds:.0f} s{gap}; per worker {usual:.2f} × the time of L, at levels {span}"
    return Finding("G5", wanted, ratio >= 1.17 and usual <= 1.3 and not late([mine]), told)


def _per_worker(mine: tuple[Run, float], other: tuple[Run, float]) -> float:
    """How much longer a worker of the first run takes to these worths; infinite if one never reaches its own."""
    (run, worth), (small, small_worth) = mine, other
    then, before = run.when(worth), small.when(small_worth)
    return then / before * SIZES["L"][0] / SIZES["XL"][0] if then and before else float("inf")
