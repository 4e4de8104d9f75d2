"""Payouts: what is owed to workers, made into payouts and paid; a large one by a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import fields, validate

from app import auth
from app.house import current_now
from app.input import read
from app.output import UNTRIED, refused, see_other
from app.pages.ops_event_words import account_word
from app.pages.ops_money import PAYING
from app.pages.ops_owner_words import owner_names
from app.pages.ops_words import HOUSE, Said, actor_because
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.actors import Actor
from core.errors import DomainError
from money.accounts import PAYABLE_WORKER, TIPS_WORKER
from money.owed import owed_to_people, payouts
from money.payouts import make_payout, pay_payout, void_payout

bp = Blueprint("ops_payouts", __name__)


class MakeSchema(Said):
    """Of which account a payout is made."""

    account = fields.String(required=True, validate=validate.OneOf([PAYABLE_WORKER, TIPS_WORKER]))


@route(bp, "/ops/payouts", policy=HOUSE)
def show_payouts() -> Any:
    """List what is owed, what is made, what was paid lately."""
    return render_template("ops/payouts.html", **_page())


@route(bp, "/ops/payouts/<owner>/make", policy=PAYING, methods=["POST"], audit=True)
def make(owner: str) -> Any:
    """Make a payout of all that is owed to a worker."""

    def work(said: dict[str, Any], actor: Actor) -> None:
        make_payout(current_session(), actor, said["account"], owner, current_now())

    return _do(MakeSchema, work, f"{owner}/make", _("The payout is made; say so when it has been paid."))


@route(bp, "/ops/payouts/<code>/pay", policy=PAYING, methods=["POST"], audit=True)
def pay(code: str) -> Any:
    """State that a payout has been paid."""
    return _do(
        Said,
        lambda _s, actor: pay_payout(current_session(), actor, code, current_now()),
        f"{code}/pay",
        _("Paid."),
    )


@route(bp, "/ops/payouts/<code>/void", policy=PAYING, methods=["POST"], audit=True)
def void(code: str) -> Any:
    """Tear up a payout that has not been paid."""
    return _do(
        Said,
        lambda _s, actor: void_payout(current_session(), actor, code, current_now()),
        f"{code}/void",
        _("Torn up; the sum stays owed."),
    )


def _do(schema: type[Said], work: Callable[[dict[str, Any], Actor], object], tried: str, done: str) -> Any:
    try:
        said = read(schema)
        work(said, actor_because(said["reason"]))
    except DomainError as error:
        return refused("ops/payouts.html", error, _page, tried)
    flash(done, "done")
    return see_other("ops_payouts.show_payouts")


def _page() -> dict[str, Any]:
    session, actor = current_session(), auth.current_actor()
    owed = owed_to_people(session, actor)
    made, paid = payouts(session, actor, "made"), payouts(session, actor, "paid", 20)
    people = {one.owner for one in owed} | {one.owner for one in (*made, *paid)} | {one.made_by for one in made}
    return {
        "owed": owed,
        "total": sum(one.fen for one in owed),
        "made": made,
        "paid": paid,
        "names": owner_names(session, people),
        "account_word": account_word,
        "may_pay": PAYING.roles >= {actor.role},
        **UNTRIED,
    }
