"""Where hands are missing: hours of visits nobody took, by neighbourhood and service. Sums only: no home, no name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from catalogue.services import list_services
from core.actors import Actor
from core.policies import read_policy
from dispatch.models import Visit
from dispatch.states import UNMATCHED, VisitState
from geo.points import Point, metres_between
from places.models import Zone
from places.zones import list_zones
from recruiting.models import Station
from recruiting.policy import NeedPolicy
from recruiting.recruiters import own_recruiter


@dataclass(frozen=True)
class Gap:
    """Hours of one service in one neighbourhood: still open in the days ahead, and lost in the days before."""

    zone: str
    zone_names: dict[str, Any]
    service: str
    skill: str
    open_hours: float
    lost_hours: float

    @property
    def hours(self) -> float:
        """All hours nobody took."""
        return self.open_hours + self.lost_hours


@dataclass(frozen=True)
class NeedZone:
    """A neighbourhood on the station's map, with the hours missing in it. ``polygon`` is a list of [lat, lon]."""

    slug: str
    names: dict[str, Any]
    stage: str
    lat: float
    lon: float
    polygon: list[Any]
    hours: float


@dataclass(frozen=True)
class StationNeed:
    """What to look for at a station today. ``people`` is 0 and ``first`` None when nothing is missing in reach."""

    station_lat: float
    station_lon: float
    people: int
    first: Gap | None
    gaps: tuple[Gap, ...]
    zones: tuple[NeedZone, ...]
    days_ahead: int


def station_need(session: Session, actor: Actor, now: datetime) -> StationNeed:
    """Return what the recruiter's station should look for, largest gap first. A fixed number of queries."""
    station = own_recruiter(session, actor).station
    policy = read_policy(session, NeedPolicy, now, station.zone)
    near = {zone.slug: zone for zone in list_zones(session) if _metres(station, zone) <= policy.reach_m}
    gaps = _gaps(session, near, policy, now)
    first = gaps[0] if gaps else None
    return StationNeed(
        station_lat=station.lat,
        station_lon=station.lon,
        people=people_for(sum(gap.hours for gap in gaps if first and gap.skill == first.skill), policy),
        first=first,
        gaps=tuple(gaps),
        zones=tuple(_zone(zone, gaps) for zone in near.values()),
        days_ahead=policy.days_ahead,
    )


def people_for(hours: float, policy: NeedPolicy) -> int:
    """Return how many new people so many missing hours ask for: at least one when any are missing, never many."""
    return min(policy.people_at_most, ceil(hours / policy.hours_per_recruit)) if hours > 0 else 0


def _gaps(session: Session, near: dict[str, Zone], policy: NeedPolicy, now: datetime) -> list[Gap]:
    ahead = and_(
        Visit.state.in_((*UNMATCHED, VisitState.WAITLISTED)),
        Visit.window_from.between(now, now + timedelta(days=policy.days_ahead)),
        Visit.opened_at <= now - timedelta(hours=policy.open_hours),
    )
    lost = and_(
        Visit.state == VisitState.UNFILLED,
        Visit.window_from.between(now - timedelta(days=policy.days_back), now),
    )
    minutes = (
        func.coalesce(func.sum(Visit.minutes).filter(ahead), 0),
        func.coalesce(func.sum(Visit.minutes).filter(lost), 0),
    )
    rows = session.execute(
        select(Visit.zone, Visit.service, *minutes)
        .where(or_(ahead, lost), Visit.zone.in_(near))
        .group_by(Visit.zone, Visit.service)
    ).all()
    skills = {one.slug: (one.skills or [""])[0] for one in list_services(session)}
    found = [
        Gap(slug, dict(near[slug].names), service, skills.get(service, ""), int(open_) / 60, int(gone) / 60)
        for slug, service, open_, gone in rows
    ]
    return sorted(found, key=lambda gap: (-gap.hours, gap.zone, gap.service))


def _metres(station: Station, zone: Zone) -> float:
    return metres_between(Point(station.lat, station.lon), Point(zone.lat, zone.lon))


def _zone(zone: Zone, gaps: Iterable[Gap]) -> NeedZone:
    hours = sum(gap.hours for gap in gaps if gap.zone == zone.slug)
    return NeedZone(zone.slug, dict(zone.names), zone.stage, zone.lat, zone.lon, zone.polygon, hours)
