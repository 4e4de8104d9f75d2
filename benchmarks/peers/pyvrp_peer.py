"""PyVRP: prizes, one vehicle type per worker, iterated local search; one thread, so two run at once with two seeds.

Of what was tried on days of this kind, a profile per speed and set of skills with forbidden ways, and perturbations of
at most 10 visits, led to the best plans (default 25, other sizes of neighbourhood and history: less). Where so many
tables do not fit into memory, a skill is a dimension of load that only those who have it can carry.
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from benchmarks.days import SECONDS_PER_YUAN, Day, DayWorker
from benchmarks.matrices import Table, tables
from benchmarks.peers import Budget, Tell

FORBIDDEN = 1 << 20
MOST_BYTES = 4 << 30
PERTURBED = 10
EVERY = 0.1  # seconds between plans told


def prepare(day: Day) -> Any:
    """The whole problem as PyVRP has it."""
    pyvrp: Any = import_module("pyvrp")
    ways = tables(day)
    kinds = sorted({_kind(worker) for worker in day.workers})
    by_profile = len(kinds) * len(day.places) ** 2 * 16 <= MOST_BYTES
    skills = [] if by_profile else sorted({skill for worker in day.workers for skill in worker.skills})
    speeds = list(ways)
    matrices = [_forbidding(day, ways[kind[0]], kind) for kind in kinds] if by_profile else list(ways.values())
    clients = []
    for visit in day.visits:
        load = [int(skill in visit.skills) for skill in skills]
        prize = visit.fen * SECONDS_PER_YUAN // 100
        clients.append(
            pyvrp.Client(visit.place, load, [], visit.seconds, visit.earliest, visit.latest, 0, prize, False)
        )
    types = []
    for row, worker in enumerate(day.workers):
        profile = kinds.index(_kind(worker)) if by_profile else speeds.index(worker.speed)
        types.append(pyvrp.VehicleType(
            capacity=[100 * (skill in worker.skills) for skill in skills], start_depot=row, end_depot=row,
            tw_early=worker.start, tw_late=worker.end, profile=profile,
        ))  # fmt: skip
    depots = [pyvrp.Depot(location=worker.home) for worker in day.workers]
    places = [pyvrp.Location(x=0, y=0) for _ in day.places]
    return pyvrp.ProblemData(places, clients, depots, types, matrices, matrices)


def _kind(worker: DayWorker) -> tuple[float, tuple[str, ...]]:
    return worker.speed, tuple(sorted(worker.skills))


def _forbidding(day: Day, table: Table, kind: tuple[float, tuple[str, ...]]) -> Table:
    """The table with no way to or from visits that these skills are not enough for."""
    made = table.copy()
    shut = [visit.place for visit in day.visits if not visit.skills <= set(kind[1])]
    made[shut, :] = FORBIDDEN
    made[:, shut] = FORBIDDEN
    made[shut, shut] = 0
    return made


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Search until the time is over."""
    pyvrp: Any = import_module("pyvrp")
    solving: Any = import_module("pyvrp.solve")
    search: Any = import_module("pyvrp.search")
    end = time.perf_counter() + budget.seconds
    last = [0.0]

    class Listener(pyvrp.IteratedLocalSearchCallbacks):  # type: ignore[misc] # the library has no types for us
        """Tells better plans as they come, not too often."""

        def on_best(self, best: Any) -> None:
            """Called by the search."""
            if best.is_feasible() and time.perf_counter() > last[0] + EVERY:
                last[0] = time.perf_counter()
                tell(_orders(day, best))

    params = solving.SolveParams(
        ils=pyvrp.IteratedLocalSearchParams(callbacks=Listener()),
        perturbation=search.PerturbationParams(1, PERTURBED), display_interval=1e9,
    )  # fmt: skip
    result = solving.solve(
        prepared, lambda _best: time.perf_counter() > end, budget.seed, collect_stats=False, params=params,
    )  # fmt: skip
    if result.is_feasible():
        tell(_orders(day, result.best))


def _orders(day: Day, solution: Any) -> list[list[int]]:
    orders: list[list[int]] = [[] for _ in day.workers]
    for route in solution.routes():
        orders[route.vehicle_type()] = [stop.idx for stop in route if stop.is_client()]
    return orders
