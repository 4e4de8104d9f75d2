"""What one day plan is about: a local day and zones that share workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.waking import local_instant
from places.models import Zone
from workers.models import Worker
from workers.states import MATCHABLE


@dataclass(frozen=True)
class Scope:
    """A local day of some zones of one city."""

    day: date
    zones: tuple[str, ...]
    city: str
    time_zone: str

    @property
    def key(self) -> str:
        """The group's name: its first zone."""
        return self.zones[0]

    @property
    def begin(self) -> datetime:
        """The instant the day begins."""
        return local_instant(self.day, 0, self.time_zone)

    @property
    def end(self) -> datetime:
        """The instant the day ends."""
        return local_instant(self.day, 1440, self.time_zone)


def zone_groups(zones: Sequence[str], served: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the zones in groups: two zones of one worker belong together; whoever names none serves all."""
    group = {zone: zone for zone in zones}

    def root(zone: str) -> str:
        while group[zone] != zone:
            zone = group[zone]
        return zone

    for mine in served:
        known = [zone for zone in (mine or zones) if zone in group]
        for other in known[1:]:
            one, two = sorted((root(known[0]), root(other)), key=zones.index)
            group[two] = one
    roots = [root(zone) for zone in zones]
    return [tuple(zone for zone in zones if root(zone) == one) for one in dict.fromkeys(roots)]


def scopes_on(session: Session, day: date) -> list[Scope]:
    """Return the scopes of a day, one per group of zones; two queries."""
    zones = session.scalars(select(Zone).order_by(Zone.id)).all()
    if not zones:
        return []
    able = [state.value for state in MATCHABLE]
    served = session.scalars(select(Worker.zones).where(Worker.state.in_(able)).distinct()).all()
    slugs = [zone.slug for zone in zones]
    return [Scope(day, group, zones[0].city, zones[0].time_zone) for group in zone_groups(slugs, served)]


def scope_of(session: Session, zone: str, at: datetime) -> Scope | None:
    """Return the scope a visit of this zone at this instant falls into."""
    time_zone = session.scalar(select(Zone.time_zone).where(Zone.slug == zone))
    if time_zone is None:
        return None
    day = at.astimezone(ZoneInfo(time_zone)).date()
    return next((scope for scope in scopes_on(session, day) if zone in scope.zones), None)


def tomorrow(now: datetime, time_zone: str) -> date:
    """Return the local day after today."""
    return now.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=1)
