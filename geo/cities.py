"""Cities one can run at once: "wuhan" (real streets, fictional compounds) and "tiny" (a made grid for tests).

A city is data only; loading is cached and roads are read when first asked for.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from geo.areas import Box, Polygon
from geo.points import GeoError, Point, metres_between
from geo.roads import RoadGraph, load_roads
from geo.travel import RoadGraphTravel

DATA: Final = Path(__file__).parent / "data"
OSM_ATTRIBUTION: Final = "© OpenStreetMap contributors"
"""Must be shown on every map drawn from the Wuhan roads (ODbL)."""


class CompoundKind(StrEnum):
    """What sort of compound it is; decides rents, lifts and who lives there."""

    URBAN_VILLAGE = "urban_village"
    OLD_ESTATE = "old_estate"
    NEW_ESTATE = "new_estate"


@dataclass(frozen=True, slots=True)
class Building:
    """One building (栋): `units` entrances, `floors` storeys, `flats` homes per storey and entrance."""

    number: int
    units: int
    floors: int
    flats: int
    lift: bool

    @property
    def households(self) -> int:
        """How many homes the building has."""
        return self.units * self.floors * self.flats

    def homes(self, unit: int) -> tuple[str, ...]:
        """Door numbers of one entrance from the ground up: "101", "102", "201" … (empty for no such entrance)."""
        if not 1 <= unit <= self.units:
            return ()
        return tuple(f"{floor}{flat:02d}" for floor in range(1, self.floors + 1) for flat in range(1, self.flats + 1))


@dataclass(frozen=True, slots=True)
class Compound:
    """A fictional residential compound (小区) of one zone; `point` is its gate."""

    key: str
    name: str
    name_en: str
    zone_key: str
    kind: CompoundKind
    point: Point
    buildings: tuple[Building, ...]

    @property
    def households(self) -> int:
        """How many homes the compound has."""
        return sum(building.households for building in self.buildings)

    @property
    def lift(self) -> bool:
        """Whether every building has a lift."""
        return all(building.lift for building in self.buildings)


@dataclass(frozen=True, slots=True)
class Zone:
    """A neighbourhood the company works in; `village_key` is the compound its workers mostly come from."""

    key: str
    name: str
    name_en: str
    district: str
    district_en: str
    stage: str
    polygon: Polygon
    village_key: str


@dataclass(frozen=True, slots=True)
class Station:
    """Where recruiters stand (据点), in an urban village."""

    key: str
    name: str
    name_en: str
    zone_key: str
    compound_key: str
    point: Point


@dataclass(frozen=True, slots=True)
class Water:
    """Approximate water for drawing only. `kind` is river, lake or island (land again inside water)."""

    key: str
    name: str
    name_en: str
    kind: str
    ring: Polygon


@dataclass(frozen=True, slots=True)
class Label:
    """A word to draw on the map; `kind` is place or water, `turn` its slope in degrees clockwise."""

    kind: str
    name: str
    name_en: str
    point: Point
    turn: int


@dataclass(frozen=True, eq=False)
class City:
    """One city: its zones, compounds, stations and streets."""

    key: str
    name: str
    name_en: str
    timezone: str
    attribution: str
    centre: Point
    zones: tuple[Zone, ...]
    compounds: tuple[Compound, ...]
    stations: tuple[Station, ...]
    waters: tuple[Water, ...]
    labels: tuple[Label, ...]
    read_roads: Callable[[], RoadGraph]

    @cached_property
    def roads(self) -> RoadGraph:
        """The road network, read at the first use."""
        return self.read_roads()

    @cached_property
    def travel(self) -> RoadGraphTravel:
        """Travel times on the city's roads, shared by the whole process."""
        return RoadGraphTravel(self.roads)

    @cached_property
    def bbox(self) -> Box:
        """The box around all streets."""
        south, west = self.roads.nodes.min(axis=0)
        north, east = self.roads.nodes.max(axis=0)
        return Box(float(south), float(west), float(north), float(east))

    @cached_property
    def _zones(self) -> Mapping[str, Zone]:
        return {zone.key: zone for zone in self.zones}

    @cached_property
    def _compounds(self) -> Mapping[str, Compound]:
        return {compound.key: compound for compound in self.compounds}

    def zone(self, key: str) -> Zone:
        """The zone with this key. Raises KeyError."""
        return self._zones[key]

    def compound(self, key: str) -> Compound:
        """The compound with this key. Raises KeyError."""
        return self._compounds[key]

    def zone_at(self, point: Point) -> Zone | None:
        """The zone whose polygon holds the point."""
        return next((zone for zone in self.zones if zone.polygon.contains(point)), None)

    def compounds_of(self, zone_key: str) -> tuple[Compound, ...]:
        """The compounds of one zone, in file order."""
        return tuple(compound for compound in self.compounds if compound.zone_key == zone_key)

    def nearest_compound(self, point: Point) -> Compound:
        """The compound whose gate is nearest."""
        return min(self.compounds, key=lambda compound: metres_between(compound.point, point))


CITY_NAMES: Final = ("wuhan", "tiny")


@cache
def load_city(name: str) -> City:
    """The named city, the same object for every caller. Raises GeoError `unknown_city`."""
    if name == "tiny":
        from geo.tiny import tiny_city

        return tiny_city()
    if name not in CITY_NAMES:
        raise GeoError("unknown_city", f"There is no city called {name!r}; there are {', '.join(CITY_NAMES)}.")
    facts = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return city_from_facts(facts, lambda: load_roads(DATA / f"{name}.npz"))


def city_from_facts(facts: Mapping[str, Any], read_roads: Callable[[], RoadGraph]) -> City:
    """Build a city from the JSON facts of `geo/data/<city>.json`. Raises KeyError for a missing fact."""
    return City(
        key=facts["key"],
        name=facts["name"],
        name_en=facts["name_en"],
        timezone=facts["timezone"],
        attribution=facts["attribution"],
        centre=_point(facts["centre"]),
        zones=tuple(_zone(row) for row in facts["zones"]),
        compounds=tuple(_compound(row) for row in facts["compounds"]),
        stations=tuple(_station(row) for row in facts["stations"]),
        waters=tuple(_water(row) for row in facts["waters"]),
        labels=tuple(_label(row) for row in facts["labels"]),
        read_roads=read_roads,
    )


def _point(pair: tuple[float, float]) -> Point:
    return Point(pair[0], pair[1])


def _zone(row: Mapping[str, Any]) -> Zone:
    ring = Polygon(tuple(_point(pair) for pair in row["polygon"]))
    return Zone(**{**row, "polygon": ring})


def _compound(row: Mapping[str, Any]) -> Compound:
    buildings = tuple(
        Building(number, units, floors, flats, bool(lift)) for number, units, floors, flats, lift in row["buildings"]
    )
    made = {"kind": CompoundKind(row["kind"]), "point": _point(row["point"]), "buildings": buildings}
    return Compound(**{**row, **made})


def _station(row: Mapping[str, Any]) -> Station:
    return Station(**{**row, "point": _point(row["point"])})


def _water(row: Mapping[str, Any]) -> Water:
    return Water(**{**row, "ring": Polygon(tuple(_point(pair) for pair in row["ring"]))})


def _label(row: Mapping[str, Any]) -> Label:
    return Label(**{**row, "point": _point(row["point"])})
