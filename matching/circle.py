"""Who is near: some workers of a fleet as a fleet of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from matching.fleet import Fleet, Openings
from matching.travel import IntArray, unit_vectors

PER_WORKER = (
    "start", "any_zone", "radius", "tier", "stars", "lower", "newcomer", "gap", "p_accept", "unreliability",
    "safety_hold", "document_hold", "documents_until", "daily_limit", "weekly_limit", "rest", "breaks", "day_load",
    "week_load",
)  # fmt: skip
NAMED = ("skills", "languages", "genders", "zones")


class Circle:
    """Finds the workers whose openings begin nearest to a place; needs points."""

    def __init__(self, fleet: Fleet) -> None:
        from scipy.spatial import cKDTree

        self.fleet, self.vectors = fleet, unit_vectors(fleet.problem.places)
        self.first = np.searchsorted(fleet.openings.worker, np.arange(len(fleet) + 1))
        self.tree = cKDTree(self.vectors[fleet.openings.origin]) if len(fleet.openings) else None

    def around(self, place: int, many: int, named: Sequence[int] = ()) -> IntArray:
        """The workers of the nearest so many openings, and those named, in order."""
        if self.tree is None:
            return np.array(sorted(named), dtype=np.int64)
        few = min(many, len(self.fleet.openings))
        near = np.atleast_1d(self.tree.query(self.vectors[place], k=few)[1]).astype(np.int64)
        return np.unique(np.concatenate([self.fleet.openings.worker[near], np.array(named, dtype=np.int64)]))


def some_of(fleet: Fleet, workers: IntArray, first: IntArray) -> Fleet:
    """The fleet of these workers only, in this order; `first[w]` is the first opening of worker w."""
    many = first[workers + 1] - first[workers]
    local = np.repeat(np.arange(len(workers)), many)
    rows = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many) + np.repeat(first[workers], many)
    columns: dict[str, Any] = {each.name: getattr(fleet.openings, each.name)[rows] for each in fields(Openings)}
    columns["worker"] = local
    changed: dict[str, Any] = {name: getattr(fleet, name)[workers] for name in PER_WORKER}
    changed |= {name: {key: mask[workers] for key, mask in getattr(fleet, name).items()} for name in NAMED}
    place = {worker: row for row, worker in enumerate(workers.tolist())}
    pairs = {
        visit: [(name, place[worker], minutes) for name, worker, minutes in terms if worker in place]
        for visit, terms in fleet.pair_terms.items()
    }
    everybody = fleet.problem.workers
    codes = {everybody[worker].code: row for worker, row in place.items()}
    return replace(
        fleet, index=codes, times=fleet.times.of(workers), openings=Openings(**columns), pair_terms=pairs,
        **changed,
    )  # fmt: skip
