"""The linear master: how much of each column, and so what a visit and a worker's minute are worth (duals)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from matching.board import Board
from matching.columns import Column, Pool
from matching.errors import SolveError
from matching.limits import HourRow, prices_per_minute
from matching.travel import FloatArray


class Prices(NamedTuple):
    """Duals: per visit, per hour row; and the value of the linear optimum."""

    visits: FloatArray
    hours: FloatArray
    value: float


@dataclass(slots=True)
class Master:
    """A growing linear program over the pool: each visit at most once, each opening at most once, hours kept."""

    board: Board
    rows: tuple[HourRow, ...]
    pool: Pool
    solver: Any = None
    visit_rows: list[Any] = field(default_factory=list)
    opening_rows: list[Any] = field(default_factory=list)
    hour_rows: list[Any] = field(default_factory=list)
    variables: list[Any] = field(default_factory=list)
    rows_of: dict[int, list[int]] = field(default_factory=dict)

    def start(self, minutes: Sequence[int] | None = None) -> None:
        """Make the rows, (−inf, 1]: a range row would give GLOP duals of the wrong sign. `minutes` left, if not all."""
        from ortools.linear_solver import pywraplp

        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        if self.solver is None:
            raise SolveError("GLOP is not available.")
        self.solver.SetSolverSpecificParametersAsString("use_preprocessing: false")  # else it begins anew every time
        low = -self.solver.infinity()
        self.visit_rows = [self.solver.Constraint(low, 1.0) for _ in self.board.visits]
        self.opening_rows = [self.solver.Constraint(low, 1.0) for _ in range(self.board.openings)]
        left = [row.minutes for row in self.rows] if minutes is None else minutes
        self.hour_rows = [self.solver.Constraint(low, float(each)) for each in left]
        for number, row in enumerate(self.rows):
            for opening in row.openings:
                self.rows_of.setdefault(opening, []).append(number)
        self.solver.Objective().SetMaximization()

    def grow(self) -> None:
        """Take in the columns the pool has gained."""
        for column in self.pool.columns[len(self.variables) :]:
            variable = self.solver.NumVar(0.0, self.solver.infinity(), "")
            self.solver.Objective().SetCoefficient(variable, float(column.value))
            for visit in column.visits:
                self.visit_rows[visit].SetCoefficient(variable, 1.0)
            self.opening_rows[column.opening].SetCoefficient(variable, 1.0)
            for row in self.rows_of.get(column.opening, ()):
                self.hour_rows[row].SetCoefficient(variable, float(column.minutes))
            self.variables.append(variable)

    def solve(self) -> Prices:
        """The linear optimum over the pool."""
        if self.solver.Solve() != 0:
            raise SolveError("The linear master found no optimum.")
        visits = np.array([row.dual_value() for row in self.visit_rows], dtype=np.float64)
        hours = np.array([row.dual_value() for row in self.hour_rows], dtype=np.float64)
        value = float(self.solver.Objective().Value())
        return Prices(np.maximum(visits, 0), np.maximum(hours, 0), value)

    def shares(self) -> dict[Column, float]:
        """How much of which columns the linear optimum takes."""
        found = (
            (column, variable.solution_value())
            for column, variable in zip(self.pool.columns, self.variables, strict=False)
        )
        return {column: share for column, share in found if share > 1e-6}

    def opening_duals(self) -> FloatArray:
        """What one more opening of each kind would be worth."""
        return np.maximum(0.0, np.array([row.dual_value() for row in self.opening_rows], dtype=np.float64))


def minute_prices(board: Board, rows: tuple[HourRow, ...], prices: Prices) -> FloatArray:
    """The hour duals as a price per minute for each opening."""
    return prices_per_minute(board, rows, prices.hours)


def bound_at(rows: tuple[HourRow, ...], prices: Prices, upper: FloatArray) -> float:
    """A valid bound at any prices: what they sell for, plus the best each opening could make at them."""
    hours = sum(dual * row.minutes for dual, row in zip(prices.hours.tolist(), rows, strict=True))
    return float(prices.visits.sum() + upper.sum() + hours)
