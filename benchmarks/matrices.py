"""Travel seconds as tables, for the peers that want tables: one per speed, made before their clock starts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.days import EARTH_RADIUS_M, Day

Table = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
HAIR = 1e-6


def vectors(day: Day) -> Floats:
    """Places as points on a ball with the earth's radius, one row each."""
    lat, lon = np.radians(np.array(day.places, dtype=np.float64)).T
    return EARTH_RADIUS_M * np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def arcs(one: Floats, other: Floats) -> Floats:
    """Great-circle metres between points (last axis)."""
    chord = np.sqrt(((one - other) ** 2).sum(axis=-1))
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, chord / (2 * EARTH_RADIUS_M))))


def seconds(day: Day, metres: Floats, speed: Floats | float) -> Table:
    """Seconds for these metres at this speed; 0 metres take no time."""
    plain = np.ceil(day.fixed_seconds + day.detour * metres / speed - HAIR)
    return np.where(metres < HAIR, 0, plain).astype(np.int64)


def tables(day: Day) -> dict[float, Table]:
    """A square table of seconds for every speed that a worker has."""
    points = vectors(day)
    metres = np.stack([arcs(points, point) for point in points])
    return {speed: seconds(day, metres, speed) for speed in sorted({worker.speed for worker in day.workers})}
