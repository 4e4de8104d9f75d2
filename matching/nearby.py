"""Instant answers in a large country: only those who are near are looked at, and more of them if nobody fits.

Built once over all workers; a question then costs the same whether there are thousands of them or very many more.
"""

from __future__ import annotations

from typing import Self

from matching.circle import Circle, some_of
from matching.errors import require
from matching.fleet import Fleet, build_fleet
from matching.prices import cost_of
from matching.problem import Problem, Visit
from matching.roster import Candidate, PriceMap, Slot
from matching.slots import SlotFinder

RINGS = (48, 480, 4800)


class Nearby:
    """What `SlotFinder` answers, from the workers whose free stretches begin nearest to the visit; needs points."""

    def __init__(self, problem: Problem, prices: PriceMap | None = None) -> None:
        require(bool(problem.places), "To find who is near, the problem needs points.")
        self.problem, self.prices = problem, prices
        self.fleet = build_fleet(problem)
        self.circle = Circle(self.fleet)

    def best_workers(self, visit: Visit, top: int = 5, start: int | None = None) -> tuple[Candidate, ...]:
        """The best of the nearest who can do this visit (at this start, if given), best first."""
        for finder in self._finders(visit):
            found = finder.best_workers(visit, top, start)
            if found:
                return found
        return ()

    def slots(self, visit: Visit, top: int = 3) -> tuple[Slot, ...]:
        """Every start that somebody near can keep, in order of time."""
        for finder in self._finders(visit):
            found = finder.slots(visit, top)
            if found:
                return found
        return ()

    def finder(self, fleet: Fleet) -> SlotFinder:
        """A finder over these workers, with what their time is worth elsewhere if that is known."""
        cost = cost_of(self.prices, fleet) if self.prices else None
        return SlotFinder(self.problem, cost, fleet)

    def _finders(self, visit: Visit) -> list[SlotFinder] | _Widening:
        """Finders over wider and wider rings; every worker is in the last."""
        return _Widening(self, visit) if self.circle.tree is not None else []


class _Widening:
    """Yields finders, each over more workers, the last over all."""

    def __init__(self, whole: Nearby, visit: Visit) -> None:
        self.whole, self.visit = whole, visit

    def __iter__(self) -> Self:
        self.ring = 0
        return self

    def __next__(self) -> SlotFinder:
        whole, number = self.whole, self.ring
        self.ring += 1
        if number > len(RINGS) or (number and RINGS[number - 1] >= len(whole.fleet.openings)):
            raise StopIteration
        if number == len(RINGS):
            return whole.finder(whole.fleet)
        workers = whole.circle.around(self.visit.place, RINGS[number])
        return whole.finder(some_of(whole.fleet, workers, whole.circle.first))
