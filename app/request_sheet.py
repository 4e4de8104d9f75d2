"""Everything the request page shows for a wish: what can be chosen, when somebody can come, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.formats import clock, local, named
from app.map_marks import drawn
from app.request_wish import Wish
from app.slot_books import book_for
from app.words import gettext as _
from catalogue.models import Service
from catalogue.services import list_services, open_in
from core.actors import Actor
from core.policies import read_policy
from dispatch.models import Visit
from dispatch.policy import CancelPolicy
from dispatch.quoting import OPEN_STAGES, price_ask
from dispatch.schemas import QuoteAsk
from dispatch.slots import OpenSlot, SlotAsk, part_window, slots_in
from dispatch.travel import Spot
from dispatch.waking import local_instant
from geo.points import Point
from money.pricing import Priced
from places.homes import units_of
from places.models import Compound, Zone
from places.zones import list_compounds, list_zones, zone_at

PARTS = ("morning", "afternoon", "evening")
DAYS = 7
Option = tuple[str, str]


@dataclass(frozen=True)
class TimeChoice:
    """One start of the chosen day: its clock time, and whether it can be kept, asked for, or is full."""

    time: str
    sure: str


@dataclass(frozen=True)
class DayChoice:
    """A day of the strip; ``some`` is False when nobody can come on it."""

    day: date
    some: bool


@dataclass(frozen=True)
class When:
    """The days, and the starts of the chosen day: ``hours`` first, ``others`` between them, whole day parts."""

    days: list[DayChoice]
    hours: list[TimeChoice]
    others: list[TimeChoice]
    parts: list[str]


@dataclass(frozen=True)
class Sheet:
    """The page. ``wish`` is tidied: a service that exists, a length it allows, a day of the strip."""

    wish: Wish
    services: list[Service]
    service: Service
    compounds: list[tuple[str, list[Option]]]
    compound: Compound | None
    zone: Zone | None
    homes: list[tuple[str, list[Option]]]
    facts: list[str]
    when: When | None
    priced: Priced
    start: datetime | None
    cancelling: CancelPolicy
    map_zones: list[dict[str, Any]]

    @property
    def end(self) -> datetime | None:
        """When a visit from the chosen start ends."""
        return self.start + timedelta(minutes=self.wish.minutes) if self.start else None

    @property
    def other_chosen(self) -> bool:
        """True when the chosen start lies between whole hours."""
        return self.when is not None and self.wish.time in {one.time for one in self.when.others}

    @property
    def gone(self) -> bool:
        """True when the wished time cannot be had on the wished day."""
        if self.when is None or not self.wish.time:
            return False
        free = {one.time for one in [*self.when.hours, *self.when.others] if one.sure != "full"}
        return self.wish.time not in free | set(self.when.parts)

    @property
    def missing(self) -> list[str]:
        """What is still to be chosen, in words."""
        home = self.wish.home if self.wish.where == "list" else self.wish.address
        told = [(self.zone and home, _("where")), (self.start and not self.gone, _("when"))]
        return [word for there, word in told if not there]

    @property
    def pools(self) -> bool:
        """True when the price holds an opening offer."""
        return self.priced.subsidy_fen > 0


def make_sheet(session: Session, actor: Actor, wish: Wish, now: datetime) -> Sheet:
    """Return the page for a wish; nothing is written. Nine queries at most, the slot book aside."""
    zones = [zone for zone in list_zones(session) if zone.stage in OPEN_STAGES]
    compounds = [one for one in list_compounds(session) if one.zone.stage in OPEN_STAGES]
    compound = next((one for one in compounds if one.slug == wish.compound and wish.where == "list"), None)
    zone = compound.zone if compound else _pinned_zone(zones, wish)
    services = [one for one in list_services(session) if not one.premium]
    service = _service(services, wish, zone)
    tidy = _tidied(wish, service, compound)
    when = None
    if zone is not None:
        spot = _spot(tidy, compound)
        ask = SlotAsk(tidy.service, tidy.minutes, spot, zone.slug, tidy.facts, actor.code)
        when, tidy = _when(session, zone, ask, tidy, now)
    priced = _priced(session, actor, tidy, service, zone, now)
    return Sheet(
        wish=tidy,
        services=[one for one in services if zone is None or open_in(one, zone.slug)],
        service=service,
        compounds=_grouped(compounds),
        compound=compound,
        zone=zone,
        homes=homes_of(compound),
        facts=list(service.facts),
        when=when,
        priced=priced,
        start=_start(tidy, zone),
        cancelling=read_policy(session, CancelPolicy, now, zone.slug if zone else ""),
        map_zones=drawn(zones) if wish.where == "pin" else [],
    )


def _pinned_zone(zones: list[Zone], wish: Wish) -> Zone | None:
    if not wish.pinned or not (-90 <= (wish.lat or 0) <= 90 and -180 <= (wish.lon or 0) <= 180):
        return None
    return zone_at(zones, Point(wish.lat or 0.0, wish.lon or 0.0))


def _spot(wish: Wish, compound: Compound | None) -> Spot:
    lat, lon = (compound.lat, compound.lon) if compound else (wish.lat or 0.0, wish.lon or 0.0)
    return Spot(round(lat, 5), round(lon, 5))


def _service(services: list[Service], wish: Wish, zone: Zone | None) -> Service:
    here = [one for one in services if zone is None or open_in(one, zone.slug)] or services
    return next((one for one in here if one.slug == wish.service), here[0])


def _tidied(wish: Wish, service: Service, compound: Compound | None) -> Wish:
    """Return the wish with a length the service allows, facts it asks about and a home that exists."""
    step = service.step_minutes
    length = min(max(wish.minutes, service.min_minutes), service.max_minutes) // step * step
    home = wish.home if compound and wish.home in {key for _b, keys in homes_of(compound) for key, _t in keys} else ""
    facts = tuple(fact for fact in wish.facts if fact in service.facts)
    slug = compound.slug if compound else ""
    return replace(
        wish,
        service=service.slug,
        minutes=length,
        facts=facts,
        compound=slug,
        home=home,
        door=wish.door if slug else "",
    )


def homes_of(compound: Compound | None) -> list[tuple[str, list[Option]]]:
    """Return the entrances of a compound, by building, as options ``("3-1", "3 号楼 1 单元")``."""
    if compound is None:
        return []
    told = []
    for building in compound.buildings:
        name = building["name"]
        label = _("Building %(n)s", n=name)
        doors = [(f"{name}-{unit}", _("Building %(n)s, entrance %(unit)s", n=name, unit=unit))
                 for unit in units_of(compound, name)]  # fmt: skip
        told.append((label, doors))
    return told


def _grouped(compounds: list[Compound]) -> list[tuple[str, list[Option]]]:
    groups: dict[str, list[Option]] = {}
    for one in compounds:
        groups.setdefault(named(one.zone.names), []).append((one.slug, named(one.names)))
    return [(zone, sorted(options, key=lambda option: option[1])) for zone, options in groups.items()]


def _when(session: Session, zone: Zone, ask: SlotAsk, wish: Wish, now: datetime) -> tuple[When, Wish]:
    """Return the days and the times of the chosen one; without a choice, of the first on which somebody can come."""
    book = book_for(session, zone, now)
    by_day: dict[date, list[OpenSlot]] = {}
    for slot in slots_in(book, ask):
        by_day.setdefault(slot.start.astimezone(ZoneInfo(zone.time_zone)).date(), []).append(slot)
    today = local(now).date()
    days = [DayChoice(day, day in by_day) for day in (today + timedelta(days=n) for n in range(DAYS))]
    first = next((one.day for one in days if one.some), today)
    on = wish.on if wish.on in {one.day for one in days} else first
    day = on or first
    choices = _times(by_day.get(day, []))
    parts = [part for part in PARTS if _part_open(by_day.get(day, []), day, part, zone)]
    hours = [one for one in choices if one.time.endswith(":00")]
    others = [one for one in choices if not one.time.endswith(":00") and one.sure != "full"]
    return When(days, hours, others, parts), replace(wish, day=day.isoformat())


def times_for(session: Session, visit: Visit, wish: Wish, now: datetime) -> tuple[When, Wish]:
    """Return the days and times at which an agreed visit could be kept instead."""
    place = visit.job.place
    spot = Spot(round(place.lat, 5), round(place.lon, 5))
    ask = SlotAsk(visit.service, visit.minutes, spot, visit.zone, tuple(place.facts), visit.customer)
    return _when(session, place.zone, ask, wish, now)


def _times(slots: list[OpenSlot]) -> list[TimeChoice]:
    """Return the starts of a day in order; whole hours between them that nobody can keep are told as full."""
    found = {clock(slot.start): "kept" if slot.sure else "ask" for slot in slots}
    whole = sorted(int(time[:2]) for time in found)
    for hour in range(whole[0], whole[-1]) if whole else ():
        found.setdefault(f"{hour:02d}:00", "full")
    return [TimeChoice(time, sure) for time, sure in sorted(found.items())]


def _part_open(slots: list[OpenSlot], day: date, part: str, zone: Zone) -> bool:
    first, last = part_window(day, part, zone.time_zone)
    return sum(first <= slot.start <= last for slot in slots) > 1


def _priced(session: Session, actor: Actor, wish: Wish, service: Service, zone: Zone | None, now: datetime) -> Priced:
    ask = QuoteAsk(service=service.slug, minutes=wish.minutes, facts=wish.facts)
    return price_ask(session, actor, service, ask, zone.slug if zone else "", now)


def _start(wish: Wish, zone: Zone | None) -> datetime | None:
    if zone is None or wish.on is None:
        return None
    if wish.minute is not None:
        return local_instant(wish.on, wish.minute, zone.time_zone)
    return part_window(wish.on, wish.time, zone.time_zone)[0] if wish.time in PARTS else None
