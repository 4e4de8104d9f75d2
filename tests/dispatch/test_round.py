"""A round on a real database, on its own connections: claimed once, offers made, reasons kept, replayable."""

import json
import os
import signal
import zlib
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

import matching
from dispatch import solver
from dispatch.models import Offer, Round, Visit
from dispatch.offers import decline_offer
from dispatch.rounds import LATER, NEAR, run_round
from dispatch.solver import Solved, solve_apart
from matching.jsonio import problem_from_json, roster_to_json
from tests import factories as make


@pytest.fixture
def factory(fresh_database):
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()
    solver.close_all()


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


def test_a_round_whose_child_is_killed_goes_on_with_the_quick_plan(factory, world):
    deadly = partial(solve_apart, watch=lambda pid: os.kill(pid, signal.SIGKILL))
    run_round(factory, NEAR, "1", make.MONDAY_NOON, solve=deadly)
    with factory() as session:
        row = session.scalars(select(Round)).one()
        assert (row.state, row.fate, row.roster["engine"], row.offered) == ("done", "killed", "greedy", 3)


def test_a_round_without_any_roster_leaves_its_visits_to_the_next(factory, world):
    run_round(factory, NEAR, "1", make.MONDAY_NOON, solve=lambda _question: Solved(None, fate="out_of_memory"))
    with factory() as session:
        row = session.scalars(select(Round)).one()
        assert (row.state, row.fate, row.finished_at, row.roster) == ("failed", "out_of_memory", None, {})
        assert set(session.scalars(select(Visit.state))) == {"open"}
    run_round(factory, NEAR, "2", make.MONDAY_NOON)
    with factory() as session:
        assert set(session.scalars(select(Visit.state))) == {"offering"}
