"""The clock: everything once, whatever number of clocks beat."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from accounts.events import AccountCreated
from app.health import examine
from app.scheduler import Beat
from app.wiring import Wiring, merge, round_periods, wiring
from core import events
from core.actors import SYSTEM
from core.clock import Clock, wall
from core.db import SessionFactory, in_transaction
from core.events import DeliveryRow, EventRow
from core.ticks import Tick, TickRun, claim_tick
from core.timers import Timer, set_timer

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture
def factory(fresh_database: str) -> Iterator[SessionFactory]:
    engine = create_engine(fresh_database, pool_size=12)
    yield sessionmaker(engine)
    engine.dispose()


def still(at: datetime = NOW) -> Clock:
    """A clock that hardly moves."""
    return Clock(1e-6, wall(), at)


def on_created(session: Session, event: AccountCreated, now: datetime) -> None:
    set_timer(session, f"greet-{event.account_code}", event.account_code, now)


def on_greet(session: Session, timer: Timer, now: datetime) -> None:
    claim_tick(session, "greeted", timer.about, now)


def count_round(factory: SessionFactory, tick: str, now: datetime) -> None:
    def work(session: Session) -> None:
        if claim_tick(session, "minute", tick, now):
            session.add(EventRow(at=now, kind="AccountCreated", about="A-1", payload={"account_code": "A-1"},
                                 actor_role="system", actor_code="", on_behalf_of="", channel="", reason="",
                                 fanned_out=True))  # fmt: skip

    in_transaction(factory, work)


def made_wiring(broken: bool = False) -> Wiring:
    def fail(_factory: SessionFactory, _tick: str, _now: datetime) -> None:
        raise RuntimeError("broken tick")

    ticks = [Tick("minute", count_round, period=timedelta(minutes=1))]
    return Wiring(
        {AccountCreated: [on_created]}, {f"greet-A-{n}": on_greet for n in range(20)},
        [Tick("broken", fail, period=timedelta(seconds=1)), *ticks] if broken else ticks,
    )  # fmt: skip


def test_four_clocks_do_everything_once(factory: SessionFactory) -> None:
    with factory.begin() as session:
        for n in range(20):
            events.record(session, AccountCreated(f"A-{n}"), by=SYSTEM, at=NOW)
    beats = [Beat(factory, still(), made_wiring()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(lambda beat: beat.all_once(), beats))
    with factory() as session:
        assert session.scalar(select(func.count()).where(TickRun.name == "greeted")) == 20
        assert session.scalar(select(func.count()).where(TickRun.name == "minute")) == 1
        assert session.scalar(select(func.count()).where(EventRow.about == "A-1", EventRow.fanned_out)) == 2
        assert {row.state for row in session.scalars(select(DeliveryRow))} == {"done"}
        assert {row.state for row in session.scalars(select(Timer))} == {"fired"}


def test_next_minute_is_another_round(factory: SessionFactory) -> None:
    for at in (NOW, NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)):
        Beat(factory, still(at), made_wiring()).all_once()
    with factory() as session:
        assert session.scalar(select(func.count()).where(TickRun.name == "minute")) == 2


def test_what_fails_stops_nothing_else(factory: SessionFactory) -> None:
    Beat(factory, still(), made_wiring(broken=True)).all_once()
    with factory() as session:
        assert session.scalar(select(func.count()).where(TickRun.name == "minute")) == 1


@pytest.mark.parametrize(("day", "zone"), [(datetime(2026, 3, 29, tzinfo=UTC), "Europe/Berlin"),
                                           (datetime(2026, 10, 25, tzinfo=UTC), "Europe/Berlin")])  # fmt: skip
def test_daily_ticks_run_once_on_both_clock_changes(factory: SessionFactory, day: datetime, zone: str) -> None:
    ran: list[str] = []

    def daily(own: SessionFactory, tick: str, now: datetime) -> None:
        if in_transaction(own, lambda session: claim_tick(session, "daily", tick, now)):
            ran.append(tick)

    wired = Wiring(ticks=[Tick("daily", daily, at_minute=150, zone=zone)])
    for quarter in range(-8, 4 * 26):
        Beat(factory, still(day + timedelta(minutes=15 * quarter)), wired).all_once()
    with factory() as session:
        keys = session.scalars(select(TickRun.tick).where(TickRun.name == "daily")).all()
    assert keys.count(f"{day:%Y-%m-%d}") == 1
    assert ran.count(f"{day:%Y-%m-%d}") == 1


def test_two_packages_may_not_want_the_same() -> None:
    reactions = SimpleNamespace(TIMERS={"x": on_greet})
    merged = Wiring()
    merge(merged, reactions)
    with pytest.raises(ValueError, match="timer x"):
        merge(merged, reactions)


def test_real_wiring_is_complete() -> None:
    wired = wiring()
    assert wired.timers
    assert set(round_periods()) == {tick.name for tick in wired.ticks}


def test_health_turns_red_when_a_round_is_three_periods_late(factory: SessionFactory) -> None:
    name, period = "app_forget", timedelta(hours=1)
    assert round_periods()[name] == period
    with factory.begin() as session:
        for other in round_periods():  # one that never ran is late by how long this process has lived
            claim_tick(session, other, "1", NOW if other == name else NOW + 3 * period)
        on_time = examine(session, NOW + 3 * period)
        late = examine(session, NOW + 3 * period + timedelta(seconds=1))
    assert on_time.healthy
    assert not late.healthy
    assert [one.name for one in late.rounds if one.late] == [name]


def test_health_tells_what_is_parked(factory: SessionFactory) -> None:
    with factory.begin() as session:
        set_timer(session, "x", "y", NOW)
        session.scalars(select(Timer)).one().state = "parked"
        session.flush()
        assert examine(session, NOW).parked == {"events": 0, "timers": 1, "notices": 0}
