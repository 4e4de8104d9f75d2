"""A recruiter's station: people met, people brought, screenings, sums and how they were computed."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from app.api.acting import RECRUITER, Input
from app.api.recruiting_shapes import (
    BareSheetSchema,
    CapturedSchema,
    HowComputedSchema,
    NeedSchema,
    RecruitSchema,
    RubricItemSchema,
    ScreenedSchema,
    ScreeningPageSchema,
    SheetRowSchema,
    StatementSchema,
    StationDaySchema,
    how_row,
)
from app.api.shapes import instant, text, texts
from app.api.spec import ApiPart, operation
from app.api.uploads import PhotoInSchema, content_of
from app.auth import current_actor
from app.house import current_now
from app.incentive_cases import contest_milestone
from app.photo_answers import photo_answer
from app.registry import Policy
from app.session import current_session
from core.actors import OPS, STAFF, Role
from disputes.incentives import MOST_SIGNS
from disputes.photos import clean_photo
from recruiting.cohort import my_recruits, station_day
from recruiting.leads import Captured, capture_lead, get_lead
from recruiting.needs import station_need
from recruiting.photos import get_photo, keep_photos
from recruiting.queries import how_computed, statement
from recruiting.rubric import RUBRIC
from recruiting.schemas import LeadInput, LeadSchema, PhotosInput, PhotosSchema, SheetInput, SheetSchema
from recruiting.screening import add_photos, record_screening
from recruiting.sheets import bare_sheets, own_recruit, screening_page

bp = ApiPart("recruiting", __name__, "A recruiter's people and sums")
OWN_LEAD = Policy({Role.RECRUITER}, "own lead")
OWN_RECRUIT = Policy({Role.RECRUITER}, "own recruit")
OWN_SUM = Policy({Role.RECRUITER}, "own sum")
SUM = Policy({Role.RECRUITER} | STAFF, "own sum; the desk all")
SHEET = Policy({Role.RECRUITER} | OPS, "own sheet; operations all")


class QuestionInSchema(Input):
    """What one does not agree with."""

    words = fields.String(required=True, validate=validate.Length(1, MOST_SIGNS))


class QuestionedSchema(Schema):
    """The case, and the instant by which finance decides."""

    code = text()
    due_at = instant()


class KeptPhotosSchema(Schema):
    """References of the photos, for the sheet."""

    photos = texts()


@operation(bp, "/recruiter/day", policy=RECRUITER, answer=StationDaySchema)
def get_day() -> Any:
    """Show the station's day: leads to follow, applicants under way, recruits to look after."""
    return station_day(current_session(), current_actor(), current_now())


@operation(bp, "/recruiter/leads", policy=RECRUITER, method="POST", body=LeadSchema, answer=CapturedSchema, status=201)
def post_lead(body: LeadInput) -> dict[str, Any]:
    """Note a person who agreed to be called; the same number again renews the lead."""
    return _captured(capture_lead(current_session(), current_actor(), body, current_now()))


@operation(bp, "/recruiter/leads/<lead>", policy=OWN_LEAD, answer=CapturedSchema)
def get_one_lead(lead: str) -> dict[str, Any]:
    """Show one's own lead, until they have applied."""
    return _captured(get_lead(current_session(), current_actor(), lead, current_now()))


@operation(bp, "/recruiter/recruits", policy=RECRUITER, answer=RecruitSchema(many=True))
def get_recruits() -> Any:
    """List the people one brought, newest first; no address, phone or paper among it."""
    return my_recruits(current_session(), current_actor(), current_now())


@operation(bp, "/recruiter/rubric", policy=RECRUITER, answer=RubricItemSchema(many=True))
def get_rubric() -> list[dict[str, Any]]:
    """Show the ten items of a screening sheet, with what a 0, 1, 2 and 3 look like."""
    return [
        {
            "code": item.code,
            "part": item.part,
            "title": {"zh": item.title.zh, "en": item.title.en},
            "anchors": [{"zh": one.zh, "en": one.en} for one in item.anchors],
        }
        for item in RUBRIC
    ]


@operation(bp, "/recruiter/recruits/<worker>/screening", policy=OWN_RECRUIT, answer=ScreeningPageSchema)
def get_screening(worker: str) -> Any:
    """Show the screening of one's recruit: the sheet, and what is missing."""
    return screening_page(current_session(), current_actor(), worker, current_now())


@operation(
    bp,
    "/recruiter/recruits/<worker>/photos",
    policy=OWN_RECRUIT,
    method="POST",
    files=PhotoInSchema,
    answer=KeptPhotosSchema,
    status=201,
)
def post_photo(worker: str, files: dict[str, Any]) -> dict[str, Any]:
    """Keep a photo of the work done at a screening; its reference goes on the sheet."""
    own_recruit(current_session(), current_actor(), worker)
    content = clean_photo(content_of(files))
    return {"photos": keep_photos(current_session(), current_actor(), worker, [content], current_now())}


@operation(bp, "/recruiter/recruits/<worker>/photos/<photo>", policy=SHEET, content_type="image/jpeg")
def get_screening_photo(worker: str, photo: str) -> Response:
    """Show a photo of a screening to whoever took it and to operations."""
    found = get_photo(current_session(), current_actor(), worker, photo)
    return photo_answer(found.content, found.mime, found.code, keep_seconds=3600)


@operation(
    bp, "/recruiter/screenings", policy=RECRUITER, method="POST", body=SheetSchema, answer=ScreenedSchema, status=201
)
def post_screening(body: SheetInput) -> dict[str, Any]:
    """Hand in a screening sheet of one's recruit; operations confirm a sufficient one."""
    row, outcome = record_screening(current_session(), current_actor(), body, current_now())
    return {"sheet": row, "passed": outcome.passed, "awaits_confirmation": outcome.awaits_confirmation}


@operation(
    bp, "/recruiter/screenings/<sheet>/photos", policy=SHEET, method="POST", body=PhotosSchema, answer=SheetRowSchema
)
def post_sheet_photos(sheet: str, body: PhotosInput) -> Any:
    """Add photos to one's own sheet."""
    return add_photos(current_session(), current_actor(), sheet, body, current_now())


@operation(bp, "/recruiter/need", policy=RECRUITER, answer=NeedSchema)
def get_need() -> Any:
    """Show what to look for at one's station: hours nobody took, the largest gap first."""
    return station_need(current_session(), current_actor(), current_now())


@operation(bp, "/recruiter/screenings/bare", policy=RECRUITER, answer=BareSheetSchema(many=True))
def get_bare() -> Any:
    """List one's own sheets that lack a photo."""
    return bare_sheets(current_session(), current_actor())


@operation(bp, "/recruiter/statement", policy=RECRUITER, answer=StatementSchema)
def get_statement() -> Any:
    """Show this month's sums, what is held, and what may come."""
    return statement(current_session(), current_actor(), current_now())


@operation(bp, "/milestones/<milestone>", policy=SUM, answer=HowComputedSchema)
def get_milestone(milestone: str) -> dict[str, Any]:
    """Show every input of one sum."""
    return how_row(how_computed(current_session(), current_actor(), milestone))


@operation(
    bp,
    "/milestones/<milestone>/case",
    policy=OWN_SUM,
    method="POST",
    body=QuestionInSchema,
    answer=QuestionedSchema,
    status=201,
)
def post_contest_sum(milestone: str, body: dict[str, str]) -> dict[str, Any]:
    """Open a case about a sum of one's own: finance decides it."""
    case = contest_milestone(current_session(), current_actor(), milestone, body["words"], current_now())
    return {"code": case.code, "due_at": case.proposal_due_at}


def _captured(told: Captured) -> dict[str, Any]:
    shown = {name: getattr(told.lead, name) for name in CapturedSchema().fields if hasattr(told.lead, name)}
    return shown | {"noted_elsewhere": told.noted_elsewhere, "noted_before": told.noted_before}
