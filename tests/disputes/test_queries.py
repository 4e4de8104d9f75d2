"""What the desk and the two sides see of a case."""

from datetime import timedelta

import pytest

from core.actors import Role
from core.errors import NotFound
from disputes.disputes import add_statement, decide_dispute, send_proposal
from disputes.queries import (
    case_view,
    cases_of_visit,
    count_waiting,
    list_cases,
    my_cases,
    precedents,
    read_photo,
    report_options,
)
from disputes.schemas import CaseFilterSchema, DecisionSchema, OpenSchema, StatementInput, Upload
from tests import factories as make
from tests.disputes.test_disputes import REFUND, REJECT, complain
from tests.disputes.test_photos import picture
from tests.worked import after, count_queries, rated_visit, worked_visit


@pytest.fixture
def house(session):
    make.make_house(session)
    return session


@pytest.fixture
def ben(house):
    return make.make_worker(house)


@pytest.fixture
def ada(house):
    return make.make_customer(house)


@pytest.fixture
def olu(house):
    return make.make_ops(house, "Olu", Role.OPS_AGENT)


@pytest.fixture
def visit(house, ada, ben):
    made = worked_visit(house, ada, ben)
    items = [dict(one) for one in made.checklist]
    for one in items[:-1]:
        one["done"] = True
    items[-1]["reason"] = "no time"
    made.checklist = items
    house.flush()
    return made


def test_the_records_stand_in_one_timeline(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit, photos=(Upload(picture(), "cooker"),))
    add_statement(
        house, make.as_worker(ben), dispute.code, StatementInput("she added the balcony"), after(visit, hours=3)
    )
    view = case_view(house, olu, dispute.code, after(visit, hours=4))
    kinds = [(one.lane, one.kind) for one in view.items]
    assert [one.at for one in view.items] == sorted(one.at for one in view.items)
    assert {("record", "arrived"), ("record", "started"), ("record", "checklist"), ("customer", "statement"), ("customer", "photo"), ("worker", "statement")} <= set(kinds)  # fmt: skip
    arrived = next(one for one in view.items if one.kind == "arrived")
    assert arrived.params == {"method": "position", "near": True}
    checklist = next(one for one in view.items if one.kind == "checklist")
    assert [one["reason"] for one in checklist.params["undone"]] == ["no time"]
    assert (view.customer.words, view.worker.words) == ("the cooker was left dirty", "she added the balcony")


def test_the_desk_sees_draft_history_and_precedents(house, ada, ben, visit, olu):
    worked_visit(house, ada, ben, make.TUESDAY_NINE - timedelta(days=7))
    dispute = complain(house, ada, visit)
    desk = case_view(house, olu, dispute.code, after(visit, hours=4)).desk
    assert (desk.draft.rule, desk.draft.remedy) == ("S2-4", "redo")
    assert (desk.between.visits, desk.between.cases) == (1, ())
    assert (desk.may_decide, desk.may_hear_appeal) == (True, False)
    assert "adjust_pay" not in desk.remedies
    assert "adjust_pay" in case_view(house, make.make_ops(house), dispute.code, after(visit, hours=4)).desk.remedies


def test_the_sides_see_no_desk_and_no_names_of_deciders(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    decide_dispute(house, olu, dispute.code, REFUND, after(visit, hours=5))
    for actor in (ada, make.as_worker(ben)):
        view = case_view(house, actor, dispute.code, after(visit, hours=6))
        assert view.desk is None
        assert [one.by for one in view.decisions] == [""]
    mine = case_view(house, ada, dispute.code, after(visit, hours=6))
    assert (mine.customer.code, mine.worker.code) == (ada.code, "")
    assert case_view(house, olu, dispute.code, after(visit, hours=6)).decisions[0].by == olu.code


def test_buttons_follow_the_table_and_the_person(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    now = after(visit, hours=4)
    me = make.as_worker(ben)
    assert case_view(house, ada, dispute.code, now).moves == ["withdraw"]
    assert case_view(house, me, dispute.code, now).moves == []
    assert set(case_view(house, olu, dispute.code, now).moves) == {"propose", "decide"}
    send_proposal(house, olu, dispute.code, REFUND, now)
    assert set(case_view(house, me, dispute.code, now).moves) == {"accept", "contest"}
    decide_dispute(house, olu, dispute.code, REJECT, now)
    assert case_view(house, me, dispute.code, now).moves == ["appeal"]
    assert case_view(house, me, dispute.code, now + timedelta(days=7)).moves == []
    assert case_view(house, olu, dispute.code, now).moves == []


def test_outsiders_see_nothing(house, ada, visit):
    dispute = complain(house, ada, visit, photos=(Upload(picture()),))
    mallory = make.make_customer(house, "Mallory")
    with pytest.raises(NotFound):
        case_view(house, mallory, dispute.code, after(visit, hours=4))
    with pytest.raises(NotFound):
        read_photo(house, mallory, dispute.code, dispute.evidence[0].code)
    with pytest.raises(NotFound):
        list_cases(house, mallory)
    assert my_cases(house, mallory) == []


def test_photos_are_read_by_the_sides_and_only_with_their_case(house, ada, ben, visit):
    dispute = complain(house, ada, visit, photos=(Upload(picture()),))
    other = complain(house, ada, worked_visit(house, ada, ben, make.TUESDAY_NINE + timedelta(days=3)))
    photo = read_photo(house, make.as_worker(ben), dispute.code, dispute.evidence[0].code)
    assert (photo.mime, photo.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    with pytest.raises(NotFound):
        read_photo(house, ada, other.code, dispute.evidence[0].code)


def test_lists_by_state_severity_and_role(house, ada, ben, visit, olu):
    quality, unsafe = complain(house, ada, visit), complain(house, ada, visit, "unsafe")
    assert [one.code for one in list_cases(house, olu).rows] == [unsafe.code, quality.code]
    assert [one.code for one in list_cases(house, olu, "mine").rows] == [quality.code]
    assert [one.code for one in list_cases(house, olu, severity="S0").rows] == [unsafe.code]
    assert count_waiting(house) == 2
    decide_dispute(house, olu, quality.code, REFUND, after(visit, hours=5))
    assert [one.code for one in list_cases(house, olu, "over").rows] == [quality.code]
    assert {one.code for one in my_cases(house, make.as_worker(ben))} == {quality.code, unsafe.code}
    assert [one.remedy for one in cases_of_visit(house, ada, visit.code)] == ["part_refund", ""]


def test_the_next_deadline_and_whose_it_is(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    row = my_cases(house, ada)[0]
    assert (row.whose, row.next_due) == ("party", dispute.reply_due_at)
    add_statement(house, make.as_worker(ben), dispute.code, StatementInput("no"), after(visit, hours=3))
    row = my_cases(house, ada)[0]
    assert (row.whose, row.next_due) == ("ops", dispute.proposal_due_at)
    decide_dispute(house, olu, dispute.code, REJECT, after(visit, hours=5))
    assert my_cases(house, ada)[0].whose == "appeal"


def test_precedents_count_the_last_ninety_days(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    send_proposal(house, olu, dispute.code, DecisionSchema().load({"remedy": "redo", "reason": "x", "rating_effect": "excluded"}), after(visit, hours=4))  # fmt: skip
    decide_dispute(house, olu, dispute.code, REJECT, after(visit, hours=5))
    assert precedents(house, "S2-4", after(visit, days=5)) == [("reject", 1)]
    assert precedents(house, "S2-4", after(visit, days=100)) == []


def test_what_may_be_reported_now(house, ada, ben, visit):
    def topics(actor, **delta):
        return [one.topic for one in report_options(house, actor, visit.code, after(visit, **delta))]

    assert topics(ada, hours=1)[:2] == ["quality", "incomplete"]
    assert "quality" not in topics(ada, hours=73)
    assert topics(ada, days=20) == ["unsafe", "harassment"]
    assert "review" not in topics(make.as_worker(ben), hours=1)
    complain(house, ada, visit)
    assert "quality" not in topics(ada, hours=3)


def test_a_revealed_rating_may_be_contested_from_the_problem_page(house, ben):
    rating = rated_visit(house, ben, 1)
    now = rating.revealed_at + timedelta(days=1)
    option = next(
        one for one in report_options(house, make.as_worker(ben), rating.visit_code, now) if one.topic == "review"
    )
    assert option.until == rating.revealed_at + timedelta(days=7)


def test_lists_take_the_same_queries_whatever_their_length(house, ada, ben, olu):
    counts = []
    for round_ in range(2):
        for turn in range(3):
            complain(house, ada, worked_visit(house, ada, ben, make.TUESDAY_NINE + timedelta(days=5 * round_ + turn)))
        house.flush()
        house.expire_all()
        counts.append(count_queries(house, lambda: list_cases(house, olu)))
    assert counts[0] == counts[1] <= 4


def test_a_case_takes_a_fixed_number_of_queries(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    counts = []
    for _ in range(2):
        for turn in range(3):
            add_statement(house, ada, dispute.code, StatementInput(f"more {turn}"), after(visit, hours=3))
        house.flush()
        house.expire_all()
        counts.append(count_queries(house, lambda: case_view(house, olu, dispute.code, after(visit, hours=4))))
    assert counts[0] == counts[1] <= 40


def test_schemas_refuse_what_they_do_not_know():
    assert set(OpenSchema().validate({"visit_code": "V-1", "topic": "nonsense", "words": "x", "state": "closed"})) == {
        "topic",
        "state",
    }
    assert set(DecisionSchema().validate({"remedy": "redo", "fen": -1})) == {"fen", "reason"}
    assert CaseFilterSchema().load({}) == {"state": "running", "severity": "", "after": ""}
