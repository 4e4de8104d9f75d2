"""Stations (据点): where recruiters stand, in the urban villages the workers come from."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.codes import new_code
from geo.cities import City
from recruiting.models import Station


def seed_stations(session: Session, city: City) -> list[Station]:
    """Write the stations of a city that are not there yet (by zone and place); return all of them."""
    known = {(row.zone, row.lat, row.lon): row for row in session.scalars(select(Station))}
    found: list[Station] = []
    for station in city.stations:
        name = (station.zone_key, station.point.lat, station.point.lon)
        row = known.get(name)
        if row is None:
            names = {"zh": station.name, "en": station.name_en}
            row = Station(code=new_code("S"), names=names, zone=name[0], lat=name[1], lon=name[2])
            session.add(row)
        found.append(row)
    session.flush()
    return found


def list_stations(session: Session, zone: str = "") -> list[Station]:
    """Return all stations, or those of one zone, by name."""
    query = select(Station).order_by(Station.zone, Station.id)
    return list(session.scalars(query.where(Station.zone == zone) if zone else query))
