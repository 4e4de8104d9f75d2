"""Looking closer: what operations see of a home or a person on the way only with a reason, once, written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.audit import Look, audit
from core.errors import Conflict, NotFound
from dispatch.models import Position
from dispatch.states import VisitState
from dispatch.visits import get_visit
from geo.points import Point, metres_between
from notices.notices import enqueue
from places.shown import PlaceShown, exactly
from workers.models import Worker

HOME_SHOWN, POSITION_SHOWN = "home_shown", "position_shown"
URGENT = frozenset({VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.IN_PROGRESS, VisitState.RESCUE})
TRACKED = frozenset({VisitState.EN_ROUTE, VisitState.RESCUE})
_PLACES = 3  # decimals, about 100 m
_STEP_M = 100


@dataclass(frozen=True)
class HomeSeen:
    """A visit's home as it is, and what the customer wants its worker to know."""

    place: PlaceShown
    note: str


@dataclass(frozen=True)
class PositionSeen:
    """Where a phone was last: rounded to about 100 m, how far from the home, and when. None when nothing was sent."""

    lat: float
    lon: float
    metres: int
    at: datetime


def show_home(session: Session, actor: Actor, code: str, look: Look, now: datetime) -> HomeSeen:
    """Return a visit's exact home to operations, written down with the reason."""
    _only_ops(actor)
    visit = get_visit(session, actor, code)
    audit(session, actor, HOME_SHOWN, code, now, look.change())
    return HomeSeen(exactly(visit.job.place), visit.job.note)


def show_position(session: Session, actor: Actor, code: str, look: Look, now: datetime) -> PositionSeen | None:
    """Return the last position sent on the way to this visit, written down; the worker is told that it was looked at.

    ``Conflict`` unless somebody is on the way or a stand-in is looked for: then nobody needs it.
    """
    _only_ops(actor)
    visit = get_visit(session, actor, code)
    if VisitState(visit.state) not in TRACKED:
        raise Conflict("not_on_the_way", "Positions are only taken on the way.")
    audit(session, actor, POSITION_SHOWN, code, now, look.change())
    row = session.scalars(
        select(Position).where(Position.visit_id == visit.id).order_by(Position.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    account = session.scalars(select(Worker.account_code).where(Worker.id == row.worker_id)).one()
    enqueue(session, account, "position_seen", code, now)
    home = Point(visit.job.place.lat, visit.job.place.lon)
    metres = round(metres_between(Point(row.lat, row.lon), home) / _STEP_M) * _STEP_M
    return PositionSeen(round(row.lat, _PLACES), round(row.lon, _PLACES), metres, row.at)


def _only_ops(actor: Actor) -> None:
    if not actor.is_ops:
        raise NotFound
