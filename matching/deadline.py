"""A stop for whoever must have a roster within so many seconds."""

from __future__ import annotations

from collections.abc import Callable

from matching.problem import Problem

# Seconds that putting the roster together takes for each visit: its routes, terms, reasons and moves.
EACH = 7e-4


def within(problem: Problem, seconds: float, clock: Callable[[], float]) -> Callable[[], bool]:
    """For `Limits(stop=...)`: true so early that the roster is there about `seconds` from now by this clock."""
    end = clock() + seconds - min(seconds / 2, EACH * len(problem.visits))
    return lambda: clock() >= end
