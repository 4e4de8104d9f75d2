"""What time was worth in a plan: by zone and hour, and by worker. Pure: a problem and its roster in, numbers out.

A price is in travel minutes for an hour of work. In a zone and hour it is what one more pair of free hands would have
earned: an hour's share of the best visit left open that could be worked on then; nothing where everything was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import matching
from matching.problem import UNITS_PER_MINUTE
from matching.scoring import open_terms

HOUR = 3600


def prices_of(problem: matching.Problem, roster: matching.Roster) -> dict[str, Any]:
    """Return ``{"cells": {zone: {hour of the day: price}}}`` of a day plan; where nobody was short nothing stands."""
    left = {one.visit for one in roster.unmatched}
    cells: dict[str, dict[str, float]] = defaultdict(dict)
    for visit in problem.visits:
        if visit.code not in left or not _wanted(roster, visit.code):
            continue
        price = round(worth(problem, visit) * 60 / visit.minutes, 1)
        for hour in hours_of(problem, visit):
            kept = cells[visit.zone]
            kept[str(hour)] = max(price, kept.get(str(hour), 0.0))
    return {"cells": dict(cells)}


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


SHORT = frozenset({"busy", "not_on_shift", "daily_hours", "weekly_hours", "rest", "not_worth_it", "no_workers"})
