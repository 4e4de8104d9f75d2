"""The dense optimum of a round by scipy: every worker against every visit, in one table."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.children import Share
from benchmarks.days import SECONDS_PER_YUAN, Day
from benchmarks.matrices import Floats, arcs, seconds, vectors


def worths(day: Day) -> Floats:
    """What each worker (row) is worth for each visit (column) if it is the only one; 0 where it cannot be."""
    points = vectors(day)
    doors = points[[visit.place for visit in day.visits]]
    earliest = np.array([visit.earliest for visit in day.visits])
    latest = np.array([visit.latest for visit in day.visits])
    length = np.array([visit.seconds for visit in day.visits])
    price = np.array([visit.fen * SECONDS_PER_YUAN / 100 for visit in day.visits])
    names = sorted({skill for visit in day.visits for skill in visit.skills})
    need = np.array([[name in visit.skills for name in names] for visit in day.visits])
    table = np.zeros((len(day.workers), len(day.visits)))
    for row, worker in enumerate(day.workers):
        way = seconds(day, arcs(doors, points[worker.home]), worker.speed)
        start = np.maximum(earliest, worker.start + way)
        can = (start <= latest) & (start + length + way <= worker.end)
        can &= ~(need & ~np.array([name in worker.skills for name in names])).any(axis=1)
        table[row] = np.where(can, np.maximum(0.0, price - 2 * way), 0.0)
    return table


def work(day: Day, share: Share, ready: Callable[[], None]) -> None:
    """In a child: the worth of the best assignment; the clock starts when the table is there."""
    from scipy.optimize import linear_sum_assignment

    table = worths(day)
    ready()
    begin = time.perf_counter()
    rows, columns = linear_sum_assignment(table, maximize=True)
    took = time.perf_counter() - begin
    share((float(table[rows, columns].sum()), took))
