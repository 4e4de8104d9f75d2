"""Input of the availability verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields, validate

from workers.schemas import InputSchema, Whole

_LAT = validate.Range(-90, 90, error="range")
_LON = validate.Range(-180, 180, error="range")
_MODE = validate.OneOf(["ebike", "bus", "walk"], error="not_a_choice")


@dataclass(frozen=True)
class ShiftRow:
    """One weekly stretch: weekday 0 = Monday, minutes of the local day."""

    weekday: int
    starts: int
    ends: int


class ShiftRowSchema(InputSchema):
    """One row of ``ShiftsSchema``."""

    makes = ShiftRow
    weekday = Whole(required=True, validate=validate.Range(0, 6, error="range"))
    starts = Whole(required=True, validate=validate.Range(0, 1439, error="range"))
    ends = Whole(required=True, validate=validate.Range(1, 1440, error="range"))


@dataclass(frozen=True)
class Shifts:
    """A whole weekly pattern."""

    rows: tuple[ShiftRow, ...]


class ShiftsSchema(InputSchema):
    """Input of ``set_shifts`` (hand its ``rows`` on)."""

    makes = Shifts
    rows = fields.List(fields.Nested(ShiftRowSchema), required=True, validate=validate.Length(max=42, error="length"))


@dataclass(frozen=True)
class FreeNow:
    """Free until an instant; None switches it off."""

    until: datetime | None = None


class FreeNowSchema(InputSchema):
    """Input of ``set_free_now``."""

    makes = FreeNow
    until = fields.AwareDateTime(load_default=None, allow_none=True)


@dataclass(frozen=True)
class QuietHours:
    """Local minutes; ``starts`` 1290 and ``ends`` 450 are 21:30 to 07:30."""

    starts: int
    ends: int


class QuietHoursSchema(InputSchema):
    """Input of ``set_quiet_hours``."""

    makes = QuietHours
    starts = Whole(required=True, validate=validate.Range(0, 1439, error="range"))
    ends = Whole(required=True, validate=validate.Range(0, 1439, error="range"))


@dataclass(frozen=True)
class DayEnds:
    """Where the day starts and ends, in the datum given; no end point means: back home."""

    home_lat: float
    home_lon: float
    end_lat: float | None = None
    end_lon: float | None = None
    datum: str = "wgs84"


class DayEndsSchema(InputSchema):
    """Input of ``set_day_ends``."""

    makes = DayEnds
    home_lat = fields.Float(required=True, allow_nan=False, validate=_LAT)
    home_lon = fields.Float(required=True, allow_nan=False, validate=_LON)
    end_lat = fields.Float(load_default=None, allow_none=True, allow_nan=False, validate=_LAT)
    end_lon = fields.Float(load_default=None, allow_none=True, allow_nan=False, validate=_LON)
    datum = fields.String(load_default="wgs84", validate=validate.OneOf(["wgs84", "gcj02"], error="not_a_choice"))


@dataclass(frozen=True)
class WorkLimits:
    """How somebody travels, how far (metres), and how many minutes a day and a week they want at most."""

    travel_mode: str
    radius_m: int
    daily_minutes: int
    weekly_minutes: int


class WorkLimitsSchema(InputSchema):
    """Input of ``set_work_limits``."""

    makes = WorkLimits
    travel_mode = fields.String(required=True, validate=_MODE)
    radius_m = Whole(required=True, validate=validate.Range(500, 50000, error="range"))
    daily_minutes = Whole(required=True, validate=validate.Range(60, 720, error="range"))
    weekly_minutes = Whole(required=True, validate=validate.Range(60, 3600, error="range"))
