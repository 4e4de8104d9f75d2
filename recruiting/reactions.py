"""What recruiting reacts to, its timers, and its daily net under them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.db import SessionFactory, in_transaction
from core.events import Handlers
from core.ticks import Tick, claim_tick
from core.timers import TimerHandler
from dispatch.events import VisitSettled
from ratings.events import ScoreRecomputed
from recruiting.attribution import on_worker_applied
from recruiting.clawbacks import write_off_old
from recruiting.evaluation import DUE_TIMER
from recruiting.events import WorkerAttributed
from recruiting.milestones import (
    evaluate_due,
    on_milestone_due,
    on_visit_settled,
    on_worker_activated,
    on_worker_attributed,
    on_worker_stopped,
)
from recruiting.repricing import on_score_recomputed
from workers.events import WorkerActivated, WorkerApplied, WorkerStopped

HANDLERS: Handlers = {
    WorkerApplied: (on_worker_applied,),
    WorkerAttributed: (on_worker_attributed,),
    WorkerActivated: (on_worker_activated,),
    VisitSettled: (on_visit_settled,),
    WorkerStopped: (on_worker_stopped,),
    ScoreRecomputed: (on_score_recomputed,),
}

TIMERS: dict[str, TimerHandler] = {DUE_TIMER: on_milestone_due}


def daily(factory: SessionFactory, tick: str, now: datetime) -> None:
    """Evaluate what no timer fired, and write off clawbacks past their time; once a period, whatever the clocks."""

    def work(session: Session) -> None:
        if claim_tick(session, "recruiting_due", tick, now):
            evaluate_due(session, now)
            write_off_old(session, now)

    in_transaction(factory, work)


TICKS: list[Tick] = [Tick("recruiting_due", daily, period=timedelta(hours=6))]
