"""Accepting: a live offer becomes an assignment; the first acceptance wins."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor
from core.errors import Conflict
from core.policies import read_policy
from core.timers import cancel_timer, set_timer
from dispatch.days import Fit, Stop, fit, insert_stop, lock_worker, stops_of
from dispatch.events import VisitAssigned
from dispatch.models import Assignment, Offer, Visit
from dispatch.offers import get_offer, move_offer, reopen_if_alone, withdraw_offers
from dispatch.policy import SlotPolicy, TripPolicy
from dispatch.states import OFFER_MOVES, OfferMove, OfferState, VisitMove
from dispatch.travel import Spot
from dispatch.visits import move_visit
from notices import notices
from workers.models import Worker
from workers.states import MATCHABLE

FILL_TIMERS = ("fill_alert", "fill_choices", "fill_final", "rescue_over")


def accept_offer(session: Session, actor: Actor, offer_code: str, now: datetime) -> Assignment:
    """Turn a live offer into an assignment. ``Conflict`` if it expired, was withdrawn or no longer fits."""
    offer = get_offer(session, actor, offer_code, lock=True)
    worker = lock_worker(session, offer.worker_id)
    OFFER_MOVES.step(OfferState(offer.state), OfferMove.ACCEPT, actor)
    if worker.state not in MATCHABLE:
        raise Conflict("worker_not_matchable", "You cannot take visits at the moment.")
    found = check_fit(session, offer, worker, now)
    _claim(session, offer, now)
    visit = offer.visit
    move_visit(
        session,
        visit,
        VisitMove.ASSIGN,
        actor,
        now,
        worker_id=worker.id,
        starts_at=offer.starts_at,
        priority=_calm(visit),
    )
    assignment = insert_stop(session, offer, found, now)
    worker.version += 1
    worker.silent_offers = 0
    withdraw_offers(session, visit, OfferMove.SUPERSEDE, actor, now)
    _tell(session, actor, visit, worker, now)
    return assignment


def check_fit(session: Session, offer: Offer, worker: Worker, now: datetime) -> Fit:
    """Return how the offered start fits into the worker's committed days, or raise ``Conflict``."""
    policy = read_policy(session, SlotPolicy, now, offer.visit.zone)
    place = offer.visit.job.place
    end = offer.starts_at + timedelta(minutes=offer.visit.minutes)
    stop = Stop(offer.starts_at, end, Spot(place.lat, place.lon))
    stops = stops_of(session, worker.id, offer.starts_at)
    found = fit(worker, place.zone.city, stops, stop, policy.buffer_minutes)
    if found is None:
        raise Conflict("worker_busy", "This visit no longer fits into the day.")
    return found


def _claim(session: Session, offer: Offer, now: datetime) -> None:
    session.flush()
    changed = session.execute(
        update(Offer)
        .where(Offer.id == offer.id, Offer.state == OfferState.LIVE, Offer.expires_at > now)
        .values(state=OfferState.ACCEPTED.value, answered_at=now)
        .returning(Offer.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Conflict("offer_expired", "This offer has expired.")
    session.refresh(offer, ["state", "answered_at"])
    cancel_timer(session, "offer_expires", offer.code)


def _calm(visit: Visit) -> str:
    return "recurring" if visit.job.recurrence else "one_off"


def _tell(session: Session, actor: Actor, visit: Visit, worker: Worker, now: datetime) -> None:
    for kind in FILL_TIMERS:
        cancel_timer(session, kind, visit.code)
    set_trip_timers(session, visit, now)
    notices.enqueue(session, to=visit.customer, kind="visit_assigned", about=visit.code, now=now)
    events.record(session, VisitAssigned(visit.code, worker.code, visit.customer), by=actor, at=now)


def set_trip_timers(session: Session, visit: Visit, now: datetime) -> None:
    """Arm what watches over a promised start: reminder, call, no-show."""
    if visit.starts_at is None:
        return
    policy = read_policy(session, TripPolicy, now, visit.zone)
    for kind, minutes in (
        ("trip_reminder", -policy.remind_before),
        ("trip_call", -policy.call_before),
        ("no_show", policy.no_show_after),
    ):
        set_timer(session, kind, visit.code, max(now, visit.starts_at + timedelta(minutes=minutes)))


def on_assigned_withdraw_unfit(session: Session, event: VisitAssigned, now: datetime) -> None:
    """Withdraw the same worker's other live offers that can no longer be done together with what was accepted."""
    codes = session.scalars(
        select(Offer.code)
        .join(Worker, Worker.id == Offer.worker_id)
        .where(Worker.code == event.worker_code, Offer.state == OfferState.LIVE)
    ).all()
    for code in codes:
        offer = get_offer(session, SYSTEM, code, lock=True)
        if offer.state != OfferState.LIVE:
            continue
        try:
            check_fit(session, offer, offer.worker, now)
        except Conflict:
            move_offer(session, offer, OfferMove.WITHDRAW, SYSTEM, now)
            reopen_if_alone(session, offer.visit, SYSTEM, now)
