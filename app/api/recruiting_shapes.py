"""How a recruiter's people, sheets and sums are shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.api.shapes import (
    by_language,
    codes_and_numbers,
    fen,
    flag,
    instant,
    many,
    number,
    one,
    real,
    text,
    texts,
)
from recruiting.queries import HowComputed

_STAFF_ONLY = frozenset({"reversal"})


class LeadRowSchema(Schema):
    """One lead to follow; the phone is empty once they have applied."""

    lead_code = text()
    name = text()
    phone = text()
    skills = texts()
    hours = texts()
    note = text()
    captured_at = instant()
    lapses_at = instant()
    state = text()
    worker_code = text()
    noted_elsewhere = number()


class CapturedSchema(Schema):
    """A person met, and how many other recruiters hold the same number (not whom)."""

    code = text()
    name = text()
    phone = text()
    skills = texts()
    languages = texts()
    hours = texts()
    note = text()
    captured_at = instant()
    station = text()
    noted_elsewhere = number()
    noted_before = flag()


class RecruitSchema(Schema):
    """One recruit, with why to look after them (codes)."""

    worker_code = text()
    name = text()
    family_name = text()
    state = text()
    activated_at = instant(none=True)
    attribution = text()
    hours_28d = real()
    visits_28d = number()
    visits_total = number()
    band = text()
    at_risk = texts()


class StationDaySchema(Schema):
    """The day at the station."""

    recruiter_code = text()
    name = text()
    station_code = text()
    station_names = by_language()
    zone = text()
    captured_today = number()
    leads = many(LeadRowSchema)
    in_vetting = many(RecruitSchema)
    to_look_after = many(RecruitSchema)


class RubricItemSchema(Schema):
    """One item of the sheet."""

    code = text()
    part = text()
    title = by_language()
    anchors = fields.List(by_language(), required=True)


class SheetRowSchema(Schema):
    """A screening sheet as it was handed in; ``result`` 0 to 1."""

    code = text()
    worker = text()
    recruiter = text()
    items = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    result = real()
    accepted = flag()
    note = text()
    photos = texts()
    at = instant()


class ScreenedSchema(Schema):
    """What a sheet came to."""

    sheet = one(SheetRowSchema)
    passed = flag()
    awaits_confirmation = flag()


class FilledSheetSchema(Schema):
    """A sheet with its points."""

    sheet_code = text()
    items = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    points = number()
    most = number()
    result = real()
    enough = flag()
    accepted = flag()
    zeros = texts()
    note = text()
    photos = texts()
    paid = flag()
    at = instant()


class ScreeningPageSchema(Schema):
    """One recruit's screening; ``missing``: papers, sheet, photos, confirmation."""

    worker_code = text()
    name = text()
    family_name = text()
    state = text()
    may_fill = flag()
    at_least = real()
    sheet = one(FilledSheetSchema, none=True)
    missing = texts()


class BareSheetSchema(Schema):
    """A sheet without a photo: worth a fee once it has one."""

    worker_code = text()
    name = text()
    at = instant()


class GapSchema(Schema):
    """Hours of one service in one neighbourhood that nobody took."""

    zone = text()
    zone_names = by_language()
    service = text()
    skill = text()
    open_hours = real()
    lost_hours = real()


class NeedSchema(Schema):
    """What to look for; ``people`` is 0 when nothing is missing in reach."""

    people = number()
    first = one(GapSchema, none=True)
    gaps = many(GapSchema)
    days_ahead = number()


class MilestoneLineSchema(Schema):
    """One sum of one recruit; low and high forecast one that is still ahead."""

    kind = text()
    state = text()
    code = text()
    own_fen = fen()
    low_fen = fen()
    high_fen = fen()
    reason = text()
    evaluate_at = instant(none=True)
    paid_at = instant(none=True)


class TrackSchema(Schema):
    """One recruit's line of a statement."""

    worker_code = text()
    name = text()
    family_name = text()
    state = text()
    this_month_fen = fen()
    lines = many(MilestoneLineSchema)


class SheetCountsSchema(Schema):
    """Screening sheets: with photos, without, paid for."""

    documented = number()
    without_photos = number()
    paid = number()


class StatementSchema(Schema):
    """A recruiter's statement of the running month; all sums are their own parts."""

    recruiter_code = text()
    name = text()
    month = text()
    earned_fen = fen()
    held_fen = fen()
    forecast_low_fen = fen()
    forecast_high_fen = fen()
    payable_fen = fen()
    owed_back_fen = fen()
    kept_back_fen = fen()
    sheets = one(SheetCountsSchema)
    tracks = many(TrackSchema)


class HowComputedSchema(Schema):
    """Every input of one sum, as it was kept when it was priced."""

    milestone_code = text()
    kind = text()
    state = text()
    reason = text()
    recruiter = text()
    worker = text()
    worker_name = text()
    formula = text()
    fen = fen()
    team_fen = number()
    own_fen = number()
    inputs = codes_and_numbers()
    evaluate_at = instant(none=True)
    held_since = instant(none=True)
    vested_at = instant(none=True)
    approved_by = text()
    paid_at = instant(none=True)
    moves = texts()


def how_row(told: HowComputed, *, desk: bool = False) -> dict[str, Any]:
    """Return how a sum was computed; what staff discuss among themselves stays with the desk."""
    shown = {name: getattr(told, name) for name in HowComputedSchema().fields}
    inputs = {name: value for name, value in told.inputs.items() if desk or name not in _STAFF_ONLY}
    return shown | {"inputs": inputs}
