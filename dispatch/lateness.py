"""Who will be late as things stand: expected from where people are and how long ways and visits take.

Whoever is on the way is looked at every few minutes. When that visit or a later one of the day cannot be begun in time
any more, the day is planned again and the customer is told: once for each trip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from core import events
from core.actors import SYSTEM
from core.db import SessionFactory, in_transaction
from core.events import EventRow
from core.policies import read_policy
from core.ticks import claim_tick
from dispatch.events import VisitRunsLate
from dispatch.models import Assignment, Job, Position, Visit
from dispatch.plan_wishes import want_replan
from dispatch.policy import SlotPolicy
from dispatch.states import WORKED, VisitState
from dispatch.travel import Spot, travel_seconds
from geo.modes import Mode
from notices import notices
from places.models import Place

LOOK = "late_look"
LATE = timedelta(minutes=5)  # below this nobody calls it late
AHEAD = frozenset({VisitState.ASSIGNED, VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_PROGRESS})


@dataclass(frozen=True)
class Expected:
    """When a visit should begin as things stand, and from when its worker is free again."""

    start: datetime
    free: datetime


def eta(visit: Visit, last: Position | None, way: timedelta, now: datetime) -> datetime:
    """Return when whoever is on the way should be there: by the last position and the roads, else by the usual way."""
    if last is None:
        return max((visit.trip_at or now) + way, now)
    place = visit.job.place
    mode = visit.worker.travel_mode if visit.worker else Mode.WALK.value
    left = travel_seconds(place.zone.city, Spot(last.lat, last.lon), Spot(place.lat, place.lon), mode)
    return max(last.at + timedelta(seconds=left), now)


def expect(
    visit: Visit, row: Assignment | None, free: datetime, now: datetime, last: Position | None = None
) -> Expected:
    """Return what to expect of a visit whose worker is free from ``free`` on; what is over counts as it was."""
    length = timedelta(minutes=visit.minutes)
    start = visit.starts_at or visit.window_from
    if visit.state in WORKED or visit.state not in AHEAD:
        return Expected(start, visit.finished_at or visit.ended_at or start + length)
    if visit.state == VisitState.IN_PROGRESS:
        return Expected(start, max(now, (visit.started_at or start) + length))
    if visit.state == VisitState.ARRIVED:
        return Expected(max(now, start), max(now, start) + length)
    way = way_of(row)
    there = max(now, free, start - way) + way if visit.state == VisitState.ASSIGNED else eta(visit, last, way, now)
    return Expected(max(there, start), max(there, start) + length)


def minutes_late(visit: Visit, expected: Expected) -> int:
    """Return how late a visit still ahead will begin, in minutes; 0 when nobody would call it late."""
    late = expected.start - (visit.starts_at or visit.window_from)
    return int(late.total_seconds() // 60) if late > LATE and visit.state not in _BEGUN else 0


_BEGUN = frozenset({VisitState.ARRIVED, VisitState.IN_PROGRESS})


def way_of(row: Assignment | None) -> timedelta:
    """Return how long the way to a promised visit was thought to take."""
    if row is None or row.during.lower is None or row.blocked.lower is None:
        return timedelta(0)
    return row.during.lower - row.blocked.lower


def expected_of(session: Session, visits: Sequence[Visit], now: datetime) -> dict[int, Expected]:
    """Return what to expect of each of these visits, which are all that their workers have on a day; two queries."""
    ways = _ways(session, visits)
    seen = last_positions(session, [visit.id for visit in visits if visit.state == VisitState.EN_ROUTE])
    free: dict[int | None, datetime] = {}
    found: dict[int, Expected] = {}
    for visit in sorted(visits, key=lambda one: one.starts_at or one.window_from):
        found[visit.id] = expect(visit, ways.get(visit.id), free.get(visit.worker_id, now), now, seen.get(visit.id))
        free[visit.worker_id] = found[visit.id].free
    return found


def _ways(session: Session, visits: Sequence[Visit]) -> Mapping[int, Assignment]:
    rows = session.scalars(
        select(Assignment).where(
            Assignment.visit_id.in_([visit.id for visit in visits]), Assignment.status.in_(["assigned", "started"])
        )
    )
    return {row.visit_id: row for row in rows if row.visit_id is not None}


def last_positions(session: Session, visits: Sequence[int]) -> dict[int, Position]:
    """Return the last position on the way to each of these visits."""
    latest = select(func.max(Position.id)).where(Position.visit_id.in_(visits)).group_by(Position.visit_id)
    return {row.visit_id: row for row in session.scalars(select(Position).where(Position.id.in_(latest)))}


def look(factory: SessionFactory, tick: str, now: datetime) -> int:
    """Look at everybody who is on the way, once per tick; return for how many the day is to be planned again."""
    return in_transaction(factory, lambda session: _look(session, tick, now))


def _look(session: Session, tick: str, now: datetime) -> int:
    if not claim_tick(session, LOOK, tick, now):
        return 0
    return sum(_late(session, days, now) for days in _days_of_those_on_the_way(session, now).values())


def _days_of_those_on_the_way(session: Session, now: datetime) -> dict[int, list[Visit]]:
    """What is ahead in these hours for each worker who is on the way to a visit nobody was told about yet."""
    told = select(EventRow.about).where(EventRow.kind == VisitRunsLate.__name__, EventRow.about == Visit.code)
    moving = select(Visit.worker_id).where(Visit.state == VisitState.EN_ROUTE, ~told.exists())
    rows = session.scalars(
        select(Visit)
        .where(
            Visit.worker_id.in_(moving),
            Visit.state.in_([state.value for state in AHEAD]),
            Visit.starts_at < now + timedelta(hours=12),
        )
        .options(joinedload(Visit.worker), joinedload(Visit.job).joinedload(Job.place).joinedload(Place.zone))
        .order_by(Visit.starts_at)
    )
    found: dict[int, list[Visit]] = defaultdict(list)
    for visit in rows:
        found[visit.worker_id or 0].append(visit)
    return found


def _late(session: Session, visits: Sequence[Visit], now: datetime) -> bool:
    """Tell of one worker's lateness when something cannot be kept; whether anything was told."""
    going = next(visit for visit in visits if visit.state == VisitState.EN_ROUTE)
    allowed = read_policy(session, SlotPolicy, now, going.zone).promise_minutes
    expected = expected_of(session, visits, now)
    late = {visit.code: minutes_late(visit, expected[visit.id]) for visit in visits}
    if max(late.values()) <= allowed:
        return False
    worker = going.worker.code if going.worker else ""
    events.record(session, VisitRunsLate(going.code, worker, late[going.code]), by=SYSTEM, at=now)
    if late[going.code] > allowed:
        notices.enqueue(session, to=going.customer, kind="visit_late", about=going.code, now=now)
    want_replan(session, going.zone, now, {"kind": "late", "about": going.code}, now)
    return True
