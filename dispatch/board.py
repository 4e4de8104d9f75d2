"""The board of one day: who works when, what is promised, what is open, in a fixed number of queries."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, selectinload

from catalogue.models import Service
from core.actors import Actor
from core.errors import NotFound
from dispatch.board_lanes import Day, make_lane
from dispatch.board_rows import KIND_OF, Area, BoardDay, BoardWish, Lane, LastRound, Waiting
from dispatch.models import Assignment, Offer, Round, Visit
from dispatch.states import UNMATCHED, OfferState
from dispatch.visits import visit_query
from dispatch.waking import local_instant
from places.shown import NO_VISIT, Viewer, place_for
from places.zones import city_clock, list_zones
from workers.models import Worker
from workers.states import MATCHABLE

_BOUND = ("assigned", "started", "finished", "time_off")


@dataclass(frozen=True)
class _Loaded:
    """The rows of one day."""

    visits: Sequence[Visit]
    offers: Mapping[int, Sequence[Offer]]


def board_zone(session: Session) -> str:
    """Return the time zone of the city."""
    return city_clock(session).key


def board_span(wish: BoardWish, zone: str) -> tuple[datetime, datetime]:
    """Return when the wished day begins and ends on the clocks of the city."""
    return local_instant(wish.day, 0, zone), local_instant(wish.day, 1440, zone)


def board_tag(session: Session, wish: BoardWish, now: datetime) -> str:
    """Return a digest that changes whenever the board of that day may look different; one cheap query.

    The minute is part of it: lateness and the time left move with it.
    """
    begin, end = board_span(wish, board_zone(session))
    row = session.execute(
        select(
            select(func.max(Visit.state_since)).where(_on_day(begin, end)).scalar_subquery(),
            select(func.max(Visit.id)).scalar_subquery(),
            select(func.max(Offer.id)).scalar_subquery(),
            select(func.max(Offer.answered_at)).scalar_subquery(),
            select(func.max(Round.finished_at)).scalar_subquery(),
            select(func.sum(Worker.version)).scalar_subquery(),
        )
    ).one()
    return hashlib.sha256(repr((wish, now.replace(second=0, microsecond=0), *row)).encode()).hexdigest()[:24]


def board_day(session: Session, actor: Actor, wish: BoardWish, now: datetime, key: bytes) -> BoardDay:
    """Return the board of a day for operations; ``NotFound`` to everybody else."""
    if not actor.is_ops:
        raise NotFound
    zone = board_zone(session)
    begin, end = board_span(wish, zone)
    services = {one.slug: one for one in session.scalars(select(Service))}
    visits = _visits(session, (begin, end), wish, services)
    loaded = _Loaded(visits, _live_offers(session, visits))
    day = Day(begin, end, now, Viewer(actor, now), key, zone)
    lanes = _lanes(session, day, wish, loaded)
    queue = _queue(day, loaded)
    return BoardDay(
        wish=wish,
        span=(begin, end),
        lanes=_only(lanes, wish.kind),
        queue=[one for one in queue if wish.kind in ("", one.kind)],
        counts=Counter(
            [*(one.kind for one in queue), *(bar.kind for lane in lanes for bar in lane.bars if not bar.asked)]
        ),
        areas=[Area(zone.slug, zone.names, zone.stage, zone.polygon) for zone in list_zones(session)],
        services={slug: one.names for slug, one in services.items()},
        last_round=_last_round(session),
    )


def _on_day(begin: datetime, end: datetime) -> ColumnElement[bool]:
    """Visits that begin on this day; an open one counts where its window begins."""
    return or_(
        and_(Visit.starts_at.is_not(None), Visit.starts_at >= begin, Visit.starts_at < end),
        and_(Visit.starts_at.is_(None), Visit.window_from >= begin, Visit.window_from < end),
    )


def _visits(
    session: Session, span: tuple[datetime, datetime], wish: BoardWish, services: Mapping[str, Service]
) -> Sequence[Visit]:
    query = visit_query().where(_on_day(*span), Visit.state.in_([str(state) for state in KIND_OF]))
    if wish.zone:
        query = query.where(Visit.zone == wish.zone)
    if wish.skill:
        query = query.where(Visit.service.in_([slug for slug, one in services.items() if wish.skill in one.skills]))
    return session.scalars(query.order_by(Visit.starts_at, Visit.window_from, Visit.id)).all()


def _live_offers(session: Session, visits: Iterable[Visit]) -> Mapping[int, Sequence[Offer]]:
    waiting = [visit.id for visit in visits if visit.state in UNMATCHED]
    rows = session.scalars(
        select(Offer).where(Offer.visit_id.in_(waiting), Offer.state == OfferState.LIVE).order_by(Offer.expires_at)
    )
    found: dict[int, list[Offer]] = defaultdict(list)
    for offer in rows:
        found[offer.visit_id].append(offer)
    return found


def _lanes(session: Session, day: Day, wish: BoardWish, loaded: _Loaded) -> list[Lane]:
    mine: dict[int, list[Visit]] = defaultdict(list)
    for visit in loaded.visits:
        if visit.worker_id is not None:
            mine[visit.worker_id].append(visit)
    asked: dict[int, list[Offer]] = defaultdict(list)
    by_id = {visit.id: visit for visit in loaded.visits}
    for many in loaded.offers.values():
        for offer in many:
            asked[offer.worker_id].append(offer)
    workers = _workers(session, wish, {*mine, *asked})
    held = _assignments(session, [worker.id for worker in workers], day)
    lanes = [
        make_lane(
            day, worker, mine[worker.id], [(offer, by_id[offer.visit_id]) for offer in asked[worker.id]],
            held[worker.id],
        )
        for worker in workers
    ]  # fmt: skip
    shown = [lane for lane in lanes if lane.bars or lane.shifts]
    return sorted(shown, key=lambda lane: (lane.shifts[0][0] if lane.shifts else day.end, lane.code))


def _only(lanes: Sequence[Lane], kind: str) -> list[Lane]:
    """Only the bars of one kind, and the people who have some."""
    if not kind:
        return list(lanes)
    cut = [replace(lane, bars=[bar for bar in lane.bars if bar.kind == kind]) for lane in lanes]
    return [lane for lane in cut if lane.bars]


def _workers(session: Session, wish: BoardWish, busy: set[int]) -> Sequence[Worker]:
    able = Worker.state.in_([state.value for state in MATCHABLE])
    query = (
        select(Worker)
        .where(or_(able, Worker.id.in_(busy)))
        .options(selectinload(Worker.shifts), selectinload(Worker.skills))
        .order_by(Worker.id)
    )
    return [worker for worker in session.scalars(query) if worker.id in busy or _wanted(worker, wish)]


def _wanted(worker: Worker, wish: BoardWish) -> bool:
    serves = not wish.zone or not worker.zones or wish.zone in worker.zones
    return serves and (not wish.skill or any(one.skill == wish.skill for one in worker.skills))


def _assignments(session: Session, workers: Iterable[int], day: Day) -> Mapping[int, Sequence[Assignment]]:
    span = Range(day.begin, day.end, bounds="[)")
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.worker_id.in_(list(workers)), Assignment.status.in_(_BOUND), Assignment.during.overlaps(span))
        .order_by(Assignment.id)
    )
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in rows:
        found[row.worker_id].append(row)
    return found


def _queue(day: Day, loaded: _Loaded) -> list[Waiting]:
    waiting = [
        _waiting(day, visit, loaded.offers.get(visit.id, ())) for visit in loaded.visits if visit.state in UNMATCHED
    ]
    return sorted(waiting, key=lambda one: (one.fill_by, one.code))


def _waiting(day: Day, visit: Visit, offers: Sequence[Offer]) -> Waiting:
    return Waiting(
        code=visit.code,
        state=visit.state,
        kind=KIND_OF[visit.state],
        service=visit.service,
        minutes=visit.minutes,
        place=place_for(visit.job.place, day.viewer, NO_VISIT, day.key),
        window=(visit.window_from, visit.window_until),
        fill_by=visit.fill_by,
        asked=len(offers),
        answer_by=offers[0].expires_at if offers else None,
        reasons=[(str(one["code"]), int(one["count"])) for one in visit.open_reasons],
    )


def _last_round(session: Session) -> LastRound | None:
    row = session.execute(
        select(Round.code, Round.finished_at, Round.roster["gap"].as_float(), Round.visits, Round.offered)
        .where(Round.finished_at.is_not(None))
        .order_by(Round.finished_at.desc())
        .limit(1)
    ).first()
    return None if row is None else LastRound(row[0], row[1], float(row[2] or 0), row[3], row[4])
