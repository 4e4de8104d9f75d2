"""Travel times: the protocol, the straight-line estimate and the real road network.

`RoadGraphTravel` answers from a city's roads, `HaversineTravel` anywhere, `geo.adapters` asks outside services.
All speak `TravelTimes`.
"""

from collections.abc import Sequence

import numpy as np

from geo.modes import PACES, FloatMatrix, IntMatrix, Mode, Pace, Route, TravelTimes, degrees_of
from geo.points import EARTH_RADIUS_M, Point
from geo.roadnet import ModeNetwork
from geo.roads import RoadGraph

__all__ = ["HaversineTravel", "Mode", "RoadGraphTravel", "Route", "TravelTimes", "haversine_matrix"]

HOP_M = 250.0
"""Up to this straight distance a walk straight across may beat going by the junctions."""


def haversine_matrix(origins: Sequence[Point], destinations: Sequence[Point]) -> FloatMatrix:
    """Great-circle metres from every origin (rows) to every destination (columns)."""
    a, b = np.radians(degrees_of(origins)), np.radians(degrees_of(destinations))
    half_lat = np.sin((b[None, :, 0] - a[:, None, 0]) / 2)
    half_lon = np.sin((b[None, :, 1] - a[:, None, 1]) / 2)
    chord = half_lat**2 + np.cos(a[:, None, 0]) * np.cos(b[None, :, 0]) * half_lon**2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


class HaversineTravel:
    """Estimate without any map: straight distance times detour over mean speed, plus the fixed part of a trip."""

    def __init__(self, paces: dict[Mode, Pace] | None = None) -> None:
        """Use the given paces; modes left out keep the default."""
        self._paces = PACES | (paces or {})

    def seconds(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> IntMatrix:
        """Seconds from every origin to every destination; 0 between identical places."""
        return estimated_seconds(haversine_matrix(origins, destinations), self._paces[mode])

    def route(self, a: Point, b: Point, mode: Mode) -> Route:
        """A straight line from a to b, marked approximate."""
        pace = self._paces[mode]
        straight = haversine_matrix([a], [b])
        metres = round(float(straight[0, 0]) * pace.detour)
        return Route((a, b), metres, int(estimated_seconds(straight, pace)[0, 0]), approximate=True)


def estimated_seconds(straight: FloatMatrix, pace: Pace) -> IntMatrix:
    """Seconds for straight distances in metres at one pace; 0 for 0."""
    seconds = np.ceil(straight * (pace.detour / pace.metres_per_second)) + pace.fixed_seconds
    return np.where(straight > 0, seconds, 0).astype(np.int32)


class RoadGraphTravel:
    """Shortest times on a road network; thread-safe, remembers the search trees of recent origins.

    A stop is joined to the nearest junction that the mode can reach, by a walk. Every trip carries the fixed part
    of its mode; short hops are walked straight when that is quicker. Roads count in both directions.
    """

    def __init__(self, roads: RoadGraph, remembered_trees: int = 512) -> None:
        """Read the network once; memory stays below `remembered_trees` × junctions × 4 bytes per mode."""
        self._networks = {mode: ModeNetwork(roads, mode, remembered_trees) for mode in Mode}

    def seconds(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> IntMatrix:
        """Seconds from every origin to every destination, in one block."""
        if not origins or not destinations:
            return np.zeros((len(origins), len(destinations)), dtype=np.int32)
        trips = self._trips(origins, destinations, mode)
        if mode is Mode.BUS:  # nobody waits for a bus that is slower than walking
            trips = np.minimum(trips, self._trips(origins, destinations, Mode.WALK))
        return with_hops(trips, haversine_matrix(origins, destinations))

    def _trips(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> FloatMatrix:
        """Seconds by the network alone: walk to the junction, ride, walk from the junction, fixed part."""
        network = self._networks[mode]
        from_node, from_leg = network.snap(degrees_of(origins))
        to_node, to_leg = network.snap(degrees_of(destinations))
        ridden = network.block(from_node, to_node) + from_leg[:, None] + to_leg[None, :]
        return ridden + PACES[mode].fixed_seconds

    def route(self, a: Point, b: Point, mode: Mode) -> Route:
        """The quickest way on the roads, from door to door."""
        network = self._networks[mode]
        seconds = int(self.seconds([a], [b], mode)[0, 0])
        nodes, _ = network.snap(degrees_of([a, b]))
        points = (a, *network.path(int(nodes[0]), int(nodes[1])), b) if seconds else (a, b)
        return Route(points, round(path_metres(points)), seconds)


def with_hops(ridden: FloatMatrix, straight: FloatMatrix) -> IntMatrix:
    """Whole seconds: the ride, or a walk straight across where that is short and quicker; 0 for 0 metres."""
    walk = PACES[Mode.WALK]
    walked = straight * (walk.detour / walk.metres_per_second)
    best = np.where(straight <= HOP_M, np.minimum(ridden, walked), ridden)
    return np.where(straight > 0, np.rint(best), 0).astype(np.int32)


def path_metres(points: Sequence[Point]) -> float:
    """Length of a line of points, metres."""
    rows = np.radians(degrees_of(points))
    half = np.sin(np.diff(rows, axis=0) / 2)
    chord = half[:, 0] ** 2 + np.cos(rows[:-1, 0]) * np.cos(rows[1:, 0]) * half[:, 1] ** 2
    return float((2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord))).sum())
