"""Customers' words for public pages: no names, no codes, dated by the day; the bad ones stand among the good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dispatch.models import Job, Visit
from places.models import Compound, Place
from ratings.models import Rating
from ratings.queries import Review
from ratings.states import RatingState

BAD_AT = 2
CRITICAL_AT = 3


@dataclass(frozen=True)
class Where:
    """Whose words: of a compound, of a zone, or everybody's."""

    zone: str = ""
    compound: str = ""


@dataclass(frozen=True)
class Counted:
    """How many ratings were revealed here, how many with words, and how many bad ones (one or two stars)."""

    ratings: int
    worded: int
    bad: int


def count_reviews(session: Session, where: Where) -> Counted:
    """Return the counts. One query."""
    worded = func.count().filter(Rating.comment != "")
    bad = func.count().filter(Rating.stars <= BAD_AT)
    row = session.execute(_public(select(func.count(), worded, bad), where)).one()
    return Counted(*row)


def list_reviews(session: Session, where: Where, limit: int = 30) -> list[Review]:
    """Return the latest words, newest first. One query."""
    return _read(session, where, limit, critical=False)


def first_reviews(session: Session, where: Where, limit: int = 3) -> list[Review]:
    """Return the latest words; the latest critical one (three stars or fewer) is always among them. Two queries."""
    latest = _different(_read(session, where, 4 * limit, critical=False))[:limit]
    critical = _read(session, where, 1, critical=True)
    if not critical or critical[0] in latest:
        return latest
    return [*latest[: limit - 1], critical[0]]


def _different(reviews: list[Review]) -> list[Review]:
    """Leave out what an earlier one has said word for word."""
    found: dict[str, Review] = {}
    for one in reviews:
        found.setdefault(one.comment, one)
    return list(found.values())


def _read(session: Session, where: Where, limit: int, *, critical: bool) -> list[Review]:
    query = _public(select(Rating.stars, Rating.comment, Visit.service, Rating.revealed_at), where)
    query = query.where(Rating.comment != "").order_by(Rating.revealed_at.desc(), Rating.id.desc()).limit(limit)
    if critical:
        query = query.where(Rating.stars <= CRITICAL_AT)
    return [Review(stars, comment, service, day) for stars, comment, service, day in session.execute(query) if day]


def _public(query: Any, where: Where) -> Any:
    """Only revealed, unsealed ratings of customers that count."""
    query = query.join(Visit, Visit.code == Rating.visit_code).where(
        Rating.side == "customer",
        Rating.state == RatingState.REVEALED,
        Rating.sealed_by == "",
        Rating.excluded == "",
        or_(Rating.weight.is_(None), Rating.weight > 0),
    )
    if where.compound:
        query = query.join(Job, Job.id == Visit.job_id).join(Place, Place.id == Job.place_id)
        return query.join(Compound, Compound.id == Place.compound_id).where(Compound.slug == where.compound)
    return query.where(Visit.zone == where.zone) if where.zone else query
