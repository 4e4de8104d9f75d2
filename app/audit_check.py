"""Checking the chain of the audit: once a day by the clock, and whenever somebody asks.

The head goes into the log each time. Whoever keeps that log (or what ``audit verify`` prints) somewhere else can show
later that nobody has written the whole chain anew, not even with the database in their hands.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.audit import Change, audit
from core.audit_chain import CHECK, Verdict, verify_chain
from core.db import SessionFactory, in_transaction
from core.ticks import Tick, TickRun, claim_tick
from notices.tasks import open_task

LOG = structlog.get_logger("hourhand.audit")
LOOK_WITHIN = timedelta(hours=4)


def check_audit(factory: SessionFactory, tick: str, now: datetime) -> object:
    """Verify the chain once for this key, keep and log the head; a fault becomes a task for a lead."""

    def work(session: Session) -> None:
        if not claim_tick(session, CHECK, tick, now):
            return
        found = verify_chain(session)
        session.execute(update(TickRun).where(TickRun.name == CHECK, TickRun.tick == tick).values(outcome=told(found)))
        tell(session, found, now)

    return in_transaction(factory, work)


def check_for(session: Session, actor: Actor, now: datetime) -> Verdict:
    """Verify the chain because somebody of the desk asked; that they did is audited."""
    found = verify_chain(session)
    tell(session, found, now)
    audit(session, actor, "audit_checked", "audit", now, Change(after={"fault": found.fault}))
    return found


def tell(session: Session, found: Verdict, now: datetime) -> None:
    """Log what a check found; ask a lead to look when something is wrong."""
    LOG.info("audit_checked", head=str(found.head), fault=found.fault, at=found.at)
    if found.fault:
        open_task(
            session, Role.OPS_LEAD, "audit_broken", "audit", now + LOOK_WITHIN, now, fault=found.fault, row=found.at
        )


def told(found: Verdict) -> dict[str, Any]:
    """Return a verdict as it is kept with its tick."""
    return {"head": str(found.head), "fault": found.fault, "at": found.at}


AUDIT_TICK = Tick(CHECK, check_audit, at_minute=3 * 60 + 45)
