"""A visit as its customer sees it: who comes and why, where they are on the way, what calling off would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from catalogue.models import Service
from core.actors import Actor
from core.policies import read_policy
from dispatch.cancelling import Fee, cancel_fee
from dispatch.lateness import eta, last_positions
from dispatch.models import Offer, PairBlock, Visit
from dispatch.policy import CancelPolicy
from dispatch.states import WORKED, OfferState, VisitState
from dispatch.travel import travel_times
from dispatch.visits import get_visit, visit_query
from geo.modes import Mode
from geo.points import Point, metres_between
from workers.models import Standing, Worker

NEAR_MINUTES = 15
NEW_WEIGHT = 5.0
_GOOD = ("favourite", "same_home")
_DONE = [state.value for state in WORKED]


@dataclass(frozen=True)
class Comer:
    """Who comes. ``stars`` is None while there is too little to go by; ``reasons`` are codes, good ones only."""

    code: str
    name: str
    family_name: str
    languages: tuple[str, ...]
    new: bool
    stars: float | None
    ratings: int
    visits: int
    here_before: int
    accepted_at: datetime | None
    travel_minutes: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """Where the worker was last seen on the way, and when they should be at the door. Only while on the way."""

    eta: datetime
    at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    metres: float | None = None


@dataclass(frozen=True)
class Asked:
    """How the search stands: offers out now, the next answer due, and how many have said no."""

    live: int
    answer_by: datetime | None
    declined: int


@dataclass(frozen=True)
class VisitStory:
    """Everything the page of one visit shows."""

    visit: Visit
    service: Service
    comer: Comer | None
    way: Way | None
    asked: Asked
    fee: Fee
    cancelling: CancelPolicy
    now: datetime

    @property
    def starts(self) -> datetime:
        """The promised start, or the earliest one while nobody has said yes."""
        return self.visit.starts_at or self.visit.window_from

    @property
    def ends(self) -> datetime:
        """The end that follows from the start, or the real one."""
        begun = self.visit.started_at or self.starts
        return self.visit.finished_at or begun + timedelta(minutes=self.visit.minutes)

    @property
    def state(self) -> VisitState:
        """The visit's state."""
        return VisitState(self.visit.state)

    @property
    def ticked(self) -> int:
        """How many items of the checklist are done."""
        return sum(bool(row.get("done")) for row in self.visit.checklist)


def visit_story(session: Session, actor: Actor, code: str, now: datetime) -> VisitStory:
    """Return the story of an own visit, or ``NotFound``. At most eight queries."""
    visit = get_visit(session, actor, code)
    offers = session.scalars(select(Offer).where(Offer.visit_id == visit.id)).all()
    policy = read_policy(session, CancelPolicy, now, visit.zone)
    service = session.scalars(select(Service).where(Service.slug == visit.service)).one()
    taken = next((offer for offer in offers if offer.state == OfferState.ACCEPTED), None)
    live = [offer.expires_at for offer in offers if offer.state == OfferState.LIVE]
    return VisitStory(
        visit=visit,
        service=service,
        comer=_comer(session, visit, taken) if visit.worker else None,
        way=_way(session, visit, taken, now) if visit.state == VisitState.EN_ROUTE else None,
        asked=Asked(len(live), max(live, default=None), sum(offer.state == OfferState.DECLINED for offer in offers)),
        fee=cancel_fee(visit, policy, now),
        cancelling=policy,
        now=now,
    )


def _comer(session: Session, visit: Visit, taken: Offer | None) -> Comer | None:
    worker = visit.worker
    if worker is None:
        return None
    before = and_(Visit.customer == visit.customer, Visit.id != visit.id)
    done, here = session.execute(
        select(func.count(), func.count().filter(before)).where(Visit.worker_id == worker.id, Visit.state.in_(_DONE))
    ).one()
    standing = session.get(Standing, worker.id)
    weight = standing.weight if standing else 0.0
    stars = 1 + 4 * standing.score if standing and weight >= NEW_WEIGHT else None
    return Comer(
        code=worker.code,
        name=worker.name,
        family_name=worker.family_name,
        languages=tuple(worker.languages),
        new=weight < NEW_WEIGHT,
        stars=stars,
        ratings=round(weight),
        visits=done,
        here_before=here,
        accepted_at=taken.answered_at if taken else None,
        travel_minutes=round(taken.travel_seconds / 60) if taken else 0,
        reasons=_reasons(taken.why if taken else [], here),
    )


def _reasons(why: list[Any], here: int) -> tuple[str, ...]:
    """Return the good reasons of a choice that concern the customer."""
    terms = {row["key"]: float(row["minutes"]) for row in why}
    told = [key for key in _GOOD if terms.get(key, 0) > 0]
    if here and "same_home" not in told:
        told.append("same_home")
    if terms.get("added_travel", NEAR_MINUTES + 1) <= NEAR_MINUTES:
        told.append("near")
    return tuple(told)


def _way(session: Session, visit: Visit, taken: Offer | None, now: datetime) -> Way:
    """Return the way: by the last position and the roads, else by what the trip was thought to take."""
    last = last_positions(session, [visit.id]).get(visit.id)
    there = eta(visit, last, timedelta(seconds=taken.travel_seconds if taken else 0), now)
    if last is None:
        return Way(there)
    away = metres_between(Point(last.lat, last.lon), Point(visit.job.place.lat, visit.job.place.lon))
    return Way(there, last.at, last.lat, last.lon, away)


def way_points(story: VisitStory) -> list[tuple[float, float]]:
    """Return the line of the way still ahead, for a map; empty when nobody is on the way."""
    way, place = story.way, story.visit.job.place
    if way is None or way.lat is None or way.lon is None:
        return []
    mode = Mode(story.visit.worker.travel_mode) if story.visit.worker else Mode.WALK
    route = travel_times(place.zone.city).route(Point(way.lat, way.lon), Point(place.lat, place.lon), mode)
    return [(point.lat, point.lon) for point in route.points]


@dataclass(frozen=True)
class MyVisits:
    """A customer's visits: what comes, soonest first; what was, latest first."""

    ahead: list[Visit]
    past: list[Visit]


AHEAD = frozenset(VisitState) - WORKED - {
    VisitState.UNFILLED, VisitState.CANCELLED, VisitState.LOCKOUT, VisitState.ABORTED, VisitState.EXPIRED
}  # fmt: skip


def my_visits(session: Session, actor: Actor, limit: int = 40) -> MyVisits:
    """Return the actor's own visits. Two queries."""
    mine = visit_query().where(Visit.customer == actor.code) if actor.code else None
    if mine is None:
        return MyVisits([], [])
    ahead = [state.value for state in AHEAD]
    first = mine.where(Visit.state.in_(ahead)).order_by(Visit.window_from, Visit.id).limit(limit)
    last = mine.where(Visit.state.not_in(ahead)).order_by(Visit.window_from.desc(), Visit.id.desc()).limit(limit)
    return MyVisits(list(session.scalars(first)), list(session.scalars(last)))


@dataclass(frozen=True)
class Known:
    """A worker this customer knows: how often they came, the last time, and whether the customer wants them no more."""

    code: str
    name: str
    visits: int
    last: datetime | None
    never: bool


def known_workers(session: Session, actor: Actor) -> list[Known]:
    """Return the workers who have been here, the most frequent first; blocked ones by this customer too. One query."""
    block = and_(PairBlock.worker_id == Worker.id, PairBlock.customer == actor.code, PairBlock.by == "customer")
    been = and_(Visit.worker_id == Worker.id, Visit.customer == actor.code, Visit.state.in_(_DONE))
    times, never = func.count(Visit.id), func.bool_or(PairBlock.worker_id.is_not(None))
    rows = session.execute(
        select(Worker.code, Worker.name, times, func.max(Visit.starts_at), never)
        .outerjoin(Visit, been)
        .outerjoin(PairBlock, block)
        .group_by(Worker.id)
        .having((times > 0) | never)
        .order_by(times.desc(), Worker.id)
    )
    return [Known(*row) for row in rows] if actor.code else []


def preferred_of(session: Session, actor: Actor, worker_code: str) -> Worker | None:
    """Return a worker the customer may ask for by name: one who has been in their home. Else None."""
    if not actor.code or not worker_code:
        return None
    return session.scalars(
        select(Worker)
        .join(Visit, Visit.worker_id == Worker.id)
        .where(Worker.code == worker_code, Visit.customer == actor.code, Visit.state.in_(_DONE))
        .limit(1)
    ).first()
