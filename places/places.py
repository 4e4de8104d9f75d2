"""Places: a customer's homes. Points are stored in WGS-84 whatever datum the map of the form used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from catalogue.facts import HOME_FACTS
from core.actors import Actor
from core.codes import new_code
from core.errors import InvalidInput, NotFound
from geo.points import Datum, GeoError, Point, metres_between, parse_point
from places.homes import building_of, home_error, written_address
from places.models import Compound, Place, Zone
from places.zones import list_zones, zone_at

PIN_REACH_M = 400.0
"""A pin set beside a chosen compound must lie this near to its gate."""


@dataclass(frozen=True)
class PlaceInput:
    """A home as it is given: a compound's slug with building and unit, or a pin; both is a pin inside the compound.

    ``unit`` is an entrance ("2") or an entrance and a door ("2-501"); ``datum`` says what the pin's numbers mean.
    """

    compound: str = ""
    building: str = ""
    unit: str = ""
    lat: float | None = None
    lon: float | None = None
    datum: str = "wgs84"
    address: str = ""
    access_notes: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Located:
    """Where a :class:`PlaceInput` is: checked, in WGS-84, in a zone."""

    zone: Zone
    compound: Compound | None
    point: Point
    address: str
    facts: tuple[str, ...]


def locate(session: Session, given: PlaceInput) -> Located:
    """Find the spot a place input means, without writing anything.

    ``InvalidInput`` on ``compound``, ``building``, ``unit``, ``lat``, ``lon``, ``datum``, ``facts`` or ``point``
    (``required``, ``outside_zones``, ``far_from_compound``).
    """
    if not set(given.facts) <= set(HOME_FACTS):
        raise InvalidInput({"facts": ["unknown_fact"]})
    pin = _pin(given)
    facts = tuple(fact for fact in HOME_FACTS if fact in given.facts)
    if given.compound:
        return _in_compound(session, given, pin, facts)
    if pin is None:
        raise InvalidInput({"point": ["required"]})
    zone = zone_at(list_zones(session), pin)
    if zone is None:
        raise InvalidInput({"point": ["outside_zones"]})
    return Located(zone, None, pin, given.address.strip(), facts)


def add_place(session: Session, owner: str, given: PlaceInput, now: datetime) -> Place:
    """Write down a home of ``owner`` (an account's code, or a quote's until the phone code)."""
    spot = locate(session, given)
    place = Place(
        code=new_code("P"),
        owner=owner,
        zone=spot.zone,
        compound=spot.compound,
        building=given.building,
        unit=given.unit,
        address=spot.address,
        lat=spot.point.lat,
        lon=spot.point.lon,
        datum=Datum.WGS84.value,
        access_notes=given.access_notes.strip(),
        facts=list(spot.facts),
        created_at=now,
    )
    session.add(place)
    session.flush()
    return place


def get_place(session: Session, actor: Actor, code: str) -> Place:
    """Return a place to its owner, operations or the clock; ``NotFound`` to everybody else.

    What of it may be shown to whom is decided by ``places/shown.py`` alone.
    """
    place = place_by_code(session, code)
    if not (actor.is_ops or actor.is_system or place.owner in {actor.code, actor.on_behalf_of} - {""}):
        raise NotFound
    return place


def place_by_code(session: Session, code: str) -> Place:
    """Return a place for a verb that has checked the right already, or ``NotFound``."""
    query = select(Place).where(Place.code == code).options(joinedload(Place.zone), joinedload(Place.compound))
    place = session.scalars(query).first()
    if place is None:
        raise NotFound
    return place


def list_places(session: Session, owner: str) -> list[Place]:
    """Return the homes of an owner, newest first, zones and compounds in the same query."""
    query = select(Place).where(Place.owner == owner).options(joinedload(Place.zone), joinedload(Place.compound))
    return list(session.scalars(query.order_by(Place.id.desc())))


def give_places(session: Session, quote_code: str, account_code: str) -> None:
    """Hand the homes written under a quote to the account that has proved its phone."""
    session.execute(update(Place).where(Place.owner == quote_code).values(owner=account_code))


def _pin(given: PlaceInput) -> Point | None:
    if given.lat is None and given.lon is None:
        return None
    try:
        datum = Datum(given.datum)
    except ValueError as error:
        raise InvalidInput({"datum": ["unknown_datum"]}) from error
    try:
        return parse_point(given.lat, given.lon, datum)
    except GeoError as error:
        field = "lon" if "longitude" in error.code or given.lon is None else "lat"
        raise InvalidInput({field: [error.code]}) from error


def _in_compound(session: Session, given: PlaceInput, pin: Point | None, facts: tuple[str, ...]) -> Located:
    query = select(Compound).where(Compound.slug == given.compound).options(joinedload(Compound.zone))
    compound = session.scalars(query).first()
    if compound is None:
        raise InvalidInput({"compound": ["unknown_compound"]})
    wrong = home_error(compound, given.building, given.unit)
    if wrong:
        raise InvalidInput(wrong)
    gate = Point(compound.lat, compound.lon)
    if pin is not None and metres_between(pin, gate) > PIN_REACH_M:
        raise InvalidInput({"point": ["far_from_compound"]})
    address = given.address.strip() or written_address(compound, given.building, given.unit)
    return Located(compound.zone, compound, pin or gate, address, facts)


def has_lift(place: Place) -> bool | None:
    """Return whether the home's building has a lift; None when we do not know the building."""
    building = building_of(place.compound, place.building) if place.compound else None
    return None if building is None else building.lift
