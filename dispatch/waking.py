"""Waking time: a worker's clock stands still in the quiet hours. Pure functions of instants and zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Quiet:
    """Quiet hours as minutes of the local day; ``start`` 1290 and ``end`` 450 are 21:30 to 07:30."""

    start: int = 1290
    end: int = 450
    zone: str = "Asia/Shanghai"


def local_instant(day: date, minute: int, zone: str) -> datetime:
    """Return the instant of a minute of a local day; minute 1440 is the next midnight."""
    extra, rest = divmod(minute, 1440)
    local = datetime.combine(day + timedelta(days=extra), time(rest // 60, rest % 60), ZoneInfo(zone))
    return local.astimezone(UTC)  # two instants of the same zone would be subtracted by the wall clock


def next_waking(at: datetime, quiet: Quiet) -> datetime:
    """Return ``at``, or the end of the quiet hours it falls in."""
    if quiet.start == quiet.end:
        return at
    local = at.astimezone(ZoneInfo(quiet.zone))
    minute = local.hour * 60 + local.minute
    if quiet.start > quiet.end:
        if minute >= quiet.start:
            return local_instant(local.date() + timedelta(days=1), quiet.end, quiet.zone)
        return local_instant(local.date(), quiet.end, quiet.zone) if minute < quiet.end else at
    return local_instant(local.date(), quiet.end, quiet.zone) if quiet.start <= minute < quiet.end else at


def next_quiet(at: datetime, quiet: Quiet) -> datetime:
    """Return the next beginning of quiet hours after ``at`` (an instant outside of them)."""
    local = at.astimezone(ZoneInfo(quiet.zone))
    today = local_instant(local.date(), quiet.start, quiet.zone)
    return today if today > at else local_instant(local.date() + timedelta(days=1), quiet.start, quiet.zone)


def after_waking(at: datetime, length: timedelta, quiet: Quiet) -> datetime:
    """Return the instant at which ``length`` of waking time has gone by since ``at``."""
    moment, left = next_waking(at, quiet), length
    if quiet.start == quiet.end:
        return at + length
    while True:
        stop = next_quiet(moment, quiet)
        if stop - moment >= left:
            return moment + left
        left -= stop - moment
        moment = next_waking(stop, quiet)


def waking_between(start: datetime, end: datetime, quiet: Quiet) -> timedelta:
    """Return how much waking time lies between two instants."""
    if quiet.start == quiet.end:
        return max(timedelta(0), end - start)
    total, moment = timedelta(0), next_waking(start, quiet)
    while moment < end:
        stop = min(next_quiet(moment, quiet), end)
        total += stop - moment
        moment = next_waking(stop, quiet) if stop < end else end
    return total
