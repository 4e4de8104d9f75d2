"""Points on the earth: WGS-84 inside, GCJ-02 only at the edges where Chinese maps ask for it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the earth (IUGG R1), metres."""

_GCJ_A: Final = 6_378_245.0
_GCJ_EE: Final = 0.006_693_421_622_965_943
_GCJ_ROUNDS: Final = 12
_GCJ_SOUTH, _GCJ_NORTH = 0.8293, 55.8271
_GCJ_WEST, _GCJ_EAST = 72.004, 137.8347


class GeoError(ValueError):
    """Input that is not a place; `code` is stable, the text is a sentence that may be shown."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep the stable code beside the sentence."""
        super().__init__(sentence)
        self.code = code


class Datum(StrEnum):
    """What a pair of coordinates means on the ground."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place on the ground, degrees. WGS-84 unless the surrounding name says otherwise."""

    lat: float
    lon: float

    def rounded(self, digits: int = 5) -> "Point":
        """The same place to `digits` decimals (5 decimals are about one metre)."""
        return Point(round(self.lat, digits), round(self.lon, digits))


def parse_point(lat: object, lon: object, datum: Datum = Datum.WGS84) -> Point:
    """Read a point from what a form or a message brings, and return it in WGS-84.

    Accepts numbers and decimal text. Raises GeoError: `coordinate_missing`, `coordinate_not_a_number`,
    `latitude_out_of_range`, `longitude_out_of_range`.
    """
    point = Point(_number(lat, "latitude"), _number(lon, "longitude"))
    if not -90 <= point.lat <= 90:
        raise GeoError("latitude_out_of_range", "The latitude must lie between -90 and 90 degrees.")
    if not -180 <= point.lon <= 180:
        raise GeoError("longitude_out_of_range", "The longitude must lie between -180 and 180 degrees.")
    return convert(point, datum, Datum.WGS84)


def parse_pair(text: str, datum: Datum = Datum.WGS84) -> Point:
    """Read "lat, lon" (ASCII or full-width comma, or a space) into a WGS-84 point. Raises GeoError."""
    parts = text.replace("，", ",").replace(",", " ").split()
    if len(parts) != 2:
        raise GeoError("coordinate_missing", "Write a point as latitude, longitude: 30.58, 114.30.")
    return parse_point(parts[0], parts[1], datum)


def metres_between(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine on the mean sphere)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2)
    chord = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def moved(point: Point, north_m: float, east_m: float) -> Point:
    """The point reached by going so many metres north and east (for moves of a few kilometres)."""
    lat = point.lat + math.degrees(north_m / EARTH_RADIUS_M)
    shrink = math.cos(math.radians((point.lat + lat) / 2))
    return Point(lat, point.lon + math.degrees(east_m / (EARTH_RADIUS_M * shrink)))


def convert(point: Point, source: Datum, target: Datum) -> Point:
    """The same place with its coordinates written in another datum."""
    if source == target:
        return point
    step: Callable[[Point], Point] = gcj02_from_wgs84 if target is Datum.GCJ02 else wgs84_from_gcj02
    return step(point)


def gcj02_from_wgs84(point: Point) -> Point:
    """WGS-84 → GCJ-02, the shifted datum of maps made in China; outside its box nothing changes."""
    if not _in_gcj_box(point):
        return point
    d_lat, d_lon = _gcj_shift(point)
    return Point(point.lat + d_lat, point.lon + d_lon)


def wgs84_from_gcj02(point: Point) -> Point:
    """GCJ-02 → WGS-84 by fixed-point iteration: inverse of `gcj02_from_wgs84` to well below 0.5 m.

    The shift is defined by the WGS-84 position, so a point whose origin lies outside the box is itself.
    """
    guess = point
    for _ in range(_GCJ_ROUNDS):
        d_lat, d_lon = _gcj_shift(guess)
        guess = Point(point.lat - d_lat, point.lon - d_lon)
    return guess if _in_gcj_box(guess) else point


def _number(value: object, name: str) -> float:
    """One coordinate as a finite float, or a sentence why not."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise GeoError("coordinate_missing", f"The {name} is missing.")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise GeoError("coordinate_not_a_number", f"The {name} is not a number.")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise GeoError("coordinate_not_a_number", f"The {name} is not a number.")
    return number


def _in_gcj_box(point: Point) -> bool:
    return _GCJ_SOUTH <= point.lat <= _GCJ_NORTH and _GCJ_WEST <= point.lon <= _GCJ_EAST


def _gcj_shift(point: Point) -> tuple[float, float]:
    """Degrees (lat, lon) by which GCJ-02 moves this WGS-84 point; the published series."""
    x, y = point.lon - 105.0, point.lat - 35.0
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    lat = math.radians(point.lat)
    magic = 1 - _GCJ_EE * math.sin(lat) ** 2
    root = math.sqrt(magic)
    d_lat = math.degrees(north) / (_GCJ_A * (1 - _GCJ_EE) / (magic * root))
    d_lon = math.degrees(east) / (_GCJ_A / root * math.cos(lat))
    return d_lat, d_lon
