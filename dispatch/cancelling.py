"""Cancelling and rescheduling: the ladder, and what each step does to money, worker and record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import events
from core.actors import Actor
from core.errors import Conflict, InvalidInput
from core.policies import read_policy
from core.timers import cancel_timer, set_timer
from dispatch.events import RescueCalled, VisitCancelled, VisitGivenBack, VisitOpened, VisitRescheduled
from dispatch.filling import KINDS, set_fill_timers
from dispatch.models import Offer, ReliabilityMark, Visit
from dispatch.offers import move_offer, withdraw_offers
from dispatch.policy import CancelPolicy, FillPolicy
from dispatch.schemas import CANCEL_REASONS, WORKER_CANCEL_REASONS
from dispatch.states import OfferMove, OfferState, VisitMove, VisitState
from dispatch.trip import TRIP_TIMERS, end_assignment
from dispatch.visits import get_visit, money_of, move_visit
from money import visit_money
from notices import notices

EXCUSED = frozenset({"illness", "accident"})


@dataclass(frozen=True)
class Fee:
    """What cancelling costs now, and the step of the ladder it comes from: "regret", "free", "far" or "near"."""

    fen: int
    step: str


def cancel_fee(visit: Visit, policy: CancelPolicy, now: datetime) -> Fee:
    """Return what the customer would pay for cancelling now; the whole of it goes to the worker.

    The clock counts to the earliest time ever given (``fee_clock``), so that moving a visit first saves nothing.
    """
    if visit.state in (VisitState.OPEN, VisitState.WAITLISTED, VisitState.OFFERING, VisitState.AWAITING_PAYMENT):
        return Fee(0, "free")
    if visit.state == VisitState.RESCUE:
        return Fee(0, "free")
    if now <= visit.opened_at + timedelta(minutes=policy.regret_minutes):
        return Fee(0, "regret")
    left = min(visit.fee_clock, visit.starts_at or visit.window_from) - now
    if visit.state != VisitState.EN_ROUTE and left > timedelta(hours=policy.free_hours):
        return Fee(0, "free")
    near = visit.state == VisitState.EN_ROUTE or left < timedelta(hours=policy.near_hours)
    return Fee(step_fee(visit.worker_fen, visit.minutes, policy, near=near), "near" if near else "far")


def step_fee(worker_fen: int, minutes: int, policy: CancelPolicy, *, near: bool) -> int:
    """Return what the far or the near step of the ladder costs: a share, at least so many minutes' pay."""
    share = policy.near_share if near else policy.far_share
    least = policy.near_least_minutes if near else policy.far_least_minutes
    return max(round(worker_fen * share), worker_fen * min(least, minutes) // minutes)


def cancel_visit(session: Session, actor: Actor, visit_code: str, reason: str, now: datetime) -> Visit:
    """Cancel a visit for its customer (or by operations, free of charge). The fee goes to the worker whole."""
    if reason not in CANCEL_REASONS:
        raise InvalidInput({"reason": ["unknown_choice"]})
    visit = get_visit(session, actor, visit_code, lock=True)
    policy = read_policy(session, CancelPolicy, now, visit.zone)
    fee = Fee(0, "free") if actor.is_ops else cancel_fee(visit, policy, now)
    money, worker = money_of(visit), visit.worker
    withdraw_offers(session, visit, OfferMove.WITHDRAW, actor, now)
    move_visit(session, visit, VisitMove.CANCEL, actor, now, ended_at=now, end_reason=f"cancelled_{reason}"[:40])
    end_assignment(session, visit, "cancelled", now)
    _disarm(session, visit)
    visit_money.give_back(session, money, now)
    if fee.fen and worker is not None:
        visit_money.cancellation_fee(session, money, fee.fen, now)
        if fee.step == "near":
            mark(session, visit, Mark(visit.customer, "late_cancel", policy.late_points), now)
    if worker is not None:
        notices.enqueue(session, to=worker.account_code, kind="visit_cancelled", about=visit.code, now=now)
    events.record(session, VisitCancelled(visit.code, actor.role.value, fee.fen), by=actor, at=now)
    return visit


def worker_cancels(session: Session, actor: Actor, visit_code: str, reason: str, now: datetime) -> Visit:
    """A worker cannot come. More than 24 h before: the visit opens again; later: it is rescued."""
    if reason not in WORKER_CANCEL_REASONS:
        raise InvalidInput({"reason": ["unknown_choice"]})
    visit = get_visit(session, actor, visit_code, lock=True)
    if visit.worker is None or visit.starts_at is None:
        raise Conflict("not_assigned", "Nobody is assigned to this visit.")
    policy = read_policy(session, CancelPolicy, now, visit.zone)
    worker, points = visit.worker, worker_points(visit.starts_at, policy, now)
    excused = reason if reason in EXCUSED else ""
    if visit.starts_at - now <= timedelta(hours=policy.free_hours):
        mark(session, visit, Mark(worker.code, "late_cancel", points, excused), now)
        call_rescue(session, actor, visit, reason, now)
    else:
        release(session, actor, visit, VisitMove.RELEASE, now, state_reason=reason)
        set_fill_timers(session, visit, now)
        events.record(session, VisitGivenBack(visit.code, worker.code, reason), by=actor, at=now)
        events.record(session, VisitOpened(visit.code), by=actor, at=now)
    return visit


def worker_points(starts_at: datetime, policy: CancelPolicy, now: datetime) -> int:
    """Return the points of giving a visit back now: 0 more than a day before, then more the later it is."""
    left = starts_at - now
    if left > timedelta(hours=policy.free_hours):
        return 0
    return policy.very_late_points if left < timedelta(hours=policy.very_late_hours) else policy.late_points


def release(session: Session, actor: Actor, visit: Visit, move: VisitMove, now: datetime, state_reason: str) -> None:
    """Free the worker of this visit, take the acceptance back and move the visit on."""
    accepted = session.scalars(
        select(Offer).where(Offer.visit_id == visit.id, Offer.state == OfferState.ACCEPTED)
    ).first()
    if accepted is not None:
        move_offer(session, accepted, OfferMove.WITHDRAW, actor, now)
    end_assignment(session, visit, state_reason, now)
    for kind in TRIP_TIMERS:
        cancel_timer(session, kind, visit.code)
    move_visit(session, visit, move, actor, now, worker_id=None, starts_at=None, trip_at=None, open_reasons=[])


def call_rescue(session: Session, actor: Actor, visit: Visit, reason: str, now: datetime) -> None:
    """Look for somebody else at once; the customer is told, the start stays as near as it can."""
    worker = visit.worker.code if visit.worker else ""
    policy = read_policy(session, FillPolicy, now, visit.zone)
    start = max(visit.starts_at or now, now)
    release(session, actor, visit, VisitMove.CALL_RESCUE, now, state_reason=reason)
    visit.priority = "rescue"
    visit.window_from = min(start, visit.window_from)
    visit.window_until = max(start, now) + timedelta(minutes=90)
    over = max(start, now) + timedelta(minutes=policy.rescue_minutes)
    visit.fill_by = over
    set_timer(session, "rescue_over", visit.code, over)
    notices.enqueue(session, to=visit.customer, kind="rescue_started", about=visit.code, now=now)
    events.record(session, RescueCalled(visit.code, worker, reason), by=actor, at=now)


def reschedule_visit(
    session: Session, actor: Actor, visit_code: str, window: tuple[datetime, datetime], now: datetime
) -> Visit:
    """Move a visit to another window (free more than 24 h ahead); the fee clock keeps the earliest time given."""
    visit = get_visit(session, actor, visit_code, lock=True)
    policy = read_policy(session, CancelPolicy, now, visit.zone)
    start = visit.starts_at or visit.window_from
    assigned = visit.state == VisitState.ASSIGNED
    if assigned and not actor.is_ops and start - now < timedelta(hours=policy.free_hours):
        raise Conflict("too_late_to_move", "It is too close to the visit to move it. Please call us.")
    old = visit.worker
    withdraw_offers(session, visit, OfferMove.WITHDRAW, actor, now)
    release(session, actor, visit, VisitMove.RESCHEDULE, now, state_reason="rescheduled")
    visit.fee_clock = min(visit.fee_clock, start)
    visit.window_from, visit.window_until = window
    visit.occurrence = window[0].date()
    if old is not None:
        visit.job.preferred_worker = visit.job.preferred_worker or old.code
        notices.enqueue(session, to=old.account_code, kind="visit_cancelled", about=visit.code, now=now)
    set_fill_timers(session, visit, now)
    events.record(session, VisitRescheduled(visit.code, actor.role.value), by=actor, at=now)
    return visit


@dataclass(frozen=True)
class Mark:
    """One reliability event: whose, what kind, how many points, and what excuses it."""

    person: str
    kind: str
    points: int
    excused: str = ""


def mark(session: Session, visit: Visit, what: Mark, now: datetime) -> None:
    """Write a reliability mark once; an excused one counts nothing and is kept to be seen."""
    points = 0 if what.excused else what.points
    values = {
        "person": what.person,
        "visit_code": visit.code,
        "kind": what.kind,
        "points": points,
        "excused": what.excused,
    }
    session.execute(insert(ReliabilityMark).values(**values, at=now).on_conflict_do_nothing())


def _disarm(session: Session, visit: Visit) -> None:
    for kind in (*KINDS, *TRIP_TIMERS, "rescue_over", "payment_lapses"):
        cancel_timer(session, kind, visit.code)
