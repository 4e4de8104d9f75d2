"""Prices for a whole city from the columns of its pieces: one linear program, solved only nearly.

The bound holds at any prices, so a first-order method that is off by a little is as good as an exact one, and quick.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matching.errors import SolveError
from matching.shards import Placed
from matching.travel import FloatArray

SCALE = 1e-6
NEARLY = (
    "termination_criteria { simple_optimality_criteria { eps_optimal_relative: 2e-5 eps_optimal_absolute: 2e-5 } "
    "iteration_limit: 6000 }"
)


class Market:
    """Columns of a whole city; each visit and each opening at most once."""

    def __init__(self, visits: Iterable[str]) -> None:
        self.visits = {code: row for row, code in enumerate(visits)}
        self.columns: dict[tuple[str, int, tuple[tuple[str, int], ...]], tuple[Placed, float]] = {}

    def add(self, columns: Iterable[Placed], per_minute: dict[tuple[str, int], float], minutes: dict[str, int]) -> None:
        """Take columns in, their minutes paid for."""
        for placed in columns:
            rate = per_minute.get((placed.worker, placed.opening), 0.0)
            paid = rate * sum(minutes[code] for code, _ in placed.options) if rate else 0.0
            self.columns.setdefault((placed.worker, placed.opening, placed.options), (placed, placed.value - paid))

    def prices(self) -> FloatArray:
        """What each visit costs at the (near) linear optimum."""
        from ortools.linear_solver import pywraplp

        solver = pywraplp.Solver.CreateSolver("PDLP")
        if solver is None:
            raise SolveError("PDLP is not available.")
        solver.SetSolverSpecificParametersAsString(NEARLY)
        low = -solver.infinity()
        rows = [solver.Constraint(low, 1.0) for _ in self.visits]
        openings: dict[tuple[str, int], int] = {}
        for placed, value in self.columns.values():
            key = (placed.worker, placed.opening)
            if key not in openings:
                openings[key] = len(rows)
                rows.append(solver.Constraint(low, 1.0))
            variable = solver.NumVar(0.0, solver.infinity(), "")
            solver.Objective().SetCoefficient(variable, value * SCALE)
            rows[openings[key]].SetCoefficient(variable, 1.0)
            for code, _ in placed.options:
                rows[self.visits[code]].SetCoefficient(variable, 1.0)
        solver.Objective().SetMaximization()
        solver.Solve()
        duals = np.array([row.dual_value() for row in rows[: len(self.visits)]], dtype=np.float64)
        return np.asarray(np.maximum(0.0, np.nan_to_num(duals)) / SCALE)
