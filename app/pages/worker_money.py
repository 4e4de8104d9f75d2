"""My money: today, this week, paid. Every line says what it is for; the bar proves that nothing is taken off."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint
from marshmallow import Schema, fields, validate

from app.formats import local
from app.house import current_now, house
from app.input import read_query
from app.pages.worker_common import OWN, me, page
from app.registry import route
from app.session import current_session
from dispatch.worker_record import coming_visits, done_visits, visits_named
from money.payslip import Payslip, payslip
from workers.workers import get_worker

bp = Blueprint("worker_money", __name__)
_PAID_DAYS: Final = timedelta(days=60)


class ViewSchema(Schema):
    """Which view."""

    view = fields.String(load_default="week", validate=validate.OneOf(["today", "week", "paid"]))


class WeekOfSchema(Schema):
    """A day of the week whose payslip is wanted."""

    week = fields.Date(load_default=None, allow_none=True)


@route(bp, "/worker/money", policy=OWN)
def money() -> Any:
    """Show one of the three views."""
    view = read_query(ViewSchema)["view"]
    return {"today": _today, "week": _week, "paid": _paid}[view]()


def _today() -> str:
    """What was worked today, whether booked or on its way."""
    now = current_now()
    begin = _midnight(local(now).date())
    done = done_visits(current_session(), me(), begin, begin + timedelta(days=1))
    return page("money_today", view="today", done=done, total=sum(one.worker_fen for one in done))


def _week() -> str:
    """What was booked this week, with its proof, and what is on its way."""
    now = current_now()
    begin = _monday(local(now).date())
    slip, names = _slip(begin, begin + timedelta(days=7))
    coming = coming_visits(current_session(), me(), now)
    return page(
        "money_week", view="week", slip=slip, names=names, days=_by_day(slip), coming=coming,
        coming_fen=sum(one.worker_fen - one.held_fen for one in coming), held_fen=sum(one.held_fen for one in coming),
    )  # fmt: skip


def _paid() -> str:
    """What has reached one's hand, and what is still owed."""
    now = current_now()
    slip, names = _slip(now - _PAID_DAYS, now)
    lines = [line for line in reversed(slip.lines) if line.received]
    return page("money_paid", view="paid", slip=slip, names=names, lines=lines)


@route(bp, "/worker/money/payslip", policy=OWN)
def print_payslip() -> Any:
    """Show one week's payslip as a sheet to print."""
    wanted = read_query(WeekOfSchema)["week"] or local(current_now()).date()
    begin = _monday(wanted)
    slip, names = _slip(begin, begin + timedelta(days=7))
    worker = get_worker(current_session(), me(), me().person)
    last = (local(begin) + timedelta(days=6)).date()
    return page(
        "payslip", slip=slip, names=names, worker=worker, first=local(begin).date(), last=last,
        before=last - timedelta(days=13), after=last + timedelta(days=1),
    )  # fmt: skip


def _slip(since: datetime, until: datetime) -> tuple[Payslip, Any]:
    get_worker(current_session(), me(), me().person)
    slip = payslip(current_session(), me().person, since, until)
    codes = {line.about for line in slip.lines if line.about.startswith("V-")}
    return slip, visits_named(current_session(), me(), codes)


def _by_day(slip: Payslip) -> list[tuple[datetime, int, list[Any]]]:
    """The week's earnings, latest day first, with the day's sum."""
    lines = [line for line in reversed(slip.lines) if not line.received]
    days = [list(rows) for _day, rows in groupby(lines, key=lambda line: local(line.at).date())]
    return [(rows[0].at, sum(row.fen for row in rows), rows) for rows in days]


def _monday(day: date) -> datetime:
    return _midnight(day - timedelta(days=day.weekday()))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(house().settings.zone)).astimezone(UTC)
