"""Approving and paying: two people, never one's own, once; clawbacks limited and written off; fraud by two roles."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actors import Actor, Role
from core.audit import AuditRow
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from money.accounts import CLEARING_CASH, INCENTIVE_BUDGET, PAYABLE_RECRUITER
from money.invariants import broken_rules
from money.ledger import balance, global_sum, owed
from money.models import Payout
from recruiting.clawbacks import write_off_old
from recruiting.models import Clawback, Milestone
from recruiting.moves import get_milestone
from recruiting.payouts import approve, approve_all, ask_reversal, pay, reverse_milestone
from tests import factories as make
from tests.recruiting.test_milestones import stop
from tests.recruiting.world import DAY, World, new_recruiter
from tests.workers.path import NOW


def advance_of(world: World, worker) -> Milestone:
    return world.milestones(worker)["advance"]


def paid_recruits(world: World, count: int = 1) -> list:
    people = [world.recruit() for _ in range(count)]
    approve_all(world.session, world.desk.lead, world.rita.code, "month", NOW)
    pay(world.session, world.finance, world.rita.code, "month", NOW)
    return people


def test_a_lead_approves_and_finance_pays(world: World):
    worker = world.recruit()
    approve(world.session, world.desk.lead, advance_of(world, worker).code, "papers seen", NOW)
    payout = pay(world.session, world.finance, world.rita.code, "November", NOW + DAY)
    row = advance_of(world, worker)
    assert (row.state, row.paid_at, row.payout) == ("paid", NOW + DAY, payout.code)
    assert (payout.fen, payout.owner, payout.state) == (2000, world.rita.code, "paid")
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 0
    assert balance(world.session, CLEARING_CASH, world.rita.code) == -2000
    assert global_sum(world.session) == 0
    assert broken_rules(world.session) == []


def test_paying_and_approving_are_audited(world: World):
    worker = paid_recruits(world)[0]
    acts = {row.act for row in world.session.scalars(select(AuditRow))}
    assert {"milestone_approve", "milestone_pay", "recruiter_paid"} <= acts
    assert advance_of(world, worker).approved_by == world.desk.lead.code


def test_whoever_approved_does_not_pay(world: World):
    worker = world.recruit()
    approve(world.session, world.finance, advance_of(world, worker).code, "fine", NOW)
    with pytest.raises(NotAllowed) as error:
        pay(world.session, world.finance, world.rita.code, "November", NOW)
    assert error.value.code == "second_person_needed"
    assert pay(world.session, world.second, world.rita.code, "November", NOW).fen == 2000


def test_nothing_is_paid_without_approval_or_twice(world: World):
    world.recruit()
    with pytest.raises(Conflict) as error:
        pay(world.session, world.finance, world.rita.code, "November", NOW)
    assert error.value.code == "nothing_approved"
    approve_all(world.session, world.desk.lead, world.rita.code, "month", NOW)
    pay(world.session, world.finance, world.rita.code, "November", NOW)
    with pytest.raises(Conflict):
        pay(world.session, world.finance, world.rita.code, "November", NOW)
    assert len(world.session.scalars(select(Payout)).all()) == 1


def test_the_recruiter_neither_approves_nor_pays(world: World):
    code = advance_of(world, world.recruit()).code
    with pytest.raises(NotFound):
        approve(world.session, world.actor, code, "mine", NOW)
    with pytest.raises(NotAllowed):
        approve(world.session, Actor(Role.OPS_LEAD, world.rita.account_code), code, "mine", NOW)
    approve(world.session, world.desk.lead, code, "fine", NOW)
    with pytest.raises(NotAllowed):
        pay(world.session, Actor(Role.FINANCE, world.rita.account_code), world.rita.code, "mine", NOW)


def test_a_decision_without_a_reason_is_refused(world: World):
    code = advance_of(world, world.recruit()).code
    with pytest.raises(InvalidInput):
        approve(world.session, Actor(Role.FINANCE, world.finance.code), code, " ", NOW)


@pytest.mark.parametrize("role", [Role.OPS_AGENT, Role.ADMIN])
def test_other_staff_do_not_decide(world: World, role: Role):
    code = advance_of(world, world.recruit()).code
    with pytest.raises(NotFound):
        approve(world.session, Actor(role, "A-X", reason="x"), code, "fine", NOW)


def test_strangers_find_no_milestone(world: World):
    code = advance_of(world, world.recruit()).code
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    for stranger in (rolf, make.make_customer(world.session), Actor(Role.RECRUITER, "A-X", "")):
        with pytest.raises(NotFound):
            get_milestone(world.session, stranger, code)
    assert get_milestone(world.session, world.actor, code).code == code


def test_a_clawback_keeps_back_at_most_thirty_percent_of_the_month(world: World):
    first = paid_recruits(world)[0]
    stop(world, first, "quality", NOW + DAY)
    later = NOW + 14 * DAY  # the next month
    people = [world.recruit(now=later) for _ in range(2)]
    assert people
    approve_all(world.session, world.desk.lead, world.rita.code, "month", later)
    payout = pay(world.session, world.finance, world.rita.code, "December", later)
    assert payout.fen == 4000 - 1200
    row = world.session.scalars(select(Clawback)).one()
    assert (row.taken_fen, row.state, row.takes) == (
        1200, "open", [{"month": "2026-12", "fen": 1200, "payout": payout.code}],
    )  # fmt: skip
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 0
    again = world.recruit(now=later)
    approve(world.session, world.desk.lead, advance_of(world, again).code, "fine", later)
    assert pay(world.session, world.finance, world.rita.code, "December", later).fen == 2000 - 600
    assert world.session.scalars(select(Clawback)).one().taken_fen == 1800
    assert global_sum(world.session) == 0


def test_what_is_left_after_six_months_is_written_off(world: World):
    first = paid_recruits(world)[0]
    stop(world, first, "safety", NOW + DAY)
    due = world.session.scalars(select(Clawback)).one().write_off_at
    assert write_off_old(world.session, due - timedelta(seconds=1)) == 0
    assert write_off_old(world.session, due) == 1
    later = due + DAY
    world.recruit(now=later)
    approve_all(world.session, world.desk.lead, world.rita.code, "month", later)
    assert pay(world.session, world.finance, world.rita.code, "later", later).fen == 2000


def test_fraud_is_decided_by_two_people_of_two_roles(world: World):
    code = advance_of(world, world.recruit()).code
    with pytest.raises(Conflict):
        reverse_milestone(world.session, world.desk.lead, code, "fraud", NOW)
    ask_reversal(world.session, world.desk.lead, code, "five accounts on one phone", NOW)
    for same in (world.desk.lead, world.desk.other):
        with pytest.raises(NotAllowed):
            reverse_milestone(world.session, same, code, "fraud", NOW)
    row = reverse_milestone(world.session, world.finance, code, "seen the list", NOW)
    assert row.state == "reversed"
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 0


def test_paid_fraud_is_owed_back_for_twelve_months(world: World):
    first, second = paid_recruits(world, 2)
    code = advance_of(world, first).code
    ask_reversal(world.session, world.finance, code, "five accounts", NOW)
    reverse_milestone(world.session, world.desk.lead, code, "agreed", NOW + 300 * DAY)
    row = world.session.scalars(select(Clawback)).one()
    assert (row.kind, row.fen) == ("fraud", 2000)
    late = advance_of(world, second).code
    ask_reversal(world.session, world.finance, late, "five accounts", NOW)
    with pytest.raises(Conflict) as error:
        reverse_milestone(world.session, world.desk.lead, late, "agreed", NOW + 366 * DAY)
    assert error.value.code == "too_long_ago"


def test_the_budget_gets_back_what_was_reversed(world: World):
    worker = world.recruit()
    before = owed(world.session, INCENTIVE_BUDGET)
    code = advance_of(world, worker).code
    ask_reversal(world.session, world.desk.lead, code, "fraud", NOW)
    reverse_milestone(world.session, world.finance, code, "agreed", NOW)
    assert owed(world.session, INCENTIVE_BUDGET) == before + 2000
