"""Zones and compounds: where the company works, and the named places in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.codes import new_code
from core.errors import NotFound
from geo import cities
from geo.areas import Polygon
from geo.points import Point
from places.models import Compound, Zone


def seed_city(session: Session, city: cities.City) -> None:
    """Write a city's zones and compounds; running it again brings them up to date and adds nothing twice.

    A zone's stage is the company's own decision: it is set when the zone is new and left alone afterwards.
    """
    zones = {zone.slug: zone for zone in session.scalars(select(Zone))}
    for one in city.zones:
        if one.key not in zones:
            zones[one.key] = Zone(slug=one.key, stage=one.stage)
            session.add(zones[one.key])
        _fill_zone(zones[one.key], one, city)
    session.flush()
    compounds = {compound.slug: compound for compound in session.scalars(select(Compound))}
    for given in city.compounds:
        compound = compounds.get(given.key)
        if compound is None:
            compound = Compound(code=new_code("C"), slug=given.key)
            session.add(compound)
        _fill_compound(compound, given, zones[given.zone_key])
    session.flush()


def _fill_zone(zone: Zone, given: cities.Zone, city: cities.City) -> None:
    centre = given.polygon.centroid()
    zone.names = {"zh": given.name, "en": given.name_en}
    zone.district = {"zh": given.district, "en": given.district_en}
    zone.polygon = [[corner.lat, corner.lon] for corner in given.polygon.corners]
    zone.lat, zone.lon = centre.lat, centre.lon
    zone.city = city.key
    zone.time_zone = city.timezone


def _fill_compound(compound: Compound, given: cities.Compound, zone: Zone) -> None:
    compound.zone_id = zone.id
    compound.names = {"zh": given.name, "en": given.name_en}
    compound.kind = given.kind.value
    compound.lat, compound.lon = given.point.lat, given.point.lon
    compound.households = given.households
    compound.buildings = [_building(building) for building in given.buildings]


def _building(given: cities.Building) -> dict[str, Any]:
    return {
        "name": str(given.number),
        "units": given.units,
        "floors": given.floors,
        "flats": given.flats,
        "lift": given.lift,
    }


def list_zones(session: Session) -> list[Zone]:
    """Return all zones by slug."""
    return list(session.scalars(select(Zone).order_by(Zone.slug)))


def get_zone(session: Session, slug: str) -> Zone:
    """Return the zone, or ``NotFound``."""
    zone = session.scalars(select(Zone).where(Zone.slug == slug)).first()
    if zone is None:
        raise NotFound
    return zone


def zone_of_point(session: Session, lat: float, lon: float) -> Zone | None:
    """Return the zone whose polygon holds this WGS-84 point, or None."""
    return zone_at(list_zones(session), Point(lat, lon))


def zone_at(zones: Sequence[Zone], point: Point) -> Zone | None:
    """Return the first of these zones that holds the point, or None."""
    return next((zone for zone in zones if polygon_of(zone).contains(point)), None)


def polygon_of(zone: Zone) -> Polygon:
    """Return the zone's border."""
    return Polygon(tuple(Point(lat, lon) for lat, lon in zone.polygon))


def list_compounds(session: Session, zone: str = "") -> list[Compound]:
    """Return the compounds of a zone (by its slug), or all; their zones come in the same query."""
    query = select(Compound).join(Compound.zone).options(joinedload(Compound.zone)).order_by(Compound.slug)
    if zone:
        query = query.where(Zone.slug == zone)
    return list(session.scalars(query))


def get_compound(session: Session, slug: str) -> Compound:
    """Return the compound, or ``NotFound``."""
    query = select(Compound).where(Compound.slug == slug).options(joinedload(Compound.zone))
    compound = session.scalars(query).first()
    if compound is None:
        raise NotFound
    return compound


def city_clock(session: Session) -> ZoneInfo:
    """Return the clock of the city, by which days of the whole house are told apart."""
    return ZoneInfo(session.scalar(select(Zone.time_zone).order_by(Zone.id).limit(1)) or "UTC")
