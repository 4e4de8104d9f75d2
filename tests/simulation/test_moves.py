"""Moves in the simulated city: the desk asks, everybody answers, and what all agree to is carried out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts.accounts import create_account, grant_role
from core.actors import SYSTEM
from dispatch import solver
from dispatch.day_plans import solve_wanted
from dispatch.models import MoveAnswer, PlanMove, Visit
from dispatch.plan_wishes import want_replan
from simulation.day import Life
from simulation.founding import STAFF
from simulation.people import phone
from simulation.world import MoveManner, World
from tests import factories as make
from tests.simulation.test_life import world_on

NOON = make.MONDAY_NOON
YES = MoveManner(left=0.0, declined=0.0, silent=0.0, agrees=1.0)


@pytest.fixture
def world(fresh_database: str) -> Iterator[World]:
    for made in world_on(fresh_database):
        yield replace(made, demand_per_day=0)
    solver.close_all()


@pytest.fixture
def proposed(world: World) -> str:
    """Who alone can iron is promised to a home that anybody could do at that hour; a re-plan proposes the exchange."""
    with world.factory.begin() as session:
        make.make_house(session)
        for post in STAFF:
            account = create_account(session, phone("staff", post.number), post.name, "zh", NOON)
            grant_role(session, account, post.role, "", NOON, SYSTEM)
        near = make.make_worker(session, "周桂香")
        make.make_worker(session, "陈玉珍", skills=("cleaning",))
        ironing = make.make_visit(session, start=make.TUESDAY_NINE + timedelta(hours=2), service="ironing")
        plain = make.make_visit(session, start=make.TUESDAY_NINE + timedelta(hours=1))
        make.assign(session, plain, near)
        want_replan(session, plain.zone, make.TUESDAY_NINE, {"kind": "given_back", "about": ironing.code}, NOON)
        code = plain.code
    solve_wanted(world.factory, NOON)
    return code


def outcome(world: World, code: str) -> tuple[str, str, list[str]]:
    """The move's state, who comes now, and what was said."""
    with world.factory() as session:
        visit = session.scalars(select(Visit).where(Visit.code == code)).one()
        state = session.scalars(select(PlanMove.state).where(PlanMove.visit_id == visit.id)).one()
        said = session.scalars(select(MoveAnswer.answer).order_by(MoveAnswer.side))
        return state, visit.worker.name if visit.worker else "", list(said)


def live(world: World) -> None:
    Life(world).live(NOON, NOON + timedelta(minutes=55))


def test_who_agrees_is_moved(world: World, proposed: str) -> None:
    live(replace(world, moves=YES))
    assert outcome(world, proposed) == ("done", "陈玉珍", ["yes", "yes", "yes"])


def test_one_no_leaves_everything_as_promised(world: World, proposed: str) -> None:
    live(replace(world, moves=replace(YES, agrees=0.0)))
    state, worker, said = outcome(world, proposed)
    assert (state, worker) == ("refused", "周桂香")
    assert sorted(said) == ["", "", "no"]


def test_a_proposal_left_to_a_person_stays_one(world: World, proposed: str) -> None:
    live(replace(world, moves=replace(YES, left=1.0)))
    assert outcome(world, proposed) == ("proposed", "周桂香", [])


def test_a_real_person_is_not_answered_for(world: World, proposed: str) -> None:
    with world.factory() as session:
        customer = session.scalars(select(Visit.customer).where(Visit.code == proposed)).one()
    live(replace(world, moves=YES, taken=lambda: frozenset({customer})))
    state, worker, said = outcome(world, proposed)
    assert (state, worker, sorted(said)) == ("asking", "周桂香", ["", "yes", "yes"])
