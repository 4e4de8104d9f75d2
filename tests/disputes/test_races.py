"""Two at once, on a real database: refunds never exceed what was paid, both sides' ratings are never overlooked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from core.db import in_transaction
from core.errors import Conflict, InvalidInput
from disputes.disputes import decide_dispute, open_dispute
from disputes.schemas import DecisionInput, OpenInput
from money import accounts as acc
from money.invariants import broken_rules
from money.ledger import owed
from ratings.invitations import invite, rate_visit
from ratings.models import Rating
from ratings.schemas import RatingInput
from tests import factories as make
from tests.worked import after, score_of, worked_visit


@pytest.fixture
def factory(fresh_database):
    engine = create_engine(fresh_database, pool_size=12)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def test_parallel_refunds_never_exceed_the_sum_paid(factory):
    def world(session: Session):
        make.make_house(session)
        ada, ben, shen = make.make_customer(session), make.make_worker(session), make.make_ops(session)
        visit = worked_visit(session, ada, ben)
        now = after(visit, hours=2)
        codes = [
            open_dispute(session, ada, OpenInput(visit.code, topic, "x"), now).code
            for topic in ("quality", "hours", "damage", "unsafe")
        ]
        return ada, shen, codes, after(visit, hours=3)

    ada, shen, codes, now = in_transaction(factory, world)

    def decide(code: str) -> str:
        given = DecisionInput("part_refund", "race", 9000, "counts")
        try:
            in_transaction(factory, lambda session: decide_dispute(session, shen, code, given, now))
        except (Conflict, InvalidInput) as refusal:
            return refusal.code
        return "paid"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(decide, codes * 4))
    assert results.count("paid") == 1
    with factory() as session:
        assert owed(session, acc.CREDIT_CUSTOMER, ada.code) == 9000
        assert broken_rules(session) == []


def test_both_sides_at_once_are_revealed_at_once_and_counted_once(factory):
    def world(session: Session):
        make.make_house(session)
        ben = make.make_worker(session)
        pairs = []
        for day in range(6):
            ada = make.make_customer(session)
            visit = worked_visit(session, ada, ben, make.TUESDAY_NINE + timedelta(days=day))
            invite(session, visit.code, after(visit))
            pairs += [(ada, visit.code), (make.as_worker(ben), visit.code)]
        return ben, pairs, after(visit, hours=1)

    ben, pairs, now = in_transaction(factory, world)

    def rate(one) -> None:
        actor, code = one
        in_transaction(factory, lambda session: rate_visit(session, actor, RatingInput(code, 5), now))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(rate, pairs))
    with factory() as session:
        assert {one.state for one in session.scalars(select(Rating))} == {"revealed"}
        assert score_of(session, ben).ratings == 6


def test_the_same_rating_sent_twice_is_one(factory):
    def world(session: Session):
        make.make_house(session)
        ada = make.make_customer(session)
        visit = worked_visit(session, ada, make.make_worker(session))
        invite(session, visit.code, after(visit))
        return ada, visit.code, after(visit, hours=1)

    ada, code, now = in_transaction(factory, world)

    def rate(stars: int) -> str:
        try:
            in_transaction(factory, lambda session: rate_visit(session, ada, RatingInput(code, stars), now))
        except Conflict:
            return "conflict"
        return "taken"

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(rate, [4, 5] * 4))
    assert (results.count("taken"), results.count("conflict")) == (1, 7)


def test_a_case_and_a_rating_at_once_do_not_lock_each_other_out(factory):
    def world(session: Session):
        make.make_house(session)
        ben = make.make_worker(session)
        jobs = []
        for day in range(6):
            ada = make.make_customer(session)
            visit = worked_visit(session, ada, ben, make.TUESDAY_NINE + timedelta(days=day))
            invite(session, visit.code, after(visit))
            rate_visit(session, make.as_worker(ben), RatingInput(visit.code, 5), after(visit))
            now = after(visit, hours=2)
            jobs.append(
                lambda session, who=ada, code=visit.code, now=now: rate_visit(session, who, RatingInput(code, 5), now)
            )
            jobs.append(
                lambda session, who=ada, code=visit.code, now=now: open_dispute(
                    session, who, OpenInput(code, "quality", "x"), now
                )
            )
        return jobs

    jobs = in_transaction(factory, world)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda job: in_transaction(factory, job), jobs))
    with factory() as session:
        ratings = session.scalars(select(Rating).where(Rating.side == "customer")).all()
        assert len(ratings) == 6
        assert all(one.sealed_by for one in ratings)
