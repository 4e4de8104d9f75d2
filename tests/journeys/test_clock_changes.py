"""Both clock changes of a year in a zone that has them: no visit lost or doubled, what is daily happens once a day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.wiring import in_zone, wiring
from core.ticks import TickRun
from dispatch.models import Assignment, Job, Visit
from dispatch.waking import local_instant
from tests.journeys.town import Town

BERLIN = ZoneInfo("Europe/Berlin")
STEP = timedelta(hours=1)
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def at(day: date, minute: int) -> datetime:
    return local_instant(day, minute, "Europe/Berlin")


@pytest.mark.parametrize(("change", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_no_visit_is_lost_or_doubled(town: Town, change: date, hours: int) -> None:
    assert at(change, 1440) - at(change, 0) == timedelta(hours=hours)
    town.move_to("Europe/Berlin")
    customers = [town.customer(name) for name in ("Ada", "Eva")]
    town.worker("周桂香")
    town.worker("陈玉珍", at="liuan-2")
    days = [change + timedelta(days=n) for n in (-1, 0, 1)]
    asked = at(days[0], -10 * 60)
    starts = {
        town.request(customer, at(day, minute), asked): at(day, minute)
        for day in days
        for customer, minute in zip(customers, (8 * 60 + 15, 15 * 60), strict=True)
    }
    now, until = asked, at(days[-1], 24 * 60)
    ends: dict[str, datetime] = {}
    while now <= until:
        town.beat(now)
        for visit, start in starts.items():
            if town.asked(visit):
                town.take(visit, now)
            if start <= now and visit not in ends:
                ends[visit] = town.do(visit, town.workers[_worker(town, visit)])
        now += STEP
    town.beat(now + timedelta(days=3))

    assert len(town.rows(select(Visit))) == len(town.rows(select(Job))) == len(starts)
    for visit, start in starts.items():
        told = town.visit(visit)
        assert told.starts_at == start
        assert told.occurrence == start.astimezone(BERLIN).date()
        assert told.state in {"completed", "settled"}
    assert set(town.rows(select(Assignment.status))) == {"finished"}
    assert town.rows(select(func.count()).select_from(Assignment)) == [len(starts)]
    lengths = [span.upper - span.lower for span in town.rows(select(Assignment.during))]
    assert set(lengths) == {timedelta(minutes=120)}


def _worker(town: Town, visit: str) -> str:
    worker = town.visit(visit).worker
    assert worker is not None
    return worker.code


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_what_is_daily_runs_once_a_day(town: Town, change: date) -> None:
    town.move_to("Europe/Berlin")
    daily = {tick.name for tick in in_zone(wiring(), "Europe/Berlin").ticks if tick.period is None}
    assert len(daily) > 3
    now, until = at(change, -60), at(change + timedelta(days=1), 24 * 60)
    while now < until:
        town.beat(now)
        now += timedelta(minutes=45)
    ran = Counter(town.rows(select(TickRun.name + " " + TickRun.tick).where(TickRun.name.in_(daily))))
    quiet = {"round_evening"}  # looks only while somebody waits
    for name in daily - quiet:
        for day in (change, change + timedelta(days=1)):
            assert ran[f"{name} {day.isoformat()}"] == 1, name
    instants = town.rows(select(TickRun.at).where(TickRun.name == "rating_verify", TickRun.tick == change.isoformat()))
    assert [one.astimezone(UTC) >= at(change, 0) for one in instants] == [True]
