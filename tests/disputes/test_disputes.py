"""A case from its opening to its end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actors import SYSTEM, Actor, Role
from core.audit import AuditRow
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import EventRow
from core.timers import Timer
from dispatch.events import VisitAborted
from dispatch.models import PairBlock, Visit, VisitHold
from dispatch.settling import settle_visit
from disputes import deadlines
from disputes.disputes import (
    add_evidence,
    add_statement,
    answer_proposal,
    appeal,
    decide_appeal,
    decide_dispute,
    get_dispute,
    keep_apart,
    open_dispute,
    send_proposal,
    withdraw,
)
from disputes.models import Dispute
from disputes.reactions import on_visit_aborted
from disputes.schemas import AnswerInput, DecisionInput, OpenInput, StatementInput, Upload
from money import accounts as acc
from money.invariants import broken_rules
from money.ledger import owed
from notices.models import Notice, StaffTask
from ratings.invitations import invite
from tests import factories as make
from tests.disputes.test_photos import picture
from tests.worked import after, rated_visit, say, score_of, worked_visit
from workers.standing import standing_of

REFUND = DecisionInput("part_refund", "three of nine items were left", 2250, "counts")
REJECT = DecisionInput("reject", "the records agree", 0, "excluded")


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
def shen(house):
    return make.make_ops(house, "Shen", Role.OPS_LEAD)


@pytest.fixture
def visit(house, ada, ben):
    return worked_visit(house, ada, ben)


def complain(session, actor, visit, topic="quality", **more) -> Dispute:
    at = more.pop("at", None) or after(visit, hours=2)
    return open_dispute(session, actor, OpenInput(visit.code, topic, "the cooker was left dirty", **more), at)


def fire(session, kind, dispute, handler) -> None:
    timer = session.scalars(
        select(Timer).where(Timer.kind == kind, Timer.about == dispute.code, Timer.state == "waiting")
    ).one()
    session.delete(timer)
    session.flush()
    handler(session, timer, timer.due_at)


def kinds(session, account) -> list[str]:
    return list(session.scalars(select(Notice.kind).where(Notice.to == account).order_by(Notice.id)))


def test_only_the_contested_amount_is_held_and_the_rest_settles(house, ada, ben, visit):
    dispute = complain(house, ada, visit, contested_fen=2250)
    settle_visit(house, visit, after(visit, hours=24))
    assert (dispute.state, dispute.severity) == ("awaiting_reply", "S2")
    assert owed(house, acc.HOLD_DISPUTE, visit.code) == 2250
    assert dispute.reply_due_at == after(visit, hours=26)
    assert dispute.proposal_due_at == after(visit, hours=50)
    assert broken_rules(house) == []


def test_both_sides_and_the_desk_hear_of_it(house, ada, ben, visit):
    dispute = complain(house, ada, visit)
    assert "dispute_received" in kinds(house, ada.code)
    assert "dispute_opened" in kinds(house, ben.account_code)
    task = house.scalars(select(StaffTask).where(StaffTask.about == dispute.code)).one()
    assert (task.kind, task.role, task.due_at) == ("dispute", "ops_agent", dispute.proposal_due_at)


def test_without_a_named_sum_the_rule_says_what_is_contested(house, ada, visit):
    assert complain(house, ada, visit).contested_fen == 6750


def test_more_than_was_paid_cannot_be_contested(house, ada, visit):
    assert complain(house, ada, visit, contested_fen=99_999).contested_fen == 13_500


@pytest.mark.parametrize(("topic", "hours"), [("quality", 72), ("hours", 336), ("damage", 336), ("late", 72)])
def test_report_windows(house, ada, visit, topic, hours):
    with pytest.raises(Conflict, match="time for reporting"):
        complain(house, ada, visit, topic, at=after(visit, hours=hours, seconds=1))
    assert complain(house, ada, visit, topic, at=after(visit, hours=hours))


def test_safety_has_no_window(house, ada, visit):
    assert complain(house, ada, visit, "unsafe", at=after(visit, days=400)).severity == "S0"


@pytest.mark.parametrize("state", ["open", "assigned", "en_route", "cancelled"])
def test_nothing_to_report_before_somebody_came(house, ada, ben, state):
    made = worked_visit(house, ada, ben, state=state)
    with pytest.raises(Conflict, match="once somebody has arrived"):
        complain(house, ada, made)


def test_from_arrival_on_a_problem_can_be_reported(house, ada, ben):
    made = worked_visit(house, ada, ben, state="arrived")
    assert complain(house, ada, made)


def test_strangers_see_nothing(house, ada, visit):
    dispute = complain(house, ada, visit)
    mallory = make.make_customer(house, "Mallory")
    other = make.as_worker(make.make_worker(house, "马洛里"))
    for actor in (mallory, other):
        with pytest.raises(NotFound):
            get_dispute(house, actor, dispute.code)
        with pytest.raises(NotFound):
            complain(house, actor, visit)


def test_one_running_case_of_a_kind(house, ada, visit):
    complain(house, ada, visit)
    with pytest.raises(Conflict) as refusal:
        complain(house, ada, visit, "incomplete")
    assert refusal.value.code == "dispute_running"
    assert complain(house, ada, visit, "hours")


def test_topics_belong_to_sides(house, ada, ben, visit):
    with pytest.raises(InvalidInput):
        complain(house, make.as_worker(ben), visit, "quality")
    with pytest.raises(InvalidInput):
        complain(house, ada, visit, "review")


def test_staff_open_on_behalf_and_are_audited(house, ada, visit):
    olu = make.make_ops(house, role=Role.OPS_AGENT)
    with pytest.raises(NotAllowed):
        complain(house, olu, visit)
    acting = Actor(Role.OPS_AGENT, olu.code, on_behalf_of=ada.code, channel="phone", reason="called")
    dispute = complain(house, acting, visit)
    assert (dispute.opened_by, dispute.opener_role) == (ada.code, "customer")
    assert house.scalars(select(AuditRow.act).where(AuditRow.about == dispute.code)).all() == ["dispute_opened"]


def test_safety_parts_the_two_and_holds_new_matches(house, ada, ben, visit):
    dispute = complain(house, ada, visit, "unsafe")
    assert standing_of(house, ben.code).holds == ["safety"]
    assert house.scalars(select(PairBlock)).one().by == "ops"
    contact = house.scalars(select(StaffTask).where(StaffTask.kind == "safety_contact")).one()
    assert contact.due_at == dispute.opened_at + timedelta(minutes=15)
    assert "dispute_opened" not in kinds(house, ben.account_code)


def test_a_worker_reporting_danger_is_not_held(house, ben, visit):
    complain(house, make.as_worker(ben), visit, "unsafe")
    assert standing_of(house, ben.code).holds == []
    assert house.scalars(select(PairBlock)).one()


def test_stopping_work_for_safety_opens_the_case_once(house, ada, ben):
    made = worked_visit(house, ada, ben, state="aborted")
    for _ in range(2):
        on_visit_aborted(house, VisitAborted(made.code, "worker", "safety"), after(made))
    dispute = house.scalars(select(Dispute)).one()
    assert (dispute.severity, dispute.opener_role) == ("S0", "worker")
    on_visit_aborted(house, VisitAborted(worked_visit(house, ada, ben, make.TUESDAY_NINE + timedelta(days=2)).code, "worker", "illness"), after(made))  # fmt: skip
    assert len(house.scalars(select(Dispute)).all()) == 1


def test_a_reply_starts_our_own_clock(house, ada, ben, visit):
    dispute = complain(house, ada, visit)
    now = after(visit, hours=5)
    add_statement(house, make.as_worker(ben), dispute.code, StatementInput("she added the balcony"), now)
    assert (dispute.replied_at, dispute.proposal_due_at) == (now, now + timedelta(hours=24))
    assert house.scalars(select(Timer).where(Timer.kind == "dispute_reply_due")).all() == []


def test_silence_goes_on_without_prejudice(house, ada, visit):
    dispute = complain(house, ada, visit)
    fire(house, "dispute_reply_due", dispute, deadlines.on_reply_due)
    assert (dispute.replied_at, dispute.state) == (None, "awaiting_reply")
    told = house.scalars(select(EventRow).where(EventRow.kind == "DisputeReplied")).one()
    assert told.payload["in_time"] is False
    assert "dispute_no_reply" in kinds(house, ada.code)


def test_missing_our_own_deadline_refunds_from_the_fund_without_fault(house, ada, visit):
    dispute = complain(house, ada, visit, contested_fen=6000)
    fund = owed(house, acc.GUARANTEE_FUND)
    fire(house, "dispute_proposal_due", dispute, deadlines.on_proposal_due)
    assert (dispute.ops_late, dispute.refunded_fen, dispute.decisions) == (True, 5000, [])
    assert fund - owed(house, acc.GUARANTEE_FUND) == owed(house, acc.CREDIT_CUSTOMER, ada.code) == 5000
    assert house.scalars(select(StaffTask.role).where(StaffTask.kind == "dispute_late")).one() == "ops_lead"
    assert broken_rules(house) == []


def test_what_was_refunded_late_counts_towards_the_decision(house, ada, visit, shen):
    dispute = complain(house, ada, visit, contested_fen=6000)
    fire(house, "dispute_proposal_due", dispute, deadlines.on_proposal_due)
    decide_dispute(
        house, shen, dispute.code, DecisionInput("part_refund", "left dirty", 6000, "counts"), after(visit, days=3)
    )
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == dispute.refunded_fen == 6000


def test_in_time_nothing_happens_at_the_deadline(house, ada, visit, olu):
    dispute = complain(house, ada, visit)
    timer = house.scalars(select(Timer).where(Timer.kind == "dispute_proposal_due")).one()
    decide_dispute(house, olu, dispute.code, REFUND, after(visit, hours=6))
    deadlines.on_proposal_due(house, timer, timer.due_at)
    assert (dispute.ops_late, dispute.refunded_fen) == (False, 2250)


def test_an_agent_decides_and_the_fund_pays(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit, contested_fen=2250)
    settle_visit(house, visit, after(visit, hours=24))
    decide_dispute(house, olu, dispute.code, REFUND, after(visit, hours=30))
    assert (dispute.state, dispute.appeal_until) == ("remedied", after(visit, hours=30) + timedelta(days=7))
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == 2250
    assert owed(house, acc.HOLD_DISPUTE, visit.code) == 0
    assert owed(house, acc.PAYABLE_WORKER, ben.code) == 13_500
    row = house.scalars(select(AuditRow).where(AuditRow.act == "dispute_decided_first")).one()
    assert (row.actor_code, row.reason, row.after["fen"]) == (olu.code, REFUND.reason, 2250)
    assert broken_rules(house) == []


def test_refunds_never_exceed_what_was_paid(house, ada, visit, shen):
    first, second = complain(house, ada, visit), complain(house, ada, visit, "hours")
    now = after(visit, hours=6)
    decide_dispute(house, shen, first.code, DecisionInput("part_refund", "dirty", 10_000, "counts"), now)
    with pytest.raises(InvalidInput) as refusal:
        decide_dispute(house, shen, second.code, DecisionInput("part_refund", "short", 3501, "counts"), now)
    assert refusal.value.fields == {"fen": ["more_than_paid"]}
    decide_dispute(house, shen, second.code, DecisionInput("part_refund", "short", 3500, "counts"), now)
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == 13_500


@pytest.mark.parametrize(
    "given",
    [
        DecisionInput("part_refund", "x", 0),
        DecisionInput("reject", "x", 100),
        DecisionInput("reject", "  "),
        DecisionInput("gift", "x"),
    ],
)
def test_odd_decisions_are_refused(house, ada, visit, olu, given):
    dispute = complain(house, ada, visit)
    with pytest.raises(InvalidInput):
        decide_dispute(house, olu, dispute.code, given, after(visit, hours=6))


def test_agents_do_not_decide_safety_theft_pay_or_large_sums(house, ada, ben, olu, shen):
    visit = worked_visit(house, ada, ben)
    now = after(visit, hours=6)
    for topic in ("unsafe", "theft"):
        dispute = complain(house, ada, visit, topic)
        with pytest.raises(NotAllowed, match="lead"):
            decide_dispute(house, olu, dispute.code, REJECT, now)
        decide_dispute(house, shen, dispute.code, REJECT, now)
    quality = complain(house, ada, visit)
    with pytest.raises(NotAllowed, match="lead"):
        decide_dispute(house, olu, quality.code, DecisionInput("adjust_pay", "wilful", 500, "counts"), now)


def test_nobody_decides_about_themselves_or_their_recruits(house, ada, ben, visit):
    dispute = complain(house, ada, visit)
    now = after(visit, hours=6)
    for code in (ada.code, ben.account_code):
        with pytest.raises(NotAllowed):
            decide_dispute(house, Actor(Role.OPS_LEAD, code, reason="x"), dispute.code, REJECT, now)
    rita = make.make_ops(house, "Rita")
    account = house.scalars(select(make.Account).where(make.Account.code == rita.code)).one()
    make.grant_role(house, account, Role.RECRUITER, "R-rita", make.MONDAY_NOON, SYSTEM)
    ben.recruiter_code = "R-rita"
    house.flush()
    house.refresh(account)
    with pytest.raises(NotAllowed, match="recruited"):
        decide_dispute(house, rita, dispute.code, REJECT, now)


def test_parties_do_not_decide(house, ada, ben, visit):
    dispute = complain(house, ada, visit)
    for actor in (ada, make.as_worker(ben)):
        with pytest.raises(NotAllowed):
            decide_dispute(house, actor, dispute.code, REJECT, after(visit, hours=6))


def test_a_case_is_decided_once(house, ada, visit, olu):
    dispute = complain(house, ada, visit)
    decide_dispute(house, olu, dispute.code, REJECT, after(visit, hours=6))
    with pytest.raises(Conflict):
        decide_dispute(house, olu, dispute.code, REFUND, after(visit, hours=7))
    with pytest.raises(Conflict):
        add_statement(house, ada, dispute.code, StatementInput("but"), after(visit, hours=7))


def test_a_proposal_both_accept_is_carried_out(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    send_proposal(house, olu, dispute.code, REFUND, after(visit, hours=6))
    assert dispute.state == "proposed"
    answer_proposal(house, ada, dispute.code, AnswerInput(agree=True), after(visit, hours=7))
    assert dispute.state == "proposed"
    answer_proposal(house, make.as_worker(ben), dispute.code, AnswerInput(agree=True), after(visit, hours=8))
    assert (dispute.state, dispute.decisions[0].by, dispute.refunded_fen) == ("remedied", olu.code, 2250)


def test_one_no_hands_it_back_to_a_person(house, ada, ben, visit, olu):
    dispute = complain(house, ada, visit)
    send_proposal(house, olu, dispute.code, REFUND, after(visit, hours=6))
    answer_proposal(house, make.as_worker(ben), dispute.code, AnswerInput(False, "no"), after(visit, hours=7))
    assert (dispute.state, dispute.decisions) == ("contested", [])
    decide_dispute(house, olu, dispute.code, REJECT, after(visit, hours=9))
    assert dispute.state == "remedied"


def test_silence_to_a_proposal_is_neither_yes_nor_no(house, ada, visit, olu):
    dispute = complain(house, ada, visit)
    send_proposal(house, olu, dispute.code, REFUND, after(visit, hours=6))
    fire(house, "dispute_answer_due", dispute, deadlines.on_answer_due)
    assert dispute.state == "proposed"


def test_closed_when_nobody_appeals_and_the_rating_takes_effect_then(house, ada, ben, visit, olu):
    invite(house, visit.code, after(visit))
    say(house, ada, visit, 1)
    dispute = complain(house, ada, visit)
    decide_dispute(house, olu, dispute.code, DecisionInput("reject", "spotless", 0, "excluded"), after(visit, hours=6))
    assert visit.review == "blind"
    fire(house, "dispute_appeal_over", dispute, deadlines.on_appeal_over)
    assert (dispute.state, dispute.closed_at) == ("closed", after(visit, hours=6) + timedelta(days=7))
    assert (visit.review, score_of(house, ben).ratings) == ("revealed", 0)
    closed = house.scalars(select(EventRow).where(EventRow.kind == "DisputeClosed")).one()
    assert closed.payload["rating_effect"] == "excluded"
    assert house.scalars(select(VisitHold)).one().released_at is not None


def test_an_appeal_is_heard_by_somebody_else(house, ada, visit, shen):
    dispute = complain(house, ada, visit, contested_fen=6750)
    decide_dispute(house, shen, dispute.code, REFUND, after(visit, hours=6))
    appeal(house, ada, dispute.code, StatementInput("it was half the flat"), after(visit, days=3))
    more = DecisionInput("part_refund", "half was left", 6000, "counts")
    with pytest.raises(NotAllowed, match="Somebody else"):
        decide_appeal(house, shen, dispute.code, more, after(visit, days=4))
    with pytest.raises(NotAllowed):
        decide_appeal(house, make.make_ops(house, "Kai", Role.OPS_AGENT), dispute.code, more, after(visit, days=4))
    decide_appeal(house, make.make_ops(house, "Lin"), dispute.code, more, after(visit, days=4))
    assert (dispute.state, dispute.refunded_fen) == ("final", 6000)
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == 6000


def test_an_appeal_never_takes_back_what_the_fund_paid(house, ada, ben, visit, shen):
    dispute = complain(house, ada, visit)
    decide_dispute(house, shen, dispute.code, REFUND, after(visit, hours=6))
    appeal(house, make.as_worker(ben), dispute.code, StatementInput("no"), after(visit, days=3))
    decide_appeal(house, make.make_ops(house, "Lin"), dispute.code, REJECT, after(visit, days=4))
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == 2250


def test_appeals_once_and_within_seven_days(house, ada, visit, olu):
    dispute = complain(house, ada, visit)
    with pytest.raises(Conflict):
        appeal(house, ada, dispute.code, StatementInput("early"), after(visit, hours=3))
    decide_dispute(house, olu, dispute.code, REJECT, after(visit, hours=6))
    with pytest.raises(Conflict, match="over"):
        appeal(house, ada, dispute.code, StatementInput("late"), after(visit, hours=6) + timedelta(days=7))
    appeal(house, ada, dispute.code, StatementInput("in time"), after(visit, days=2))
    with pytest.raises(Conflict):
        appeal(house, ada, dispute.code, StatementInput("again"), after(visit, days=2))


def test_pay_is_adjusted_by_a_lead_from_the_held_part_and_only_when_final(house, ada, ben, visit, shen):
    dispute = complain(house, ada, visit, contested_fen=4500)
    settle_visit(house, visit, after(visit, hours=24))
    decide_dispute(
        house,
        shen,
        dispute.code,
        DecisionInput("adjust_pay", "left early on purpose", 4500, "counts"),
        after(visit, hours=30),
    )
    assert (owed(house, acc.HOLD_DISPUTE, visit.code), owed(house, acc.PAYABLE_WORKER, ben.code)) == (4500, 9000)
    fire(house, "dispute_appeal_over", dispute, deadlines.on_appeal_over)
    assert owed(house, acc.PAYABLE_WORKER, ben.code) == 9000
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == 4500
    assert broken_rules(house) == []


def test_a_redo_is_a_free_visit(house, ada, visit, olu):
    dispute = complain(house, ada, visit, wish="redo")
    decide_dispute(house, olu, dispute.code, DecisionInput("redo", "left dirty", 0, "counts"), after(visit, hours=6))
    again = house.scalars(select(Visit).where(Visit.code != visit.code)).one()
    assert (again.total_fen, again.worker_fen, again.state) == (0, 13_500, "open")
    assert after(visit, hours=6) < again.window_from < after(visit, days=5)


def test_withdrawing_leaves_nothing_behind(house, ada, ben, visit):
    dispute = complain(house, ada, visit, contested_fen=2250)
    with pytest.raises(NotAllowed):
        withdraw(house, make.as_worker(ben), dispute.code, after(visit, hours=3))
    withdraw(house, ada, dispute.code, after(visit, hours=4))
    settle_visit(house, visit, after(visit, hours=24))
    assert (dispute.state, owed(house, acc.HOLD_DISPUTE, visit.code)) == ("withdrawn", 0)
    assert owed(house, acc.PAYABLE_WORKER, ben.code) == 13_500
    assert house.scalars(select(Timer).where(Timer.about == dispute.code)).all() == []
    assert complain(house, ada, visit)


def test_either_side_may_ask_never_to_meet_again(house, ada, ben, visit):
    dispute = complain(house, ada, visit)
    assert house.scalars(select(PairBlock)).all() == []
    keep_apart(house, make.as_worker(ben), dispute.code, after(visit, hours=3))
    assert house.scalars(select(PairBlock)).one().by == "worker"


def test_photos_are_cleaned_counted_and_only_from_the_sides(house, ada, olu, visit):
    dispute = complain(house, ada, visit, photos=(Upload(picture(), "cooker"),))
    assert dispute.evidence[0].mime == "image/jpeg"
    with pytest.raises(InvalidInput) as refusal:
        add_evidence(house, ada, dispute.code, Upload(b"<svg/>"), after(visit, hours=3))
    assert refusal.value.fields == {"photo": ["not_a_photo"]}
    with pytest.raises(NotAllowed):
        add_evidence(house, olu, dispute.code, Upload(picture()), after(visit, hours=3))
    for _ in range(7):
        add_evidence(house, ada, dispute.code, Upload(picture()), after(visit, hours=3))
    with pytest.raises(InvalidInput, match="check"):
        add_evidence(house, ada, dispute.code, Upload(picture()), after(visit, hours=3))


def test_after_three_rejected_cases_a_new_one_shows_something(house, ada, ben, shen):
    for day in range(4):
        visit = worked_visit(house, ada, ben, make.TUESDAY_NINE + timedelta(days=day))
        if day == 3:
            with pytest.raises(InvalidInput) as refusal:
                complain(house, ada, visit)
            assert refusal.value.fields == {"photo": ["required"]}
            assert complain(house, ada, visit, photos=(Upload(picture()),))
        else:
            decide_dispute(house, shen, complain(house, ada, visit).code, REJECT, after(visit, hours=5))


def test_five_refunds_are_looked_at_by_a_lead(house, ada, ben, shen):
    for day in range(5):
        visit = worked_visit(house, ada, ben, make.TUESDAY_NINE + timedelta(days=day))
        decide_dispute(house, shen, complain(house, ada, visit).code, REFUND, after(visit, hours=5))
    assert house.scalars(select(StaffTask.about).where(StaffTask.kind == "refund_pattern")).all() == [ada.code]


@pytest.mark.parametrize(
    ("minutes", "fen", "remedy"), [(10, 0, "reject"), (20, 1350, "part_refund"), (45, 2700, "part_refund")]
)
def test_lateness_is_decided_by_the_records_at_once(house, ada, ben, minutes, fen, remedy):
    visit = worked_visit(house, ada, ben, arrived_at=make.TUESDAY_NINE + timedelta(minutes=minutes))
    dispute = complain(house, ada, visit, "late")
    assert (dispute.state, dispute.decisions[0].remedy, dispute.decisions[0].by) == ("remedied", remedy, "system")
    assert owed(house, acc.CREDIT_CUSTOMER, ada.code) == fen


def contested(session, ben, reason="late", **more):
    rating = rated_visit(session, ben, 1, reason=reason, **more)
    visit = session.scalars(select(Visit).where(Visit.code == rating.visit_code)).one()
    return rating, open_dispute(
        session, make.as_worker(ben), OpenInput(visit.code, "review", "I was on time"), after(visit, days=8)
    )


def test_a_worker_contests_a_rating_and_it_weighs_nothing_meanwhile(house, ben, olu):
    rating, dispute = contested(house, ben)
    assert (dispute.severity, dispute.rating_code, dispute.contested_fen) == ("S5", rating.code, 0)
    assert (rating.excluded, score_of(house, ben).ratings) == ("sealed", 0)
    decide_dispute(
        house,
        olu,
        dispute.code,
        DecisionInput("reject", "it stands", 0, "counts"),
        dispute.opened_at + timedelta(hours=5),
    )
    fire(house, "dispute_appeal_over", dispute, deadlines.on_appeal_over)
    assert (rating.excluded, score_of(house, ben).ratings) == ("", 1)


@pytest.mark.parametrize(("remedy", "effect", "weight"), [("void_rating", "none", 0.0), ("reject", "half", 0.5)])
def test_a_contested_rating_may_be_voided_or_halved(house, ben, olu, remedy, effect, weight):
    rating, dispute = contested(house, ben)
    decide_dispute(
        house, olu, dispute.code, DecisionInput(remedy, "as it was", 0, effect), dispute.opened_at + timedelta(hours=5)
    )
    fire(house, "dispute_appeal_over", dispute, deadlines.on_appeal_over)
    assert (rating.weight, score_of(house, ben).w) == (weight, weight)


def test_a_contest_we_decide_too_late_is_decided_for_the_worker(house, ben):
    rating, dispute = contested(house, ben)
    fire(house, "dispute_proposal_due", dispute, deadlines.on_proposal_due)
    assert dispute.decided_at == dispute.opened_at + timedelta(hours=72)
    fire(house, "dispute_appeal_over", dispute, deadlines.on_appeal_over)
    assert rating.excluded == "dispute"


def test_a_rating_cannot_be_contested_after_seven_days_or_before_the_reveal(house, ada, ben):
    rating = rated_visit(house, ben, 1)
    visit = house.scalars(select(Visit).where(Visit.code == rating.visit_code)).one()
    given = OpenInput(visit.code, "review", "no")
    with pytest.raises(Conflict, match="time for reporting"):
        open_dispute(house, make.as_worker(ben), given, rating.revealed_at + timedelta(days=7, seconds=1))
    hidden = worked_visit(house, ada, ben, make.TUESDAY_NINE + timedelta(days=2))
    say(house, ada, hidden, 1)
    with pytest.raises(Conflict, match="no rating"):
        open_dispute(house, make.as_worker(ben), OpenInput(hidden.code, "review", "no"), after(hidden, days=1))


def test_a_large_sum_takes_two_people(house, ada, ben, shen):
    visit = worked_visit(house, ada, ben, total_fen=90_000, worker_fen=90_000)
    dispute = complain(house, ada, visit, "damage")
    large = DecisionInput("part_refund", "the table is broken", 60_000, "counts")
    now = after(visit, hours=6)
    with pytest.raises(NotAllowed, match="another"):
        decide_dispute(house, shen, dispute.code, large, now)
    send_proposal(house, shen, dispute.code, large, now)
    for actor in (ada, make.as_worker(ben)):
        answer_proposal(house, actor, dispute.code, AnswerInput(agree=True), now)
    assert (dispute.state, dispute.refunded_fen) == ("accepted", 0)
    with pytest.raises(NotAllowed, match="another"):
        decide_dispute(house, shen, dispute.code, large, now)
    decide_dispute(house, make.make_ops(house, "Lin"), dispute.code, large, now)
    assert (dispute.state, dispute.refunded_fen) == ("remedied", 60_000)


def test_a_case_opened_in_the_minute_of_undoing_holds_what_is_contested(house, ada, ben):
    visit = worked_visit(house, ada, ben, state="work_done")
    assert complain(house, ada, visit, contested_fen=2000).contested_fen == 2000
