"""A round on a real database, on its own connections: claimed once, offers made, reasons kept, replayable."""

import json
import zlib
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

import matching
from dispatch.models import Offer, Round, Visit
from dispatch.offers import decline_offer
from dispatch.rounds import LATER, NEAR, run_round
from matching.jsonio import problem_from_json, roster_to_json
from tests import factories as make


@pytest.fixture
def factory(fresh_database):
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def world(factory):
    with factory.begin() as session:
        make.make_house(session)
        workers = [make.make_worker(session, name).code for name in ("周桂香", "陈玉珍", "王春梅")]
        visits = [make.make_visit(session, start=make.TUESDAY_NINE + timedelta(hours=n)).code for n in (0, 1, 3)]
    return workers, visits


def test_a_round_offers_every_visit_somebody_can_do(factory, world):
    run_round(factory, NEAR, "1", make.MONDAY_NOON)
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Offer)) == 3
        assert set(session.scalars(select(Visit.state))) == {"offering"}
        row = session.scalars(select(Round)).one()
        assert (row.state, row.offered, row.visits) == ("done", 3, 3)
        assert row.objective <= row.bound


def test_the_same_tick_runs_once(factory, world):
    assert run_round(factory, NEAR, "1", make.MONDAY_NOON)
    assert run_round(factory, NEAR, "1", make.MONDAY_NOON) is None


def test_a_round_without_open_visits_leaves_nothing(factory, world):
    assert run_round(factory, LATER, "1", make.MONDAY_NOON) is None


def test_who_declined_is_never_asked_again_and_an_open_visit_says_why(factory, world):
    for tick in range(6):
        run_round(factory, NEAR, str(tick), make.MONDAY_NOON)
        with factory.begin() as session:
            for offer in session.scalars(select(Offer).where(Offer.state == "live")).all():
                decline_offer(session, make.as_worker(offer.worker), offer.code, "time", make.MONDAY_NOON)
    with factory() as session:
        pairs = session.execute(select(Offer.visit_id, Offer.worker_id)).all()
        assert len(pairs) == len(set(pairs)) == 9
        for visit in session.scalars(select(Visit)):
            assert visit.open_reasons == [{"code": "already_declined", "count": 3}]


def test_a_stored_round_can_be_replayed(factory, world):
    run_round(factory, NEAR, "1", make.MONDAY_NOON, seed=7)
    with factory() as session:
        row = session.scalars(select(Round)).one()
        problem = problem_from_json(zlib.decompress(row.problem).decode())
        again = matching.solve(problem, matching.Limits(effort=1.0), row.seed, mode="round")
        assert again.digest == row.digest
        assert json.loads(roster_to_json(again)) == row.roster
