"""The linear master of a whole city, solved only nearly: a first-order method that goes on from its last answer.

Bounds hold at any prices and columns are chosen by whoever uses the shares, so being off by little costs little;
thousands of rows, over which a simplex method takes minutes, take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
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
class NearMaster:
    """What `master.Master` is, for large boards: the same rows, the same questions, answers nearly as good."""

    board: Board
    rows: tuple[HourRow, ...]
    pool: Pool
    left: FloatArray = field(default_factory=lambda: np.zeros(0))
    rows_of: dict[int, list[int]] = field(default_factory=dict)
    index: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])
    taken: FloatArray = field(default_factory=lambda: np.zeros(0))
    duals: FloatArray = field(default_factory=lambda: np.zeros(0))

    def start(self, minutes: Sequence[int] | None = None) -> None:
        """Make the rows; `minutes` left, if not all."""
        limits = [row.minutes for row in self.rows] if minutes is None else minutes
        ones = np.ones(len(self.board.visits) + self.board.openings)
        self.left = np.concatenate([ones, np.array(limits, dtype=np.float64)])
        for number, row in enumerate(self.rows):
            for opening in row.openings:
                self.rows_of.setdefault(opening, []).append(number)

    def grow(self) -> None:
        """Take in the columns the pool has gained."""
        visits, hours = len(self.board.visits), len(self.board.visits) + self.board.openings
        for column in self.pool.columns[len(self.first) - 1 :]:
            self.index.extend(column.visits)
            self.index.append(visits + column.opening)
            self.share.extend([1.0] * (len(column.visits) + 1))
            for row in self.rows_of.get(column.opening, ()):
                self.index.append(hours + row)
                self.share.append(float(column.minutes))
            self.first.append(len(self.index))

    def solve(self) -> Prices:
        """Nearly the linear optimum over the pool."""
        from ortools.pdlp.python import pdlp

        program, given = self._program(), pdlp.PrimalAndDualSolution()
        if len(self.duals):
            given.primal_solution = np.concatenate([self.taken, np.zeros(len(self.first) - 1 - len(self.taken))])
            given.dual_solution = -self.duals
            found = pdlp.primal_dual_hybrid_gradient(program, _settings(), initial_solution=given)
        else:
            found = pdlp.primal_dual_hybrid_gradient(program, _settings())
        self.taken, self.duals = np.array(found.primal_solution), -np.array(found.dual_solution)
        if not (np.isfinite(self.duals).all() and np.isfinite(self.taken).all()):
            raise SolveError("The linear master of the city found no prices.")
        prices = np.maximum(0.0, self.duals) / SCALE
        visits, hours = len(self.board.visits), len(self.board.visits) + self.board.openings
        return Prices(prices[:visits], prices[hours:], float(self.left @ prices))

    def _program(self) -> Any:
        from ortools.pdlp.python import pdlp

        many = len(self.first) - 1
        program = pdlp.QuadraticProgram()
        program.objective_vector = -self._values() * SCALE
        program.constraint_matrix = self.matrix()
        program.constraint_lower_bounds = np.full(len(self.left), -np.inf)
        program.constraint_upper_bounds = self.left
        program.variable_lower_bounds = np.zeros(many)
        program.variable_upper_bounds = np.full(many, np.inf)
        return program

    def _values(self) -> FloatArray:
        return np.array([column.value for column in self.pool.columns[: len(self.first) - 1]], dtype=np.float64)

    def matrix(self) -> Any:
        """Rows × columns: what each column takes of each visit, opening and limit of hours."""
        from scipy.sparse import csc_matrix

        return csc_matrix((self.share, self.index, self.first), shape=(len(self.left), len(self.first) - 1))

    def shares(self) -> dict[Column, float]:
        """How much of which columns the linear optimum takes."""
        return {
            self.pool.columns[number]: 1.0 if self.taken[number] > SURE else float(self.taken[number])
            for number in np.flatnonzero(self.taken > 1e-3).tolist()
        }

    def opening_duals(self) -> FloatArray:
        """What one more opening of each kind would be worth."""
        first = len(self.board.visits)
        return np.maximum(0.0, self.duals[first : first + self.board.openings]) / SCALE

    def best_known(self, visits: FloatArray, hours: FloatArray) -> FloatArray:
        """For each opening the most that a known column is worth beyond these prices, or 0."""
        prices = np.concatenate([visits, np.zeros(self.board.openings), hours])
        beyond = self._values() - self.matrix().T @ prices
        best = np.zeros(self.board.openings)
        opening = np.array([column.opening for column in self.pool.columns[: len(self.first) - 1]], dtype=np.int64)
        np.maximum.at(best, opening, beyond)
        return best


def _settings() -> Any:
    from ortools.pdlp import solvers_pb2

    settings = solvers_pb2.PrimalDualHybridGradientParams()
    wanted = settings.termination_criteria.simple_optimality_criteria
    wanted.eps_optimal_relative = wanted.eps_optimal_absolute = NEARLY
    settings.termination_criteria.iteration_limit = ITERATIONS
    settings.num_threads = THREADS
    return settings
