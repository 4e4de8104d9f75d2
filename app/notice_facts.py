"""What messages say about visits: service, time, who comes. Read for a whole list at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.models import Service
from dispatch.models import Offer, Visit
from disputes.models import Dispute
from places.models import Zone
from workers.models import Worker


@dataclass(frozen=True)
class VisitFact:
    """What may be said of a visit to either side of it."""

    service: dict[str, Any]
    at: datetime
    time_zone: str
    worker: str


def facts_about(session: Session, codes: Collection[str]) -> dict[str, VisitFact]:
    """Return the facts of all visits, offers and cases among these codes, in at most three queries."""
    visits = {code for code in codes if code.startswith("V-")}
    offers = {code for code in codes if code.startswith("O-")}
    cases = {code for code in codes if code.startswith("D-")}
    found: dict[str, VisitFact] = {}
    if visits:
        query = select(Visit.code, Visit.starts_at, *_COLUMNS).outerjoin(Worker, Worker.id == Visit.worker_id)
        found.update(_facts(session, _joined(query).where(Visit.code.in_(visits))))
    if offers:
        query = select(Offer.code, Offer.starts_at, *_COLUMNS).join(Visit, Visit.id == Offer.visit_id)
        query = query.join(Worker, Worker.id == Offer.worker_id)
        found.update(_facts(session, _joined(query).where(Offer.code.in_(offers))))
    if cases:
        query = select(Dispute.code, Visit.starts_at, *_COLUMNS).join(Visit, Visit.code == Dispute.visit_code)
        query = query.outerjoin(Worker, Worker.id == Visit.worker_id)
        found.update(_facts(session, _joined(query).where(Dispute.code.in_(cases))))
    return found


_COLUMNS = (Visit.window_from, Service.names, Zone.time_zone, Worker.family_name)


def _joined(query: Any) -> Any:
    return query.join(Service, Service.slug == Visit.service).join(Zone, Zone.slug == Visit.zone)


def _facts(session: Session, query: Any) -> dict[str, VisitFact]:
    return {
        code: VisitFact(service, starts_at or window_from, time_zone, family_name or "")
        for code, starts_at, window_from, service, time_zone, family_name in session.execute(query)
    }
