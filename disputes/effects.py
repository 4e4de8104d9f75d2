"""What a decision does: to money at once, to ratings when the case is over for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor, Role
from core.policies import read_policy
from core.timers import cancel_timer
from dispatch import holds
from dispatch.blocks import block_pair
from dispatch.jobs import redo_visit
from dispatch.models import Visit
from dispatch.visits import find_visit, money_of
from disputes.events import DisputeClosed
from disputes.models import Decision, Dispute
from disputes.policy import DisputePolicy
from disputes.schemas import INCENTIVE
from disputes.states import RUNNING
from money import visit_money
from notices.notices import enqueue
from notices.tasks import close_tasks, open_task
from ratings.sealing import hand_seal_over, unseal_ratings
from workers.workers import worker_by_code

TIMERS = ("dispute_reply_due", "dispute_proposal_due", "dispute_answer_due", "dispute_appeal_over")
STRICTEST = {"none": 0, "counts": 1, "half": 2, "excluded": 3}


def carry_out(
    session: Session, dispute: Dispute, decision: Decision, redo_start: datetime | None, now: datetime
) -> None:
    """Do what was decided: refund, redo, part. Pay is adjusted, and ratings take effect, only when the case is over."""
    visit = find_visit(session, dispute.visit_code, lock=True)
    if decision.remedy == "part_refund":
        refund_up_to(session, dispute, visit, decision.fen, f"{dispute.code}/{decision.level}", now)
        _watch_refunds(session, dispute, now)
    if decision.remedy == "redo" and not any(one.remedy == "redo" and one.carried_out_at for one in dispute.decisions):
        redo_visit(session, visit.code, _redo_window(session, visit, redo_start, now), now)
    if decision.remedy == "separate":
        block_pair(session, dispute.customer, dispute.worker, "ops", dispute.code, now)
    if decision.remedy != "adjust_pay":
        release(session, dispute, visit, 0, now)
    decision.carried_out_at = now
    session.flush()


def refund_up_to(session: Session, dispute: Dispute, visit: Visit, fen: int, source: str, now: datetime) -> int:
    """Give back what is missing to ``fen`` in this case, from the guarantee fund; return the sum paid now.

    Never more than paid − refunded for the visit, which is checked under the visit's lock. A credit for lateness is
    one with the credits the visit has earned by itself: the largest applies.
    """
    more = fen - dispute.refunded_fen
    if more <= 0:
        return 0
    if dispute.severity == "S4":
        visit_money.credit(session, dispute.customer, fen, visit.code, now)
    else:
        visit_money.refund_from_fund(session, visit.code, dispute.customer, more, source, now)
    dispute.refunded_fen = fen
    enqueue(session, dispute.customer, "dispute_refund", dispute.code, now, fen=more)
    session.flush()
    return more


def _watch_refunds(session: Session, dispute: Dispute, now: datetime) -> None:
    """Somebody who is refunded again and again is looked at by a lead; nothing is refused by itself."""
    policy = read_policy(session, DisputePolicy, now)
    refunded = session.scalar(
        select(func.count())
        .select_from(Dispute)
        .where(
            Dispute.customer == dispute.customer,
            Dispute.refunded_fen > 0,
            Dispute.opened_at > now - timedelta(days=policy.rejected_days),
        )
    )
    if (refunded or 0) >= policy.refunds_before_review:
        due = now + timedelta(days=2)
        open_task(session, Role.OPS_LEAD, "refund_pattern", dispute.customer, due, now, cases=refunded)


def _redo_window(session: Session, visit: Visit, start: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The agreed start, or the visit's own time of day the day after tomorrow, an hour either way."""
    policy = read_policy(session, DisputePolicy, now, visit.zone)
    latest = now + timedelta(days=policy.redo_within_days)
    if start is not None and now < start <= latest:
        return start, start
    usual = visit.starts_at or visit.window_from
    days = (now - usual).days + 2
    middle = usual + timedelta(days=max(1, days))
    return middle - timedelta(hours=1), middle + timedelta(hours=1)


def release(session: Session, dispute: Dispute, visit: Visit, to_customer_fen: int, now: datetime) -> None:
    """Let go of what this case held; the ledger's part moves once nobody holds anything of the visit."""
    holds.release_hold(session, dispute.code, now)
    session.flush()
    if not holds.is_held(session, visit.code):
        visit_money.release_hold(session, money_of(visit), now, to_customer_fen=to_customer_fen)


def close_for_good(session: Session, dispute: Dispute, by: Actor, now: datetime) -> None:
    """The case is over: adjust pay if a lead decided so, lift the seal, let the rating take effect, tell both."""
    if dispute.topic == INCENTIVE:
        _close_incentive(session, dispute, now)
        return
    visit = find_visit(session, dispute.visit_code, lock=True)
    decision = dispute.decisions[-1] if dispute.decisions else None
    taken = decision.fen if decision is not None and decision.remedy == "adjust_pay" else 0
    release(session, dispute, visit, taken, now)
    if decision is not None and decision.carried_out_at is None:
        decision.carried_out_at = now
    dispute.closed_at = now
    session.flush()
    _lift_seal(session, dispute, by, now)
    for kind in TIMERS:
        cancel_timer(session, kind, dispute.code)
    close_tasks(session, "dispute", dispute.code, dispute.state, now)
    close_tasks(session, "dispute_appeal", dispute.code, dispute.state, now)
    _tell_closed(session, dispute, decision, now)


def _close_incentive(session: Session, dispute: Dispute, now: datetime) -> None:
    """A recruiter's case holds and seals nothing: it ends, and the recruiter hears of it."""
    dispute.closed_at = now
    for kind in TIMERS:
        cancel_timer(session, kind, dispute.code)
    for task in ("incentive_case", "dispute_appeal", "dispute_late"):
        close_tasks(session, task, dispute.code, dispute.state, now)
    remedy = dispute.decisions[-1].remedy if dispute.decisions else ""
    told = DisputeClosed(dispute.code, dispute.visit_code, "", dispute.state, remedy, "none", 0)
    events.record(session, told, by=SYSTEM, at=now)
    enqueue(session, dispute.opened_by, "incentive_closed", dispute.code, now)
    session.flush()


def _lift_seal(session: Session, dispute: Dispute, by: Actor, now: datetime) -> None:
    """The last running case of a visit lifts the seal, with the strictest effect any of them decided."""
    cases = list(session.scalars(select(Dispute).where(Dispute.visit_code == dispute.visit_code).order_by(Dispute.id)))
    running = [one for one in cases if one.state in RUNNING and one.id != dispute.id]
    if running:
        hand_seal_over(session, dispute.visit_code, dispute.code, running[0].code)
        return
    effects = [one.decisions[-1].rating_effect for one in cases if one.decisions]
    effect = max(effects, key=STRICTEST.__getitem__, default="none")
    unseal_ratings(session, dispute.visit_code, dispute.code, effect, by, now)


def _tell_closed(session: Session, dispute: Dispute, decision: Decision | None, now: datetime) -> None:
    remedy = decision.remedy if decision else ""
    told = DisputeClosed(
        dispute_code=dispute.code,
        visit_code=dispute.visit_code,
        worker_code=dispute.worker,
        state=dispute.state,
        remedy=remedy,
        rating_effect=decision.rating_effect if decision else "none",
        refunded_fen=dispute.refunded_fen,
    )
    events.record(session, told, by=SYSTEM, at=now)
    for account in (dispute.customer, worker_by_code(session, dispute.worker).account_code):
        enqueue(session, account, "dispute_closed", dispute.code, now, remedy=remedy)
