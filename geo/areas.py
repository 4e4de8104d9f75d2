"""Areas: polygons of zones, hexagon cells for statistics, and the blurred area shown before acceptance.

Before a worker has accepted, a home is shown only as an area. The centre of that area is moved away from the
home by a keyed hash of the place, so it is the same on every look and cannot be averaged out.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

from geo.points import Point, metres_between, moved

NEIGHBOURHOOD_RESOLUTION: Final = 8
"""h3 resolution of a neighbourhood cell: about 0.9 km across."""
DEMAND_RESOLUTION: Final = 9
"""h3 resolution for counting demand: about 0.35 km across."""
JITTER_MIN_M: Final = 450.0
JITTER_MAX_M: Final = 750.0
AREA_RADIUS_M: Final = 900.0
"""Radius of the circle to draw around a jittered point: the home is surely inside."""


@dataclass(frozen=True, slots=True)
class Box:
    """South-west and north-east corner, degrees."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, point: Point) -> bool:
        """Whether the point lies in the box, its border included."""
        return self.south <= point.lat <= self.north and self.west <= point.lon <= self.east


@dataclass(frozen=True, slots=True)
class Polygon:
    """A simple ring of at least three corners; the last corner joins the first without being repeated."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise ValueError("A polygon needs at least three corners.")

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside (a point exactly on the border may fall to either side)."""
        inside = False
        before = self.corners[-1]
        for corner in self.corners:
            if (corner.lat > point.lat) != (before.lat > point.lat):
                share = (point.lat - corner.lat) / (before.lat - corner.lat)
                if point.lon < corner.lon + share * (before.lon - corner.lon):
                    inside = not inside
            before = corner
        return inside

    def centroid(self) -> Point:
        """Centre of area (planar, good for city-sized rings)."""
        lat0, lon0 = self.corners[0].lat, self.corners[0].lon
        area = sum_lat = sum_lon = 0.0
        before = self.corners[-1]
        for corner in self.corners:
            ax, ay = before.lon - lon0, before.lat - lat0
            bx, by = corner.lon - lon0, corner.lat - lat0
            cross = ax * by - bx * ay
            area += cross
            sum_lon += (ax + bx) * cross
            sum_lat += (ay + by) * cross
            before = corner
        if area == 0:
            return mean_point(self.corners)
        return Point(lat0 + sum_lat / (3 * area), lon0 + sum_lon / (3 * area))

    def bbox(self) -> Box:
        """The smallest box around the ring."""
        return box_around(self.corners)


def box_around(points: tuple[Point, ...]) -> Box:
    """The smallest box around at least one point."""
    lats, lons = [p.lat for p in points], [p.lon for p in points]
    return Box(min(lats), min(lons), max(lats), max(lons))


def mean_point(points: tuple[Point, ...]) -> Point:
    """The mean of at least one point."""
    return Point(sum(p.lat for p in points) / len(points), sum(p.lon for p in points) / len(points))


@cache
def _h3() -> ModuleType:
    """The h3 package, loaded at first use; it carries no type information, hence not a plain import."""
    return import_module("h3")


def cell_of(point: Point, resolution: int) -> str:
    """The h3 cell holding the point."""
    return str(_h3().latlng_to_cell(point.lat, point.lon, resolution))


def neighbourhood_cell(point: Point) -> str:
    """The neighbourhood cell (h3, resolution 8) of a point."""
    return cell_of(point, NEIGHBOURHOOD_RESOLUTION)


def demand_cell(point: Point) -> str:
    """The demand cell (h3, resolution 9) of a point."""
    return cell_of(point, DEMAND_RESOLUTION)


def area_cell(point: Point) -> str:
    """The coarse cell that may be named before acceptance: at least 500 m across (about 0.9 km)."""
    return neighbourhood_cell(point)


def cell_centre(cell: str) -> Point:
    """The centre of an h3 cell."""
    lat, lon = _h3().cell_to_latlng(cell)
    return Point(lat, lon)


def cell_polygon(cell: str) -> Polygon:
    """The hexagon of an h3 cell."""
    return Polygon(tuple(Point(lat, lon) for lat, lon in _h3().cell_to_boundary(cell)))


def cells_around(cell: str, rings: int) -> frozenset[str]:
    """The cell and its neighbours up to so many rings away."""
    return frozenset(str(c) for c in _h3().grid_disk(cell, rings))


def jittered(point: Point, secret_key: bytes, place_code: str) -> Point:
    """The point to show instead of a home: 450 to 750 m away, always the same for the same place.

    Direction and distance come from a keyed hash of `place_code`, so a thousand looks give one point, and nobody
    without the key can undo it. For a home inside a compound pass the compound's code and point: neighbours with
    a jitter each could be averaged to their compound.
    """
    digest = hmac.new(secret_key, b"area:" + place_code.encode(), hashlib.sha256).digest()
    angle = 2 * math.pi * int.from_bytes(digest[:8]) / 2**64
    share = int.from_bytes(digest[8:16]) / 2**64
    distance = math.sqrt(JITTER_MIN_M**2 + share * (JITTER_MAX_M**2 - JITTER_MIN_M**2))
    return moved(point, distance * math.cos(angle), distance * math.sin(angle)).rounded()


def within(a: Point, b: Point, metres: float) -> bool:
    """Whether two points are at most so many metres apart (arrival check: 150 m)."""
    return metres_between(a, b) <= metres
