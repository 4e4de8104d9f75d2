"""The screening sheet: ten anchored points, photos, and what it came to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from marshmallow import Schema, fields, validate

from app.house import current_now
from app.input import read
from app.pages.recruiter_common import OWN_RECRUIT, again, me, page
from app.photo_answers import photo_answer
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.errors import Conflict, InvalidInput, NotFound
from disputes.photos import clean_photo
from recruiting.photos import get_photo, keep_photos
from recruiting.rubric import RUBRIC
from recruiting.schemas import PhotosInput, SheetInput
from recruiting.screening import add_photos, record_screening
from recruiting.sheets import screening_page

bp = Blueprint("recruiter_screening", __name__)
AT = "/recruiter/screening/<worker>"
MOST_PHOTOS = 6
_MARK = fields.Integer(required=True, validate=validate.Range(0, 3))
_SHEET = {item.code: _MARK for item in RUBRIC}
SheetForm = Schema.from_dict(
    {
        **_SHEET,
        "accepted": fields.Boolean(required=True),
        "note": fields.String(load_default="", validate=validate.Length(max=1000)),
    },
    name="SheetForm",
)


@route(bp, AT, policy=OWN_RECRUIT)
def sheet(worker: str) -> Any:
    """Show the empty sheet, or what was filled in and what it came to."""
    return page("screening", **_facts(worker))


def _facts(worker: str) -> dict[str, Any]:
    shown = screening_page(current_session(), me(), worker, current_now())
    return {"shown": shown, "rubric": RUBRIC, "most_photos": MOST_PHOTOS}


@route(bp, AT, policy=OWN_RECRUIT, methods=["POST"])
def fill_in(worker: str) -> Any:
    """Keep the sheet with the photos that came along."""
    session, now = current_session(), current_now()
    try:
        given = read(SheetForm)
        photos = _keep(worker)
        marks = {item.code: given[item.code] for item in RUBRIC}
        record_screening(
            session, me(), SheetInput(worker, marks, given["accepted"], photos, given["note"].strip()), now
        )
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return again(error, "screening", values=request.form, **_facts(worker))
    return redirect(url_for("recruiter_screening.sheet", worker=worker), 303)


@route(bp, f"{AT}/photos", policy=OWN_RECRUIT, methods=["POST"])
def add(worker: str) -> Any:
    """Add photos to one's own sheet: with the first it is worth its fee."""
    session, now = current_session(), current_now()
    shown = screening_page(session, me(), worker, now).sheet
    if shown is None:
        raise NotFound
    try:
        add_photos(session, me(), shown.sheet_code, PhotosInput(_keep(worker, least=1)), now)
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return again(error, "screening", **_facts(worker))
    flash(_("The photos are kept with the sheet."), "done")
    return redirect(url_for("recruiter_screening.sheet", worker=worker), 303)


@route(bp, f"{AT}/photos/<photo>", policy=OWN_RECRUIT)
def picture(worker: str, photo: str) -> Any:
    """Return one photo to whoever took it."""
    row = get_photo(current_session(), me(), worker, photo)
    return photo_answer(row.content, row.mime, row.code, keep_seconds=86400)


def _keep(worker: str, least: int = 0) -> tuple[str, ...]:
    """Clean and keep the photos of this request; return their references."""
    contents = [one for one in (file.read() for file in request.files.getlist("photos") if file.filename) if one]
    if len(contents) < least:
        raise InvalidInput({"photos": ["required"]})
    if len(contents) > MOST_PHOTOS:
        raise InvalidInput({"photos": ["too_many"]})
    cleaned = [clean_photo(content, "photos") for content in contents]
    return keep_photos(current_session(), me(), worker, cleaned, current_now())
