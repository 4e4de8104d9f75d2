"""VROOM through `pyvroom`. Its objective is lexicographic: first the sum of priorities (0–100), then the way.

Prices are mapped to priorities evenly, the dearest visit being 100. It has no callback, so it climbs its exploration
levels as long as a fifth of the time is left; each level starts anew, with what is left as its limit, and keeps it
badly: the hard kill is meant for it. What an earlier level found stays.
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
WORTH_TRYING = 0.2  # of the seconds must be left for another level


def prepare(day: Day) -> dict[float, Table]:
    """Travel tables by speed."""
    return tables(day)


def run(day: Day, prepared: Any, budget: Budget, tell: Tell) -> None:
    """Level after level."""
    begin = time.perf_counter()
    for level in LEVELS:
        left = budget.seconds - (time.perf_counter() - begin)
        if left <= WORTH_TRYING * budget.seconds:
            return
        tell(_orders(day, _input(day, prepared).solve(level, budget.cores, timedelta(seconds=left))))


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
