"""A worker's local time: the zone they work in says which clock is on the wall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from places.models import Zone
from workers.models import Worker

DEFAULT = "Asia/Shanghai"


def clocks_of(session: Session, workers: Iterable[Worker]) -> Mapping[int, ZoneInfo]:
    """Return each worker's clock by worker id (one query, whatever their number)."""
    people = list(workers)
    slugs = {slug for worker in people for slug in worker.zones[:1]}
    rows = session.execute(select(Zone.slug, Zone.time_zone).where(Zone.slug.in_(slugs))) if slugs else ()
    names: dict[str, str] = {row[0]: row[1] for row in rows}
    return {worker.id: ZoneInfo(names.get(next(iter(worker.zones), ""), DEFAULT)) for worker in people}


def clock_of(session: Session, worker: Worker) -> ZoneInfo:
    """Return the clock on the worker's wall."""
    return clocks_of(session, [worker])[worker.id]


def today_of(session: Session, worker: Worker, now: datetime) -> date:
    """Return the worker's local date."""
    return now.astimezone(clock_of(session, worker)).date()


def local_midnight(session: Session, worker: Worker, day: date) -> datetime:
    """Return the instant at which a local day of the worker begins."""
    return local_minute(day, 0, clock_of(session, worker))


def local_minute(day: date, minute: int, clock: ZoneInfo, *, later: bool = False) -> datetime:
    """Return the instant of a wall-clock minute of a local day; minute 1440 is the next midnight.

    A minute the spring change leaves out becomes the first one after the gap. One the autumn change shows twice is
    its first showing, or its second with ``later``.
    """
    extra, rest = divmod(minute, 1440)
    wall = datetime.combine(day + timedelta(days=extra), time(rest // 60, rest % 60, fold=int(later)), clock)
    before, after = (wall.replace(fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    if before < after:  # in the gap: fold 0 reads the old offset, and lands as far behind the gap as we are inside it
        return _end_of_gap(wall.replace(fold=0), before, after)
    return wall.astimezone(ZoneInfo("UTC"))


def _end_of_gap(wall: datetime, before: timedelta, after: timedelta) -> datetime:
    """Return the instant of the change itself: the first whole minute whose offset is the new one."""
    utc = ZoneInfo("UTC")
    low = (wall - after).replace(tzinfo=utc)
    high = (wall - before).replace(tzinfo=utc)
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        if (middle.astimezone(wall.tzinfo).utcoffset() or timedelta(0)) >= after:
            high = middle
        else:
            low = middle
    return high
