"""Pieces of a large day: neighbouring workers with the visits near them, each piece a problem of its own.

A piece is a pure function from task to result, so any executor may run it, in other processes or on other machines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from matching.board import Board, build_board
from matching.columns import Column, make_columns
from matching.compiled import is_ready
from matching.dive import Dive
from matching.generation import ALL, FEW, Generation, better
from matching.greedy import carry_over, place_greedily, value_order
from matching.grounds import Grounds
from matching.limits import Ledger, hour_rows, total_value
from matching.master import minute_prices
from matching.polish import Polish
from matching.pricing import price
from matching.problem import PairTerm, Problem
from matching.searching import Search
from matching.slots import Booking
from matching.travel import FloatArray, IntArray, among
from matching.workshop import TOURS, USUAL, Workshop, anneal_together, is_touring

GREEDY, SEARCH = -2, -1
STEPS, TOURING = 1000, 8000  # of the first search of a piece; where routes are tours, columns find less
CLAIMED = 8  # columns of an opening told by a claim
LIKELY = 100  # visits of an opening a claim looks at first
TOLD = 12  # and by a piece
TOLERANCE = 5e-4


class Placed(NamedTuple):
    """A column by names: worker, number of the opening among that worker's, (visit, form of it) and starts in order."""

    worker: str
    opening: int
    options: tuple[tuple[str, int], ...]
    starts: tuple[int, ...]
    value: int


@dataclass(frozen=True, slots=True)
class Task:
    """One piece: its problem and what it holds already (columns, or bookings of an earlier roster).

    `prices` of its visits, if an earlier pass knows them. `level` says how hard to try:
    `GREEDY`, `SEARCH`, or by columns: 0 looks at the likeliest visits only, 1 at more of them, 2 at all and polishes.
    """

    problem: Problem
    placed: tuple[Placed, ...]
    carried: tuple[Booking, ...]
    prices: tuple[float, ...]
    level: int
    budget: float
    seed: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece found: its columns, the prices of its visits, and what a minute costs in openings with limits.

    `hours`: what the minutes that limits leave would sell for at those prices.
    """

    placed: tuple[Placed, ...]
    prices: tuple[tuple[str, float], ...]
    minutes: tuple[tuple[str, int, float], ...]
    hours: float
    columns: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Workers against visits at given prices: what are their openings worth at most beyond those, and by which columns?

    Without `proof` only the likeliest visits are looked at.
    """

    problem: Problem
    prices: tuple[float, ...]
    minutes: tuple[tuple[str, int, float], ...]
    proof: bool


def solve_part(task: Task) -> Part:
    """Solve one piece well, not to the proof."""
    board = build_board(task.problem)
    rows, names = hour_rows(board), Names(board)
    best = better(_given(board, names, task), place_greedily(board, rows))
    if is_ready() and not task.placed and task.level >= SEARCH and board.openings:
        best = better(best, _searched(board, best, task.seed))
    if task.budget <= 0 or not board.visits or not board.openings:
        return Part(tuple(map(names.placed, best)), (), (), 0.0)
    work = Generation(board, rows, lambda: False, lambda _phase, _bound: None, TOLERANCE, task.budget)
    work.begin(best, np.array(task.prices) if task.prices else None)
    work.incumbent = total_value(best)
    work.run(FEW[: 1 + task.level])
    if task.level > 1:
        work.run(ALL[:1])
    best = better(best, Dive(work, Ledger(board, rows)).run())
    if is_ready():
        best = better(best, _filled(board, best, task.seed))
    if task.level > 1:
        for found in Polish(work, best, task.seed).sweep():
            best = better(best, found)
    return _told(work, names, best)


def _given(board: Board, names: Names, task: Task) -> list[Column]:
    """What the piece holds already."""
    rows = hour_rows(board)
    carried = carry_over(board, rows, task.carried) if task.carried else []
    return better(carried, names.columns(task.placed))


def _searched(board: Board, best: list[Column], seed: int) -> list[Column]:
    """A first plan improved by ruin and recreate."""
    bench = Workshop(board, hour_rows(board)).bench(seed).load(best)
    steps, heat = (TOURING, TOURS) if is_touring(board, best) else (STEPS, USUAL)
    return anneal_together([bench], steps, heat).columns()


def _filled(board: Board, best: list[Column], seed: int) -> list[Column]:
    """What the dive left open, inserted where it fits."""
    return Workshop(board, hour_rows(board)).bench(seed).load(best).insert(value_order(board)).columns()


def _told(work: Generation, names: Names, best: list[Column]) -> Part:
    """The result by names, with the prices of the best bound or else of the last master."""
    board, prices = work.board, work.best_prices()
    per_minute = minute_prices(board, work.rows, prices)
    hours = sum(dual * row.minutes for dual, row in zip(prices.hours.tolist(), work.rows, strict=True))
    return Part(
        tuple(map(names.placed, best)),
        tuple((visit.code, float(prices.visits[row])) for row, visit in enumerate(board.visits)),
        tuple((*names.opening(int(row)), float(per_minute[row])) for row in np.flatnonzero(per_minute)),
        float(hours),
        tuple(map(names.placed, work.best_of_each(prices, per_minute, TOLD))),
    )


class Settled(NamedTuple):
    """The sum over openings of the most that any column is worth beyond the prices (if proven), and good columns."""

    upper: float
    columns: tuple[Placed, ...]


def settle_claim(claim: Claim) -> Settled:
    """Price all visits for these workers."""
    board = build_board(claim.problem)
    if not board.openings:
        return Settled(0.0, ())
    names, per_minute = Names(board), np.zeros(board.openings)
    for worker, number, each in claim.minutes:
        per_minute[names.row(worker, number)] = each
    grounds, prices, best = Grounds(board), (np.array(claim.prices), per_minute), np.zeros(board.openings)
    likely = price(grounds, prices, Search(best, beam=40, keep=CLAIMED, slots=40, cap=LIKELY))
    columns = tuple(map(names.placed, make_columns(board, likely.opening, likely.options)))
    if not claim.proof:
        return Settled(math.inf, columns)
    np.maximum.at(best, likely.opening, likely.worth)
    found = price(grounds, prices, Search(best, beam=60, keep=CLAIMED, slots=40))
    return Settled(float(found.upper.sum()), columns)


class Names:
    """Columns of a board by names and back."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.first = np.searchsorted(board.fleet.openings.worker, np.arange(len(board.fleet) + 1))
        self.worker = {worker.code: row for row, worker in enumerate(board.problem.workers)}
        self.form = np.arange(len(board.visit)) - np.searchsorted(board.visit, board.visit)
        self.option = {visit.code: int(np.searchsorted(board.visit, row)) for row, visit in enumerate(board.visits)}

    def opening(self, row: int) -> tuple[str, int]:
        """The worker of an opening and its number among that worker's."""
        worker = int(self.board.fleet.openings.worker[row])
        return self.board.problem.workers[worker].code, row - int(self.first[worker])

    def row(self, worker: str, number: int) -> int:
        """The opening of these names."""
        return int(self.first[self.worker[worker]]) + number

    def placed(self, column: Column) -> Placed:
        """A column by names."""
        visit = self.board.visit
        options = tuple((self.board.visits[visit[o]].code, int(self.form[o])) for o in column.options)
        return Placed(*self.opening(column.opening), options, column.starts, column.value)

    def columns(self, placed: Sequence[Placed]) -> list[Column]:
        """The columns of these names, those that can be kept here."""
        width = max((len(each.options) for each in placed), default=1)
        options = np.full((len(placed), width), -1, dtype=np.int64)
        for row, each in enumerate(placed):
            options[row, : len(each.options)] = [self.option[code] + form for code, form in each.options]
        opening = np.array([self.row(each.worker, each.opening) for each in placed], dtype=np.int64)
        return make_columns(self.board, opening, options)


def part_of(problem: Problem, workers: Iterable[int], visits: Iterable[int]) -> Problem:
    """The problem of some workers and visits only, with no more places than they need: it travels between processes."""
    people = [problem.workers[row] for row in sorted(workers)]
    wishes = [problem.visits[row] for row in sorted(visits)]
    used = sorted({place for worker in people for place in worker.places} | {visit.place for visit in wishes})
    number = {place: row for row, place in enumerate(used)}
    terms: tuple[PairTerm, ...] = ()
    if problem.pair_terms:
        codes, names = {visit.code for visit in wishes}, {worker.code for worker in people}
        terms = tuple(term for term in problem.pair_terms if term.visit in codes and term.worker in names)
    return replace(
        problem,
        places=tuple(problem.places[place] for place in used) if problem.places else (),
        travel=among(problem.travel, used),
        visits=tuple(replace(visit, place=number[visit.place]) for visit in wishes),
        workers=tuple(worker.renumbered(number) for worker in people),
        pair_terms=terms,
    )


def cut(points: FloatArray, size: int, angle: float) -> list[IntArray]:
    """Neighbouring points in as few pieces of one size (at most `size`) as there can be, cut across the longer axis."""
    turned = points @ np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    todo, done = [(np.arange(len(points)), max(1, -(-len(points) // size)))], []
    while todo:
        piece, many = todo.pop()
        if many == 1:
            done.append(piece)
            continue
        here = turned[piece]
        axis = int(np.ptp(here, axis=0).argmax())
        order = np.argsort(here[:, axis], kind="stable")
        middle = len(piece) * (many // 2) // many
        todo += [(np.sort(piece[order[:middle]]), many // 2), (np.sort(piece[order[middle:]]), many - many // 2)]
    return done
