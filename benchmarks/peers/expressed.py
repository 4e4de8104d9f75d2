"""A day as routing libraries know one: vehicles, tables and prizes. It says all that the day says, of either flavour.

- *Commitments* cut a worker's day into legs, each a vehicle of its own with two ends.
- *A grid of starts and a buffer*: shifts, commitments and work lie on the grid, so whoever sets out on it and needs a
  way rounded up to it arrives on it. Ways and buffers rounded up are what the libraries are told; ways cost as before.
- *What a worker is worth for a visit* is part of the way there: what it lacks of the best worker's is paid on arrival,
  and the prize is what the best one is worth. Since a leg that is driven saves the way straight to its end, every
  arrival costs so much more, and every prize is so much more.

Breaks are for each library to express, as well as it can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from benchmarks.days import Day
from benchmarks.judge import pair_worth, way
from benchmarks.matrices import Table, tables
from benchmarks.plans import Leg, legs_of


@dataclass(frozen=True)
class Expressed:
    """The day, its legs, its ways by speed, and by worker and visit who may and what it lacks of the best."""

    day: Day
    legs: tuple[Leg, ...]
    ways: dict[float, Table]
    able: npt.NDArray[np.bool_]
    lack: Table
    prize: Table

    @cached_property
    def doors(self) -> list[int]:
        """The places of the visits."""
        return [visit.place for visit in self.day.visits]

    @cached_property
    def lasting(self) -> dict[float, Table]:
        """How long from place to place until work can begin, by speed."""
        home = np.zeros(len(self.day.places), dtype=bool)
        home[[worker.home for worker in self.day.workers]] = True
        pause = self.day.buffer * ~(home[:, None] | home)
        np.fill_diagonal(pause, 0)
        grid = self.day.grid
        return {speed: -(-(table + pause) // grid) * grid for speed, table in self.ways.items()}

    @cached_property
    def usual(self) -> npt.NDArray[np.float64]:
        """What each visit is worth on average to those who may do it."""
        return np.asarray(self.prize - self.saved - self.lack.sum(axis=0) / np.maximum(1, self.able.sum(axis=0)))

    @cached_property
    def refused(self) -> list[frozenset[int]]:
        """For each visit the workers it does not go together with."""
        return [visit.blocked | visit.declined for visit in self.day.visits]

    def cost(self, worker: int) -> Table:
        """What it costs this worker to go from place to place."""
        made = self.ways[self.day.workers[worker].speed].copy()
        made[:, self.doors] += self.lack[worker] + self.saved
        for leg in self.legs:
            if leg.worker == worker:
                made[leg.place, :] -= self.straight(leg)
        np.fill_diagonal(made, 0)
        return np.maximum(made, 0)  # below 0 are only ways nobody goes, from one worker's commitment to another's home

    def straight(self, leg: Leg) -> int:
        """The way from one end of a leg to the other, which there is without any visit, too."""
        return way(self.day, self.day.workers[leg.worker], leg.place, leg.end_place)

    @cached_property
    def saved(self) -> int:
        """The longest straight way: what every arrival costs more, and every prize is more."""
        return max((self.straight(leg) for leg in self.legs), default=0)

    def as_fast(self) -> list[int]:
        """For every worker the first one with the same speed."""
        first: dict[float, int] = {}
        return [first.setdefault(worker.speed, row) for row, worker in enumerate(self.day.workers)]

    def alike(self, *, with_able: bool) -> list[int]:
        """For every worker the first one with the same costs (and, if asked for, the same visits)."""
        first: dict[tuple[object, ...], int] = {}
        committed = [row if worker.committed else -1 for row, worker in enumerate(self.day.workers)]
        return [
            first.setdefault(
                (worker.speed, committed[row], self.lack[row].tobytes(), with_able and self.able[row].tobytes()), row
            )
            for row, worker in enumerate(self.day.workers)
        ]


def express(day: Day) -> Expressed:
    """The day with everything worked out."""
    able = np.array([
        [visit.skills <= worker.skills and row not in visit.blocked and row not in visit.declined
         for visit in day.visits] for row, worker in enumerate(day.workers)
    ])  # fmt: skip
    worth = np.array([[round(pair_worth(day, row, visit)) for visit in day.visits] for row in range(len(day.workers))])
    best = np.where(able, worth, 0).max(axis=0)
    lack = np.where(able, best - worth, 0)
    made = Expressed(day, legs_of(day), tables(day), able, lack, best)
    return replace(made, prize=best + made.saved)
