"""Openings in the cells of grids, a grid for each kind of opening: the quick and the dear stand apart from others.

Points are laid flat on the plane that touches the globe in their middle. That makes no two of them further apart than
they are, so that what is said about far openings holds anywhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matching.fleet import Fleet
from matching.travel import EARTH_RADIUS_M, FloatArray, Haversine, IntArray

if TYPE_CHECKING:
    from matching.wishes import Wishes

BITS, STATIC, CHANCE = 0, 2, 2  # columns of what the kernels know of workers
FULL = 3.0  # openings in a cell
SIDE = 4  # cells of a block each way
SMALLEST = 20.0  # metres
PACES, GRADES = 4, 4  # by speed, and by worth, into at most so many
ALIKE = 300_000  # units: openings this much alike stand together


class Halls(NamedTuple):
    """What the kernels call hall, stand, frame, cell, order, near and head."""

    hall: IntArray
    stand: FloatArray
    frame: IntArray
    cell: IntArray
    order: IntArray
    near: FloatArray
    head: IntArray


class _Halls:
    """Halls as they fill with stands, and stands with the openings at these spots."""

    def __init__(self, spots: FloatArray) -> None:
        self.spots, self.cells = spots, 0
        self.first, self.stand, self.frame = [0], list[tuple[float, ...]](), list[tuple[int, ...]]()
        self.rows, self.cell = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]

    def add(self, rows: IntArray, about: tuple[float, ...]) -> None:
        """One more stand with these openings, cell by cell and block by block."""
        spots = self.spots[rows]
        low, size, shape = _frame_of(spots)
        self.stand.append((size, float(low[0]), float(low[1]), *about))
        self.frame.append((*shape, self.cells))
        column, line = ((spots - low) // size).astype(np.int64).T
        block = line // SIDE * shape[0] + column // SIDE
        self.rows.append(rows)
        self.cell.append(self.cells + block * SIDE**2 + line % SIDE * SIDE + column % SIDE)
        self.cells += shape[0] * shape[1] * SIDE**2

    def close(self) -> None:
        """The hall has all its stands."""
        self.first.append(len(self.stand))

    def in_order(self) -> tuple[IntArray, IntArray]:
        """All openings in order of their cells, and where each cell begins."""
        cell = np.concatenate(self.cell)
        first = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=self.cells))]).astype(np.int64)
        return np.concatenate(self.rows)[np.argsort(cell, kind="stable")], first


class Stands:
    """The openings of a fleet, those alike together.

    `worker` and `hand` are what the kernels know of workers.
    """

    def __init__(self, fleet: Fleet, base: IntArray, worker: IntArray, hand: FloatArray, wishes: Wishes) -> None:
        table = fleet.openings
        self.fleet, self.points = fleet, fleet.times.raw().vectors
        self.bits = worker[table.worker, BITS]
        self.head = worker[table.worker, STATIC] + base
        self.chance = hand[table.worker, CHANCE]
        self.speed = np.array([each.speed for each in fleet.problem.workers], dtype=np.float64)[table.worker]
        self.axes = _axes(self.points[np.concatenate([table.origin, wishes.place])])
        self.kind = self._kinds(float(wishes.value.mean()) if len(wishes.value) else 0.0)

    def flat(self, places: IntArray) -> FloatArray:
        """Metres east and north in the plane."""
        return np.asarray(self.points[places] @ self.axes.T * EARTH_RADIUS_M)

    def _kinds(self, usual: float) -> IntArray:
        """A number for each opening, alike for those that are alike."""
        pace, table = _grouped(self.speed, PACES, 0.0), self.fleet.openings
        there_and_back = (table.origin == table.target).astype(np.int64)
        weights = self.fleet.problem.weights
        luck = np.nan_to_num(self.chance, nan=0.5) * (weights.yuan * usual / 100 + weights.refusal)
        grade = _grouped(self.head + luck * 60_000, GRADES, ALIKE)
        sort = pace * 4 + there_and_back * 2 + np.isnan(self.chance)
        return np.unique(sort * GRADES + grade, return_inverse=True)[1].reshape(-1)

    def arrays(self, needs: IntArray) -> Halls:
        """A hall for each of these needs: the openings of those who have it, in the cells of their stands."""
        halls = _Halls(self.flat(self.fleet.openings.origin))
        for need in needs.tolist():
            able = np.flatnonzero((self.bits & need) == need)
            for kind in np.unique(self.kind[able]).tolist():
                rows = able[self.kind[able] == kind]
                halls.add(rows, self._about(rows))
            halls.close()
        rows, first = halls.in_order()
        travel = self.fleet.problem.travel
        detour = travel.detour if isinstance(travel, Haversine) else 1.0
        near = np.column_stack([self.points[self.fleet.openings.origin], detour / self.speed, self.chance])[rows]
        stand = np.array(halls.stand, dtype=np.float64).reshape(-1, 8)
        frame = np.array(halls.frame, dtype=np.int64).reshape(-1, 3)
        return Halls(np.array(halls.first), stand, frame, first, rows, near, self.head[rows])

    def _about(self, rows: IntArray) -> tuple[float, ...]:
        """The best of everything among these openings; what kilometres cost counts where all begin at their home."""
        table, chance = self.fleet.openings, self.chance[rows]
        at_home = table.origin[rows] == self.fleet.start[table.worker[rows]]
        best = math.nan if np.isnan(chance).any() else float(chance.max())
        ways = 2.0 if bool((table.origin[rows] == table.target[rows]).all()) else 1.0
        return float(self.head[rows].max()), best, float(self.speed[rows].max()), ways, float(at_home.all())


def _axes(points: FloatArray) -> FloatArray:
    """Two directions, east and north, of the plane that touches the globe in the middle of the points."""
    middle = points.sum(axis=0) if len(points) else np.array([1.0, 0.0, 0.0])
    if float(np.abs(middle).max()) == 0.0:
        middle = np.array([1.0, 0.0, 0.0])
    pole = np.array([0.0, 0.0, 1.0]) if abs(middle[2]) < 0.9 * np.linalg.norm(middle) else np.array([1.0, 0.0, 0.0])
    east = np.cross(pole, middle)
    north = np.cross(middle, east)
    return np.stack([east / np.linalg.norm(east), north / np.linalg.norm(north)])


def _grouped(values: FloatArray | IntArray, most: int, alike: float) -> IntArray:
    """Numbers in at most so many groups, small ones first."""
    if len(values) == 0 or float(np.ptp(values)) <= alike:
        return np.zeros(len(values), dtype=np.int64)
    single = np.unique(values)
    edges = single[1:] if len(single) <= most else np.quantile(values, np.arange(1, most) / most)
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def _frame_of(spots: FloatArray) -> tuple[FloatArray, float, tuple[int, int]]:
    """Where a grid begins, the size of its cells, and how many blocks there are each way."""
    low, high = spots.min(axis=0), spots.max(axis=0)
    wide, tall = float(high[0] - low[0]), float(high[1] - low[1])
    size = max(SMALLEST, math.sqrt(FULL * max(wide, 1.0) * max(tall, 1.0) / len(spots)), max(wide, tall) / 2000)
    return low, size, (int(wide // size) // SIDE + 1, int(tall // size) // SIDE + 1)
