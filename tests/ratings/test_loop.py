"""The rating loop through events and timers, as the clock runs it: confirmed → asked → rated → revealed → published."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from app.wiring import wiring
from core.actors import SYSTEM
from core.db import in_transaction
from core.events import DeliveryRow, deliver_pending
from core.timers import Timer, fire_due
from dispatch.finishing import confirm_visit, finish_work, tick_item
from dispatch.schemas import ArrivalProof, Happened
from dispatch.trip import arrive, start_trip, start_work
from dispatch.visits import find_visit
from notices.models import Notice, StaffTask
from ratings import reactions
from ratings.invitations import rate_visit
from ratings.models import Rating
from ratings.schemas import RatingInput
from ratings.scores import differs
from tests import factories as make
from tests.ratings.test_scores import give
from tests.worked import after, score_of, worked_visit
from workers.standing import standing_of


@pytest.fixture
def factory(fresh_database):
    engine = create_engine(fresh_database)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def work(session: Session, ada, ben):
    """A visit from the request to the last tick of the checklist, by the verbs."""
    visit = make.make_visit(session, ada)
    make.assign(session, visit, ben)
    me, note = make.as_worker(ben), Happened()
    start_trip(session, me, visit.code, note, make.TUESDAY_NINE - timedelta(minutes=30))
    arrive(session, me, visit.code, ArrivalProof(code=visit.start_code), make.TUESDAY_NINE)
    start_work(session, me, visit.code, visit.start_code, note, make.TUESDAY_NINE)
    end = make.TUESDAY_NINE + timedelta(minutes=118)
    for one in visit.checklist:
        tick_item(session, me, visit.code, one["code"], "done", end)
    return finish_work(session, me, visit.code, note, end)


def beat(factory, now) -> None:
    """One beat of the clock: facts, then timers, as long as something happens."""
    while deliver_pending(factory, wiring().handlers, now) + fire_due(factory, wiring().timers, now):
        pass


def test_the_whole_loop(factory):
    def world(session: Session):
        make.make_house(session)
        ada, ben = make.make_customer(session), make.make_worker(session)
        return ada, ben, work(session, ada, ben)

    ada, ben, visit = in_transaction(factory, world)
    confirmed = after(visit, minutes=10)
    in_transaction(factory, lambda session: confirm_visit(session, ada, visit.code, confirmed))
    beat(factory, confirmed)
    rated = after(visit, hours=3)
    in_transaction(
        factory, lambda session: rate_visit(session, ada, RatingInput(visit.code, 5, {"punctual": 3}), rated)
    )
    for days in (1, 3, 6):
        beat(factory, after(visit, days=days))
        with factory() as session:
            assert standing_of(session, ben.code).weight == 20.0
    beat(factory, confirmed + timedelta(days=7))
    with factory() as session:
        row = score_of(session, ben)
        assert (row.ratings, row.t_last) == (1, confirmed + timedelta(days=7))
        assert standing_of(session, ben.code).score == row.score > 0.875
        assert find_visit(session, visit.code).review == "revealed"
        assert session.scalars(select(Rating.state)).all() == ["revealed"]
        assert session.scalars(select(DeliveryRow).where(DeliveryRow.error != "")).all() == []
        assert session.scalars(select(Timer).where(Timer.error != "")).all() == []
        assert {"rate_worker", "rate_customer"} <= set(session.scalars(select(Notice.kind)))
        assert not differs(session, ben.code)


def test_ticks_run_once_per_key(factory):
    def world(session: Session):
        make.make_house(session)
        return make.make_worker(session)

    in_transaction(factory, world)
    monday = make.MONDAY_NOON
    for tick in reactions.TICKS:
        for _ in range(2):
            tick.run(factory, tick.key(monday) or "today", monday)
    assert SYSTEM.is_system


def test_the_nightly_check_finds_a_score_that_was_tampered_with(session):
    make.make_house(session)
    ben = make.make_worker(session)
    give(session, ben, 5, 0, "A-1")
    reactions.verify_sample(session, make.MONDAY_NOON)
    assert session.scalars(select(StaffTask)).all() == []
    score_of(session, ben).s = 9.0
    session.flush()
    reactions.verify_sample(session, make.MONDAY_NOON)
    assert [one.kind for one in session.scalars(select(StaffTask))] == ["score_differs"]


def test_a_finished_trial_asks_for_confirmation(session):
    make.make_house(session)
    cleo = make.make_worker(session, state="trial")
    reactions.on_worker_moved(session, reactions.WorkerMoved(cleo.code, "start_trial", "trial"), make.MONDAY_NOON)
    for day in range(3):
        visit = worked_visit(session, make.make_customer(session), cleo, make.TUESDAY_NINE + timedelta(days=day))
        reactions.on_work_done(session, reactions.WorkDone(visit.code, cleo.code, visit.customer), after(visit))
    session.refresh(cleo.case)
    assert (cleo.case.trial_visits, cleo.case.trial_on_time) == (3, 3)
    row = score_of(session, cleo)
    reactions.on_score_published(session, reactions.ScorePublished(cleo.code, row.score, row.lower, 0.0), after(visit))
    assert "activate_worker" in [one.kind for one in session.scalars(select(StaffTask))]
