"""Large day plans in pieces: neighbouring workers with the visits near them, each piece a problem of its own.

A piece is a pure function from problem to columns and prices, so any executor may run it; the order of pieces is fixed,
so the result does not depend on how many run at once. What pieces find goes back into the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from matching.board import Board, build_board
from matching.columns import Column, make_column
from matching.dive import Dive
from matching.generation import ALL, FEW, Generation, better
from matching.greedy import carry_over, place_greedily
from matching.grounds import Grounds
from matching.limits import Ledger, hour_rows, total_value
from matching.packing import pack
from matching.problem import PairTerm, Problem
from matching.slots import Booking
from matching.travel import FloatArray, IntArray

SIZE = 50
TOLERANCE = 1e-3
PACK = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """One piece: its problem, what it holds already, the work allowed and the seed."""

    problem: Problem
    carried: tuple[Booking, ...]
    budget: float
    seed: int


@dataclass(frozen=True, slots=True)
class Known:
    """A column by names: worker, number of the opening among that worker's, and (visit, form of it) in order."""

    worker: str
    opening: int
    options: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece found: the columns chosen, others that could matter, and the prices of its visits."""

    chosen: tuple[Known, ...]
    columns: tuple[Known, ...]
    prices: tuple[tuple[str, float], ...]


def solve_part(task: Task) -> Part:
    """Solve one piece well, not to the proof."""
    board = build_board(task.problem)
    rows = hour_rows(board)
    best = better(carry_over(board, rows, task.carried), place_greedily(board, rows))
    work = Generation(board, rows, lambda: False, lambda _phase, _bound: None, TOLERANCE, task.budget)
    work.begin(best)
    work.incumbent = total_value(best)
    work.run(FEW)
    best = _dived(work, best)
    work.run(ALL[:1])
    best = _dived(work, best)
    packed = pack(board, rows, work.known_above(total_value(best)), best, (PACK, task.seed))
    best = better(best, packed.columns)
    names = _Names(board)
    worth = work.known_above(total_value(best))
    visits = work.prices_of_visits()
    return Part(
        tuple(names.known(column) for column in best), tuple(names.known(column) for column in worth),
        tuple((visit.code, float(visits[row])) for row, visit in enumerate(board.visits)),
    )


def _dived(work: Generation, best: list[Column]) -> list[Column]:
    best = better(best, Dive(work, Ledger(work.board, work.rows)).run())
    work.incumbent = total_value(best)
    return best


class _Names:
    """Columns of a board by names and back."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.first = np.searchsorted(board.fleet.openings.worker, np.arange(len(board.fleet) + 1))
        self.worker = {worker.code: row for row, worker in enumerate(board.problem.workers)}
        self.form = np.arange(len(board.visit)) - np.searchsorted(board.visit, board.visit)
        index = {visit.code: row for row, visit in enumerate(board.visits)}
        self.option = {code: int(np.searchsorted(board.visit, row)) for code, row in index.items()}

    def known(self, column: Column) -> Known:
        """The names of a column."""
        worker = int(self.board.fleet.openings.worker[column.opening])
        options = tuple(
            (self.board.visits[self.board.visit[option]].code, int(self.form[option])) for option in column.options
        )
        return Known(self.board.problem.workers[worker].code, column.opening - int(self.first[worker]), options)

    def column(self, known: Known) -> Column | None:
        """The column of these names, if it can be kept here."""
        opening = int(self.first[self.worker[known.worker]]) + known.opening
        return make_column(self.board, opening, tuple(self.option[code] + form for code, form in known.options))


class Shards:
    """The whole board, cut again and again along turned axes, each time from the best so far."""

    def __init__(self, board: Board, budget: float, seed: int, executor: Executor | None) -> None:
        self.board, self.budget, self.seed, self.executor = board, budget, seed, executor
        self.names = _Names(board)
        self.found: list[Column] = []
        self.prices = np.zeros(len(board.visits))
        grounds = Grounds(board)
        ways = (grounds.entry + grounds.onward) * board.travel_rate / 2
        self._likely = board.arcs.gain - ways

    def improve(self, best: list[Column], turn: int) -> list[Column]:
        """One pass over all pieces, cut along axes turned by so many eighths of a circle."""
        tasks = list(self._tasks(best, turn))
        parts = list(self.executor.map(solve_part, tasks)) if self.executor else [solve_part(task) for task in tasks]
        index = {visit.code: row for row, visit in enumerate(self.board.visits)}
        chosen: list[Column] = []
        for part in parts:
            chosen.extend(self._columns(part.chosen))
            self.found.extend(self._columns(part.columns))
            for code, price in part.prices:
                self.prices[index[code]] = price
        return better(best, chosen)

    def _columns(self, known: tuple[Known, ...]) -> list[Column]:
        made = [self.names.column(each) for each in known]
        return [column for column in made if column is not None]

    def _tasks(self, best: list[Column], turn: int) -> Iterator[Task]:
        pieces = cut(_coordinates(self.board), SIZE, turn * math.pi / 8)
        of_worker = np.zeros(len(self.board.fleet), dtype=np.int64)
        for number, piece in enumerate(pieces):
            of_worker[piece] = number
        of_visit = self._visits_to_pieces(best, of_worker)
        bookings = self._bookings(best)
        for number, piece in enumerate(pieces):
            visits = set(np.flatnonzero(of_visit == number).tolist())
            problem = part_of(self.board.problem, {int(worker) for worker in piece}, visits)
            codes = {visit.code for visit in problem.visits}
            mine = tuple(booking for booking in bookings if booking.visit in codes)
            yield Task(problem, mine, self.budget / len(pieces), self.seed)

    def _bookings(self, best: list[Column]) -> list[Booking]:
        worker, board = self.board.fleet.openings.worker, self.board
        return [
            Booking(board.visits[visit].code, board.problem.workers[int(worker[column.opening])].code, start)
            for column in best for visit, start in zip(column.visits, column.starts, strict=True)
        ]

    def _visits_to_pieces(self, best: list[Column], of_worker: IntArray) -> IntArray:
        """Visits go with who has them; open ones to the piece where most of their eight likeliest openings are."""
        arcs, board = self.board.arcs, self.board
        visit, piece = board.visit[arcs.option], of_worker[board.fleet.openings.worker[arcs.opening]]
        order = np.lexsort((-self._likely, visit))
        rank = np.arange(len(order)) - np.searchsorted(visit[order], visit[order])
        near = order[rank < 8]
        votes = np.zeros((len(board.visits), int(of_worker.max(initial=0)) + 1))
        np.add.at(votes, (visit[near], piece[near]), 1)
        home = votes.argmax(axis=1)
        for column in best:
            home[list(column.visits)] = of_worker[board.fleet.openings.worker[column.opening]]
        return np.asarray(home, dtype=np.int64)


def part_of(problem: Problem, workers: set[int], visits: set[int]) -> Problem:
    """The problem of some workers and visits only."""
    people = tuple(worker for row, worker in enumerate(problem.workers) if row in workers)
    wishes = tuple(visit for row, visit in enumerate(problem.visits) if row in visits)
    codes, names = {visit.code for visit in wishes}, {worker.code for worker in people}
    terms: tuple[PairTerm, ...] = tuple(
        term for term in problem.pair_terms if term.visit in codes and term.worker in names
    )
    return replace(problem, visits=wishes, workers=people, pair_terms=terms)


def cut(points: FloatArray, size: int, angle: float) -> list[IntArray]:
    """Neighbouring points in pieces of at most `size`, halved along the longer of two turned axes again and again."""
    turned = points @ np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    todo, done = [np.arange(len(points))], []
    while todo:
        piece = todo.pop()
        if len(piece) <= size:
            done.append(piece)
            continue
        here = turned[piece]
        axis = int(np.ptp(here, axis=0).argmax())
        order = np.argsort(here[:, axis], kind="stable")
        middle = len(piece) // 2
        todo += [np.sort(piece[order[:middle]]), np.sort(piece[order[middle:]])]
    return done


def _coordinates(board: Board) -> FloatArray:
    """Where workers start, in degrees made square; by travel from the first two of them if there are no points."""
    start, places = board.fleet.start, board.problem.places
    if places:
        raw = np.array([(places[place].lat, places[place].lon) for place in start.tolist()])
        return np.asarray(raw * np.array([1.0, math.cos(math.radians(float(raw[0, 0])))]))
    worker = np.arange(len(start))
    ways = [board.fleet.times.seconds(worker, np.full(len(start), start[row]), start) for row in (0, len(start) // 2)]
    return np.stack(ways, axis=1).astype(np.float64)
