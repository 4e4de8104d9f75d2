"""When time runs out in a case: the other side's, ours, and the appeal's. Every handler may fire late or twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Role
from core.policies import read_policy
from core.states import claim
from core.timers import Timer
from dispatch.visits import find_visit
from disputes.deciding import Verdict, write_decision
from disputes.drafts import reply_in
from disputes.effects import close_for_good, refund_up_to
from disputes.events import DisputeOverdue
from disputes.models import Dispute
from disputes.permits import get_dispute
from disputes.policy import DisputePolicy
from disputes.states import DISPUTE_MOVES, DisputeMove, DisputeState
from money.funds import refundable
from notices.tasks import open_task

UNANSWERED = frozenset({DisputeState.OPENED, DisputeState.TRIAGED, DisputeState.AWAITING_REPLY})


def on_reply_due(session: Session, timer: Timer, now: datetime) -> None:
    """No reply: the case goes on without prejudice; nobody is the villain for having been silent."""
    dispute = get_dispute(session, SYSTEM, timer.about, lock=True)
    if dispute.state == DisputeState.AWAITING_REPLY and dispute.replied_at is None:
        reply_in(session, dispute, in_time=False, now=now)


def on_proposal_due(session: Session, timer: Timer, now: datetime) -> None:
    """We are late: a capped refund from the guarantee fund, no fault recorded, a lead takes over.

    A contested review is decided for the worker as to the score.
    """
    dispute = get_dispute(session, SYSTEM, timer.about, lock=True)
    if DisputeState(dispute.state) not in UNANSWERED or dispute.ops_late:
        return
    dispute.ops_late = True
    refunded = _refund_late(session, dispute, now)
    events.record(session, DisputeOverdue(dispute.code, refunded), by=SYSTEM, at=now)
    if dispute.topic == "review":
        verdict = Verdict("void_rating", "deadline missed by operations", 0, "excluded", "S5-late")
        write_decision(session, dispute, SYSTEM, verdict, now)
        return
    due = now + timedelta(hours=read_policy(session, DisputePolicy, now).proposal_hours)
    open_task(session, Role.OPS_LEAD, "dispute_late", dispute.code, due, now, refunded_fen=refunded)
    session.flush()


def _refund_late(session: Session, dispute: Dispute, now: datetime) -> int:
    if dispute.opener_role != "customer" or dispute.contested_fen <= 0:
        return 0
    visit = find_visit(session, dispute.visit_code, lock=True)
    policy = read_policy(session, DisputePolicy, now, visit.zone)
    fen = min(policy.late_refund_cap_fen, dispute.contested_fen, refundable(session, visit.code))
    return refund_up_to(session, dispute, visit, fen, f"{dispute.code}/late", now) if fen > 0 else 0


def on_answer_due(session: Session, timer: Timer, now: datetime) -> None:
    """A proposal both sides left open: a person decides; silence is neither yes nor no."""
    dispute = get_dispute(session, SYSTEM, timer.about, lock=True)
    if dispute.state == DisputeState.PROPOSED:
        due = now + timedelta(hours=read_policy(session, DisputePolicy, now).proposal_hours)
        open_task(session, Role.OPS_AGENT, "dispute", dispute.code, due, now, unanswered=True)


def on_appeal_over(session: Session, timer: Timer, now: datetime) -> None:
    """Nobody appealed: the case is closed."""
    dispute = get_dispute(session, SYSTEM, timer.about, lock=True)
    if dispute.state == DisputeState.REMEDIED and _is_over(dispute, now):
        step = DISPUTE_MOVES.step(DisputeState.REMEDIED, DisputeMove.CLOSE, SYSTEM)
        claim(session, dispute, DisputeState.REMEDIED, step.to)
        close_for_good(session, dispute, SYSTEM, now)


def _is_over(dispute: Dispute, now: datetime) -> bool:
    return dispute.appeal_until is None or dispute.appeal_until <= now
