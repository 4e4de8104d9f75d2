"""Visits: finding one with the right to it, and moving one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from core.actors import Actor, Role
from core.errors import NotFound
from core.states import claim
from dispatch.models import Job, Visit
from dispatch.states import VISIT_MOVES, VisitMove, VisitState
from money.visit_money import VisitMoney
from places.models import Place


def visit_query() -> Select[Visit]:
    """Select visits with everything a verb or a page of one visit looks at, in one query."""
    return select(Visit).options(
        joinedload(Visit.job).joinedload(Job.place).joinedload(Place.zone),
        joinedload(Visit.job).joinedload(Job.place).joinedload(Place.compound),
        joinedload(Visit.worker),
    )


def find_visit(session: Session, code: str, *, lock: bool = False) -> Visit:
    """Return the visit for internal use (no right is checked); ``lock`` takes its row until commit."""
    if lock:
        session.execute(select(Visit.id).where(Visit.code == code).with_for_update()).first()
    visit = session.scalars(visit_query().where(Visit.code == code).execution_options(populate_existing=lock)).first()
    if visit is None:
        raise NotFound
    return visit


def get_visit(session: Session, actor: Actor, code: str, *, lock: bool = False) -> Visit:
    """Return a visit the actor may see: its customer, its worker, operations, the clock. Else ``NotFound``."""
    visit = find_visit(session, code, lock=lock)
    if not may_see(visit, actor):
        raise NotFound
    return visit


def may_see(visit: Visit, actor: Actor) -> bool:
    """Tell whether the visit is this actor's business."""
    if actor.is_ops or actor.is_system or actor.role in (Role.FINANCE, Role.ADMIN):
        return True
    if actor.role is Role.CUSTOMER:
        return bool(actor.code) and visit.customer == actor.code
    if actor.role is Role.WORKER:
        return visit.worker is not None and bool(actor.person) and visit.worker.code == actor.person
    return False


def move_visit(session: Session, visit: Visit, move: VisitMove, actor: Actor, now: datetime, **values: Any) -> Visit:
    """Move a visit by its table; ``Conflict`` when the state forbids it or somebody was faster."""
    step = VISIT_MOVES.step(VisitState(visit.state), move, actor)
    claim(session, visit, VisitState(visit.state), step.to, state_since=now, **values)
    return visit


def money_of(visit: Visit) -> VisitMoney:
    """Return what the ledger has to know of a visit."""
    return VisitMoney(
        code=visit.code,
        customer=visit.customer,
        worker=visit.worker.code if visit.worker else "",
        total_fen=visit.total_fen,
        worker_fen=visit.worker_fen,
        subsidy_fen=visit.worker_fen - visit.total_fen,
        method=visit.job.payment_method,
        zone=visit.zone,
    )
