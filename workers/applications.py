"""From an application to active work: one verb per move. Verbs of a career (pause, suspend …) are in ``careers``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.audit import Change, audit
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import record
from core.policies import read_policy
from notices.notices import enqueue
from notices.tasks import open_task
from workers.careers import dismiss, improve, leave, pause, reinstate, restrict, resume, suspend
from workers.cases import check_move, move_worker, touch, write_decision
from workers.documents import Seen, missing_documents, put_document, review_documents
from workers.entrance import apply_as_worker
from workers.events import WorkerActivated
from workers.models import VettingCase, Worker
from workers.policy import DocumentPolicy, VettingPolicy
from workers.quiz import grade
from workers.schemas import HandIn, IdentityCheck, Interview, Paper, Practice, QuizAnswers
from workers.standing import start_standing
from workers.states import WorkerMove
from workers.trials import missing_for_activation
from workers.workers import add_skill, get_worker, is_self, worker_by_code
from workers.zones import today_of

if TYPE_CHECKING:
    from workers.schemas import Verdict

__all__ = [
    "InterviewOutcome", "QuizOutcome", "activate_worker", "apply_as_worker", "check_identity", "confirm_interview",
    "dismiss", "hand_in_documents", "improve", "leave", "pause", "record_interview", "reinstate", "reject_worker",
    "restrict", "resume", "sign_practice", "start_trial", "suspend", "take_quiz", "withdraw",
]  # fmt: skip

_SERIOUS = frozenset({"papers_false", "safety", "conduct"})


@dataclass(frozen=True)
class InterviewOutcome:
    """What a sheet came to: result 0..1, whether they are in, and whether somebody else has yet to confirm it."""

    result: float
    passed: bool
    awaits_confirmation: bool


@dataclass(frozen=True)
class QuizOutcome:
    """Share right (0..1), whether it is enough, what was wrong, and from when one may try again."""

    score: float
    passed: bool
    wrong: tuple[str, ...]
    again_at: datetime | None


def hand_in_documents(session: Session, actor: Actor, worker_code: str, papers: HandIn, now: datetime) -> Worker:
    """Note the papers somebody brought; nobody has looked at them yet. Identity and health are a must."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.HAND_IN)
    needed = read_policy(session, DocumentPolicy, now).handed_in
    brought = {paper.kind for paper in papers.papers}
    missing = [f"missing_{kind}" for kind in needed if kind not in brought]
    if missing:
        raise InvalidInput({"papers": missing})
    for paper in papers.papers:
        put_document(session, worker, paper, None)
    said = actor.reason or papers.papers[0].reason
    move_worker(session, actor, worker, WorkerMove.HAND_IN, now, Change(said, after={"kinds": sorted(brought)}))
    open_task(session, Role.OPS_AGENT, "check_identity", worker.code, now + timedelta(days=2), now)
    return worker


def check_identity(session: Session, actor: Actor, worker_code: str, seen: IdentityCheck, now: datetime) -> Worker:
    """Operations have seen the papers. One identity is one worker for life: a hash used before is a ``Conflict``."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.CHECK_IDENTITY)
    today = today_of(session, worker, now)
    late = {"health_until": seen.health_until, "insured_until": seen.insured_until}
    wrong = {name: ["already_expired"] for name, day in late.items() if day < today}
    if wrong:
        raise InvalidInput(wrong)
    _claim_identity(session, worker.case, seen.identity_hash)
    for kind, day in (("identity", None), ("health", seen.health_until), ("insurance", seen.insured_until)):
        number = seen.identity_hash if kind == "identity" else ""
        put_document(session, worker, Paper(kind, expires_on=day, number_hash=number), Seen(actor.code, now))
    move_worker(session, actor, worker, WorkerMove.CHECK_IDENTITY, now, Change(seen.reason))
    review_documents(session, worker, now)
    return worker


def record_interview(
    session: Session, actor: Actor, worker_code: str, sheet: Interview, now: datetime
) -> InterviewOutcome:
    """Keep a screening sheet. Enough is a result of .55 with no item at 0; a recruiter's own recruit waits for ops."""
    worker = _interviewed(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.INTERVIEW)
    policy = read_policy(session, VettingPolicy, now)
    _check_items(sheet, policy)
    result = sum(sheet.items.values()) / (policy.screening_items * policy.screening_top)
    enough = result >= policy.screening_at_least and min(sheet.items.values()) > 0
    passed = enough and sheet.wanted
    waits = passed and actor.role is Role.RECRUITER
    case = worker.case
    case.screening, case.screened_by = result, actor.person or actor.code
    case.screening_sheet = {"items": dict(sheet.items), "note": sheet.note, "account": actor.code, "passed": passed}
    touch(session, worker, now)
    said = sheet.reason or sheet.note
    if passed and not waits:
        move_worker(session, actor, worker, WorkerMove.INTERVIEW, now, Change(said, after={"result": result}))
    elif actor.is_staff:
        audit(session, actor, "worker_screened", worker.code, now, Change(said, after={"result": result}))
    if waits:
        open_task(session, Role.OPS_AGENT, "confirm_interview", worker.code, now + timedelta(days=2), now)
    return InterviewOutcome(result, passed, waits)


def confirm_interview(session: Session, actor: Actor, worker_code: str, reason: str, now: datetime) -> Worker:
    """Operations confirm a recruiter's sheet; whoever filled it in, or earns by it, cannot."""
    if not actor.is_ops:
        raise NotFound
    worker = get_worker(session, actor, worker_code)
    sheet = worker.case.screening_sheet
    if not sheet or not sheet["passed"]:
        raise Conflict("screening_not_passed", "There is no screening sheet with a sufficient result.")
    if sheet["account"] == actor.code:
        raise NotAllowed("own_sheet", "Somebody else has to confirm this sheet.")
    move_worker(session, actor, worker, WorkerMove.INTERVIEW, now, Change(reason))
    return worker


def sign_practice(session: Session, actor: Actor, worker_code: str, practice: Practice, now: datetime) -> Worker:
    """A trainer of operations signs the practice and the skills seen; the quiz is open from here."""
    worker = get_worker(session, actor, worker_code)
    move_worker(session, actor, worker, WorkerMove.TRAIN, now, Change(practice.reason))
    worker.case.practice_signed_by = actor.code
    for skill in practice.skills:
        add_skill(session, replace(actor, reason=practice.reason), worker.code, skill, now)
    enqueue(session, worker.account_code, "quiz_open", worker.code, now)
    return worker


def take_quiz(session: Session, actor: Actor, worker_code: str, taken: QuizAnswers, now: datetime) -> QuizOutcome:
    """Grade the quiz; 80 % is enough, and after a miss the next try is 24 h later."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.QUIZ)
    policy = read_policy(session, VettingPolicy, now)
    pause_for = timedelta(hours=policy.quiz_again_hours)
    case = worker.case
    if case.quiz_at is not None and now < case.quiz_at + pause_for:
        raise Conflict("quiz_too_soon", "The quiz can be taken again a day after the last try.")
    score, wrong = grade(taken.answers)
    case.quiz_score, case.quiz_at = score, now
    passed = score >= policy.quiz_at_least
    if passed:
        move_worker(session, actor, worker, WorkerMove.QUIZ, now, Change(after={"score": score}))
        open_task(session, Role.OPS_AGENT, "start_trial", worker.code, now + timedelta(days=2), now)
    else:
        touch(session, worker, now)
    return QuizOutcome(score, passed, wrong, None if passed else now + pause_for)


def start_trial(session: Session, actor: Actor, worker_code: str, reason: str, now: datetime) -> Worker:
    """Let somebody do three paid trial visits; from here the matcher sees them, as a newcomer."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.START_TRIAL)
    _need_documents(session, worker, now)
    if not worker.skills:
        raise Conflict("no_skill", "A trainer has to check at least one skill first.")
    move_worker(session, actor, worker, WorkerMove.START_TRIAL, now, Change(reason))
    start_standing(session, worker, now)
    enqueue(session, worker.account_code, "trial_starts", worker.code, now)
    return worker


def activate_worker(session: Session, actor: Actor, worker_code: str, reason: str, now: datetime) -> Worker:
    """Accept somebody: three trial visits on time, a score of at least 4.00 stars, no safety flag, papers complete."""
    worker = get_worker(session, actor, worker_code)
    check_move(session, actor, worker, WorkerMove.ACTIVATE)
    missing = missing_for_activation(session, worker, now)
    if missing:
        raise Conflict("trial_not_done", "The trial is not complete yet.", missing=missing)
    _need_documents(session, worker, now)
    move_worker(session, actor, worker, WorkerMove.ACTIVATE, now, Change(reason))
    worker.activated_at = worker.activated_at or now
    session.flush()
    enqueue(session, worker.account_code, "worker_activated", worker.code, now)
    record(session, WorkerActivated(worker.code, worker.recruiter_code), by=actor, at=now)
    return worker


def reject_worker(session: Session, actor: Actor, worker_code: str, verdict: Verdict, now: datetime) -> Worker:
    """Say no, with a reason code, words, and the day from which a new application is welcome."""
    worker = get_worker(session, actor, worker_code)
    policy = read_policy(session, VettingPolicy, now)
    usual = policy.reapply_days_serious if verdict.reason_code in _SERIOUS else policy.reapply_days_default
    day = today_of(session, worker, now) + timedelta(days=verdict.days or usual)
    after = {"reason_code": verdict.reason_code, "reapply_on": day.isoformat()}
    move_worker(session, actor, worker, WorkerMove.REJECT, now, Change(verdict.reason, after=after))
    case = worker.case
    case.reason_code, case.reason, case.reapply_on = verdict.reason_code, verdict.reason, day
    write_decision(session, actor, worker, "reject", (verdict.reason_code, verdict.reason), now)
    enqueue(
        session, worker.account_code, "application_rejected", worker.code, now,
        reason_code=verdict.reason_code, reapply_on=day.isoformat(),
    )  # fmt: skip
    return worker


def withdraw(session: Session, actor: Actor, worker_code: str, now: datetime, reason: str = "") -> Worker:
    """Take an application back; one may apply again at any time. Operations give a reason."""
    worker = get_worker(session, actor, worker_code)
    move_worker(session, actor, worker, WorkerMove.WITHDRAW, now, Change(reason))
    return worker


def _interviewed(session: Session, actor: Actor, worker_code: str) -> Worker:
    """A recruiter may screen the people they brought, and nobody else's."""
    if actor.role is not Role.RECRUITER:
        return get_worker(session, actor, worker_code)
    worker = worker_by_code(session, worker_code)
    if not actor.person or worker.recruiter_code != actor.person:
        raise NotFound
    if is_self(actor, worker) or worker.account_code == actor.code:
        raise NotAllowed("own_case", "Nobody decides about themselves.")
    return worker


def _check_items(sheet: Interview, policy: VettingPolicy) -> None:
    if len(sheet.items) != policy.screening_items:
        raise InvalidInput({"items": ["incomplete"]})
    wrong = {f"items.{code}": ["range"] for code, mark in sheet.items.items() if not 0 <= mark <= policy.screening_top}
    if wrong:
        raise InvalidInput(wrong)


def _claim_identity(session: Session, case: VettingCase, identity_hash: str) -> None:
    """Bind the identity to this case; the unique index settles two desks checking the same person at once."""
    taken = Conflict("identity_taken", "This identity belongs to another worker already.")
    if case.identity_hash not in (None, identity_hash):
        raise Conflict("identity_differs", "This is not the identity the case was opened with.")
    query = select(VettingCase.id).where(VettingCase.identity_hash == identity_hash, VettingCase.id != case.id)
    if session.scalar(query) is not None:
        raise taken
    try:
        with session.begin_nested():
            case.identity_hash = identity_hash
            session.flush()
    except IntegrityError as error:
        raise taken from error


def _need_documents(session: Session, worker: Worker, now: datetime) -> None:
    required = read_policy(session, DocumentPolicy, now).required
    missing = missing_documents(worker, required, today_of(session, worker, now))
    if missing:
        raise Conflict("papers_missing", "A required paper is missing or has expired.", missing=missing)
