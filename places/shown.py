"""The one serialiser of where somebody lives: what of a place leaves the house, for whom, and when.

Exact for the owner; for the worker of the visit from 24 hours before it starts until 24 hours after it ended.
Operations see the compound and a point of the compound, not of the home; the rest is opened one home at a time, with
a reason that is written down (``exactly``, called by ``dispatch/looking.py`` only). Everybody else sees the
neighbourhood and a point 420 to 880 m away from the home. That point is the same on every look and for every home of
one compound (or of one small cell, where no compound is known), so neither a thousand offers nor a place entered a
thousand times can be averaged to the home.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.actors import Actor, Role
from geo.areas import AREA_RADIUS_M, area_cell, cell_centre, demand_cell, jittered
from geo.points import Point, metres_between
from places.models import Place

SHOWN_BEFORE: Final = timedelta(hours=24)
SHOWN_AFTER: Final = timedelta(hours=24)
LONGEST_VISIT: Final = timedelta(hours=24)
NEAREST_M: Final = 420.0
FARTHEST_M: Final = AREA_RADIUS_M - 20
_TRIES: Final = 256


@dataclass(frozen=True)
class Viewer:
    """Who looks, and when."""

    actor: Actor
    now: datetime


@dataclass(frozen=True)
class VisitFacts:
    """What decides about the worker: the visit's worker (empty when the visit is not, or no longer, theirs).

    ``ended_at`` is when the work was finished or the visit ended otherwise.
    """

    worker: str = ""
    starts_at: datetime | None = None
    ended_at: datetime | None = None


NO_VISIT: Final = VisitFacts()


@dataclass(frozen=True)
class PlaceShown:
    """A place as one viewer may see it. When not ``exact``, the point is not the home's and the texts are None.

    ``compound_name`` is told to operations even so.
    """

    area_name: dict[str, Any]
    cell: str
    lat: float
    lon: float
    radius_m: float
    facts: tuple[str, ...]
    exact: bool
    compound_name: dict[str, Any] | None = None
    building: str | None = None
    unit: str | None = None
    address: str | None = None
    access_notes: str | None = None


def place_for(place: Place, viewer: Viewer, visit: VisitFacts, key: bytes) -> PlaceShown:
    """Return the place as this viewer may see it now; ``key`` is the server's secret behind the moved point."""
    if may_see_exactly(place, viewer, visit):
        return exactly(place)
    desk = viewer.actor.is_ops and place.compound is not None
    point = Point(place.compound.lat, place.compound.lon) if desk and place.compound else moved_point(place, key)
    # The cell of the moved point, not of the home: the two together would narrow the search.
    return PlaceShown(
        area_name=place.zone.names,
        cell=area_cell(point),
        lat=point.lat,
        lon=point.lon,
        radius_m=AREA_RADIUS_M,
        facts=tuple(place.facts),
        exact=False,
        compound_name=place.compound.names if desk and place.compound else None,
    )


def exactly(place: Place) -> PlaceShown:
    """Return everything about a place. Whoever calls this has decided that it may be seen, and has written it down."""
    return PlaceShown(
        area_name=place.zone.names,
        cell=area_cell(Point(place.lat, place.lon)),
        lat=place.lat,
        lon=place.lon,
        radius_m=0.0,
        facts=tuple(place.facts),
        exact=True,
        compound_name=place.compound.names if place.compound else None,
        building=place.building,
        unit=place.unit,
        address=place.address,
        access_notes=place.access_notes,
    )


def may_see_exactly(place: Place, viewer: Viewer, visit: VisitFacts) -> bool:
    """Return whether this viewer may see the exact place now without having to say why."""
    actor = viewer.actor
    if actor.role is Role.CUSTOMER and actor.code and actor.code == place.owner:
        return True
    if actor.role is not Role.WORKER or not actor.person or actor.person != visit.worker:
        return False
    if visit.starts_at is None:
        return False
    until = (visit.ended_at or visit.starts_at + LONGEST_VISIT) + SHOWN_AFTER
    return visit.starts_at - SHOWN_BEFORE <= viewer.now <= until


def moved_point(place: Place, key: bytes) -> Point:
    """Return the point to show instead of the home: 420 to 880 m away, the same for the same neighbours."""
    home = Point(place.lat, place.lon)
    if place.compound is not None:
        name, anchor = f"compound:{place.compound.slug}", Point(place.compound.lat, place.compound.lon)
    else:
        cell = demand_cell(home)
        name, anchor = f"cell:{cell}", cell_centre(cell)
    for turn in range(_TRIES):
        point = jittered(anchor, key, f"{name}/{turn}")
        if NEAREST_M <= metres_between(point, home) <= FARTHEST_M:
            return point
    raise AssertionError("No direction leads away from the home.")
