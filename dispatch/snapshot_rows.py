"""The rows a snapshot is made of: plain values, loaded with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from catalogue.models import Service
from dispatch.models import Assignment, Job, Offer, PairBlock, Visit
from dispatch.offers import lead_band
from dispatch.states import OfferState, VisitState
from places.models import Place
from workers.models import Shift, Standing, Worker, WorkerDocument, WorkerSkill
from workers.states import MATCHABLE

_COUNTED = ("assigned", "started", "finished", "time_off")
_MATCHABLE = [state.value for state in MATCHABLE]


class WorkerRow(NamedTuple):
    """What the matcher may know of a worker; the standing's fields are None for somebody without one."""

    id: int
    code: str
    home_lat: float
    home_lon: float
    end_lat: float | None
    end_lon: float | None
    mode: str
    radius_m: int
    zones: list[str]
    languages: list[str]
    gender: str
    daily_minutes: int
    weekly_minutes: int
    free_now_until: datetime | None
    score: float | None
    lower: float | None
    weight: float | None
    tier: str | None
    holds: list[str] | None
    fairness_gap: float | None
    reliability_points: int | None


class ShiftRow(NamedTuple):
    """A weekly stretch of declared hours."""

    weekday: int
    starts: int
    ends: int
    valid_from: date
    valid_until: date | None


class HeldRow(NamedTuple):
    """A committed stretch: a visit at a place, or time off (then the last four are None)."""

    status: str
    start: datetime
    end: datetime
    visit: str | None
    minutes: int | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class Facts:
    """Everything about supply and about what stands between people. Keys are worker ids, visit ids, customer codes."""

    workers: Sequence[WorkerRow]
    worker_skills: dict[int, frozenset[str]]
    shifts: dict[int, list[ShiftRow]]
    papers_until: dict[int, date]
    held: dict[int, list[HeldRow]]
    tentative: dict[int, list[HeldRow]]
    declined: dict[int, frozenset[str]]
    blocked: dict[str, frozenset[str]]
    known: dict[str, frozenset[str]]
    skills: dict[str, Sequence[str]]
    trusted: frozenset[str]


def load(session: Session, visits: Sequence[Visit], span: tuple[datetime, datetime], now: datetime) -> Facts:
    """Load supply between two instants, and refusals, blocks and acquaintances for these visits."""
    customers = {visit.customer for visit in visits}
    services = session.execute(select(Service.slug, Service.skills, Service.trusted)).all()
    return Facts(
        workers=_workers(session),
        worker_skills={key: frozenset(many) for key, many in _worker_skills(session).items()},
        shifts=_shifts(session),
        papers_until=_papers_until(session),
        held=_held(session, *span),
        tentative=_tentative(session),
        declined=_declined(session, visits, now),
        blocked=_blocked(session, customers),
        known=_known(session, customers),
        skills={row.slug: row.skills for row in services},
        trusted=frozenset(row.slug for row in services if row.trusted),
    )


def _workers(session: Session) -> list[WorkerRow]:
    one, stand = Worker, Standing
    rows = session.execute(
        select(
            *(one.id, one.code, one.home_lat, one.home_lon, one.end_lat, one.end_lon, one.travel_mode, one.radius_m),
            *(one.zones, one.languages, one.gender, one.daily_minutes, one.weekly_minutes, one.free_now_until),
            *(stand.score, stand.lower, stand.weight, stand.tier, stand.holds, stand.fairness_gap),
            stand.reliability_points,
        )
        .outerjoin(Standing, Standing.worker_id == Worker.id)
        .where(Worker.state.in_(_MATCHABLE))
        .order_by(Worker.code)
    )
    return [WorkerRow._make(row) for row in rows]


def _worker_skills(session: Session) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for worker_id, skill in session.execute(select(WorkerSkill.worker_id, WorkerSkill.skill)):
        found[worker_id].add(skill)
    return found


def _shifts(session: Session) -> dict[int, list[ShiftRow]]:
    columns = (Shift.weekday, Shift.starts, Shift.ends, Shift.valid_from, Shift.valid_until)
    found: dict[int, list[ShiftRow]] = defaultdict(list)
    for worker_id, *row in session.execute(select(Shift.worker_id, *columns)):
        found[worker_id].append(ShiftRow._make(row))
    return found


def _papers_until(session: Session) -> dict[int, date]:
    """The day the first needed paper lapses."""
    rows = session.execute(
        select(WorkerDocument.worker_id, func.min(WorkerDocument.expires_on))
        .where(WorkerDocument.state == "valid", WorkerDocument.expires_on.is_not(None))
        .group_by(WorkerDocument.worker_id)
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def _held(session: Session, since: datetime, until: datetime) -> dict[int, list[HeldRow]]:
    week = Range(since - timedelta(days=7), until + timedelta(days=7), bounds="[)")
    rows = session.execute(
        select(
            *(Assignment.worker_id, Assignment.status, func.lower(Assignment.during), func.upper(Assignment.during)),
            *(Visit.code, Visit.minutes, Place.lat, Place.lon),
        )
        .outerjoin(Visit, Visit.id == Assignment.visit_id)
        .outerjoin(Job, Job.id == Visit.job_id)
        .outerjoin(Place, Place.id == Job.place_id)
        .where(Assignment.status.in_(_COUNTED), Assignment.during.overlaps(week))
    )
    return _by_worker(rows)


def _tentative(session: Session) -> dict[int, list[HeldRow]]:
    """Live offers: a worker may hold several, as long as all of them can be done."""
    rows = session.execute(
        select(
            *(Offer.worker_id, Offer.state, Offer.starts_at, Offer.starts_at),
            *(Visit.code, Visit.minutes, Place.lat, Place.lon),
        )
        .join(Visit, Visit.id == Offer.visit_id)
        .join(Job, Job.id == Visit.job_id)
        .join(Place, Place.id == Job.place_id)
        .where(Offer.state == OfferState.LIVE)
        .order_by(Offer.id)
    )
    return _by_worker(rows)


def _by_worker(rows: Any) -> dict[int, list[HeldRow]]:
    found: dict[int, list[HeldRow]] = defaultdict(list)
    for worker_id, *row in rows:
        found[worker_id].append(HeldRow._make(row))
    return found


def _declined(session: Session, visits: Sequence[Visit], now: datetime) -> dict[int, frozenset[str]]:
    """Who is not asked again: who declined or did not keep it, for ever; the silent, until another band or rescue."""
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
    for visit_id, worker in _gave_back(session, list(wanted)):
        found[visit_id].add(worker)
    return {visit_id: frozenset(codes) for visit_id, codes in found.items()}


def _gave_back(session: Session, visits: Sequence[int]) -> list[tuple[int, str]]:
    """Return who had promised one of these visits and gave it back or did not come; a moved visit is nobody's fault."""
    rows = session.execute(
        select(Assignment.visit_id, Worker.code)
        .join(Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.visit_id.in_(visits), Assignment.status == "cancelled", Assignment.reason != "rescheduled")
    )
    return [(visit_id, code) for visit_id, code in rows if visit_id is not None]


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
