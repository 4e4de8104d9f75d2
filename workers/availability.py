"""When somebody works: a weekly pattern in local time, the "free now" switch, quiet hours, start and end place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor
from core.audit import Change, audit
from core.errors import InvalidInput
from core.policies import read_policy
from geo.points import Datum, GeoError, parse_point
from workers.models import Shift, Worker
from workers.policy import AvailabilityPolicy
from workers.workers import get_worker
from workers.zones import clocks_of, local_minute, today_of

if TYPE_CHECKING:
    from workers.hours import DayEnds, QuietHours, ShiftRow, WorkLimits

Span = tuple[datetime, datetime]


def set_shifts(
    session: Session, actor: Actor, worker_code: str, rows: Sequence[ShiftRow], now: datetime
) -> list[Shift]:
    """Replace the weekly pattern from today on; rows that overlap or leave the day are refused, past days stay."""
    worker = _locked(session, actor, worker_code)
    _check_rows(rows, read_policy(session, AvailabilityPolicy, now))
    today = today_of(session, worker, now)
    for old in list(worker.shifts):
        if old.valid_from >= today:
            worker.shifts.remove(old)
            session.delete(old)
        elif old.valid_until is None or old.valid_until >= today:
            old.valid_until = today - timedelta(days=1)
    made = [
        Shift(weekday=row.weekday, starts=row.starts, ends=row.ends, valid_from=today, valid_until=None)
        for row in sorted(rows, key=lambda row: (row.weekday, row.starts))
    ]
    worker.shifts.extend(made)
    _say(session, actor, worker, now, Change(after={"rows": len(made)}))
    return made


def shifts_on(session: Session, worker_ids: Iterable[int], day: date) -> dict[int, list[Span]]:
    """Return each worker's shifts of one local day as instants (UTC), in order; two queries for any number.

    Each worker's day is read on their own zone's clock. On the two days of a clock change a shift keeps its wall
    times, so it may be an hour longer or shorter; what lies wholly in the missing hour is left out.
    """
    ids = list(worker_ids)
    rows = session.execute(
        select(Worker, Shift)
        .join(Shift, Shift.worker_id == Worker.id)
        .where(Worker.id.in_(ids), Shift.weekday == day.weekday(), Shift.valid_from <= day)
        .where(Shift.valid_until.is_(None) | (Shift.valid_until >= day))
        .order_by(Worker.id, Shift.starts)
    ).all()
    clocks = clocks_of(session, {row[0].id: row[0] for row in rows}.values())
    found: dict[int, list[Span]] = {worker_id: [] for worker_id in ids}
    for worker, shift in rows:
        clock = clocks[worker.id]
        span = (local_minute(day, shift.starts, clock), local_minute(day, shift.ends, clock, later=True))
        if span[0] < span[1]:
            found[worker.id].append(span)
    return found


def shifts_between(session: Session, worker_ids: Iterable[int], days: Sequence[date]) -> Mapping[int, list[Span]]:
    """Return the shifts of several local days, joined per worker in order."""
    ids = list(worker_ids)
    found: dict[int, list[Span]] = {worker_id: [] for worker_id in ids}
    for day in sorted(days):
        for worker_id, spans in shifts_on(session, ids, day).items():
            found[worker_id].extend(spans)
    return found


def set_free_now(session: Session, actor: Actor, worker_code: str, until: datetime | None, now: datetime) -> Worker:
    """Say "free now" until an instant of the near future, or switch it off with None."""
    worker = _locked(session, actor, worker_code)
    if until is not None:
        longest = timedelta(hours=read_policy(session, AvailabilityPolicy, now).free_now_hours)
        if not now < until <= now + longest:
            raise InvalidInput({"until": ["range"]})
    worker.free_now_until = until
    worker.silent_offers = 0
    _say(session, actor, worker, now, Change(after={"free_now_until": until.isoformat() if until else None}))
    return worker


def set_quiet_hours(session: Session, actor: Actor, worker_code: str, quiet: QuietHours, now: datetime) -> Worker:
    """Set the local minutes between which no offer's clock runs; equal ends mean none."""
    worker = _locked(session, actor, worker_code)
    before = {"from": worker.quiet_from, "until": worker.quiet_until}
    worker.quiet_from, worker.quiet_until = quiet.starts, quiet.ends
    _say(session, actor, worker, now, Change(before=before, after={"from": quiet.starts, "until": quiet.ends}))
    return worker


def set_day_ends(session: Session, actor: Actor, worker_code: str, ends: DayEnds, now: datetime) -> Worker:
    """Set where the day starts and, if it is somewhere else, where it ends. Points are kept as WGS-84."""
    worker = _locked(session, actor, worker_code)
    try:
        home = parse_point(ends.home_lat, ends.home_lon, Datum(ends.datum))
        end = None if ends.end_lat is None else parse_point(ends.end_lat, ends.end_lon, Datum(ends.datum))
    except GeoError as error:
        raise InvalidInput({"home_lat": [error.code]}) from error
    worker.home_lat, worker.home_lon = home.lat, home.lon
    worker.end_lat, worker.end_lon = (None, None) if end is None else (end.lat, end.lon)
    _say(session, actor, worker, now, Change())
    return worker


def set_work_limits(session: Session, actor: Actor, worker_code: str, limits: WorkLimits, now: datetime) -> Worker:
    """Set how far, how and how much somebody wants to work; never more minutes than the law's limits in policy."""
    worker = _locked(session, actor, worker_code)
    policy = read_policy(session, AvailabilityPolicy, now)
    wrong = {}
    if limits.daily_minutes > policy.daily_minutes_at_most:
        wrong["daily_minutes"] = ["range"]
    if limits.weekly_minutes > policy.weekly_minutes_at_most:
        wrong["weekly_minutes"] = ["range"]
    if wrong:
        raise InvalidInput(wrong)
    worker.travel_mode, worker.radius_m = limits.travel_mode, limits.radius_m
    worker.daily_minutes, worker.weekly_minutes = limits.daily_minutes, limits.weekly_minutes
    _say(session, actor, worker, now, Change(after={"radius_m": limits.radius_m, "mode": limits.travel_mode}))
    return worker


def _locked(session: Session, actor: Actor, worker_code: str) -> Worker:
    worker = get_worker(session, actor, worker_code)
    session.execute(select(Worker.id).where(Worker.id == worker.id).with_for_update(key_share=True))
    session.refresh(worker)
    return worker


def _say(session: Session, actor: Actor, worker: Worker, now: datetime, change: Change) -> None:
    """Count the change (the matcher sees a new version) and audit staff who act for somebody."""
    worker.version += 1
    if actor.is_staff:
        audit(session, actor, "worker_hours_set", worker.code, now, change)
    session.flush()


def _check_rows(rows: Sequence[ShiftRow], policy: AvailabilityPolicy) -> None:
    if len(rows) > policy.rows_at_most:
        raise InvalidInput({"rows": ["length"]})
    wrong: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        if not (0 <= row.weekday <= 6 and 0 <= row.starts < row.ends <= 1440):
            wrong[f"rows.{index}"] = ["range"]
        elif row.starts % policy.grid_minutes or row.ends % policy.grid_minutes:
            wrong[f"rows.{index}"] = ["off_grid"]
        elif any(_overlap(row, other) for other in rows[:index]):
            wrong[f"rows.{index}"] = ["overlaps"]
    if wrong:
        raise InvalidInput(wrong)


def _overlap(a: ShiftRow, b: ShiftRow) -> bool:
    return a.weekday == b.weekday and a.starts < b.ends and b.starts < a.ends
