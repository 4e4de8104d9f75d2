"""A customer complains about a visit that is over; the worker answers, a person decides, the money moves once."""

from datetime import timedelta

from sqlalchemy import select

from core.actors import Role
from disputes.disputes import add_statement, decide_dispute, open_dispute
from disputes.models import Dispute
from disputes.schemas import DecisionInput, OpenInput, StatementInput
from money.accounts import CREDIT_CUSTOMER, GUARANTEE_FUND, HOLD_DISPUTE, PAYABLE_WORKER
from ratings.invitations import rate_visit
from ratings.schemas import RatingInput
from tests import factories as make
from tests.journeys.town import Town

NOON, NINE = make.MONDAY_NOON, make.TUESDAY_NINE
HOUR = timedelta(hours=1)


def state(town: Town) -> str:
    return town.rows(select(Dispute.state))[0]


def test_a_refund_comes_from_the_fund_and_the_worker_keeps_the_pay(town: Town) -> None:
    ada, ben = town.customer(), town.worker()
    olu = town.act(lambda session: make.make_ops(session, "Olu", Role.OPS_AGENT))
    visit = town.request(ada, NINE, NOON)
    town.beat(NOON + timedelta(minutes=1))
    town.take(visit, NOON + timedelta(minutes=2))
    end = town.do(visit, ben)
    town.beat(end + timedelta(minutes=2))
    opened = end + 2 * HOUR
    given = OpenInput(visit, "quality", "The bathroom was left out.", "refund")
    case = town.act(lambda session: open_dispute(session, ada, given, opened).code)
    town.beat(opened)
    assert state(town) == "awaiting_reply"
    town.beat(end + 24.1 * HOUR)  # silence confirms
    town.beat(end + 48.5 * HOUR)  # and a day later it is settled, less what is contested
    held = town.owed(HOLD_DISPUTE)
    worker_fen = town.visit(visit).worker_fen
    assert held == worker_fen // 2
    assert town.owed(PAYABLE_WORKER, ben.person) == worker_fen - held

    said = StatementInput("The bathroom was locked.")
    town.act(lambda session: add_statement(session, ben, case, said, end + 49 * HOUR))
    fund = town.owed(GUARANTEE_FUND)
    verdict = DecisionInput("part_refund", "three of nine lines were left", 2000, "counts")
    town.act(lambda session: decide_dispute(session, olu, case, verdict, end + 49.5 * HOUR))
    town.beat(end + 52 * HOUR)
    assert state(town) == "remedied"
    assert fund - town.owed(GUARANTEE_FUND) == 2000
    assert town.owed(CREDIT_CUSTOMER, ada.code) == 2000
    rating = RatingInput(visit, 3, {"thorough": 1}, "neutral", "not_thorough")
    town.act(lambda session: rate_visit(session, ada, rating, end + 60 * HOUR))
    town.beat(end + 52 * HOUR + timedelta(days=8))
    assert state(town) == "closed"
    assert town.owed(HOLD_DISPUTE) == 0
    assert town.owed(PAYABLE_WORKER, ben.person) == worker_fen
    assert town.visit(visit).review == "revealed"
