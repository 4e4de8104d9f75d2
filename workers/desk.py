"""What the desk reads of one worker besides the way in: decisions, and everything about their standing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor
from workers.models import WorkerDecision
from workers.workers import get_worker


@dataclass(frozen=True)
class DecisionTold:
    """One decision about a worker, by whom, and how an appeal ended."""

    kind: str
    by: str
    reason_code: str
    reason: str
    evidence: tuple[str, ...]
    at: datetime
    until: datetime | None
    appeal: str
    settled_by: str
    settled_at: datetime | None


def decisions_about(session: Session, actor: Actor, worker_code: str) -> list[DecisionTold]:
    """Return what was decided about a worker, latest first; for themselves and operations."""
    worker = get_worker(session, actor, worker_code)
    rows = session.scalars(
        select(WorkerDecision).where(WorkerDecision.worker_id == worker.id).order_by(WorkerDecision.id.desc())
    )
    return [
        DecisionTold(
            kind=row.kind, by=row.by, reason_code=row.reason_code, reason=row.reason, evidence=tuple(row.evidence),
            at=row.at, until=row.until, appeal=row.appeal, settled_by=row.settled_by, settled_at=row.settled_at,
        )
        for row in rows
    ]  # fmt: skip
