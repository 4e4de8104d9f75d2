"""The true optimum of tiny days: every route of every worker is listed, and HiGHS (in scipy) picks the best of them.

Shares no code with the matcher, so that what the matcher calls proven can be held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.children import Share
from benchmarks.days import Day
from benchmarks.judge import pair_worth, way


def routes_of(day: Day, row: int) -> dict[frozenset[int], float]:
    """Every set of visits this worker could do in some order, with the worth of the best order (core days)."""
    worker = day.workers[row]
    able = [number for number, visit in enumerate(day.visits) if visit.skills <= worker.skills]
    places = [worker.home, *(day.visits[number].place for number in able)]
    table = [[way(day, worker, one, other) for other in places] for one in places]
    worth = [0.0, *(pair_worth(day, row, day.visits[number]) for number in able)]
    best: dict[frozenset[int], float] = {}

    def grow(order: tuple[int, ...], free: int, value: float) -> None:
        last = order[-1] if order else 0
        for step, number in enumerate(able, start=1):
            visit = day.visits[number]
            start = max(visit.earliest, free + table[last][step])
            if step in order or start > visit.latest or start + visit.seconds + table[step][0] > worker.end:
                continue
            longer, sofar = (*order, step), value + worth[step] - table[last][step]
            key = frozenset(able[each - 1] for each in longer)
            best[key] = max(best.get(key, -1e18), sofar - table[step][0])
            grow(longer, start + visit.seconds, sofar)

    grow((), worker.start, 0.0)
    return best


def optimum(day: Day) -> float:
    """What the best plan of a tiny day is worth."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    listed = [(row, visits, worth) for row in range(len(day.workers)) for visits, worth in _worthy(day, row)]
    rows = [row for row, _, _ in listed]
    entries = [(len(day.workers) + visit, column) for column, (_, visits, _) in enumerate(listed) for visit in visits]
    line = np.array([*rows, *(visit for visit, _ in entries)])
    column = np.array([*range(len(listed)), *(each for _, each in entries)])
    shape = (len(day.workers) + len(day.visits), len(listed))
    matrix = coo_array((np.ones(len(line)), (line, column)), shape=shape).tocsr()
    found = milp(
        -np.array([worth for _, _, worth in listed]), constraints=LinearConstraint(matrix, -np.inf, 1),
        integrality=np.ones(len(listed), dtype=np.int64), bounds=Bounds(0, 1), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    if found.fun is None:
        raise ArithmeticError(found.message)
    return -float(found.fun)


def _worthy(day: Day, row: int) -> Iterator[tuple[frozenset[int], float]]:
    return ((visits, worth) for visits, worth in routes_of(day, row).items() if worth > 0)


def work(day: Day, share: Share, ready: Callable[[], None]) -> None:
    """In a child: the optimum of the day."""
    ready()
    share(optimum(day))
