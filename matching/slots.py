"""Instant answers for one new visit: which starts can be kept, and by whom. Plain numpy, fit for a web request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np

from matching.clockwork import Ask, ask_for, next_start
from matching.fleet import Fleet, build_fleet
from matching.insertion import Fit, fit, idle_added, idle_units, leave_by, travel_units, worth
from matching.problem import Commitment, Problem, Visit
from matching.reach import time_reasons
from matching.roster import Candidate, Choice, Slot, Term
from matching.rules import may_do, pair_reasons
from matching.scoring import p_accept, pair_table, pair_terms_of
from matching.travel import BoolArray, IntArray

MOST_STARTS = 4000
Cost: TypeAlias = Callable[[IntArray, IntArray, int], IntArray]
"""Rows of workers, starts and the seconds of the work (the same for all) to units."""
NOT_POSSIBLE = -(1 << 62)


class _Grid(NamedTuple):
    """Rows (openings that fit) by starts: who can, and what it is worth."""

    found: Fit
    starts: IntArray
    can: BoolArray
    value: IntArray


class SlotFinder:
    """A problem prepared once for many questions.

    What counts as taken is what workers are committed to; `with_choices` turns a roster's choices and live offers
    into commitments, so that slots already promised to other open visits are not shown again. `cost` says what a
    worker's time is worth elsewhere (a plan's prices): it lowers the value of a candidate, and is told as a term. A
    `fleet` that is laid out already (of some workers, too) saves the time for that.
    """

    def __init__(self, problem: Problem, cost: Cost | None = None, fleet: Fleet | None = None) -> None:
        self.problem, self.cost = problem, cost
        self.fleet = fleet or build_fleet(problem)
        self.codes = list(self.fleet.index)
        self._last: tuple[Visit, dict[str, IntArray]] | None = None

    def slots(self, visit: Visit, top: int = 3) -> tuple[Slot, ...]:
        """Every start on the grid that somebody can keep, in order of time; `top` candidates each (without terms)."""
        grid = self._grid(ask_for(self.problem, visit))
        if not grid.can.any():
            return ()
        counts = _workers_per_start(grid)
        columns = np.flatnonzero(counts)
        order = _best_rows(grid, top)
        return tuple(self._slot(visit, grid, int(column), int(counts[column]), order) for column in columns)

    def best_workers(self, visit: Visit, top: int = 5, start: int | None = None) -> tuple[Candidate, ...]:
        """The best workers for this visit (at this start, if given), each at the best start, best first."""
        grid = self._grid(ask_for(self.problem, visit, start))
        if not grid.can.any():
            return ()
        column = np.where(grid.can, grid.value, NOT_POSSIBLE).argmax(axis=1)
        rows = np.arange(len(column))
        value = np.where(grid.can[rows, column], grid.value[rows, column], NOT_POSSIBLE)
        chosen = np.array(_best_of_each(grid, value, top), dtype=np.int64)
        return self._candidates(visit, grid, chosen, column[chosen])

    def reasons(self, visit: Visit, start: int | None = None) -> dict[str, str]:
        """For every worker who cannot do this visit (at this start, if given): the first code that says why."""
        found = pair_reasons(visit, self.fleet)
        found.update(time_reasons(ask_for(self.problem, visit, start), self.fleet, may_do(visit, self.fleet)))
        return {self.codes[index]: reason.value for index, reason in sorted(found.items())}

    def _grid(self, ask: Ask) -> _Grid:
        found = fit(ask, self.fleet, self._table(ask.visit))
        starts = _starts_between(ask, found)
        rows = np.repeat(np.arange(len(found.worker)), len(starts))
        begin = np.tile(starts, len(found.worker))
        reach, breaks = found.reach, self.fleet.breaks[found.worker[rows]]
        can = (begin >= reach.earliest[rows]) & (begin <= reach.latest[rows])
        rests = (begin[:, None] < breaks[:, :, 1]) & (begin[:, None] + ask.seconds > breaks[:, :, 0])
        can &= ~rests.any(axis=1)
        value = worth(ask, self.fleet, found, rows, begin)
        if self.cost is not None:
            value = value - self.cost(found.worker[rows], begin, ask.seconds)
        shape = (len(found.worker), len(starts))
        return _Grid(found, starts, can.reshape(shape), value.reshape(shape))

    def _slot(self, visit: Visit, grid: _Grid, column: int, workers: int, order: IntArray) -> Slot:
        start = int(grid.starts[column])
        chances = p_accept(visit, self.fleet, start)
        rows = [int(row) for row in order[:, column] if grid.can[row, column]]
        top = tuple(self._light(grid, row, start, float(chances[grid.found.worker[row]]), column) for row in rows)
        return Slot(start, workers, sureness([candidate.p_accept for candidate in top]), top)

    def _light(self, grid: _Grid, row: int, start: int, chance: float, column: int) -> Candidate:
        found, at = grid.found, np.array([row])
        latest = int(leave_by(self.fleet, found, at, np.array([start]))[0])
        code = self.codes[int(found.worker[row])]
        return Candidate(code, start, latest, int(found.added[row]), chance, int(grid.value[row, column]), ())

    def _table(self, visit: Visit) -> dict[str, IntArray]:
        """The pair terms of a visit, kept while the questions are about the same one."""
        if self._last is None or self._last[0] is not visit:
            self._last = (visit, pair_table(visit, self.fleet))
        return self._last[1]

    def _candidates(self, visit: Visit, grid: _Grid, rows: IntArray, columns: IntArray) -> tuple[Candidate, ...]:
        """These rows at these starts, with their terms."""
        found, starts, workers = grid.found, grid.starts[columns], grid.found.worker[rows]
        latest = leave_by(self.fleet, found, rows, starts).tolist()
        way = {
            "travel": -travel_units(self.fleet, found.added[rows]),
            "idle": -idle_units(self.fleet, idle_added(ask_for(self.problem, visit), self.fleet, found, rows, starts)),
        }
        if self.cost is not None:
            way["opportunity"] = -self.cost(workers, starts, visit.seconds)
        chances = {start: p_accept(visit, self.fleet, start) for start in set(starts.tolist())}
        table, made = self._table(visit), []
        for at, (row, start, worker) in enumerate(zip(rows.tolist(), starts.tolist(), workers.tolist(), strict=True)):
            terms = pair_terms_of(visit, self.fleet, worker, start, table)
            terms += [Term(name, int(amounts[at])) for name, amounts in way.items() if amounts[at]]
            value, chance = int(grid.value[row, columns[at]]), float(chances[start][worker])
            added = int(found.added[row])
            made.append(Candidate(self.codes[worker], start, latest[at], added, chance, value, tuple(terms)))
        return tuple(made)


def _best_of_each(grid: _Grid, value: IntArray, top: int) -> list[int]:
    """The rows of the best few workers, the best row of each, best first."""
    taken: set[int] = set()
    best: list[int] = []
    for row in np.argsort(-value, kind="stable").tolist():
        worker = int(grid.found.worker[row])
        if worker in taken or value[row] == NOT_POSSIBLE:
            continue
        if len(best) == top:
            break
        taken.add(worker)
        best.append(row)
    return best


def _starts_between(ask: Ask, found: Fit) -> IntArray:
    """All allowed starts that any opening could take; thinned evenly if there are very many."""
    if len(found.worker) == 0:
        return np.zeros(0, dtype=np.int64)
    first, last = int(found.reach.earliest.min()), int(found.reach.latest.max())
    step = ask.step * max(1, -(-(last - first) // (ask.step * MOST_STARTS)))
    raw = np.arange(first, last + 1, step, dtype=np.int64)
    return np.asarray(raw[next_start(ask.starts, raw) == raw], dtype=np.int64)


def _workers_per_start(grid: _Grid) -> IntArray:
    """How many different workers can keep each start."""
    first = np.flatnonzero(np.r_[True, np.diff(grid.found.worker) != 0])
    return np.asarray(np.maximum.reduceat(grid.can, first, axis=0).sum(axis=0), dtype=np.int64)


def _best_rows(grid: _Grid, top: int) -> IntArray:
    """For each start the rows of the best few, best first; ties go to the worker who comes first."""
    count = len(grid.found.worker)
    key = np.where(grid.can, grid.value * count - np.arange(count)[:, None], NOT_POSSIBLE)
    few = min(top, count)
    part = np.argpartition(-key, few - 1, axis=0)[:few] if few else np.zeros((0, key.shape[1]), dtype=np.int64)
    order = np.argsort(-np.take_along_axis(key, part, axis=0), axis=0, kind="stable")
    return np.asarray(np.take_along_axis(part, order, axis=0), dtype=np.int64)


def slots(problem: Problem, visit: Visit, top: int = 3) -> tuple[Slot, ...]:
    """`SlotFinder.slots` for a single question."""
    return SlotFinder(problem).slots(visit, top)


def best_workers(
    problem: Problem,
    visit: Visit,
    top: int = 5,
    start: int | None = None,
) -> tuple[Candidate, ...]:
    """`SlotFinder.best_workers` for a single question."""
    return SlotFinder(problem).best_workers(visit, top, start)


class Booking(NamedTuple):
    """A visit given to a worker at a start, and no more said about it."""

    visit: str
    worker: str
    start: int


def with_choices(problem: Problem, choices: Iterable[Choice | Booking]) -> Problem:
    """The problem in which these choices are commitments and their visits are no longer open."""
    chosen = {choice.visit: choice for choice in choices}
    visits = {visit.code: visit for visit in problem.visits}
    extra: dict[str, list[Commitment]] = {}
    for code, choice in chosen.items():
        visit = visits[code]
        extra.setdefault(choice.worker, []).append(Commitment(choice.start, visit.minutes, visit.place, code))
    workers = tuple(
        replace(worker, committed=(*worker.committed, *extra[worker.code])) if worker.code in extra else worker
        for worker in problem.workers
    )
    still_open = problem.with_visits(visit for visit in problem.visits if visit.code not in chosen)
    return replace(still_open, workers=workers)


def sureness(chances: Sequence[float]) -> float:
    """1 − Π(1 − p): how likely it is that at least one of them accepts."""
    nobody = 1.0
    for chance in chances:
        nobody *= 1.0 - chance
    return 1.0 - nobody
