"""Deciding and paying: a lead or finance approve, somebody else at finance pays, and nobody their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import record
from core.policies import read_policy
from core.timers import set_timer
from money.models import Payout
from notices.notices import enqueue
from notices.tasks import close_tasks, open_task
from recruiting.clawbacks import open_clawback, open_clawbacks, take, taken_in
from recruiting.evaluation import DUE_TIMER, forfeit
from recruiting.events import RecruiterPaid
from recruiting.models import Milestone, Recruiter
from recruiting.moves import get_milestone, move_milestone
from recruiting.policy import IncentivePolicy
from recruiting.postings import month_of, pay_out, take_back, wall_clock
from recruiting.recruiters import forbid_own, get_recruiter
from recruiting.states import MilestoneMove, MilestoneState

_DECIDING = frozenset({Role.FINANCE, Role.OPS_LEAD})


def approve(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> Milestone:
    """A lead or finance agree to pay a vested milestone."""
    row = _decided(session, actor, code)
    move_milestone(session, actor, row, MilestoneMove.APPROVE, now, reason=reason, approved_by=actor.code)
    return row


def approve_all(session: Session, actor: Actor, recruiter_code: str, reason: str, now: datetime) -> list[Milestone]:
    """Approve everything of one recruiter that has vested."""
    recruiter = get_recruiter(session, actor, recruiter_code)
    if actor.role not in _DECIDING:
        raise NotFound
    query = select(Milestone.code).where(
        Milestone.recruiter == recruiter.code, Milestone.state == MilestoneState.VESTED
    )
    return [approve(session, actor, code, reason, now) for code in session.scalars(query.order_by(Milestone.id))]


def pay(session: Session, actor: Actor, recruiter_code: str, reason: str, now: datetime) -> Payout:
    """Pay everything of one recruiter that somebody else has approved, less what a clawback keeps back.

    ``Conflict`` when nothing is approved, or all of it by whoever wants to pay. Each milestone is paid once.
    """
    if actor.role is not Role.FINANCE:
        raise NotFound
    recruiter = get_recruiter(session, actor, recruiter_code)
    forbid_own(actor, recruiter)
    session.execute(select(Recruiter.id).where(Recruiter.id == recruiter.id).with_for_update())
    rows = _payable(session, actor, recruiter)
    payout = Payout(code=new_code("PO"), owner=recruiter.code, fen=0, state="paid", created_at=now, paid_at=now)
    for row in rows:
        move_milestone(session, actor, row, MilestoneMove.PAY, now, reason=reason, paid_at=now, payout=payout.code)
    whole = sum(row.fen - row.team_fen for row in rows)
    kept_back = _keep_back(session, recruiter, payout.code, now)
    payout.fen = whole - kept_back
    session.add(payout)
    session.flush()
    if whole:
        pay_out(session, recruiter, payout, kept_back, now)
    told = {"fen": payout.fen, "kept_back_fen": kept_back, "milestones": [row.code for row in rows]}
    audit(session, actor, "recruiter_paid", recruiter.code, now, Change(reason, after=told))
    record(session, RecruiterPaid(recruiter.code, payout.code, payout.fen, kept_back), by=actor, at=now)
    enqueue(session, recruiter.account_code, "recruiter_paid", payout.code, now, fen=payout.fen, kept_back=kept_back)
    return payout


def hold_milestone(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> Milestone:
    """Operations look into a milestone before it is paid: at most 14 days, then it goes its way."""
    row = _watched(session, actor, code)
    if not reason.strip():
        raise InvalidInput({"reason": ["required"]})
    move_milestone(session, actor, row, MilestoneMove.HOLD, now, reason=f"check: {reason}", held_at=now)
    days = read_policy(session, IncentivePolicy, now).hold_days
    row.evaluate_at = now + timedelta(days=days)
    set_timer(session, DUE_TIMER, row.code, row.evaluate_at)
    return row


def release_milestone(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> Milestone:
    """Operations found nothing: the milestone is evaluated again at once."""
    row = _watched(session, actor, code)
    move_milestone(session, actor, row, MilestoneMove.RELEASE, now, reason=reason, evaluate_at=now)
    set_timer(session, DUE_TIMER, row.code, now)
    return row


def forfeit_milestone(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> Milestone:
    """Operations end an open milestone; the recruiter sees the reason and may contest it."""
    row = _watched(session, actor, code)
    if not reason.strip():
        raise InvalidInput({"reason": ["required"]})
    forfeit(session, row, reason, now, actor)
    return row


def ask_reversal(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> Milestone:
    """The first of two people says: this was got by fraud. Nothing moves until the second agrees."""
    row = _decided(session, actor, code)
    forbid_own(actor, get_recruiter(session, actor, row.recruiter))
    if row.state not in {MilestoneState.VESTED, MilestoneState.APPROVED, MilestoneState.PAID}:
        raise Conflict("milestone_reverse_not_now", "There is nothing to reverse.")
    audit(session, actor, "milestone_reversal_asked", row.code, now, Change(reason))
    asked = {"by": actor.code, "role": actor.role.value, "reason": reason, "at": now.isoformat()}
    row.computed = {**row.computed, "reversal": asked}
    other = Role.OPS_LEAD if actor.role is Role.FINANCE else Role.FINANCE
    open_task(session, other, "confirm_reversal", row.code, now + timedelta(days=3), now, asked_by=actor.code)
    session.flush()
    return row


def reverse_milestone(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> Milestone:
    """The second of two people, of the other role, agrees: fraud. Unpaid sums are reversed, paid ones owed back."""
    row = _decided(session, actor, code)
    asked = row.computed.get("reversal")
    if not asked:
        raise Conflict("reversal_not_asked", "Somebody has to ask for the reversal first.")
    if asked["by"] == actor.code or asked["role"] == actor.role.value:
        raise NotAllowed("second_person_needed", "Finance and an ops lead have to agree.")
    policy = read_policy(session, IncentivePolicy, now)
    if row.paid_at is not None and row.paid_at + timedelta(days=policy.fraud_days) < now:
        raise Conflict("too_long_ago", "What was paid more than 12 months ago stays.")
    if row.paid_at is None:
        take_back(session, row, now, "fraud")
    else:
        open_clawback(session, row, "fraud", policy, now)
    move_milestone(session, actor, row, MilestoneMove.REVERSE, now, reason=reason)
    close_tasks(session, "confirm_reversal", row.code, "reversed", now)
    return row


def _decided(session: Session, actor: Actor, code: str) -> Milestone:
    if actor.role not in _DECIDING:
        raise NotFound
    return get_milestone(session, actor, code, lock=True)


def _watched(session: Session, actor: Actor, code: str) -> Milestone:
    if not actor.is_ops:
        raise NotFound
    return get_milestone(session, actor, code, lock=True)


def _payable(session: Session, actor: Actor, recruiter: Recruiter) -> list[Milestone]:
    rows = session.scalars(
        select(Milestone)
        .where(Milestone.recruiter == recruiter.code, Milestone.state == MilestoneState.APPROVED)
        .order_by(Milestone.id)
        .with_for_update()
    ).all()
    if not rows:
        raise Conflict("nothing_approved", "Nothing has been approved yet.")
    others = [row for row in rows if row.approved_by != actor.code]
    if not others:
        raise NotAllowed("second_person_needed", "Whoever approved cannot pay as well.")
    return others


def _keep_back(session: Session, recruiter: Recruiter, payout: str, now: datetime) -> int:
    owed = open_clawbacks(session, recruiter.code, now)
    if not owed:
        return 0
    zone = recruiter.station.zone
    policy = read_policy(session, IncentivePolicy, now, zone)
    clock = wall_clock(session, zone)
    month = month_of(clock, now)
    paid = session.execute(
        select(Milestone.paid_at, func.sum(Milestone.fen - Milestone.team_fen))
        .where(Milestone.recruiter == recruiter.code, Milestone.paid_at >= now - timedelta(days=32))
        .group_by(Milestone.paid_at)
    ).all()
    pay_fen = sum(int(fen) for at, fen in paid if at is not None and month_of(clock, at) == month)
    return take(session, owed, (month, pay_fen, taken_in(session, recruiter.code, month)), payout, policy)
