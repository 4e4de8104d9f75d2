"""What the doors themselves do when something has happened: send codes, forget old keys."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.events import CodeRequested
from accounts.housekeeping import forget_old_access
from accounts.models import SignInChallenge
from app.access_news import NEWS, NUMBERS_TICK
from app.audit_check import AUDIT_TICK
from app.emergency_news import EMERGENCIES
from app.incentive_cases import INCENTIVES
from app.reconciliation import RECONCILE_TICK
from app.resealing import SEALING_TICK
from app.sending import CODE_KIND, send_messages
from app.wiring import Pump
from core.clock import wall
from core.db import SessionFactory, in_transaction
from core.events import Handlers
from core.idempotency import forget_old
from core.rate_count import forget_counts
from core.ticks import Tick, claim_tick
from notices.notices import enqueue


def send_code(session: Session, event: CodeRequested, now: datetime) -> None:
    """Have the digits sent while they are still good for something."""
    found = session.scalars(select(SignInChallenge).where(SignInChallenge.code == event.challenge_code)).one()
    if found.expires_at > wall() and found.used_at is None:
        enqueue(session, event.phone, CODE_KIND, event.challenge_code, now)


def forget(factory: SessionFactory, tick: str, now: datetime) -> None:
    """Drop idempotency keys after 7 days and what access no longer needs. Access lives on wall time."""

    def work(session: Session) -> None:
        if claim_tick(session, "app_forget", tick, now):
            forget_old(session, wall())
            forget_old_access(session, wall())
            forget_counts(session, int(wall().timestamp()) // 60 - 1)

    in_transaction(factory, work)


HANDLERS: Handlers = {CodeRequested: [send_code], **EMERGENCIES, **INCENTIVES, **NEWS}
TICKS = [Tick("app_forget", forget, period=timedelta(hours=1)), AUDIT_TICK, NUMBERS_TICK, RECONCILE_TICK, SEALING_TICK]
PUMPS: list[Pump] = [send_messages]
