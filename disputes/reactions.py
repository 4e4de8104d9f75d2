"""What disputes do when something has happened or comes due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.events import Handlers
from core.timers import TimerHandler
from dispatch.events import VisitAborted
from dispatch.visits import find_visit
from disputes import deadlines
from disputes.opening import open_for_safety


def on_visit_aborted(session: Session, event: VisitAborted, now: datetime) -> None:
    """Stopped for safety: a case opens by itself, and a person calls within 15 minutes."""
    if event.reason == "safety":
        open_for_safety(session, find_visit(session, event.visit_code, lock=True), event.by, now)


HANDLERS: Handlers = {VisitAborted: [on_visit_aborted]}

TIMERS: dict[str, TimerHandler] = {
    "dispute_reply_due": deadlines.on_reply_due,
    "dispute_proposal_due": deadlines.on_proposal_due,
    "dispute_answer_due": deadlines.on_answer_due,
    "dispute_appeal_over": deadlines.on_appeal_over,
}
