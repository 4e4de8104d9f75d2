"""The weekly tick goes by the house's own Monday, whatever its zone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

from app.wiring import in_zone, wiring
from core.db import SessionFactory
from core.ticks import Tick, TickRun
from notices.models import Notice
from ratings import reactions

SUNDAY_EVENING = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)  # Monday morning in Auckland, Sunday in Lisbon


@pytest.fixture
def factory(fresh_database: str) -> Iterator[SessionFactory]:
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()


def weekly_in(zone: str) -> Tick:
    return next(tick for tick in in_zone(wiring(), zone).ticks if tick.name == "weekly_tiers")


@pytest.mark.parametrize(
    ("zone", "key", "done"), [("Pacific/Auckland", "2026-03-09", 1), ("Europe/Lisbon", "2026-03-08", 0)]
)
def test_the_week_turns_where_the_house_is(factory: SessionFactory, zone: str, key: str, done: int) -> None:
    ran: list[datetime] = []
    tick = weekly_in(zone)
    assert tick.key(SUNDAY_EVENING) == key
    run = reactions._once("weekly_tiers", lambda _session, now: ran.append(now), weekday=reactions.MONDAY)
    run(factory, tick.key(SUNDAY_EVENING), SUNDAY_EVENING)
    run(factory, tick.key(SUNDAY_EVENING), SUNDAY_EVENING)  # another clock
    assert len(ran) == done
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(TickRun)) == 1  # claimed every day, so never "late"


def test_the_real_weekly_tick_runs_in_an_empty_house(factory: SessionFactory) -> None:
    tick = weekly_in("Pacific/Auckland")
    tick.run(factory, tick.key(SUNDAY_EVENING + timedelta(days=7)), SUNDAY_EVENING)
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0
