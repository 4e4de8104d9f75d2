"""Publishing a score down to the worker's standing, which the matcher reads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM
from ratings.events import ScorePublished
from ratings.models import WorkerScore
from workers.standing import StandingUpdate, publish_standing


def publish(session: Session, row: WorkerScore, now: datetime) -> None:
    """Write the figures to the standing and tell it."""
    publish_standing(
        session,
        row.worker,
        StandingUpdate(
            score=row.score,
            lower=row.lower,
            upper=row.upper,
            p_bad=row.p_bad,
            weight=round(row.w, 6),
            prior=row.prior,
            params_version=row.params_version,
        ),
        now,
    )
    events.record(session, ScorePublished(row.worker, row.score, row.lower, round(row.w, 6)), by=SYSTEM, at=now)
