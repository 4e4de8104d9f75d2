"""Offers: made, declined, expired, withdrawn. Accepting stands in ``accepting.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from core import events
from core.actors import SYSTEM, Actor, Role
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotFound
from core.policies import read_policy
from core.states import claim
from core.timers import Timer, cancel_timer, set_timer
from dispatch.events import OfferDeclined, OffersMade
from dispatch.models import Job, Offer, Visit
from dispatch.policy import OfferPolicy
from dispatch.schemas import DECLINE_REASONS
from dispatch.states import OFFER_MOVES, OfferMove, OfferState, VisitMove, VisitState
from dispatch.visits import find_visit, move_visit
from dispatch.waking import Quiet, after_waking
from notices import notices
from places.models import Place
from workers.models import Worker


@dataclass(frozen=True)
class Pick:
    """Whom to ask, for which start, and why; ``alone`` while a preferred worker is asked first."""

    worker: Worker
    starts_at: datetime
    travel_seconds: int
    travel_m: int = 0
    why: list[dict[str, Any]] = field(default_factory=list)
    alone: bool = False


def get_offer(session: Session, actor: Actor, code: str, *, lock: bool = False) -> Offer:
    """Return an offer made to this worker (or any, for operations); else ``NotFound``.

    ``lock`` takes the visit's row first, as every verb that may move the visit does.
    """
    if lock:
        session.execute(
            select(Visit.id).join(Offer, Offer.visit_id == Visit.id).where(Offer.code == code).with_for_update(of=Visit)
        ).first()
    offer = session.scalars(
        select(Offer)
        .where(Offer.code == code)
        .options(
            joinedload(Offer.visit).joinedload(Visit.job).joinedload(Job.place).joinedload(Place.zone),
            joinedload(Offer.worker),
        )
        .execution_options(populate_existing=lock)
    ).first()
    if offer is None or not _may_see(offer, actor):
        raise NotFound
    return offer


def _may_see(offer: Offer, actor: Actor) -> bool:
    if actor.is_ops or actor.is_system:
        return True
    return actor.role is Role.WORKER and bool(actor.person) and offer.worker.code == actor.person


def move_offer(session: Session, offer: Offer, move: OfferMove, actor: Actor, now: datetime, **values: Any) -> Offer:
    """Move an offer by its table; whoever claims first wins."""
    step = OFFER_MOVES.step(OfferState(offer.state), move, actor)
    claim(session, offer, OfferState(offer.state), step.to, answered_at=now, **values)
    cancel_timer(session, "offer_expires", offer.code)
    return offer


def make_offers(
    session: Session, visit: Visit, picks: Sequence[Pick], actor: Actor, now: datetime, round_id: int | None = None
) -> list[Offer]:
    """Offer the visit to the picked workers; the visit moves to *offering* (a rescue stays a rescue)."""
    policy = read_policy(session, OfferPolicy, now, visit.zone)
    move_visit(session, visit, VisitMove.OFFER, actor, now)
    zone = visit.job.place.zone.time_zone
    made = [_write_offer(session, visit, pick, policy, now) for pick in picks]
    for offer, pick in zip(made, picks, strict=True):
        offer.round_id = round_id
        offer.expires_at = _expiry(visit, pick, policy, now, zone)
        set_timer(session, "offer_expires", offer.code, offer.expires_at)
        notices.enqueue(session, to=pick.worker.account_code, kind="offer_made", about=offer.code, now=now)
    events.record(session, OffersMade(visit.code, [offer.code for offer in made]), by=actor, at=now)
    return made


def _write_offer(session: Session, visit: Visit, pick: Pick, policy: OfferPolicy, now: datetime) -> Offer:
    offer = Offer(
        code=new_code("O"),
        visit=visit,
        worker=pick.worker,
        state=OfferState.LIVE.value,
        band=lead_band(pick.starts_at - now, alone=pick.alone),
        starts_at=pick.starts_at,
        travel_seconds=pick.travel_seconds,
        travel_m=pick.travel_m,
        net_fen=visit.worker_fen,
        why=pick.why,
        created_at=now,
        expires_at=now + timedelta(minutes=policy.within_4h),
        delivered_at=now,
    )
    session.add(offer)
    return offer


def lead_band(lead: timedelta, *, alone: bool = False) -> str:
    """Return the name of the lead band: "alone", "48h+", "48h", "24h" or "4h"."""
    if alone and lead > timedelta(hours=48):
        return "alone"
    if lead > timedelta(hours=48):
        return "48h+"
    if lead > timedelta(hours=24):
        return "48h"
    return "24h" if lead > timedelta(hours=4) else "4h"


def lifetime(band: str, policy: OfferPolicy) -> timedelta:
    """Return how long an offer of this band lives, in waking time."""
    minutes = {
        "alone": policy.preferred_alone,
        "48h+": policy.beyond_48h,
        "48h": policy.within_48h,
        "24h": policy.within_24h,
        "4h": policy.within_4h,
    }[band]
    return timedelta(minutes=minutes)


def _expiry(visit: Visit, pick: Pick, policy: OfferPolicy, now: datetime, zone: str) -> datetime:
    band = lead_band(pick.starts_at - now, alone=pick.alone)
    worker = pick.worker
    free_now = worker.free_now_until is not None and worker.free_now_until > now
    quiet = Quiet(0, 0, zone) if free_now else Quiet(worker.quiet_from, worker.quiet_until, zone)
    latest = max(now + timedelta(minutes=1), min(visit.fill_by, pick.starts_at))
    return min(after_waking(now, lifetime(band, policy), quiet), latest)


def decline_offer(session: Session, actor: Actor, offer_code: str, reason: str, now: datetime) -> Offer:
    """Say no. It costs nothing, and this visit is never offered to this worker again."""
    if reason not in DECLINE_REASONS:
        raise InvalidInput({"reason": ["unknown_choice"]})
    offer = get_offer(session, actor, offer_code, lock=True)
    _decline(session, actor, offer, reason, now)
    if reason == "not_today":
        for other in _same_day(session, offer):
            _decline(session, actor, other, reason, now)
    return offer


def _decline(session: Session, actor: Actor, offer: Offer, reason: str, now: datetime) -> None:
    move_offer(session, offer, OfferMove.DECLINE, actor, now, declined_because=reason)
    offer.worker.silent_offers = 0
    fact = OfferDeclined(offer.code, offer.visit.code, offer.worker.code, reason)
    events.record(session, fact, by=actor, at=now)
    reopen_if_alone(session, offer.visit, actor, now)


def _same_day(session: Session, offer: Offer) -> list[Offer]:
    clock = ZoneInfo(offer.visit.job.place.zone.time_zone)
    day = offer.starts_at.astimezone(clock).date()
    rows = session.scalars(
        select(Offer)
        .where(Offer.worker_id == offer.worker_id, Offer.state == OfferState.LIVE, Offer.id != offer.id)
        .options(joinedload(Offer.visit), joinedload(Offer.worker))
    )
    return [row for row in rows if row.starts_at.astimezone(clock).date() == day]


def reopen_if_alone(session: Session, visit: Visit, actor: Actor, now: datetime) -> None:
    """Put the visit back to *open* when its last live offer has gone (a rescue stays a rescue)."""
    session.flush()
    live = session.scalar(
        select(func.count()).select_from(Offer).where(Offer.visit_id == visit.id, Offer.state == OfferState.LIVE)
    )
    if not live and visit.state == VisitState.OFFERING:
        move_visit(session, visit, VisitMove.REOPEN, actor, now)


def on_offer_expires(session: Session, timer: Timer, now: datetime) -> None:
    """Let an unanswered offer lapse. Silence three times turns "free now" off, nothing else."""
    offer = get_offer(session, SYSTEM, timer.about, lock=True)
    if offer.state != OfferState.LIVE:
        return
    policy = read_policy(session, OfferPolicy, now, offer.visit.zone)
    move_offer(session, offer, OfferMove.EXPIRE, SYSTEM, now)
    offer.worker.silent_offers += 1
    if offer.worker.silent_offers >= policy.silent_limit:
        offer.worker.free_now_until = None
    reopen_if_alone(session, offer.visit, SYSTEM, now)


def withdraw_offers(session: Session, visit: Visit, move: OfferMove, actor: Actor, now: datetime) -> None:
    """Take back every live offer of a visit."""
    rows = session.scalars(select(Offer).where(Offer.visit_id == visit.id, Offer.state == OfferState.LIVE))
    for offer in rows.all():
        move_offer(session, offer, move, actor, now)


def mark_seen(session: Session, actor: Actor, offer_code: str, now: datetime) -> None:
    """Note that the worker has looked at the offer."""
    offer = get_offer(session, actor, offer_code)
    if actor.role is Role.WORKER and offer.seen_at is None:
        offer.seen_at = now


def offer_to(session: Session, actor: Actor, visit_code: str, pick: Pick, now: datetime) -> Offer:
    """Ask one worker by hand (operations): an offer like any other; nothing changes before the answer."""
    visit = find_visit(session, visit_code, lock=True)
    if not actor.is_ops:
        raise NotFound
    if session.scalars(
        select(Offer.id).where(
            Offer.visit_id == visit.id, Offer.worker_id == pick.worker.id, Offer.state == OfferState.LIVE
        )
    ).first():
        raise Conflict("already_asked", "This worker is being asked already.")
    return make_offers(session, visit, [pick], actor, now)[0]
