"""What a worker has done, for the pages of money and reliability: visits, marks and points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.policies import read_policy
from dispatch.models import ReliabilityMark, Visit, VisitHold
from dispatch.policy import TripPolicy
from dispatch.states import WORKED, VisitState
from dispatch.visits import visit_query
from workers.workers import get_worker


@dataclass(frozen=True)
class DoneVisit:
    """A visit in words a payslip may use: what, which neighbourhood, when; never the home.

    ``books_at`` is when it becomes the worker's at the latest, None once it has.
    """

    code: str
    service: str
    area_name: dict[str, Any]
    starts_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    minutes: int
    state: str
    worker_fen: int
    total_fen: int
    cash_kept: bool
    held_fen: int
    books_at: datetime | None


@dataclass(frozen=True)
class MarkLine:
    """A reliability event of one's own, and when its points are gone."""

    kind: str
    at: datetime
    points: int
    excused: str
    fades_at: datetime


def done_visits(session: Session, actor: Actor, since: datetime, until: datetime) -> list[DoneVisit]:
    """Return one's visits whose work ended in ``since ≤ t < until``, latest first."""
    worker = get_worker(session, actor, actor.person)
    visits = session.scalars(
        visit_query()
        .where(Visit.worker_id == worker.id, Visit.state.in_(WORKED))
        .where(Visit.finished_at >= since, Visit.finished_at < until)
        .order_by(Visit.finished_at.desc())
    ).all()
    return _told(session, visits, now=until)


def coming_visits(session: Session, actor: Actor, now: datetime) -> list[DoneVisit]:
    """Return one's visits that are done but not booked yet, oldest first."""
    worker = get_worker(session, actor, actor.person)
    waiting = WORKED - {VisitState.SETTLED}
    visits = session.scalars(
        visit_query().where(Visit.worker_id == worker.id, Visit.state.in_(waiting)).order_by(Visit.finished_at)
    ).all()
    return _told(session, visits, now)


def visits_named(session: Session, actor: Actor, codes: Collection[str]) -> Mapping[str, DoneVisit]:
    """Return these visits by code as far as they are (or were) one's own business on a payslip."""
    if not codes:
        return {}
    get_worker(session, actor, actor.person)
    visits = session.scalars(visit_query().where(Visit.code.in_(codes))).all()
    return {one.code: one for one in _told(session, visits)}


def marks_of(session: Session, actor: Actor, since: datetime, fade: timedelta) -> list[MarkLine]:
    """Return one's reliability events after an instant, latest first."""
    worker = get_worker(session, actor, actor.person)
    rows = session.scalars(
        select(ReliabilityMark)
        .where(ReliabilityMark.person == worker.code, ReliabilityMark.at > since)
        .order_by(ReliabilityMark.at.desc())
    )
    return [MarkLine(row.kind, row.at, row.points, row.excused, row.at + fade) for row in rows]


def _told(session: Session, visits: Collection[Visit], now: datetime | None = None) -> list[DoneVisit]:
    held = _held(session, visits)
    policy = TripPolicy() if now is None else read_policy(session, TripPolicy, now)
    return [_one(visit, held.get(visit.id, 0), policy) for visit in visits]


def _one(visit: Visit, held: int, policy: TripPolicy) -> DoneVisit:
    return DoneVisit(
        code=visit.code, service=visit.service, area_name=visit.job.place.zone.names,
        starts_at=visit.starts_at or visit.window_from, started_at=visit.started_at, finished_at=visit.finished_at,
        minutes=visit.minutes, state=visit.state, worker_fen=visit.worker_fen, total_fen=visit.total_fen,
        cash_kept=visit.cash_kept_at is not None, held_fen=held, books_at=_books_at(visit, policy),
    )  # fmt: skip


def _books_at(visit: Visit, policy: TripPolicy) -> datetime | None:
    if visit.state == VisitState.COMPLETED:
        return (visit.confirmed_at or visit.state_since) + timedelta(hours=policy.settle_hours)
    if visit.state == VisitState.WORK_DONE:
        return visit.state_since + timedelta(hours=policy.confirm_hours + policy.settle_hours)
    return None


def _held(session: Session, visits: Collection[Visit]) -> Mapping[int, int]:
    rows = session.execute(
        select(VisitHold.visit_id, func.sum(VisitHold.fen))
        .where(VisitHold.visit_id.in_([visit.id for visit in visits]), VisitHold.released_at.is_(None))
        .group_by(VisitHold.visit_id)
    )
    return {row[0]: int(row[1]) for row in rows}
