"""A recruiter's case about an incentive (S5): against the house, decided by finance, heard again by another person.

The case knows the sum by its code (``visit_code`` holds it) and by what it is told of it; what a decision means for
the sum is for whoever hears the fact (``app/incentive_cases.py``). There is no visit, no other party and no rating.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from core import events
from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.policies import read_policy
from core.states import claim
from core.timers import cancel_timer, set_timer
from disputes.effects import close_for_good
from disputes.events import DisputeDecided, DisputeOpened
from disputes.models import Decision, Dispute, Statement
from disputes.permits import get_dispute
from disputes.policy import DisputePolicy
from disputes.schemas import INCENTIVE
from disputes.states import DISPUTE_MOVES, DisputeMove, DisputeState
from notices.notices import enqueue
from notices.tasks import close_tasks, open_task

SEVERITY = "S5"
ADD, REJECT = "add_incentive", "reject"
MOST_SIGNS = 2000


@dataclass(frozen=True)
class IncentiveClaim:
    """What is contested: the code of a sum of one's own, what it was worked out to be, and when that was fixed."""

    about: str
    fen: int
    fixed_at: datetime | None


@dataclass(frozen=True)
class IncentiveDecision:
    """How much is added to the sum in all (0: nothing), and why."""

    fen: int
    reason: str


def open_incentive_case(session: Session, actor: Actor, about: IncentiveClaim, words: str, now: datetime) -> Dispute:
    """Contest one's own incentive within 14 days of the day it was fixed. The caller has checked whose it is.

    ``Conflict`` when the time is over or a case about it runs already.
    """
    if actor.role is not Role.RECRUITER:
        raise NotFound
    said = _words(words)
    policy = read_policy(session, DisputePolicy, now)
    if about.fixed_at is not None and now > about.fixed_at + timedelta(hours=policy.report_hours[SEVERITY]):
        raise Conflict("report_window_over", "The time for reporting this is over.")
    due = now + timedelta(hours=policy.reply_hours[SEVERITY] + policy.proposal_hours)
    dispute = Dispute(
        code=new_code("D"), visit_code=about.about, severity=SEVERITY, topic=INCENTIVE, state=DisputeState.TRIAGED,
        opened_by=actor.code, opener_role=Role.RECRUITER.value, other_party="", customer="", worker="",
        wish="pay", contested_fen=about.fen, opened_at=now, proposal_due_at=due, proposal={},
    )  # fmt: skip
    dispute.statements.append(
        Statement(code=new_code("B"), by=actor.code, role=Role.RECRUITER.value, words=said, at=now)
    )
    _insert(session, dispute)
    set_timer(session, "dispute_proposal_due", dispute.code, due)
    open_task(session, Role.FINANCE, "incentive_case", dispute.code, due, now)
    enqueue(session, actor.code, "incentive_received", dispute.code, now, due=due.isoformat())
    events.record(session, DisputeOpened(dispute.code, about.about, "", "", SEVERITY), by=actor, at=now)
    session.flush()
    return dispute


def decide_incentive(session: Session, actor: Actor, code: str, given: IncentiveDecision, now: datetime) -> Dispute:
    """Decide a case, or its appeal: finance first, then another person of finance or a lead; with a reason, audited."""
    dispute = get_dispute(session, actor, code, lock=True)
    if dispute.topic != INCENTIVE:
        raise NotFound
    appeal = dispute.state == DisputeState.APPEALED
    _require_decider(actor, dispute, appeal=appeal)
    step = DISPUTE_MOVES.step(
        DisputeState(dispute.state), DisputeMove.DECIDE_APPEAL if appeal else DisputeMove.DECIDE, actor
    )
    policy = read_policy(session, DisputePolicy, now)
    _check(given, dispute, policy)
    until = None if appeal else now + timedelta(days=policy.appeal_days)
    claim(session, dispute, DisputeState(dispute.state), step.to, decided_at=now, appeal_until=until)
    decision = _write(session, actor, dispute, given, ("appeal" if appeal else "first", now))
    enqueue(session, dispute.opened_by, "incentive_decided", code, now, fen=given.fen)
    told = DisputeDecided(code, dispute.visit_code, "", decision.level, decision.remedy, given.fen, "none")
    events.record(session, told, by=actor, at=now)
    cancel_timer(session, "dispute_proposal_due", code)
    for task in ("incentive_case", "dispute_appeal", "dispute_late"):
        close_tasks(session, task, code, decision.remedy, now)
    if until is None:
        close_for_good(session, dispute, actor, now)
    else:
        done = DISPUTE_MOVES.step(DisputeState.DECIDED, DisputeMove.REMEDY, actor)
        claim(session, dispute, DisputeState.DECIDED, done.to)
        set_timer(session, "dispute_appeal_over", code, until)
    return dispute


def incentive_cases(session: Session, actor: Actor, about: str = "") -> list[Dispute]:
    """Return cases about incentives, latest first: one's own to a recruiter, all to finance, leads, administrators."""
    query = select(Dispute).where(Dispute.topic == INCENTIVE).order_by(Dispute.id.desc()).limit(100)
    if actor.role is Role.RECRUITER:
        query = query.where(Dispute.opened_by == actor.code)
    elif actor.role not in (Role.FINANCE, Role.OPS_LEAD, Role.ADMIN):
        raise NotFound
    if about:
        query = query.where(Dispute.visit_code == about)
    return list(session.scalars(query.options(selectinload(Dispute.statements), selectinload(Dispute.decisions))))


def may_decide_incentive(actor: Actor, dispute: Dispute) -> bool:
    """Tell whether :func:`decide_incentive` would let the actor decide now: what a page draws."""
    if dispute.state not in (DisputeState.TRIAGED, DisputeState.APPEALED):
        return False
    try:
        _require_decider(actor, dispute, appeal=dispute.state == DisputeState.APPEALED)
    except NotAllowed:
        return False
    return True


def _require_decider(actor: Actor, dispute: Dispute, *, appeal: bool) -> None:
    if actor.role is not Role.FINANCE and not (appeal and actor.role is Role.OPS_LEAD):
        raise NotAllowed("finance_needed", "Finance decides this.")
    if actor.code == dispute.opened_by:
        raise NotAllowed("own_case", "Nobody decides about themselves.")
    if appeal and actor.code in {one.by for one in dispute.decisions}:
        raise NotAllowed("another_person", "Somebody else has to hear the appeal.")


def _check(given: IncentiveDecision, dispute: Dispute, policy: DisputePolicy) -> None:
    given_before = dispute.decisions[-1].fen if dispute.decisions else 0
    wrong = {}
    if not given.reason.strip():
        wrong["reason"] = ["required"]
    if not 0 <= given.fen <= policy.second_person_fen:
        wrong["fen"] = ["out_of_range"]
    elif given.fen < given_before:
        wrong["fen"] = ["never_less"]
    if wrong:
        raise InvalidInput(wrong)


def _write(
    session: Session, actor: Actor, dispute: Dispute, given: IncentiveDecision, when: tuple[str, datetime]
) -> Decision:
    level, now = when
    decision = Decision(
        code=new_code("B"), level=level, by=actor.code, remedy=ADD if given.fen else REJECT, fen=given.fen,
        rating_effect="none", rule="", reason=given.reason.strip(), at=now, carried_out_at=now,
    )  # fmt: skip
    dispute.decisions.append(decision)
    session.flush()
    told = {"remedy": decision.remedy, "fen": given.fen, "about": dispute.visit_code}
    audit(session, actor, f"dispute_decided_{level}", dispute.code, now, Change(decision.reason, after=told))
    return decision


def _words(words: str) -> str:
    said = words.strip()
    if not said:
        raise InvalidInput({"words": ["required"]})
    if len(said) > MOST_SIGNS:
        raise InvalidInput({"words": ["too_long"]})
    return said


def _insert(session: Session, dispute: Dispute) -> None:
    try:
        with session.begin_nested():
            session.add(dispute)
            session.flush()
    except IntegrityError as error:
        raise Conflict("dispute_running", "A case about this is already open.") from error
