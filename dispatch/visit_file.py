"""Everything about one visit that dispatch knows, for operations: offers with reasons, holds, marks, the round."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.models import Job, Offer, ReliabilityMark, Round, Visit, VisitHold
from dispatch.visits import visit_query
from places.models import Compound, Place, Zone
from workers.models import Worker


@dataclass(frozen=True)
class OfferTold:
    """One offer of a visit. ``why`` as kept: ``[{"key", "minutes"}]``; ``round_code`` empty when asked by hand."""

    code: str
    worker: str
    name: str
    trial: bool
    state: str
    starts_at: datetime
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None
    answered_at: datetime | None
    declined_because: str
    net_fen: int
    travel_minutes: int
    why: Sequence[Mapping[str, Any]]
    round_code: str


@dataclass(frozen=True)
class HoldTold:
    """A contested sum, and the case that holds it."""

    source: str
    fen: int
    placed_at: datetime
    released_at: datetime | None


@dataclass(frozen=True)
class MarkTold:
    """A reliability event of this visit."""

    person: str
    kind: str
    points: int
    excused: str
    at: datetime


def offers_of(session: Session, visit_code: str) -> list[OfferTold]:
    """Return every offer of a visit, latest first; one query."""
    rows = session.execute(
        select(Offer, Worker, Round.code)
        .join(Visit, Visit.id == Offer.visit_id)
        .join(Worker, Worker.id == Offer.worker_id)
        .outerjoin(Round, Round.id == Offer.round_id)
        .where(Visit.code == visit_code)
        .order_by(Offer.id.desc())
    )
    return [_offer(offer, worker, code or "") for offer, worker, code in rows]


def taken_offer(session: Session, visit_code: str) -> OfferTold | None:
    """Return the accepted offer of a visit, if there is one."""
    return next((one for one in offers_of(session, visit_code) if one.state == "accepted"), None)


def holds_of(session: Session, visit_code: str) -> list[HoldTold]:
    """Return what is or was held of a visit."""
    rows = session.scalars(
        select(VisitHold).join(Visit, Visit.id == VisitHold.visit_id).where(Visit.code == visit_code)
    )
    return [HoldTold(row.source, row.fen, row.placed_at, row.released_at) for row in rows]


def marks_about(session: Session, visit_code: str) -> list[MarkTold]:
    """Return the reliability events of a visit, of either side."""
    rows = session.scalars(
        select(ReliabilityMark).where(ReliabilityMark.visit_code == visit_code).order_by(ReliabilityMark.at)
    )
    return [MarkTold(row.person, row.kind, row.points, row.excused, row.at) for row in rows]


def homes_named(session: Session, codes: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return the names of the compound (or neighbourhood) of visits by code: what the desk calls one. One query."""
    rows = session.execute(
        select(Visit.code, Compound.names, Zone.names)
        .join(Job, Job.id == Visit.job_id)
        .join(Place, Place.id == Job.place_id)
        .join(Zone, Zone.id == Place.zone_id)
        .outerjoin(Compound, Compound.id == Place.compound_id)
        .where(Visit.code.in_(codes))
    )
    return {code: compound or zone for code, compound, zone in rows}


def _offer(offer: Offer, worker: Worker, round_code: str) -> OfferTold:
    return OfferTold(
        code=offer.code,
        worker=worker.code,
        name=worker.name,
        trial=worker.activated_at is None,
        state=offer.state,
        starts_at=offer.starts_at,
        created_at=offer.created_at,
        expires_at=offer.expires_at,
        seen_at=offer.seen_at,
        answered_at=offer.answered_at,
        declined_because=offer.declined_because,
        net_fen=offer.net_fen,
        travel_minutes=round(offer.travel_seconds / 60),
        why=list(offer.why),
        round_code=round_code,
    )


def visits_by_code(session: Session, codes: Collection[str]) -> dict[str, Visit]:
    """Return visits with their home and worker by code; one query."""
    return {visit.code: visit for visit in session.scalars(visit_query().where(Visit.code.in_(codes)))} if codes else {}
