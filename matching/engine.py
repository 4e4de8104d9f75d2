"""One door to all engines."""

from __future__ import annotations

from collections.abc import Callable

from matching.problem import Limits, Problem
from matching.roster import Progress, Roster

MODES = ("instant", "round", "day")


def solve(  # the signature others are written against
    problem: Problem,
    limits: Limits | None = None,
    seed: int = 0,
    mode: str = "round",
    start: Roster | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Roster:
    """The best roster found for this problem; never worth less than the greedy one.

    The same problem, effort, seed and mode give the same roster. `start` is the previous roster, against which moves
    are told and from which the search may begin.
    """
    raise NotImplementedError
