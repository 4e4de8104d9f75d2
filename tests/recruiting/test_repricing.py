"""A rating that should never have counted: upwards only, never downwards; late timers price as punctual ones."""

from datetime import datetime

from money.accounts import PAYABLE_RECRUITER
from money.invariants import broken_rules
from money.ledger import owed
from ratings.invitations import invite
from ratings.revealing import close_visit
from ratings.scores import set_weight
from recruiting.bounds import lower_at
from recruiting.payouts import approve_all, pay
from recruiting.policy import IncentivePolicy
from recruiting.prices import milestone_price, stars
from tests.recruiting.world import DAY, World
from tests.worked import after, say, worked_visit
from tests.workers.path import NOW
from workers.models import Worker

P = IncentivePolicy()


def rated(world: World, worker: Worker, number: int, given: int):
    customer = world.customer(number % 6)
    visit = worked_visit(world.session, customer, worker, NOW + (number + 1) * DAY, state="settled")
    invite(world.session, visit.code, after(visit))
    rating = say(world.session, customer, visit, given)
    close_visit(world.session, visit.code, after(visit, days=7))
    assert visit.settled_at is not None
    world.react(visit.settled_at)
    return rating


def priced(world: World, *, bad: int) -> tuple[Worker, object, datetime]:
    """Ten visits of which one was rated badly, and the instant after the price was set."""
    worker = world.recruit()
    ratings = [rated(world, worker, number, 2 if number == bad else 5) for number in range(10)]
    due = world.milestones(worker)["visits_10"].evaluate_at
    assert due is not None
    world.fire(due)
    return worker, ratings[bad], due


def test_an_unapproved_sum_grows_when_a_rating_falls_away(world: World):
    worker, rating, due = priced(world, bad=9)
    before = world.milestones(worker)["visits_10"].fen
    set_weight(world.session, rating.code, 0.0, "platform", world.desk.lead, due + DAY)
    world.react(due + DAY)
    row = world.milestones(worker)["visits_10"]
    assert row.fen == milestone_price(10, stars(lower_at(world.session, worker.code, due)), P).fen > before
    assert row.computed["before"]["fen"] == before
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == 2000 + row.fen - row.team_fen
    assert broken_rules(world.session) == []


def test_an_approved_sum_gets_a_second_one(world: World):
    worker, rating, due = priced(world, bad=9)
    before = world.milestones(worker)["visits_10"].fen
    approve_all(world.session, world.desk.lead, world.rita.code, "month", due)
    pay(world.session, world.finance, world.rita.code, "month", due)
    set_weight(world.session, rating.code, 0.0, "platform", world.desk.lead, due + DAY)
    world.react(due + DAY)
    rows = world.milestones(worker)
    assert (rows["visits_10"].state, rows["visits_10"].fen) == ("paid", before)
    more = rows["visits_10_more"]
    whole = milestone_price(10, stars(lower_at(world.session, worker.code, due)), P)
    assert (more.state, more.fen, more.team_fen) == (
        "vested", whole.fen - before, whole.team_fen - rows["visits_10"].team_fen,
    )  # fmt: skip
    assert owed(world.session, PAYABLE_RECRUITER, world.rita.code) == more.fen - more.team_fen


def test_a_good_rating_that_falls_away_takes_nothing(world: World):
    worker, _, due = priced(world, bad=9)
    good = rated(world, worker, 20, 5)
    row = world.milestones(worker)["visits_10"]
    before = (row.fen, row.computed)
    set_weight(world.session, good.code, 0.0, "platform", world.desk.lead, due + 40 * DAY)
    world.react(due + 40 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.fen, row.computed) == before


def test_a_rating_given_after_the_price_changes_nothing(world: World):
    worker, _, due = priced(world, bad=9)
    late = rated(world, worker, 25, 1)
    before = world.milestones(worker)["visits_10"].fen
    set_weight(world.session, late.code, 0.0, "platform", world.desk.lead, due + 40 * DAY)
    world.react(due + 40 * DAY)
    assert world.milestones(worker)["visits_10"].fen == before


def test_a_late_timer_prices_as_a_punctual_one(world: World):
    worker = world.recruit()
    for number in range(10):
        rated(world, worker, number, 5)
    due = world.milestones(worker)["visits_10"].evaluate_at
    assert due is not None
    expected = milestone_price(10, stars(lower_at(world.session, worker.code, due)), P).fen
    rated(world, worker, 25, 1)  # revealed after the day of the price
    world.fire(due + 30 * DAY)
    row = world.milestones(worker)["visits_10"]
    assert (row.fen, row.computed["priced_for"]) == (expected, due.isoformat())
