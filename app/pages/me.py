"""The customer's own page: homes, people, language, leaving."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template

from app import auth
from app.house import current_now
from app.output import see_other
from app.pages.request import own_homes
from app.registry import Policy, route
from app.session import current_session
from app.words import gettext as _
from core.actors import Role
from core.errors import NotFound
from dispatch.blocks import block_pair, unblock_pair
from dispatch.customer_story import Known, known_workers
from disputes.queries import my_cases
from money.accounts import CREDIT_CUSTOMER
from money.funds import debt_of
from money.ledger import owed

bp = Blueprint("me", __name__)
MINE = Policy({Role.CUSTOMER}, "own account")


@route(bp, "/me", policy=MINE)
def show_me() -> Any:
    """Show what is kept of oneself, and what one has decided about others."""
    session, actor = current_session(), auth.current_actor()
    account = auth.current_account()
    return render_template(
        "customer/me.html",
        homes=own_homes(),
        people=known_workers(session, actor),
        cases=my_cases(session, actor),
        credit_fen=owed(session, CREDIT_CUSTOMER, actor.code),
        debt_fen=debt_of(session, actor.code),
        phone_end=(account.phone or "")[-4:] if account else "",
    )


@route(bp, "/me/people/<worker>/never", policy=MINE, methods=["POST"])
def never_again(worker: str) -> Any:
    """Never be matched with a worker one knows; the worker is not told."""
    known = _known(worker)
    block_pair(current_session(), auth.current_actor().code, known.code, "customer", "me", current_now())
    flash(_("%(name)s will not be sent to you again. Nobody is told.", name=known.name), "done")
    return see_other("me.show_me")


@route(bp, "/me/people/<worker>/again", policy=MINE, methods=["POST"])
def again(worker: str) -> Any:
    """Take one's own "never again" back."""
    known = _known(worker)
    unblock_pair(current_session(), auth.current_actor().code, known.code, "customer")
    flash(_("%(name)s may come again.", name=known.name), "done")
    return see_other("me.show_me")


def _known(worker: str) -> Known:
    found = next((one for one in known_workers(current_session(), auth.current_actor()) if one.code == worker), None)
    if found is None:
        raise NotFound
    return found
