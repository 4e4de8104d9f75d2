"""``python -m benchmarks --public PATH``: what the matcher makes of public instances, beside their best knowns."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.children import Share, call
from benchmarks.public.readers import Instance, read_home_care, read_solomon, read_vrplib
from benchmarks.public.translate import Cost, cost_of, must, problem_of, repaired, tours_of
from benchmarks.runs import CORES, EFFORT_PER_SECOND, pool, warm_up
from matching import Limits, Roster, solve, within

FAMILIES: dict[str, tuple[str, Callable[[Path], Instance]]] = {
    "prize-collecting VRPTW": ("pyvrp/PCVRPTW/*.vrp", read_vrplib),
    "VRPTW (Gehring and Homberger)": ("pyvrp/VRPTW/*.vrp", read_vrplib),
    "multi-depot VRPTW": ("pyvrp/MDVRPTW/*.vrp", read_vrplib),
    "Solomon VRPTW": ("solomon/*.txt", read_solomon),
    "home health care (Mankowska)": ("hhcrsp-mankowska/*.json", read_home_care),
}
SCOPE = """Capacity and longest tours are not in our model: it solves the relaxation; its plan is then cut to the
capacity where prizes may be left, else said to break it. Home care: patients who need two carers are left out and
windows are hard, so its published totals cannot be compared. Ratio: our cost ÷ the best known (only of plans that keep
all rules of the instance); bound: ours, of the relaxation, ÷ the best known."""


def main(folder: Path, seconds: float, limit: int) -> int:
    """Print one line per instance; 1 if a plan breaks what our model does know."""
    print(SCOPE)
    wrong = 0
    for family, (pattern, read) in FAMILIES.items():
        paths = sorted(folder.glob(pattern))
        step = max(1, len(paths) // limit) if limit else 1
        print(f"\n{family}: {len(paths[::step][: limit or None])} of {len(paths)} instances, {seconds:.0f} s each")
        for path in paths[::step][: limit or None]:
            wrong += not _one(read(path), seconds)
    return 1 if wrong else 0


def _one(instance: Instance, seconds: float) -> bool:
    known = _checked(instance)
    answer = call(public_work, (instance, seconds), seconds)
    if not answer.things:
        words = answer.trouble.splitlines()[0]
        print(f"  {instance.name:28} no answer: {words}{known}", flush=True)
        return True
    roster: Roster = answer.things[-1][1]
    tours, left = repaired(instance, tours_of(instance, roster))
    cost = cost_of(instance, tours)
    print(f"  {instance.name:28} {_told(instance, cost, left, roster)}, {answer.seconds:.0f} s{known}", flush=True)
    return not any(fault.startswith(("window", "skill", "shift")) for fault in cost.broken)


def _told(instance: Instance, cost: Cost, left: int, roster: Roster) -> str:
    obliged = must(instance)
    worth = sum(obliged if client.prize is None else client.prize for client in instance.clients)
    lower = worth - roster.bound / 60_000
    text = f"cost {cost.total:,.1f} (way {cost.way:,.1f})"
    text += f", {cost.missed} missed" if cost.missed else ""
    text += f", {left} cut for capacity" if left else ""
    kinds = sorted({fault.split(" of ")[0] for fault in cost.broken})
    text += f", {len(cost.broken)} tours break: {', '.join(kinds)}" if kinds else ""
    if instance.best:
        ratio = f"ratio {cost.total / instance.best:.3f}" if not (kinds or cost.missed) else "not comparable"
        text += f"; best known {instance.best:,.1f}, {ratio}, "
        text += f"bound {lower / instance.best:.3f}" if lower > 0 else "nothing proven"
    return text + (f" ({instance.note})" if instance.note else "")


def _checked(instance: Instance) -> str:
    """Whether our reading of the instance gives the published cost to the published solution."""
    if not instance.routes or instance.best is None:
        return ""
    empty: list[list[int]] = [[] for _ in instance.vehicles]
    tours = [list(tour) for tour in (*instance.routes, *empty)][: len(instance.vehicles)]
    cost = cost_of(instance, tours)
    if cost.broken or cost.missed or abs(cost.total - instance.best) > 0.05 + 1e-4 * instance.best:
        return f"  [the published plan reads as {cost.total:,.1f}, {len(cost.broken)} faults]"
    return ""


def public_work(given: tuple[Instance, float], share: Share, ready: Callable[[], None]) -> None:
    """In the child: one solve."""
    instance, seconds = given
    problem = problem_of(instance)
    warm_up(0)
    executor = pool(CORES)
    ready()
    stop = within(problem, seconds, time.perf_counter)
    limits = Limits(effort=max(1.0, EFFORT_PER_SECOND * seconds), stop=stop, executor=executor)
    share(solve(problem, limits, 7, "day"))
