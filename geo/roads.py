"""A road network in packed arrays: what a city file holds, and what routing and drawing read.

A *way* is a run of road of one class between two junctions. Coordinates are whole 1e-5 degrees. Ways that touch
share the exact coordinates of their end, which is how junctions are found again at load time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.points import EARTH_RADIUS_M, Point

UNITS_PER_DEGREE: Final = 100_000

CLASSES: Final = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "pedestrian",
)  # fmt: skip
"""Highway classes by their number in the arrays, widest first. Append only: city files carry the numbers."""

IntArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class RoadGraph:
    """Ways as packed arrays.

    `way_class[k]` is the class number of way k; its vertices are rows `starts[k]:starts[k+1]` of `vertices`
    (lat, lon in 1e-5 degrees).
    """

    way_class: NDArray[np.uint8]
    starts: IntArray
    vertices: IntArray

    @property
    def way_count(self) -> int:
        """How many ways there are."""
        return int(self.way_class.size)

    @cached_property
    def _junctions(self) -> tuple[NDArray[np.int64], IntArray, IntArray]:
        """Sorted keys of junctions, and the junction number of every way's first and last vertex."""
        first = self.vertices[self.starts[:-1]].astype(np.int64)
        last = self.vertices[self.starts[1:] - 1].astype(np.int64)
        ends = np.concatenate([first, last])
        packed = np.asarray(ends[:, 0] * 2**32 + ends[:, 1], dtype=np.int64)
        keys, inverse = np.unique(packed, return_inverse=True)
        numbers: IntArray = np.asarray(inverse, dtype=np.int32)
        return keys, numbers[: self.way_count], numbers[self.way_count :]

    @property
    def heads(self) -> IntArray:
        """Junction number where each way begins."""
        return self._junctions[1]

    @property
    def tails(self) -> IntArray:
        """Junction number where each way ends."""
        return self._junctions[2]

    @cached_property
    def nodes(self) -> FloatArray:
        """Junctions as rows of (lat, lon), degrees, by junction number."""
        keys = self._junctions[0]
        units = np.stack([keys >> 32, keys & 0xFFFF_FFFF], axis=1)
        return units.astype(np.float64) / UNITS_PER_DEGREE

    @cached_property
    def metres(self) -> FloatArray:
        """Length of every way, metres."""
        rad = np.radians(self.vertices.astype(np.float64) / UNITS_PER_DEGREE)
        step = _steps_metres(rad)
        step[self.starts[1:-1] - 1] = 0.0  # the jump from one way to the next is no road
        total = np.concatenate([[0.0], np.cumsum(step)])
        return np.asarray(total[self.starts[1:] - 1] - total[self.starts[:-1]], dtype=np.float64)

    def way_points(self, way: int) -> tuple[Point, ...]:
        """The vertices of one way as points, first to last."""
        rows = self.vertices[self.starts[way] : self.starts[way + 1]]
        return tuple(Point(int(lat) / UNITS_PER_DEGREE, int(lon) / UNITS_PER_DEGREE) for lat, lon in rows)


def _steps_metres(rad: FloatArray) -> FloatArray:
    """Metres from each row of (lat, lon) radians to the next; equirectangular, exact enough for one way."""
    d_lat = np.diff(rad[:, 0])
    d_lon = np.diff(rad[:, 1]) * np.cos((rad[1:, 0] + rad[:-1, 0]) / 2)
    return np.asarray(EARTH_RADIUS_M * np.hypot(d_lat, d_lon), dtype=np.float64)


def roads_from_lines(lines: Sequence[tuple[str, Sequence[Point]]]) -> RoadGraph:
    """Pack (class name, points) lines into a graph; lines meet where their end coordinates are equal."""
    counts = [len(points) for _, points in lines]
    vertices = [
        (round(p.lat * UNITS_PER_DEGREE), round(p.lon * UNITS_PER_DEGREE)) for _, points in lines for p in points
    ]
    return RoadGraph(
        way_class=np.array([CLASSES.index(name) for name, _ in lines], dtype=np.uint8),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        vertices=np.array(vertices, dtype=np.int32).reshape(-1, 2),
    )


def save_roads(roads: RoadGraph, path: Path) -> None:
    """Write a graph as a small .npz: vertices as differences, axis by axis, which pack well."""
    deltas = np.diff(roads.vertices, axis=0, prepend=np.zeros((1, 2), dtype=np.int32))
    counts = np.diff(roads.starts)
    np.savez_compressed(
        path,
        way_class=roads.way_class,
        counts=counts.astype(np.uint16),
        d_lat=_smallest(deltas[:, 0]),
        d_lon=_smallest(deltas[:, 1]),
    )


def load_roads(path: Path) -> RoadGraph:
    """Read what `save_roads` wrote. Raises OSError or KeyError for another file."""
    with np.load(path, allow_pickle=False) as packed:
        deltas = np.stack([packed["d_lat"], packed["d_lon"]], axis=1).astype(np.int32)
        counts = packed["counts"].astype(np.int32)
        return RoadGraph(
            way_class=packed["way_class"],
            starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            vertices=np.cumsum(deltas, axis=0, dtype=np.int32),
        )


def _smallest(values: IntArray) -> NDArray[np.int16] | IntArray:
    """The same numbers in 16 bits when they fit."""
    if np.abs(values[1:]).max(initial=0) < 2**15 and abs(int(values[0])) < 2**15:
        return values.astype(np.int16)
    return values
