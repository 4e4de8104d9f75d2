"""Two desks at once: a month is paid once, an identity claimed once, a recruit's fees opened once."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from core.errors import Conflict
from money.accounts import PAYABLE_RECRUITER
from money.ledger import global_sum, owed
from money.models import Payout
from recruiting.milestones import on_worker_activated
from recruiting.models import Milestone
from recruiting.payouts import approve_all, pay
from tests.recruiting.world import World, make_world
from tests.workers.path import NOW, identity, walk
from workers.applications import check_identity
from workers.events import WorkerActivated
from workers.schemas import IdentityCheck

Factory = sessionmaker[Session]


@pytest.fixture
def factory(fresh_database: str) -> Iterator[Factory]:
    engine = create_engine(fresh_database, pool_size=10)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def at_once(factory: Factory, *works: Callable[[Session], object]) -> list[str]:
    """Run each piece of work in a transaction of its own, all at the same moment; "done" or the refusal's code."""
    gate = threading.Barrier(len(works))
    outcomes: list[str] = []

    def run(work: Callable[[Session], object]) -> None:
        gate.wait()
        try:
            with factory.begin() as session:
                work(session)
            outcomes.append("done")
        except Conflict as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def test_a_month_is_paid_once(factory: Factory):
    with factory.begin() as session:
        world = make_world(session)
        world.recruit()
        world.recruit()
        approve_all(session, world.desk.lead, world.rita.code, "month", NOW)
    outcomes = at_once(factory, *[lambda s: pay(s, world.finance, world.rita.code, "month", NOW) for _ in range(6)])
    assert outcomes == ["done"] + ["nothing_approved"] * 5
    with factory() as session:
        assert session.scalars(select(Payout.fen)).all() == [4000]
        assert owed(session, PAYABLE_RECRUITER, world.rita.code) == 0
        assert global_sum(session) == 0


def test_an_acceptance_heard_by_several_clocks_opens_its_sums_once(factory: Factory):
    with factory.begin() as session:
        world = make_world(session)
        worker = walk(session, world.applicant(), "active", world.desk)
        code = worker.code
    event = WorkerActivated(code, world.rita.code)
    outcomes = at_once(factory, *[lambda s: on_worker_activated(s, event, NOW) for _ in range(6)])
    assert outcomes == ["done"] * 6
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Milestone)) == 1
        assert owed(session, PAYABLE_RECRUITER, world.rita.code) == 2000


def check(world: World, code: str, seen: IdentityCheck, session: Session) -> None:
    check_identity(session, world.desk.agent, code, seen, NOW)


def test_one_identity_is_claimed_once(factory: Factory):
    with factory.begin() as session:
        world = make_world(session)
        people = [walk(session, world.applicant(), "documents", world.desk) for _ in range(4)]
        same = identity(people[0])
    claims = [partial(check, world, worker.code, same) for worker in people]
    outcomes = at_once(factory, *claims)
    assert outcomes == ["done"] + ["identity_taken"] * 3
