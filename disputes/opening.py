"""Opening a case: who may report what until when, and what happens at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor, Role
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotAllowed
from core.policies import read_policy
from core.timers import set_timer
from dispatch.blocks import block_pair
from dispatch.holds import place_hold
from dispatch.models import Visit
from dispatch.states import VisitState
from disputes.events import DisputeOpened
from disputes.models import Decision, Dispute, Evidence, Statement
from disputes.permits import LEADS_ONLY
from disputes.photos import MIME, clean_photo
from disputes.policy import DisputePolicy
from disputes.schemas import SEVERITY, TOPICS_OF, OpenInput
from disputes.states import DisputeState
from money.funds import refundable
from notices.notices import enqueue
from notices.tasks import open_task
from ratings.models import Rating
from ratings.sealing import seal_ratings
from ratings.states import RatingState
from workers.careers import hold_for_safety
from workers.models import Worker

DISPUTABLE = frozenset(
    {
        VisitState.ARRIVED,
        VisitState.IN_PROGRESS,
        VisitState.WORK_DONE,
        VisitState.COMPLETED,
        VisitState.SETTLED,
        VisitState.LOCKOUT,
        VisitState.ABORTED,
    }
)
SETTLED = frozenset({VisitState.SETTLED, VisitState.LOCKOUT, VisitState.ABORTED})


@dataclass(frozen=True)
class Sides:
    """The two people of a case: the role that opened it, both account codes, and the worker."""

    opener_role: str
    opener: str
    other: str
    worker: Worker


def sides_of(visit: Visit, actor: Actor) -> Sides:
    """Return the sides as this actor opens them; staff open for the account they act on behalf of."""
    worker = visit.worker
    if worker is None:
        raise Conflict("visit_has_no_worker", "Nobody has come to this visit.")
    opener = actor.on_behalf_of if actor.is_ops else actor.code
    if actor.role is Role.CUSTOMER or (actor.is_ops and opener == visit.customer):
        return Sides("customer", visit.customer, worker.account_code, worker)
    if actor.role is Role.WORKER or (actor.is_ops and opener == worker.account_code):
        return Sides("worker", worker.account_code, visit.customer, worker)
    raise NotAllowed("parties_only", "Only the two sides of the visit can report a problem.")


def reference(visit: Visit) -> datetime | None:
    """Return the instant the report windows run from: the end of the work, None while it goes on."""
    return visit.finished_at or visit.ended_at


def report_until(visit: Visit, topic: str, rating: Rating | None, policy: DisputePolicy) -> datetime | None:
    """Return until when a topic can be reported, None when there is no limit (yet)."""
    if topic == "review":
        revealed = rating.revealed_at if rating else None
        return revealed + timedelta(hours=policy.review_contest_hours) if revealed else None
    hours = policy.report_hours.get(SEVERITY[topic])
    begin = reference(visit)
    return None if hours is None or begin is None else begin + timedelta(hours=hours)


def contested_rating(session: Session, visit: Visit) -> Rating | None:
    """Return the customer's revealed rating of a visit that still counts: what a worker may contest."""
    return session.scalars(
        select(Rating).where(
            Rating.visit_code == visit.code,
            Rating.side == "customer",
            Rating.state == RatingState.REVEALED,
            Rating.sealed_by == "",
            Rating.excluded == "",
        )
    ).first()


def check_report(session: Session, visit: Visit, sides: Sides, given: OpenInput, now: datetime) -> Rating | None:
    """Refuse what cannot be reported (any more); return the contested rating of a review contest."""
    if VisitState(visit.state) not in DISPUTABLE:
        raise Conflict("dispute_too_early", "A problem can be reported once somebody has arrived.")
    if given.topic not in TOPICS_OF[sides.opener_role]:
        raise InvalidInput({"topic": ["not_a_choice"]})
    policy = read_policy(session, DisputePolicy, now, visit.zone)
    rating = contested_rating(session, visit) if given.topic == "review" else None
    if given.topic == "review" and rating is None:
        raise Conflict("nothing_to_contest", "There is no rating to contest.")
    until = report_until(visit, given.topic, rating, policy)
    if until is not None and now > until:
        raise Conflict("report_window_over", "The time for reporting this is over.")
    _check_new_evidence(session, sides, given, policy, now)
    return rating


def _check_new_evidence(session: Session, sides: Sides, given: OpenInput, policy: DisputePolicy, now: datetime) -> None:
    """After three rejected cases in 90 days a new one has to show something."""
    if given.photos or SEVERITY[given.topic] == "S0":
        return
    rejected = session.scalar(
        select(func.count(func.distinct(Dispute.id)))
        .join(Decision, Decision.dispute_id == Dispute.id)
        .where(
            Dispute.opened_by == sides.opener,
            Decision.remedy == "reject",
            Decision.at > now - timedelta(days=policy.rejected_days),
        )
    )
    if (rejected or 0) >= policy.rejected_before_photos:
        raise InvalidInput({"photo": ["required"]})


def open_case(session: Session, visit: Visit, sides: Sides, given: OpenInput, actor: Actor, now: datetime) -> Dispute:
    """Write the case and do what happens at once: hold, seal, timers, messages; for safety, part the two."""
    rating = check_report(session, visit, sides, given, now)
    photos = [clean_photo(one.content) for one in given.photos]
    policy = read_policy(session, DisputePolicy, now, visit.zone)
    dispute = _case(visit, sides, given, policy, now)
    dispute.contested_fen = _contested(session, visit, sides, given, policy)
    dispute.rating_code = rating.code if rating else ""
    _insert(session, dispute)
    if given.words:
        dispute.statements.append(
            Statement(code=new_code("B"), by=sides.opener, role=sides.opener_role, words=given.words, at=now)
        )
    for content, upload in zip(photos, given.photos, strict=True):
        add_photo(dispute, (sides.opener, sides.opener_role), content, upload.caption, now)
    held = 0 if VisitState(visit.state) in SETTLED else dispute.contested_fen
    place_hold(session, visit.code, dispute.code, held, now)
    seal_ratings(session, visit.code, dispute.code, now)
    if given.never_again:
        block_pair(session, visit.customer, sides.worker.code, sides.opener_role, dispute.code, now)
    _set_deadlines(session, dispute, policy, now)
    _tell(session, dispute, sides, now)
    told = DisputeOpened(dispute.code, visit.code, sides.worker.code, visit.customer, dispute.severity)
    events.record(session, told, by=actor, at=now)
    session.flush()
    return dispute


def add_photo(dispute: Dispute, by: tuple[str, str], content: bytes, caption: str, now: datetime) -> Evidence:
    """Attach a cleaned photo; ``by`` is (account code, role)."""
    row = Evidence(code=new_code("X"), by=by[0], role=by[1], caption=caption[:200], mime=MIME, content=content, at=now)
    dispute.evidence.append(row)
    return row


def _case(visit: Visit, sides: Sides, given: OpenInput, policy: DisputePolicy, now: datetime) -> Dispute:
    severity = SEVERITY[given.topic]
    reply = policy.reply_hours.get(severity)
    reply_due = now + timedelta(hours=reply) if reply else None
    return Dispute(
        code=new_code("D"),
        visit_code=visit.code,
        severity=severity,
        topic=given.topic,
        state=DisputeState.AWAITING_REPLY if reply_due else DisputeState.TRIAGED,
        opened_by=sides.opener,
        opener_role=sides.opener_role,
        other_party=sides.other,
        customer=visit.customer,
        worker=sides.worker.code,
        wish=given.wish,
        opened_at=now,
        reply_due_at=reply_due,
        proposal_due_at=(reply_due or now) + timedelta(hours=policy.proposal_hours),
        proposal={},
    )


def _insert(session: Session, dispute: Dispute) -> None:
    try:
        with session.begin_nested():
            session.add(dispute)
            session.flush()
    except IntegrityError as error:
        raise Conflict("dispute_running", "A case about this is already open.") from error


def _contested(session: Session, visit: Visit, sides: Sides, given: OpenInput, policy: DisputePolicy) -> int:
    """Return what is contested: what the opener named or the rule's share, never more than can be refunded."""
    if sides.opener_role != "customer":
        return 0
    share = policy.contested_percent.get(SEVERITY[given.topic], 0)
    asked = given.contested_fen if given.contested_fen is not None else visit.total_fen * share // 100
    working = VisitState(visit.state) in {VisitState.ARRIVED, VisitState.IN_PROGRESS, VisitState.WORK_DONE}
    most = refundable(session, visit.code) or (visit.total_fen if working else 0)
    return max(0, min(asked, most))


def _set_deadlines(session: Session, dispute: Dispute, policy: DisputePolicy, now: datetime) -> None:
    if dispute.reply_due_at is not None:
        set_timer(session, "dispute_reply_due", dispute.code, dispute.reply_due_at)
    set_timer(session, "dispute_proposal_due", dispute.code, dispute.proposal_due_at)
    role = Role.OPS_LEAD if dispute.severity in LEADS_ONLY else Role.OPS_AGENT
    open_task(session, role, "dispute", dispute.code, dispute.proposal_due_at, now, severity=dispute.severity)
    if dispute.severity == "S0":
        contact = now + timedelta(minutes=policy.safety_contact_minutes)
        open_task(session, Role.OPS_LEAD, "safety_contact", dispute.code, contact, now, visit=dispute.visit_code)
        block_pair(session, dispute.customer, dispute.worker, "ops", dispute.code, now)
        if dispute.opener_role == "customer":
            hold_for_safety(session, dispute.worker, dispute.code, now)


def _tell(session: Session, dispute: Dispute, sides: Sides, now: datetime) -> None:
    """Both sides hear of it; in a safety case only the one who reported: a person speaks with the other."""
    due = dispute.proposal_due_at.isoformat()
    enqueue(session, sides.opener, "dispute_received", dispute.code, now, severity=dispute.severity, due=due)
    if dispute.severity == "S0":
        return
    reply_due = dispute.reply_due_at.isoformat() if dispute.reply_due_at else ""
    enqueue(session, sides.other, "dispute_opened", dispute.code, now, topic=dispute.topic, reply_due=reply_due)


def open_for_safety(session: Session, visit: Visit, by: str, now: datetime) -> Dispute | None:
    """Work was stopped for safety: open the case by itself, unless there is one already."""
    if visit.worker is None:
        return None
    running = select(Dispute.id).where(
        Dispute.visit_code == visit.code, Dispute.severity == "S0", Dispute.closed_at.is_(None)
    )
    if session.scalar(running) is not None:
        return None
    role, opener, other = ("customer", visit.customer, visit.worker.account_code)
    if by == Role.WORKER:
        role, opener, other = ("worker", visit.worker.account_code, visit.customer)
    sides = Sides(role, opener, other, visit.worker)
    return open_case(session, visit, sides, OpenInput(visit.code, "unsafe", ""), SYSTEM, now)
