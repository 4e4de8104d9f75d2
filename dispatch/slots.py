"""Slots: the starts that can really be kept, counting committed days, live offers, held slots and open visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import matching
from dispatch import snapshot_rows
from dispatch.models import SlotHold, Visit
from dispatch.opportunity import opportunity
from dispatch.policy import SlotPolicy
from dispatch.snapshot import GRID, Places, Snapshot, Span, build, travel_of
from dispatch.states import UNMATCHED
from dispatch.travel import Spot
from dispatch.visits import visit_query
from dispatch.waking import Quiet, local_instant, waking_between
from matching.greedy import place_open
from matching.slots import Cost, SlotFinder
from places.models import Zone


@dataclass(frozen=True)
class SlotAsk:
    """What is to be done where: enough to say when it can be."""

    service: str
    minutes: int
    spot: Spot
    zone: str
    facts: tuple[str, ...] = ()
    customer: str = ""


@dataclass(frozen=True)
class OpenSlot:
    """A start somebody can keep, how many could, and how sure we are (0..1)."""

    start: datetime
    workers: int
    sureness: float
    sure: bool


@dataclass(frozen=True)
class SlotBook:
    """The next days of a city with everything already promised put in: many questions may be asked of it.

    It holds no rows, so a door may keep it for a few moments and ask again.
    """

    snapshot: Snapshot
    policy: SlotPolicy
    skills: dict[str, frozenset[str]]
    trusted: frozenset[str]
    blocked: dict[str, frozenset[str]]
    free_now: dict[str, datetime]
    now: datetime
    cost: Cost | None = None


def open_book(
    session: Session, zone: Zone, policy: SlotPolicy, now: datetime, days: tuple[date, date] | None = None
) -> SlotBook:
    """Load the next days (or from one day to another) and place what is open with whoever would best take it."""
    today = now.astimezone(ZoneInfo(zone.time_zone)).date()
    first, last = days or (today, today + timedelta(days=policy.days_ahead - 1))
    span = Span(zone.city, zone.time_zone, first, last)
    visits = session.scalars(
        visit_query()
        .where(
            Visit.state.in_([state.value for state in UNMATCHED]),
            Visit.window_from < span.end,
            Visit.window_until >= span.epoch,
        )
        .order_by(Visit.window_from, Visit.id)
    ).all()
    waiting = [visit for visit in visits if visit.state != "offering"]
    facts = snapshot_rows.load(session, waiting, (span.epoch, span.end), now)
    snap = build(facts, waiting, span, policy, now)
    held = _held(session, facts, snap, now)
    problem = replace(snap.problem, visits=(*snap.problem.visits, *held))
    filled = place_open(problem)
    free = {worker.code: worker.free_now_until for worker in facts.workers if worker.free_now_until is not None}
    skills = {service: frozenset(needed) for service, needed in facts.skills.items()}
    return SlotBook(
        replace(snap, problem=filled.with_visits(())), policy, skills, facts.trusted, facts.blocked, free, now,
        opportunity(session, snap),
    )  # fmt: skip


def _held(session: Session, facts: snapshot_rows.Facts, snap: Snapshot, now: datetime) -> list[matching.Visit]:
    rows = session.scalars(select(SlotHold).where(SlotHold.expires_at > now, SlotHold.window_from < snap.span.end))
    found = []
    for hold in rows:
        earliest = -(-snap.span.second(hold.window_from) // GRID) * GRID
        latest = snap.span.second(hold.window_until)
        near = _nearest_place(snap.places, Spot(hold.place_lat, hold.place_lon))
        if near is not None and earliest <= latest:
            skills = frozenset(facts.skills.get(hold.service, ()))
            window = matching.Window(earliest, latest)
            found.append(matching.Visit(hold.code, near, (window,), hold.minutes, skills, zone=hold.zone))
    return found


def _nearest_place(places: Places, spot: Spot) -> int | None:
    if not places.spots:
        return None
    return min(
        range(len(places.spots)),
        key=lambda n: (places.spots[n].lat - spot.lat) ** 2 + (places.spots[n].lon - spot.lon) ** 2,
    )


def slots_in(book: SlotBook, ask: SlotAsk, days: Sequence[date] | None = None) -> list[OpenSlot]:
    """Return every start on the grid that can be kept, in order; exact for the asked place and length."""
    problem, visit = _question(book, ask, days)
    if visit is None:
        return []
    soon = book.policy.waking_lead_minutes
    quiet = Quiet(zone=book.snapshot.span.zone)
    found = []
    for slot in SlotFinder(problem, book.cost).slots(visit):
        start = book.snapshot.span.instant(slot.start)
        lead = waking_between(book.now, start, quiet)
        if lead < timedelta(minutes=soon) and not _free_now(book, slot, lead):
            continue
        found.append(OpenSlot(start, slot.workers, round(slot.sureness, 4), slot.sureness >= book.policy.sure_at))
    return found


def _free_now(book: SlotBook, slot: matching.Slot, lead: timedelta) -> bool:
    """Short notice is fine when somebody who could come has said "free now"."""
    if lead < timedelta(minutes=45):
        return False
    return any(book.free_now.get(candidate.worker, book.now) > book.now for candidate in slot.top)


def _question(
    book: SlotBook, ask: SlotAsk, days: Sequence[date] | None
) -> tuple[matching.Problem, matching.Visit | None]:
    places = Places(list(book.snapshot.places.spots), dict(book.snapshot.places.index))
    number = places.of(ask.spot.lat, ask.spot.lon)
    problem = book.snapshot.problem
    if number >= problem.size:
        problem = _wider(book, places)
    windows = tuple(_day_windows(book, days))
    if not windows:
        return problem, None
    visit = matching.Visit(
        code="?",
        place=number,
        windows=windows,
        minutes=ask.minutes,
        skills=book.skills.get(ask.service, frozenset()),
        zone=ask.zone,
        blocked=book.blocked.get(ask.customer, frozenset()),
        tier="gold" if ask.service in book.trusted or "nobody_home" in ask.facts else "newcomer",
        flags=len({"no_lift", "pets"} & set(ask.facts)),
    )
    return problem, visit


def _wider(book: SlotBook, places: Places) -> matching.Problem:
    """Return the problem with one more place, and the travel to and from it."""
    problem = book.snapshot.problem
    points = tuple(matching.Point(*spot) for spot in places.spots)
    travel = travel_of(book.snapshot.span.city, places, {worker.mode for worker in problem.workers})
    return replace(problem, places=points, travel=travel)


def _day_windows(book: SlotBook, days: Sequence[date] | None) -> list[matching.Window]:
    span, policy = book.snapshot.span, book.policy
    earliest = -(-span.second(book.now) // GRID) * GRID
    found = []
    for day in span.days:
        if days is not None and day not in days:
            continue
        first = max(earliest, span.second(local_instant(day, policy.day_from, span.zone)))
        last = span.second(local_instant(day, policy.day_until, span.zone))
        if first <= last:
            found.append(matching.Window(first, last))
    return found


def part_window(day: date, part: str, zone: str) -> tuple[datetime, datetime]:
    """Return the window of starts a day part stands for."""
    first, last = {"morning": (480, 660), "afternoon": (780, 960), "evening": (1080, 1140), "any": (480, 1080)}[part]
    return local_instant(day, first, zone), local_instant(day, last, zone)
