"""Watching over a promised start: reminder, call, no-show, rescue.

The clock proposes, operations confirm, time decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor
from core.errors import Conflict
from core.policies import read_policy
from core.timers import Timer, set_timer
from dispatch.cancelling import Mark, call_rescue, mark
from dispatch.events import NoShow
from dispatch.filling import give_up_visit
from dispatch.models import Visit
from dispatch.policy import CancelPolicy, TripPolicy
from dispatch.states import VisitState
from dispatch.visits import find_visit, get_visit
from notices import notices, tasks


def on_trip_reminder(session: Session, timer: Timer, now: datetime) -> None:
    """Twenty minutes to go and no trip: a reminder."""
    visit = find_visit(session, timer.about)
    if visit.state == VisitState.ASSIGNED and visit.worker is not None:
        notices.enqueue(session, to=visit.worker.account_code, kind="leave_now", about=visit.code, now=now)


def on_trip_call(session: Session, timer: Timer, now: datetime) -> None:
    """A quarter of an hour to go and no trip: somebody calls."""
    visit = find_visit(session, timer.about)
    if visit.state == VisitState.ASSIGNED and visit.starts_at is not None:
        tasks.open_task(session, "ops_agent", "call_worker", visit.code, visit.starts_at, now)


def on_no_show(session: Session, timer: Timer, now: datetime) -> None:
    """Ten minutes late, no trip, no answer: a rescue is proposed; ten minutes later it happens by itself."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state != VisitState.ASSIGNED:
        return
    policy = read_policy(session, TripPolicy, now, visit.zone)
    due = now + timedelta(minutes=policy.confirm_rescue)
    tasks.open_task(session, "ops_agent", "confirm_rescue", visit.code, due, now)
    notices.enqueue(session, to=visit.customer, kind="visit_late", about=visit.code, now=now)
    set_timer(session, "no_show_auto", visit.code, due)


def on_no_show_auto(session: Session, timer: Timer, now: datetime) -> None:
    """Operations did not say otherwise: the rescue starts."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state == VisitState.ASSIGNED:
        _rescue(session, SYSTEM, visit, now)


def confirm_rescue(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """Operations confirm: the worker is not coming."""
    visit = get_visit(session, actor, visit_code, lock=True)
    if visit.state not in (VisitState.ASSIGNED, VisitState.EN_ROUTE):
        raise Conflict("not_waiting", "Nobody is being waited for.")
    _rescue(session, actor, visit, now)
    return visit


def _rescue(session: Session, actor: Actor, visit: Visit, now: datetime) -> None:
    worker = visit.worker
    if worker is not None:
        points = read_policy(session, CancelPolicy, now, visit.zone).no_show_points
        mark(session, visit, Mark(worker.code, "no_show", points), now)
        events.record(session, NoShow(visit.code, worker.code), by=actor, at=now)
        tasks.open_task(session, "ops_agent", "no_show_talk", visit.code, now + timedelta(days=1), now)
    call_rescue(session, actor, visit, "no_show", now)


def on_rescue_over(session: Session, timer: Timer, now: datetime) -> None:
    """Nobody could be found for the rescue: give up honestly."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state == VisitState.RESCUE:
        give_up_visit(session, SYSTEM, visit.code, now)
