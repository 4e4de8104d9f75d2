"""Instant answers for one new visit: which starts can be kept, and by whom. Plain numpy, fit for a web request."""

from __future__ import annotations

from collections.abc import Sequence

from matching.problem import Problem, Visit
from matching.roster import Candidate, Slot


class SlotFinder:
    """A problem prepared once for many questions; the problem's own open visits are not counted unless committed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def slots(self, visit: Visit, top: int = 3) -> tuple[Slot, ...]:
        """Every start on the grid that somebody can keep, in order of time."""
        raise NotImplementedError

    def best_workers(self, visit: Visit, top: int = 5, start: int | None = None) -> tuple[Candidate, ...]:
        """The best workers for this visit (at this start, if given), best first."""
        raise NotImplementedError

    def reasons(self, visit: Visit, start: int | None = None) -> dict[str, str]:
        """For every worker who cannot do this visit (at this start, if given): the first code that says why."""
        raise NotImplementedError


def slots(problem: Problem, visit: Visit, top: int = 3) -> tuple[Slot, ...]:
    """`SlotFinder.slots` for a single question."""
    return SlotFinder(problem).slots(visit, top)


def best_workers(
    problem: Problem, visit: Visit, top: int = 5, start: int | None = None,
) -> tuple[Candidate, ...]:
    """`SlotFinder.best_workers` for a single question."""
    return SlotFinder(problem).best_workers(visit, top, start)


def sureness(chances: Sequence[float]) -> float:
    """1 − Π(1 − p): how likely it is that at least one of them accepts."""
    nobody = 1.0
    for chance in chances:
        nobody *= 1.0 - chance
    return 1.0 - nobody
