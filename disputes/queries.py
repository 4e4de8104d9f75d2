"""Reads shaped for pages: the desk's list, one case for the desk or for a party, what may be reported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload, undefer

from accounts.models import Account
from core.actors import Actor, Role
from core.errors import NotFound
from core.paging import Page, fetch_page
from core.policies import read_policy
from dispatch.states import VisitState
from dispatch.visits import get_visit
from disputes.drafts import draft
from disputes.evidence import Between, Item, WhySent, evidence_pack, last_remedy
from disputes.models import Decision, Dispute, Evidence
from disputes.opening import DISPUTABLE, contested_rating, report_until
from disputes.permits import get_dispute, is_party, may_decide
from disputes.policy import DisputePolicy
from disputes.remedies import Proposal
from disputes.schemas import INCENTIVE, REMEDIES, SEVERITY, TOPICS_OF
from disputes.states import DISPUTE_MOVES, RUNNING, DisputeMove, DisputeState
from workers.models import Worker


@dataclass(frozen=True)
class CaseRow:
    """One line of a list of cases. ``next_due`` is the next deadline, ``whose`` "party", "ops" or "appeal"."""

    code: str
    visit_code: str
    severity: str
    topic: str
    state: str
    opener_role: str
    opened_at: datetime
    next_due: datetime | None
    whose: str
    ops_late: bool
    contested_fen: int
    refunded_fen: int
    remedy: str
    words: str


@dataclass(frozen=True)
class Party:
    """One side as the case shows it; the other side's code and history are for the desk only."""

    role: str
    code: str
    name: str
    words: str
    earlier_cases: int


@dataclass(frozen=True)
class DecisionRow:
    """One decision. ``by`` is shown to the desk only; a party sees that a named person decided."""

    level: str
    remedy: str
    fen: int
    rating_effect: str
    rule: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class SentProposal:
    """A proposal that both sides have been sent, and their answers ("yes", "no" by role)."""

    remedy: str
    fen: int
    rating_effect: str
    rule: str
    reason: str
    sent_at: str
    answers: dict[str, str]


@dataclass(frozen=True)
class Desk:
    """What only operations see of a case."""

    draft: Proposal
    precedents: list[tuple[str, int]]
    between: Between
    sent: WhySent | None
    may_decide: bool
    may_hear_appeal: bool
    remedies: tuple[str, ...]


@dataclass(frozen=True)
class CaseView:
    """A whole case: for the desk with ``desk``, for a party without."""

    row: CaseRow
    customer: Party
    worker: Party
    items: list[Item]
    reply_due: datetime | None
    proposal_due: datetime
    appeal_until: datetime | None
    closed_at: datetime | None
    proposal: SentProposal | None
    decisions: list[DecisionRow]
    moves: list[str]
    may_speak: bool
    desk: Desk | None


@dataclass(frozen=True)
class ReportOption:
    """A topic that may be reported now, and until when (None: any time, or while the work goes on)."""

    topic: str
    severity: str
    until: datetime | None


@dataclass(frozen=True)
class Photo:
    """A photo of a case, cleaned."""

    mime: str
    content: bytes


def list_cases(
    session: Session, actor: Actor, state: str = "running", severity: str = "", after: str = ""
) -> Page[CaseRow]:
    """Return the desk's cases, newest first.

    ``state``: "running", "mine" (this role may decide them), "appealed", "over" or "all".
    """
    if not actor.is_ops:
        raise NotFound
    query = _rows().where(Dispute.topic != INCENTIVE)
    if state in {"running", "mine"}:
        query = query.where(Dispute.state.in_(RUNNING - {DisputeState.REMEDIED}))
    elif state == "appealed":
        query = query.where(Dispute.state == DisputeState.APPEALED)
    elif state == "over":
        query = query.where(Dispute.state.not_in(RUNNING - {DisputeState.REMEDIED}))
    if state == "mine" and actor.role is Role.OPS_AGENT:
        query = query.where(Dispute.severity.not_in(("S0", "S1")), Dispute.state != DisputeState.APPEALED)
    if severity:
        query = query.where(Dispute.severity == severity)
    page = fetch_page(session, query, Dispute.id, after)
    return Page([_row(one) for one in page.rows], page.after)


def my_cases(session: Session, actor: Actor, limit: int = 50) -> list[CaseRow]:
    """Return a party's own cases, newest first. Three queries."""
    query = _rows().order_by(Dispute.id.desc()).limit(limit)
    if actor.role is Role.WORKER and actor.person:
        query = query.where(Dispute.worker == actor.person)
    elif actor.role is Role.CUSTOMER and actor.code:
        query = query.where(Dispute.customer == actor.code)
    else:
        return []
    return [_row(one) for one in session.scalars(query)]


def cases_of_visit(session: Session, actor: Actor, visit_code: str) -> list[CaseRow]:
    """Return the cases about one visit, for those who may see the visit."""
    get_visit(session, actor, visit_code)
    return [_row(one) for one in session.scalars(_rows().where(Dispute.visit_code == visit_code).order_by(Dispute.id))]


def count_waiting(session: Session) -> int:
    """Return how many cases wait for the desk: the number on its tab. One query."""
    waiting = (DisputeState.TRIAGED, DisputeState.AWAITING_REPLY, DisputeState.CONTESTED, DisputeState.APPEALED)
    query = select(func.count()).select_from(Dispute).where(Dispute.state.in_(waiting), Dispute.topic != INCENTIVE)
    return session.scalar(query) or 0


def _rows() -> Select[Dispute]:
    return select(Dispute).options(selectinload(Dispute.statements), selectinload(Dispute.decisions))


def _row(dispute: Dispute) -> CaseRow:
    due, whose = _next_due(dispute)
    return CaseRow(
        code=dispute.code,
        visit_code=dispute.visit_code,
        severity=dispute.severity,
        topic=dispute.topic,
        state=dispute.state,
        opener_role=dispute.opener_role,
        opened_at=dispute.opened_at,
        next_due=due,
        whose=whose,
        ops_late=dispute.ops_late,
        contested_fen=dispute.contested_fen,
        refunded_fen=dispute.refunded_fen,
        remedy=last_remedy(dispute),
        words=dispute.statements[0].words if dispute.statements else "",
    )


def _next_due(dispute: Dispute) -> tuple[datetime | None, str]:
    state = DisputeState(dispute.state)
    if state is DisputeState.AWAITING_REPLY and dispute.replied_at is None:
        return dispute.reply_due_at, "party"
    if state in {DisputeState.OPENED, DisputeState.TRIAGED, DisputeState.AWAITING_REPLY, DisputeState.CONTESTED}:
        return dispute.proposal_due_at, "ops"
    if state is DisputeState.REMEDIED:
        return dispute.appeal_until, "appeal"
    return None, ""


def case_view(session: Session, actor: Actor, code: str, now: datetime) -> CaseView:
    """Return a case as this actor may see it; ``NotFound`` to outsiders. A fixed number of queries."""
    dispute = get_dispute(session, actor, code)
    if dispute.topic == INCENTIVE:
        raise NotFound
    pack = evidence_pack(session, dispute)
    customer, worker = (_for(actor, one) for one in _parties(session, dispute))
    told = dispute.proposal
    return CaseView(
        row=_row(dispute),
        customer=customer,
        worker=worker,
        items=pack.items,
        reply_due=dispute.reply_due_at if dispute.replied_at is None else None,
        proposal_due=dispute.proposal_due_at,
        appeal_until=dispute.appeal_until,
        closed_at=dispute.closed_at,
        proposal=_sent(told) if told.get("sent_at") else None,
        decisions=[_decision(one, desk=actor.is_ops) for one in dispute.decisions],
        moves=_moves(session, actor, dispute, now),
        may_speak=_may_speak(dispute, actor),
        desk=_desk(session, actor, dispute, pack.between, pack.sent, now) if actor.is_ops else None,
    )


def _sent(told: dict[str, object]) -> SentProposal:
    answers = told.get("answers")
    return SentProposal(
        remedy=str(told["remedy"]),
        fen=int(str(told["fen"])),
        rating_effect=str(told["rating_effect"]),
        rule=str(told["rule"]),
        reason=str(told["reason"]),
        sent_at=str(told["sent_at"]),
        answers=dict(answers) if isinstance(answers, dict) else {},
    )


def _decision(one: Decision, *, desk: bool) -> DecisionRow:
    return DecisionRow(
        one.level, one.remedy, one.fen, one.rating_effect, one.rule, one.reason, one.at, one.by if desk else ""
    )


def _may_speak(dispute: Dispute, actor: Actor) -> bool:
    open_states = {"opened", "triaged", "awaiting_reply", "proposed", "contested", "appealed"}
    return dispute.state in open_states and (actor.is_ops or is_party(dispute, actor))


def _moves(session: Session, actor: Actor, dispute: Dispute, now: datetime) -> list[str]:
    """Return the moves a page may draw as buttons: legal now, and this person's."""
    moves = DISPUTE_MOVES.moves(DisputeState(dispute.state), actor)
    if actor.is_ops:
        first, second = may_decide(session, actor, dispute), may_decide(session, actor, dispute, appeal=True)
        allowed = {DisputeMove.PROPOSE: first, DisputeMove.DECIDE: first, DisputeMove.DECIDE_APPEAL: second}
        return [str(one) for one in moves if allowed.get(one, False)]
    in_time = dispute.appeal_until is not None and now < dispute.appeal_until
    answered = actor.role.value in dispute.proposal.get("answers", {})
    allowed = {
        DisputeMove.APPEAL: in_time,
        DisputeMove.WITHDRAW: actor.code == dispute.opened_by,
        DisputeMove.ACCEPT: not answered,
        DisputeMove.CONTEST: not answered,
    }
    return [str(one) for one in moves if allowed.get(one, False)]


def _parties(session: Session, dispute: Dispute) -> tuple[Party, Party]:
    customer = session.scalar(select(Account.name).where(Account.code == dispute.customer)) or ""
    worker = session.scalar(select(Worker.name).where(Worker.code == dispute.worker)) or ""
    said: dict[str, str] = {}
    for one in dispute.statements:
        said.setdefault(one.role, one.words)
    counts = session.execute(
        select(
            func.count().filter(Dispute.customer == dispute.customer),
            func.count().filter(Dispute.worker == dispute.worker),
        ).where(Dispute.id < dispute.id)
    ).one()
    return (
        Party("customer", dispute.customer, customer, said.get("customer", ""), counts[0]),
        Party("worker", dispute.worker, worker, said.get("worker", ""), counts[1]),
    )


def _for(actor: Actor, party: Party) -> Party:
    return party if actor.is_ops or actor.role.value == party.role else replace(party, code="", earlier_cases=0)


def _desk(
    session: Session, actor: Actor, dispute: Dispute, between: Between, sent: WhySent | None, now: datetime
) -> Desk:
    drafted = draft(session, dispute, now)
    return Desk(
        draft=drafted,
        precedents=precedents(session, drafted.rule, now),
        between=between,
        sent=sent,
        may_decide=may_decide(session, actor, dispute),
        may_hear_appeal=may_decide(session, actor, dispute, appeal=True),
        remedies=tuple(one for one in REMEDIES if one != "adjust_pay" or actor.role is Role.OPS_LEAD),
    )


def precedents(session: Session, rule: str, now: datetime) -> list[tuple[str, int]]:
    """Return how cases under the same rule were decided in the last 90 days: (remedy, how often), most often first."""
    since = now - timedelta(days=read_policy(session, DisputePolicy, now).precedent_days)
    rows = session.execute(
        select(Decision.remedy, func.count())
        .where(Decision.rule == rule, Decision.at > since)
        .group_by(Decision.remedy)
        .order_by(func.count().desc(), Decision.remedy)
    )
    return [(row[0], row[1]) for row in rows]


def report_options(session: Session, actor: Actor, visit_code: str, now: datetime) -> list[ReportOption]:
    """Return what this side may report about a visit now: the choices of the *problem* page."""
    visit = get_visit(session, actor, visit_code)
    topics = TOPICS_OF.get(actor.role.value, ())
    if VisitState(visit.state) not in DISPUTABLE or visit.worker is None:
        return []
    policy = read_policy(session, DisputePolicy, now, visit.zone)
    rating = contested_rating(session, visit) if "review" in topics else None
    running = set(
        session.scalars(select(Dispute.severity).where(Dispute.visit_code == visit_code, Dispute.state.in_(RUNNING)))
    )
    options = [ReportOption(one, SEVERITY[one], report_until(visit, one, rating, policy)) for one in topics]
    return [
        one
        for one in options
        if one.severity not in running
        and (one.until is None or now <= one.until)
        and (one.topic != "review" or rating is not None)
    ]


def read_photo(session: Session, actor: Actor, case_code: str, photo_code: str) -> Photo:
    """Return a photo to whoever may see its case. ``NotFound`` otherwise."""
    dispute = get_dispute(session, actor, case_code)
    row = session.scalars(
        select(Evidence)
        .where(Evidence.dispute_id == dispute.id, Evidence.code == photo_code)
        .options(undefer(Evidence.content))
    ).first()
    if row is None:
        raise NotFound
    return Photo(row.mime, row.content)
