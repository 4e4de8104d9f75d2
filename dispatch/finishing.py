"""The end of the work: checklist, finish with a minute to undo, confirmation, abort."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor
from core.errors import Conflict, InvalidInput
from core.policies import read_policy
from core.timers import Timer, cancel_timer, set_timer
from dispatch.events import FinishUndone, VisitAborted, VisitConfirmed, WorkDone
from dispatch.models import Visit
from dispatch.policy import TripPolicy
from dispatch.schemas import ABORT_REASONS, Happened
from dispatch.settling import charge_visit, pay_aborted
from dispatch.states import VisitMove, VisitState
from dispatch.trip import active_assignment, actor_worker, end_assignment, happened
from dispatch.visits import find_visit, get_visit, move_visit
from notices import notices


def tick_item(session: Session, actor: Actor, visit_code: str, item: str, state: str, now: datetime) -> Visit:
    """Mark one checklist item: ``state`` is "done", "" (not yet) or a reason why it was left ("no_access" …)."""
    visit = get_visit(session, actor, visit_code, lock=True)
    if visit.state != VisitState.IN_PROGRESS:
        raise Conflict("not_working", "The checklist belongs to a running visit.")
    if item not in {row["code"] for row in visit.checklist}:
        raise InvalidInput({"item": ["unknown_choice"]})
    reason = "" if state in {"", "done"} else state[:80]
    at = now.isoformat() if state else ""
    visit.checklist = [
        {**row, "done": state == "done", "reason": reason, "at": at} if row["code"] == item else row
        for row in visit.checklist
    ]
    return visit


def finish_work(session: Session, actor: Actor, visit_code: str, note: Happened, now: datetime) -> Visit:
    """Say the work is done. Every checklist item is done or has a reason; for a minute it can be taken back."""
    visit = get_visit(session, actor, visit_code, lock=True)
    missing = [row["code"] for row in visit.checklist if not row.get("done") and not row.get("reason")]
    if missing and not actor.is_ops:
        raise InvalidInput({"checklist": [f"missing:{code}" for code in missing]})
    at = max(happened(note.happened_at, now), visit.started_at or now)
    move_visit(session, visit, VisitMove.FINISH, actor, now, finished_at=at)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    set_timer(session, "work_done", visit.code, now + timedelta(seconds=policy.undo_seconds))
    return visit


def undo_finish(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """Take "done" back within the minute."""
    visit = get_visit(session, actor, visit_code, lock=True)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    if visit.state == VisitState.WORK_DONE and now > visit.state_since + timedelta(seconds=policy.undo_seconds):
        raise Conflict("undo_too_late", "The minute for undoing is over.")
    move_visit(session, visit, VisitMove.UNDO_FINISH, actor, now, finished_at=None)
    cancel_timer(session, "work_done", visit.code)
    events.record(session, FinishUndone(visit.code, actor_worker(visit)), by=actor, at=now)
    return visit


def on_work_done(session: Session, timer: Timer, now: datetime) -> None:
    """The minute is over: charge the visit, free the worker's rest of the time, wait for the customer."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state == VisitState.WORK_DONE:
        _close_work(session, visit, SYSTEM, now)


def _close_work(session: Session, visit: Visit, actor: Actor, now: datetime) -> None:
    assignment = active_assignment(session, visit)
    if assignment.status == "finished":
        return
    assignment.status, assignment.ended_at = "finished", now
    charge_visit(session, visit, now)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    set_timer(session, "confirm_silently", visit.code, now + timedelta(hours=policy.confirm_hours))
    notices.enqueue(session, to=visit.customer, kind="visit_done", about=visit.code, now=now)
    fact = WorkDone(visit.code, actor_worker(visit), visit.customer)
    events.record(session, fact, by=actor, at=visit.finished_at or now)


def confirm_visit(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """The customer says the work is done; after 24 h of silence the clock does."""
    visit = get_visit(session, actor, visit_code, lock=True)
    if visit.state == VisitState.WORK_DONE:
        _close_work(session, visit, SYSTEM, now)
        cancel_timer(session, "work_done", visit.code)
    move_visit(session, visit, VisitMove.CONFIRM, actor, now, confirmed_at=now)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    cancel_timer(session, "confirm_silently", visit.code)
    set_timer(session, "settle", visit.code, now + timedelta(hours=policy.settle_hours))
    events.record(session, VisitConfirmed(visit.code, actor_worker(visit), visit.customer), by=actor, at=now)
    return visit


def on_confirm_silently(session: Session, timer: Timer, now: datetime) -> None:
    """Silence is consent, after a day."""
    visit = find_visit(session, timer.about, lock=True)
    if visit.state == VisitState.WORK_DONE:
        confirm_visit(session, SYSTEM, visit.code, now)


def abort_visit(session: Session, actor: Actor, visit_code: str, reason: str, now: datetime) -> Visit:
    """Stop the work before its end; paid pro rata by minutes. For safety a case opens by itself."""
    if reason not in ABORT_REASONS:
        raise InvalidInput({"reason": ["unknown_choice"]})
    visit = get_visit(session, actor, visit_code, lock=True)
    started = visit.started_at or now
    move_visit(
        session, visit, VisitMove.ABORT, actor, now, finished_at=now, ended_at=now, end_reason=f"aborted_{reason}"
    )
    end_assignment(session, visit, "aborted", now)
    pay_aborted(session, visit, now - started, now)
    events.record(session, VisitAborted(visit.code, actor.role.value, reason), by=actor, at=now)
    return visit
