"""Instant answers in a large country: only those who are near are looked at, and more of them if nobody fits.

Built once over all workers; a question then costs the same whether there are thousands of them or very many more.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Self

import numpy as np

from matching.errors import require
from matching.fleet import Fleet, Openings, build_fleet
from matching.prices import cost_of
from matching.problem import Problem, Visit
from matching.roster import Candidate, PriceMap, Slot
from matching.slots import SlotFinder
from matching.travel import IntArray, unit_vectors

RINGS = (48, 480, 4800)
PER_WORKER = (
    "start", "any_zone", "radius", "tier", "stars", "lower", "newcomer", "gap", "p_accept", "unreliability",
    "safety_hold", "document_hold", "documents_until", "daily_limit", "weekly_limit", "rest", "breaks", "day_load",
    "week_load",
)  # fmt: skip
NAMED = ("skills", "languages", "genders", "zones")


class Nearby:
    """What `SlotFinder` answers, from the workers whose free stretches begin nearest to the visit; needs points."""

    def __init__(self, problem: Problem, prices: PriceMap | None = None) -> None:
        from scipy.spatial import cKDTree

        require(bool(problem.places), "To find who is near, the problem needs points.")
        self.problem, self.prices = problem, prices
        self.fleet = build_fleet(problem)
        self.vectors = unit_vectors(problem.places)
        table = self.fleet.openings
        self.first = np.searchsorted(table.worker, np.arange(len(self.fleet) + 1))
        self.tree = cKDTree(self.vectors[table.origin]) if len(table) else None

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
        return _Widening(self, visit) if self.tree is not None else []


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
        openings = len(whole.fleet.openings)
        few = min(RINGS[number], openings)
        point = whole.vectors[self.visit.place]
        near = np.atleast_1d(whole.tree.query(point, k=few)[1]) if whole.tree is not None else np.zeros(0)
        workers = np.unique(whole.fleet.openings.worker[near.astype(np.int64)])
        return whole.finder(some_of(whole.fleet, workers, whole.first))


def some_of(fleet: Fleet, workers: IntArray, first: IntArray) -> Fleet:
    """The fleet of these workers only, in this order; `first[w]` is the first opening of worker w."""
    many = first[workers + 1] - first[workers]
    local = np.repeat(np.arange(len(workers)), many)
    rows = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many) + np.repeat(first[workers], many)
    columns: dict[str, Any] = {each.name: getattr(fleet.openings, each.name)[rows] for each in fields(Openings)}
    columns["worker"] = local
    changed: dict[str, Any] = {name: getattr(fleet, name)[workers] for name in PER_WORKER}
    changed |= {name: {key: mask[workers] for key, mask in getattr(fleet, name).items()} for name in NAMED}
    place = {int(worker): row for row, worker in enumerate(workers)}
    pairs = {
        visit: [(name, place[worker], minutes) for name, worker, minutes in terms if worker in place]
        for visit, terms in fleet.pair_terms.items()
    }
    codes = {fleet.problem.workers[int(worker)].code: row for row, worker in enumerate(workers)}
    return replace(
        fleet, index=codes, times=fleet.times.of(workers), openings=Openings(**columns), pair_terms=pairs,
        **changed,
    )  # fmt: skip
