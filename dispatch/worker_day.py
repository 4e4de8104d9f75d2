"""A worker's visits as the worker's pages show them: in order, when to leave, and no more of a home than is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from accounts.models import Account
from core.actors import Actor
from core.policies import read_policy
from dispatch.models import Assignment, Visit
from dispatch.policy import TripPolicy
from dispatch.states import COMMITTED, VisitState
from dispatch.travel import Spot, travel_times
from dispatch.visits import get_visit, visit_query
from geo.modes import Mode
from geo.points import Point
from places.shown import PlaceShown, Viewer, VisitFacts, place_for
from workers.models import Worker
from workers.workers import get_worker
from workers.zones import clock_of

EARLY: Final = timedelta(minutes=5)
STEP: Final = timedelta(minutes=5)
AHEAD: Final = timedelta(days=14)
_BOUND = ("assigned", "started", "finished")


@dataclass(frozen=True)
class DayStop:
    """One visit of a worker. ``customer_name``, ``note`` and the exact place are empty outside the allowed day.

    ``leave_by`` is in steps of five minutes and five minutes early; ``undo_until`` while *done* may be taken back;
    ``trip_from`` is the earliest instant to set out.
    """

    code: str
    state: str
    service: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    place: PlaceShown
    customer: str
    customer_name: str
    note: str
    travel_seconds: int
    leave_by: datetime
    mode: str
    worker_fen: int
    total_fen: int
    cash: bool
    cash_kept: bool
    checklist: list[Any]
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    end_reason: str
    undo_until: datetime | None
    trip_from: datetime
    city: str

    @property
    def committed(self) -> bool:
        """True while the visit is still to be done."""
        return VisitState(self.state) in COMMITTED


@dataclass(frozen=True)
class WorkerDay:
    """Today in order, what is next of it, and the two weeks after it."""

    worker: Worker
    next: DayStop | None
    rest: list[DayStop]
    done: list[DayStop]
    later: list[DayStop]


@dataclass(frozen=True)
class _Look:
    """What every stop is shown with."""

    viewer: Viewer
    key: bytes
    travel: Mapping[int, int]
    names: Mapping[str, str]
    policy: TripPolicy


def worker_day(session: Session, actor: Actor, now: datetime, key: bytes) -> WorkerDay:
    """Return the worker's own day, in a fixed number of queries. ``key`` moves the homes that are not shown yet."""
    worker = get_worker(session, actor, actor.person)
    begin = _midnight(now, clock_of(session, worker))
    visits = session.scalars(
        visit_query()
        .where(Visit.worker_id == worker.id, Visit.starts_at.is_not(None), Visit.starts_at < begin + AHEAD)
        .where(or_(Visit.starts_at >= begin, Visit.state.in_(COMMITTED)))
        .order_by(Visit.starts_at)
    ).all()
    stops = _stops(session, actor, visits, now, key)
    tomorrow = begin + timedelta(days=1)
    today = [stop for stop in stops if stop.starts_at < tomorrow]
    open_ones = sorted((stop for stop in today if stop.committed), key=lambda stop: (_rank(stop), stop.starts_at))
    later = [stop for stop in stops if stop.starts_at >= tomorrow and stop.committed]
    done = [stop for stop in today if not stop.committed]
    return WorkerDay(worker, next(iter(open_ones), None), open_ones[1:], done, later)


def stop_of(session: Session, actor: Actor, visit_code: str, now: datetime, key: bytes) -> DayStop:
    """Return one of the worker's own visits; ``NotFound`` to everybody else."""
    visit = get_visit(session, actor, visit_code)
    return _stops(session, actor, [visit], now, key)[0]


def way_between(origin: Spot, stop: DayStop) -> list[tuple[float, float]]:
    """Return the way to a stop for drawing, as (lat, lon); only for a stop whose home may be seen."""
    if not stop.place.exact:
        return []
    here, there = Point(*origin), Point(stop.place.lat, stop.place.lon)
    return [(one.lat, one.lon) for one in travel_times(stop.city).route(here, there, Mode(stop.mode)).points]


def leave_by(starts_at: datetime, travel_seconds: int) -> datetime:
    """Return when to set out: a little early, rounded down to five minutes."""
    at = starts_at - timedelta(seconds=travel_seconds) - EARLY
    return at - timedelta(seconds=at.timestamp() % STEP.total_seconds())


def travel_steps(seconds: int) -> int:
    """Return travel in minutes, rounded up to five: all that is told before a visit is accepted."""
    return max(5, -(-seconds // 300) * 5)


def _rank(stop: DayStop) -> int:
    """What has begun comes before what is only promised."""
    return 1 if stop.state == VisitState.ASSIGNED else 0


def _midnight(now: datetime, clock: ZoneInfo) -> datetime:
    return now.astimezone(clock).replace(hour=0, minute=0, second=0, microsecond=0)


def _stops(session: Session, actor: Actor, visits: Sequence[Visit], now: datetime, key: bytes) -> list[DayStop]:
    policy = read_policy(session, TripPolicy, now)
    look = _Look(Viewer(actor, now), key, _travel(session, visits), _names(session, visits), policy)
    return [_stop(visit, look) for visit in visits]


def _stop(visit: Visit, look: _Look) -> DayStop:
    start = visit.starts_at or visit.window_from
    worker = visit.worker.code if visit.worker else ""
    facts = VisitFacts(worker, visit.starts_at, visit.finished_at or visit.ended_at)
    place = place_for(visit.job.place, look.viewer, facts, look.key)
    travel = look.travel.get(visit.id, 0)
    undo = visit.state_since + timedelta(seconds=look.policy.undo_seconds)
    return DayStop(
        code=visit.code, state=visit.state, service=visit.service, starts_at=start,
        ends_at=start + timedelta(minutes=visit.minutes), minutes=visit.minutes, place=place,
        customer=visit.customer, customer_name=look.names.get(visit.customer, "") if place.exact else "",
        note=visit.job.note if place.exact else "", travel_seconds=travel, leave_by=leave_by(start, travel),
        mode=visit.worker.travel_mode if visit.worker else "", worker_fen=visit.worker_fen,
        total_fen=visit.total_fen, cash=visit.job.payment_method == "cash", cash_kept=visit.cash_kept_at is not None,
        checklist=list(visit.checklist), arrived_at=visit.arrived_at, started_at=visit.started_at,
        finished_at=visit.finished_at, end_reason=visit.end_reason,
        undo_until=undo if visit.state == VisitState.WORK_DONE and undo > look.viewer.now else None,
        trip_from=start - timedelta(minutes=look.policy.trip_from),
        city=visit.job.place.zone.city,
    )  # fmt: skip


def _travel(session: Session, visits: Iterable[Visit]) -> Mapping[int, int]:
    """Seconds of travel to each visit from the stop before, as the committed day has them."""
    rows = session.execute(
        select(Assignment.visit_id, Assignment.during, Assignment.blocked).where(
            Assignment.visit_id.in_([visit.id for visit in visits]), Assignment.status.in_(_BOUND)
        )
    )
    return {visit_id: _before(during, blocked) for visit_id, during, blocked in rows if visit_id is not None}


def _before(during: Range[datetime], blocked: Range[datetime]) -> int:
    if during.lower is None or blocked.lower is None:
        return 0
    return int((during.lower - blocked.lower).total_seconds())


def _names(session: Session, visits: Iterable[Visit]) -> Mapping[str, str]:
    codes = {visit.customer for visit in visits}
    rows = session.execute(select(Account.code, Account.name).where(Account.code.in_(codes)))
    return {row[0]: row[1] for row in rows}
