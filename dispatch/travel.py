"""Travel between places, for verbs and snapshots: the city's road graph, or straight lines where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from geo.cities import load_city
from geo.modes import IntMatrix, Mode, TravelTimes
from geo.points import Point
from geo.travel import HaversineTravel


class Spot(NamedTuple):
    """A WGS-84 point of a city."""

    lat: float
    lon: float


@cache
def travel_times(city: str) -> TravelTimes:
    """Return the city's road graph; straight lines with a detour for a city without one."""
    try:
        return load_city(city).travel
    except (KeyError, ValueError, FileNotFoundError):
        return HaversineTravel()


def travel_seconds(city: str, origin: Spot, target: Spot, mode: str) -> int:
    """Return the whole seconds from one spot to another."""
    if origin == target:
        return 0
    table = travel_times(city).seconds([Point(*origin)], [Point(*target)], Mode(mode))
    return int(table[0, 0])


def travel_table(city: str, spots: Sequence[Spot], mode: str) -> IntMatrix:
    """Return the square table of seconds between all spots."""
    points = [Point(*spot) for spot in spots]
    return travel_times(city).seconds(points, points, Mode(mode))
