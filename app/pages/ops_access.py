"""How somebody gets in, for the desk: what is set, what waits, and the two acts for those who lost something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import fields, validate

from accounts.accounts import account_by_code
from accounts.numbers import join_number, waiting_change
from accounts.second_factor import has_second_factor, reset_second_factor
from app.house import wall_now
from app.input import read
from app.output import UNTRIED, refused, see_other
from app.pages.ops_event_words import role_word
from app.pages.ops_words import DESK, Said, actor_because
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from core.actors import Actor
from core.codes import tidy_code
from core.errors import DomainError

bp = Blueprint("ops_access", __name__)


class JoinSchema(Said):
    """Whose number it is that the account gets."""

    other = fields.String(required=True, validate=validate.Length(1, 24))


@route(bp, "/ops/people/<code>/access", policy=DESK)
def show_access(code: str) -> Any:
    """Show how somebody gets in; their number is not among it."""
    return render_template("ops/access.html", **_page(code))


@route(bp, "/ops/people/<code>/access/factor", policy=DESK, methods=["POST"], audit=True)
def take_factor_away(code: str) -> Any:
    """Take a lost authenticator away after checking who calls."""

    def act(actor: Actor, said: dict[str, str]) -> None:
        reset_second_factor(current_session(), actor, code, said["reason"], wall_now())

    return _act(code, "factor", Said, act, _("The authenticator is gone; the phone code opens it."))


@route(bp, "/ops/people/<code>/access/number", policy=DESK, methods=["POST"], audit=True)
def give_number(code: str) -> Any:
    """Give an account the number of another one after checking who calls."""

    def act(actor: Actor, said: dict[str, str]) -> None:
        join_number(current_session(), actor, code, tidy_code(said["other"]), said["reason"], wall_now())

    return _act(code, "number", JoinSchema, act, _("The number counts in two days."))


def _act(code: str, tried: str, schema: type[Said], act: Callable[[Actor, dict[str, str]], None], done: str) -> Any:
    try:
        said = read(schema)
        act(actor_because(said["reason"]), said)
    except DomainError as error:
        return refused("ops/access.html", error, lambda: _page(code), tried)
    flash(done, "done")
    return see_other("ops_access.show_access", code=code)


def _page(code: str) -> dict[str, Any]:
    session = current_session()
    account = account_by_code(session, code)
    return {
        "person": account,
        "roles": [role_word(one.role) for one in account.roles],
        "has_factor": has_second_factor(session, account),
        "change": waiting_change(session, account),
        **UNTRIED,
    }
