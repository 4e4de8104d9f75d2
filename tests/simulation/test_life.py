"""The simulated city: people act in order, take no for an answer, stand still for real people."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

from accounts.models import Account
from app.wiring import wiring
from core.errors import Conflict
from dispatch.models import Assignment, Visit
from geo.cities import load_city
from money.ledger import global_sum
from simulation.acts import Act
from simulation.customers import wishes
from simulation.day import Life
from simulation.history import begin, live_through
from simulation.world import World

SEED = 5
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
FOUNDED = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


def world_on(url: str) -> Iterator[World]:
    wired, engine = wiring(), create_engine(url, pool_size=4)
    yield World(sessionmaker(engine), SEED, "Asia/Shanghai", wired.handlers, wired.timers, wired.ticks)
    engine.dispose()


@pytest.fixture
def world(fresh_database: str) -> Iterator[World]:
    yield from world_on(fresh_database)


def act(name: str, minutes: int, run: Callable[[str], None], then: Act | None = None) -> Act:
    made = Act((name,), NOON + timedelta(minutes=minutes), "A", lambda _session, _at: run(name))
    return made.followed(lambda _session: then) if then else made


def play(life: Life, acts: list[Act], until: datetime = NOON + timedelta(hours=1)) -> int:
    return life._play([(one.due, number, one) for number, one in enumerate(acts)], until)


def test_acts_are_done_in_the_order_of_their_instants_whoever_begins(world):
    done: list[str] = []
    arrive = act("arrive", 20, done.append)
    acts = [act("answer", 10, done.append), act("set out", 5, done.append, arrive), act("late", 90, done.append)]
    assert play(Life(world), acts) == 3
    assert done == ["set out", "answer", "arrive"]


def test_what_the_house_refused_is_not_tried_again_and_nothing_follows_from_it(world):
    tried: list[str] = []

    def refuse(name: str) -> None:
        tried.append(name)
        raise Conflict("no", "No.")

    life = Life(world)
    acts = [act("insist", 5, refuse, act("never", 6, tried.append))]
    assert play(life, acts) == 1
    assert play(life, acts) == 0
    assert tried == ["insist"]


def test_a_lived_day_leaves_work_done_and_a_ledger_that_adds_up(world):
    begin(world, load_city("wuhan"), FOUNDED, 4)
    live_through(world, date(2026, 11, 20), EVENING, 0, lambda _day, _share: None)
    with world.factory() as session:
        states = set(session.scalars(select(Visit.state)))
        assert {"settled", "confirmed", "work_done", "assigned"} & states
        assert global_sum(session) == 0


def test_the_same_seed_wishes_for_the_same_and_another_for_something_else(world):
    day = (EVENING - timedelta(days=1), EVENING)
    assert wishes(world, *day) == wishes(world, *day) != wishes(replace(world, seed=SEED + 1), *day)


def test_nobody_acts_for_whom_a_real_person_has_taken_over(world):
    begin(world, load_city("wuhan"), FOUNDED, 4)
    with world.factory() as session:
        everybody = frozenset(session.scalars(select(Account.code)))
    Life(world).live(NOON - timedelta(hours=3), NOON)
    world.beat(NOON)
    Life(replace(world, taken=lambda: everybody)).live(NOON, NOON + timedelta(minutes=1))
    assert promised(world) == 0
    Life(world).live(NOON + timedelta(minutes=1), NOON + timedelta(hours=3))
    assert promised(world) > 0


def promised(world: World) -> int:
    with world.factory() as session:
        return session.scalar(select(func.count()).select_from(Assignment)) or 0
