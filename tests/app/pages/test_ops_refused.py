"""A refused act of the desk: its own form stands open with everything that was typed, and nobody else's."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from app.house import House
from core.actors import Role
from dispatch import solver
from money.ledger import Leg, post
from notices.tasks import open_task
from tests import factories as make
from tests.app.pages.test_ops_decisions import earned
from tests.app.pages.test_plans import planned
from tests.customers import Put, clock_of
from tests.desk import Desk, desk_of

LONG = "a reason that is far too long, " * 20


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(make.MONDAY_NOON)
        yield put
    solver.close_all()


@pytest.fixture
def desk(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session)


@pytest.fixture
def purse(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session, Role.FINANCE)


def forms(page: str) -> dict[str, tuple[bool, str]]:
    """Each act of a page by its address: whether it stands open, and what its reason says."""
    found = {}
    for block in re.findall(r"<details.*?</details>", page, re.DOTALL):
        action = re.search(r'<form method="post" action="([^"]+)"', block)
        reason = re.search(r'<input[^>]*name="reason"[^>]*>', block)
        if action and reason:
            typed = re.search(r'value="([^"]*)"', reason[0])
            found[action[1]] = (block.startswith("<details open"), unescape(typed[1]) if typed else "")
    return found


def assert_kept(desk: Desk, path: str, status: int = 422, *, reason: str = LONG, **more: str) -> str:
    answer = desk.post(path, reason=reason, **more)
    assert answer.status_code == status
    shown = forms(answer.text)
    assert shown.pop(path) == (True, reason)
    assert not [other for other, (_open, typed) in shown.items() if typed]
    return answer.text


@pytest.mark.parametrize("act", ["approve", "hold"])
def test_of_two_acts_of_a_milestone_the_refused_one_stands_open(desk: Desk, act: str) -> None:
    row = earned(desk)
    page = assert_kept(desk, f"/ops/milestones/{row.code}/{act}")
    assert [path.rsplit("/", 1)[1] for path, (stands, _typed) in forms(page).items() if stands] == [act]


def test_nothing_stands_open_before_anything_was_refused(desk: Desk) -> None:
    earned(desk)
    assert not any(stands for stands, _typed in forms(desk.text("/ops/milestones?state=vested")).values())


def test_a_payout_keeps_its_reason(purse: Desk) -> None:
    worker = make.make_worker(purse.session, "何腊梅")
    for account in ("payable:worker", "tips:worker"):
        legs = [Leg("clearing:cash", "V-1", 9000), Leg(account, worker.code, -9000)]
        post(purse.session, "test", f"{worker.code}/{account}", "settle", legs, make.MONDAY_NOON)
    purse.session.commit()
    answer = purse.post(f"/ops/payouts/{worker.code}/make", account="payable:worker", reason=LONG)
    assert answer.status_code == 422
    assert answer.text.count("<details open") == 1
    assert LONG in answer.text
    purse.post(f"/ops/payouts/{worker.code}/make", account="payable:worker", reason="payday")
    code = re.search(r"/ops/payouts/([^/]+)/void", purse.text("/ops/payouts"))
    assert code is not None
    assert_kept(purse, f"/ops/payouts/{code[1]}/void")


@pytest.mark.parametrize("act", ["approve", "decline"])
def test_a_move_keeps_its_reason(desk: Desk, act: str) -> None:
    row, (move,) = planned(desk, code=f"KEEP{act[:1].upper()}")
    assert_kept(desk, f"/ops/plans/{row.code}/moves/{move.code}/{act}")


def test_an_answer_by_telephone_keeps_who_said_what(desk: Desk) -> None:
    row, (move,) = planned(desk, code="KEEPT")
    path = f"/ops/plans/{row.code}/moves/{move.code}"
    desk.post(f"{path}/approve", reason="it wins a visit")
    page = assert_kept(desk, f"{path}/answer", side="to", answer="no")
    assert '<option value="to" selected' in page
    assert '<option value="no" selected' in page


def test_a_day_to_plan_again_keeps_its_reason(desk: Desk) -> None:
    page = assert_kept(desk, "/ops/plans", reason="storm", day="2027-11-24")
    assert 'value="2027-11-24"' in page


def test_what_came_of_a_task_is_kept(desk: Desk) -> None:
    now = make.MONDAY_NOON
    task = open_task(desk.session, "ops_agent", "coach_worker", make.make_worker(desk.session).code, now, now)
    desk.session.commit()
    assert_kept(desk, f"/ops/exceptions/{task.code}/close")
    refused = desk.post(f"/ops/exceptions/{task.code}/do", act="activate_worker", reason="x")
    assert refused.status_code == 409
    assert not any(stands for stands, _typed in forms(refused.text).values())


def test_an_emergency_keeps_role_reason_and_ticket(house: House, purse: Desk) -> None:
    agent = desk_of(house, purse.session, Role.OPS_AGENT)
    answer = agent.post("/ops/emergency", role="ops_lead", reason=LONG, ticket="T-17")
    assert answer.status_code == 422
    assert '<option value="ops_lead" selected' in answer.text
    assert LONG in answer.text
    assert 'value="T-17"' in answer.text


def test_giving_a_number_keeps_whose_and_why(desk: Desk) -> None:
    worker = make.make_worker(desk.session)
    desk.session.commit()
    assert_kept(desk, f"/ops/people/{worker.account_code}/access/number", other="A-NOBODY")


def test_what_one_may_not_know_of_stays_unknown(desk: Desk) -> None:
    for path in ("/ops/plans/N-NO/moves/Y-NO/approve", "/ops/visits/V-NO/cancel", "/ops/exceptions/K-NO/close"):
        assert desk.post(path, reason="x").status_code == 404
