"""T4: what of a home leaves the house, for whom, when; and that looking often does not help."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.actors import ANONYMOUS, SYSTEM, Actor, Role
from geo.areas import area_cell, mean_point
from geo.cities import load_city
from geo.points import Point, metres_between, moved
from places.models import Place
from places.places import PlaceInput, add_place
from places.shown import NO_VISIT, PlaceShown, Viewer, VisitFacts, exactly, moved_point, place_for
from places.zones import get_compound, seed_city

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
KEY = b"a secret of the server"
BEN = Actor(Role.WORKER, "A-ben", "W-ben")
START = NOW + timedelta(hours=30)
END = START + timedelta(hours=2)


@pytest.fixture
def home(session: Session) -> Place:
    seed_city(session, load_city("tiny"))
    given = PlaceInput(
        compound="liuan-2",
        building="3",
        unit="1-502",
        access_notes="CANARY-notes",
        address="CANARY-address",
        facts=("pets",),
    )
    return add_place(session, "A-ada", given, NOW)


def look(place: Place, actor: Actor, now: datetime = NOW, visit: VisitFacts = NO_VISIT) -> PlaceShown:
    return place_for(place, Viewer(actor, now), visit, KEY)


def test_the_owner_sees_everything(home: Place) -> None:
    shown = look(home, Actor(Role.CUSTOMER, "A-ada"))
    assert (shown.exact, shown.address, shown.access_notes) == (True, "CANARY-address", "CANARY-notes")
    assert (shown.lat, shown.lon, shown.building, shown.unit) == (home.lat, home.lon, "3", "1-502")


@pytest.mark.parametrize("actor", [Actor(Role.OPS_AGENT, "A-o"), Actor(Role.OPS_LEAD, "A-l")])
def test_operations_see_the_compound_until_they_say_why(home: Place, actor: Actor) -> None:
    shown = look(home, actor)
    assert not shown.exact
    assert "CANARY" not in str(asdict(shown))
    assert (shown.building, shown.unit, shown.compound_name) == (None, None, home.compound.names)
    assert (shown.lat, shown.lon) == (home.compound.lat, home.compound.lon)


def test_operations_see_a_moved_point_where_no_compound_is_known(home: Place) -> None:
    lonely = Place(code="P-1", lat=home.lat, lon=home.lon, zone=home.zone, facts=[], owner="A-ada")
    shown = look(lonely, Actor(Role.OPS_LEAD, "A-l"))
    assert metres_between(Point(shown.lat, shown.lon), Point(home.lat, home.lon)) >= 400


def test_exactly_is_everything(home: Place) -> None:
    assert exactly(home) == look(home, Actor(Role.CUSTOMER, "A-ada"))


@pytest.mark.parametrize(
    "actor",
    [
        ANONYMOUS,
        SYSTEM,
        Actor(Role.CUSTOMER, "A-mallory"),
        BEN,
        Actor(Role.WORKER, "A-ada", "W-ada"),
        Actor(Role.RECRUITER, "A-rita", "R-rita"),
        Actor(Role.FINANCE, "A-fin"),
        Actor(Role.ADMIN, "A-adm"),
    ],
)
def test_everybody_else_sees_a_neighbourhood(home: Place, actor: Actor) -> None:
    shown = look(home, actor)
    told = str(asdict(shown))
    assert not shown.exact
    assert "CANARY" not in told
    assert "柳岸花园" not in told
    assert str(home.lat) not in told
    assert shown.facts == ("pets",)
    assert 400 <= metres_between(Point(shown.lat, shown.lon), Point(home.lat, home.lon)) <= shown.radius_m


@pytest.mark.parametrize(
    ("now", "exact"),
    [
        (START - timedelta(hours=24, seconds=1), False),
        (START - timedelta(hours=24), True),
        (START, True),
        (END + timedelta(hours=24), True),
        (END + timedelta(hours=24, seconds=1), False),
    ],
)
def test_the_worker_sees_it_from_a_day_before_until_a_day_after(home: Place, now: datetime, exact: bool) -> None:
    ended = END if now > END else None
    assert look(home, BEN, now, VisitFacts("W-ben", START, ended)).exact is exact


def test_a_visit_that_never_ended_does_not_show_for_ever(home: Place) -> None:
    visit = VisitFacts("W-ben", START, None)
    assert look(home, BEN, START + timedelta(hours=48), visit).exact
    assert not look(home, BEN, START + timedelta(hours=49), visit).exact


@pytest.mark.parametrize(
    "visit", [NO_VISIT, VisitFacts("W-else", START), VisitFacts("", START), VisitFacts("W-ben", None)]
)
def test_not_another_worker_nor_without_a_start(home: Place, visit: VisitFacts) -> None:
    assert not look(home, BEN, START, visit).exact


def test_a_worker_without_a_code_is_nobody(home: Place) -> None:
    assert not look(home, Actor(Role.WORKER, "A-x"), START, VisitFacts("", START)).exact


def test_a_thousand_offers_cannot_be_averaged(home: Place) -> None:
    seen = [look(home, BEN, NOW + timedelta(hours=hour)) for hour in range(1000)]
    mean = mean_point(tuple(Point(one.lat, one.lon) for one in seen))
    assert metres_between(mean, Point(home.lat, home.lon)) >= 400


def test_a_place_entered_a_thousand_times_cannot_be_averaged(session: Session, home: Place) -> None:
    pin = moved(Point(home.lat, home.lon), 60, -40)
    again = [
        Place(code=f"P-{turn}", lat=pin.lat, lon=pin.lon, zone=home.zone, facts=[], owner="A-ada")
        for turn in range(1000)
    ]
    mean = mean_point(tuple(moved_point(place, KEY) for place in again))
    assert metres_between(mean, pin) >= 400


def test_neighbours_of_one_compound_cannot_be_averaged(session: Session, home: Place) -> None:
    gate = Point(home.compound.lat, home.compound.lon)  # type: ignore[union-attr]  # the fixture sets it
    doors = [
        (str(building), f"{unit}-{floor}01") for building in range(1, 6) for unit in (1, 2) for floor in range(1, 8)
    ]
    given = [PlaceInput(compound="liuan-2", building=building, unit=unit) for building, unit in doors]
    points = {moved_point(add_place(session, "A-ada", one, NOW), KEY) for one in given}
    assert len(points) == 1
    assert metres_between(mean_point(tuple(points)), gate) >= 400


def test_the_cell_is_not_the_homes_own(session: Session, home: Place) -> None:
    shown = look(home, BEN)
    assert shown.cell == area_cell(Point(shown.lat, shown.lon))


def test_another_key_moves_to_another_point(home: Place) -> None:
    assert moved_point(home, KEY) != moved_point(home, b"another")
    assert moved_point(home, KEY) == moved_point(home, KEY)


def test_every_home_of_a_compound_can_be_moved(session: Session, home: Place) -> None:
    compound = get_compound(session, "liuan-2")
    for north in range(-390, 391, 130):
        pin = moved(Point(compound.lat, compound.lon), north, 0)
        place = Place(code="P-x", lat=pin.lat, lon=pin.lon, zone=home.zone, compound=compound, facts=[])
        assert 400 <= metres_between(moved_point(place, KEY), pin) <= 900
