"""The roster of single visits: one visit in an opening each, all of them put together at once.

What `assemble.assemble` does worker by worker is done in columns here for workers without commitments; the others go
through its books. Reasons and digest are told when they are asked for.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import NamedTuple

import numpy as np

from matching.assemble import Run, choice_in, count_reasons, moved_of, way_terms
from matching.calm import uncollected
from matching.clockwork import Starts, advance, last_free_start, next_free_start, retreat
from matching.fleet import Fleet, build_fleet, some_workers
from matching.jsonio import digest
from matching.problem import Limits, Problem, Visit
from matching.roster import ENGINE_VERSION, Choice, ReasonCount, Roster, Route, Stop, Term, Unmatched, in_columns
from matching.routes import Booked, fill
from matching.rush import Settled, settle
from matching.scoring import PAIR_TERMS, idle_rate, p_accept, rounded, travel_rate, units
from matching.slots import with_choices
from matching.travel import BoolArray, FloatArray, IntArray
from matching.wishes import Wishes, wishes_of


def settle_round(problem: Problem, limits: Limits, run: Run) -> Roster | None:
    """A whole round by `rush.settle`; None if it is not of that kind."""
    with uncollected():
        fleet, wishes = build_fleet(problem), wishes_of(problem.visits)
        settled = settle(fleet, wishes, limits)
        stopped = limits.stop is not None and limits.stop()
        return None if settled is None else roster_of(fleet, wishes, settled, run, stopped=stopped)


class Pairs(NamedTuple):
    """Visits in openings, as columns: who, when, and how long the ways are."""

    visit: IntArray
    opening: IntArray
    worker: IntArray
    start: IntArray
    leave: IntArray
    arrive: IntArray
    there: IntArray
    onward: IntArray
    back: IntArray


class PairTerms(NamedTuple):
    """The terms of pairs in units, by name; and how likely each worker is to accept that start."""

    columns: dict[str, IntArray]
    chance: FloatArray


def roster_of(fleet: Fleet, wishes: Wishes, settled: Settled, run: Run, *, stopped: bool) -> Roster:
    """The roster of what was settled."""
    problem = fleet.problem
    pairs = pairs_of(fleet, wishes, settled.opening, settled.visit)
    terms = terms_of(fleet, wishes, pairs)
    plain = np.array([not worker.committed for worker in problem.workers], dtype=bool)[pairs.worker]
    sums: Counter[str] = Counter({name: int(column.sum()) for name, column in terms.columns.items()})
    choices, routes = _plainly(fleet, _some(pairs, plain), _some_terms(terms, plain), sums)
    more_choices, more_routes = _by_the_book(fleet, _some(pairs, ~plain), _some_terms(terms, ~plain), sums)
    if more_routes:
        index = fleet.index
        choices = sorted(choices + more_choices, key=lambda each: each.visit)
        routes = sorted(routes + more_routes, key=lambda each: (index[each.worker], each.shift))
    _add_open(settled, sums)
    objective, stay = sum(sums.values()), int(settled.unfilled.sum() + settled.waiting.sum())
    bound = max(objective, settled.bound + stay)
    return Roster.told_later(
        partial(digest, problem),
        routes=tuple(routes),
        choices=tuple(choices),
        unmatched=_unmatched(problem, settled, tuple(choices)),
        terms=tuple(Term(name, amount) for name, amount in sorted(sums.items()) if amount),
        objective=objective,
        bound=bound,
        gap=(bound - objective) / max(1, bound - stay),
        moved=moved_of(problem, choices, run.before) if run.before else (),
        mode=run.mode,
        engine="flow",
        version=ENGINE_VERSION,
        seed=run.seed,
        effort=run.effort,
        stopped=stopped,
    )


def pairs_of(fleet: Fleet, wishes: Wishes, opening: IntArray, visit: IntArray) -> Pairs:
    """When each visit begins in its opening, by the law of `route.py`, and the ways."""
    table, problem, place = fleet.openings, fleet.problem, wishes.place[visit]
    worker = table.worker[opening]
    breaks, seconds = fleet.breaks[worker], wishes.minutes[visit] * 60
    there = fleet.times.seconds(worker, table.origin[opening], place)
    onward = fleet.times.seconds(worker, place, table.target[opening])
    allowed = Starts(wishes.windows[visit], np.full(len(visit), problem.grid_seconds), seconds)
    low = np.maximum(table.low, table.rest_low)[opening]
    start = next_free_start(allowed, np.maximum(advance(table.ready[opening], there, breaks), low), breaks)
    if idle_rate(problem):
        high = np.minimum(np.minimum(table.high, table.rest_high)[opening], fleet.documents_until[worker])
        latest = np.minimum(retreat(table.due[opening], onward, breaks) - problem.buffer, high) - seconds
        later = last_free_start(allowed, latest, breaks)
        start = np.where(~table.from_stop[opening] & table.to_stop[opening], np.maximum(start, later), start)
    leave = retreat(start, there, breaks)
    back = advance(np.maximum(start + seconds, problem.now), onward, breaks)
    return Pairs(visit, opening, worker, start, leave, advance(leave, there, breaks), there, onward, back)


def terms_of(fleet: Fleet, wishes: Wishes, pairs: Pairs) -> PairTerms:
    """Every pair term of `scoring.py` for these pairs: a visit for each worker instead of one for all of them."""
    visits, few = fleet.problem.visits, some_workers(fleet, pairs.worker)
    mine = [visits[row] for row in pairs.visit.tolist()]
    codes = [fleet.problem.workers[row].code for row in pairs.worker.tolist()]
    both = list(enumerate(zip(mine, codes, strict=True)))
    asked = wishes.take(pairs.visit)._replace(
        preferred=frozenset(row for row, (visit, code) in both if visit.preferred and code in visit.preferred),
        known=frozenset(row for row, (visit, code) in both if visit.known and code in visit.known),
    )
    columns = {name: rounded(rule(asked, few)) for name, rule in PAIR_TERMS}
    for row, visit in enumerate(mine) if fleet.pair_terms else ():
        for name, worker, minutes in fleet.pair_terms.get(visit.code, ()):
            if worker == pairs.worker[row]:
                columns.setdefault(name, np.zeros(len(mine), dtype=np.int64))[row] += units(minutes)
    chance = p_accept(asked, few, pairs.start)
    return PairTerms({name: column for name, column in columns.items() if column.any()}, chance)


def _some(pairs: Pairs, mask: BoolArray) -> Pairs:
    return Pairs(*(column[mask] for column in pairs))


def _some_terms(terms: PairTerms, mask: BoolArray) -> PairTerms:
    return PairTerms({name: column[mask] for name, column in terms.columns.items()}, terms.chance[mask])


def _plainly(fleet: Fleet, pairs: Pairs, terms: PairTerms, sums: Counter[str]) -> tuple[list[Choice], list[Route]]:
    """Those who have nothing else to do in that shift: choices by code of the visit, routes by worker and shift."""
    problem = fleet.problem
    way = -(pairs.there + pairs.onward) * travel_rate(problem)
    sums["travel"] += int(way.sum())
    told = _told({**terms.columns, "travel": way})
    codes = [problem.visits[row].code for row in pairs.visit.tolist()]
    hands = [problem.workers[row].code for row in pairs.worker.tolist()]
    added = (pairs.there + pairs.onward).tolist()
    columns = (pairs.start.tolist(), pairs.leave.tolist(), added, terms.chance.tolist(), told)
    choices = in_columns(Choice, codes, hands, *columns)
    choices.sort(key=lambda each: each.visit)
    return choices, _routes(fleet, pairs, codes, hands)


def _told(columns: dict[str, IntArray]) -> list[tuple[Term, ...]]:
    """The terms of each pair, without those that are 0."""
    each = [_terms(name, column) for name, column in columns.items()]
    return [tuple(filter(None, row)) for row in zip(*each, strict=True)]


def _terms(name: str, column: IntArray) -> list[Term | None]:
    terms = in_columns(Term, [name] * len(column), column.tolist())
    return [term if there else None for term, there in zip(terms, column.tolist(), strict=True)]


def _routes(fleet: Fleet, pairs: Pairs, codes: list[str], hands: list[str]) -> list[Route]:
    """Out, one stop, and home again."""
    visits, order = fleet.problem.visits, np.argsort(pairs.opening, kind="stable")
    minutes = np.array([visits[row].minutes for row in pairs.visit.tolist()], dtype=np.int64)
    place = [visits[row].place for row in pairs.visit.tolist()]
    leave, there = pairs.leave.tolist(), pairs.there.tolist()
    finish = (pairs.start + minutes * 60).tolist()
    fixed = [False] * len(codes)
    stops = in_columns(Stop, codes, place, leave, pairs.arrive.tolist(), pairs.start.tolist(), finish, there, fixed)
    shift = fleet.openings.duty[pairs.opening].tolist()
    ways = (pairs.there + pairs.onward).tolist()
    made = in_columns(Route, hands, shift, leave, list(zip(stops, strict=True)), pairs.back.tolist(), ways)
    return [made[row] for row in order.tolist()]


def _by_the_book(fleet: Fleet, pairs: Pairs, terms: PairTerms, sums: Counter[str]) -> tuple[list[Choice], list[Route]]:
    """Those who have commitments, also if nothing new comes to them."""
    problem = fleet.problem
    codes = [problem.visits[row].code for row in pairs.visit.tolist()]
    booked = [Booked(*each) for each in zip(codes, pairs.worker.tolist(), pairs.start.tolist(), strict=True)]
    books, told = fill(fleet, booked), _told(terms.columns) or [()] * len(booked)
    choices = [
        choice_in(books[each.worker], problem.visits[row], each, list(mine), chance)
        for each, row, mine, chance in zip(booked, pairs.visit.tolist(), told, terms.chance.tolist(), strict=True)
    ]
    for book in books.values():
        if book.new:
            sums.update(way_terms(book, book.new))
    routes = [book.route(number) for book in books.values() for number in range(len(book.duties))]
    return choices, [route for route in routes if route is not None]


def _add_open(settled: Settled, sums: Counter[str]) -> None:
    """What visits that stay open cost."""
    stays = np.ones(len(settled.unfilled), dtype=bool)
    stays[settled.visit] = False
    sums["unfilled"] += int(settled.unfilled[stays].sum())
    sums["waiting"] += int(settled.waiting[stays].sum())


class _Reasons:
    """Why visits are open, found when somebody asks: the fleet with everything chosen is laid out once for all."""

    def __init__(self, problem: Problem, choices: tuple[Choice, ...]) -> None:
        self.problem, self.choices = problem, choices
        self.fleet: Fleet | None = None
        self.visits: dict[str, Visit] = {}

    def of(self, code: str) -> tuple[ReasonCount, ...]:
        """The reasons of one open visit."""
        if self.fleet is None:
            self.fleet = build_fleet(with_choices(self.problem, self.choices))
            self.visits = {visit.code: visit for visit in self.fleet.problem.visits}
        return count_reasons(self.fleet, self.visits[code])


def _unmatched(problem: Problem, settled: Settled, choices: tuple[Choice, ...]) -> tuple[Unmatched, ...]:
    """Every open visit, its reasons to be found when they are read."""
    stays = np.ones(len(problem.visits), dtype=bool)
    stays[settled.visit] = False
    reasons = _Reasons(problem, choices)
    rows = np.flatnonzero(stays).tolist()
    return tuple(Unmatched.told_later(problem.visits[row].code, reasons.of) for row in rows)
