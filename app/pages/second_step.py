"""After the phone code: the authenticator's code, or who one is when the number was not seen for a long time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template
from marshmallow import Schema, fields, validate

from accounts.models import Account, SecondFactor
from accounts.second_factor import FACTOR, UNSEEN, holds_desk_role
from accounts.steps import Facts, begin_anew, pass_with_factor, pass_with_facts, tries_left, waiting_for
from accounts.totp import totp_now
from app.formats import named
from app.house import house, wall_now
from app.input import read
from app.known_facts import NO_COMPOUND, known_facts
from app.output import form_errors
from app.pages.access import enter_by_phone
from app.phone_code import this_step
from app.registry import PUBLIC, route
from app.session import current_session, settle
from app.settings import Env
from app.words import gettext as _
from core.errors import Conflict, InvalidInput
from places.zones import list_compounds

bp = Blueprint("second_step", __name__)


class FactorSchema(Schema):
    """A code of the authenticator, or a recovery code."""

    code = fields.String(required=True, validate=validate.Length(max=30))


class FactsSchema(Schema):
    """Who one is: the name one had here, and where the last visit was."""

    name = fields.String(required=True, validate=validate.Length(max=80))
    compound = fields.String(required=True, validate=validate.Length(max=60))


@route(bp, "/sign-in/second", policy=PUBLIC)
def ask_factor() -> Any:
    """Ask for the authenticator's code."""
    account = _waits_for(FACTOR)
    if account is None:
        return redirect("/sign-in", 303)
    return render_template("access/second.html", errors={}, demo_code=_demo_code(account))


@route(bp, "/sign-in/second", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def check_factor() -> Any:
    """Let somebody in by both; a wrong try is counted although the answer is a refusal."""
    try:
        account = pass_with_factor(current_session(), this_step(), read(FactorSchema)["code"], wall_now())
    except Conflict:
        return redirect("/sign-in", 303)
    except InvalidInput as error:
        return form_errors("access/second.html", error, demo_code="")
    return enter_by_phone(account, strong=not holds_desk_role(account))


@route(bp, "/sign-in/unseen", policy=PUBLIC)
def ask_facts() -> Any:
    """Ask who one is."""
    account = _waits_for(UNSEEN)
    if account is None:
        return redirect("/sign-in", 303)
    return render_template("access/unseen.html", errors={}, values={}, **_facts_page(account))


@route(bp, "/sign-in/unseen", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def check_facts() -> Any:
    """Let somebody in who knows the account's name and its last visit; three tries a month."""
    session, account = current_session(), _waits_for(UNSEEN)
    if account is None:
        return redirect("/sign-in", 303)
    try:
        said = Facts(**read(FactsSchema))
        pass_with_facts(session, this_step(), said, known_facts(session, account), wall_now())
    except InvalidInput as error:
        settle(session, error)
        return form_errors("access/unseen.html", error, **_facts_page(account))
    return enter_by_phone(account, strong=False)


@route(bp, "/sign-in/anew", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def start_anew() -> Any:
    """Give the number an account of its own; the one it had is left alone, without its number."""
    try:
        account = begin_anew(current_session(), this_step(), wall_now())
    except Conflict:
        return redirect("/sign-in", 303)
    return enter_by_phone(account, strong=False)


def _waits_for(wanted: str) -> Account | None:
    try:
        account, left = waiting_for(current_session(), this_step(), wall_now())
    except Conflict:
        return None
    return account if left == wanted else None


def _demo_code(account: Account) -> str:
    """Return what the authenticator shows, in the demo only: its secret lies in nobody's pocket there."""
    if house().settings.env is not Env.DEMO:
        return ""
    found = current_session().get(SecondFactor, account.id)
    return totp_now(found.totp_secret, wall_now()) if found else ""


def _facts_page(account: Account) -> dict[str, Any]:
    session = current_session()
    names = sorted((named(one.names), one.slug) for one in list_compounds(session))
    compounds = [(slug, name) for name, slug in names]
    return {
        "compounds": [*compounds, (NO_COMPOUND, _("None of these, a house by itself"))],
        "askable": known_facts(session, account) is not None,
        "tries": max(0, tries_left(session, account, wall_now())),
    }
