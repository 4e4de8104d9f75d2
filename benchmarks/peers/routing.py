"""OR-Tools routing: a disjunction per visit whose penalty is its price, one time dimension, guided local search.

First solution by parallel cheapest insertion, then guided local search: what its documentation recommends for routing.
On a day outside the goals no other strategy led to more than .6 % more. It uses one thread; it has no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.days import Day
from benchmarks.peers import Budget, Orders, Tell
from benchmarks.peers.expressed import Expressed, express

LONGEST = 86_400


@dataclass(frozen=True, slots=True)
class Model:
    """The model with the manager of its indices: nodes are the ends of legs, then the visits."""

    made: Expressed
    ends: list[int]
    manager: Any
    routing: Any

    @property
    def places(self) -> list[int]:
        """The place of each node."""
        return [*self.ends, *self.made.doors]

    def orders(self, follow: Callable[[int], int]) -> Orders:
        """Leg by leg the visits, given what comes after each index."""
        orders = []
        for row in range(len(self.made.legs)):
            order, index = [], follow(self.routing.Start(row))
            while not self.routing.IsEnd(index):
                order.append(self.manager.IndexToNode(index) - len(self.ends))
                index = follow(index)
            orders.append(order)
        return orders


def prepare(day: Day) -> Model:
    """The whole model; it is built before the clock starts."""
    solver: Any = import_module("ortools.constraint_solver.pywrapcp")
    made = express(day)
    ends = sorted({place for leg in made.legs for place in (leg.place, leg.end_place)})
    starts = [ends.index(leg.place) for leg in made.legs]
    stops = [ends.index(leg.end_place) for leg in made.legs]
    manager = solver.RoutingIndexManager(len(ends) + len(day.visits), len(made.legs), starts, stops)
    model = Model(made, ends, manager, solver.RoutingModel(manager))
    _add_ways(model)
    _add_rules(model)
    _add_breaks(model)
    return model


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Search until the time is over; every better plan is told."""
    del day
    choices: Any = import_module("ortools.constraint_solver.routing_enums_pb2")
    model: Model = prepared
    routing, solver = model.routing, import_module("ortools.constraint_solver.pywrapcp")
    best = [0]

    def better() -> None:
        worth = -int(routing.CostVar().Value())
        if not best[1:] or worth > best[1]:
            best[1:] = [worth]
            tell(model.orders(lambda index: int(routing.NextVar(index).Value())))

    routing.AddAtSolutionCallback(better)
    wish: Any = solver.DefaultRoutingSearchParameters()
    wish.first_solution_strategy = choices.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    wish.local_search_metaheuristic = choices.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    wish.time_limit.FromMilliseconds(int(budget.seconds * 1000))
    found = routing.SolveWithParameters(wish)
    if found is not None:
        tell(model.orders(lambda index: int(found.Value(routing.NextVar(index)))))


def _add_ways(model: Model) -> None:
    """Cost of ways by what the worker is worth, time of ways with the work before them by speed."""
    made, routing, chosen = model.made, model.routing, np.ix_(model.places, model.places)
    work = np.array([0] * len(model.ends) + [visit.seconds for visit in made.day.visits])[:, None]
    alike = made.alike(with_able=False)
    cost = {row: routing.RegisterTransitMatrix(made.cost(row)[chosen].tolist()) for row in sorted(set(alike))}
    time = {
        speed: routing.RegisterTransitMatrix((table[chosen] + work).tolist()) for speed, table in made.lasting.items()
    }
    for row, leg in enumerate(made.legs):
        routing.SetArcCostEvaluatorOfVehicle(cost[alike[leg.worker]], row)
    speeds = [made.day.workers[leg.worker].speed for leg in made.legs]
    routing.AddDimensionWithVehicleTransits([time[speed] for speed in speeds], LONGEST, LONGEST, False, "time")


def _add_rules(model: Model) -> None:
    """Shifts, windows, who may do what, and what leaving a visit open costs."""
    made, routing = model.made, model.routing
    time = routing.GetDimensionOrDie("time")
    for row, leg in enumerate(made.legs):
        time.CumulVar(routing.Start(row)).SetRange(leg.start, leg.end)
        time.CumulVar(routing.End(row)).SetRange(leg.start, leg.end)
    for row, visit in enumerate(made.day.visits):
        index = model.manager.NodeToIndex(len(model.ends) + row)
        time.CumulVar(index).SetRange(visit.earliest, visit.latest)
        able = [number for number, leg in enumerate(made.legs) if made.able[leg.worker, row]]
        routing.VehicleVar(index).SetValues([-1, *able])
        routing.AddDisjunction([index], int(made.prize[row]))


def _add_breaks(model: Model) -> None:
    """Breaks at their fixed times; ways pause in them."""
    made, routing = model.made, model.routing
    work = [0] * routing.Size()
    for row, visit in enumerate(made.day.visits):
        work[model.manager.NodeToIndex(len(model.ends) + row)] = visit.seconds
    time, solver = routing.GetDimensionOrDie("time"), routing.solver()
    for number, leg in enumerate(made.legs):
        breaks = [solver.FixedInterval(begin, end - begin, f"break {number}")
                  for begin, end in made.day.workers[leg.worker].breaks]  # fmt: skip
        if breaks:
            time.SetBreakIntervalsOfVehicle(breaks, number, work)
