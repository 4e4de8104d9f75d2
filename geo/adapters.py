"""Travel times from outside services: OSRM, Valhalla, AMap, behind the same protocol as our own roads.

A service that fails is never an error for the caller: the straight-line estimate answers, `degraded` turns true and
`last_failure` says why, until the service answers again. A single missing cell is estimated as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

import numpy as np

from geo.http import ServiceError, ask_json
from geo.modes import FloatMatrix, IntMatrix, Mode, Route
from geo.points import Point, gcj02_from_wgs84, wgs84_from_gcj02
from geo.travel import HaversineTravel, path_metres

_BAD_SHAPE: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class HttpTravel(ABC):
    """What the adapters share: blocks, the estimate in place of a failed answer, the flag that says so."""

    block: int = 50
    """Most origins, and most destinations, in one question."""

    def __init__(self, base_url: str, timeout_s: float = 4.0, fallback: HaversineTravel | None = None) -> None:
        """Ask the service at `base_url` (http or https), at most `timeout_s` seconds a question."""
        self._base = base_url.rstrip("/")
        self._timeout = timeout_s
        self._fallback = fallback or HaversineTravel()
        self.degraded = False
        self.last_failure: str | None = None

    def seconds(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> IntMatrix:
        """Seconds from every origin to every destination; estimated where the service has no answer."""
        estimate = self._fallback.seconds(origins, destinations, mode)
        if not origins or not destinations:
            return estimate
        try:
            asked = self._all_blocks(origins, destinations, mode)
        except ServiceError as failure:
            self._failed(str(failure))
            return estimate
        self._answered()
        known = np.where(np.isnan(asked) | (asked < 0), estimate, np.rint(np.nan_to_num(asked)))
        return np.where(estimate == 0, 0, known).astype(np.int32)

    def route(self, a: Point, b: Point, mode: Mode) -> Route:
        """The service's way from a to b, or a straight line marked approximate."""
        try:
            route = self._route(a, b, mode)
        except ServiceError as failure:
            self._failed(str(failure))
        except _BAD_SHAPE as failure:
            self._failed(f"unexpected answer: {type(failure).__name__}")
        else:
            self._answered()
            return route
        return self._fallback.route(a, b, mode)

    def _all_blocks(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> FloatMatrix:
        table = np.full((len(origins), len(destinations)), np.nan)
        for row in range(0, len(origins), self.block):
            for column in range(0, len(destinations), self.block):
                some, others = origins[row : row + self.block], destinations[column : column + self.block]
                part = self._checked(some, others, mode)
                table[row : row + len(some), column : column + len(others)] = part
        return table

    def _checked(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> FloatMatrix:
        try:
            part = np.array(self._table(origins, destinations, mode), dtype=np.float64)
        except _BAD_SHAPE as failure:
            raise ServiceError(f"unexpected answer: {type(failure).__name__}") from failure
        if part.shape != (len(origins), len(destinations)):
            raise ServiceError("the answer has another size than the question")
        return part

    def _answered(self) -> None:
        self.degraded, self.last_failure = False, None

    def _failed(self, why: str) -> None:
        self.degraded, self.last_failure = True, why

    def _ask(self, path: str, body: object | None = None) -> Any:
        return ask_json(self._base + path, body, self._timeout)

    @abstractmethod
    def _table(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> list[list[float | None]]:
        """Seconds for one block; None where there is no way."""

    @abstractmethod
    def _route(self, a: Point, b: Point, mode: Mode) -> Route:
        """One way."""


class OsrmTravel(HttpTravel):
    """OSRM's HTTP API v1 (`table`, `route`); `profiles` names the service's profile for each mode."""

    profiles: ClassVar[dict[Mode, str]] = {Mode.EBIKE: "bike", Mode.BUS: "car", Mode.WALK: "foot"}

    def _table(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> list[list[float | None]]:
        numbers = [str(at) for at in range(len(origins) + len(destinations))]
        places = _lon_lat([*origins, *destinations], ";")
        sources, targets = ";".join(numbers[: len(origins)]), ";".join(numbers[len(origins) :])
        path = f"/table/v1/{self.profiles[mode]}/{places}?sources={sources}&destinations={targets}"
        answer = self._ok(self._ask(f"{path}&annotations=duration"))
        return list(answer["durations"])

    def _route(self, a: Point, b: Point, mode: Mode) -> Route:
        path = f"/route/v1/{self.profiles[mode]}/{_lon_lat([a, b], ';')}?overview=full&geometries=geojson"
        best = self._ok(self._ask(path))["routes"][0]
        points = tuple(Point(float(lat), float(lon)) for lon, lat in best["geometry"]["coordinates"])
        return Route(points, round(best["distance"]), round(best["duration"]))

    @staticmethod
    def _ok(answer: Any) -> Any:
        if answer["code"] != "Ok":
            raise ServiceError("the service said no")
        return answer


class ValhallaTravel(HttpTravel):
    """Valhalla's HTTP API (`sources_to_targets`, `route`)."""

    costings: ClassVar[dict[Mode, str]] = {Mode.EBIKE: "bicycle", Mode.BUS: "bus", Mode.WALK: "pedestrian"}

    def _table(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> list[list[float | None]]:
        sources, targets = _places(origins), _places(destinations)
        body = {"sources": sources, "targets": targets, "costing": self.costings[mode]}
        rows = self._ask("/sources_to_targets", body)["sources_to_targets"]
        return [[cell["time"] for cell in row] for row in rows]

    def _route(self, a: Point, b: Point, mode: Mode) -> Route:
        body = {"locations": _places([a, b]), "costing": self.costings[mode], "units": "kilometers"}
        leg = self._ask("/route", body)["trip"]["legs"][0]
        points = decode_polyline(leg["shape"], 6)
        return Route(points, round(leg["summary"]["length"] * 1000), round(leg["summary"]["time"]))


class AmapTravel(HttpTravel):
    """AMap (高德) web service; speaks GCJ-02, so points are converted on the way out and back.

    Its distance service answers one destination a question, by car or on foot; e-bikes are asked as cars, whose
    times in the city come close, and drawn by the electric-bike route.
    """

    block = 100
    kinds: ClassVar[dict[Mode, str]] = {Mode.EBIKE: "1", Mode.BUS: "1", Mode.WALK: "3"}
    ways: ClassVar[dict[Mode, str]] = {Mode.EBIKE: "electrobike", Mode.BUS: "driving", Mode.WALK: "walking"}

    def __init__(self, base_url: str, key: str, timeout_s: float = 4.0) -> None:
        """`key` is the web-service key of the account; it is never put into a failure text."""
        super().__init__(base_url, timeout_s)
        self._key = key

    def _table(self, origins: Sequence[Point], destinations: Sequence[Point], mode: Mode) -> list[list[float | None]]:
        columns = [self._column(origins, destination, mode) for destination in destinations]
        return [list(row) for row in zip(*columns, strict=True)]

    def _column(self, origins: Sequence[Point], destination: Point, mode: Mode) -> list[float | None]:
        place = _lon_lat([gcj02_from_wgs84(destination)], "")
        starts = _lon_lat([gcj02_from_wgs84(point) for point in origins], "|")
        found = self._get("/v3/distance", origins=starts, destination=place, type=self.kinds[mode])["results"]
        seconds = {int(row["origin_id"]): float(row["duration"]) for row in found if "duration" in row}
        return [seconds.get(number) for number in range(1, len(origins) + 1)]

    def _route(self, a: Point, b: Point, mode: Mode) -> Route:
        ends = [_lon_lat([gcj02_from_wgs84(point)], "") for point in (a, b)]
        asked = {"origin": ends[0], "destination": ends[1], "show_fields": "cost,polyline"}
        best = self._get(f"/v5/direction/{self.ways[mode]}", **asked)["route"]["paths"][0]
        texts = ";".join(step["polyline"] for step in best["steps"]).split(";")
        pairs = [text.split(",") for text in texts]
        points = tuple(wgs84_from_gcj02(Point(float(lat), float(lon))) for lon, lat in pairs)
        seconds = best.get("duration") or best["cost"]["duration"]
        return Route(points, round(float(best.get("distance") or path_metres(points))), round(float(seconds)))

    def _get(self, path: str, **asked: str) -> Any:
        answer = self._ask(f"{path}?{urlencode({'key': self._key, **asked})}")
        if str(answer["status"]) != "1":
            raise ServiceError("the service said no")
        return answer


def decode_polyline(text: str, digits: int) -> tuple[Point, ...]:
    """Points of an encoded polyline with so many decimals (Valhalla writes 6). Raises IndexError when cut off."""
    numbers: list[int] = []
    value = shift = 0
    for letter in text:
        chunk = ord(letter) - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise IndexError("The line is cut off.")
    lats, lons = np.cumsum(numbers[0::2]), np.cumsum(numbers[1::2])
    scale = 10.0**digits
    return tuple(Point(float(lat) / scale, float(lon) / scale) for lat, lon in zip(lats, lons, strict=True))


def _lon_lat(points: Sequence[Point], between: str) -> str:
    return between.join(f"{point.lon:.6f},{point.lat:.6f}" for point in points)


def _places(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": round(point.lat, 6), "lon": round(point.lon, 6)} for point in points]
