"""My hours: free now, the week, time off, quiet hours, where the day starts, how far and how much."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request
from marshmallow import Schema, fields, validate

from app.formats import local
from app.house import current_now, house
from app.input import read
from app.pages.worker_common import OWN, again, me, page
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.errors import Conflict, InvalidInput
from core.policies import read_policy
from dispatch.absences import end_time_off, take_time_off, time_off_of
from workers.availability import set_day_ends, set_free_now, set_quiet_hours, set_shifts, set_work_limits
from workers.careers import pause, resume
from workers.hours import DayEndsSchema, QuietHours, ShiftRow, WorkLimits
from workers.models import Worker
from workers.pattern import pattern_on
from workers.policy import AvailabilityPolicy
from workers.workers import get_worker

bp = Blueprint("worker_hours", __name__)
_PARTS: Final = ("a", "b")
_KM: Final = (2, 3, 5, 8, 12, 20)


WeekSchema = Schema.from_dict(
    {
        f"d{day}{part}_{end}": fields.Time(load_default=None, allow_none=True)
        for day in range(7)
        for part in _PARTS
        for end in ("from", "until")
    },
    name="WeekSchema",
)


class FreeSchema(Schema):
    """For how many hours somebody is free from now on; none switches it off."""

    hours = fields.Integer(load_default=0, validate=validate.OneOf([0, 2, 4, 8]))


class OffSchema(Schema):
    """Time off: from a day (and time) to a day (and time), in local time."""

    from_day = fields.Date(required=True)
    from_time = fields.Time(load_default=time(0, 0))
    until_day = fields.Date(required=True)
    until_time = fields.Time(load_default=None, allow_none=True)


class QuietSchema(Schema):
    """Between these local times nobody is asked."""

    starts = fields.Time(required=True)
    ends = fields.Time(required=True)


class LimitsSchema(Schema):
    """How one travels, how far (kilometres), and hours a day and a week."""

    travel_mode = fields.String(required=True, validate=validate.OneOf(["ebike", "bus", "walk"]))
    km = fields.Integer(required=True, validate=validate.OneOf(_KM))
    day_hours = fields.Integer(required=True, validate=validate.Range(1, 12))
    week_hours = fields.Integer(required=True, validate=validate.Range(1, 60))


def _worker() -> Worker:
    return get_worker(current_session(), me(), me().person)


@route(bp, "/worker/hours", policy=OWN)
def hours() -> Any:
    """Show everything about one's time."""
    return page("hours", **_facts())


def _facts() -> dict[str, Any]:
    worker, now, session = _worker(), current_now(), current_session()
    return {
        "worker": worker, "week": pattern_on(worker, local(now).date()), "parts": _PARTS,
        "absences": time_off_of(session, worker.id, now), "kms": _KM, "clock_text": clock_text,
        "limits": read_policy(session, AvailabilityPolicy, now),
        "free": worker.free_now_until is not None and worker.free_now_until > now,
    }  # fmt: skip


def clock_text(minute: int) -> str:
    """Return a minute of the day as a time field has it; the day's end is 00:00."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _refused(error: InvalidInput | Conflict) -> Any:
    current_session().rollback()
    return again(error, "hours", request.form, **_facts())


@route(bp, "/worker/hours/week", policy=OWN, methods=["POST"], idempotent="natural")
def set_week() -> Any:
    """Keep the weekly pattern."""
    try:
        given = read(WeekSchema)
        set_shifts(current_session(), me(), me().person, _rows(given), current_now())
    except InvalidInput as error:
        return _refused(_by_day(error))
    flash(_("Your week is kept."), "done")
    return redirect("/worker/hours#week", 303)


def _rows(given: dict[str, Any]) -> list[ShiftRow]:
    """Return the stretches that have both ends; half ones are an error on their day."""
    rows, wrong = [], {}
    for day in range(7):
        for part in _PARTS:
            begin, end = given[f"d{day}{part}_from"], given[f"d{day}{part}_until"]
            if (begin is None) != (end is None):
                wrong[f"d{day}"] = ["not_a_span"]
            elif begin is not None:
                rows.append(ShiftRow(day, _minutes(begin), _minutes(end) or 1440))
    wrong |= {f"d{row.weekday}": ["not_a_span"] for row in rows if row.starts >= row.ends}
    if wrong:
        raise InvalidInput(wrong)
    return rows


def _by_day(error: InvalidInput) -> InvalidInput:
    """Move errors of rows or of single fields to their day, where the page shows them."""
    named: dict[str, list[str]] = {}
    for name, codes in error.fields.items():
        named[name[:2] if name.startswith("d") else "week"] = list(codes)
    return InvalidInput(named)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


@route(bp, "/worker/hours/free", policy=OWN, methods=["POST"], idempotent="natural")
def free_now() -> Any:
    """Say "free now" for some hours, or not any more."""
    wish, now = read(FreeSchema)["hours"], current_now()
    set_free_now(current_session(), me(), me().person, now + timedelta(hours=wish) if wish else None, now)
    flash(_("You are asked for short-notice work until then.") if wish else _("Switched off."), "done")
    return redirect("/worker/hours", 303)


@route(bp, "/worker/hours/off", policy=OWN, methods=["POST"])
def take_off() -> Any:
    """Take time off; a promised visit in that time has to be given back first."""
    try:
        given = read(OffSchema)
        begin = _instant(given["from_day"], given["from_time"])
        until = given["until_time"]
        end = _instant(given["until_day"], until) if until else _instant(given["until_day"] + timedelta(days=1), time())
        take_time_off(current_session(), me(), me().person, (begin, end), current_now())
    except (InvalidInput, Conflict) as error:
        return _refused(error)
    flash(_("Noted. You are not asked in that time."), "done")
    return redirect("/worker/hours#off", 303)


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(house().settings.zone)).astimezone(UTC)


@route(bp, "/worker/hours/off/<int:number>/end", policy=OWN, methods=["POST"], idempotent="natural")
def end_off(number: int) -> Any:
    """Take time off back."""
    end_time_off(current_session(), me(), me().person, number, current_now())
    return redirect("/worker/hours#off", 303)


@route(bp, "/worker/hours/quiet", policy=OWN, methods=["POST"], idempotent="natural")
def set_quiet() -> Any:
    """Keep the quiet hours."""
    try:
        given = read(QuietSchema)
        quiet = QuietHours(_minutes(given["starts"]), _minutes(given["ends"]))
        set_quiet_hours(current_session(), me(), me().person, quiet, current_now())
    except InvalidInput as error:
        return _refused(error)
    flash(_("Your quiet hours are kept."), "done")
    return redirect("/worker/hours#quiet", 303)


@route(bp, "/worker/hours/place", policy=OWN, methods=["POST"], idempotent="natural")
def set_place() -> Any:
    """Keep where the day starts and ends."""
    try:
        set_day_ends(current_session(), me(), me().person, read(DayEndsSchema), current_now())
    except InvalidInput as error:
        return _refused(error)
    flash(_("The place is kept. Nobody but us sees it."), "done")
    return redirect("/worker/hours#place", 303)


@route(bp, "/worker/hours/limits", policy=OWN, methods=["POST"], idempotent="natural")
def set_limits() -> Any:
    """Keep how one travels, how far and how much."""
    try:
        given = read(LimitsSchema)
        limits = WorkLimits(given["travel_mode"], given["km"] * 1000, given["day_hours"] * 60, given["week_hours"] * 60)
        set_work_limits(current_session(), me(), me().person, limits, current_now())
    except InvalidInput as error:
        return _refused(error)
    flash(_("Kept."), "done")
    return redirect("/worker/hours#limits", 303)


@route(bp, "/worker/hours/pause", policy=OWN, methods=["POST"])
def take_break() -> Any:
    """Stop being asked for a while."""
    pause(current_session(), me(), me().person, current_now())
    flash(_("You are not asked until you come back. Visits you have promised stay."), "done")
    return redirect("/worker/join", 303)


@route(bp, "/worker/hours/resume", policy=OWN, methods=["POST"])
def come_back() -> Any:
    """Be asked again."""
    resume(current_session(), me(), me().person, current_now())
    flash(_("Welcome back. You are asked again."), "done")
    return redirect("/worker", 303)
