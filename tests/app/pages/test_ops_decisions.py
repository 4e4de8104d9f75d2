"""What the desk decides: cases, applications, careers, recruiters' pay; and the pages of money and health."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.house import House
from core.actors import Role
from core.audit import AuditRow
from core.codes import new_code
from core.events import DeliveryRow, EventRow
from core.timers import Timer
from disputes.disputes import open_dispute
from disputes.models import Decision, Dispute
from disputes.schemas import OpenInput
from money.ledger import Leg, post
from money.models import Payout
from notices.models import Notice
from recruiting.models import Milestone, Recruiter, Station
from tests import factories as make
from tests.customers import Put, clock_of
from tests.desk import Desk, desk_of
from tests.worked import worked_visit
from workers.models import Worker

SOON = make.TUESDAY_NINE + timedelta(hours=5)


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(SOON)
        yield put


@pytest.fixture
def desk(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session)


def reported(desk: Desk, topic: str = "incomplete", words: str = "The stove was left alone.") -> Dispute:
    customer = make.make_customer(desk.session)
    visit = worked_visit(desk.session, customer, make.make_worker(desk.session))
    case = open_dispute(
        desk.session, customer, OpenInput(visit.code, topic, words, "refund"), SOON - timedelta(hours=1)
    )
    desk.session.commit()
    return case


def state_of(desk: Desk, model: type, code: str) -> str:
    return desk.session.scalars(select(model.state).where(model.code == code)).one()


def test_a_case_shows_both_sides_and_the_rule(desk: Desk) -> None:
    case = reported(desk)
    page = desk.text(f"/ops/disputes/{case.code}")
    for words in (
        "The stove was left alone.",
        "Rule S2-",
        "has not said anything yet",
        "Send it to both",
        "Guarantee fund",
    ):
        assert words in page, words
    assert case.code in desk.text("/ops/disputes?state=running&severity=S2")
    assert case.code not in desk.text("/ops/disputes?state=over")
    assert desk.client.get("/ops/disputes/D-0000000000").status_code == 404


def test_a_proposal_goes_to_both_sides(desk: Desk) -> None:
    case = reported(desk)
    given = {"remedy": "redo", "yuan": "0.00", "rating_effect": "counts", "reason": "left undone"}
    assert desk.post(f"/ops/disputes/{case.code}/propose", **given).status_code == 303
    assert state_of(desk, Dispute, case.code) == "proposed"
    assert "Both say yes or no within 48 hours" in desk.text(f"/ops/disputes/{case.code}")


def test_a_decision_needs_a_reason_and_a_sum_that_fits(desk: Desk) -> None:
    case = reported(desk)
    path = f"/ops/disputes/{case.code}/decide"
    blank = desk.post(path, remedy="part_refund", yuan="20", rating_effect="counts", reason="")
    assert (blank.status_code, "Please fill this in" in blank.text) == (422, True)
    much = desk.post(path, remedy="part_refund", yuan="9000", rating_effect="counts", reason="all of it")
    assert much.status_code == 422
    assert 'value="9000"' in much.text


def test_a_decision_is_carried_out_and_kept(desk: Desk) -> None:
    case = reported(desk)
    given = {"remedy": "part_refund", "yuan": "20.50", "rating_effect": "half", "reason": "half of it was done"}
    assert desk.post(f"/ops/disputes/{case.code}/decide", **given).status_code == 303
    row = desk.session.scalars(select(Decision).join(Dispute).where(Dispute.code == case.code)).one()
    assert (row.fen, row.by, row.reason) == (2050, desk.actor.code, "half of it was done")
    assert "half of it was done" in desk.text(f"/ops/disputes/{case.code}")


def test_an_agent_does_not_decide_about_safety(house: House, desk: Desk) -> None:
    case = reported(desk, "unsafe", "I felt unsafe.")
    agent = desk_of(house, desk.session, Role.OPS_AGENT)
    assert "A lead decides this one." in agent.text(f"/ops/disputes/{case.code}")
    given = {"remedy": "separate", "rating_effect": "excluded", "reason": "apart"}
    assert agent.post(f"/ops/disputes/{case.code}/decide", **given).status_code == 403
    assert "Decide" in desk.text(f"/ops/disputes/{case.code}")


def test_the_desk_asks_one_more_question(desk: Desk) -> None:
    case = reported(desk)
    assert desk.post(f"/ops/disputes/{case.code}/ask", reason="").status_code == 422
    assert desk.post(f"/ops/disputes/{case.code}/ask", reason="Is there a photo?").status_code == 303
    assert "Is there a photo?" in desk.text(f"/ops/disputes/{case.code}")


def applicant(desk: Desk, state: str = "applied") -> Worker:
    worker = make.make_worker(desk.session, "何腊梅", state=state)
    worker.activated_at = None
    desk.session.commit()
    return worker


def test_an_application_goes_step_by_step(desk: Desk) -> None:
    worker = applicant(desk)
    assert worker.code in desk.text("/ops/vetting?stage=applied")
    path = f"/ops/workers/{worker.code}"
    assert "Has brought ID and health card" in desk.text(path)
    assert desk.post(f"{path}/papers", reason="seen at the station").status_code == 303
    assert state_of(desk, Worker, worker.code) == "documents"
    missing = desk.post(f"{path}/identity", reason="seen")
    assert (missing.status_code, missing.text.count("Please fill this in") >= 3) == (422, True)
    good = {"number": new_code("ID"), "health_until": "2027-05-01", "insured_until": "2027-05-01", "reason": "seen"}
    assert desk.post(f"{path}/identity", **good).status_code == 303
    marks = {"marks": ["2"] * 10}
    assert desk.post(f"{path}/interview", reason="good hands", **marks).status_code == 303
    assert desk.post(f"{path}/practice", reason="seen", skills=["cleaning"]).status_code == 303
    assert state_of(desk, Worker, worker.code) == "training"
    assert len(desk.session.scalars(select(AuditRow).where(AuditRow.about == worker.code)).all()) >= 4


def test_a_rejection_says_why(desk: Desk) -> None:
    path = f"/ops/workers/{applicant(desk).code}/reject"
    assert desk.post(path, reason="no", reason_code="").status_code == 422
    assert desk.post(path, reason="not yet", reason_code="not_suited").status_code == 303


def test_suspending_needs_evidence_and_a_lead(house: House, desk: Desk) -> None:
    worker = make.make_worker(desk.session)
    desk.session.commit()
    path = f"/ops/workers/{worker.code}"
    agent = desk_of(house, desk.session, Role.OPS_AGENT)
    given = {"reason": "took a ring", "reason_code": "conduct"}
    assert f"{path}/suspend" not in agent.text(path)
    assert agent.post(f"{path}/suspend", evidence="V-1", **given).status_code == 403
    assert desk.post(f"{path}/suspend", **given).status_code == 422
    assert desk.post(f"{path}/suspend", evidence="V-1, D-2", **given).status_code == 303
    assert state_of(desk, Worker, worker.code) == "suspended"
    assert "took a ring" in desk.text(path)
    assert desk.post(f"{path}/reinstate", reason="found", reason_code="other").status_code == 403
    other = desk_of(house, desk.session)
    assert other.post(f"{path}/reinstate", reason="found", reason_code="other").status_code == 303


def test_a_worker_page_tells_score_hours_and_no_number(desk: Desk) -> None:
    worker = make.make_worker(desk.session, "周桂香")
    desk.session.commit()
    page = desk.text(f"/ops/workers/{worker.code}")
    assert "How it came about" in page
    assert "+86" not in page
    assert "+86" in desk.post(f"/ops/workers/{worker.code}/phone", reason="late").text
    assert desk.client.get("/ops/workers/W-0000000000").status_code == 404
    assert desk.post(f"/ops/workers/{worker.code}/dance", reason="x").status_code == 404


def earned(desk: Desk, state: str = "vested") -> Milestone:
    station = Station(code=new_code("S"), names={"en": "A", "zh": "A"}, zone="liuan", lat=30.5, lon=114.3)
    account = make.make_account(desk.session, "Rita", Role.RECRUITER)
    desk.session.add(station)
    desk.session.flush()
    recruiter = Recruiter(
        code=new_code("R"), account_code=account.code, name="Rita", station_id=station.id, joined_at=make.MONDAY_NOON
    )
    worker = make.make_worker(desk.session)
    row = Milestone(
        code=new_code("M"), recruiter=recruiter.code, worker=worker.code, kind="advance", state=state, fen=6000,
        computed={}, created_at=make.MONDAY_NOON, vested_at=make.MONDAY_NOON,
    )  # fmt: skip
    desk.session.add_all([recruiter, row])
    legs = [Leg("incentive_budget:zone-month", "liuan/2026-11", 6000), Leg("payable:recruiter", recruiter.code, -6000)]
    post(desk.session, "milestone", row.code, "vested", legs, make.MONDAY_NOON)
    desk.session.commit()
    return row


def test_one_approves_and_another_pays(house: House, desk: Desk) -> None:
    row = earned(desk)
    finance = desk_of(house, desk.session, Role.FINANCE)
    assert row.code in desk.text("/ops/milestones?state=vested")
    path = f"/ops/milestones/{row.code}/approve"
    assert desk.post(path, reason="").status_code == 422
    assert desk.post(path, reason="all in order").status_code == 303
    assert desk.post(path, reason="twice").status_code == 409
    assert "Rita" in finance.text("/ops/milestones?state=approved")
    pay = f"/ops/recruiters/{row.recruiter}/pay"
    assert desk.post(pay, reason="mine").status_code == 404
    assert finance.post(pay, reason="November").status_code == 303
    assert state_of(desk, Milestone, row.code) == "paid"
    assert finance.post(pay, reason="again").status_code == 409


def test_a_milestone_is_looked_into(desk: Desk) -> None:
    row = earned(desk)
    assert desk.post(f"/ops/milestones/{row.code}/hold", reason="same phone").status_code == 303
    assert state_of(desk, Milestone, row.code) == "held"
    assert desk.post(f"/ops/milestones/{row.code}/release", reason="cousins").status_code == 303


def test_the_ledger_shows_entries_and_laws(house: House, desk: Desk) -> None:
    row = earned(desk)
    page = desk.text(f"/ops/ledger?q={row.code}")
    assert "Not a fen of basic work stays with us" in page
    assert page.count(row.code) >= 1
    assert "+¥60" in page
    assert "No entry is like that." in desk.text("/ops/ledger?q=nothing-like-this")
    assert desk_of(house, desk.session, Role.FINANCE).text(
        "/ops/ledger?account=guarantee_fund&kind=fund_guarantee_fund"
    )


def test_parked_things_are_seen_and_tried_again(desk: Desk) -> None:
    now = make.MONDAY_NOON
    fact = EventRow(
        at=now, kind="VisitOpened", about="V-9", payload={"visit_code": "V-9"}, actor_role="system", actor_code="",
        on_behalf_of="", channel="clock", reason="", fanned_out=True,
    )  # fmt: skip
    broken = DeliveryRow(
        event=fact, handler="a.handler", state="parked", attempts=8, next_at=now, error="KeyError: 'x'"
    )
    timer = Timer(
        kind="settle", about="V-9", due_at=now, next_at=now, payload={}, state="parked", attempts=8, error="boom"
    )
    stuck = Notice(
        code=new_code("T"), to="A-1", kind="visit_done", about="V-9", params={}, state="parked", created_at=now, next_at=now,
        error="SMTPException", attempts=8,
    )  # fmt: skip
    desk.session.add_all([fact, broken, timer, stuck])
    desk.session.commit()
    page = desk.text("/ops/health")
    assert all(words in page for words in ("a.handler", "boom", "SMTPException", "Something wants a look"))
    for what, row in (("event", broken.id), ("timer", timer.id), ("notice", stuck.code)):
        assert desk.post("/ops/health/retry", what=what, row=row, reason="fixed").status_code == 303
    states = (DeliveryRow, broken.id), (Timer, timer.id), (Notice, stuck.id)
    assert [desk.session.get(model, key).state for model, key in states] == ["pending", "waiting", "pending"]
    assert desk.post("/ops/health/retry", what="dance", row="1", reason="x").status_code == 422
    for row in (broken, timer, stuck):
        desk.session.delete(row)
    desk.session.commit()


def test_finance_sees_money_and_no_homes(house: House, desk: Desk) -> None:
    finance = desk_of(house, desk.session, Role.FINANCE)
    assert "/ops/board" not in finance.text("/ops/ledger")
    assert finance.client.get("/ops/board").status_code == 403
    assert finance.client.get("/ops/visits").status_code == 403


def test_finance_pays_workers_once(house: House, desk: Desk) -> None:
    finance = desk_of(house, desk.session, Role.FINANCE)
    worker = make.make_worker(desk.session, "何腊梅")
    legs = [Leg("clearing:cash", "V-1", 9000), Leg("payable:worker", worker.code, -9000)]
    post(desk.session, "test", worker.code, "settle", legs, make.MONDAY_NOON)
    desk.session.commit()
    path = f"/ops/payouts/{worker.code}/make"
    assert worker.code in finance.text("/ops/payouts")
    assert desk.post(path, account="payable:worker", reason="mine").status_code == 404
    assert finance.post(path, account="payable:worker", reason="").status_code == 422
    assert finance.post(path, account="payable:worker", reason="payday").status_code == 303
    code = desk.session.scalars(select(Payout.code).where(Payout.owner == worker.code)).one()
    assert finance.post(f"/ops/payouts/{code}/pay", reason="bank says so").status_code == 303
    assert state_of(desk, Payout, code) == "paid"
    assert finance.post(f"/ops/payouts/{code}/void", reason="again").status_code == 409
    assert worker.code not in finance.text("/ops/payouts").split("Paid lately")[0]
