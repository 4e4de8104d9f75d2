"""VROOM through `pyvroom`. Its objective is lexicographic: first the sum of priorities (0–100), then the cost.

What visits are worth to those who may do them, on average, is mapped to priorities evenly, the dearest visit being 100.
Where workers differ in worth, what one lacks of the best is cost: a profile for each worker, which is slow, so that two
levels without it go first. It has no callback, so it climbs its exploration levels as long as a fifth of the time is
left; each level starts anew, with what is left as its limit, and keeps it badly: the hard kill is meant for it. What an
earlier level found stays. On days outside the goals these levels led to the best plans.
"""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.days import Day
from benchmarks.peers import Budget, Tell
from benchmarks.peers.expressed import Expressed, express

# (by worker?, exploration level) one after the other; where workers are worth the same, and where they differ.
ALIKE = ((False, 0), (False, 2), (False, 5))
DIFFERENT = ((False, 0), (False, 1), (True, 2))
WORTH_TRYING = 0.2  # of the seconds must be left for another level


def prepare(day: Day) -> tuple[Expressed, list[tuple[int, Any]]]:
    """Levels, each with the day as VROOM takes it."""
    made = express(day)
    levels = DIFFERENT if made.lack.any() else ALIKE
    return made, [(level, _input(made, by_worker=by_worker)) for by_worker, level in levels]


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Level after level."""
    del day
    begin = time.perf_counter()
    made, inputs = prepared
    for level, each in inputs:
        left = budget.seconds - (time.perf_counter() - begin)
        if left <= WORTH_TRYING * budget.seconds:
            return
        tell(_orders(made, each.solve(level, budget.cores, timedelta(seconds=left))))


def _input(made: Expressed, *, by_worker: bool) -> Any:
    vroom: Any = import_module("vroom")
    day, given = made.day, vroom.Input()
    names = sorted({skill for worker in day.workers for skill in worker.skills})
    number = {skill: row for row, skill in enumerate(names)}
    # Not going together is a skill that all others have.
    shy = {row: len(names) + 1 + row for row, visit in enumerate(day.visits) if visit.blocked or visit.declined}
    profiles = _profiles(made, given, by_worker=by_worker)
    for row, leg in enumerate(made.legs):
        worker = day.workers[leg.worker]
        welcome = {skill for visit, skill in shy.items() if leg.worker not in made.refused[visit]}
        given.add_vehicle(vroom.Vehicle(
            row, start=leg.place, end=leg.end_place, profile=profiles[leg.worker],
            skills={number[skill] for skill in worker.skills} | welcome,
            time_window=vroom.TimeWindow(leg.start, leg.end),
            breaks=[vroom.Break(place, [vroom.TimeWindow(begin, begin)], end - begin)
                    for place, (begin, end) in enumerate(worker.breaks)],
        ))  # fmt: skip
    for row, visit in enumerate(day.visits):
        asked = {number.get(skill, len(names)) for skill in visit.skills} | {shy[each] for each in {row} & shy.keys()}
        given.add_job(vroom.Job(
            row, location=visit.place, default_service=visit.seconds, skills=asked,
            priority=max(0, round(100 * float(made.usual[row] / made.usual.max()))),
            time_windows=[vroom.TimeWindow(visit.earliest, visit.latest)],
        ))  # fmt: skip
    return given


def _profiles(made: Expressed, given: Any, *, by_worker: bool) -> list[str]:
    """The name of every worker's tables; they are given to VROOM here, costs only where they are not the times."""
    alike = made.alike(with_able=False) if by_worker else made.as_fast()
    for row in sorted(set(alike)):
        speed = made.day.workers[row].speed
        times, costs = made.lasting[speed], made.cost(row) if by_worker else made.ways[speed]
        given.set_durations_matrix(profile=f"like {row}", matrix_input=times.astype(np.uint32))
        if not np.array_equal(times, costs):
            given.set_costs_matrix(profile=f"like {row}", matrix_input=costs.astype(np.uint32))
    return [f"like {row}" for row in alike]


def _orders(made: Expressed, solution: Any) -> list[list[int]]:
    orders: list[list[int]] = [[] for _ in made.legs]
    frame = solution.routes
    for vehicle, kind, job in zip(frame["vehicle_id"], frame["type"], frame["id"], strict=True):
        if kind == "job":
            orders[int(vehicle)].append(int(job))
    return orders
