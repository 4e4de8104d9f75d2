"""Reads for the screening page: one's own sheet of a recruit, what is missing, and sheets that lack their photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from core.actors import Actor, Role
from core.errors import NotFound
from core.policies import read_policy
from recruiting.models import ScreeningSheet
from recruiting.recruiters import own_recruiter
from workers.models import Worker
from workers.policy import VettingPolicy
from workers.states import WorkerState

_BEFORE = frozenset({WorkerState.APPLIED, WorkerState.DOCUMENTS})


@dataclass(frozen=True)
class FilledSheet:
    """A sheet as it was filled in. ``points`` of ``most``; ``zeros`` are the items at 0."""

    sheet_code: str
    items: dict[str, int]
    points: int
    most: int
    result: float
    enough: bool
    accepted: bool
    zeros: tuple[str, ...]
    note: str
    photos: tuple[str, ...]
    paid: bool
    at: datetime


@dataclass(frozen=True)
class ScreeningPage:
    """One recruit's screening as the recruiter sees it.

    ``missing`` are codes: "papers" (the desk has not checked them yet), "sheet", "photos", "confirmation".
    ``at_least`` is the share of points that is enough (0..1).
    """

    worker_code: str
    name: str
    family_name: str
    state: str
    may_fill: bool
    at_least: float
    sheet: FilledSheet | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class BareSheet:
    """A sheet without a photo: it is worth a fee once it has one."""

    worker_code: str
    name: str
    at: datetime


def own_recruit(session: Session, actor: Actor, worker_code: str) -> Worker:
    """Return the worker with their case to the recruiter whose code they named; ``NotFound`` to everyone else."""
    worker = session.scalars(select(Worker).where(Worker.code == worker_code).options(joinedload(Worker.case))).first()
    if worker is None or actor.role is not Role.RECRUITER or not actor.person:
        raise NotFound
    if worker.recruiter_code != actor.person:
        raise NotFound
    return worker


def screening_page(session: Session, actor: Actor, worker_code: str, now: datetime) -> ScreeningPage:
    """Return the screening of one's recruit. Nothing of papers, phone or address is among it."""
    worker = own_recruit(session, actor, worker_code)
    policy = read_policy(session, VettingPolicy, now)
    row = session.scalars(
        select(ScreeningSheet)
        .where(ScreeningSheet.worker == worker.code, ScreeningSheet.recruiter == actor.person)
        .where(ScreeningSheet.at >= worker.case.opened_at)
        .order_by(ScreeningSheet.id.desc())
    ).first()
    sheet = None if row is None else _filled(row, policy)
    return ScreeningPage(
        worker_code=worker.code,
        name=worker.name,
        family_name=worker.family_name,
        state=worker.state,
        may_fill=sheet is None and worker.state == WorkerState.IDENTITY_CHECKED,
        at_least=policy.screening_at_least,
        sheet=sheet,
        missing=_missing(WorkerState(worker.state), sheet),
    )


def bare_sheets(session: Session, actor: Actor) -> list[BareSheet]:
    """Return one's own sheets without photos, newest first."""
    recruiter = own_recruiter(session, actor)
    rows = session.execute(
        select(ScreeningSheet.worker, Worker.name, ScreeningSheet.at)
        .join(Worker, Worker.code == ScreeningSheet.worker)
        .where(ScreeningSheet.recruiter == recruiter.code, func.jsonb_array_length(ScreeningSheet.photos) == 0)
        .order_by(ScreeningSheet.id.desc())
        .limit(50)
    ).all()
    return [BareSheet(code, name, at) for code, name, at in rows]


def _filled(row: ScreeningSheet, policy: VettingPolicy) -> FilledSheet:
    zeros = tuple(code for code, mark in row.items.items() if mark == 0)
    return FilledSheet(
        sheet_code=row.code,
        items=dict(row.items),
        points=sum(row.items.values()),
        most=policy.screening_items * policy.screening_top,
        result=row.result,
        enough=row.result >= policy.screening_at_least and not zeros,
        accepted=row.accepted,
        zeros=zeros,
        note=row.note,
        photos=tuple(row.photos),
        paid=bool(row.milestone),
        at=row.at,
    )


def _missing(state: WorkerState, sheet: FilledSheet | None) -> tuple[str, ...]:
    if sheet is None:
        told = {WorkerState.IDENTITY_CHECKED: ("sheet", "photos")}
        return ("papers", "sheet", "photos") if state in _BEFORE else told.get(state, ())
    return (
        *(() if sheet.photos else ("photos",)),
        *(("confirmation",) if sheet.accepted and state is WorkerState.IDENTITY_CHECKED else ()),
    )
