"""The verbs of a case: open, speak, show, propose, answer, decide, appeal, withdraw."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotAllowed
from core.policies import read_policy
from core.states import claim
from core.timers import cancel_timer, set_timer
from dispatch.blocks import block_pair
from dispatch.visits import get_visit
from disputes.deciding import Verdict, write_decision
from disputes.drafts import draft, reply_in
from disputes.effects import close_for_good
from disputes.events import DisputeAppealed, DisputeProposed
from disputes.models import Dispute, Evidence, Statement
from disputes.opening import add_photo, open_case, sides_of
from disputes.permits import get_dispute, is_party, require_decider, require_party
from disputes.photos import clean_photo
from disputes.policy import DisputePolicy
from disputes.schemas import AnswerInput, DecisionInput, OpenInput, StatementInput, Upload
from disputes.states import DISPUTE_MOVES, DisputeMove, DisputeState
from notices.notices import enqueue
from notices.tasks import open_task
from workers.workers import worker_by_code

__all__ = [
    "add_evidence",
    "add_statement",
    "answer_proposal",
    "appeal",
    "decide_appeal",
    "decide_dispute",
    "get_dispute",
    "keep_apart",
    "open_dispute",
    "send_proposal",
    "withdraw",
]

OPEN_TO_WORDS = frozenset(
    {
        DisputeState.OPENED,
        DisputeState.TRIAGED,
        DisputeState.AWAITING_REPLY,
        DisputeState.PROPOSED,
        DisputeState.CONTESTED,
        DisputeState.APPEALED,
    }
)


def open_dispute(session: Session, actor: Actor, given: OpenInput, now: datetime) -> Dispute:
    """Report a problem with a visit. Only the contested amount is held; both ratings are sealed until it is over.

    Lateness is decided from the records at once. ``Conflict`` too early, too late, or when such a case is open.
    """
    visit = get_visit(session, actor, given.visit_code, lock=True)
    dispute = open_case(session, visit, sides_of(visit, actor), given, actor, now)
    if actor.is_ops:
        audit(session, actor, "dispute_opened", dispute.code, now, Change(after={"topic": given.topic}))
    if dispute.severity == "S4":
        found = draft(session, dispute, now)
        verdict = Verdict(found.remedy, "records", found.fen, found.rating_effect, rule=found.rule)
        write_decision(session, dispute, SYSTEM, verdict, now)
    return dispute


def add_statement(session: Session, actor: Actor, code: str, given: StatementInput, now: datetime) -> Statement:
    """Say something in a case: either side, or operations asking. The other side's first words are its reply."""
    dispute = get_dispute(session, actor, code, lock=True)
    _check_open(dispute)
    role = actor.role.value
    row = Statement(code=new_code("B"), by=actor.code, role=role, words=given.words, at=now)
    dispute.statements.append(row)
    session.flush()
    if actor.is_ops:
        audit(session, actor, "dispute_asked", code, now, Change(given.words[:200]))
        for account in (dispute.opened_by, dispute.other_party):
            enqueue(session, account, "dispute_question", code, now)
    elif actor.code == dispute.other_party and dispute.replied_at is None:
        reply_in(session, dispute, in_time=True, now=now)
    return row


def add_evidence(session: Session, actor: Actor, code: str, upload: Upload, now: datetime) -> Evidence:
    """Hand in a photo; it is decoded in a limited process and encoded anew. ``InvalidInput`` on "photo" if unusable."""
    dispute = get_dispute(session, actor, code, lock=True)
    require_party(dispute, actor)
    _check_open(dispute)
    policy = read_policy(session, DisputePolicy, now)
    if sum(one.by == actor.code for one in dispute.evidence) >= policy.photos_per_party:
        raise InvalidInput({"photo": ["too_many"]})
    row = add_photo(dispute, (actor.code, actor.role.value), clean_photo(upload.content), upload.caption, now)
    session.flush()
    return row


def _check_open(dispute: Dispute) -> None:
    if DisputeState(dispute.state) not in OPEN_TO_WORDS:
        raise Conflict("dispute_decided", "This case has been decided already.")


def send_proposal(session: Session, actor: Actor, code: str, given: DecisionInput, now: datetime) -> Dispute:
    """Send both sides a proposal, drafted by the table or by hand; they have 48 h to say yes or no."""
    dispute = get_dispute(session, actor, code, lock=True)
    require_decider(session, actor, dispute)
    step = DISPUTE_MOVES.step(DisputeState(dispute.state), DisputeMove.PROPOSE, actor)
    drafted = draft(session, dispute, now)
    same = (drafted.remedy, drafted.fen, drafted.rating_effect) == (given.remedy, given.fen, given.rating_effect)
    verdict = Verdict.of(given, rule=drafted.rule if same else "by_hand")
    verdict.check(session, actor, dispute, now)
    proposal = {**verdict.as_json(), "by": actor.code, "sent_at": now.isoformat(), "answers": {}}
    before = dispute.state
    claim(session, dispute, DisputeState(dispute.state), step.to, proposal=proposal)
    change = Change(given.reason, {"state": before}, {"remedy": given.remedy, "fen": given.fen})
    audit(session, actor, "dispute_proposed", code, now, change)
    cancel_timer(session, "dispute_reply_due", code)
    cancel_timer(session, "dispute_proposal_due", code)
    due = now + timedelta(hours=read_policy(session, DisputePolicy, now).answer_hours)
    set_timer(session, "dispute_answer_due", code, due)
    for account in (dispute.opened_by, dispute.other_party):
        enqueue(
            session, account, "dispute_proposal", code, now, remedy=given.remedy, fen=given.fen, due=due.isoformat()
        )
    events.record(session, DisputeProposed(code, given.remedy, verdict.rule), by=actor, at=now)
    return dispute


def answer_proposal(session: Session, actor: Actor, code: str, given: AnswerInput, now: datetime) -> Dispute:
    """Say yes or no to a proposal. Two times yes decides as proposed; one no hands it back to a person."""
    dispute = get_dispute(session, actor, code, lock=True)
    require_party(dispute, actor)
    seen = DisputeState(dispute.state)
    move = DisputeMove.ACCEPT if given.agree else DisputeMove.CONTEST
    step = DISPUTE_MOVES.step(seen, move, actor)
    side = actor.role.value
    answers = {**dispute.proposal["answers"], side: "yes" if given.agree else "no"}
    proposal = {**dispute.proposal, "answers": answers}
    if given.words:
        dispute.statements.append(Statement(code=new_code("B"), by=actor.code, role=side, words=given.words, at=now))
    both = {answers.get("customer"), answers.get("worker")} == {"yes"}
    claim(session, dispute, seen, step.to if both or not given.agree else seen, proposal=proposal)
    if both or not given.agree:
        _after_answers(session, dispute, both=both, now=now)
    return dispute


def _after_answers(session: Session, dispute: Dispute, *, both: bool, now: datetime) -> None:
    """Agreed: decided as proposed, unless the sum needs a second person. Contested: a person decides."""
    cancel_timer(session, "dispute_answer_due", dispute.code)
    verdict = Verdict.from_json(dispute.proposal)
    if both and not verdict.needs_second_person(session, now):
        write_decision(session, dispute, SYSTEM, verdict, now)
        return
    role = Role.OPS_LEAD if both else Role.OPS_AGENT
    due = now + timedelta(hours=read_policy(session, DisputePolicy, now).proposal_hours)
    open_task(session, role, "dispute", dispute.code, due, now, contested=not both)


def decide_dispute(session: Session, actor: Actor, code: str, given: DecisionInput, now: datetime) -> Dispute:
    """Decide a case: an agent S2–S5, a lead S0–S1; with a reason, audited, carried out at once."""
    dispute = get_dispute(session, actor, code, lock=True)
    require_decider(session, actor, dispute)
    verdict = Verdict.of(given, rule=str(dispute.proposal.get("rule", "")))
    verdict.check(session, actor, dispute, now)
    verdict.check_second_person(session, actor, dispute, now)
    write_decision(session, dispute, actor, verdict, now)
    return dispute


def appeal(session: Session, actor: Actor, code: str, given: StatementInput, now: datetime) -> Dispute:
    """Ask for another person to look, once, within seven days of the decision."""
    dispute = get_dispute(session, actor, code, lock=True)
    require_party(dispute, actor)
    step = DISPUTE_MOVES.step(DisputeState(dispute.state), DisputeMove.APPEAL, actor)
    if dispute.appeal_until is None or now >= dispute.appeal_until:
        raise Conflict("appeal_window_over", "The time for an appeal is over.")
    claim(session, dispute, DisputeState(dispute.state), step.to)
    words = Statement(code=new_code("B"), by=actor.code, role=actor.role.value, words=given.words, at=now)
    dispute.statements.append(words)
    cancel_timer(session, "dispute_appeal_over", code)
    due = now + timedelta(days=read_policy(session, DisputePolicy, now).hearing_days)
    first = dispute.decisions[0].by if dispute.decisions else ""
    open_task(session, Role.OPS_LEAD, "dispute_appeal", code, due, now, not_by=first)
    for account in filter(None, (dispute.opened_by, dispute.other_party)):
        enqueue(session, account, "dispute_appealed", code, now, due=due.isoformat())
    events.record(session, DisputeAppealed(code), by=actor, at=now)
    return dispute


def decide_appeal(session: Session, actor: Actor, code: str, given: DecisionInput, now: datetime) -> Dispute:
    """Hear an appeal: a lead who has not decided before; final. What the fund has paid is never taken back."""
    dispute = get_dispute(session, actor, code, lock=True)
    require_decider(session, actor, dispute, appeal=True)
    verdict = Verdict.of(given, rule="appeal")
    verdict.check(session, actor, dispute, now)
    write_decision(session, dispute, actor, verdict, now, level="appeal")
    return dispute


def withdraw(session: Session, actor: Actor, code: str, now: datetime) -> Dispute:
    """Take a case back: whoever opened it, before it is decided. Nothing is held against anybody."""
    dispute = get_dispute(session, actor, code, lock=True)
    if not is_party(dispute, actor) or actor.code != dispute.opened_by:
        raise NotAllowed("openers_only", "Only who opened the case can take it back.")
    step = DISPUTE_MOVES.step(DisputeState(dispute.state), DisputeMove.WITHDRAW, actor)
    claim(session, dispute, DisputeState(dispute.state), step.to)
    close_for_good(session, dispute, SYSTEM, now)
    return dispute


def keep_apart(session: Session, actor: Actor, code: str, now: datetime) -> None:
    """Never match these two again: either side may ask, no reason is needed and the other is not told."""
    dispute = get_dispute(session, actor, code)
    require_party(dispute, actor)
    worker = worker_by_code(session, dispute.worker)
    block_pair(session, dispute.customer, worker.code, actor.role.value, dispute.code, now)
