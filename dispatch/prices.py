"""What time was worth in a plan: by zone and hour, and by worker. Pure: a problem and its roster in, numbers out.

A price is in travel minutes for an hour of work. In a zone and hour it is what one more pair of free hands would have
earned: an hour's share of the best visit left open that could be worked on then; nothing where everything was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import matching
from matching.problem import UNITS_PER_MINUTE
from matching.scoring import open_terms
from matching.slots import SlotFinder, with_choices
from matching.travel import FloatArray, IntArray

HOUR = 3600


def prices_of(problem: matching.Problem, roster: matching.Roster) -> dict[str, Any]:
    """Return ``{"cells": {zone: {hour: price}}, "workers": {code: {hour: price}}}``; where nobody was short is nothing.

    Hours are of the local day. A worker's price is that of the best visit left open that only time kept from them.
    """
    left = {one.visit for one in roster.unmatched}
    finder = SlotFinder(with_choices(problem, roster.choices))
    cells: dict[str, dict[str, float]] = defaultdict(dict)
    workers: dict[str, dict[str, float]] = defaultdict(dict)
    for visit in problem.visits:
        if visit.code not in left or not _wanted(roster, visit.code):
            continue
        price, hours = round(worth(problem, visit) * 60 / visit.minutes, 1), hours_of(problem, visit)
        _raise(cells[visit.zone], hours, price)
        for worker, code in finder.reasons(visit).items():
            if code in TIME:
                _raise(workers[worker], hours, price)
    return {"cells": dict(cells), "workers": dict(workers)}


def _raise(kept: dict[str, float], hours: list[int], price: float) -> None:
    for hour in hours:
        kept[str(hour)] = max(price, kept.get(str(hour), 0.0))


def cost_of(
    problem: matching.Problem, prices: Mapping[int, Mapping[str, Any]], share: float
) -> Callable[[IntArray, IntArray, int], IntArray] | None:
    """Return what workers' time is worth elsewhere, for ``SlotFinder``; None when nobody's is.

    ``prices`` are those of the days of the problem, by their number; ``share`` of them counts.
    """
    hours = 24 * (max(prices, default=0) + 1)
    table = np.zeros((len(problem.workers), hours + 1))
    for day, priced in prices.items():
        for row, worker in enumerate(problem.workers):
            for hour, price in priced.get("workers", {}).get(worker.code, {}).items():
                table[row, 24 * day + int(hour)] = price * share * UNITS_PER_MINUTE
    if not table.any():
        return None
    sums = np.concatenate([np.zeros((len(table), 1)), table.cumsum(axis=1)], axis=1)
    begins = np.array([_midnight(problem, second) for second in range(0, 86_400 * (hours // 24), 86_400)])

    def until(worker: IntArray, second: IntArray) -> FloatArray:
        day = np.clip(np.searchsorted(begins, second, side="right") - 1, 0, len(begins) - 1)
        at = np.clip(24 * day + np.minimum((second - begins[day]) / HOUR, 24), 0, hours)
        whole = at.astype(np.int64)
        return np.asarray(sums[worker, whole] + (at - whole) * table[worker, whole])

    def cost(worker: IntArray, start: IntArray, seconds: int) -> IntArray:
        return np.asarray(np.rint(until(worker, start + seconds) - until(worker, start)), dtype=np.int64)

    return cost


def worth(problem: matching.Problem, visit: matching.Visit) -> float:
    """Return what it costs to leave a visit open, in travel minutes."""
    return -sum(term.amount for term in open_terms(problem, visit)) / UNITS_PER_MINUTE


def hours_of(problem: matching.Problem, visit: matching.Visit) -> list[int]:
    """Return the hours of the local day in which a visit could be in work."""
    found: set[int] = set()
    for window in visit.windows:
        midnight = _midnight(problem, window.earliest)
        first = (window.earliest - midnight) // HOUR
        last = (window.latest + visit.seconds - 1 - midnight) // HOUR
        found.update(hour for hour in range(first, last + 1) if hour < 24)
    return sorted(found)


def hour_price(prices: Mapping[str, Any], zone: str, hour: int) -> float:
    """Return the price of an hour in a zone; 0 where nobody was short of hands."""
    return float(prices.get("cells", {}).get(zone, {}).get(str(hour), 0.0))


def _midnight(problem: matching.Problem, second: int) -> int:
    if problem.day_starts:
        return problem.day_starts[problem.day_of(second)]
    return second // 86_400 * 86_400


def _wanted(roster: matching.Roster, code: str) -> bool:
    """A visit is a sign of shortage unless nobody could do it however free they were."""
    reasons = next(one.reasons for one in roster.unmatched if one.visit == code)
    return any(reason.code in SHORT for reason in reasons) or not reasons


TIME = frozenset({"busy", "daily_hours", "weekly_hours", "rest"})
SHORT = TIME | {"not_on_shift", "not_worth_it", "no_workers"}
