"""Money for the desk and finance: the ledger with its laws, and what recruiters have earned, to approve and to pay."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import Schema, fields, validate

from app import auth
from app.house import current_now
from app.input import read, read_query
from app.output import UNTRIED, refused, see_other
from app.pages.ops_event_words import account_word, kind_word
from app.pages.ops_owner_words import owner_names
from app.pages.ops_people import next_page
from app.pages.ops_words import HOUSE, Said, actor_because
from app.pages.recruiter_words import kind_word as sum_word
from app.reconciliation import last_reckoning
from app.registry import Policy, route
from app.session import current_session
from app.words import gettext as _
from app.words import lazy_gettext
from core.actors import Role
from core.errors import DomainError
from money.book import BookWish, book_page, kinds_known
from money.funds import fund_left
from money.invariants import alerts, broken_rules
from recruiting.desk import milestone_counts, milestone_list, payable
from recruiting.payouts import approve, hold_milestone, pay, release_milestone
from recruiting.states import MilestoneState

bp = Blueprint("ops_money", __name__)
DECIDING = Policy({Role.FINANCE, Role.OPS_LEAD}, "all")
WATCHING = Policy({Role.OPS_AGENT, Role.OPS_LEAD}, "all")
PAYING = Policy({Role.FINANCE}, "all")
LAWS = {
    "global_sum": lazy_gettext("All postings together are nothing"),
    "entry_sum": lazy_gettext("Every entry is even in itself"),
    "revenue_basic": lazy_gettext("Not a fen of basic work stays with us"),
    "subsidy_pool": lazy_gettext("No pool of subsidies is below zero"),
}
DIFFERENCES = {
    "escrow": lazy_gettext("Escrow of a visit"),
    "hold": lazy_gettext("Contested money of a visit"),
    "settled": lazy_gettext("Pay of a settled visit"),
    "payout": lazy_gettext("A payout"),
    "milestone": lazy_gettext("A recruiter's sum"),
    "recruiter_pay": lazy_gettext("A recruiter's payout"),
    "reserve": lazy_gettext("A recruit's reserve"),
}
ALERTS = {
    "guarantee_fund_overdrawn": lazy_gettext("The guarantee fund owes more than was put in"),
    "incentive_overdrawn": lazy_gettext("A recruiting budget is overdrawn"),
}
MILESTONES = {
    "advance": lazy_gettext("advance"), "screening": lazy_gettext("screening fees"),
    "visits_10": lazy_gettext("ten visits"),
    "visits_30": lazy_gettext("thirty visits"), "visits_80": lazy_gettext("eighty visits"),
}  # fmt: skip


class BookSchema(Schema):
    """Which entries to list."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    account = fields.String(load_default="", validate=validate.Length(max=40))
    kind = fields.String(load_default="", validate=validate.Length(max=40))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class MilestonesSchema(Schema):
    """Which milestones to list."""

    state = fields.String(
        load_default="vested", validate=validate.OneOf(["all", *[state.value for state in MilestoneState]])
    )
    after = fields.String(load_default="", validate=validate.Length(max=20))


@route(bp, "/ops/ledger", policy=HOUSE)
def show_ledger() -> Any:
    """Show the laws of the ledger, green or red, and its entries."""
    asked, session, actor = read_query(BookSchema), current_session(), auth.current_actor()
    page = book_page(session, actor, BookWish(asked["account"], asked["kind"], asked["q"]), asked["after"])
    broken = broken_rules(session)
    accounts, kinds = kinds_known(session)
    low = alerts(session)
    owners = {leg.owner for one in page.rows for leg in one.legs} | {one.source_id.split("/")[0] for one in page.rows}
    return render_template(
        "ops/ledger.html",
        page=page,
        asked=asked,
        laws=[(str(word), [one for one in broken if one.code == code]) for code, word in LAWS.items()],
        alerts=[(str(ALERTS.get(one.code, one.code)), one) for one in low],
        names=owner_names(session, owners | {one.owner for one in (*low, *broken)}),
        fund=fund_left(session),
        reckoning=last_reckoning(session),
        difference_word=lambda one: str(DIFFERENCES.get(one.code, one.code)),
        accounts=[(one, account_word(one)) for one in accounts],
        kinds=[(one, kind_word(one)) for one in kinds],
        account_word=account_word,
        kind_word=kind_word,
        next=next_page(page.after),
    )


@route(bp, "/ops/milestones", policy=HOUSE)
def show_milestones() -> Any:
    """List what recruiters have earned, what is approved, and to whom it may be paid."""
    return render_template("ops/milestones.html", **_page())


@route(bp, "/ops/milestones/<code>/approve", policy=DECIDING, methods=["POST"], audit=True)
def approve_one(code: str) -> Any:
    """Approve one vested milestone; somebody else pays it."""
    return _do(code, approve, f"{code}/approve", _("Approved; somebody else at finance pays it."))


@route(bp, "/ops/milestones/<code>/hold", policy=WATCHING, methods=["POST"], audit=True)
def hold_one(code: str) -> Any:
    """Look into a milestone, at most fourteen days."""
    return _do(code, hold_milestone, f"{code}/hold", _("On hold, at most fourteen days."))


@route(bp, "/ops/milestones/<code>/release", policy=WATCHING, methods=["POST"], audit=True)
def release_one(code: str) -> Any:
    """Let a held milestone go its way."""
    return _do(code, release_milestone, f"{code}/release", _("Let go; it is worked out again."))


@route(bp, "/ops/recruiters/<code>/pay", policy=PAYING, methods=["POST"], audit=True)
def pay_one(code: str) -> Any:
    """Pay everything of one recruiter that somebody else has approved."""
    return _do(code, pay, f"{code}/pay", _("Paid."))


def _do(code: str, verb: Any, tried: str, done: str) -> Any:
    try:
        reason = read(Said)["reason"]
        verb(current_session(), actor_because(reason), code, reason, current_now())
    except DomainError as error:
        return refused("ops/milestones.html", error, _page, tried)
    flash(done, "done")
    return see_other("ops_money.show_milestones")


def _page() -> dict[str, Any]:
    asked, session, actor = read_query(MilestonesSchema), current_session(), auth.current_actor()
    state = "" if asked["state"] == "all" else asked["state"]
    page = milestone_list(session, actor, state, asked["after"])
    counts = milestone_counts(session, actor)
    return {
        "page": page,
        "asked": asked,
        "counts_of": counts,
        "states": [state.value for state in MilestoneState],
        "payable": payable(session, actor),
        "kinds": {code: str(word) for code, word in MILESTONES.items()},
        "kind_word": sum_word,
        "may_pay": actor.role is Role.FINANCE,
        "next": next_page(page.after),
        **UNTRIED,
    }  # fmt: skip
