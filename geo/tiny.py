"""A made city for tests: twelve by twelve streets, three zones side by side, three compounds in each."""

from typing import Final

from geo.areas import Polygon
from geo.cities import Building, City, Compound, CompoundKind, Station, Zone
from geo.points import Point, moved
from geo.roads import RoadGraph, roads_from_lines

ORIGIN: Final = Point(30.58, 114.30)
"""South-west corner of the grid."""
STREETS: Final = 12
BLOCK_M: Final = 250.0

_ZONES: Final = (
    ("liuan", "柳岸", "Liu'an", "江岸", "Jiang'an", "open"),
    ("yunhe", "云鹤", "Yunhe", "江汉", "Jianghan", "open"),
    ("mohuwan", "墨湖湾", "Mohu Bay", "武昌", "Wuchang", "pilot"),
)
_NAMES: Final = (
    (("柳岸新村", "Liu'an New Village"), ("柳岸花园", "Liu'an Garden"), ("柳岸苑", "Liu'an Court")),
    (("云鹤村", "Yunhe Village"), ("云鹤里", "Yunhe Lane"), ("云鹤雅居", "Yunhe Residence")),
    (("墨湖村", "Mohu Village"), ("墨湖湾", "Mohu Bay"), ("墨湖台", "Mohu Terrace")),
)
_KINDS: Final = (CompoundKind.URBAN_VILLAGE, CompoundKind.OLD_ESTATE, CompoundKind.NEW_ESTATE)


def corner(row: int, column: int) -> Point:
    """The crossing of street `row` (from the south) and street `column` (from the west)."""
    return moved(ORIGIN, row * BLOCK_M, column * BLOCK_M).rounded()


def tiny_roads() -> RoadGraph:
    """Every fourth street is secondary, the others residential; each block side is one way."""
    lines = []
    for line in range(STREETS):
        name = "secondary" if line % 4 == 0 else "residential"
        for at in range(STREETS - 1):
            lines.append((name, (corner(line, at), corner(line, at + 1))))
            lines.append((name, (corner(at, line), corner(at + 1, line))))
    return roads_from_lines(lines)


def tiny_city() -> City:
    """The whole made city."""
    compounds = tuple(_compound(zone, place) for zone in range(3) for place in range(3))
    return City(
        key="tiny",
        name="小城",
        name_en="Tiny",
        timezone="Asia/Shanghai",
        attribution="",
        centre=corner(6, 6),
        zones=tuple(_zone(zone) for zone in range(3)),
        compounds=compounds,
        stations=tuple(_station(compound) for compound in compounds[::3]),
        waters=(),
        labels=(),
        read_roads=tiny_roads,
    )


def _zone(zone: int) -> Zone:
    key, name, name_en, district, district_en, stage = _ZONES[zone]
    low, high = 4 * zone - 0.5, 4 * zone + 3.5
    ring = [(-0.5, low), (-0.5, high), (STREETS - 0.5, high), (STREETS - 0.5, low)]
    corners = tuple(moved(ORIGIN, row * BLOCK_M, column * BLOCK_M).rounded() for row, column in ring)
    return Zone(key, name, name_en, district, district_en, stage, Polygon(corners), f"{key}-1")


def _compound(zone: int, place: int) -> Compound:
    name, name_en = _NAMES[zone][place]
    at = moved(corner(1 + 4 * place, 4 * zone + 1), 40, 60).rounded()
    floors, lift = ((6, False), (7, False), (18, True))[place]
    buildings = tuple(Building(number, 2, floors, 2, lift) for number in range(1, 5 + place))
    return Compound(f"{_ZONES[zone][0]}-{place + 1}", name, name_en, _ZONES[zone][0], _KINDS[place], at, buildings)


def _station(village: Compound) -> Station:
    name, name_en = f"{village.name}据点", f"{village.name_en} station"
    return Station(f"st-{village.zone_key}", name, name_en, village.zone_key, village.key, village.point)
