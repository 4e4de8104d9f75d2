"""What ratings do when something has happened, comes due, or the clock ticks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Role
from core.db import SessionFactory, in_transaction
from core.events import Handlers
from core.policies import read_policy
from core.ticks import Tick, claim_tick
from core.timers import Timer, TimerHandler, cancel_timer, set_timer
from dispatch.events import VisitConfirmed, WorkDone
from dispatch.policy import SlotPolicy
from dispatch.visits import find_visit
from notices.tasks import open_task
from ratings.estimates import renew_estimates
from ratings.events import ScorePublished, ScoreRecomputed
from ratings.fairness import renew_gaps
from ratings.invitations import invite, reveal_due
from ratings.models import WorkerScore
from ratings.policy import RatingPolicy
from ratings.revealing import close_visit
from ratings.scores import differs, start_score
from ratings.tiers import evaluate_tiers, on_score_recomputed
from ratings.weekly import tell_weekly
from workers.events import WorkerActivated, WorkerMoved
from workers.states import WorkerState
from workers.trials import note_trial_visit, propose_activation

SAMPLE = 25
MONDAY = 0
TickRunner = Callable[[SessionFactory, str, datetime], object]


def on_work_done(session: Session, event: WorkDone, now: datetime) -> None:
    """Ask at the latest an hour after check-out; note a trial visit."""
    wait = read_policy(session, RatingPolicy, now).ask_after_minutes
    set_timer(session, "rating_ask", event.visit_code, now + timedelta(minutes=wait))
    visit = find_visit(session, event.visit_code)
    promise = timedelta(minutes=read_policy(session, SlotPolicy, now, visit.zone).promise_minutes)
    on_time = bool(visit.arrived_at and visit.starts_at and visit.arrived_at <= visit.starts_at + promise)
    note_trial_visit(session, event.worker_code, event.visit_code, on_time, now, event.customer)


def on_visit_confirmed(session: Session, event: VisitConfirmed, now: datetime) -> None:
    """Confirmed: ask both sides now."""
    cancel_timer(session, "rating_ask", event.visit_code)
    invite(session, event.visit_code, now)


def on_worker_moved(session: Session, event: WorkerMoved, now: datetime) -> None:
    """Somebody begins the trial: there has to be a standing the matcher can read."""
    if event.state == WorkerState.TRIAL:
        start_score(session, event.worker_code, now)


def on_worker_activated(session: Session, event: WorkerActivated, now: datetime) -> None:
    """Accepted: a score to begin with, if there was no trial."""
    start_score(session, event.worker_code, now)


def on_score_published(session: Session, event: ScorePublished, now: datetime) -> None:
    """A trial may be complete now."""
    propose_activation(session, event.worker_code, now)


def on_rating_ask(session: Session, timer: Timer, now: datetime) -> None:
    """An hour after check-out."""
    invite(session, timer.about, now)


def on_rating_close(session: Session, timer: Timer, now: datetime) -> None:
    """Seven days later: reveal what there is."""
    close_visit(session, timer.about, now)


HANDLERS: Handlers = {
    WorkDone: [on_work_done],
    VisitConfirmed: [on_visit_confirmed],
    WorkerMoved: [on_worker_moved],
    WorkerActivated: [on_worker_activated],
    ScorePublished: [on_score_published],
    ScoreRecomputed: [on_score_recomputed],
}

TIMERS: dict[str, TimerHandler] = {"rating_ask": on_rating_ask, "rating_close": on_rating_close}


def _once(name: str, work: Callable[[Session, datetime], object], weekday: int | None = None) -> TickRunner:
    """Claim the key and do the work; with ``weekday``, only when the key, the house's own date, falls on it."""

    def run(factory: SessionFactory, tick: str, now: datetime) -> object:
        wanted = weekday is None or date.fromisoformat(tick).weekday() == weekday

        def claimed(session: Session) -> None:
            if claim_tick(session, name, tick, now) and wanted:
                work(session, now)

        return in_transaction(factory, claimed)

    return run


def weekly(session: Session, now: datetime) -> None:
    """Tiers, then everybody's private message."""
    evaluate_tiers(session, now)
    tell_weekly(session, now)


def verify_sample(session: Session, now: datetime) -> None:
    """Rebuild a few scores from the log and ask an administrator to look when one differs (it never may)."""
    sample = session.scalars(select(WorkerScore.worker).order_by(func.random()).limit(SAMPLE)).all()
    for worker in sample:
        if differs(session, worker):
            open_task(session, Role.ADMIN, "score_differs", worker, now + timedelta(hours=24), now)


TICKS: list[Tick] = [
    Tick("rating_estimates", _once("rating_estimates", renew_estimates), at_minute=2 * 60 + 30),
    Tick("rating_verify", _once("rating_verify", verify_sample), at_minute=3 * 60),
    Tick("fairness_gaps", _once("fairness_gaps", renew_gaps), at_minute=3 * 60 + 30),
    Tick("weekly_tiers", _once("weekly_tiers", weekly, weekday=MONDAY), at_minute=4 * 60),
    Tick("ratings_due", _once("ratings_due", reveal_due), period=timedelta(hours=1)),
]
