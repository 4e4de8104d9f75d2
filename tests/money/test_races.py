"""Two at once on real connections: one entry, one subsidy, refunds within what was paid."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from core.db import SessionFactory
from core.errors import Conflict
from money import accounts as acc
from money import visit_money as verbs
from money.invariants import broken_rules
from money.ledger import balances, owed
from money.visit_money import VisitMoney

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
MANY = 12


@pytest.fixture
def factory(fresh_database: str) -> Iterator[SessionFactory]:
    engine = create_engine(fresh_database, pool_size=MANY)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def at_once(factory: SessionFactory, work: Callable[[Session, int], object]) -> list[str]:
    """Run the work of MANY threads at once; return the codes of their refusals."""
    start, refused = threading.Barrier(MANY), list[str]()

    def run(number: int) -> None:
        start.wait()
        try:
            with factory.begin() as session:
                work(session, number)
        except Conflict as error:
            refused.append(error.code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def money(number: int, subsidy: int = 0) -> VisitMoney:
    return VisitMoney(f"V-{number}", "A-ada", "W-ben", 9500 - subsidy, 9500, subsidy, "cash", "liuan")


def test_one_visit_is_charged_and_settled_once(factory: SessionFactory) -> None:
    def work(session: Session, _: int) -> None:
        verbs.charge(session, money(1), NOW)
        verbs.settle(session, money(1), NOW)
        verbs.kept_cash(session, money(1), NOW)

    assert at_once(factory, work) == []
    with factory() as session:
        assert balances(session, acc.PAYABLE_WORKER) == balances(session, acc.ESCROW_VISIT) == {}
        assert broken_rules(session) == []


def test_a_pool_is_never_spent_twice(factory: SessionFactory) -> None:
    with factory.begin() as session:
        verbs.owner_funds(session, acc.SUBSIDY_POOL, 5500, "pool", NOW, "liuan")
    refused = at_once(factory, lambda session, number: verbs.reserve_subsidy(session, money(number, 1000), NOW))
    assert refused == ["subsidy_pool_empty"] * (MANY - 5)
    with factory() as session:
        assert owed(session, acc.SUBSIDY_POOL, "liuan") == 500
        assert broken_rules(session) == []


def test_parallel_refunds_never_exceed_what_was_paid(factory: SessionFactory) -> None:
    with factory.begin() as session:
        verbs.charge(session, money(1), NOW)

    def work(session: Session, number: int) -> None:
        verbs.refund_from_fund(session, "V-1", "A-ada", 2000, f"D-{number}", NOW)

    refused = at_once(factory, work)
    assert refused == ["refund_above_paid"] * (MANY - 4)
    with factory() as session:
        assert owed(session, acc.CREDIT_CUSTOMER, "A-ada") == 8000
