"""What an hour of work was worth in a plan: by neighbourhood and hour in money, and the engine's own map. Pure.

The map (``matching.roster.PriceMap``) comes from the duals of the linear program: what a minute of those who are sent
there earns beyond what it costs to leave their visits undone. One pair of hands more wins at most that. The map knows
nothing of where nobody is sent: the dual of a visit left open is zero, so that whoever could come would win all of it.

Travel minutes become money at the plan's own rate: leaving its open visits open costs as much as they would pay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import matching
from matching.jsonio import from_plain, to_plain
from matching.prices import STEP, cell_of, hours_between
from matching.problem import UNITS_PER_MINUTE
from matching.roster import PriceMap
from matching.scoring import open_terms

DAY = 24
_Hours = dict[tuple[int, int], dict[int, float]]


def prices_of(problem: matching.Problem, roster: matching.Roster) -> dict[str, Any]:
    """Return ``{"zones": {zone: {hour: fen}}, "map": the engine's map or None}`` of a day's plan.

    Fen are the most one worker more would earn in an hour of work, and never more than visits there pay; hours are of
    the day, which begins with the problem. A plan without duals (a quick one, or one that sends nobody anywhere) has no
    map, and prices only where a visit was left open for want of time.
    """
    rate, worth = 60 * _fen_per_minute(problem), _of_the_map(roster.prices)
    for cell, hours in _left_open(problem, roster).items():
        _raise(worth[cell], hours)
    zones = {}
    for zone, cells in _cells_of_zones(problem).items():
        best: dict[int, float] = {}
        for cell, pays in cells.items():
            _raise(best, {hour: min(minutes * rate, pays) for hour, minutes in worth.get(cell, {}).items()})
        told = {str(hour): round(fen) for hour, fen in sorted(best.items()) if hour < DAY}
        if any(told.values()):
            zones[zone] = {hour: fen for hour, fen in told.items() if fen}
    return {"zones": zones, "map": to_plain(roster.prices) if roster.prices else None}


def _raise(kept: dict[int, float], hours: Mapping[int, float]) -> None:
    for hour, minutes in hours.items():
        kept[hour] = max(minutes, kept.get(hour, 0.0))


def map_of(prices: Mapping[str, Any]) -> PriceMap | None:
    """Return the engine's map of kept prices; None when the plan had no duals."""
    kept = prices.get("map")
    found = from_plain(kept, PriceMap, "prices") if kept else None
    return found if isinstance(found, PriceMap) else None


def _fen_per_minute(problem: matching.Problem) -> float:
    """The rate: of visits without a promise, whose breaking would count as well."""
    free = [visit for visit in problem.visits if visit.promise is None]
    stake = sum(_stake(problem, visit) for visit in free)
    return sum(visit.value for visit in free) / stake if stake else 0.0


def _stake(problem: matching.Problem, visit: matching.Visit) -> float:
    """What it costs to leave a visit open, in travel minutes."""
    return -sum(term.amount for term in open_terms(problem, visit)) / UNITS_PER_MINUTE


def _of_the_map(prices: PriceMap | None) -> _Hours:
    found: _Hours = defaultdict(dict)
    for cell in prices.cells if prices else ():
        found[cell.north, cell.east][cell.hour] = cell.minutes
    return found


def _left_open(problem: matching.Problem, roster: matching.Roster) -> _Hours:
    """The best visit left open for want of time, per minute of its work, in the hours in which it could be done."""
    short = {one.visit for one in roster.unmatched if not one.reasons or SHORT & {each.code for each in one.reasons}}
    found: _Hours = defaultdict(dict)
    for visit in problem.visits:
        if visit.code not in short or not problem.places:
            continue
        cell, each = cell_of(problem.places[visit.place], STEP), _stake(problem, visit) / visit.minutes
        for window in visit.windows:
            _raise(found[cell], dict.fromkeys(hours_between(window.earliest, window.latest + visit.seconds), each))
    return found


def _cells_of_zones(problem: matching.Problem) -> dict[str, dict[tuple[int, int], float]]:
    """The cells in which the visits of a zone lie, with what the best of them pays for an hour, in fen."""
    found: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)
    for visit in problem.visits if problem.places else ():
        cell = cell_of(problem.places[visit.place], STEP)
        found[visit.zone][cell] = max(visit.value * 60 / visit.minutes, found[visit.zone].get(cell, 0.0))
    return found


SHORT = frozenset({"busy", "daily_hours", "weekly_hours", "rest", "not_on_shift", "not_worth_it", "no_workers"})
"""A visit left open for these shows that hands were short; for others nobody could do it however free they were."""
