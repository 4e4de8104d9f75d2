"""A worker's own time: the week, free now, quiet hours, ends of the day, limits, time off, a break."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields

from app.api.acting import WORKER, Input
from app.api.shapes import SpanSchema, day, flag, instant, many, number, real, text
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.registry import Policy
from app.session import current_session
from core.actors import Role
from core.errors import NotFound
from dispatch.absences import end_time_off, take_time_off, time_off_of
from dispatch.models import Assignment
from workers.availability import set_day_ends, set_free_now, set_quiet_hours, set_shifts, set_work_limits
from workers.careers import leave, pause, resume
from workers.hours import (
    DayEnds,
    DayEndsSchema,
    FreeNow,
    FreeNowSchema,
    QuietHours,
    QuietHoursSchema,
    Shifts,
    ShiftsSchema,
    WorkLimits,
    WorkLimitsSchema,
)
from workers.models import Worker
from workers.queries import MyHours, my_hours
from workers.states import MATCHABLE
from workers.workers import get_worker

bp = ApiPart("hours", __name__, "A worker's own time")
OWN_ABSENCE = Policy({Role.WORKER}, "own time off")


class TimeOffInSchema(Input):
    """From when until when."""

    since = fields.AwareDateTime(required=True, default_timezone=None)
    until = fields.AwareDateTime(required=True, default_timezone=None)


class ShiftSchema(Schema):
    """One weekly stretch: weekday 0 is Monday, minutes of the local day."""

    weekday = number()
    starts = number()
    ends = number()


class DaySpansSchema(Schema):
    """One of the next seven days, with its shifts as instants."""

    day = day()
    spans = fields.List(fields.Nested(SpanSchema), required=True)


class PointSchema(Schema):
    """A point, WGS-84."""

    lat = real()
    lon = real()


class HoursSchema(Schema):
    """Everything about one's time. The points are one's own and shown to nobody else."""

    worker_code = text()
    time_zone = text()
    rows = many(ShiftSchema)
    week = many(DaySpansSchema)
    weekly_minutes_declared = number()
    free_now_until = instant(none=True)
    quiet_from = number()
    quiet_until = number()
    home = fields.Nested(PointSchema, required=True)
    end = fields.Nested(PointSchema, required=True, allow_none=True)
    travel_mode = text()
    radius_m = number()
    daily_minutes = number()
    weekly_minutes = number()


class TimeOffSchema(Schema):
    """Time off that is still ahead."""

    number = text()
    since = instant()
    until = instant()


class OwnStateSchema(Schema):
    """Where one stands."""

    code = text()
    state = text()
    matchable = flag()


@operation(bp, "/worker/hours", policy=WORKER, answer=HoursSchema)
def get_hours() -> dict[str, Any]:
    """Show everything about one's time."""
    return _hours()


@operation(
    bp, "/worker/hours/shifts", policy=WORKER, method="PUT", body=ShiftsSchema, answer=HoursSchema, idempotent="natural"
)
def put_shifts(body: Shifts) -> dict[str, Any]:
    """Replace the weekly pattern from today on."""
    set_shifts(current_session(), current_actor(), current_actor().person, body.rows, current_now())
    return _hours()


@operation(
    bp,
    "/worker/hours/free-now",
    policy=WORKER,
    method="PUT",
    body=FreeNowSchema,
    answer=HoursSchema,
    idempotent="natural",
)
def put_free_now(body: FreeNow) -> dict[str, Any]:
    """Say "free now" until an instant, or switch it off with null."""
    set_free_now(current_session(), current_actor(), current_actor().person, body.until, current_now())
    return _hours()


@operation(
    bp,
    "/worker/hours/quiet",
    policy=WORKER,
    method="PUT",
    body=QuietHoursSchema,
    answer=HoursSchema,
    idempotent="natural",
)
def put_quiet(body: QuietHours) -> dict[str, Any]:
    """Set the hours in which no offer's clock runs."""
    set_quiet_hours(current_session(), current_actor(), current_actor().person, body, current_now())
    return _hours()


@operation(
    bp, "/worker/hours/ends", policy=WORKER, method="PUT", body=DayEndsSchema, answer=HoursSchema, idempotent="natural"
)
def put_ends(body: DayEnds) -> dict[str, Any]:
    """Set where the day starts and ends."""
    set_day_ends(current_session(), current_actor(), current_actor().person, body, current_now())
    return _hours()


@operation(
    bp,
    "/worker/hours/limits",
    policy=WORKER,
    method="PUT",
    body=WorkLimitsSchema,
    answer=HoursSchema,
    idempotent="natural",
)
def put_limits(body: WorkLimits) -> dict[str, Any]:
    """Set how far, how and how much one wants to work."""
    set_work_limits(current_session(), current_actor(), current_actor().person, body, current_now())
    return _hours()


@operation(bp, "/worker/time-off", policy=WORKER, answer=TimeOffSchema(many=True))
def get_time_off() -> list[dict[str, Any]]:
    """List the time off that is still ahead."""
    worker = get_worker(current_session(), current_actor(), current_actor().person)
    return [_absence(row) for row in time_off_of(current_session(), worker.id, current_now())]


@operation(bp, "/worker/time-off", policy=WORKER, method="POST", body=TimeOffInSchema, answer=TimeOffSchema, status=201)
def post_time_off(body: dict[str, datetime]) -> dict[str, Any]:
    """Take time off; 409 when a visit is promised then."""
    span = (body["since"].astimezone(UTC), body["until"].astimezone(UTC))
    return _absence(take_time_off(current_session(), current_actor(), current_actor().person, span, current_now()))


@operation(bp, "/worker/time-off/<absence>", policy=OWN_ABSENCE, method="DELETE", status=204, idempotent="natural")
def delete_time_off(absence: str) -> None:
    """Take time off back."""
    if not (absence.isascii() and absence.isdigit() and len(absence) < 18):
        raise NotFound
    end_time_off(current_session(), current_actor(), current_actor().person, int(absence), current_now())


@operation(bp, "/worker/pause", policy=WORKER, method="POST", answer=OwnStateSchema)
def post_pause() -> Any:
    """Stop being asked for a while; what is promised stays."""
    return _state(pause(current_session(), current_actor(), current_actor().person, current_now()))


@operation(bp, "/worker/resume", policy=WORKER, method="POST", answer=OwnStateSchema)
def post_resume() -> Any:
    """Be asked again."""
    return _state(resume(current_session(), current_actor(), current_actor().person, current_now()))


@operation(bp, "/worker/leave", policy=WORKER, method="POST", answer=OwnStateSchema)
def post_leave() -> Any:
    """Leave by own choice; what was earned is still paid."""
    return _state(leave(current_session(), current_actor(), current_actor().person, current_now()))


def _state(worker: Worker) -> dict[str, Any]:
    return {"code": worker.code, "state": worker.state, "matchable": worker.state in MATCHABLE}


def _absence(row: Assignment) -> dict[str, Any]:
    return {"number": str(row.id), "since": row.during.lower, "until": row.during.upper}


def _hours() -> dict[str, Any]:
    current_session().flush()
    told: MyHours = my_hours(current_session(), current_actor(), current_actor().person, current_now())
    shown = {name: getattr(told, name) for name in HoursSchema().fields}
    return shown | {
        "home": _point(told.home),
        "end": None if told.end is None else _point(told.end),
        "week": [
            {"day": each, "spans": [{"since": since, "until": until} for since, until in spans]}
            for each, spans in told.week
        ],
    }


def _point(point: tuple[float, float]) -> dict[str, float]:
    return {"lat": point[0], "lon": point[1]}
