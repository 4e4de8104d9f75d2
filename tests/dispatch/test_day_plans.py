"""Day plans on a real database: wished for once, solved apart, kept to be replayed; nothing confirmed moves by itself."""

import json
import os
import signal
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

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
from dispatch.prices import map_of
from dispatch.round_story import load_round, replay
from dispatch.schemas import ArrivalProof, Happened
from dispatch.solver import Solved, solve_apart
from dispatch.trip import arrive, start_trip, start_work
from matching.jsonio import roster_to_json
from matching.prices import cell_of
from tests import factories as make
from workers.models import Worker

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
        assert plan_story(session, make.make_ops(session), code, EVENING, b"k" * 32).prices


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


def test_without_duals_prices_say_what_was_left_open(factory, crossed):
    """Nobody is sent anywhere: the visit nobody has time for is what one worker more would earn, and nothing else."""
    _plain, windows, _near, _other = crossed
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    with factory() as session:
        visit = session.scalars(select(Visit).where(Visit.code == windows)).one()
        row = session.scalars(select(Round)).one()
        assert row.prices["zones"] == {visit.zone: {"11": visit.worker_fen // 2, "12": visit.worker_fen // 2}}
        assert row.prices["map"] is None
        told = plan_story(session, make.make_ops(session), row.code, EVENING, b"k" * 32)
        assert (told.head.gap, told.head.moves, told.head.causes) == (row.roster["gap"], 0, [("evening", "")])
        assert (told.prices, told.duals) == (row.prices["zones"], False)
        assert board_plan(session, make.TUESDAY).prices == row.prices["zones"]
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


@pytest.fixture
def two_homes(factory):
    """Two who could come to a home at one o'clock, each from a compound of their own."""
    with factory.begin() as session:
        make.make_house(session)
        near = make.make_worker(session, "周桂香", at="liuan-2")
        other = make.make_worker(session, "陈玉珍", at="mohuwan-2")
        visit = make.make_visit(session, start=NINE + timedelta(hours=4))
        return near.code, other.code, visit.code


def priced(session, code: str, day, cells: list[dict], usual: float = 0.0, **more) -> Round:
    zone = session.scalars(select(Visit.zone)).first()
    kept = {"zones": {}, "map": {"step": 0.02, "usual": usual, "cells": cells}}
    row = Round(
        code=code, name="day_plan", tick=code, mode="day", state="done", weights={}, roster={"gap": 0.0},
        started_at=EVENING, finished_at=EVENING, day=day, zone=zone, zones=[zone], causes=[], **{"prices": kept} | more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def home_cell(session, worker: str, hour: int, minutes: float) -> dict:
    home = session.scalars(select(Worker).where(Worker.code == worker)).one()
    north, east = cell_of(matching.Point(home.home_lat, home.home_lon), 0.02)
    return {"north": north, "east": east, "hour": hour, "minutes": minutes}


def opportunity_of(asking) -> dict[str, float]:
    return {one.code: dict(one.terms).get("opportunity", 0.0) for one in asking.able}


def test_whose_time_earns_more_elsewhere_is_asked_last(factory, two_homes):
    """The plan's duals price the hour where one of them starts from; a tenth of it counts against asking them."""
    near, other, visit = two_homes
    with factory.begin() as session:
        desk = make.make_ops(session)
        before = who_could(session, desk, visit, EVENING)
        assert opportunity_of(before) == {near: 0.0, other: 0.0}
        first = before.able[0].code
        priced(session, "N-SHORT", make.TUESDAY, [home_cell(session, first, 13, 4.0)])
        after = who_could(session, desk, visit, EVENING)
        assert after.able[1].code == first
        assert opportunity_of(after)[first] == -0.1 * 4 * 120
        start = session.scalars(select(Visit).where(Visit.code == visit)).one().window_from
        offer = ask_worker(session, desk, visit, first, start, EVENING)
        assert {"key": "opportunity", "minutes": -48.0} in offer.why


@pytest.mark.parametrize("more", [{"day": make.TUESDAY + timedelta(days=1)}, {"prices": {"zones": {}, "map": None}}])
def test_another_days_prices_and_a_plan_without_duals_count_nothing(factory, two_homes, more):
    near, _other, visit = two_homes
    with factory.begin() as session:
        given = {"day": make.TUESDAY, **more}
        priced(session, "N-OTHER", given.pop("day"), [home_cell(session, near, 13, 4.0)], usual=4.0, **given)
        assert set(opportunity_of(who_could(session, make.make_ops(session), visit, EVENING)).values()) == {0.0}


def test_only_the_last_plan_of_a_day_counts(factory, two_homes):
    near, _other, visit = two_homes
    with factory.begin() as session:
        priced(session, "N-OLD", make.TUESDAY, [home_cell(session, near, 13, 4.0)])
        priced(session, "N-NEW", make.TUESDAY, [home_cell(session, near, 15, 4.0)])
        assert set(opportunity_of(who_could(session, make.make_ops(session), visit, EVENING)).values()) == {0.0}


def test_a_plan_keeps_the_engines_own_prices(factory):
    """One worker, two visits at nine, one at one: whoever else came at nine would earn what the one left open pays."""
    with factory.begin() as session:
        make.make_house(session)
        make.make_worker(session)
        gone = make.make_worker(session, "陈玉珍")
        for hours in (0, 0, 4):
            make.make_visit(session, start=NINE + timedelta(hours=hours))
        gone.state = "paused"
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    with factory() as session:
        row = session.scalars(select(Round)).one()
        roster = matching.jsonio.roster_from_json(json.dumps(row.roster))
        assert roster.prices is not None
        assert map_of(row.prices) == roster.prices
        visit = session.scalars(select(Visit)).first()
        prices = row.prices["zones"][visit.zone]
        assert prices["9"] >= visit.worker_fen // 2
        assert prices["9"] > prices.get("13", 0)
        assert plan_story(session, make.make_ops(session), row.code, EVENING, b"k" * 32).duals


def test_a_day_simple_enough_for_a_flow_has_duals_too(factory):
    """Two visits at nine, two pairs of hands of which one is gone; nobody earns more than the visit pays."""
    with factory.begin() as session:
        make.make_house(session)
        make.make_worker(session)
        gone = make.make_worker(session, "陈玉珍")
        for _ in range(2):
            make.make_visit(session)
        gone.state = "paused"
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    with factory() as session:
        row, visit = session.scalars(select(Round)).one(), session.scalars(select(Visit)).first()
        assert row.engine.startswith("flow")
        assert map_of(row.prices) is not None
        assert row.prices["zones"] == {visit.zone: {"9": visit.worker_fen // 2, "10": visit.worker_fen // 2}}


def test_with_hands_enough_an_hour_costs_nothing(factory):
    with factory.begin() as session:
        make.make_house(session)
        for name in ("周桂香", "陈玉珍", "王春梅"):
            make.make_worker(session, name)
        make.make_visit(session)
    evening(factory, "1", EVENING)
    solve_wanted(factory, EVENING)
    assert plans(factory)[0].prices["zones"] == {}


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


def test_a_promise_is_never_dropped_for_a_more_urgent_visit(factory):
    """One pair of hands, promised at nine; a rescue at the same hour stays open rather than break that."""
    with factory.begin() as session:
        make.make_house(session)
        zhou, gone = make.make_worker(session), make.make_worker(session, "陈玉珍")
        kept, urgent = make.make_visit(session), make.make_visit(session)
        make.assign(session, kept, zhou)
        gone.state, urgent.priority = "paused", "rescue"
        wanted = (kept.code, zhou.code)
    wish(factory)
    solve_wanted(factory, EVENING)
    roster = plans(factory)[0].roster
    assert [(one["visit"], one["worker"]) for one in roster["choices"]] == [wanted]
    assert not roster["moved"]
