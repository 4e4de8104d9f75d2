"""From chosen columns to a roster: routes with times, choices with terms, open visits with reasons, moves, sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from matching.board import Board
from matching.columns import Column
from matching.fleet import Fleet, alone, build_fleet
from matching.jsonio import digest
from matching.prices import price_map
from matching.problem import Problem, Visit
from matching.reasons import Reason
from matching.roster import ENGINE_VERSION, Choice, Move, ReasonCount, Roster, Term, Unmatched
from matching.routes import Booked, DutyBook, fill
from matching.scoring import (
    change_price,
    idle_rate,
    keeps_promise,
    open_terms,
    p_accept,
    pair_terms_of,
    travel_rate,
    units,
)
from matching.slots import with_choices
from matching.tally import tally


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine hands over: who has what, a bound on what that is worth, and how it got there."""

    booked: list[Booked]
    bound: int
    engine: str
    stopped: bool = False
    fallback: str = ""
    prices: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked of the engine."""

    mode: str
    effort: float
    seed: int
    before: Roster | None


def assemble(problem: Problem, free: Fleet, answer: Answer, run: Run) -> Roster:
    """The roster of an answer, its sums computed anew from the routes; `free` is the fleet with pins committed."""
    fleet = free if len(problem.visits) == len(free.problem.visits) else build_fleet(problem)
    visits = {visit.code: visit for visit in problem.visits}
    pinned = pinned_of(problem)
    books, small = fill(free, answer.booked), _Alone(fleet)
    terms = {each.visit: small.terms(visits[each.visit], each) for each in [*answer.booked, *pinned]}
    choices = [
        _choice(small, books[each.worker], visits[each.visit], each, terms[each.visit])
        for each in [*answer.booked, *pinned]
    ]
    choices.sort(key=lambda choice: choice.visit)
    total = _total(problem, books, pinned, terms)
    objective = sum(term.amount for term in total)
    stay = sum(term.amount for visit in free.problem.visits for term in open_terms(free.problem, visit))
    bound = max(objective, answer.bound + stay + _pinned_share(free, pinned, terms))
    nothing = sum(term.amount for visit in problem.visits for term in open_terms(problem, visit))
    routes = [book.route(number) for book in books.values() for number in range(len(book.duties))]
    return Roster(
        routes=tuple(route for route in routes if route is not None),
        choices=tuple(choices),
        unmatched=_unmatched(problem, choices),
        terms=tuple(total),
        objective=objective,
        bound=bound,
        gap=(bound - objective) / max(1, bound - nothing),
        moved=moved_of(problem, choices, run.before),
        mode=run.mode,
        engine=answer.engine,
        version=ENGINE_VERSION,
        seed=run.seed,
        effort=run.effort,
        digest=digest(problem),
        stopped=answer.stopped,
        fallback=answer.fallback,
        prices=price_map(problem, choices, answer.prices),
    )


class _Alone:
    """Each worker as a fleet of one: terms of single pairs without looking at everybody."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.known: dict[int, Fleet] = {}

    def of(self, worker: int) -> Fleet:
        """The fleet of this worker alone."""
        if worker not in self.known:
            self.known[worker] = alone(self.fleet, worker)
        return self.known[worker]

    def terms(self, visit: Visit, booked: Booked) -> list[Term]:
        """The terms of one pair at its start."""
        return pair_terms_of(visit, self.of(booked.worker), 0, booked.start)


def booked_of(board: Board, columns: list[Column]) -> list[Booked]:
    """Who was given what, in order of opening and start."""
    worker = board.fleet.openings.worker
    return [
        Booked(board.visits[visit].code, int(worker[column.opening]), start)
        for column in columns
        for visit, start in zip(column.visits, column.starts, strict=True)
    ]


def pinned_of(problem: Problem) -> list[Booked]:
    """Pinned promises as bookings."""
    index = {worker.code: row for row, worker in enumerate(problem.workers)}
    return [
        Booked(visit.code, index[visit.promise.worker], visit.promise.window.earliest)
        for visit in problem.visits
        if visit.promise is not None and visit.promise.pinned
    ]


def _choice(small: _Alone, book: DutyBook, visit: Visit, booked: Booked, terms: list[Term]) -> Choice:
    """The choice of one pair with these terms."""
    chance = float(p_accept(visit, small.of(booked.worker), booked.start)[0])
    return choice_in(book, visit, booked, terms, chance)


def choice_in(book: DutyBook, visit: Visit, booked: Booked, terms: list[Term], chance: float) -> Choice:
    """A visit's terms are the pair's, and the way and waiting that leaving it out would save."""
    problem, duty = book.fleet.problem, book.duties[book.duty_of(booked.visit)]
    leave_by, full, stops = book.leave_by(booked.visit), book.duty_cost(duty), list(duty.stops)
    duty.stops = [stop for stop in stops if stop.visit != booked.visit]
    rest = book.duty_cost(duty)
    duty.stops = stops
    travel, idle = full.travel - rest.travel, full.idle - rest.idle
    way = [Term("travel", -travel * travel_rate(problem)), Term("idle", -idle * idle_rate(problem))]
    told = (*terms, *(term for term in way if term.amount))
    return Choice(visit.code, problem.workers[booked.worker].code, booked.start, leave_by, travel, chance, told)


def _total(
    problem: Problem,
    books: dict[int, DutyBook],
    pinned: list[Booked],
    terms: dict[str, list[Term]],
) -> list[Term]:
    """The objective by term: pair terms of what was chosen, way and waiting added, and what stays open."""
    sums: Counter[str] = Counter()
    for each in terms.values():
        for term in each:
            sums[term.name] += term.amount
    for visit in problem.visits:
        if visit.code not in terms:
            for term in open_terms(problem, visit):
                sums[term.name] += term.amount
    for book in books.values():
        sums.update(way_terms(book, [*book.new, *(each.visit for each in pinned)]))
    return [Term(name, amount) for name, amount in sorted(sums.items()) if amount]


def way_terms(book: DutyBook, new: Iterable[str]) -> dict[str, int]:
    """Way and waiting of a worker less what the commitments alone would cost."""
    full = book.cost()
    bare = DutyBook(book.fleet, book.worker)
    for visit in new:
        bare.remove(visit)
    base, problem = bare.cost(), book.fleet.problem
    return {
        "travel": -(full.travel - base.travel) * travel_rate(problem),
        "idle": -(full.idle - base.idle) * idle_rate(problem),
    }


def _pinned_share(fleet: Fleet, pinned: list[Booked], terms: dict[str, list[Term]]) -> int:
    """What the pinned visits are worth whatever else is chosen: it is in the objective but not in the columns."""
    share = sum(term.amount for each in pinned for term in terms[each.visit])
    for worker in sorted({each.worker for each in pinned}):
        book = DutyBook(fleet, worker)
        share += sum(way_terms(book, [each.visit for each in pinned]).values())
    return share


def _unmatched(problem: Problem, choices: list[Choice]) -> tuple[Unmatched, ...]:
    """Every open visit with one reason per worker, counted: who could still come but is not worth the way, too."""
    chosen = {choice.visit for choice in choices}
    left = [visit for visit in problem.visits if visit.code not in chosen]
    if not left:
        return ()
    fleet = build_fleet(with_choices(problem, choices))
    return tuple(Unmatched(visit.code, count_reasons(fleet, visit)) for visit in left)


def count_reasons(fleet: Fleet, visit: Visit) -> tuple[ReasonCount, ...]:
    """How many workers each code keeps from this visit, most frequent first."""
    if len(fleet) == 0:
        return (ReasonCount(Reason.NO_WORKERS, 0),)
    counts = tally(visit, fleet)
    return tuple(ReasonCount(str(code), count) for code, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))


def moved_of(problem: Problem, choices: list[Choice], before: Roster | None) -> tuple[Move, ...]:
    """Visits whose worker or start is not what the promise, or else the previous roster, says."""
    now = {choice.visit: choice for choice in choices}
    earlier = {choice.visit: (choice.worker, choice.start) for choice in before.choices} if before else {}
    moves = [_move(problem, visit, now.get(visit.code), earlier.get(visit.code)) for visit in problem.visits]
    return tuple(move for move in moves if move is not None)


def _move(problem: Problem, visit: Visit, choice: Choice | None, earlier: tuple[str, int] | None) -> Move | None:
    to: tuple[str, int] | tuple[None, None] = (choice.worker, choice.start) if choice else (None, None)
    if visit.promise is not None:
        if choice and keeps_promise(visit, choice.worker, choice.start):
            return None
        price = units(change_price(problem, visit.promise))
        return Move(visit.code, visit.promise.worker, visit.promise.window.earliest, to[0], to[1], price)
    if earlier is None or earlier == to:
        return None
    return Move(visit.code, earlier[0], earlier[1], to[0], to[1])
