"""The desk: payouts, the ledger, health."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.api.acting import BOOKS, FINANCE, HOUSE, BecauseSchema, Input, because
from app.api.shapes import codes_and_numbers, fen, flag, instant, many, number, page_of, real, text
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.health import examine
from app.house import current_now, house
from app.reconciliation import last_reckoning
from app.session import current_session
from money.accounts import FUNDS, PAYABLE_RECRUITER, PAYABLE_WORKER, TIPS_WORKER
from money.book import BookWish, book_page
from money.invariants import alerts, broken_rules
from money.ledger import global_sum, owed
from money.payouts import make_payout, pay_payout, void_payout

bp = ApiPart("books", __name__, "The desk: payouts, ledger, health")


class BookAskSchema(Input):
    """What to list: an account, a kind, and a code (of an owner, an entry, or what it is about)."""

    account = fields.String(load_default="", validate=validate.Length(max=40))
    kind = fields.String(load_default="", validate=validate.Length(max=40))
    q = fields.String(load_default="", validate=validate.Length(max=40))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class PayoutAskSchema(BecauseSchema):
    """Whom to pay what is owed to them."""

    account = fields.String(required=True, validate=validate.OneOf([PAYABLE_WORKER, TIPS_WORKER]))
    owner = fields.String(required=True, validate=validate.Length(1, 24))


class LegSchema(Schema):
    """One leg: plus is debit, minus is credit."""

    account = text()
    owner = text()
    fen = fen()


class EntrySchema(Schema):
    """One movement of money; its legs sum to zero."""

    code = text()
    at = instant()
    kind = text()
    source = text()
    source_id = text()
    legs = many(LegSchema)
    note = codes_and_numbers()
    reverses = flag()
    fen = number()


class BrokenSchema(Schema):
    """A rule of the ledger that does not hold, or a fund that wants attention."""

    code = text()
    owner = text()
    fen = fen()


class DifferenceSchema(Schema):
    """A sum of the ledger that is not what visits, cases, payouts or milestones say, at the last daily comparison."""

    code = text()
    about = text()
    ledger_fen = fen()
    expected_fen = fen()


class BooksSchema(Schema):
    """The sum of all postings (0, always), what funds have left, what is owed to people, broken rules, alerts."""

    global_sum_fen = number()
    funds = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    owed = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    broken = many(BrokenSchema)
    alerts = many(BrokenSchema)
    compared_at = instant(none=True)
    differences = many(DifferenceSchema)


class PayoutSchema(Schema):
    """Money leaving to somebody."""

    code = text()
    owner = text()
    account = text()
    fen = fen()
    state = text()
    created_at = instant()
    paid_at = instant(none=True)


class RoundHealthSchema(Schema):
    """One tick: when it last ran and whether it is late."""

    name = text()
    period_s = real()
    last = text()
    late = flag()


class HealthSchema(Schema):
    """How the house is."""

    healthy = flag()
    rounds = many(RoundHealthSchema)
    parked = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    waiting = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    now = text()


BOOK = page_of(EntrySchema)


@operation(
    bp, "/ops/payouts", policy=FINANCE, method="POST", body=PayoutAskSchema, answer=PayoutSchema, status=201, audit=True
)
def post_payout(body: dict[str, str]) -> Any:
    """Make a payout of all that is owed to a worker; the one already made is returned."""
    return make_payout(current_session(), because(body["reason"]), body["account"], body["owner"], current_now())


@operation(
    bp, "/ops/payouts/<payout>/pay", policy=FINANCE, method="POST", body=BecauseSchema, answer=PayoutSchema, audit=True
)
def post_pay_payout(payout: str, body: dict[str, str]) -> Any:
    """State that a payout has been paid, once; a large one by somebody else than who made it."""
    return pay_payout(current_session(), because(body["reason"]), payout, current_now())


@operation(
    bp, "/ops/payouts/<payout>/void", policy=FINANCE, method="POST", body=BecauseSchema, answer=PayoutSchema, audit=True
)
def post_void_payout(payout: str, body: dict[str, str]) -> Any:
    """Tear a payout up that has not been paid; what is owed stays owed."""
    return void_payout(current_session(), because(body["reason"]), payout, current_now())


@operation(bp, "/ops/ledger", policy=BOOKS, answer=BooksSchema)
def get_books() -> dict[str, Any]:
    """Show the sums of the ledger, every rule that does not hold (none), and what differed at the last comparison."""
    session = current_session()
    reckoning = last_reckoning(session)
    return {
        "global_sum_fen": global_sum(session),
        "funds": {account: owed(session, account) for account in sorted(FUNDS)},
        "owed": {account: owed(session, account) for account in (PAYABLE_WORKER, TIPS_WORKER, PAYABLE_RECRUITER)},
        "broken": broken_rules(session),
        "alerts": alerts(session),
        "compared_at": reckoning.at,
        "differences": reckoning.found,
    }


@operation(bp, "/ops/ledger/entries", policy=BOOKS, query=BookAskSchema, answer=BOOK)
def get_entries(query: dict[str, str]) -> Any:
    """List the entries of the ledger with their legs, newest first."""
    after = query.pop("after")
    return book_page(current_session(), current_actor(), BookWish(**query), after)


@operation(bp, "/ops/health", policy=HOUSE, answer=HealthSchema)
def get_health() -> Any:
    """Show whether every round is on time, what waits and what is parked."""
    return examine(current_session(), current_now(), house().clock.speed)
