"""Exact insertion of one visit into committed days: who can, at which starts, at what cost. O(1) per opening."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.clockwork import Ask, resting, retreat
from matching.fleet import Fleet
from matching.reach import Reach, reach_of
from matching.rules import may_do
from matching.scoring import change_price, idle_rate, pair_value, travel_rate, units
from matching.travel import IntArray


class Fit(NamedTuple):
    """Openings that can take the visit: their starts, the ways there and onward, and the value without idle time."""

    reach: Reach
    worker: IntArray
    there: IntArray
    onward: IntArray
    added: IntArray
    value: IntArray


def fit(ask: Ask, fleet: Fleet, terms: dict[str, IntArray] | None = None) -> Fit:
    """Hold the visit against every opening; only openings that can take it come back, in order of worker and time.

    `terms` is what `pair_table` says, if it is known already.
    """
    visit, table = ask.visit, fleet.openings
    reach = reach_of(ask, fleet, may_do(visit, fleet))
    rows = reach.rows
    worker, place = table.worker[rows], np.full(len(rows), visit.place)
    there = fleet.times.seconds(worker, table.origin[rows], place)
    onward = fleet.times.seconds(worker, place, table.target[rows])
    added = there + onward - table.base[rows]
    value = pair_value(visit, fleet, terms)[worker] - travel_units(fleet, added)
    return Fit(reach, worker, there, onward, added, value)


def travel_units(fleet: Fleet, seconds: IntArray) -> IntArray:
    """Seconds on the way as units of cost."""
    return seconds * travel_rate(fleet.problem)


def idle_units(fleet: Fleet, seconds: IntArray) -> IntArray:
    """Idle seconds between visits as units of cost."""
    return seconds * idle_rate(fleet.problem)


def idle_added(ask: Ask, fleet: Fleet, found: Fit, chosen: IntArray, start: IntArray) -> IntArray:
    """Idle seconds that the visit adds when these rows take it at these starts; filling a gap is negative."""
    table, rows = fleet.openings, found.reach.rows[chosen]
    breaks = fleet.breaks[table.worker[rows]]
    ready, due = table.ready[rows], table.due[rows]
    left, right = table.from_stop[rows], table.to_stop[rows]
    before = start - ready - resting(ready, start, breaks) - found.there[chosen]
    finish = start + ask.seconds + fleet.problem.buffer
    after = due - finish - resting(finish, due, breaks) - found.onward[chosen]
    base = due - ready - resting(ready, due, breaks) - table.base[rows]
    return np.where(left, before, 0) + np.where(right, after, 0) - np.where(left & right, base, 0)


def worth(ask: Ask, fleet: Fleet, found: Fit, chosen: IntArray, start: IntArray) -> IntArray:
    """The whole value of these rows at these starts, in units: pair terms, travel, idle time, a moved promise."""
    value = found.value[chosen] - idle_units(fleet, idle_added(ask, fleet, found, chosen, start))
    promise = ask.visit.promise
    if promise is None:
        return value
    same = found.worker[chosen] == fleet.index.get(promise.worker, -1)
    kept = same & (start >= promise.window.earliest) & (start <= promise.window.latest)
    return np.where(kept, value, value - units(change_price(fleet.problem, promise)))


def leave_by(fleet: Fleet, found: Fit, chosen: IntArray, start: IntArray) -> IntArray:
    """The last instant to set out and still be there at the start."""
    return retreat(start, found.there[chosen], fleet.breaks[found.worker[chosen]])
