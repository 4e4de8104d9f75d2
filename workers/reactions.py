"""What workers react to: their own timers and the day. They hear no events, for everything else is above them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.db import SessionFactory, in_transaction
from core.events import Handlers
from core.ticks import Tick, claim_tick, local_day
from core.timers import TimerHandler
from workers.careers import HOLD_TIMER, RESTRICTION_TIMER, on_restriction_over, on_safety_hold_over
from workers.cases import IDLE_TIMER, on_idle
from workers.documents import CHECK_TIMER, expire_documents, on_document_check
from workers.zones import DEFAULT

HANDLERS: Handlers = {}

TIMERS: dict[str, TimerHandler] = {
    IDLE_TIMER: on_idle,
    CHECK_TIMER: on_document_check,
    HOLD_TIMER: on_safety_hold_over,
    RESTRICTION_TIMER: on_restriction_over,
}


def daily(factory: SessionFactory, tick: str, now: datetime) -> None:
    """Look at every paper that ends soon: the net under the timers, once a local day."""

    def work(session: Session) -> None:
        if claim_tick(session, "worker_documents", tick, now):
            expire_documents(session, local_day(now, DEFAULT), now)

    in_transaction(factory, work)


TICKS: list[Tick] = [Tick("worker_documents", daily, at_minute=30)]
