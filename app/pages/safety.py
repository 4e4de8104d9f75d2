"""Keeping one's account safe: an authenticator beside the phone code, and another telephone number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from flask import Blueprint, Response, flash, make_response, redirect, render_template, session
from marshmallow import Schema, fields, validate

from accounts.codes import CodeProof
from accounts.models import Account, WebSession
from accounts.numbers import (
    NEW,
    NumberWish,
    ask_new_number,
    ask_old_number,
    ask_phone_change,
    stop_phone_change,
    waiting_change,
)
from accounts.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    has_second_factor,
    holds_desk_role,
    must_have_second_factor,
    recovery_left,
    renew_recovery_codes,
)
from accounts.sessions import strengthen, switch_role
from accounts.totp import enrolment_address
from app import auth
from app.house import house, network, wall_now
from app.input import read
from app.output import field_sentences, see_other
from app.pages.homes import safe_next
from app.pages.second_step import FactorSchema
from app.phone_code import NEXT, demo_digits
from app.registry import SIGNED_IN, route
from app.session import current_session, settle
from app.words import gettext as _
from core.actors import Role
from core.errors import InvalidInput, NotAllowed

bp = Blueprint("safety", __name__)
OLD_CODE, NEW_CODE = "old_number", "new_number"
_GUESSING: dict[str, Any] = {"methods": ["POST"], "idempotent": "none", "rate": "sign_in"}


class NumberSchema(Schema):
    """The proof of who asks, and the new number."""

    code = fields.String(required=True, validate=validate.Length(max=30))
    phone = fields.String(required=True, validate=validate.Length(max=30))


def own_browser() -> tuple[WebSession, Account]:
    """Return the browser that asks and its account; ``NotAllowed`` for a program's token."""
    web = auth.identify().web
    if web is None:
        raise NotAllowed("browser_only", "A token cannot do this. Please sign in yourself.")
    return web, web.account


def strengthen_and_go_on(web: WebSession, account: Account) -> None:
    """Note the authenticator on this browser; a recruiter goes on at their station."""
    strengthen(web, wall_now())
    if must_have_second_factor(account) and web.role != Role.RECRUITER:
        target = session.get(NEXT, "")
        auth.remember_token(switch_role(current_session(), web, Role.RECRUITER, wall_now()))
        session[NEXT] = target


@route(bp, "/account/second-factor", policy=SIGNED_IN)
def show_factor() -> Any:
    """Show the authenticator's state, or what is needed to set one up."""
    return _no_store(_factor_page())


@route(bp, "/account/second-factor", policy=SIGNED_IN, **_GUESSING)
def set_factor() -> Any:
    """Let an authenticator count, and show the recovery codes once."""
    web, account = own_browser()
    try:
        codes = confirm_second_factor(current_session(), account, read(FactorSchema)["code"], network(), wall_now())
    except InvalidInput as error:
        return _refused(error, _factor_page)
    strengthen_and_go_on(web, account)
    return _no_store(render_template("access/recovery.html", codes=codes))


@route(bp, "/account/second-factor/codes", policy=SIGNED_IN, **_GUESSING)
def renew_codes() -> Any:
    """Show new recovery codes once; the old ones are worth nothing any more."""
    account = own_browser()[1]
    try:
        codes = renew_recovery_codes(current_session(), account, read(FactorSchema)["code"], network(), wall_now())
    except InvalidInput as error:
        return _refused(error, _factor_page)
    return _no_store(render_template("access/recovery.html", codes=codes))


@route(bp, "/account/second-factor/drop", policy=SIGNED_IN, **_GUESSING)
def drop_factor() -> Any:
    """Do without an authenticator from now on."""
    account = own_browser()[1]
    try:
        drop_second_factor(current_session(), account, read(FactorSchema)["code"], network(), wall_now())
    except InvalidInput as error:
        return _refused(error, _factor_page)
    flash(_("Only the phone code is asked from now on."), "done")
    return see_other("account.show_account")


@route(bp, "/account/go-on", policy=SIGNED_IN)
def go_on() -> Any:
    """Leave the recovery codes and go where one was heading."""
    return redirect(safe_next(session.pop(NEXT, ""), auth.current_actor().role), 303)


@route(bp, "/account/phone", policy=SIGNED_IN)
def show_number() -> Any:
    """Show the number, and how to change it."""
    return _no_store(_number_page())


@route(bp, "/account/phone/code", policy=SIGNED_IN, **_GUESSING)
def send_old() -> Any:
    """Send a code to the number the account has now."""
    account = own_browser()[1]
    made = ask_old_number(current_session(), account, auth.browser_key(), network(), wall_now())
    session[OLD_CODE] = made.code
    session.pop(NEW_CODE, None)
    return see_other("safety.show_number")


@route(bp, "/account/phone", policy=SIGNED_IN, **_GUESSING)
def send_new() -> Any:
    """Check who asks, and send a code to the new number."""
    account = own_browser()[1]
    try:
        said = read(NumberSchema)
        wish = NumberWish(said["phone"], said["code"], session.get(OLD_CODE, ""), auth.browser_key(), network())
        made = ask_new_number(current_session(), account, wish, wall_now(), house().settings.code_pepper)
    except InvalidInput as error:
        return _refused(error, _number_page)
    session[NEW_CODE] = made.code
    return see_other("safety.show_number")


@route(bp, "/account/phone/confirm", policy=SIGNED_IN, **_GUESSING)
def confirm_new() -> Any:
    """Prove the new number; it counts in two days unless somebody stops it."""
    account = own_browser()[1]
    try:
        typed, challenge = read(FactorSchema)["code"], str(session.get(NEW_CODE, ""))
        proof = CodeProof(challenge, typed, auth.browser_key(), network(), purpose=NEW, account=account.code)
        ask_phone_change(current_session(), account, proof, wall_now(), house().settings.code_pepper)
    except InvalidInput as error:
        return _refused(error, _number_page)
    _forget_codes()
    flash(_("The new number counts in two days. We have told the old one."), "done")
    return see_other("safety.show_number")


@route(bp, "/account/phone/stop", policy=SIGNED_IN, methods=["POST"], idempotent="natural")
def stop_change() -> Any:
    """Keep the number one has."""
    account = own_browser()[1]
    stop_phone_change(current_session(), account, wall_now())
    _forget_codes()
    flash(_("Stopped. Your number stays as it is."), "done")
    return see_other("safety.show_number")


def _forget_codes() -> None:
    session.pop(OLD_CODE, None)
    session.pop(NEW_CODE, None)


def _refused(error: InvalidInput, page: Callable[[dict[str, list[str]]], str]) -> Response:
    """Undo the work, except what must be remembered, and show the page with what is wrong."""
    settle(current_session(), error)
    auth.forget()
    return _no_store(page(field_sentences(error)), 422)


def _no_store(page: str, status: int = 200) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _factor_page(errors: dict[str, list[str]] | None = None) -> str:
    db_session, account = current_session(), own_browser()[1]
    has, desk = has_second_factor(db_session, account), holds_desk_role(account)
    secret = "" if has or desk else begin_second_factor(db_session, account, wall_now())
    address = enrolment_address(secret, account.phone or account.code) if secret else ""
    return render_template(
        "access/factor.html",
        errors=errors or {},
        has=has,
        desk=desk,
        must=must_have_second_factor(account),
        left=recovery_left(db_session, account) if has else 0,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        qr=segno.make(address, error="m", micro=False).svg_data_uri(border=2, dark="#16201c") if secret else "",
    )


def _number_page(errors: dict[str, list[str]] | None = None) -> str:
    db_session, account = current_session(), own_browser()[1]
    change = waiting_change(db_session, account)
    return render_template(
        "access/phone.html",
        errors=errors or {},
        change=change,
        new_end=change.new_phone[-4:] if change else "",
        end=(account.phone or "")[-4:],
        has=has_second_factor(db_session, account),
        asked=bool(session.get(OLD_CODE)),
        proving=bool(session.get(NEW_CODE)) and change is None,
        demo_code=demo_digits(str(session.get(NEW_CODE) or session.get(OLD_CODE) or "")),
    )
