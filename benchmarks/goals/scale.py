"""G4 and G5: large days."""

from __future__ import annotations

from benchmarks.goals import Bench, Finding
from benchmarks.goals.quality import bound_of, late
from benchmarks.peers import SOLVERS
from benchmarks.runs import OURS

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
    """G5: beside the nearest worker; linear if a worker costs no more time in XL than 1.3 times that in L."""
    wanted = "XL, 200 s: ≥ 1.17 × nearest worker; time linear in workers"
    if bench.quick:
        return Finding("G5", wanted, None, "not in --quick")
    mine, nearest = bench.runs.get(OURS, "XL", 4001, HUGE), bench.runs.get("nearest", "XL", 4001, HUGE)
    ratio = mine.objective / max(1.0, nearest.objective)
    large, plain = bench.runs.get(OURS, "L", 3001, LARGE), bench.runs.get("nearest", "L", 3001, LARGE)
    level = 1 + 0.6 * (min(ratio, large.objective / max(1.0, plain.objective)) - 1)
    then, before = mine.when(level * nearest.objective), large.when(level * plain.objective)
    each = then / 5 / before if then and before else float("inf")
    bound = bound_of(bench, mine)
    gap = f", gap {(bound - mine.objective) / bound:.1%}" if bound < float("inf") else ", no bound"
    told = f"{ratio:.3f} × in {mine.seconds:.0f} s{gap}; per worker {each:.2f} × the time of L to {level:.2f} × nearest"
    return Finding("G5", wanted, ratio >= 1.17 and each <= 1.3 and not late([mine]), told)
