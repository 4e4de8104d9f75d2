"""Workers as agents: they answer offers, set out, arrive a little late or early, work, tick, finish, rate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from core.actors import Actor
from dispatch.accepting import accept_offer
from dispatch.cancelling import worker_cancels
from dispatch.finishing import finish_work, tick_item
from dispatch.models import Assignment, Job, Offer, Visit
from dispatch.offers import decline_offer
from dispatch.schemas import ArrivalProof, Happened
from dispatch.settling import say_cash_kept
from dispatch.states import COMMITTED, OfferState, VisitState
from dispatch.trip import Fix, arrive, report_position, start_trip, start_work
from simulation.acts import Act, Run
from simulation.chance import bell, between, chance, pick
from simulation.hiring import as_actor
from simulation.people import worker_soul
from simulation.world import World
from workers.models import Worker

DECLINES = ("too_far", "time", "too_long", "stairs", "pets", "other")
NOTE = Happened()


def worker_acts(session: Session, world: World, now: datetime) -> list[Act]:
    """Return everything workers would do by now."""
    return [*_answers(session, world), *_visits(session, world, now)]


def _answers(session: Session, world: World) -> Iterable[Act]:
    offers = session.scalars(
        select(Offer).where(Offer.state == OfferState.LIVE).options(joinedload(Offer.worker)).order_by(Offer.id)
    )
    for offer in offers:
        seed, worker = world.seed, offer.worker
        soul = worker_soul(seed, worker.id)
        if chance(seed, "silent", offer.id) < soul.silent:
            continue
        life = (offer.expires_at - offer.created_at).total_seconds()
        due = offer.created_at + timedelta(seconds=life * between(0.1, 0.7, seed, "answer", offer.id))
        code, actor = offer.code, as_actor(worker)
        if chance(seed, "yes", offer.id) < soul.says_yes:
            run = _accepting(actor, code)
        else:
            run = _declining(actor, code, pick(DECLINES, seed, "why", offer.id))
        yield Act(("offer", offer.id), due, worker.account_code, run)


def _accepting(actor: Actor, code: str) -> Run:
    return lambda session, at: accept_offer(session, actor, code, at)


def _declining(actor: Actor, code: str, why: str) -> Run:
    return lambda session, at: decline_offer(session, actor, code, why, at)


def _visits(session: Session, world: World, now: datetime) -> Iterable[Act]:
    rows = session.execute(_under_way().where(Visit.starts_at < now + timedelta(days=2)).order_by(Visit.id))
    for visit, assignment in rows.all():
        act = _next(world, visit, assignment, now)
        if act is not None:
            yield _going_on(world, visit.id, act, now)


def _under_way() -> Select[Visit, Assignment]:
    return (
        select(Visit, Assignment)
        .join(Assignment, Assignment.visit_id == Visit.id)
        .where(
            Visit.state.in_([*[state.value for state in COMMITTED], VisitState.WORK_DONE.value]),
            Assignment.status.in_(["assigned", "started", "finished"]),
        )
        .options(joinedload(Visit.worker), joinedload(Visit.job).joinedload(Job.place))
    )


def _going_on(world: World, visit_id: int, act: Act, now: datetime) -> Act:
    """Return the act with what the worker does after it: set out, arrive, start, tick, finish, take the cash."""

    def then(session: Session) -> Act | None:
        row = session.execute(_under_way().where(Visit.id == visit_id)).first()
        following = _next(world, row[0], row[1], now) if row else None
        if following is None or following.key == act.key:
            return None
        return _going_on(world, visit_id, following, now)

    return act.followed(then)


def _next(world: World, visit: Visit, assignment: Assignment, now: datetime) -> Act | None:
    worker = visit.worker
    if worker is None or visit.starts_at is None or assignment.blocked.lower is None:
        return None
    step = {
        VisitState.ASSIGNED: _before,
        VisitState.EN_ROUTE: _on_the_way,
        VisitState.ARRIVED: _at_the_door,
        VisitState.IN_PROGRESS: _working,
        VisitState.WORK_DONE: _paid,
    }[VisitState(visit.state)]
    return step(world, visit, worker, max(60, int((visit.starts_at - assignment.blocked.lower).total_seconds())), now)


def _before(world: World, visit: Visit, worker: Worker, travel: int, now: datetime) -> Act | None:  # noqa: ARG001
    soul, start, code = worker_soul(world.seed, worker.id), _start(visit), visit.code
    actor = as_actor(worker)
    if chance(world.seed, "off", visit.id) < soul.calls_off:
        early = timedelta(hours=between(1, 20, world.seed, "off-at", visit.id))
        due = max(visit.state_since + timedelta(minutes=5), start - early)
        return Act(
            ("off", visit.id), due, worker.account_code, lambda s, at: worker_cancels(s, actor, code, "illness", at)
        )
    if chance(world.seed, "away", visit.id) < soul.stays_away:
        return None
    due = max(start - timedelta(minutes=88), start - timedelta(seconds=travel + 300))
    return Act(("trip", visit.id), due, worker.account_code, lambda s, at: start_trip(s, actor, code, NOTE, at))


def _on_the_way(world: World, visit: Visit, worker: Worker, travel: int, now: datetime) -> Act:
    soul, code, actor = worker_soul(world.seed, worker.id), visit.code, as_actor(worker)
    late = timedelta(
        minutes=bell(soul.late_minutes, 7, world.seed, "late", visit.id) + _now_and_then(world, "stuck", visit)
    )
    trip = visit.trip_at or now
    due = max(trip + timedelta(seconds=travel * 0.8), _start(visit) + late)
    if now < due:
        share = min(1.0, (now - trip) / (due - trip))
        return Act(
            ("at", visit.id, int(now.timestamp() // 60)), now, worker.account_code, _moving(visit, worker, share)
        )
    proof = ArrivalProof(code=visit.start_code)
    return Act(("arrive", visit.id), due, worker.account_code, lambda s, at: arrive(s, actor, code, proof, at))


def _moving(visit: Visit, worker: Worker, share: float) -> Run:
    place, actor, code = visit.job.place, as_actor(worker), visit.code
    lat = worker.home_lat + (place.lat - worker.home_lat) * share
    lon = worker.home_lon + (place.lon - worker.home_lon) * share
    return lambda session, at: report_position(session, actor, code, Fix(lat, lon, 30), at)


def _at_the_door(world: World, visit: Visit, worker: Worker, travel: int, now: datetime) -> Act:  # noqa: ARG001
    actor, code, digits = as_actor(worker), visit.code, visit.start_code
    due = max((visit.arrived_at or now) + timedelta(minutes=2), _start(visit) - timedelta(minutes=10))
    return Act(
        ("start", visit.id), due, worker.account_code, lambda s, at: start_work(s, actor, code, digits, NOTE, at)
    )


def _working(world: World, visit: Visit, worker: Worker, travel: int, now: datetime) -> Act:  # noqa: ARG001
    started = visit.started_at or now
    more = bell(0, 4, world.seed, "length", visit.id) + _now_and_then(world, "longer", visit)
    whole = timedelta(minutes=visit.minutes + more)
    left = [item["code"] for item in visit.checklist if not item["done"] and not item["reason"]]
    done = len(visit.checklist) - len(left)
    actor, code = as_actor(worker), visit.code
    if left and now < started + whole:
        due = started + whole * ((done + 1) / (len(visit.checklist) + 1))
        item = left[0]
        return Act(
            ("tick", visit.id, item),
            due,
            worker.account_code,
            lambda s, at: tick_item(s, actor, code, item, "done", at),
        )
    return Act(("finish", visit.id), started + whole, worker.account_code, _finishing(actor, code, left))


def _now_and_then(world: World, what: str, visit: Visit) -> float:
    """Minutes lost on the way or in the home: mostly none, now and then enough to upset the day."""
    upset = chance(world.seed, what, visit.id) < world.upsets
    return between(25, 75, world.seed, what, "minutes", visit.id) if upset else 0.0


def _finishing(actor: Actor, code: str, left: list[str]) -> Run:
    def run(session: Session, at: datetime) -> None:
        for item in left:
            tick_item(session, actor, code, item, "done", at)
        finish_work(session, actor, code, NOTE, at)

    return run


def _paid(world: World, visit: Visit, worker: Worker, travel: int, now: datetime) -> Act | None:  # noqa: ARG001
    if (
        visit.cash_kept_at is not None
        or visit.job.payment_method != "cash"
        or chance(world.seed, "cash", visit.id) > 0.8
    ):
        return None
    actor, code = as_actor(worker), visit.code
    due = (visit.finished_at or now) + timedelta(minutes=1)
    return Act(("cash", visit.id), due, worker.account_code, lambda s, at: say_cash_kept(s, actor, code, at))


def _start(visit: Visit) -> datetime:
    if visit.starts_at is None:
        raise ValueError("A promised visit has a start.")
    return visit.starts_at
