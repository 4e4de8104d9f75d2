"""How people get from stop to stop, and the protocol every source of travel times keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.points import Point

IntMatrix = NDArray[np.int32]
FloatMatrix = NDArray[np.float64]


class Mode(StrEnum):
    """How a worker travels."""

    EBIKE = "ebike"
    BUS = "bus"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Pace:
    """What one mode costs away from the network: straight-line estimate and the fixed part of a trip.

    `detour` is road distance over straight distance, `metres_per_second` the mean speed over a whole trip,
    `fixed_seconds` what every trip costs (unlock and park, wait at the stop).
    """

    detour: float
    metres_per_second: float
    fixed_seconds: float


PACES: dict[Mode, Pace] = {
    Mode.EBIKE: Pace(detour=1.35, metres_per_second=4.6, fixed_seconds=90),
    Mode.BUS: Pace(detour=1.45, metres_per_second=4.4, fixed_seconds=480),
    Mode.WALK: Pace(detour=1.30, metres_per_second=1.25, fixed_seconds=0),
}


@dataclass(frozen=True, slots=True)
class Route:
    """A way to draw: its points, length and time. `approximate` says it is a straight-line estimate."""

    points: tuple[Point, ...]
    metres: int
    seconds: int
    approximate: bool = False


class TravelTimes(Protocol):
    """A source of travel times. Same place to same place is 0; times are whole seconds, never negative."""

    def seconds(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> IntMatrix:
        """Seconds from every origin (rows) to every destination (columns)."""
        ...

    def route(self, a: Point, b: Point, mode: Mode) -> Route:
        """One way from a to b for drawing."""
        ...


def degrees_of(points: Sequence[Point]) -> FloatMatrix:
    """Points as rows of (lat, lon), degrees."""
    return np.array([(p.lat, p.lon) for p in points], dtype=np.float64).reshape(-1, 2)
