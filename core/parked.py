"""What waits for a person: facts and timers that failed too often; seen and tried again on the health page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.events import DeliveryRow, retry_parked
from core.timers import Timer


@dataclass(frozen=True)
class Parked:
    """One thing that failed too often. ``what`` is "event" or "timer", ``name`` the handler or the kind."""

    what: str
    id: int
    name: str
    about: str
    attempts: int
    error: str
    since: datetime


def parked(session: Session, limit: int = 50) -> list[Parked]:
    """Return what is parked, facts first, latest first; two queries."""
    rows = session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.state == "parked")
        .options(joinedload(DeliveryRow.event))
        .order_by(DeliveryRow.id.desc())
        .limit(limit)
    )
    facts = [
        Parked("event", row.id, row.handler, row.event.about, row.attempts, row.error, row.event.at) for row in rows
    ]
    late = session.scalars(select(Timer).where(Timer.state == "parked").order_by(Timer.id.desc()).limit(limit))
    return facts + [Parked("timer", row.id, row.kind, row.about, row.attempts, row.error, row.due_at) for row in late]


def retry(session: Session, what: str, row_id: int, now: datetime) -> None:
    """Give something parked another round of tries; nothing happens when it is not parked any more."""
    if what == "event":
        retry_parked(session, row_id, now)
        return
    timer = session.get(Timer, row_id)
    if timer is not None and timer.state == "parked":
        timer.state, timer.attempts, timer.next_at = "waiting", 0, now
