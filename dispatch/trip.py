"""On the way and at the door: trip, position, arrival, start, lockout.

Acts sent later (no signal at the door) carry when they happened; the stamp is that instant, never one in the future.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import events
from core.actors import Actor
from core.errors import Conflict, InvalidInput
from core.events import timeline
from core.policies import read_policy
from core.timers import cancel_timer
from dispatch.events import ContactTried, TripStarted, VisitLockedOut, WorkerArrived, WorkStarted
from dispatch.models import Assignment, Position, Visit
from dispatch.policy import TripPolicy
from dispatch.schemas import ArrivalProof, Happened
from dispatch.settling import pay_lockout
from dispatch.states import VisitMove, VisitState
from dispatch.visits import get_visit, move_visit
from geo.points import Point, metres_between
from notices import notices

_OLDEST = timedelta(hours=12)
TRIP_TIMERS = ("trip_reminder", "trip_call", "no_show", "no_show_auto")


class Fix(NamedTuple):
    """A position as a phone reports it: WGS-84 degrees, accuracy in metres."""

    lat: float
    lon: float
    accuracy_m: int


def happened(when: datetime | None, now: datetime) -> datetime:
    """Return when an act happened: what was noted offline, within the last 12 hours and never in the future."""
    return now if when is None or when > now or when < now - _OLDEST else when


def start_trip(session: Session, actor: Actor, visit_code: str, note: Happened, now: datetime) -> Visit:
    """Set out. Not earlier than 90 minutes before the promised start."""
    visit = get_visit(session, actor, visit_code, lock=True)
    at = happened(note.happened_at, now)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    if visit.starts_at is not None and at < visit.starts_at - timedelta(minutes=policy.trip_from):
        raise Conflict("trip_too_early", "It is too early to set out.", minutes=policy.trip_from)
    move_visit(session, visit, VisitMove.START_TRIP, actor, now, trip_at=at)
    for kind in ("trip_reminder", "trip_call", "no_show", "no_show_auto"):
        cancel_timer(session, kind, visit.code)
    notices.enqueue(session, to=visit.customer, kind="worker_on_the_way", about=visit.code, now=now)
    events.record(session, TripStarted(visit.code, actor_worker(visit)), by=actor, at=at)
    return visit


def report_position(session: Session, actor: Actor, visit_code: str, fix: Fix, now: datetime) -> None:
    """Keep a position; only on the way, and only until 24 h after the visit."""
    visit = get_visit(session, actor, visit_code)
    if visit.state != VisitState.EN_ROUTE or visit.worker_id is None:
        raise Conflict("not_on_the_way", "Positions are only taken on the way.")
    session.add(
        Position(
            visit_id=visit.id,
            worker_id=visit.worker_id,
            at=now,
            lat=round(fix.lat, 4),
            lon=round(fix.lon, 4),
            accuracy_m=fix.accuracy_m,
        )
    )


def arrive(session: Session, actor: Actor, visit_code: str, proof: ArrivalProof, now: datetime) -> Visit:
    """Be at the door: proved by a position near the home, by the customer's code, or by operations."""
    visit = get_visit(session, actor, visit_code, lock=True)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    method = _arrival_method(visit, actor, proof, policy)
    at = happened(proof.happened_at, now)
    trip = visit.trip_at or at
    move_visit(session, visit, VisitMove.ARRIVE, actor, now, arrived_at=at, arrived_method=method, trip_at=trip)
    for kind in TRIP_TIMERS:
        cancel_timer(session, kind, visit.code)
    notices.enqueue(session, to=visit.customer, kind="worker_arrived", about=visit.code, now=now)
    events.record(session, WorkerArrived(visit.code, actor_worker(visit), method), by=actor, at=at)
    return visit


def _arrival_method(visit: Visit, actor: Actor, proof: ArrivalProof, policy: TripPolicy) -> str:
    if proof.code:
        if proof.code.strip() != visit.start_code:
            raise InvalidInput({"code": ["wrong_start_code"]})
        return "code"
    if actor.is_ops:
        return "ops"
    if proof.lat is None or proof.lon is None:
        raise InvalidInput({"code": ["position_or_code"]})
    place = visit.job.place
    away = metres_between(Point(proof.lat, proof.lon), Point(place.lat, place.lon))
    if away > max(policy.near_m, min(proof.accuracy_m or 0, 500)):
        raise Conflict("not_there_yet", "You are not at the door yet.", metres=round(away, -1))
    return "position"


def start_work(session: Session, actor: Actor, visit_code: str, code: str, note: Happened, now: datetime) -> Visit:
    """Start the clock with the customer's four digits; operations may start it for someone, with a reason."""
    visit = get_visit(session, actor, visit_code, lock=True)
    if not actor.is_ops and code.strip() != visit.start_code:
        raise InvalidInput({"code": ["wrong_start_code"]})
    at = max(happened(note.happened_at, now), visit.arrived_at or now)
    method = "ops" if actor.is_ops else "code"
    move_visit(session, visit, VisitMove.START, actor, now, started_at=at, start_method=method)
    active_assignment(session, visit).status = "started"
    events.record(session, WorkStarted(visit.code, actor_worker(visit)), by=actor, at=at)
    return visit


def log_contact(session: Session, actor: Actor, visit_code: str, note: Happened, now: datetime) -> int:
    """Log one try to reach a customer who does not open; return how many count (5 minutes apart)."""
    visit = get_visit(session, actor, visit_code)
    if visit.state != VisitState.ARRIVED:
        raise Conflict("not_at_the_door", "This is only possible at the door.")
    events.record(session, ContactTried(visit.code, actor_worker(visit)), by=actor, at=happened(note.happened_at, now))
    session.flush()
    return len(contacts_of(session, visit, read_policy(session, TripPolicy, now, visit.zone)))


def contacts_of(session: Session, visit: Visit, policy: TripPolicy) -> list[datetime]:
    """Return the logged tries to reach the customer that count: those far enough apart."""
    counted: list[datetime] = []
    for row in timeline(session, visit.code):
        apart = timedelta(minutes=policy.lockout_contact_gap)
        if row.kind == "ContactTried" and (not counted or row.at - counted[-1] >= apart):
            counted.append(row.at)
    return counted


def lock_out(session: Session, actor: Actor, visit_code: str, now: datetime) -> Visit:
    """Give up at a door nobody opens: three logged contacts and 25 minutes of waiting; the worker is paid."""
    visit = get_visit(session, actor, visit_code, lock=True)
    policy = read_policy(session, TripPolicy, now, visit.zone)
    waited = now - (visit.arrived_at or now)
    if not actor.is_ops:
        if waited < timedelta(minutes=policy.lockout_wait):
            left = policy.lockout_wait - int(waited.total_seconds() // 60)
            raise Conflict("wait_longer", "Please wait a little longer.", minutes=left)
        if len(contacts_of(session, visit, policy)) < policy.lockout_contacts:
            raise Conflict("contact_first", "Please try to reach the customer first.", times=policy.lockout_contacts)
    move_visit(session, visit, VisitMove.LOCK_OUT, actor, now, ended_at=now, end_reason="lockout")
    end_assignment(session, visit, "lockout", now)
    pay_lockout(session, visit, policy.lockout_paid_minutes, now)
    events.record(session, VisitLockedOut(visit.code, actor_worker(visit), visit.customer), by=actor, at=now)
    return visit


def active_assignment(session: Session, visit: Visit) -> Assignment:
    """Return the assignment that holds this visit now."""
    return session.scalars(
        select(Assignment).where(
            Assignment.visit_id == visit.id, Assignment.status.in_(("assigned", "started", "finished"))
        )
    ).one()


def end_assignment(session: Session, visit: Visit, reason: str, now: datetime) -> None:
    """Free the worker's time; nothing happens if there is no assignment."""
    row = session.scalars(
        select(Assignment).where(Assignment.visit_id == visit.id, Assignment.status.in_(("assigned", "started")))
    ).first()
    if row is not None:
        row.status, row.reason, row.ended_at = "cancelled", reason, now
        row.worker.version += 1
        session.flush()


def actor_worker(visit: Visit) -> str:
    """Return the code of the visit's worker, or an empty text."""
    return visit.worker.code if visit.worker else ""
