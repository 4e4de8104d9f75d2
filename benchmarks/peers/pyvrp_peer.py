"""PyVRP: prizes, one vehicle type per worker, iterated local search; one thread, so two run at once with two seeds.

Of what was tried on days of this kind, a profile per speed and set of skills with forbidden ways, and perturbations of
at most 10 visits, led to the best plans (default 25, other sizes of neighbourhood and history: less). Where so many
tables do not fit into memory, a skill is a dimension of load that only those who have it can carry. It knows no breaks:
planning to be home for them led to better plans than leaving them out and dropping what cannot be kept.
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from benchmarks.days import Day
from benchmarks.matrices import Table
from benchmarks.peers import Budget, Tell
from benchmarks.peers.expressed import Expressed, express
from benchmarks.plans import halves_of

FORBIDDEN = 1 << 20
MOST_BYTES = 4 << 30
PERTURBED = 10
EVERY = 0.1  # seconds between plans told


def prepare(day: Day) -> tuple[Expressed, list[int], Any]:
    """The whole problem as PyVRP has it, and which leg each of its vehicle types is."""
    pyvrp: Any = import_module("pyvrp")
    made = express(day)
    alike = made.alike(with_able=True)
    by_profile = len(set(alike)) * len(day.places) ** 2 * 16 <= MOST_BYTES
    alike = alike if by_profile else made.alike(with_able=False)
    kinds = sorted(set(alike))
    skills = [] if by_profile else sorted({skill for worker in day.workers for skill in worker.skills})
    ways, times = [made.cost(row) for row in kinds], [made.lasting[day.workers[row].speed] for row in kinds]
    if by_profile:
        ways, times = [[_forbidding(made, row, table) for row, table in zip(kinds, tables, strict=True)]
                       for tables in (ways, times)]  # fmt: skip
    clients = []
    for visit, prize in zip(day.visits, made.prize.tolist(), strict=True):
        load = [int(skill in visit.skills) for skill in skills]
        clients.append(
            pyvrp.Client(visit.place, load, [], visit.seconds, visit.earliest, visit.latest, 0, prize, False)
        )
    halves = halves_of(day)
    ends = sorted({place for _, half in halves for place in (half.place, half.end_place)})
    types = [
        pyvrp.VehicleType(
            capacity=[100 * (skill in day.workers[half.worker].skills) for skill in skills],
            start_depot=ends.index(half.place), end_depot=ends.index(half.end_place),
            tw_early=half.start, tw_late=half.end, profile=kinds.index(alike[half.worker]),
        ) for _, half in halves
    ]  # fmt: skip
    depots = [pyvrp.Depot(location=place) for place in ends]
    places = [pyvrp.Location(x=0, y=0) for _ in day.places]
    return made, [number for number, _ in halves], pyvrp.ProblemData(places, clients, depots, types, ways, times)


def _forbidding(made: Expressed, row: int, table: Table) -> Table:
    """The table with no way to or from visits that this worker may not do."""
    table = table.copy()
    shut = [visit.place for visit, able in zip(made.day.visits, made.able[row].tolist(), strict=True) if not able]
    table[shut, :] = FORBIDDEN
    table[:, shut] = FORBIDDEN
    table[shut, shut] = 0
    return table


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Search until the time is over."""
    del day
    pyvrp: Any = import_module("pyvrp")
    solving: Any = import_module("pyvrp.solve")
    search: Any = import_module("pyvrp.search")
    made, leg_of, data = prepared
    end = time.perf_counter() + budget.seconds
    last = [0.0]

    def heard(_listener: Any, best: Any) -> None:
        """Tell better plans as they come, not too often."""
        if best.is_feasible() and time.perf_counter() > last[0] + EVERY:
            last[0] = time.perf_counter()
            tell(_orders(made, leg_of, best))

    listener = type("Listener", (pyvrp.IteratedLocalSearchCallbacks,), {"on_best": heard})
    params = solving.SolveParams(
        ils=pyvrp.IteratedLocalSearchParams(callbacks=listener()),
        perturbation=search.PerturbationParams(1, PERTURBED), display_interval=1e9,
    )  # fmt: skip
    result = solving.solve(
        data, lambda _best: time.perf_counter() > end, budget.seed, collect_stats=False, params=params,
    )  # fmt: skip
    if result.is_feasible():
        tell(_orders(made, leg_of, result.best))


def _orders(made: Expressed, leg_of: list[int], solution: Any) -> list[list[int]]:
    orders: list[list[int]] = [[] for _ in made.legs]
    for route in sorted(solution.routes(), key=lambda route: int(route.vehicle_type())):
        orders[leg_of[route.vehicle_type()]] += [stop.idx for stop in route if stop.is_client()]
    return orders
