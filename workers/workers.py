"""Finding workers, and who may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Account
from core.actors import Actor, Role
from core.audit import Change, audit
from core.errors import InvalidInput, NotAllowed, NotFound
from workers.models import Worker, WorkerSkill


def worker_by_code(session: Session, code: str) -> Worker:
    """Return the worker, whoever asks: for verbs that have permitted the actor by another object. Else ``NotFound``."""
    worker = session.scalars(select(Worker).where(Worker.code == code)).first()
    if worker is None:
        raise NotFound
    return worker


def get_worker(session: Session, actor: Actor, code: str) -> Worker:
    """Return the worker to themselves, to operations and to the clock; ``NotFound`` to everyone else."""
    worker = worker_by_code(session, code)
    if actor.is_ops or actor.is_system or is_self(actor, worker):
        return worker
    raise NotFound


def is_self(actor: Actor, worker: Worker) -> bool:
    """True when the worker acts, also while still signed in as a customer."""
    return actor.role in {Role.WORKER, Role.CUSTOMER} and actor.code == worker.account_code and bool(actor.code)


def own_worker(session: Session, actor: Actor) -> Worker | None:
    """Return the worker behind the actor's account, if there is one."""
    if not actor.code:
        return None
    return session.scalars(select(Worker).where(Worker.account_code == actor.code)).first()


def forbid_own_case(session: Session, actor: Actor, worker: Worker) -> None:
    """Refuse staff who would decide about themselves, or about somebody they earn an incentive for."""
    if not actor.code:
        return
    if actor.code == worker.account_code:
        raise NotAllowed("own_case", "Nobody decides about themselves.")
    if is_recruiter_of(session, actor.code, worker):
        raise NotAllowed("own_recruit", "Whoever recruited this person cannot decide about them.")


def is_recruiter_of(session: Session, account_code: str, worker: Worker) -> bool:
    """Return whether this account belongs to the recruiter the worker named."""
    if not worker.recruiter_code:
        return False
    account = session.scalars(select(Account).where(Account.code == account_code)).first()
    held = [] if account is None else account.roles
    return any(one.role == Role.RECRUITER and one.person == worker.recruiter_code for one in held)


def add_skill(session: Session, actor: Actor, worker_code: str, skill: str, now: datetime) -> WorkerSkill:
    """Note that operations have checked a skill; a second time changes nothing. ``actor.reason`` goes to the audit."""
    if not (actor.is_ops or actor.is_system):
        raise NotFound
    worker = get_worker(session, actor, worker_code)
    forbid_own_case(session, actor, worker)
    if not skill:
        raise InvalidInput({"skill": ["required"]})
    row = session.get(WorkerSkill, (worker.id, skill))
    if row is None:
        row = WorkerSkill(worker_id=worker.id, skill=skill, since=now, checked_by=actor.code)
        session.add(row)
        audit(session, actor, "worker_skill_added", worker.code, now, Change(after={"skill": skill}))
        session.flush()
    return row
