"""The list of visits for the desk: searched, filtered, page by page, and the same rows for a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import Account
from core.actors import Actor
from core.errors import NotFound
from core.paging import Page, fetch_page
from dispatch.models import Job, Visit
from dispatch.waking import local_instant
from places.models import Compound, Place
from workers.models import Worker

MOST = 5000


@dataclass(frozen=True)
class VisitWish:
    """What to list: words (a code, a name, a compound), a state, a zone, a day; empty means all."""

    q: str = ""
    state: str = ""
    zone: str = ""
    day: date | None = None
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class VisitLine:
    """One visit in the list; money in fen. ``exact``: it can begin at no other time than ``starts_at``."""

    code: str
    state: str
    service: str
    zone: str
    compound: Mapping[str, Any]
    starts_at: datetime
    exact: bool
    minutes: int
    customer: str
    customer_name: str
    worker: str
    worker_name: str
    total_fen: int
    worker_fen: int


def list_visits(session: Session, actor: Actor, wish: VisitWish, after: str = "", size: int = 50) -> Page[VisitLine]:
    """Return one page of visits, newest first; two queries and one for names. Staff only."""
    if not actor.is_staff:
        raise NotFound
    page = fetch_page(session, _query(wish), Visit.id, after, size)
    return Page(_lines(session, page.rows), page.after)


def every_visit(session: Session, actor: Actor, wish: VisitWish) -> list[VisitLine]:
    """Return all visits of a wish for a file, at most 5,000, newest first."""
    if not actor.is_staff:
        raise NotFound
    rows = session.scalars(_query(wish).order_by(Visit.id.desc()).limit(MOST)).all()
    return _lines(session, rows)


def _query(wish: VisitWish) -> Any:
    query = select(Visit).options(
        joinedload(Visit.job).joinedload(Job.place).joinedload(Place.compound), joinedload(Visit.worker)
    )
    if wish.state:
        query = query.where(Visit.state == wish.state)
    if wish.zone:
        query = query.where(Visit.zone == wish.zone)
    if wish.day is not None:
        begin, end = (local_instant(wish.day, minute, wish.time_zone) for minute in (0, 1440))
        fixed = and_(Visit.starts_at >= begin, Visit.starts_at < end)
        loose = and_(Visit.starts_at.is_(None), Visit.window_from >= begin, Visit.window_from < end)
        query = query.where(or_(fixed, loose))
    return query.where(_words(wish.q.strip())) if wish.q.strip() else query


def _words(text: str) -> Any:
    """A code is meant exactly, other words are looked for in names of people and compounds."""
    code = text.upper()
    like = f"%{text.replace('%', '')}%"
    places = select(Place.id).join(Compound, Compound.id == Place.compound_id).where(
        or_(cast(Compound.names, String).ilike(like), Compound.slug.ilike(like))
    )  # fmt: skip
    return or_(
        Visit.code == code,
        Visit.customer == code,
        Visit.worker_id.in_(select(Worker.id).where(or_(Worker.code == code, Worker.name.ilike(like)))),
        Visit.customer.in_(select(Account.code).where(Account.name.ilike(like))),
        Visit.job_id.in_(select(Job.id).where(or_(Job.code == code, Job.place_id.in_(places)))),
    )


def _lines(session: Session, rows: Sequence[Visit]) -> list[VisitLine]:
    codes = {visit.customer for visit in rows}
    names = {
        row[0]: row[1] for row in session.execute(select(Account.code, Account.name).where(Account.code.in_(codes)))
    }
    return [_line(visit, names.get(visit.customer, "")) for visit in rows]


def _line(visit: Visit, customer_name: str) -> VisitLine:
    place = visit.job.place
    return VisitLine(
        code=visit.code,
        state=visit.state,
        service=visit.service,
        zone=visit.zone,
        compound=place.compound.names if place.compound else {},
        starts_at=visit.starts_at or visit.window_from,
        exact=visit.starts_at is not None or visit.window_from == visit.window_until,
        minutes=visit.minutes,
        customer=visit.customer,
        customer_name=customer_name,
        worker=visit.worker.code if visit.worker else "",
        worker_name=visit.worker.name if visit.worker else "",
        total_fen=visit.total_fen,
        worker_fen=visit.worker_fen,
    )
