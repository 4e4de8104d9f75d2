"""Reads for the recruiter's day: the people they brought, the leads to follow, and how strict each recruiter is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from core.actors import Actor
from core.errors import NotFound
from core.policies import read_policy
from dispatch.models import Visit
from dispatch.states import WORKED
from recruiting.models import Attribution, Lead, Recruiter, ScreeningSheet
from recruiting.policy import AttributionPolicy
from recruiting.prices import stars
from recruiting.recruiters import get_recruiter, own_recruiter
from workers.models import Standing, Worker
from workers.states import VETTING, WorkerState

BAND = (6, 15)
_LOOK_BACK = timedelta(days=28)
_QUIET = timedelta(days=14)
_RISKY = frozenset({WorkerState.IMPROVEMENT, WorkerState.RESTRICTED, WorkerState.SUSPENDED, WorkerState.INELIGIBLE})


@dataclass(frozen=True)
class RecruitRow:
    """One recruit: hours worked in 28 days, visits in all, quality band, and why to look after them (codes).

    ``screened`` says that a sheet of this application is there already.
    """

    worker_code: str
    name: str
    family_name: str
    state: str
    activated_at: datetime | None
    attribution: str
    hours_28d: float
    visits_28d: int
    band: str
    at_risk: tuple[str, ...]
    visits_total: int
    screened: bool


@dataclass(frozen=True)
class LeadRow:
    """One lead to follow; ``state`` is "new", "lapsing" (a week left) or the worker's state once they applied.

    The phone is empty from then on. ``noted_elsewhere`` counts other recruiters who hold the same number.
    """

    lead_code: str
    name: str
    phone: str
    skills: tuple[str, ...]
    hours: tuple[str, ...]
    note: str
    captured_at: datetime
    lapses_at: datetime
    state: str
    worker_code: str
    noted_elsewhere: int


@dataclass(frozen=True)
class StationDay:
    """The recruiter's day at the station."""

    recruiter_code: str
    name: str
    station_code: str
    station_names: dict[str, str]
    zone: str
    captured_today: int
    leads: tuple[LeadRow, ...]
    in_vetting: tuple[RecruitRow, ...]
    to_look_after: tuple[RecruitRow, ...]


@dataclass(frozen=True)
class RatioRow:
    """How many were screened for one accepted; 6 to 15 is healthy, and never a target."""

    recruiter_code: str
    name: str
    screened: int
    accepted: int
    ratio: float | None
    healthy: bool | None


def my_recruits(session: Session, actor: Actor, now: datetime, recruiter_code: str = "") -> list[RecruitRow]:
    """Return the people a recruiter brought, newest first. Two queries; no address, phone or paper among it."""
    recruiter = get_recruiter(session, actor, recruiter_code or actor.person)
    rows = session.execute(
        select(Worker, Standing, Attribution.state)
        .options(joinedload(Worker.case))
        .join(Attribution, Attribution.worker == Worker.code)
        .outerjoin(Standing, Standing.worker_id == Worker.id)
        .where(Attribution.recruiter == recruiter.code)
        .order_by(Worker.id.desc())
    ).all()
    worked = _worked(session, [worker.id for worker, _, _ in rows], now)
    return [_recruit(worker, standing, state, worked.get(worker.id, _Work()), now) for worker, standing, state in rows]


def station_day(session: Session, actor: Actor, now: datetime) -> StationDay:
    """Return the recruiter's day: leads to follow, applicants under way, recruits to look after."""
    recruiter = own_recruiter(session, actor)
    recruits = my_recruits(session, actor, now)
    leads = _leads(session, recruiter, now)
    return StationDay(
        recruiter_code=recruiter.code,
        name=recruiter.name,
        station_code=recruiter.station.code,
        station_names=dict(recruiter.station.names),
        zone=recruiter.station.zone,
        captured_today=sum(1 for lead in leads if now - lead.captured_at < timedelta(hours=16)),
        leads=tuple(leads),
        in_vetting=tuple(row for row in recruits if row.state in VETTING or row.state == WorkerState.TRIAL),
        to_look_after=tuple(row for row in recruits if row.at_risk),
    )


def screening_ratios(session: Session, actor: Actor) -> list[RatioRow]:
    """Return screened against accepted per recruiter, for operations."""
    if not actor.is_staff:
        raise NotFound
    rows = session.execute(
        select(Recruiter.code, Recruiter.name, func.count(), func.count().filter(ScreeningSheet.accepted))
        .join(ScreeningSheet, ScreeningSheet.recruiter == Recruiter.code)
        .group_by(Recruiter.code, Recruiter.name)
        .order_by(Recruiter.name)
    ).all()
    return [_ratio(code, name, screened, accepted) for code, name, screened, accepted in rows]


def quality_band(standing: Standing | None) -> str:
    """Return "new" until three ratings' worth, then "strong", "good", "fair" or "watch"."""
    if standing is None or standing.weight < 3:
        return "new"
    value = stars(standing.score)
    return next((name for line, name in ((4.5, "strong"), (4.2, "good"), (4.0, "fair")) if value >= line), "watch")


def _ratio(code: str, name: str, screened: int, accepted: int) -> RatioRow:
    ratio = round(screened / accepted, 1) if accepted else None
    healthy = None if ratio is None else BAND[0] <= ratio <= BAND[1]
    return RatioRow(code, name, screened, accepted, ratio, healthy)


@dataclass(frozen=True)
class _Work:
    """What somebody has done: visits and minutes of the last 28 days, visits in all, the last end."""

    visits: int = 0
    minutes: int = 0
    total: int = 0
    last: datetime | None = None


def _worked(session: Session, worker_ids: list[int], now: datetime) -> dict[int | None, _Work]:
    lately = Visit.finished_at >= now - _LOOK_BACK
    minutes = func.coalesce(func.sum(Visit.minutes).filter(lately), 0)
    rows = session.execute(
        select(Visit.worker_id, func.count().filter(lately), minutes, func.count(), func.max(Visit.finished_at))
        .where(Visit.worker_id.in_(worker_ids), Visit.state.in_(WORKED), Visit.finished_at <= now)
        .group_by(Visit.worker_id)
    ).all()
    return {worker: _Work(visits, int(minutes), total, last) for worker, visits, minutes, total, last in rows}


def _recruit(
    worker: Worker,
    standing: Standing | None,
    state: str,
    worked: _Work,
    now: datetime,
) -> RecruitRow:
    last = worked.last
    band = quality_band(standing)
    settled_in = worker.activated_at is not None and worker.activated_at + _QUIET < now
    risks = {
        "quality": band == "watch",
        "state": worker.state in _RISKY,
        "quiet": worker.state == WorkerState.ACTIVE and settled_in and (last is None or last + _QUIET < now),
        "attribution": state == "contested",
    }
    return RecruitRow(
        worker_code=worker.code,
        name=worker.name,
        family_name=worker.family_name,
        state=worker.state,
        activated_at=worker.activated_at,
        attribution=state,
        hours_28d=round(worked.minutes / 60, 1),
        visits_28d=worked.visits,
        band=band,
        at_risk=tuple(code for code, true in risks.items() if true),
        visits_total=worked.total,
        screened=worker.case.screening is not None,
    )


def _leads(session: Session, recruiter: Recruiter, now: datetime) -> list[LeadRow]:
    days = timedelta(days=read_policy(session, AttributionPolicy, now).days)
    other = aliased(Lead)
    others = select(func.count()).where(
        other.phone == Lead.phone, other.recruiter != Lead.recruiter, other.captured_at > now - days
    )
    rows = session.execute(
        select(Lead, Worker.state, others.correlate(Lead).scalar_subquery())
        .outerjoin(Worker, Worker.code == Lead.worker)
        .where(Lead.recruiter == recruiter.code, Lead.captured_at > now - days)
        .order_by(Lead.captured_at.desc(), Lead.id.desc())
        .limit(100)
    ).all()
    return [_lead(lead, state, elsewhere, lead.captured_at + days, now) for lead, state, elsewhere in rows]


def _lead(lead: Lead, state: str | None, elsewhere: int, lapses: datetime, now: datetime) -> LeadRow:
    return LeadRow(
        lead_code=lead.code,
        name=lead.name,
        phone="" if lead.worker else lead.phone,
        skills=tuple(lead.skills),
        hours=tuple(lead.hours),
        note=lead.note,
        captured_at=lead.captured_at,
        lapses_at=lapses,
        state=state or ("lapsing" if lapses - now < timedelta(days=7) else "new"),
        worker_code=lead.worker,
        noted_elsewhere=elsewhere,
    )
