"""Cities: what must hold for every home that a story may use."""

import json
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from geo.areas import Polygon
from geo.cities import CITY_NAMES, DATA, OSM_ATTRIBUTION, CompoundKind, load_city
from geo.modes import Mode
from geo.points import GeoError, Point, metres_between

PROMISED = ("柳岸花园", "云鹤里", "墨湖湾", "青禾苑", "听潮居", "樟语苑", "梧桐雅居", "望樱台", "琴台里")


@pytest.fixture(params=CITY_NAMES)
def city(request):
    return load_city(request.param)


def test_a_city_is_loaded_once():
    assert load_city("tiny") is load_city("tiny")


def test_an_unknown_city_is_said_in_a_sentence():
    with pytest.raises(GeoError, match="no city called 'paris'"):
        load_city("paris")


@pytest.mark.parametrize("field", ["key", "name", "name_en"])
def test_names_are_unique(city, field):
    for rows in (city.compounds, city.zones, city.stations):
        assert max(Counter(getattr(row, field) for row in rows).values()) == 1


def test_every_compound_and_station_lies_in_its_zone_and_in_no_other(city):
    for place in (*city.compounds, *city.stations):
        holding = [zone.key for zone in city.zones if zone.polygon.contains(place.point)]
        assert holding == [place.zone_key]
        assert city.zone_at(place.point) is city.zone(place.zone_key)


def test_every_compound_can_reach_every_other_on_an_ebike_within_two_hours(city):
    points = [compound.point for compound in city.compounds]
    table = city.travel.seconds(points, points, Mode.EBIKE)
    assert table.max() < 2 * 3600
    assert (table[~np.eye(len(points), dtype=bool)] > 0).all()


def test_every_compound_stands_near_a_street(city):
    nodes = city.roads.nodes
    for compound in city.compounds:
        gaps = np.hypot(nodes[:, 0] - compound.point.lat, (nodes[:, 1] - compound.point.lon) * 0.86) * 111_195
        assert gaps.min() < 120


def test_zones_have_a_village_of_their_own_and_stations_stand_in_villages(city):
    for zone in city.zones:
        village = city.compound(zone.village_key)
        assert (village.zone_key, village.kind) == (zone.key, CompoundKind.URBAN_VILLAGE)
        assert zone.stage in {"pilot", "open"}
    for station in city.stations:
        village = city.compound(station.compound_key)
        assert village.kind is CompoundKind.URBAN_VILLAGE
        assert metres_between(village.point, station.point) < 50


def test_buildings_are_numbered_and_hold_homes(city):
    for compound in city.compounds:
        assert [building.number for building in compound.buildings] == list(range(1, len(compound.buildings) + 1))
        assert 3 <= len(compound.buildings) <= 14
        assert compound.households == sum(len(b.homes(unit)) for b in compound.buildings for unit in range(1, b.units + 1))
        assert compound.lift == (compound.kind is CompoundKind.NEW_ESTATE)


def test_doors_are_named_floor_then_flat():
    building = load_city("tiny").compounds[0].buildings[0]
    assert building.homes(1)[:3] == ("101", "102", "201")
    assert building.homes(0) == building.homes(building.units + 1) == ()


def test_the_box_holds_everything(city):
    assert all(city.bbox.contains(compound.point) for compound in city.compounds)
    assert city.bbox.contains(city.centre)


def test_nearest_compound_is_found(city):
    for compound in city.compounds[:5]:
        assert city.nearest_compound(compound.point) is compound


def test_wuhan_is_as_large_as_promised_and_carries_its_notice():
    wuhan = load_city("wuhan")
    assert len(wuhan.compounds) >= 150
    assert {zone.district for zone in wuhan.zones} == {"江岸", "江汉", "硚口", "汉阳", "武昌", "洪山", "青山"}
    assert {name for compound in wuhan.compounds for name in [compound.name]} >= set(PROMISED)
    assert wuhan.attribution == OSM_ATTRIBUTION
    assert OSM_ATTRIBUTION in (DATA / "README.md").read_text(encoding="utf-8")
    assert (DATA / "wuhan.npz").stat().st_size < 450_000


def test_wuhan_keeps_its_compounds_apart_and_dry():
    wuhan = load_city("wuhan")
    for one, other in combinations(wuhan.compounds, 2):
        assert metres_between(one.point, other.point) > 200
    for compound in wuhan.compounds:
        assert not any(water.ring.contains(compound.point) for water in wuhan.waters if water.kind != "island")


def test_only_bridges_and_the_roads_to_them_lie_on_the_rivers():
    """Less than 1 % of all small streets may touch the hand-drawn water."""
    wuhan = load_city("wuhan")
    rivers = [water.ring for water in wuhan.waters if water.kind == "river"]
    roads = wuhan.roads
    small = [way for way in range(roads.way_count) if roads.way_class[way] >= 10]
    wet = sum(1 for way in small if _on(rivers, roads.way_points(way)[len(roads.way_points(way)) // 2]))
    assert wet < 0.01 * len(small)


def _on(rings: list[Polygon], point: Point) -> bool:
    return any(ring.bbox().contains(point) and ring.contains(point) for ring in rings)


def test_the_city_file_is_written_one_row_a_line():
    text = (DATA / "wuhan.json").read_text(encoding="utf-8")
    facts = json.loads(text)
    assert len(text.splitlines()) > len(facts["compounds"])
