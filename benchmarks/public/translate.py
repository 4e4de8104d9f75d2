"""A public instance as our problem, and what our plan costs by the rules of the instance.

One unit of the file is a minute. The matcher knows neither capacity nor a longest tour: it is given the relaxation, and
its plan is then made to keep them, by leaving out visits where that is allowed, else it is said to break them.
Its bound holds for the relaxation, and so for the instance as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.public.readers import Client, Instance, Vehicle
from matching import Matrix, Problem, Roster, Shift, Visit, Weights, Window, Worker

HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan costs: way, prizes left, visits left that must be made, tours that break a rule of the instance."""

    way: float
    lost: float
    missed: int
    broken: tuple[str, ...]

    @property
    def total(self) -> float:
        """The objective of the benchmark."""
        return self.way + self.lost


def must(instance: Instance) -> float:
    """Minutes that a visit is worth that must be made: four times the longest way, more than any detour to it."""
    return 4 * max(map(max, instance.distances))


def problem_of(instance: Instance) -> Problem:
    """The relaxation that our model can say."""
    table = np.array([[math.ceil(60 * each - HAIR) for each in row] for row in instance.distances], dtype=np.int64)
    weights = Weights(travel=1.0, km=0.0, idle=0.0, star=0.0, yuan=1.0, favourite=0.0, same_home=0.0,
                      unreliability=0.0, fairness=0.0, newcomer=0.0, refusal=0.0, unfilled_rescue=0.0,
                      unfilled_recurring=0.0, unfilled_one_off=0.0)  # fmt: skip
    visits = tuple(_visit(row, client, must(instance)) for row, client in enumerate(instance.clients))
    workers = tuple(_worker(row, vehicle) for row, vehicle in enumerate(instance.vehicles))
    return Problem("2026-01-01T00:00:00+00:00", (), visits, workers, Matrix({"any": table}), weights, grid_seconds=1)


def _visit(row: int, client: Client, obliged: float) -> Visit:
    prize = obliged if client.prize is None else client.prize
    window = Window(math.ceil(60 * client.earliest), math.floor(60 * client.latest))
    return Visit(f"V{row}", client.place, (window,), max(1, round(client.service)), client.skills, round(100 * prize))


def _worker(row: int, vehicle: Vehicle) -> Worker:
    shift = Shift(round(60 * vehicle.earliest), round(60 * vehicle.latest))
    return Worker(f"W{row}", vehicle.depot, (shift,), skills=vehicle.skills, mode="any", p_accept=1.0)


def tours_of(instance: Instance, roster: Roster) -> list[list[int]]:
    """For each vehicle its clients in order."""
    tours: list[list[tuple[int, int]]] = [[] for _ in instance.vehicles]
    for choice in roster.choices:
        tours[int(choice.worker[1:])].append((choice.start, int(choice.visit[1:])))
    return [[client for _, client in sorted(tour)] for tour in tours]


def repaired(instance: Instance, tours: list[list[int]]) -> tuple[list[list[int]], int]:
    """Tours within capacity: where prizes may be left, those worth least for their load are; and how many were."""
    kept, left = [], 0
    for vehicle, tour in zip(instance.vehicles, tours, strict=True):
        mine = list(tour)
        while vehicle.capacity is not None and sum(instance.clients[row].demand for row in mine) > vehicle.capacity:
            free = [row for row in mine if instance.clients[row].prize is not None]
            if not free:
                break
            mine.remove(min(free, key=lambda row: (instance.clients[row].prize or 0) / instance.clients[row].demand))
            left += 1
        kept.append(mine)
    return kept, left


def cost_of(instance: Instance, tours: list[list[int]]) -> Cost:
    """Judged by the rules of the instance, in its own units; no code of the matcher."""
    way, broken = 0.0, []
    for vehicle, tour in zip(instance.vehicles, tours, strict=True):
        if tour:
            way += _length(instance, vehicle, tour)
            broken += [f"{fault} of tour {tour[:3]}…" for fault in _faults(instance, vehicle, tour)]
    done = {row for tour in tours for row in tour}
    rest = [client for row, client in enumerate(instance.clients) if row not in done]
    lost = sum(client.prize or 0.0 for client in rest)
    return Cost(way, lost, sum(client.prize is None for client in rest), tuple(broken))


def _length(instance: Instance, vehicle: Vehicle, tour: list[int]) -> float:
    places = [vehicle.depot, *(instance.clients[row].place for row in tour), vehicle.depot]
    return sum(instance.distances[one][other] for one, other in pairwise(places))


def _faults(instance: Instance, vehicle: Vehicle, tour: list[int]) -> list[str]:
    faults, free, place = [], vehicle.earliest, vehicle.depot
    for row in tour:
        client = instance.clients[row]
        start = max(client.earliest, free + instance.distances[place][client.place])
        if start > client.latest + HAIR:
            faults.append("window")
        if not client.skills <= vehicle.skills:
            faults.append("skill")
        free, place = start + client.service, client.place
    if free + instance.distances[place][vehicle.depot] > vehicle.latest + HAIR:
        faults.append("shift")
    if vehicle.capacity is not None and sum(instance.clients[row].demand for row in tour) > vehicle.capacity:
        faults.append("capacity")
    work = _length(instance, vehicle, tour) + sum(instance.clients[row].service for row in tour)
    if vehicle.longest is not None and work > vehicle.longest + HAIR:
        faults.append("longest tour")
    return faults
