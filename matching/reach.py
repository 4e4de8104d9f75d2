"""The hard rules about time: which starts of a visit each opening leaves, narrowed rule by rule.

A `Reach` is a range of starts per opening; it is empty where `earliest > latest`. Every rule takes what is left and
returns what remains. Between `earliest` and `latest` every allowed start clear of breaks can be kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from matching.clockwork import Ask, advance, last_free_start, next_free_start, retreat
from matching.fleet import Fleet
from matching.reasons import Reason
from matching.travel import BoolArray, IntArray


class Reach(NamedTuple):
    """For these openings (rows of the fleet's table): first and last start that are still possible."""

    rows: IntArray
    earliest: IntArray
    latest: IntArray

    @property
    def open(self) -> BoolArray:
        """Where anything is left."""
        return self.earliest <= self.latest


TimeRule: TypeAlias = Callable[[Ask, Fleet, Reach], Reach]


def _narrow(ask: Ask, fleet: Fleet, reach: Reach, low: IntArray, high: IntArray) -> Reach:
    """The reach within these instants, its ends moved to starts that are allowed and clear of breaks."""
    breaks, starts = fleet.breaks[fleet.openings.worker[reach.rows]], ask.starts
    earliest = next_free_start(starts, np.maximum(reach.earliest, low), breaks)
    latest = last_free_start(starts, np.minimum(reach.latest, high), breaks)
    return Reach(reach.rows, earliest, latest)


def _only_where(reach: Reach, keep: BoolArray) -> Reach:
    return Reach(reach.rows, reach.earliest, np.where(keep, reach.latest, -1))


def outside_window(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """The customer's windows hold no start from now on."""
    now = fleet.problem.now
    late = all(window.latest < now for window in ask.windows)
    return _only_where(reach, np.full(len(reach.rows), not late))


def not_on_shift(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """The work must lie inside a shift and outside its breaks."""
    table = fleet.openings
    return _narrow(ask, fleet, reach, table.low[reach.rows], table.high[reach.rows] - ask.seconds)


def document_lapses(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """The work must be over before a needed document lapses."""
    until = fleet.documents_until[fleet.openings.worker[reach.rows]]
    return _narrow(ask, fleet, reach, reach.earliest, until - ask.seconds)


def daily_hours(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """The minutes of the day (that of the shift's start) stay within the worker's limit."""
    worker, day = fleet.openings.worker[reach.rows], fleet.openings.day[reach.rows]
    limit = fleet.daily_limit[worker]
    return _only_where(reach, (limit < 0) | (fleet.day_load[worker, day] + ask.visit.minutes <= limit))


def weekly_hours(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """The minutes of the week stay within the worker's limit."""
    worker, day = fleet.openings.worker[reach.rows], fleet.openings.day[reach.rows]
    limit = fleet.weekly_limit[worker]
    week = (day + fleet.problem.first_weekday) // 7
    return _only_where(reach, (limit < 0) | (fleet.week_load[worker, week] + ask.visit.minutes <= limit))


def rest_too_short(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """Between the work of one day and the next lies the worker's rest."""
    table = fleet.openings
    return _narrow(ask, fleet, reach, table.rest_low[reach.rows], table.rest_high[reach.rows] - ask.seconds)


def busy(ask: Ask, fleet: Fleet, reach: Reach) -> Reach:
    """Travel and buffer to both neighbours must fit."""
    table, rows = fleet.openings, reach.rows
    worker, place = table.worker[rows], np.full(len(rows), ask.visit.place)
    breaks = fleet.breaks[worker]
    there = fleet.times.seconds(worker, table.origin[rows], place)
    onward = fleet.times.seconds(worker, place, table.target[rows])
    arrival = advance(table.ready[rows], there, breaks)
    buffer = np.where(table.to_stop[rows], fleet.problem.buffer, 0)
    latest = retreat(table.due[rows], onward, breaks) - buffer - ask.seconds
    return _narrow(ask, fleet, reach, arrival, latest)


TIME_RULES: tuple[tuple[Reason, TimeRule], ...] = (
    (Reason.OUTSIDE_WINDOW, outside_window),
    (Reason.NOT_ON_SHIFT, not_on_shift),
    (Reason.DOCUMENT_INVALID, document_lapses),
    (Reason.DAILY_HOURS, daily_hours),
    (Reason.WEEKLY_HOURS, weekly_hours),
    (Reason.REST, rest_too_short),
    (Reason.BUSY, busy),
)


def whole_reach(rows: IntArray, ask: Ask) -> Reach:
    """Nothing narrowed yet: from the first to the last start the customer allows."""
    first = min((window.earliest for window in ask.windows), default=0)
    last = max((window.latest for window in ask.windows), default=-1)
    return Reach(rows, np.full(len(rows), first), np.full(len(rows), last))


def reach_of(ask: Ask, fleet: Fleet, may: BoolArray) -> Reach:
    """The openings of these workers that can take the visit, with their ranges of starts."""
    reach = whole_reach(np.flatnonzero(may[fleet.openings.worker]), ask)
    for _, rule in TIME_RULES:
        reach = rule(ask, fleet, reach)
        keep = reach.open
        reach = Reach(reach.rows[keep], reach.earliest[keep], reach.latest[keep])
    return reach


def time_reasons(ask: Ask, fleet: Fleet, may: BoolArray) -> dict[int, Reason]:
    """For workers who pass the pair rules: the first time rule that leaves them no start in any opening."""
    reach = whole_reach(np.flatnonzero(may[fleet.openings.worker]), ask)
    waiting = {int(index) for index in np.flatnonzero(may)}
    idle = waiting - set(fleet.openings.worker.tolist())
    found = dict.fromkeys(sorted(idle), Reason.NOT_ON_SHIFT)
    waiting -= idle
    for reason, rule in TIME_RULES:
        reach = rule(ask, fleet, reach)
        left = set(fleet.openings.worker[reach.rows[reach.open]].tolist())
        found.update(dict.fromkeys(sorted(waiting - left), reason))
        waiting &= left
    return found
