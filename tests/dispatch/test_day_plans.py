"""Day plans on a real database: wished for once, solved apart, kept to be replayed; nothing confirmed moves by itself."""

import json
import os
import signal
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

import matching
from core.errors import NotFound
from core.events import EventRow
from core.policies import PolicyRow
from core.timers import Timer
from dispatch import day_plans, solver
from dispatch.asking import ask_worker, who_could
from dispatch.cancelling import worker_cancels
from dispatch.day_plans import evening, solve_wanted
from dispatch.events import VisitGivenBack, WorkStarted
from dispatch.finishing import finish_work
from dispatch.models import Assignment, Offer, PlanMove, Round, Visit
from dispatch.plan_scope import scope_of, zone_groups
from dispatch.plan_story import board_plan, list_plans, plan_story
from dispatch.plan_wishes import on_given_back, on_overrun_look, on_work_started, want_replan
from dispatch.prices import cost_of, hour_price
from dispatch.round_story import load_round, replay
from dispatch.schemas import ArrivalProof, Happened
from dispatch.solver import Solved, solve_apart
from dispatch.trip import arrive, start_trip, start_work
from matching.jsonio import roster_to_json
from tests import factories as make

EVENING = datetime(2026, 11, 23, 21, 40, tzinfo=make.TZ)
NINE = make.TUESDAY_NINE


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
        workers = [make.make_worker(session, name).code for name in ("周桂香", "陈玉珍")]
        visits = [make.make_visit(session, start=NINE + timedelta(hours=n)).code for n in (0, 1, 3)]
    return workers, visits


def plans(factory) -> list[Round]:
    with factory() as session:
        return list(session.scalars(select(Round).order_by(Round.id)))


def wish(factory, about="V-1", now=EVENING):
    with factory.begin() as session:
        zone = session.scalars(select(Visit.zone)).first()
        want_replan(session, zone, NINE, {"kind": "given_back", "about": about}, now)


def test_tomorrow_is_planned_once_and_becomes_offers(factory, world):
    assert evening(factory, "1", EVENING) == 1
    assert evening(factory, "2", EVENING + timedelta(minutes=5)) == 0
    solve_wanted(factory, EVENING)
    row = plans(factory)[0]
    assert (row.state, row.name, row.mode, row.fate, row.offered, row.visits) == ("done", "day_plan", "day", "", 3, 3)
    assert row.objective <= row.bound
    assert row.weights["weights"]["star"] == 75
    assert row.weights["versions"]["ortools"]
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Offer)) == 3


def test_it_is_not_planned_before_the_policy_says_so(factory, world):
    assert evening(factory, "1", EVENING - timedelta(minutes=20)) == 0
    with factory.begin() as session:
        session.add(
            PolicyRow(
                name="plans",
                effective_from=make.MONDAY_NOON,
                value={"evening_minute": 20 * 60},
                proposed_by="a",
                approved_by="b",
            )
        )
    assert evening(factory, "2", EVENING - timedelta(minutes=20)) == 1


def test_a_plan_can_be_replayed(factory, world):
    evening(factory, "1", EVENING)
    code = solve_wanted(factory, EVENING)[0]
    with factory() as session:
        problem, roster = load_round(session, make.make_ops(session), code)
    again = matching.solve(problem, matching.Limits(effort=roster.effort), roster.seed, mode="day")
    assert roster_to_json(again) == roster_to_json(roster)


def test_what_is_promised_is_kept_by_the_evening_plan(factory, world):
    with factory.begin() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id)).first()
        worker = make.make_worker(session, "王春梅")
        make.assign(session, visit, worker)
        kept = (visit.code, worker.code, visit.starts_at)
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    with factory() as session:
        visit = session.scalars(select(Visit).where(Visit.code == kept[0])).one()
        assert (visit.code, visit.worker.code, visit.starts_at) == kept
        assert session.scalar(select(func.count()).select_from(PlanMove)) == 0
    assert plans(factory)[0].visits == 2


def test_a_killed_child_is_told_and_the_next_plan_succeeds(factory, world):
    evening(factory, "1", EVENING)
    deadly = partial(solve_apart, watch=lambda pid: os.kill(pid, signal.SIGKILL))
    solve_wanted(factory, EVENING, deadly)
    first, again = plans(factory)
    assert (first.state, first.fate, first.roster["engine"], first.offered) == ("done", "killed", "greedy", 3)
    assert (again.state, again.causes) == ("wanted", [{"kind": "again", "about": first.code}])
    with factory.begin() as session:
        make.make_visit(session, start=NINE + timedelta(hours=6))
    solve_wanted(factory, EVENING + timedelta(minutes=1))
    again = plans(factory)[1]
    assert (again.state, again.fate, again.offered) == ("done", "", 1)


def test_without_any_roster_nothing_is_written(factory, world):
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING, lambda _question: Solved(None, fate="killed"))
    assert next((row.state, row.fate, row.roster) for row in plans(factory)) == ("failed", "killed", {})
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Offer)) == 0


def test_a_plan_whose_clock_died_is_taken_up_again_when_its_lease_is_over(factory, world):
    evening(factory, "1", EVENING)

    class DiedError(Exception):
        pass

    def die(question):
        raise DiedError

    with pytest.raises(DiedError):
        solve_wanted(factory, EVENING, die)
    assert solve_wanted(factory, EVENING + timedelta(minutes=1)) == []
    solve_wanted(factory, EVENING + timedelta(minutes=20))
    assert [(row.state, row.fate, row.fence) for row in plans(factory)] == [("done", "", 2)]


def test_a_plan_lost_again_and_again_is_given_up(factory, world):
    evening(factory, "1", EVENING)
    late = EVENING
    for _ in range(4):
        try:
            solve_wanted(factory, late, lambda _question: 1 / 0)
        except ZeroDivisionError:
            late += timedelta(minutes=20)
    assert [(row.state, row.fate) for row in plans(factory)] == [("failed", "lost")]


def test_an_older_fence_writes_nothing(factory, world):
    evening(factory, "1", EVENING)
    with factory.begin() as session:
        claimed = day_plans.claim_plan(session, plans(factory)[0].code, EVENING)
    stale = replace(claimed, fence=0)
    solved = solve_apart(day_plans._question(claimed))
    with factory.begin() as session:
        day_plans.finish_plan(session, stale, solved, None)
    assert plans(factory)[0].state == "solving"


def test_a_day_without_open_visits_leaves_nothing(factory):
    with factory.begin() as session:
        make.make_house(session)
    evening(factory, "1", EVENING)
    assert solve_wanted(factory, EVENING) == []
    assert plans(factory) == []


def test_causes_of_one_day_become_one_plan(factory, world):
    wish(factory, "V-1")
    wish(factory, "V-2")
    assert [[cause["about"] for cause in row.causes] for row in plans(factory)] == [["V-1", "V-2"]]


def test_a_later_day_is_left_to_the_rounds(factory, world):
    with factory.begin() as session:
        zone = session.scalars(select(Visit.zone)).first()
        want_replan(session, zone, NINE + timedelta(days=2), {"kind": "rescue", "about": "V-1"}, EVENING)
    assert plans(factory) == []


def test_giving_a_visit_back_makes_a_wish(factory, world):
    now = make.MONDAY_NOON - timedelta(hours=12)
    with factory.begin() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id)).first()
        worker = make.make_worker(session, "王春梅")
        make.assign(session, visit, worker)
        worker_cancels(session, make.as_worker(worker), visit.code, "family", now)
        on_given_back(session, VisitGivenBack(visit.code, worker.code, "family"), make.MONDAY_NOON)
    assert [row.causes[0]["kind"] for row in plans(factory)] == ["given_back"]


def test_a_replan_without_gain_proposes_nothing(factory, world):
    with factory.begin() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id)).first()
        make.assign(session, visit, make.make_worker(session, "王春梅"))
    wish(factory)
    solve_wanted(factory, EVENING)
    row = plans(factory)[0]
    assert (row.name, row.state, row.roster["objective"] >= row.weights["unmoved"]) == ("replan", "done", True)
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(PlanMove)) == 0
        assert session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_zones_that_share_workers_are_planned_together():
    zones = ["a", "b", "c", "d"]
    assert zone_groups(zones, [["a", "c"], ["b"]]) == [("a", "c"), ("b",), ("d",)]
    assert zone_groups(zones, [["c", "b"], ["b", "d"]]) == [("a",), ("b", "c", "d")]
    assert zone_groups(zones, [["a"], []]) == [("a", "b", "c", "d")]


def test_a_scope_is_a_local_day(factory, world):
    with factory() as session:
        zone = session.scalars(select(Visit.zone)).first()
        scope = scope_of(session, zone, NINE)
        assert (scope.day, scope.begin, scope.end - scope.begin) == (
            make.TUESDAY,
            NINE - timedelta(hours=9),
            timedelta(days=1),
        )
        assert scope_of(session, "nowhere", NINE) is None
        assert json.dumps(scope.zones)


@pytest.fixture
def crossed(factory):
    """Who alone can iron is promised to a home that anybody could do at that hour."""
    with factory.begin() as session:
        make.make_house(session)
        near, other = make.make_worker(session, "周桂香"), make.make_worker(session, "陈玉珍", skills=("cleaning",))
        windows = make.make_visit(session, start=NINE + timedelta(hours=2), service="ironing")
        plain = make.make_visit(session, start=NINE + timedelta(hours=1))
        make.assign(session, plain, near)
        return plain.code, windows.code, near.code, other.code


def test_a_replan_proposes_a_move_that_wins_a_visit_and_moves_nothing(factory, crossed):
    plain, windows, near, other = crossed
    wish(factory, windows)
    code = solve_wanted(factory, EVENING)[0]
    with factory() as session:
        move = session.scalars(select(PlanMove)).one()
        assert (move.visit.code, move.from_worker.code, move.to_worker.code, move.state) == (
            plain,
            near,
            other,
            "proposed",
        )
        assert move.from_start == move.to_start
        assert move.gain > 60
        assert {one["key"] for one in move.why} >= {"chosen", "busy.with"}
        assert session.scalars(select(Visit).where(Visit.code == plain)).one().worker.code == near
        assert replay(session, make.make_ops(session), code).same_roster
        assert plan_story(session, make.make_ops(session), code, EVENING, b"k" * 32).prices["workers"]


def test_a_newer_plan_forgets_what_an_older_one_proposed(factory, crossed):
    for about in ("V-1", "V-2"):
        wish(factory, about)
        solve_wanted(factory, EVENING)
    with factory() as session:
        assert sorted(session.scalars(select(PlanMove.state))) == ["lapsed", "proposed"]


def test_a_near_promise_is_never_to_be_moved(factory, crossed):
    wish(factory, "V-1", now=NINE - timedelta(minutes=30))
    solve_wanted(factory, NINE - timedelta(minutes=30))
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(PlanMove)) == 0


def test_prices_say_where_hands_are_short(factory, crossed):
    _plain, _windows, _near, _other = crossed
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    with factory() as session:
        zone = session.scalars(select(Visit.zone)).first()
        row = session.scalars(select(Round)).one()
        cells = row.prices["cells"][zone]
        assert set(cells) == {"11", "12"}
        assert hour_price(row.prices, zone, 11) == 400
        assert hour_price(row.prices, zone, 15) == 0
        told = plan_story(session, make.make_ops(session), row.code, EVENING, b"k" * 32)
        assert (told.head.gap, told.head.moves, told.head.causes) == (row.roster["gap"], 0, [("evening", "")])
        assert board_plan(session, make.TUESDAY).prices == row.prices["cells"]
        assert board_plan(session, make.TUESDAY, "elsewhere") is None


def test_plans_are_for_operations(factory, crossed):
    wish(factory, "V-1")
    code = solve_wanted(factory, EVENING)[0]
    with factory() as session:
        told = plan_story(session, make.make_ops(session), code, EVENING, b"k" * 32)
        assert [(move.to_worker[0], move.current) for move in told.moves] == [(crossed[3], True)]
        assert [head.moves for head in list_plans(session, make.make_ops(session))] == [1]
        for read in (
            lambda who: plan_story(session, who, code, EVENING, b"k" * 32),
            lambda who: list_plans(session, who),
        ):
            with pytest.raises(NotFound):
                read(make.make_customer(session))


def test_whose_time_was_short_is_asked_last(factory, crossed):
    """The plan could have sent the only one who irons elsewhere; for a plain visit the other one is asked first now."""
    _plain, _windows, near, other = crossed
    with factory.begin() as session:
        desk = make.make_ops(session)
        plain = make.make_visit(session, start=NINE + timedelta(hours=4))
        before = who_could(session, desk, plain.code, EVENING)
        assert {one.code for one in before.able} == {near, other}
        assert all("opportunity" not in dict(one.terms) for one in before.able)
        zone = plain.zone
        session.add(
            Round(
                code="N-SHORT", name="day_plan", tick="short", mode="day", state="done", weights={}, roster={"gap": 0.0},
                started_at=EVENING, finished_at=EVENING, day=make.TUESDAY, zone=zone, zones=[zone], causes=[],
                prices={"cells": {}, "workers": {near: {"13": 400.0, "14": 400.0}}},
            )
        )  # fmt: skip
        session.flush()
        after = who_could(session, desk, plain.code, EVENING)
        assert [one.code for one in after.able] == [other, near]
        assert dict(after.able[1].terms)["opportunity"] == -80
        offer = ask_worker(session, desk, plain.code, near, plain.window_from, EVENING)
        assert {"key": "opportunity", "minutes": -80.0} in offer.why


def test_prices_are_those_of_who_could_have_done_it(factory, crossed):
    _plain, _windows, near, _other = crossed
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    assert plans(factory)[0].prices["workers"] == {near: {"11": 400.0, "12": 400.0}}


def test_costs_are_counted_by_the_minute():
    problem = matching.Problem(
        epoch="2026-11-23T00:00:00+08:00", places=(matching.Point(30.5, 114.3),), visits=(),
        workers=tuple(matching.Worker(f"W-{n}", 0, shifts=()) for n in (0, 1)),
    )  # fmt: skip
    cost = cost_of(problem, {1: {"workers": {"W-1": {"9": 120.0}}}}, 0.5)
    worker, day = np.array([0, 1, 1, 1]), 86_400
    starts = day + np.array([9, 9, 8, 12]) * 3600 + np.array([0, 0, 1800, 0])
    assert (cost(worker, starts, 3600) / 60_000).tolist() == [0, 60, 30, 0]
    assert cost_of(problem, {0: {"workers": {}}}, 0.5) is None


@pytest.fixture
def running(factory):
    """Zhou is at work from nine to eleven and promised again at half past eleven; Chen is free."""
    with factory.begin() as session:
        make.make_house(session)
        zhou, chen = make.make_worker(session), make.make_worker(session, "陈玉珍")
        now, later = make.make_visit(session), make.make_visit(session, start=NINE + timedelta(hours=2, minutes=30))
        for visit in (now, later):
            make.assign(session, visit, zhou)
        start_trip(session, make.as_worker(zhou), now.code, Happened(), NINE - timedelta(minutes=30))
        arrive(session, make.make_ops(session), now.code, ArrivalProof(), NINE)
        start_work(session, make.make_ops(session), now.code, "", Happened(), NINE)
        on_work_started(session, WorkStarted(now.code, zhou.code), NINE)
        return now.code, later.code, chen.code


def overrun_timer(session) -> Timer:
    return session.scalars(select(Timer).where(Timer.kind == "overrun_look")).one()


def test_a_visit_that_takes_longer_makes_a_wish_and_a_proposal(factory, running):
    now, later, chen = running
    with factory.begin() as session:
        timer = overrun_timer(session)
        assert timer.due_at == NINE + timedelta(hours=2, minutes=15)
        on_overrun_look(session, timer, timer.due_at)
        at = timer.due_at
        fact = session.scalars(select(EventRow).where(EventRow.kind == "VisitOverran")).one()
        assert (fact.about, fact.payload["minutes"]) == (now, 15)
    solve_wanted(factory, at)
    assert [(row.state, row.causes[0]["kind"]) for row in plans(factory)] == [("done", "overrun")]
    with factory() as session:
        move = session.scalars(select(PlanMove)).one()
        assert (move.visit.code, move.to_worker.code, move.state) == (later, chen, "proposed")


def test_a_visit_that_ended_in_time_makes_none(factory, running):
    now, _later, _chen = running
    with factory.begin() as session:
        timer = overrun_timer(session)
        finish_work(session, make.make_ops(session), now, Happened(), NINE + timedelta(hours=2))
        on_overrun_look(session, timer, timer.due_at)
    assert plans(factory) == []
