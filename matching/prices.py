"""The price map: what a worker's time is worth by cell and hour, from the duals of a day plan.

A visit that pays more than its price (dual) leaves the difference to whoever does it: that is what the worker's minutes
earn there and then, and what sending the worker elsewhere would cost.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from matching.fleet import Fleet
from matching.problem import UNITS_PER_MINUTE, Problem
from matching.roster import Choice, PriceCell, PriceMap
from matching.scoring import open_terms
from matching.slots import Cost
from matching.travel import IntArray, Point

STEP = 0.02  # degrees, some two kilometres
HOUR = 3600


def price_map(problem: Problem, choices: Iterable[Choice], prices: Mapping[str, float]) -> PriceMap | None:
    """The map of these choices at these prices of visits (units); None without points or prices."""
    visits = {visit.code: visit for visit in problem.visits}
    found: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    for choice in choices:
        visit = visits[choice.visit]
        if choice.visit in prices and problem.places:
            stake = sum(term.amount for term in open_terms(problem, visit))
            rent = max(0.0, choice.value - stake - prices[choice.visit]) / UNITS_PER_MINUTE / visit.minutes
            cell = cell_of(problem.places[visit.place], STEP)
            for hour in hours_between(choice.start, choice.start + visit.seconds):
                found[(*cell, hour)].append(rent)
    if not found:
        return None
    cells = tuple(PriceCell(*cell, round(sum(each) / len(each), 6)) for cell, each in sorted(found.items()))
    return PriceMap(STEP, round(float(np.median([cell.minutes for cell in cells])), 6), cells)


def cost_of(prices: PriceMap, fleet: Fleet) -> Cost:
    """What the time of these workers would earn elsewhere, for `SlotFinder`: minutes at the price of where and when.

    Where is the place the worker starts from.
    """
    homes = [cell_of(fleet.problem.places[place], prices.step) for place in fleet.start.tolist()]
    rows = {home: number for number, home in enumerate(dict.fromkeys(homes))}
    where = np.array([rows[home] for home in homes], dtype=np.int64)
    hours = max((cell.hour for cell in prices.cells), default=0) + 1
    rate = np.full((len(rows), hours + 1), prices.usual)
    for cell in prices.cells:
        if (cell.north, cell.east) in rows:
            rate[rows[cell.north, cell.east], cell.hour] = cell.minutes

    def cost(workers: IntArray, starts: IntArray, seconds: int) -> IntArray:
        at = rate[where[workers], np.minimum(starts // HOUR, hours)]
        return np.asarray(np.rint(at * seconds / 60 * UNITS_PER_MINUTE), dtype=np.int64)

    return cost


def cell_of(point: Point, step: float) -> tuple[int, int]:
    """The cell of a price map a point lies in: its number from the equator and from Greenwich."""
    return math.floor(point.lat / step), math.floor(point.lon / step)


def hours_between(begin: int, end: int) -> range:
    """The hours from the epoch that a stretch of seconds touches."""
    return range(begin // HOUR, (end - 1) // HOUR + 1)
