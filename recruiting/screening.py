"""Documented screenings: the sheet a recruiter or operations fill in, kept whether somebody is accepted or not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotFound
from core.events import record
from ratings.prior import hand_down_screening
from recruiting.events import ScreeningRecorded
from recruiting.models import ScreeningSheet
from recruiting.rubric import CODES
from workers.applications import InterviewOutcome, record_interview
from workers.models import Worker
from workers.schemas import Interview
from workers.workers import worker_by_code

if TYPE_CHECKING:
    from recruiting.schemas import PhotosInput, SheetInput


def record_screening(
    session: Session, actor: Actor, sheet: SheetInput, now: datetime
) -> tuple[ScreeningSheet, InterviewOutcome]:
    """Keep a sheet, move the case if it is enough, and hand the result down to where the score starts.

    One sheet per person and application by the same hand. Somebody the recruiter would not take (``accepted`` false)
    stays where they are for operations to decide; the sheet counts as a screening all the same.
    """
    worker = worker_by_code(session, sheet.worker_code)
    if set(sheet.items) != CODES:
        raise InvalidInput({"items": ["incomplete"]})
    _lock(session, worker)
    by = actor.person or actor.code
    if _sheet_by(session, worker, by) is not None:
        raise Conflict("screened_already", "There is a screening sheet by the same hand already.")
    interview = Interview(dict(sheet.items), sheet.note, reason=sheet.note, wanted=sheet.accepted)
    outcome = record_interview(session, actor, sheet.worker_code, interview, now)
    row = ScreeningSheet(
        code=new_code("H"),
        worker=worker.code,
        recruiter=by,
        items=dict(sheet.items),
        result=outcome.result,
        accepted=outcome.passed,
        note=sheet.note,
        photos=list(dict.fromkeys(sheet.photos)),
        milestone="",
        at=now,
    )
    session.add(row)
    session.flush()
    if row.accepted:
        hand_down_screening(session, worker.code, by, outcome.result, now)
    record(session, ScreeningRecorded(row.code, worker.code, by, row.accepted), by=actor, at=now)
    return row, outcome


def add_photos(session: Session, actor: Actor, sheet_code: str, photos: PhotosInput, now: datetime) -> ScreeningSheet:
    """Add photos to one's own sheet; with the first one it is documented."""
    row = session.scalars(select(ScreeningSheet).where(ScreeningSheet.code == sheet_code)).first()
    own = row is not None and actor.role is Role.RECRUITER and row.recruiter == actor.person
    if row is None or not (own or actor.is_ops):
        raise NotFound
    row.photos = list(dict.fromkeys([*row.photos, *photos.photos]))
    session.flush()
    record(session, ScreeningRecorded(row.code, row.worker, row.recruiter, row.accepted), by=actor, at=now)
    return row


def _lock(session: Session, worker: Worker) -> None:
    session.execute(select(Worker.id).where(Worker.id == worker.id).with_for_update(key_share=True))


def _sheet_by(session: Session, worker: Worker, by: str) -> ScreeningSheet | None:
    """The sheet of this hand since the case was (re)opened last."""
    return session.scalars(
        select(ScreeningSheet).where(
            ScreeningSheet.worker == worker.code,
            ScreeningSheet.recruiter == by,
            ScreeningSheet.at >= worker.case.opened_at,
        )
    ).first()
