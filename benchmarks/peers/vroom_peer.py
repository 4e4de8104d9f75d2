"""VROOM through `pyvroom`. Its objective is lexicographic: first the sum of priorities (0–100), then the way.

Prices are mapped to priorities evenly, the dearest visit being 100. It has no callback, so it climbs its exploration
levels as long as there is time; each level starts anew and keeps its own promise about time badly: the hard kill is
meant for it. What an earlier level found stays.
"""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.days import Day
from benchmarks.matrices import Table, tables
from benchmarks.peers import Budget, Tell

LEVELS = (0, 2, 5)
GROWTH = 4.0  # a level takes about this many times as long as the one tried before it


def prepare(day: Day) -> dict[float, Table]:
    """Travel tables by speed."""
    return tables(day)


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Level after level; the last one that may fit gets all the time there is left."""
    begin = time.perf_counter()
    took = 0.0
    for level in LEVELS:
        left = budget.seconds - (time.perf_counter() - begin)
        if left <= took:
            return
        since = time.perf_counter()
        solution = _input(day, prepared).solve(level, budget.cores, timedelta(seconds=left))
        took = (time.perf_counter() - since) * GROWTH if level == 0 else time.perf_counter() - since
        tell(_orders(day, solution))


def _input(day: Day, prepared: dict[float, Table]) -> Any:
    vroom: Any = import_module("vroom")
    made = vroom.Input()
    names = {speed: f"speed-{row}" for row, speed in enumerate(prepared)}
    for speed, table in prepared.items():
        made.set_durations_matrix(profile=names[speed], matrix_input=table.astype(np.uint32))
    skills = sorted({skill for worker in day.workers for skill in worker.skills})
    number = {skill: row for row, skill in enumerate(skills)}
    for row, worker in enumerate(day.workers):
        made.add_vehicle(vroom.Vehicle(
            row, start=worker.home, end=worker.home, profile=names[worker.speed],
            skills={number[skill] for skill in worker.skills}, time_window=vroom.TimeWindow(worker.start, worker.end),
        ))  # fmt: skip
    dearest = max(visit.fen for visit in day.visits)
    for row, visit in enumerate(day.visits):
        made.add_job(vroom.Job(
            row, location=visit.place, default_service=visit.seconds, priority=round(100 * visit.fen / dearest),
            skills={number.get(skill, len(number)) for skill in visit.skills},
            time_windows=[vroom.TimeWindow(visit.earliest, visit.latest)],
        ))  # fmt: skip
    return made


def _orders(day: Day, solution: Any) -> list[list[int]]:
    orders: list[list[int]] = [[] for _ in day.workers]
    frame = solution.routes
    for vehicle, kind, job in zip(frame["vehicle_id"], frame["type"], frame["id"], strict=True):
        if kind == "job":
            orders[int(vehicle)].append(int(job))
    return orders
