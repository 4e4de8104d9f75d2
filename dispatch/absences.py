"""Time off: an exception to the weekly shifts, on the same table as assignments, so that it can never overlap one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import events
from core.actors import Actor
from core.errors import Conflict, InvalidInput, NotFound
from dispatch.days import lock_worker
from dispatch.events import TimeOffTaken
from dispatch.models import Assignment
from workers.workers import get_worker


def take_time_off(
    session: Session, actor: Actor, worker_code: str, span: tuple[datetime, datetime], now: datetime
) -> Assignment:
    """Take time off. ``Conflict`` when a visit is promised then: it has to be given back first."""
    if span[1] <= span[0] or span[1] <= now:
        raise InvalidInput({"until": ["not_a_span"]})
    worker = lock_worker(session, get_worker(session, actor, worker_code).id)
    during = Range(span[0], span[1], bounds="[)")
    row = Assignment(
        worker_id=worker.id, during=during, blocked=during, status="time_off", reason="time_off", created_at=now
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict("visit_promised_then", "You have promised a visit in that time.") from error
    worker.version += 1
    fact = TimeOffTaken(worker.code, span[0].isoformat(), span[1].isoformat())
    events.record(session, fact, by=actor, at=now)
    return row


def end_time_off(session: Session, actor: Actor, worker_code: str, absence_id: int, now: datetime) -> None:
    """Take time off back."""
    worker = get_worker(session, actor, worker_code)
    row = session.scalars(
        select(Assignment).where(
            Assignment.id == absence_id, Assignment.worker_id == worker.id, Assignment.status == "time_off"
        )
    ).first()
    if row is None:
        raise NotFound
    row.status, row.ended_at = "cancelled", now
    worker.version += 1


def time_off_of(session: Session, worker_id: int, now: datetime) -> list[Assignment]:
    """Return what is still ahead, soonest first."""
    rows = session.scalars(select(Assignment).where(Assignment.worker_id == worker_id, Assignment.status == "time_off"))
    ahead = [row for row in rows if row.during.upper is not None and row.during.upper > now]
    return sorted(ahead, key=lambda row: row.during.lower or now)
