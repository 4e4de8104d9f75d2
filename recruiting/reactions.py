"""What recruiting reacts to, and its timers."""

from __future__ import annotations

from core.events import Handlers
from core.timers import TimerHandler
from dispatch.events import VisitSettled
from recruiting.attribution import on_worker_applied
from recruiting.evaluation import DUE_TIMER
from recruiting.events import WorkerAttributed
from recruiting.milestones import (
    on_milestone_due,
    on_visit_settled,
    on_worker_activated,
    on_worker_attributed,
    on_worker_stopped,
)
from workers.events import WorkerActivated, WorkerApplied, WorkerStopped

HANDLERS: Handlers = {
    WorkerApplied: (on_worker_applied,),
    WorkerAttributed: (on_worker_attributed,),
    WorkerActivated: (on_worker_activated,),
    VisitSettled: (on_visit_settled,),
    WorkerStopped: (on_worker_stopped,),
}

TIMERS: dict[str, TimerHandler] = {DUE_TIMER: on_milestone_due}
