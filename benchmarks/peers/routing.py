"""OR-Tools routing: a disjunction per visit whose penalty is its price, one time dimension, guided local search.

First solution by parallel cheapest insertion, then guided local search: what its documentation recommends for routing.
Other strategies were not compared on these days. It uses one thread; it has no other.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from benchmarks.days import SECONDS_PER_YUAN, Day
from benchmarks.matrices import tables
from benchmarks.peers import Budget, Orders, Tell

LONGEST = 86_400
Ways: TypeAlias = tuple[list[list[int]], list[list[int]]]


def prepare(day: Day) -> dict[float, Ways]:
    """For each speed the cost of every way, and the time it takes with the work before it; nodes are homes, visits."""
    nodes = [*(worker.home for worker in day.workers), *(visit.place for visit in day.visits)]
    work = np.array([0] * len(day.workers) + [visit.seconds for visit in day.visits])[:, None]
    cut = {speed: table[np.ix_(nodes, nodes)] for speed, table in tables(day).items()}
    return {speed: (table.tolist(), (table + work).tolist()) for speed, table in cut.items()}


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Search until the time is over; every better plan is told."""
    solver: Any = import_module("ortools.constraint_solver.pywrapcp")
    choices: Any = import_module("ortools.constraint_solver.routing_enums_pb2")
    many = len(day.workers)
    manager = solver.RoutingIndexManager(many + len(day.visits), many, list(range(many)), list(range(many)))
    routing = solver.RoutingModel(manager)
    _add_ways(day, routing, prepared)
    _add_rules(day, routing, manager)
    best = [0]

    def better() -> None:
        worth = -int(routing.CostVar().Value())
        if not best[1:] or worth > best[1]:
            best[1:] = [worth]
            tell(_orders(day, routing, manager, lambda index: int(routing.NextVar(index).Value())))

    routing.AddAtSolutionCallback(better)
    wish = solver.DefaultRoutingSearchParameters()
    wish.first_solution_strategy = choices.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    wish.local_search_metaheuristic = choices.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    wish.time_limit.FromMilliseconds(int(budget.seconds * 1000))
    found = routing.SolveWithParameters(wish)
    if found is not None:
        tell(_orders(day, routing, manager, lambda index: int(found.Value(routing.NextVar(index)))))


def _add_ways(day: Day, routing: Any, ways: dict[float, Ways]) -> None:
    """Cost and time of ways by the speed of the worker."""
    cost = {speed: routing.RegisterTransitMatrix(way) for speed, (way, _) in ways.items()}
    time = {speed: routing.RegisterTransitMatrix(both) for speed, (_, both) in ways.items()}
    for row, worker in enumerate(day.workers):
        routing.SetArcCostEvaluatorOfVehicle(cost[worker.speed], row)
    routing.AddDimensionWithVehicleTransits(
        [time[worker.speed] for worker in day.workers], LONGEST, LONGEST, False, "time",
    )  # fmt: skip


def _add_rules(day: Day, routing: Any, manager: Any) -> None:
    """Shifts, windows, skills, and what leaving a visit open costs."""
    time = routing.GetDimensionOrDie("time")
    for row, worker in enumerate(day.workers):
        time.CumulVar(routing.Start(row)).SetRange(worker.start, worker.end)
        time.CumulVar(routing.End(row)).SetRange(worker.start, worker.end)
    for row, visit in enumerate(day.visits):
        index = manager.NodeToIndex(len(day.workers) + row)
        time.CumulVar(index).SetRange(visit.earliest, visit.latest)
        able = [hand for hand, worker in enumerate(day.workers) if visit.skills <= worker.skills]
        routing.VehicleVar(index).SetValues([-1, *able])
        routing.AddDisjunction([index], visit.fen * SECONDS_PER_YUAN // 100)


def _orders(day: Day, routing: Any, manager: Any, follow: Callable[[int], int]) -> Orders:
    orders = []
    for row in range(len(day.workers)):
        order, index = [], follow(routing.Start(row))
        while not routing.IsEnd(index):
            order.append(manager.IndexToNode(index) - len(day.workers))
            index = follow(index)
        orders.append(order)
    return orders
