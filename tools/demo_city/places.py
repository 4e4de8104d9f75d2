"""Lay out fictional zones, compounds and stations on the real streets; the same seed gives the same city."""

import math
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.areas import Polygon
from geo.points import Point, metres_between, moved
from geo.roads import CLASSES, RoadGraph
from tools.demo_city.words import DISTRICTS, HEADS, MUST_HAVE, TAILS, ZONES, ZonePlan

Floats = NDArray[np.float64]
Row = dict[str, Any]

SEED = 8989
SPACING_M = 270.0
NEAR_M = 220.0
_LIVED_ON = tuple(CLASSES.index(name) for name in ("residential", "living_street", "unclassified", "tertiary"))
_KINDS = ("urban_village", "old_estate", "new_estate")


class Ground:
    """The streets around a point: how many, and which way they run."""

    def __init__(self, roads: RoadGraph, water: list[Polygon]) -> None:
        """Spread every street into pieces with a middle, a length and a bearing."""
        lat, lon = np.radians(roads.vertices.T / 100_000)
        inside = np.ones(len(lat) - 1, dtype=bool)
        inside[roads.starts[1:-1] - 1] = False
        way = np.repeat(np.arange(roads.way_count), np.diff(roads.starts))[:-1]
        lived_on = np.isin(roads.way_class[way], _LIVED_ON) & inside
        self._shrink = math.cos(float(lat.mean()))
        east, north = 6_371_008.8 * lon * self._shrink, 6_371_008.8 * lat
        self._step = np.hypot(np.diff(east), np.diff(north))[lived_on]
        self._bearing = np.arctan2(np.diff(north), np.diff(east))[lived_on]
        self._middle = np.stack([(north[1:] + north[:-1]) / 2, (east[1:] + east[:-1]) / 2], axis=1)[lived_on]
        self._water = water

    def _flat(self, point: Point) -> Floats:
        rad = np.radians([point.lat, point.lon * self._shrink])
        return np.asarray(6_371_008.8 * rad, dtype=np.float64)

    def density(self, point: Point) -> float:
        """Metres of lived-on street within 220 m; 0 on water."""
        if any(polygon.contains(point) for polygon in self._water):
            return 0.0
        near = np.hypot(*(self._middle - self._flat(point)).T) < NEAR_M
        return float(self._step[near].sum())

    def bearing(self, point: Point, radius_m: float) -> float:
        """Main direction of the street grid, radians counter-clockwise from east, between -π/4 and π/4."""
        near = np.hypot(*(self._middle - self._flat(point)).T) < radius_m
        turned = np.exp(4j * self._bearing[near]) * self._step[near]
        return float(np.angle(turned.sum())) / 4


def lay_out(roads: RoadGraph, water: list[Polygon]) -> tuple[list[Row], list[Row], list[Row]]:
    """Zones, compounds and stations as rows for the city file."""
    rng = Random(SEED)
    ground = Ground(roads, water)
    names = Names(rng)
    zones: list[Row] = []
    compounds: list[Row] = []
    stations: list[Row] = []
    for plan in ZONES:
        polygon = rectangle(plan, ground.bearing(Point(*plan.middle), 900), rng)
        spots = dense_spots(roads, ground, polygon, plan.compounds, rng)
        rows = [compound(plan, kind, point, names, rng) for kind, point in with_kinds(spots, ground)]
        villages = [row for row in rows if row["kind"] == "urban_village"]
        zones.append(zone(plan, polygon, villages[0]["key"]))
        compounds += rows
        stations += [station(row) for row in villages[:2]]
    return zones, compounds, stations


def rectangle(plan: ZonePlan, bearing: float, rng: Random) -> Polygon:
    """A rectangle along the street grid with slightly moved corners."""
    along, across = plan.size_m[0] / 2, plan.size_m[1] / 2
    corners = []
    for side_a, side_b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x = side_a * along + rng.uniform(-120, 120)
        y = side_b * across + rng.uniform(-120, 120)
        north = x * math.sin(bearing) + y * math.cos(bearing)
        east = x * math.cos(bearing) - y * math.sin(bearing)
        corners.append(moved(Point(*plan.middle), north, east).rounded())
    return Polygon(tuple(corners))


def dense_spots(roads: RoadGraph, ground: Ground, polygon: Polygon, wanted: int, rng: Random) -> list[Point]:
    """The densest street corners of a zone, kept apart, each moved a little into its block."""
    corners = [Point(float(lat), float(lon)) for lat, lon in roads.nodes]
    inside = [point for point in corners if polygon.contains(point)]
    ranked = sorted(inside, key=lambda point: (-ground.density(point), point))
    chosen: list[Point] = []
    for corner in ranked:
        angle = rng.uniform(0, 2 * math.pi)
        spot = moved(corner, 38 * math.sin(angle), 38 * math.cos(angle)).rounded()
        apart = all(metres_between(spot, other) >= SPACING_M for other in chosen)
        if apart and polygon.contains(spot) and ground.density(spot) > 0:
            chosen.append(spot)
        if len(chosen) == wanted:
            return chosen
    raise ValueError(f"Only {len(chosen)} of {wanted} compounds fit.")


def with_kinds(spots: list[Point], ground: Ground) -> list[tuple[str, Point]]:
    """The tightest lanes are urban villages, the widest blocks new estates; spots come densest first."""
    tight = sorted(spots, key=lambda point: (-ground.density(point), point))
    villages, old = 2 + len(spots) // 12, len(spots) * 5 // 9
    kinds = [_KINDS[0]] * villages + [_KINDS[1]] * (old - villages) + [_KINDS[2]] * (len(spots) - old)
    return list(zip(kinds, tight, strict=True))


class Names:
    """Names that never repeat: first the promised ones of a zone, then heads and tails at random."""

    def __init__(self, rng: Random) -> None:
        """Keep the promised names from being drawn by chance."""
        self._rng = rng
        self._promised = {key: list(rows) for key, rows in MUST_HAVE.items()}
        self._used = {head + tail for rows in MUST_HAVE.values() for head, _, tail, _ in rows}
        self._slugs: set[str] = set()

    def draw(self, plan: ZonePlan, kind: str) -> tuple[str, str, str]:
        """Key, Chinese name and name in letters for a new compound."""
        for row in self._promised[plan.key]:
            if (row[2], row[3]) in TAILS[kind] or (row[2] == "湾" and kind == "old_estate"):
                self._promised[plan.key].remove(row)
                return self._keyed(*row)
        heads = HEADS if self._rng.random() < 0.85 else ((plan.name[:2], plan.name_en.split()[0]),)
        while True:
            head, head_en = self._rng.choice(heads)
            tail, tail_en = self._rng.choice(TAILS[kind])
            heads = HEADS
            if head + tail not in self._used:
                self._used.add(head + tail)
                return self._keyed(head, head_en, tail, tail_en)

    def _keyed(self, head: str, head_en: str, tail: str, tail_en: str) -> tuple[str, str, str]:
        slug = f"{head_en}-{tail_en}".lower().replace("'", "").replace(" ", "-")
        if slug in self._slugs:
            raise ValueError(f"Two compounds would be called {slug}: change the word lists.")
        self._slugs.add(slug)
        return slug, head + tail, f"{head_en} {tail_en}"


def compound(plan: ZonePlan, kind: str, point: Point, names: Names, rng: Random) -> Row:
    """One compound with its buildings: [number, entrances, storeys, homes per storey, lift]."""
    key, name, name_en = names.draw(plan, kind)
    buildings = [[number, *building(kind, rng)] for number in range(1, rng.randint(3, 14) + 1)]
    place = {"zone_key": plan.key, "kind": kind, "point": [point.lat, point.lon]}
    return {"key": key, "name": name, "name_en": name_en, **place, "buildings": buildings}


def building(kind: str, rng: Random) -> tuple[int, int, int, int]:
    """Entrances, storeys, homes per storey, lift (0 or 1) as the kind of compound has them."""
    if kind == "urban_village":
        return 1, rng.randint(4, 7), rng.randint(2, 4), 0
    if kind == "old_estate":
        return rng.randint(2, 4), rng.choice((6, 6, 7, 7, 8)), 2, 0
    return rng.randint(1, 2), rng.choice((11, 17, 18, 26, 32, 33)), rng.choice((2, 2, 3, 4)), 1


def zone(plan: ZonePlan, polygon: Polygon, village_key: str) -> Row:
    """One zone; its district is that of the nearest hand-placed district middle."""
    middle = Point(*plan.middle)
    district = min(DISTRICTS, key=lambda row: metres_between(Point(row[2], row[3]), middle))
    ring = [[corner.lat, corner.lon] for corner in polygon.corners]
    names = {"key": plan.key, "name": plan.name, "name_en": plan.name_en}
    where = {"district": district[0], "district_en": district[1], "stage": plan.stage}
    return {**names, **where, "polygon": ring, "village_key": village_key}


def station(village: Row) -> Row:
    """The recruiters' stand at the gate of an urban village."""
    gate = moved(Point(*village["point"]), 12, -15).rounded()
    names = {"name": f"{village['name']}据点", "name_en": f"{village['name_en']} station"}
    place = {"zone_key": village["zone_key"], "compound_key": village["key"], "point": [gate.lat, gate.lon]}
    return {"key": f"st-{village['key']}", **names, **place}
