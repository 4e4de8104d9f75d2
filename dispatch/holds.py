"""Holds: a contested amount of one visit, kept out of settlement. Placed from above, never blocking a transition."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.models import Visit, VisitHold
from dispatch.visits import find_visit


def place_hold(session: Session, visit_code: str, source: str, fen: int, now: datetime) -> VisitHold:
    """Hold ``fen`` of the visit for ``source`` (a dispute's code); a second call returns the first hold."""
    found = session.scalars(select(VisitHold).where(VisitHold.source == source)).first()
    if found is not None:
        return found
    visit = find_visit(session, visit_code)
    row = VisitHold(visit_id=visit.id, source=source, fen=max(0, min(fen, visit.worker_fen)), placed_at=now)
    session.add(row)
    session.flush()
    return row


def release_hold(session: Session, source: str, now: datetime) -> None:
    """Let go of what ``source`` held; nothing happens when it has been let go before."""
    row = session.scalars(select(VisitHold).where(VisitHold.source == source)).first()
    if row is not None and row.released_at is None:
        row.released_at = now


def held_fen(session: Session, visit: Visit) -> int:
    """Return the sum held of this visit now."""
    total = session.scalar(
        select(func.sum(VisitHold.fen)).where(VisitHold.visit_id == visit.id, VisitHold.released_at.is_(None))
    )
    return int(total or 0)


def is_held(session: Session, visit_code: str) -> bool:
    """Tell whether anything about this visit is being contested."""
    return bool(
        session.scalar(
            select(VisitHold.id)
            .join(Visit, Visit.id == VisitHold.visit_id)
            .where(Visit.code == visit_code, VisitHold.released_at.is_(None))
            .limit(1)
        )
    )
