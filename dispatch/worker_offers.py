"""Offers as the worker's pages show them: what it brings, how to get there, what the customer is like to work for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from core.actors import Actor
from core.policies import read_policy
from dispatch.days import Stop, stops_of
from dispatch.models import Job, Offer, ReliabilityMark, Visit
from dispatch.offers import get_offer
from dispatch.policy import SlotPolicy
from dispatch.states import WORKED, OfferState, VisitState
from dispatch.travel import Spot, travel_seconds
from dispatch.worker_day import leave_by, travel_steps
from places.models import Place
from places.shown import NO_VISIT, PlaceShown, Viewer, place_for
from workers.workers import get_worker


@dataclass(frozen=True)
class OfferLine:
    """An offer in a list. ``travel_minutes`` are in steps of five, the place is an area only."""

    code: str
    visit_code: str
    state: str
    service: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    net_fen: int
    place: PlaceShown
    travel_minutes: int
    leave_by: datetime
    mode: str
    created_at: datetime
    expires_at: datetime
    regular: bool
    rescue: bool

    @property
    def live(self) -> bool:
        """True while it may be answered, as far as its state says; time is the asker's business."""
        return self.state == OfferState.LIVE


@dataclass(frozen=True)
class CustomerRecord:
    """What the customer is like to work for: visits done, of these with this worker, doors not opened, late calls."""

    visits: int
    with_you: int
    not_opened: int
    called_off_late: int


@dataclass(frozen=True)
class OfferSheet:
    """One offer with everything that helps to answer it. ``free_after`` is minutes until the next stop, less travel."""

    line: OfferLine
    from_home: bool
    free_after: int | None
    why: list[Any]
    customer: CustomerRecord


def live_offers(session: Session, actor: Actor, now: datetime, key: bytes) -> list[OfferLine]:
    """Return the worker's offers that wait for an answer, soonest visit first; two queries."""
    worker = get_worker(session, actor, actor.person)
    rows = session.scalars(
        select(Offer)
        .where(Offer.worker_id == worker.id, Offer.state == OfferState.LIVE, Offer.expires_at > now)
        .options(
            joinedload(Offer.visit).joinedload(Visit.job).joinedload(Job.place).options(
                joinedload(Place.zone), joinedload(Place.compound)
            ),
            joinedload(Offer.worker),
        )
        .order_by(Offer.starts_at, Offer.id)
    )  # fmt: skip
    return [_line(offer, Viewer(actor, now), key) for offer in rows]


def count_live(session: Session, worker_code: str, now: datetime) -> int:
    """Return how many offers wait for this worker's answer."""
    found = session.scalar(
        select(func.count())
        .select_from(Offer)
        .where(Offer.worker.has(code=worker_code), Offer.state == OfferState.LIVE, Offer.expires_at > now)
    )
    return int(found or 0)


def offer_sheet(session: Session, actor: Actor, code: str, now: datetime, key: bytes) -> OfferSheet:
    """Return one offer made to this worker; ``NotFound`` to others."""
    offer = get_offer(session, actor, code)
    stops = [stop for stop in stops_of(session, offer.worker_id, offer.starts_at) if stop.spot is not None]
    line = _line(offer, Viewer(actor, now), key)
    day = timedelta(hours=12)
    before = [stop for stop in stops if line.starts_at - day < stop.end <= line.starts_at]
    after = [stop for stop in stops if line.ends_at <= stop.start < line.ends_at + day]
    return OfferSheet(
        line=line,
        from_home=not before,
        free_after=_free(session, offer, line, after[0], now) if after else None,
        why=list(offer.why),
        customer=_record(session, offer),
    )


def _line(offer: Offer, viewer: Viewer, key: bytes) -> OfferLine:
    visit = offer.visit
    minutes = travel_steps(offer.travel_seconds)
    return OfferLine(
        code=offer.code, visit_code=visit.code, state=offer.state, service=visit.service,
        starts_at=offer.starts_at, ends_at=offer.starts_at + timedelta(minutes=visit.minutes),
        minutes=visit.minutes, net_fen=offer.net_fen, place=place_for(visit.job.place, viewer, NO_VISIT, key),
        travel_minutes=minutes, leave_by=leave_by(offer.starts_at, minutes * 60), mode=offer.worker.travel_mode,
        created_at=offer.created_at, expires_at=offer.expires_at, regular=bool(visit.job.recurrence),
        rescue=visit.state == VisitState.RESCUE,
    )  # fmt: skip


def _free(session: Session, offer: Offer, line: OfferLine, after: Stop, now: datetime) -> int:
    """Minutes to spare before the next stop, down to steps of five: no home can be worked out from them."""
    place = offer.visit.job.place
    here = Spot(place.lat, place.lon)
    way = travel_seconds(place.zone.city, here, after.spot or here, offer.worker.travel_mode)
    buffer = read_policy(session, SlotPolicy, now, offer.visit.zone).buffer_minutes
    spare = int((after.start - line.ends_at).total_seconds() // 60) - travel_steps(way) - buffer
    return max(0, spare // 5 * 5)


def _record(session: Session, offer: Offer) -> CustomerRecord:
    customer = offer.visit.customer
    row = session.execute(
        select(
            func.count().filter(Visit.state.in_(WORKED)),
            func.count().filter(Visit.state.in_(WORKED), Visit.worker_id == offer.worker_id),
            func.count().filter(Visit.state == VisitState.LOCKOUT),
        ).where(Visit.customer == customer)
    ).one()
    late = session.scalar(
        select(func.count())
        .select_from(ReliabilityMark)
        .where(ReliabilityMark.person == customer, ReliabilityMark.kind == "late_cancel")
    )
    return CustomerRecord(int(row[0]), int(row[1]), int(row[2]), int(late or 0))
