"""The whole story: a recruiter meets somebody, screens her, she works well, the recruiter earns and is paid."""

from datetime import timedelta

from sqlalchemy import select

from core.actors import Actor, Role
from money.accounts import PAYABLE_RECRUITER
from money.invariants import broken_rules
from money.ledger import global_sum, owed
from ratings.invitations import invite
from ratings.models import Screening
from ratings.revealing import close_visit
from recruiting.leads import capture_lead
from recruiting.payouts import approve_all, pay
from recruiting.policy import IncentivePolicy
from recruiting.prices import milestone_price, stars
from recruiting.queries import how_computed, statement
from recruiting.schemas import LeadInput
from tests import factories as make
from tests.recruiting.world import DAY, World
from tests.worked import after, say, worked_visit
from tests.workers.path import NOW, apply, walk
from workers import applications as steps
from workers.models import Worker
from workers.standing import standing_of
from workers.trials import note_trial_visit


def visit_and_rating(world: World, worker: Worker, number: int):
    customer = world.customer(number % 6)
    visit = worked_visit(world.session, customer, worker, NOW + (number + 2) * DAY, state="settled")
    invite(world.session, visit.code, after(visit))
    say(world.session, customer, visit, 5)
    close_visit(world.session, visit.code, after(visit, days=7))
    assert visit.settled_at is not None
    world.react(visit.settled_at)
    return visit


def test_a_recruiter_earns(world: World):
    account = make.make_account(world.session, "刘冬梅")
    capture_lead(world.session, world.actor, LeadInput("刘冬梅", account.phone or "", "2026-11"), NOW - 2 * DAY)
    worker = apply(world.session, Actor(Role.CUSTOMER, account.code), recruiter_code=world.rita.code)
    world.react(NOW)

    sheet, outcome = world.screen(worker, photos=("photo-1", "photo-2"))
    assert outcome.awaits_confirmation
    steps.confirm_interview(world.session, world.desk.agent, worker.code, "called her references", NOW)
    assert world.session.scalars(select(Screening)).one().source == world.rita.code

    walk(world.session, worker, "trial", world.desk)
    for number in range(3):
        visit = visit_and_rating(world, worker, number)
        assert note_trial_visit(world.session, worker.code, visit.code, True, NOW + 10 * DAY)
    steps.activate_worker(world.session, world.desk.agent, worker.code, "three good visits", NOW + 10 * DAY)
    world.react(NOW + 10 * DAY)
    earned = world.milestones(worker)
    assert {kind: (row.state, row.fen) for kind, row in earned.items()} == {
        "advance": ("vested", 2000), "screening": ("vested", 1000),
    }  # fmt: skip
    assert sheet.milestone == earned["screening"].code

    for number in range(10, 17):
        last = visit_and_rating(world, worker, number)
    assert last.settled_at is not None
    row = world.milestones(worker)["visits_10"]
    assert row.evaluate_at == max(last.settled_at + 8 * DAY, NOW + 24 * DAY)
    world.fire(row.evaluate_at)
    row = world.milestones(worker)["visits_10"]
    standing = standing_of(world.session, worker.code)
    assert standing is not None
    price = milestone_price(10, stars(standing.lower), IncentivePolicy())
    assert (row.state, row.fen, row.team_fen) == ("vested", price.fen, price.team_fen)
    assert row.fen > 0

    month_end = row.vested_at + timedelta(hours=1) if row.vested_at else NOW
    approve_all(world.session, world.desk.lead, world.rita.code, "checked", month_end)
    payout = pay(world.session, world.finance, world.rita.code, "monthly pay", month_end)
    assert payout.fen == 2000 + 1000 + price.own_fen
    assert {row.state for row in world.milestones(worker).values()} == {"paid"}
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 0
    assert owed(world.session, PAYABLE_RECRUITER, "team/liuan") == price.team_fen
    assert how_computed(world.session, world.actor, row.code).inputs["lower"] == round(standing.lower, 6)
    assert [line.state for line in statement(world.session, world.actor, month_end).tracks[0].lines] == [
        "paid", "paid", "paid", "ahead", "ahead",
    ]  # fmt: skip
    assert global_sum(world.session) == 0
    assert broken_rules(world.session) == []
