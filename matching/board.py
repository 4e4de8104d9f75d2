"""A problem laid out for the engines: which visit may go into which opening, until when, and what that is worth.

A visit with a promise becomes two *options*: kept (the promised worker, the promised window) and moved (anybody, at the
price of moving). Everything a marketplace wants is a number per worker and option here, so no engine knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matching.circle import Circle, some_of
from matching.clockwork import Ask, Starts, resting
from matching.compiled import is_ready
from matching.fleet import Fleet, build_fleet
from matching.legs import Legs
from matching.problem import Commitment, Haversine, Problem, Visit, Window
from matching.quick import Scout
from matching.reach import reach_of
from matching.rules import may_do
from matching.scoring import change_price, idle_rate, open_terms, pair_value, travel_rate, units
from matching.timeline import FAR
from matching.times import Times
from matching.travel import BoolArray, IntArray

MOST_PAIRS = 12_000_000  # workers × visits that are all looked at
NEAR = 40  # openings of each visit beyond that


@dataclass(frozen=True, slots=True)
class Arcs:
    """Every (opening, option) that may be, sorted by opening; `first[o]:first[o + 1]` are those of opening o.

    Starts lie between `earliest` and `latest`; `gain` is what serving is worth against leaving open, without the way.
    `key` is opening × (number of options) + option, going up.
    """

    first: IntArray
    opening: IntArray
    option: IntArray
    earliest: IntArray
    latest: IntArray
    gain: IntArray
    key: IntArray


@dataclass(frozen=True, slots=True)
class Board:
    """The problem as arrays. Options index `visit`, `place`, `minutes`, `starts`; openings are the fleet's rows.

    `base_value[o]` is what the engine wins back when an opening is filled: the straight way and the idle time that
    are no longer spent. `stay` is the objective of leaving every visit open. `limit` answers with ways under which no
    detour is a short cut, never longer than the real ones: arcs and pricing use it, so that what they drop is proven.
    `sparse`: of very large problems only the nearest openings of each visit are here, and nothing is proven.
    `hope` is the most each visit could bring; `legs` are the same ways between visits.
    """

    problem: Problem
    fleet: Fleet
    visits: tuple[Visit, ...]
    visit: IntArray
    place: IntArray
    minutes: IntArray
    starts: Starts
    arcs: Arcs
    base_value: IntArray
    stay: int
    limit: Times
    legs: Legs
    hope: IntArray
    travel_rate: int
    idle_rate: int
    sparse: bool = False

    @property
    def openings(self) -> int:
        """How many openings there are."""
        return len(self.base_value)


def pin_down(problem: Problem) -> Problem:
    """Pinned promises become commitments; their visits are no longer open."""
    pinned = [visit for visit in problem.visits if visit.promise is not None and visit.promise.pinned]
    extra: dict[str, list[Commitment]] = {}
    for visit in pinned:
        if visit.promise is not None:
            stop = Commitment(visit.promise.window.earliest, visit.minutes, visit.place, visit.code)
            extra.setdefault(visit.promise.worker, []).append(stop)
    workers = tuple(
        replace(worker, committed=(*worker.committed, *extra[worker.code])) if worker.code in extra else worker
        for worker in problem.workers
    )
    gone = {visit.code for visit in pinned}
    return replace(problem.with_visits(v for v in problem.visits if v.code not in gone), workers=workers)


def build_board(problem: Problem, *, proofs: bool = True) -> Board:
    """Hold every visit against every opening; about a millisecond a visit at 200 workers.

    Without `proofs` tables of travel are not closed over detours, which saves time where no bound is wanted.
    """
    free = pin_down(problem)
    fleet = build_fleet(free)
    open_ways = proofs and not isinstance(free.travel, Haversine)
    limit = Times(free, closed=True) if open_ways else fleet.times
    soft = replace(fleet, times=limit)
    sparse = len(fleet) * len(free.visits) > MOST_PAIRS and bool(free.places) and len(fleet.openings) > NEAR
    options, found = _near_pairs(free, soft) if sparse else _all_pairs(free, soft)
    asks = [option.ask for option in options]
    place = np.array([ask.visit.place for ask in asks], dtype=np.int64)
    return Board(
        problem=free,
        fleet=fleet,
        visits=free.visits,
        visit=np.array([option.visit for option in options], dtype=np.int64),
        place=place,
        minutes=np.array([ask.visit.minutes for ask in asks], dtype=np.int64),
        starts=_starts(asks),
        arcs=_sorted_arcs(found, len(fleet.openings), len(options)),
        base_value=base_value(fleet),
        stay=sum(term.amount for visit in free.visits for term in open_terms(free, visit)),
        limit=limit,
        legs=Legs(free, limit, place),
        hope=_hope(options, len(free.visits)),
        sparse=sparse,
        travel_rate=travel_rate(free),
        idle_rate=idle_rate(free),
    )


def _all_pairs(problem: Problem, fleet: Fleet) -> tuple[list[_Option], list[IntArray]]:
    """Every visit against every opening."""
    options = [each for number, visit in enumerate(problem.visits) for each in _options(problem, fleet, number, visit)]
    scout = Scout(fleet) if is_ready() and len(fleet.openings) else None
    return options, [_arcs_of(fleet, scout, number, option) for number, option in enumerate(options)]


def _near_pairs(problem: Problem, fleet: Fleet) -> tuple[list[_Option], list[IntArray]]:
    """Every visit against the openings that begin nearest, and those of whoever is named in it."""
    circle = Circle(fleet)
    options: list[_Option] = []
    found: list[IntArray] = []
    for number, visit in enumerate(problem.visits):
        named = {*visit.preferred, *visit.known, *({visit.promise.worker} if visit.promise else ())}
        workers = circle.around(visit.place, NEAR, sorted(fleet.index[code] for code in named if code in fleet.index))
        some = some_of(fleet, workers, circle.first)
        rows = np.concatenate([np.arange(circle.first[w], circle.first[w + 1]) for w in workers.tolist()])
        for option in _options(problem, some, number, visit):
            arcs = _arcs_of(some, None, len(options), option)
            arcs[:, 0] = rows[arcs[:, 0]]
            options.append(option)
            found.append(arcs)
    return options, found


@dataclass(frozen=True, slots=True)
class _Option:
    visit: int
    ask: Ask
    may: BoolArray
    gain: IntArray


def _hope(options: list[_Option], visits: int) -> IntArray:
    """For each visit the most that any worker could make of it, the way not counted."""
    hope = np.zeros(visits, dtype=np.int64)
    for option in options:
        most = int(option.gain[option.may].max(initial=0))
        hope[option.visit] = max(hope[option.visit], most)
    return hope


def _options(problem: Problem, fleet: Fleet, number: int, visit: Visit) -> list[_Option]:
    stake = -sum(term.amount for term in open_terms(problem, visit))
    gain, may = pair_value(visit, fleet) + stake, may_do(visit, fleet)
    plain = Ask(visit, visit.windows, problem.grid_seconds)
    if visit.promise is None:
        return [_Option(number, plain, may, gain)]
    moved = _Option(number, plain, may, gain - units(change_price(problem, visit.promise)))
    kept = _kept(problem, visit)
    if kept is None or visit.promise.worker not in fleet.index:
        return [moved]
    alone = np.zeros(len(fleet), dtype=bool)
    alone[fleet.index[visit.promise.worker]] = True
    return [_Option(number, kept, may & alone, gain), moved]


def _kept(problem: Problem, visit: Visit) -> Ask | None:
    """The visit as promised, within its windows; an exact promise need not lie on the grid."""
    if visit.promise is None:
        return None
    promised = visit.promise.window
    both = [(max(w.earliest, promised.earliest), min(w.latest, promised.latest)) for w in visit.windows]
    windows = tuple(Window(low, high) for low, high in both if low <= high)
    step = 1 if promised.earliest == promised.latest else problem.grid_seconds
    return Ask(visit, windows, step) if windows else None


def _arcs_of(fleet: Fleet, scout: Scout | None, number: int, option: _Option) -> IntArray:
    """Rows (opening, option, earliest, latest, final, gain) for every opening that may hold this option."""
    reach = scout.reach(option.ask, option.may) if scout else reach_of(option.ask, fleet, option.may)
    rows = reach.rows
    gain = option.gain[fleet.openings.worker[rows]]
    return np.stack([rows, np.full(len(rows), number), reach.earliest, reach.latest, gain], axis=1)


def _sorted_arcs(found: list[IntArray], openings: int, options: int) -> Arcs:
    rows = np.concatenate(found) if found else np.zeros((0, 5), dtype=np.int64)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    first = np.searchsorted(rows[:, 0], np.arange(openings + 1))
    columns = [np.ascontiguousarray(rows[:, column]) for column in range(5)]
    opening, option, earliest, latest, gain = columns
    return Arcs(first, opening, option, earliest, latest, gain, opening * options + option)


def _starts(asks: list[Ask]) -> Starts:
    most = max((len(ask.windows) for ask in asks), default=1)
    windows = np.full((len(asks), most, 2), (FAR, -1), dtype=np.int64)
    for row, ask in enumerate(asks):
        for column, window in enumerate(ask.windows):
            windows[row, column] = window.earliest, window.latest
    step = np.array([ask.step for ask in asks], dtype=np.int64)
    return Starts(windows, step, np.array([ask.seconds for ask in asks], dtype=np.int64))


def base_value(fleet: Fleet) -> IntArray:
    """Travel and idle time of each opening as it stands, in units."""
    table = fleet.openings
    breaks = fleet.breaks[table.worker]
    idle = table.due - table.ready - resting(table.ready, table.due, breaks) - table.base
    both = table.from_stop & table.to_stop
    travel = table.base * travel_rate(fleet.problem)
    return np.asarray(travel + np.where(both, idle, 0) * idle_rate(fleet.problem), dtype=np.int64)
