"""Day plans at the desk, the questions they put to people, and "why not somebody else": what is shown, asked, decided."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from accounts.accounts import account_by_code
from app.house import House
from core.actors import Actor, Role
from core.audit import AuditRow
from dispatch import solver
from dispatch.accepting import accept_offer
from dispatch.models import Offer, PlanMove, Round, Visit
from dispatch.rounds import NEAR, run_round
from tests import factories as make
from tests.cast import Member, csrf, sign_in
from tests.customers import Put, clock_of, counted
from tests.desk import Desk, desk_of
from tests.dispatch.test_plan_moves import move_of

NOON = make.MONDAY_NOON


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(NOON)
        yield put
    solver.close_all()


@pytest.fixture
def desk(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session)


def planned(desk: Desk, *, code: str, fate: str = "", moves: int = 1) -> tuple[Round, list[PlanMove]]:
    """A plan of Tuesday with a shortage at eleven, and moves from Zhou to Chen."""
    session = desk.session
    visit = make.make_visit(session) if make.make_worker(session) else None
    assert visit is not None
    row = Round(
        code=f"N-{code}", name="replan", tick=code, mode="day", state="done", weights={},
        roster={"gap": 0.004, "objective": 1, "bound": 1}, started_at=NOON, finished_at=NOON, day=make.TUESDAY,
        zone=visit.zone, zones=[visit.zone], causes=[{"kind": "rescue", "about": visit.code}], fate=fate, visits=3,
        prices={"zones": {visit.zone: {"11": 4000, "12": 6050}}, "map": None}, workers=2,
    )  # fmt: skip
    session.add(row)
    session.flush()
    made = []
    for number in range(moves):
        promised = (
            visit if number == 0 else make.make_visit(session, start=make.TUESDAY_NINE + timedelta(hours=3 * number))
        )
        make.assign(session, promised, make.make_worker(session, "周桂香"))
        made.append(move_of(session, row, promised, make.make_worker(session, "陈玉珍"), code=f"Y-{code}{number}"))
    session.commit()
    return row, made


def browser(house: House, session, actor: Actor):
    account_by_code(session, actor.code).locale = "en"
    return sign_in(house.test_client(), session, Member("X", actor.code, actor.role, actor.person))


def say(client, move: PlanMove, answer: str):
    return client.post(f"/moves/{move.code}", data={"csrf_token": csrf(client), "answer": answer})


def test_the_board_says_how_near_the_best_and_where_hands_are_short(desk: Desk) -> None:
    row, _moves = planned(desk, code="BOARD")
    page = desk.text(f"/ops/board?day={make.TUESDAY}")
    assert "proven within 0.4 % of the best possible" in page
    assert "11–13" in page
    assert "1 move to decide" in page
    assert "plan of today" not in page
    row.finished_at = NOON - timedelta(days=1)
    desk.session.commit()
    assert "plan of yesterday" in desk.text(f"/ops/board?day={make.TUESDAY}")
    assert "This day has not been planned." in desk.text("/ops/board?day=2026-12-24")


def test_all_plans_and_one_plan(desk: Desk) -> None:
    row, moves = planned(desk, code="ONE")
    listed = desk.text("/ops/plans")
    assert row.code in listed
    assert moves[0].code in listed
    page = desk.text(f"/ops/plans/{row.code}")
    for text in (
        "proven within 0.4 % of the best possible",
        "周桂香",
        "陈玉珍",
        "very short",
        "30 min for breaking the promise",
    ):
        assert text in page
    assert desk.client.get("/ops/plans/N-NOBODY").status_code == 404


def test_a_lost_solver_is_said(desk: Desk) -> None:
    row, _moves = planned(desk, code="LOST", fate="killed")
    assert "ended from outside" in desk.text(f"/ops/plans/{row.code}")


def test_more_moves_cost_no_more_queries(house: House, desk: Desk) -> None:
    planned(desk, code="FEW")
    planned(desk, code="MANY", moves=3)
    desk.text("/ops/plans/N-FEW")
    counts = []
    for path in ("/ops/plans/N-FEW", "/ops/plans/N-MANY"):
        with counted(house) as sent:
            desk.text(path)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 16
    with counted(house) as sent:
        desk.text("/ops/plans")
    assert len(sent) <= 14


def test_a_move_is_declined_with_a_reason(desk: Desk) -> None:
    row, (move,) = planned(desk, code="NO")
    assert desk.post(f"/ops/plans/{row.code}/moves/{move.code}/decline").status_code == 422
    assert desk.post(f"/ops/plans/{row.code}/moves/{move.code}/decline", reason="too late to ask").status_code == 303
    desk.session.refresh(move)
    assert (move.state, move.visit.worker_id) == ("declined", move.from_worker_id)
    acts = desk.session.scalars(select(AuditRow.act).where(AuditRow.about == move.visit.code)).all()
    assert acts == ["decline_move"]
    again = desk.post(f"/ops/plans/{row.code}/moves/{move.code}/approve", reason="after all")
    assert again.status_code == 409


def test_everybody_is_asked_and_the_last_yes_does_it(house: House, desk: Desk) -> None:
    row, (move,) = planned(desk, code="YES")
    desk.post(f"/ops/plans/{row.code}/moves/{move.code}/approve", reason="it wins a visit")
    session = desk.session
    ada = browser(house, session, Actor(Role.CUSTOMER, move.visit.customer))
    zhou = browser(house, session, make.as_worker(move.from_worker))
    chen = browser(house, session, make.as_worker(move.to_worker))
    assert "May 陈玉珍 come instead of 周桂香" in ada.get("/moves", follow_redirects=True).text
    assert "May somebody else take this visit of yours?" in zhou.get(f"/moves/{move.code}").text
    assert "陈玉珍" not in zhou.get(f"/moves/{move.code}").text
    assert "Could you take this visit?" in chen.get(f"/moves/{move.code}").text
    for client, first in ((ada, "/visits"), (zhou, "/worker")):
        assert "A question about a visit waits" in client.get(first).text
        assert say(client, move, "yes").status_code == 303
    assert "A question about a visit waits" not in ada.get("/visits").text
    session.expire_all()
    assert move.visit.worker_id == move.from_worker_id
    assert say(chen, move, "yes").status_code == 303
    session.expire_all()
    assert (move.state, move.visit.worker_id) == ("done", move.to_worker_id)


def test_no_is_a_fine_answer_also_by_telephone(house: House, desk: Desk) -> None:
    row, (move,) = planned(desk, code="PHONE")
    path = f"/ops/plans/{row.code}/moves/{move.code}"
    desk.post(f"{path}/approve", reason="it wins a visit")
    assert "Somebody answered by phone" in desk.text(f"/ops/plans/{row.code}")
    assert desk.post(f"{path}/answer", reason="called back", side="customer", answer="no").status_code == 303
    desk.session.expire_all()
    assert (move.state, move.visit.worker_id) == ("refused", move.from_worker_id)


def test_a_question_is_nobody_elses(house: House, desk: Desk) -> None:
    row, (move,) = planned(desk, code="ELSE")
    desk.post(f"/ops/plans/{row.code}/moves/{move.code}/approve", reason="it wins a visit")
    mallory = browser(house, desk.session, make.make_customer(desk.session, "Mallory"))
    assert mallory.get(f"/moves/{move.code}").status_code == 404
    assert say(mallory, move, "yes").status_code == 404
    assert mallory.get("/ops/plans").status_code == 403
    assert "Nobody has a question." in mallory.get("/moves").text


def test_a_day_is_planned_again_on_request(desk: Desk) -> None:
    assert desk.post("/ops/plans", reason="storm warning", day="2026-11-24").status_code == 303
    row = desk.session.scalars(select(Round).where(Round.state == "wanted", Round.day == make.TUESDAY)).first()
    assert row is not None
    assert {"kind": "asked", "about": desk.actor.code} in row.causes
    assert "Waiting for the clock" in desk.text(f"/ops/plans/{row.code}")
    assert desk.post("/ops/plans", reason="storm", day="2027-11-24").status_code == 422


def test_why_not_somebody_else(house: House, desk: Desk) -> None:
    session = desk.session
    visit = make.make_visit(session, start=make.TUESDAY_NINE) if make.make_worker(session, "王春梅") else None
    assert visit is not None
    session.commit()
    assert "No round has looked" in desk.text(f"/ops/visits/{visit.code}/why")
    run_round(sessionmaker(session.get_bind()), NEAR, "why", NOON)
    offer = session.scalars(select(Offer).join(Visit).where(Visit.code == visit.code)).first()
    assert offer is not None
    accept_offer(session, make.as_worker(offer.worker), offer.code, NOON)
    other = session.scalars(select(Round).where(Round.id == offer.round_id)).one()
    session.commit()
    page = desk.text(f"/ops/visits/{visit.code}/why?worker={offer.worker.code}")
    assert "is who was chosen" in page
    assert other.code in page
    assert "not among those considered" in desk.text(f"/ops/visits/{visit.code}/why?worker=W-NOBODY")


def test_a_worker_hears_their_own_side_only(house: House, desk: Desk) -> None:
    _row, (move,) = planned(desk, code="MINE")
    visit, wang = move.visit, make.make_worker(desk.session, "王春梅")
    client = browser(house, desk.session, make.as_worker(wang))
    assert client.get(f"/worker/why/{visit.code}").status_code == 404
    assert "Nobody who named you" in client.get("/worker/why").text
    visit.job.preferred_worker = wang.code
    desk.session.commit()
    assert f"/worker/why/{visit.code}" in client.get("/worker/why").text
    page = client.get(f"/worker/why/{visit.code}").text
    assert "fitted others better" in page
    assert "周桂香" not in page


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_empty_lists_say_so(house: House, desk: Desk, locale: str) -> None:
    account_by_code(desk.session, desk.actor.code).locale = locale
    desk.session.commit()
    assert desk.client.get("/ops/plans").status_code == 200


def test_a_question_waits_where_new_work_waits(house: House, desk: Desk) -> None:
    """Whoever would come sees it like an offer: counted on the tab, with the way there and the home, answered on the spot."""
    row, (move,) = planned(desk, code="TAB")
    move.travel_seconds = 1080
    move.visit.job.place.facts = ["pets"]
    desk.session.commit()
    chen = browser(house, desk.session, make.as_worker(move.to_worker))
    assert "A question about a visit waits" not in chen.get("/worker/offers").text
    desk.post(f"/ops/plans/{row.code}/moves/{move.code}/approve", reason="it wins a visit")
    page = chen.get("/worker/offers").text
    assert "A question about a visit waits" in page
    assert "No new work at the moment" not in page
    asked = chen.get(f"/moves/{move.code}").text
    for text in ("The way there takes about 18 min.", "Time left to answer", "What it is like there"):
        assert text in asked
    zhou = browser(house, desk.session, make.as_worker(move.from_worker))
    assert "The way there takes" not in zhou.get(f"/moves/{move.code}").text


def test_an_answer_by_telephone_is_written_down_over_the_api(house: House, desk: Desk) -> None:
    row, (move,) = planned(desk, code="APIPHONE")
    path = f"/ops/plans/{row.code}/moves/{move.code}"
    desk.post(f"{path}/approve", reason="it wins a visit")
    headers = {"X-CSRF-Token": csrf(desk.client), "Idempotency-Key": "phone-1"}
    said = {"side": "customer", "agree": False, "reason": "called back"}
    answer = desk.client.post(f"/api/v1{path}/answer", json=said, headers=headers)
    assert answer.status_code == 200, answer.text
    told = next(one for one in answer.json["moves"] if one["code"] == move.code)
    assert (told["state"], {"side": "customer", "answer": "no"} in told["answers"]) == ("refused", True)
    nobody = {**said, "side": "from"}
    headers["Idempotency-Key"] = "phone-2"
    assert desk.client.post(f"/api/v1{path}/answer", json=nobody, headers=headers).status_code == 409


def test_an_hour_is_looked_at_on_the_map_and_its_price_has_a_unit(desk: Desk) -> None:
    row, _moves = planned(desk, code="HOUR")
    page = desk.text(f"/ops/plans/{row.code}")
    assert "On the map: 12 o’clock" in page  # the dearest one
    assert "up to ¥60 an hour" in page
    assert f"/ops/plans/{row.code}?hour=11#prices" in page
    assert "On the map: 11 o’clock</h3>" in desk.text(f"/ops/plans/{row.code}?hour=11")
    assert "One more: ¥/h" in desk.text(f"/ops/board?day={make.TUESDAY}")


@pytest.mark.parametrize(
    ("kept", "said"),
    [({"step": 0.02, "usual": 1.0, "cells": []}, "They come from the plan itself"), (None, "no such prices")],
)
def test_the_page_says_where_its_figures_come_from(desk: Desk, kept: object, said: str) -> None:
    row, _moves = planned(desk, code="FROM" if kept else "NOWHERE")
    row.prices = {**row.prices, "map": kept}
    desk.session.commit()
    assert said in desk.text(f"/ops/plans/{row.code}")


def test_with_hands_enough_there_is_no_map(desk: Desk) -> None:
    row, _moves = planned(desk, code="CALM")
    row.prices = {"zones": {}, "map": None}
    desk.session.commit()
    page = desk.text(f"/ops/plans/{row.code}")
    assert "There are hands enough at every hour" in page
    assert "price-map" not in page
    assert "There are hands enough." in desk.text(f"/ops/board?day={make.TUESDAY}")
