"""The outbox as the health page shows it: what waits, what is parked and why. Texts and numbers are not among it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notices.models import Notice


@dataclass(frozen=True)
class StuckNotice:
    """A message that could not be sent."""

    code: str
    kind: str
    about: str
    attempts: int
    error: str
    created_at: datetime


@dataclass(frozen=True)
class Outbox:
    """How many messages wait, how old the oldest is, and what is parked."""

    waiting: int
    oldest: datetime | None
    stuck: list[StuckNotice]


def outbox(session: Session, now: datetime, limit: int = 50) -> Outbox:
    """Return the state of the outbox; two queries."""
    due = select(func.count(), func.min(Notice.created_at)).where(Notice.state == "pending", Notice.next_at <= now)
    waiting, oldest = session.execute(due).one()
    rows = session.scalars(select(Notice).where(Notice.state == "parked").order_by(Notice.id.desc()).limit(limit))
    stuck = [StuckNotice(row.code, row.kind, row.about, row.attempts, row.error, row.created_at) for row in rows]
    return Outbox(int(waiting), oldest, stuck)
