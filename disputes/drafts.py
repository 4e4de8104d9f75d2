"""Drafting: the system's proposal from the records, and what happens when the other side has (not) replied."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM
from core.policies import read_policy
from core.timers import cancel_timer, set_timer
from dispatch.visits import find_visit
from disputes.events import DisputeReplied
from disputes.evidence import facts_of
from disputes.models import Dispute
from disputes.policy import DisputePolicy
from disputes.remedies import Proposal, propose
from notices.notices import enqueue


def draft(session: Session, dispute: Dispute, now: datetime) -> Proposal:
    """Return what the remedy table says of the records as they stand now."""
    visit = find_visit(session, dispute.visit_code)
    policy = read_policy(session, DisputePolicy, now, visit.zone)
    return propose(facts_of(session, dispute, visit), policy)


def reply_in(session: Session, dispute: Dispute, *, in_time: bool, now: datetime) -> None:
    """The other side has replied, or its time is over: our own deadline begins. Silence is no fault."""
    policy = read_policy(session, DisputePolicy, now)
    if in_time:
        dispute.replied_at = now
        cancel_timer(session, "dispute_reply_due", dispute.code)
    due = now + timedelta(hours=policy.proposal_hours)
    dispute.proposal_due_at = min(dispute.proposal_due_at, due)
    set_timer(session, "dispute_proposal_due", dispute.code, dispute.proposal_due_at)
    enqueue(session, dispute.opened_by, "dispute_replied" if in_time else "dispute_no_reply", dispute.code, now)
    events.record(session, DisputeReplied(dispute.code, in_time), by=SYSTEM, at=now)
    session.flush()
