"""Papers with an end: checked, warned about at 30, 14 and 3 days, lapsed and renewed by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor
from core.audit import Change, audit
from core.codes import new_code
from core.errors import InvalidInput, NotFound
from core.policies import read_policy
from core.timers import Timer, cancel_timer, set_timer
from notices.notices import enqueue
from workers.cases import move_worker
from workers.models import Worker, WorkerDocument
from workers.policy import DocumentPolicy
from workers.standing import add_hold, remove_hold
from workers.states import MATCHABLE, WORKING, WorkerMove, WorkerState
from workers.workers import forbid_own_case, get_worker, worker_by_code
from workers.zones import local_midnight, today_of

if TYPE_CHECKING:
    from workers.schemas import Paper

CHECK_TIMER = "document_check"
_WATCHED = WORKING | MATCHABLE


@dataclass(frozen=True)
class Seen:
    """Who saw the papers, and when."""

    by: str
    at: datetime


def add_document(session: Session, actor: Actor, worker_code: str, paper: Paper, now: datetime) -> WorkerDocument:
    """Note a paper operations have seen; it replaces the one before, and may bring its owner back to work."""
    if not actor.is_ops:
        raise NotFound
    worker = get_worker(session, actor, worker_code)
    forbid_own_case(session, actor, worker)
    if paper.expires_on is not None and paper.expires_on < today_of(session, worker, now):
        raise InvalidInput({"expires_on": ["already_expired"]})
    if paper.expires_on is None and paper.kind != "identity":
        raise InvalidInput({"expires_on": ["required"]})
    row = put_document(session, worker, paper, Seen(actor.code, now))
    after = {"kind": paper.kind, "expires_on": paper.expires_on.isoformat() if paper.expires_on else None}
    audit(session, actor, "worker_document_seen", worker.code, now, Change(paper.reason, after=after))
    review_documents(session, worker, now)
    return row


def put_document(session: Session, worker: Worker, paper: Paper, seen: Seen | None) -> WorkerDocument:
    """Write a paper, as seen by somebody or as handed in only; older ones of its kind are replaced when it is seen."""
    for old in worker.documents:
        if old.kind == paper.kind and (seen is not None or old.state == "handed_in"):
            old.state = "replaced"
    row = WorkerDocument(
        code=new_code("F"),
        kind=paper.kind,
        number_hash=paper.number_hash,
        issued_on=paper.issued_on,
        expires_on=paper.expires_on,
        state="handed_in" if seen is None else "valid",
        checked_by="" if seen is None else seen.by,
        checked_at=None if seen is None else seen.at,
        warned_at_days=None,
    )
    worker.documents.append(row)
    session.flush()
    return row


def missing_documents(worker: Worker, required: Iterable[str], today: date) -> list[str]:
    """Return the kinds of required papers that are not valid today."""
    good = {row.kind for row in worker.documents if _good(row, today)}
    return [kind for kind in required if kind not in good]


def review_documents(session: Session, worker: Worker, now: datetime) -> None:
    """Expire, warn, lapse or renew what the day asks for, and set the timer for the next day that matters."""
    policy = read_policy(session, DocumentPolicy, now)
    today = today_of(session, worker, now)
    for row in worker.documents:
        if row.state == "valid" and not _good(row, today):
            row.state = "expired"
    session.flush()
    if WorkerState(worker.state) in _WATCHED:
        _warn(session, worker, policy, today, now)
        _lapse_or_renew(session, worker, missing_documents(worker, policy.required, today), now)
    _set_check(session, worker, policy, today)


def expire_documents(session: Session, today: date, now: datetime) -> int:
    """Review everyone with a paper that ends within the longest warning; the daily net under the timers."""
    horizon = today + timedelta(days=max(read_policy(session, DocumentPolicy, now).warn_days))
    due = session.scalars(
        select(Worker)
        .join(WorkerDocument)
        .where(WorkerDocument.state == "valid", WorkerDocument.expires_on <= horizon)
        .order_by(Worker.id)
        .distinct()
    ).all()
    for worker in due:
        review_documents(session, worker, now)
    return len(due)


def on_document_check(session: Session, timer: Timer, now: datetime) -> None:
    """Timer: a day that matters for somebody's papers has come."""
    review_documents(session, worker_by_code(session, timer.about), now)


def _good(row: WorkerDocument, today: date) -> bool:
    return row.state == "valid" and (row.expires_on is None or row.expires_on >= today)


def _warn(session: Session, worker: Worker, policy: DocumentPolicy, today: date, now: datetime) -> None:
    for row in worker.documents:
        if row.state != "valid" or row.expires_on is None:
            continue
        left = (row.expires_on - today).days
        step = min((days for days in policy.warn_days if left <= days), default=None)
        if step is None or (row.warned_at_days is not None and row.warned_at_days <= step):
            continue
        row.warned_at_days = step
        enqueue(session, worker.account_code, "document_expires", worker.code, now, paper=row.kind, days=left)
    session.flush()


def _lapse_or_renew(session: Session, worker: Worker, missing: list[str], now: datetime) -> None:
    state = WorkerState(worker.state)
    if missing:
        fresh = add_hold(session, worker.code, "documents", now)
        if state in {WorkerState.ACTIVE, WorkerState.IMPROVEMENT}:
            move_worker(session, SYSTEM, worker, WorkerMove.LAPSE, now)
        if fresh:
            enqueue(session, worker.account_code, "documents_lapsed", worker.code, now, papers=missing)
        return
    freed = remove_hold(session, worker.code, "documents", now)
    if state is WorkerState.INELIGIBLE:
        move_worker(session, SYSTEM, worker, WorkerMove.RENEW, now)
    if freed:
        enqueue(session, worker.account_code, "documents_renewed", worker.code, now)


def _set_check(session: Session, worker: Worker, policy: DocumentPolicy, today: date) -> None:
    days = [
        row.expires_on - timedelta(days=before)
        for row in worker.documents
        if row.state == "valid" and row.expires_on is not None
        for before in (*policy.warn_days, -1)
    ]
    ahead = [day for day in days if day > today]
    if ahead:
        set_timer(session, CHECK_TIMER, worker.code, local_midnight(session, worker, min(ahead)))
    else:
        cancel_timer(session, CHECK_TIMER, worker.code)
