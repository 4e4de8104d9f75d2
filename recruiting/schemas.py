"""Input of the recruiting verbs: a frozen dataclass and its schema side by side; unknown fields are refused."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from recruiting.rubric import CODES
from workers.schemas import SLUG, InputSchema, Whole, codes, words

_CODE = validate.Regexp(r"[A-Z]-[0-9A-HJKMNP-TV-Z]{4,20}\Z", error="not_a_code")
_PHOTO = validate.Regexp(r"[A-Za-z0-9_-]{4,64}\Z", error="not_a_reference")


@dataclass(frozen=True)
class RecruiterInput:
    """A new field recruiter: whose account, and which station."""

    account_code: str
    name: str
    station_code: str
    reason: str


class RecruiterSchema(InputSchema):
    """Input of ``add_recruiter``."""

    makes = RecruiterInput
    account_code = fields.String(required=True, validate=_CODE)
    name = words(most=40)
    station_code = fields.String(required=True, validate=_CODE)
    reason = words()


@dataclass(frozen=True)
class LeadInput:
    """A person met: who agreed to be called, and what they would like."""

    name: str
    phone: str
    consent_version: str
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    note: str = ""


class LeadSchema(InputSchema):
    """Input of ``capture_lead``."""

    makes = LeadInput
    name = words(most=40)
    phone = words(most=24)
    consent_version = words(most=16)
    skills = codes(SLUG)
    languages = codes(SLUG, most=8)
    hours = codes(validate.OneOf(["morning", "afternoon", "evening", "weekend"], error="not_a_choice"), most=4)
    note = words(required=False, most=500)


@dataclass(frozen=True)
class SheetInput:
    """A screening sheet: the rubric's ten items, 0..3, a note, and references of the photos taken."""

    worker_code: str
    items: dict[str, int]
    accepted: bool = True
    photos: tuple[str, ...] = ()
    note: str = ""


class SheetSchema(InputSchema):
    """Input of ``record_screening``: every item of the rubric, no other."""

    makes = SheetInput
    worker_code = fields.String(required=True, validate=_CODE)
    items = fields.Dict(
        keys=fields.String(validate=validate.OneOf(sorted(CODES), error="not_an_item")),
        values=Whole(validate=validate.Range(0, 3, error="range")),
        required=True,
        validate=validate.Length(equal=len(CODES), error="incomplete"),
    )
    accepted = fields.Boolean(load_default=True)
    photos = codes(_PHOTO)
    note = words(required=False, most=1000)


@dataclass(frozen=True)
class PhotosInput:
    """References of photos added to a sheet later."""

    photos: tuple[str, ...]


class PhotosSchema(InputSchema):
    """Input of ``add_photos``."""

    makes = PhotosInput
    photos = codes(_PHOTO, least=1)


@dataclass(frozen=True)
class ContestInput:
    """Who brought somebody after all (an R- or S-code; the same one upholds it), and why."""

    recruiter_code: str
    reason: str


class ContestSchema(InputSchema):
    """Input of ``settle_contest``."""

    makes = ContestInput
    recruiter_code = fields.String(required=True, validate=_CODE)
    reason = words()
