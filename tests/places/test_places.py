"""Zones, compounds and homes of the tiny city."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.input import load
from core.actors import SYSTEM, Actor, Role
from core.errors import InvalidInput, NotFound
from geo.cities import load_city
from geo.points import Point, gcj02_from_wgs84, metres_between, moved
from places.homes import units_of
from places.models import Compound, Zone
from places.places import PlaceInput, add_place, get_place, give_places, has_lift, list_places, locate
from places.schemas import PlaceSchema
from places.zones import get_compound, get_zone, list_compounds, list_zones, seed_city, zone_of_point

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
ADA = Actor(Role.CUSTOMER, "A-ada")


@pytest.fixture(autouse=True)
def _city(session: Session) -> None:
    seed_city(session, load_city("tiny"))


def errors_of(session: Session, given: PlaceInput) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        locate(session, given)
    return caught.value.fields


def test_seeding_twice_changes_nothing_but_keeps_stages(session: Session) -> None:
    get_zone(session, "liuan").stage = "expand"
    seed_city(session, load_city("tiny"))
    assert session.scalar(select(func.count()).select_from(Zone)) == 3
    assert session.scalar(select(func.count()).select_from(Compound)) == 9
    assert get_zone(session, "liuan").stage == "expand"
    assert get_zone(session, "liuan").names == {"zh": "柳岸", "en": "Liu'an"}


def test_every_compound_lies_in_its_own_zone(session: Session) -> None:
    for compound in list_compounds(session):
        zone = zone_of_point(session, compound.lat, compound.lon)
        assert zone is not None
        assert zone.slug == compound.zone.slug


def test_a_point_outside_is_in_no_zone(session: Session) -> None:
    assert zone_of_point(session, 31.2, 121.5) is None


def test_compounds_of_one_zone(session: Session) -> None:
    assert [one.slug for one in list_compounds(session, "liuan")] == ["liuan-1", "liuan-2", "liuan-3"]
    assert len(list_zones(session)) == 3
    with pytest.raises(NotFound):
        get_compound(session, "nowhere")
    with pytest.raises(NotFound):
        get_zone(session, "nowhere")


def test_a_home_by_compound_building_and_unit(session: Session) -> None:
    given = PlaceInput(
        compound="liuan-2", building="3", unit="1-502", facts=("no_lift", "pets"), access_notes=" 门禁 2580 "
    )
    place = add_place(session, "A-ada", given, NOW)
    assert place.zone.slug == "liuan"
    assert place.address == "江岸 柳岸花园 3栋 1单元 502室"
    assert (place.facts, place.access_notes, place.datum) == (["pets", "no_lift"], "门禁 2580", "wgs84")
    assert has_lift(place) is False
    assert units_of(get_compound(session, "liuan-2"), "3") == ["1", "2"]


def test_a_home_by_pin_from_a_chinese_map(session: Session) -> None:
    compound = get_compound(session, "yunhe-1")
    true = moved(Point(compound.lat, compound.lon), 30, 30)
    shifted = gcj02_from_wgs84(true)
    assert metres_between(true, shifted) > 300
    place = add_place(session, "A-ada", PlaceInput(lat=shifted.lat, lon=shifted.lon, datum="gcj02"), NOW)
    assert metres_between(true, Point(place.lat, place.lon)) < 0.5
    assert place.compound is None
    assert has_lift(place) is None


def test_a_pin_inside_the_compound_wins_over_its_gate(session: Session) -> None:
    compound = get_compound(session, "yunhe-1")
    pin = moved(Point(compound.lat, compound.lon), 120, 0)
    spot = locate(session, PlaceInput(compound="yunhe-1", building="1", lat=pin.lat, lon=pin.lon))
    assert spot.point == pin
    far = moved(pin, 2000, 0)
    wrong = errors_of(session, PlaceInput(compound="yunhe-1", building="1", lat=far.lat, lon=far.lon))
    assert wrong == {"point": ["far_from_compound"]}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (PlaceInput(), {"point": ["required"]}),
        (PlaceInput(lat=31.2, lon=121.5), {"point": ["outside_zones"]}),
        (PlaceInput(lat=91.0, lon=114.3), {"lat": ["latitude_out_of_range"]}),
        (PlaceInput(lat=30.6, lon=190.0), {"lon": ["longitude_out_of_range"]}),
        (PlaceInput(lat=30.6), {"lon": ["coordinate_missing"]}),
        (PlaceInput(lat=30.6, lon=114.3, datum="bd09"), {"datum": ["unknown_datum"]}),
        (PlaceInput(compound="atlantis", building="1"), {"compound": ["unknown_compound"]}),
        (PlaceInput(compound="liuan-2"), {"building": ["required"]}),
        (PlaceInput(compound="liuan-2", building="77"), {"building": ["unknown_building"]}),
        (PlaceInput(compound="liuan-2", building="3", unit="9"), {"unit": ["unknown_unit"]}),
        (PlaceInput(compound="liuan-2", building="3", unit="²"), {"unit": ["unknown_unit"]}),
        (PlaceInput(compound="liuan-2", building="3", unit="1-9999"), {"unit": ["unknown_door"]}),
        (PlaceInput(compound="liuan-2", building="3", facts=("dragon",)), {"facts": ["unknown_fact"]}),
    ],
)
def test_odd_places_are_field_errors(session: Session, given: PlaceInput, wrong: dict[str, list[str]]) -> None:
    assert errors_of(session, given) == wrong


def test_a_place_is_there_for_its_owner_and_operations_only(session: Session) -> None:
    place = add_place(session, "A-ada", PlaceInput(compound="liuan-1", building="1"), NOW)
    for actor in (ADA, Actor(Role.OPS_AGENT, "A-olu"), SYSTEM, Actor(Role.OPS_LEAD, "A-x", on_behalf_of="A-ada")):
        assert get_place(session, actor, place.code).id == place.id
    for actor in (
        Actor(Role.CUSTOMER, "A-mallory"),
        Actor(Role.WORKER, "A-ben", "W-ben"),
        Actor(Role.FINANCE, "A-fin"),
        Actor(Role.ANONYMOUS),
    ):
        with pytest.raises(NotFound):
            get_place(session, actor, place.code)


def test_nobody_owns_a_place_by_having_no_name(session: Session) -> None:
    place = add_place(session, "", PlaceInput(compound="liuan-1", building="1"), NOW)
    with pytest.raises(NotFound):
        get_place(session, Actor(Role.ANONYMOUS), place.code)


def test_a_quotes_place_goes_to_the_account(session: Session) -> None:
    add_place(session, "Q-1", PlaceInput(compound="liuan-1", building="1"), NOW)
    assert list_places(session, "A-ada") == []
    give_places(session, "Q-1", "A-ada")
    assert [place.owner for place in list_places(session, "A-ada")] == ["A-ada"]
    assert list_places(session, "Q-1") == []


def test_a_list_takes_one_query_whatever_its_length(session: Session) -> None:
    for building in ("1", "2", "3"):
        add_place(session, "A-ada", PlaceInput(compound="liuan-2", building=building), NOW)
    session.expire_all()
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    names = [(place.zone.slug, place.compound and place.compound.slug) for place in list_places(session, "A-ada")]
    assert names == [("liuan", "liuan-2")] * 3
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


def test_the_schema_builds_the_input() -> None:
    given = load(
        PlaceSchema(), {"compound": "liuan-2", "building": "3", "facts": ["pets"], "lat": "30.5", "lon": 114.3}
    )
    assert given == PlaceInput(compound="liuan-2", building="3", facts=("pets",), lat=30.5, lon=114.3)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"owner": "A-mallory"}, {"owner": ["unknown_field"]}),
        ({"lat": "north"}, {"lat": ["not_a_number"]}),
        ({"lat": "nan"}, {"lat": ["not_a_number"]}),
        ({"facts": ["dragon"]}, {"facts.0": ["unknown_fact"]}),
        ({"facts": "pets"}, {"facts": ["not_a_list"]}),
        ({"access_notes": "x" * 501}, {"access_notes": ["too_long"]}),
        ({"datum": None}, {"datum": ["required"]}),
    ],
)
def test_the_schema_refuses_in_codes(data: dict[str, object], wrong: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(PlaceSchema(), data)
    assert caught.value.fields == wrong
