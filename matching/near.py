"""The linear master of a whole city, solved only nearly: a first-order method that goes on from its last answer.

Bounds hold at any prices and columns are chosen by whoever uses the shares, so being off by little costs little;
thousands of rows, over which a simplex method takes minutes, take a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.board import Board
from matching.columns import Column, Pool
from matching.errors import SolveError
from matching.limits import HourRow
from matching.master import Prices
from matching.travel import FloatArray

SCALE = 1e-6
ITERATIONS = 6000
NEARLY = 1e-4
THREADS = 2
SURE = 0.98  # a share as near to 1 as this is meant to be 1


@dataclass(slots=True)
class NearProgram:
    """A packing program that grows by columns: of each row no more than what is left of it."""

    left: FloatArray
    index: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])
    worth: list[float] = field(default_factory=list)
    taken: FloatArray = field(default_factory=lambda: np.zeros(0))
    duals: FloatArray = field(default_factory=lambda: np.zeros(0))

    def add(self, rows: Iterable[int], shares: Iterable[float], worth: float) -> None:
        """A column: what it takes of which rows, and what it is worth."""
        self.index.extend(rows)
        self.share.extend(shares)
        self.first.append(len(self.index))
        self.worth.append(worth)

    def solve(self, nearly: float = NEARLY) -> FloatArray:
        """What each row is worth near the optimum; goes on from the last answer."""
        from ortools.pdlp.python import pdlp

        settings, program, given = _settings(nearly), self._program(), pdlp.PrimalAndDualSolution()
        if len(self.duals):
            given.primal_solution = np.concatenate([self.taken, np.zeros(len(self.worth) - len(self.taken))])
            given.dual_solution = -self.duals
            found = pdlp.primal_dual_hybrid_gradient(program, settings, initial_solution=given)
        else:
            found = pdlp.primal_dual_hybrid_gradient(program, settings)
        self.taken, self.duals = np.array(found.primal_solution), -np.array(found.dual_solution)
        if not (np.isfinite(self.duals).all() and np.isfinite(self.taken).all()):
            raise SolveError("The linear master of the city found no prices.")
        return np.asarray(np.maximum(0.0, self.duals) / SCALE)

    def _program(self) -> Any:
        from ortools.pdlp.python import pdlp

        program, many = pdlp.QuadraticProgram(), len(self.worth)
        program.objective_vector = -np.array(self.worth) * SCALE
        program.constraint_matrix = self.matrix()
        program.constraint_lower_bounds = np.full(len(self.left), -np.inf)
        program.constraint_upper_bounds = self.left
        program.variable_lower_bounds = np.zeros(many)
        program.variable_upper_bounds = np.full(many, np.inf)
        return program

    def matrix(self) -> Any:
        """Rows × columns."""
        from scipy.sparse import csc_matrix

        return csc_matrix((self.share, self.index, self.first), shape=(len(self.left), len(self.worth)))


@dataclass(slots=True)
class NearMaster:
    """What `master.Master` is, for large boards: the same rows, the same questions, answers nearly as good."""

    board: Board
    rows: tuple[HourRow, ...]
    pool: Pool
    program: NearProgram = field(init=False)
    rows_of: dict[int, list[int]] = field(default_factory=dict)

    def start(self, minutes: Sequence[int] | None = None) -> None:
        """Make the rows; `minutes` left, if not all."""
        limits = [row.minutes for row in self.rows] if minutes is None else minutes
        ones = np.ones(len(self.board.visits) + self.board.openings)
        self.program = NearProgram(np.concatenate([ones, np.array(limits, dtype=np.float64)]))
        for number, row in enumerate(self.rows):
            for opening in row.openings:
                self.rows_of.setdefault(opening, []).append(number)

    def grow(self) -> None:
        """Take in the columns the pool has gained."""
        visits, hours = len(self.board.visits), len(self.board.visits) + self.board.openings
        for column in self.pool.columns[len(self.program.worth) :]:
            limits = [hours + row for row in self.rows_of.get(column.opening, ())]
            shares = [1.0] * (len(column.visits) + 1) + [float(column.minutes)] * len(limits)
            self.program.add((*column.visits, visits + column.opening, *limits), shares, float(column.value))

    def solve(self) -> Prices:
        """Nearly the linear optimum over the pool."""
        prices = self.program.solve()
        visits, hours = len(self.board.visits), len(self.board.visits) + self.board.openings
        return Prices(prices[:visits], prices[hours:], float(self.program.left @ prices))

    def shares(self) -> dict[Column, float]:
        """How much of which columns the linear optimum takes."""
        taken = self.program.taken
        return {
            self.pool.columns[number]: 1.0 if taken[number] > SURE else float(taken[number])
            for number in np.flatnonzero(taken > 1e-3).tolist()
        }

    def opening_duals(self) -> FloatArray:
        """What one more opening of each kind would be worth."""
        first = len(self.board.visits)
        return np.maximum(0.0, self.program.duals[first : first + self.board.openings]) / SCALE

    def best_known(self, visits: FloatArray, hours: FloatArray) -> FloatArray:
        """For each opening the most that a known column is worth beyond these prices, or 0."""
        prices = np.concatenate([visits, np.zeros(self.board.openings), hours])
        beyond = np.array(self.program.worth) - self.program.matrix().T @ prices
        best = np.zeros(self.board.openings)
        opening = np.array([column.opening for column in self.pool.columns[: len(beyond)]], dtype=np.int64)
        np.maximum.at(best, opening, beyond)
        return best


def _settings(nearly: float) -> Any:
    from ortools.pdlp import solvers_pb2

    settings = solvers_pb2.PrimalDualHybridGradientParams()
    wanted = settings.termination_criteria.simple_optimality_criteria
    wanted.eps_optimal_relative = wanted.eps_optimal_absolute = nearly
    settings.termination_criteria.iteration_limit = ITERATIONS
    settings.num_threads = THREADS
    return settings
