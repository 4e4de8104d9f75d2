"""A worker's committed days: what is blocked, whether one more visit fits, and inserting it.

A visit's ``blocked`` range is the travel from the stop before plus the visit, so the exclusion constraint of the
database sees travel too. Inserting a stop changes the travel of the one after it, both under the worker's row lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict
from dispatch.models import Assignment, Job, Offer, Visit
from dispatch.travel import Spot, travel_seconds
from workers.models import Worker

HOLDING = ("assigned", "started", "time_off")
_NEAR = timedelta(hours=20)  # a stop further away than this cannot be the neighbour on the same trip


@dataclass(frozen=True)
class Stop:
    """One committed stretch of a worker's day; ``spot`` is None for time off."""

    start: datetime
    end: datetime
    spot: Spot | None
    assignment: Assignment | None = None


@dataclass(frozen=True)
class Fit:
    """How a visit fits: travel to it, the stop after it, and how long the way there becomes."""

    travel_seconds: int
    after: Stop | None
    after_seconds: int


def lock_worker(session: Session, worker_id: int) -> Worker:
    """Lock the worker's row: only one change of a committed day at a time."""
    return session.scalars(
        select(Worker)
        .where(Worker.id == worker_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def stops_of(session: Session, worker_id: int, around: datetime) -> list[Stop]:
    """Return what is committed near an instant, in order."""
    span = Range(around - _NEAR, around + _NEAR, bounds="[)")
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.worker_id == worker_id, Assignment.status.in_(HOLDING), Assignment.during.overlaps(span))
        .options(joinedload(Assignment.visit).joinedload(Visit.job).joinedload(Job.place))
    ).all()
    stops = [Stop(_at(row.during.lower), _at(row.during.upper), _spot_of(row.visit), row) for row in rows]
    return sorted(stops, key=lambda stop: stop.start)


def fit(worker: Worker, city: str, stops: Sequence[Stop], visit: Stop, buffer_minutes: int) -> Fit | None:
    """Return how the visit fits between the worker's stops, or None when travel or time forbids it."""
    if any(stop.start < visit.end and visit.start < stop.end for stop in stops):
        return None
    before = max((stop for stop in stops if stop.end <= visit.start), key=lambda stop: stop.end, default=None)
    after = min((stop for stop in stops if stop.start >= visit.end), key=lambda stop: stop.start, default=None)
    home = Spot(worker.home_lat, worker.home_lon)
    pause = timedelta(minutes=buffer_minutes)
    origin = before.spot if before and before.spot else home
    to_visit = _seconds(worker, city, origin, visit.spot)
    if before is not None and before.end + timedelta(seconds=to_visit) + pause > visit.start:
        return None
    to_after = 0 if after is None else _seconds(worker, city, visit.spot, after.spot)
    if after is not None and visit.end + timedelta(seconds=to_after) + pause > after.start:
        return None
    return Fit(to_visit, after, to_after)


def insert_stop(session: Session, offer: Offer, found: Fit, now: datetime) -> Assignment:
    """Write the assignment and the neighbour's new travel; ``Conflict`` if the database sees an overlap."""
    start = offer.starts_at
    end = start + timedelta(minutes=offer.visit.minutes)
    row = Assignment(
        worker_id=offer.worker_id,
        visit_id=offer.visit_id,
        offer_id=offer.id,
        during=Range(start, end, bounds="[)"),
        blocked=Range(start - timedelta(seconds=found.travel_seconds), end, bounds="[)"),
        status="assigned",
        created_at=now,
    )
    try:
        with session.begin_nested():
            _widen(found)
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict("worker_busy", "This visit no longer fits into the day.") from error
    return row


def _widen(found: Fit) -> None:
    after = found.after
    if after is None or after.assignment is None or after.assignment.visit_id is None:
        return
    lower = after.start - timedelta(seconds=found.after_seconds)
    after.assignment.blocked = Range(lower, after.end, bounds="[)")


def _seconds(worker: Worker, city: str, origin: Spot | None, target: Spot | None) -> int:
    if origin is None or target is None:
        return 0
    return travel_seconds(city, origin, target, worker.travel_mode)


def _spot_of(visit: Visit | None) -> Spot | None:
    return None if visit is None else Spot(visit.job.place.lat, visit.job.place.lon)


def _at(instant: datetime | None) -> datetime:
    if instant is None:
        raise ValueError("An assignment has two ends.")
    return instant
