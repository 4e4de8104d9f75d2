"""Who brought whom: captured → confirmed → locked, or contested → decided by operations.

The code a worker names when confirming the application counts; the first one within 30 days wins. Walk-ins who name
a station belong to the station: no person earns by them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Account
from core.actors import SYSTEM, Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import InvalidInput, NotFound
from core.events import record
from core.policies import read_policy
from core.states import claim
from notices.tasks import close_tasks, open_task
from recruiting.events import WorkerAttributed
from recruiting.leads import lead_of
from recruiting.models import Attribution, Recruiter
from recruiting.policy import AttributionPolicy
from recruiting.recruiters import forbid_own, recruiter_by_code, station_by_code
from recruiting.relations import worker_ties
from recruiting.states import ATTRIBUTION_MOVES, AttributionMove, AttributionState
from workers.events import WorkerApplied
from workers.models import Worker
from workers.workers import worker_by_code

if TYPE_CHECKING:
    from recruiting.schemas import ContestInput

_FINAL = frozenset({AttributionState.LOCKED, AttributionState.CONTESTED})


def attribution_of(session: Session, worker_code: str, *, lock: bool = False) -> Attribution | None:
    """Return who brought this worker, if anybody did."""
    query = select(Attribution).where(Attribution.worker == worker_code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def on_worker_applied(session: Session, event: WorkerApplied, now: datetime) -> None:
    """Confirm the recruiter or station whose code was named; a tie between the two is held for review."""
    if not event.recruiter_code:
        return
    worker = worker_by_code(session, event.worker_code)
    recruiter = recruiter_by_code(session, event.recruiter_code)
    if recruiter is None and station_by_code(session, event.recruiter_code) is None:
        return
    row = attribution_of(session, worker.code, lock=True)
    if row is not None and not _may_change(session, row, now):
        _keep_first(session, worker, row)
        return
    row = _confirm(session, worker, event.recruiter_code, row, now)
    if recruiter is not None:
        _note_lead(session, worker, recruiter, row, now)
        tie = worker_ties(session, worker, recruiter.account_code)
        if tie:
            contest(session, row, tie, now)


def lock_attribution(session: Session, worker_code: str, now: datetime) -> Attribution | None:
    """Make the attribution final when the worker is accepted; a contested one stays contested."""
    row = attribution_of(session, worker_code, lock=True)
    if row is not None and AttributionState(row.state) not in _FINAL:
        _move(session, SYSTEM, row, AttributionMove.LOCK, now)
    return row


def contest(session: Session, row: Attribution, reason: str, now: datetime) -> None:
    """Hold an attribution for a person to look at; nothing is paid for it meanwhile."""
    row.hold_reason = reason
    _move(session, SYSTEM, row, AttributionMove.CONTEST, now)
    due = now + timedelta(days=read_policy(session, AttributionPolicy, now).review_days)
    open_task(session, Role.OPS_LEAD, "review_attribution", row.worker, due, now, tie=reason)


def settle_contest(
    session: Session, actor: Actor, worker_code: str, decision: ContestInput, now: datetime
) -> Attribution:
    """Operations decide who brought somebody: the same code upholds it, another reassigns it."""
    if not actor.is_ops:
        raise NotFound
    row = attribution_of(session, worker_code, lock=True)
    if row is None:
        raise NotFound
    new = recruiter_by_code(session, decision.recruiter_code)
    if new is None and station_by_code(session, decision.recruiter_code) is None:
        raise InvalidInput({"recruiter_code": ["unknown"]})
    forbid_own(actor, new)
    forbid_own(actor, recruiter_by_code(session, row.recruiter))
    same = decision.recruiter_code == row.recruiter
    before = {"recruiter": row.recruiter, "state": row.state}
    move = AttributionMove.UPHOLD if same else AttributionMove.REASSIGN
    change = Change(decision.reason, before, {"recruiter": decision.recruiter_code})
    audit(session, actor, "attribution_decided", worker_code, now, change)
    _move(session, actor, row, move, now, recruiter=decision.recruiter_code)
    close_tasks(session, "review_attribution", worker_code, move.value, now)
    worker = worker_by_code(session, worker_code)
    worker.recruiter_code = decision.recruiter_code
    if worker.activated_at is not None:
        _move(session, SYSTEM, row, AttributionMove.LOCK, now)
    return row


def _may_change(session: Session, row: Attribution, now: datetime) -> bool:
    """Only an attribution nobody was accepted under, and whose 30 days are over, gives way to a later code."""
    days = timedelta(days=read_policy(session, AttributionPolicy, now).days)
    since = row.confirmed_at or row.captured_at
    return AttributionState(row.state) not in _FINAL and since + days <= now


def _keep_first(session: Session, worker: Worker, row: Attribution) -> None:
    """The application named somebody else later: the worker stays with whom they confirmed first."""
    worker.recruiter_code = row.recruiter
    session.flush()


def _confirm(session: Session, worker: Worker, code: str, row: Attribution | None, now: datetime) -> Attribution:
    if row is None:
        session.execute(
            insert(Attribution)
            .values(
                code=new_code("Y"), worker=worker.code, recruiter=code, captured_at=now, hold_reason="",
                state=ATTRIBUTION_MOVES.initial.value,
            )
            .on_conflict_do_nothing(index_elements=["worker"])
        )  # fmt: skip
        row = attribution_of(session, worker.code, lock=True)
        if row is None:
            raise AssertionError("An attribution that was just written exists.")
        if AttributionState(row.state) is AttributionState.CAPTURED:
            _move(session, SYSTEM, row, AttributionMove.CONFIRM, now, confirmed_at=now)
        return row
    if row.recruiter != code:
        _move(session, SYSTEM, row, AttributionMove.REASSIGN, now, recruiter=code)
    row.confirmed_at = now
    session.flush()
    return row


def _note_lead(session: Session, worker: Worker, recruiter: Recruiter, row: Attribution, now: datetime) -> None:
    phone = session.scalar(select(Account.phone).where(Account.code == worker.account_code))
    lead = None if phone is None else lead_of(session, recruiter.code, phone, now)
    if lead is not None:
        lead.worker, row.captured_at = worker.code, min(lead.captured_at, row.captured_at)
        session.flush()


def _move(
    session: Session, actor: Actor, row: Attribution, move: AttributionMove, now: datetime, **values: object
) -> None:
    seen = AttributionState(row.state)
    step = ATTRIBUTION_MOVES.step(seen, move, actor)
    claim(session, row, seen, step.to, **values)
    record(session, WorkerAttributed(row.worker, row.recruiter, step.to.value), by=actor, at=now)
