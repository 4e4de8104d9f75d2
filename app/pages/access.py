"""Getting in and out: the phone code, the staff door, the role, language and look."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask_babel import get_locale
from marshmallow import Schema, fields, validate

from accounts.accounts import set_locale
from accounts.codes import CodeAsk, CodeProof, ask_code, redeem_code
from accounts.errors import MoreNeeded
from accounts.models import Account
from accounts.second_factor import must_have_second_factor
from accounts.sessions import end_all, end_session, roles_open, switch_role
from accounts.staff import StaffProof, staff_sign_in
from app import auth
from app.context import THEMES
from app.house import house, network, wall_now
from app.i18n import tidy_locale
from app.input import read
from app.output import form_errors
from app.pages.homes import home_of, safe_next
from app.phone_code import CHALLENGE, NEXT, code_sent, go_on
from app.registry import PUBLIC, SIGNED_IN, route
from app.session import current_session
from core.actors import Role
from core.errors import Conflict, InvalidInput

bp = Blueprint("access", __name__)


class PhoneSchema(Schema):
    """The number to send a code to."""

    phone = fields.String(required=True, validate=validate.Length(max=30))


class CodeSchema(Schema):
    """The digits of the message."""

    code = fields.String(required=True, validate=validate.Length(max=30))


class StaffSchema(Schema):
    """What staff type at their door."""

    login = fields.String(required=True, validate=validate.Length(max=64))
    password = fields.String(required=True, validate=validate.Length(max=200))
    totp = fields.String(required=True, validate=validate.Length(max=30))


class RoleSchema(Schema):
    """The role to act in from now on."""

    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))


class LookSchema(Schema):
    """Language and appearance; ``next`` is the page to come back to."""

    locale = fields.String()
    theme = fields.String(validate=validate.OneOf(THEMES))
    next = fields.String(load_default="/")


@route(bp, "/sign-in", policy=PUBLIC)
def sign_in() -> Any:
    """Ask for the phone number."""
    if auth.current_account() is not None:
        return redirect(safe_next(request.args.get("next", ""), auth.current_actor().role), 303)
    if request.args.get("next"):
        session[NEXT] = request.args["next"][:500]
    return render_template("access/sign_in.html", errors={}, values={})


@route(bp, "/sign-in", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def send_code() -> Any:
    """Send a code to the number; the answer is the same for every number."""
    ask = {"session_key": auth.browser_key(), "network": network(), "locale": str(get_locale())}
    try:
        challenge = ask_code(current_session(), CodeAsk(read(PhoneSchema)["phone"], **ask), wall_now())
    except InvalidInput as error:
        return form_errors("access/sign_in.html", error)
    session[CHALLENGE] = challenge.code
    return redirect("/sign-in/code", 303)


@route(bp, "/sign-in/code", policy=PUBLIC)
def type_code() -> Any:
    """Ask for the digits."""
    if CHALLENGE not in session:
        return redirect("/sign-in", 303)
    return render_template("access/code.html", errors={}, values={}, **_code_page())


@route(bp, "/sign-in/code", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def check_code() -> Any:
    """Prove the number and go in. A wrong try is counted although the answer is a refusal."""
    db_session = current_session()
    try:
        typed = read(CodeSchema)["code"]
        proof = CodeProof(str(session.get(CHALLENGE, "")), typed, auth.browser_key(), network(), str(get_locale()))
        account = redeem_code(db_session, proof, wall_now(), house().settings.code_pepper)
    except MoreNeeded as error:
        return go_on(error)
    except InvalidInput as error:
        return form_errors("access/code.html", error, **_code_page())
    return enter_by_phone(account, strong=False)


def _code_page() -> dict[str, Any]:
    """Return where the code went and, in the demo only, the code itself: there is no phone to receive it."""
    sent = code_sent()
    return {"phone_end": sent.phone_end if sent else "", "demo_code": sent.demo_code if sent else ""}


def enter_by_phone(account: Account, *, strong: bool) -> Response:
    """Let somebody in whose number is proved; ``strong``: the authenticator too. Recruiters without one set it up."""
    roles = roles_open(account, strong=strong)
    if not strong and must_have_second_factor(account):
        target = session.get(NEXT, "")
        auth.sign_in(account, Role.CUSTOMER)
        session[NEXT] = target
        return make_response(redirect("/account/second-factor", 303))
    return _enter(account, roles[0] if roles else Role.CUSTOMER, ask_role=len(roles) > 1, strong=strong)


def _enter(account: Account, role: Role, *, ask_role: bool = False, strong: bool = False) -> Response:
    """Start the session and go to where the person was heading, or let them choose their role first."""
    target = session.get(NEXT, "")
    auth.sign_in(account, role, strong=strong)
    if ask_role:
        session[NEXT] = target
        return make_response(redirect("/role", 303))
    return make_response(redirect(safe_next(target, role), 303))


@route(bp, "/staff/sign-in", policy=PUBLIC)
def staff_door() -> Any:
    """Ask staff for login, password and the code of their authenticator."""
    if request.args.get("next"):
        session[NEXT] = request.args["next"][:500]
    return render_template("access/staff.html", errors={}, values={})


@route(bp, "/staff/sign-in", policy=PUBLIC, methods=["POST"], rate="sign_in", idempotent="none")
def check_staff() -> Any:
    """Let staff in with both factors; wrong tries are counted."""
    db_session = current_session()
    try:
        account = staff_sign_in(db_session, StaffProof(**read(StaffSchema), network=network()), wall_now())
    except InvalidInput as error:
        return form_errors("access/staff.html", error)
    roles = [role for role in roles_open(account, strong=True) if role is not Role.CUSTOMER]
    return _enter(account, roles[0] if roles else Role.CUSTOMER, ask_role=len(roles) > 1, strong=True)


@route(bp, "/sign-out", policy=PUBLIC, methods=["POST"], idempotent="natural")
def sign_out() -> Any:
    """End this browser's session."""
    web = auth.identify().web
    if web is not None:
        end_session(web, wall_now())
    auth.forget_token()
    return redirect("/", 303)


@route(bp, "/sign-out/everywhere", policy=SIGNED_IN, methods=["POST"], idempotent="natural")
def sign_out_everywhere() -> Any:
    """Kill every session and token of the account."""
    account = auth.current_account()
    if account is not None:
        end_all(account)
    auth.forget_token()
    return redirect("/", 303)


@route(bp, "/role", policy=SIGNED_IN)
def choose_role() -> Any:
    """Show the roles of the account."""
    return render_template("access/role.html", roles=_roles())


@route(bp, "/role", policy=SIGNED_IN, methods=["POST"], idempotent="natural")
def take_role() -> Any:
    """Go on in another role of the same account."""
    role = Role(read(RoleSchema)["role"])
    web = auth.identify().web
    target = session.get(NEXT, "")
    if web is None:
        raise Conflict("token_has_one_role", "A token acts in one role.")
    auth.remember_token(switch_role(current_session(), web, role, wall_now()))
    return redirect(safe_next(target, role), 303)


def _roles() -> list[Role]:
    web = auth.identify().web
    return roles_open(web.account, strong=web.strong_at is not None) if web else []


@route(bp, "/home", policy=PUBLIC)
def home() -> Any:
    """Go to the first page of one's role."""
    return redirect(home_of(auth.current_actor().role), 303)


@route(bp, "/preferences", policy=PUBLIC, methods=["POST"], idempotent="natural")
def set_preferences() -> Any:
    """Remember language and look: in the browser, and the language on the account too."""
    wish = read(LookSchema)
    if "locale" in wish:
        session["locale"] = tidy_locale(wish["locale"])
        account = auth.current_account()
        if account is not None:
            set_locale(account, session["locale"])
    if "theme" in wish:
        session["theme"] = wish["theme"]
    session.permanent = True
    target = wish["next"]
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return redirect(target if local else "/", 303)
