"""Travel as data: how long a worker needs from place to place.

Two kinds. `Haversine` computes seconds on the fly from points, so a whole city needs no matrix. `Matrix` carries
tables of seconds per mode, over places or over cells of places, filled by whoever knows the road graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from matching.errors import require

DAY = 86_400
EARTH_RADIUS_M = 6371008.8

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Point:
    """A WGS-84 point in degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        ok = -90 <= self.lat <= 90 and -180 <= self.lon <= 180
        require(ok, f"The point ({self.lat}, {self.lon}) is not on the globe.")


@dataclass(frozen=True, slots=True)
class Haversine:
    """seconds = ceil(fixed_seconds + detour × great-circle metres / metres per second); 0 between identical places."""

    fixed_seconds: int = 0
    detour: float = 1.0

    def __post_init__(self) -> None:
        require(0 <= self.fixed_seconds <= DAY, "Travel must have between 0 seconds and a day fixed.")
        require(0 < self.detour < 100, "The detour factor must be above 0.")


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Seconds from place to place, one square table per travel mode.

    Without `cells` the tables are indexed by place. With `cells` (the cell of each place) they are indexed by cell,
    so that many places share one table. Identical places are always 0 apart.
    """

    tables: dict[str, IntArray]
    cells: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        require(bool(self.tables), "A travel matrix needs at least one mode.")
        fixed = {mode: _table(mode, table) for mode, table in sorted(self.tables.items())}
        object.__setattr__(self, "tables", fixed)
        sizes = {len(table) for table in fixed.values()}
        require(len(sizes) == 1, "All travel tables must have the same size.")
        size = sizes.pop()
        inside = all(0 <= cell < size for cell in self.cells)
        require(inside, f"A place lies in a cell outside the travel table of {size} cells.")

    @property
    def size(self) -> int:
        """How many rows each table has."""
        return len(next(iter(self.tables.values())))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matrix) or self.cells != other.cells or set(self.tables) != set(other.tables):
            return False
        return all(np.array_equal(table, other.tables[mode]) for mode, table in self.tables.items())

    def __hash__(self) -> int:
        return hash((self.cells, tuple(self.tables), self.size))


Travel: TypeAlias = Haversine | Matrix


def among(travel: Travel, places: Sequence[int]) -> Travel:
    """The same travel between these places only, which are then numbered 0, 1, 2, … in this order."""
    if isinstance(travel, Haversine):
        return travel
    rows, cells = np.array(places, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if travel.cells:
        rows, cells = np.unique(np.array(travel.cells, dtype=np.int64)[rows], return_inverse=True)
    tables = {mode: table[np.ix_(rows, rows)] for mode, table in travel.tables.items()}
    return Matrix(tables, tuple(cells.tolist()))


def _table(mode: str, given: object) -> IntArray:
    """A read-only square table of whole non-negative seconds."""
    try:
        raw = np.asarray(given)
        whole = raw.dtype.kind in "iu" or (raw.dtype.kind == "f" and bool((raw == np.rint(raw)).all()))
        table = np.array(raw if whole else (), dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        table = np.zeros(0, dtype=np.int64)
    square = table.ndim == 2 and table.shape[0] == table.shape[1] and table.shape[0] > 0
    require(square, f"The travel table of mode {mode} must be square and hold whole seconds.")
    sensible = bool((table >= 0).all()) and bool((table <= 10 * DAY).all())
    require(sensible, f"The travel table of mode {mode} must hold between 0 seconds and ten days.")
    table.flags.writeable = False
    return table


def unit_vectors(points: tuple[Point, ...]) -> FloatArray:
    """Points as vectors of length 1, one row each: the chord between two gives their great-circle distance."""
    degrees = np.array([(p.lat, p.lon) for p in points], dtype=np.float64).reshape(-1, 2)
    lat, lon = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def great_circle_m(a: FloatArray, b: FloatArray) -> FloatArray:
    """Metres between unit vectors (last axis), by the chord formula: exact for near and far points alike."""
    apart = a - b
    chord = np.sqrt(np.add.reduce(apart * apart, axis=-1))
    metres: FloatArray = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, chord / 2))
    return metres
