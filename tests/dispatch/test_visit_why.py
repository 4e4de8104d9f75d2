"""Why not me, why not her: from the round that decided, for operations in full, for a worker about themselves alone."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import sessionmaker

from core.errors import NotFound
from dispatch import solver
from dispatch.absences import take_time_off
from dispatch.accepting import accept_offer
from dispatch.blocks import block_pair
from dispatch.models import Offer, Round, Visit
from dispatch.offers import decline_offer
from dispatch.rounds import NEAR, run_round
from dispatch.visit_why import asked_for_me, why_not_me, why_not_worker
from tests import factories as make
from workers.models import Worker

NOON, NINE = make.MONDAY_NOON, make.TUESDAY_NINE


@pytest.fixture
def factory(fresh_database):
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()
    solver.close_all()


@pytest.fixture
def decided(factory):
    """One visit, offered to Zhou, who took it; Chen was on leave, Wang is the one the customer never wants again."""
    with factory.begin() as session:
        make.make_house(session)
        zhou = make.make_worker(session)
        chen, wang = make.make_worker(session, "陈玉珍"), make.make_worker(session, "王春梅")
        ada = make.make_customer(session)
        visit = make.make_visit(session, ada)
        block_pair(session, ada.code, wang.code, "customer", "me", NOON)
        take_time_off(session, make.as_worker(chen), chen.code, (NINE, NINE + timedelta(hours=8)), NOON)
        codes = (visit.code, zhou.code, chen.code, wang.code)
    run_round(factory, NEAR, "1", NOON)
    with factory.begin() as session:
        offer = session.scalars(select(Offer)).one()
        assert offer.worker.code == codes[1]
        accept_offer(session, make.as_worker(offer.worker), offer.code, NOON)
    return codes


def keys(told) -> list[str]:
    return [one.key for one in told]


def worker(session, code: str):
    return make.as_worker(session.scalars(select(Worker).where(Worker.code == code)).one())


def test_the_desk_hears_the_rule_and_what_would_have_to_change(factory, decided):
    visit, zhou, chen, wang = decided
    with factory() as session:
        desk = make.make_ops(session)
        assert keys(why_not_worker(session, desk, visit, chen).told) == ["not.not_on_shift", "change.not_on_shift"]
        assert keys(why_not_worker(session, desk, visit, wang).told) == ["not.blocked_pair", "change.blocked_pair"]
        mine = why_not_worker(session, desk, visit, zhou)
        assert (mine.told, mine.considered, keys(mine.chosen)[0]) == ((), True, "chosen")
        assert not why_not_worker(session, desk, visit, "W-NOBODY").considered
        assert set(mine.workers) == {zhou, chen, wang}


def test_only_the_desk_hears_of_others(factory, decided):
    with factory() as session:
        with pytest.raises(NotFound):
            why_not_worker(session, worker(session, decided[2]), decided[0], decided[1])
        with pytest.raises(NotFound):
            why_not_worker(session, make.make_customer(session), decided[0], decided[1])


def test_a_visit_nobody_looked_at_has_no_answer(factory):
    with factory() as session:
        make.make_house(session)
        make.make_worker(session)
        visit = make.make_visit(session)
        assert why_not_worker(session, make.make_ops(session), visit.code) is None


def test_what_a_replan_would_rather_has_decided_nothing(factory, decided):
    visit, zhou, _chen, _wang = decided
    with factory.begin() as session:
        round_ = session.scalars(select(Round)).one()
        session.add(
            Round(
                code="N-RATHER", name="replan", tick="r", mode="day", state="done", weights={}, started_at=NOON,
                roster={"choices": [{"visit": visit}], "unmatched": []}, problem=round_.problem, finished_at=NOON,
            )
        )  # fmt: skip
        session.execute(update(Offer).values(round_id=None))
    with factory() as session:
        assert why_not_worker(session, make.make_ops(session), visit, zhou).round_code != "N-RATHER"


def test_a_worker_does_not_learn_of_visits_they_do_not_know(factory, decided):
    with factory() as session:
        for code in decided[1:]:
            with pytest.raises(NotFound):
                why_not_me(session, worker(session, code), decided[0])


def prefer(factory, visit: str, code: str) -> None:
    with factory.begin() as session:
        session.scalars(select(Visit).where(Visit.code == visit)).one().job.preferred_worker = code


def test_who_was_named_hears_their_own_reason(factory, decided):
    visit, _zhou, chen, _wang = decided
    prefer(factory, visit, chen)
    with factory() as session:
        assert why_not_me(session, worker(session, chen), visit).code == "not_on_shift"
        assert [one.code for one in asked_for_me(session, worker(session, chen), NOON)] == [visit]


def test_who_is_blocked_hears_nothing_of_it(factory, decided):
    visit, _zhou, _chen, wang = decided
    prefer(factory, visit, wang)
    with factory() as session:
        assert why_not_me(session, worker(session, wang), visit).code == "others"


def test_who_declined_is_told_so(factory):
    with factory.begin() as session:
        make.make_house(session)
        make.make_worker(session)
        make.make_visit(session)
    run_round(factory, NEAR, "1", NOON)
    with factory.begin() as session:
        offer = session.scalars(select(Offer)).one()
        decline_offer(session, make.as_worker(offer.worker), offer.code, "time", NOON)
    run_round(factory, NEAR, "2", NOON)
    with factory() as session:
        who = worker(session, session.scalars(select(Worker.code)).one())
        code = session.scalars(select(Visit.code)).one()
        assert why_not_me(session, who, code).code == "already_declined"
