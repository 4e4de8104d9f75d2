"""The rows a snapshot is made of, loaded with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, joinedload, selectinload

import matching
from catalogue.models import Service
from dispatch.models import Assignment, Job, Offer, PairBlock, Visit
from dispatch.offers import lead_band
from dispatch.states import OfferState, VisitState
from dispatch.waking import local_instant
from workers.models import Worker
from workers.states import MATCHABLE

_COUNTED = ("assigned", "started", "finished", "time_off")


@dataclass(frozen=True)
class Facts:
    """Everything about supply and about what stands between people."""

    workers: Sequence[Worker]
    assignments: dict[int, list[Assignment]]
    offers: dict[int, list[Offer]]
    declined: dict[int, frozenset[str]]
    blocked: dict[str, frozenset[str]]
    known: dict[str, frozenset[str]]
    skills: dict[str, Sequence[str]]


def load(session: Session, visits: Sequence[Visit], span: tuple[datetime, datetime], now: datetime) -> Facts:
    """Load supply between two instants, and refusals, blocks and acquaintances for these visits."""
    workers = session.scalars(
        select(Worker)
        .where(Worker.state.in_([state.value for state in MATCHABLE]))
        .options(
            selectinload(Worker.skills),
            selectinload(Worker.shifts),
            selectinload(Worker.documents),
            joinedload(Worker.standing),
        )
        .order_by(Worker.code)
    ).all()
    customers = {visit.customer for visit in visits}
    return Facts(
        workers=workers,
        assignments=_assignments(session, *span),
        offers=_offers(session),
        declined=_declined(session, visits, now),
        blocked=_blocked(session, customers),
        known=_known(session, customers),
        skills={row[0]: row[1] for row in session.execute(select(Service.slug, Service.skills))},
    )


def _assignments(session: Session, since: datetime, until: datetime) -> dict[int, list[Assignment]]:
    week = Range(since - timedelta(days=7), until + timedelta(days=7), bounds="[)")
    found = session.scalars(
        select(Assignment)
        .where(Assignment.status.in_(_COUNTED), Assignment.during.overlaps(week))
        .options(joinedload(Assignment.visit).joinedload(Visit.job).joinedload(Job.place))
    )
    by_worker: dict[int, list[Assignment]] = defaultdict(list)
    for row in found:
        by_worker[row.worker_id].append(row)
    return by_worker


def _offers(session: Session) -> dict[int, list[Offer]]:
    found = session.scalars(
        select(Offer)
        .where(Offer.state == OfferState.LIVE)
        .options(joinedload(Offer.visit).joinedload(Visit.job).joinedload(Job.place))
        .order_by(Offer.id)
    )
    by_worker: dict[int, list[Offer]] = defaultdict(list)
    for row in found:
        by_worker[row.worker_id].append(row)
    return by_worker


def _declined(session: Session, visits: Sequence[Visit], now: datetime) -> dict[int, frozenset[str]]:
    """Who is not asked again: whoever declined, for ever; whoever was silent, until the next lead band or rescue."""
    wanted = {visit.id: visit for visit in visits}
    asked = session.execute(
        select(Offer.visit_id, Worker.code, Offer.state, Offer.band, Offer.starts_at)
        .join(Worker, Worker.id == Offer.worker_id)
        .where(Offer.visit_id.in_(wanted), Offer.state.in_([OfferState.DECLINED.value, OfferState.EXPIRED.value]))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for visit_id, worker, state, band, starts_at in asked:
        visit = wanted[visit_id]
        same_band = band == lead_band(starts_at - now) and visit.priority != "rescue"
        moved = not visit.window_from <= starts_at <= visit.window_until
        if state == OfferState.DECLINED or (same_band and not moved):
            found[visit_id].add(worker)
    return {visit_id: frozenset(codes) for visit_id, codes in found.items()}


def _blocked(session: Session, customers: set[str]) -> dict[str, frozenset[str]]:
    pairs = session.execute(
        select(PairBlock.customer, Worker.code)
        .join(Worker, Worker.id == PairBlock.worker_id)
        .where(PairBlock.customer.in_(customers))
    )
    return _grouped(pairs)


def _known(session: Session, customers: set[str]) -> dict[str, frozenset[str]]:
    pairs = session.execute(
        select(Visit.customer, Worker.code)
        .join(Worker, Worker.id == Visit.worker_id)
        .where(
            Visit.customer.in_(customers),
            Visit.state.in_([VisitState.COMPLETED.value, VisitState.SETTLED.value, VisitState.WORK_DONE.value]),
        )
        .distinct()
    )
    return _grouped(pairs)


def _grouped(pairs: Any) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for customer, worker in pairs:
        found[customer].add(worker)
    return {customer: frozenset(codes) for customer, codes in found.items()}


def holds_of(worker: Worker) -> frozenset[matching.Hold]:
    """Return the holds the matcher knows, from the codes of the standing."""
    codes = set(worker.standing.holds) if worker.standing else set()
    found = {matching.Hold.SAFETY} if codes & {"safety", "review", "new_offers"} else set()
    return frozenset(found | ({matching.Hold.DOCUMENT} if "documents" in codes else set()))


def documents_until(worker: Worker, epoch: datetime, zone: str) -> int | None:
    """Return the second the first needed paper lapses (the end of its last day), or None."""
    ends = [paper.expires_on for paper in worker.documents if paper.state == "valid" and paper.expires_on is not None]
    if not ends:
        return None
    return max(0, int((local_instant(min(ends), 1440, zone) - epoch).total_seconds()))
