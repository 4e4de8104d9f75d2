"""One's own account: name, roles, tokens for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from marshmallow import Schema, fields, validate

from accounts.second_factor import has_second_factor
from accounts.sessions import roles_open
from accounts.tokens import list_tokens, make_token, revoke_token
from app import auth
from app.house import wall_now
from app.input import read
from app.output import field_sentences
from app.registry import SIGNED_IN, route
from app.session import current_session
from core.errors import InvalidInput, NotFound

bp = Blueprint("account", __name__)


class NameSchema(Schema):
    """What somebody wants to be called."""

    name = fields.String(load_default="", validate=validate.Length(max=80))


class TokenNameSchema(Schema):
    """What a token is for."""

    token_name = fields.String(required=True, validate=validate.Length(min=1, max=80))


@route(bp, "/account", policy=SIGNED_IN)
def show_account() -> Any:
    """Show one's account."""
    return _page()


@route(bp, "/account", policy=SIGNED_IN, methods=["POST"], idempotent="natural")
def rename_account() -> Any:
    """Keep a new name."""
    try:
        name = read(NameSchema)["name"].strip()
    except InvalidInput as error:
        return make_response(_page(error), 422)
    _own().name = name
    return redirect("/account", 303)


@route(bp, "/account/tokens", policy=SIGNED_IN, methods=["POST"], idempotent="none")
def add_token() -> Any:
    """Make a token that acts in the present role; its text is shown on this answer only."""
    try:
        name = read(TokenNameSchema)["token_name"]
        _, plain = make_token(current_session(), auth.current_actor(), name, wall_now())
    except InvalidInput as error:
        return make_response(_page(error), 422)
    answer = make_response(_page(plain=plain))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@route(bp, "/account/tokens/<code>/revoke", policy=SIGNED_IN, methods=["POST"], idempotent="natural")
def end_token(code: str) -> Any:
    """End one of one's own tokens."""
    revoke_token(current_session(), auth.current_actor(), code, wall_now())
    return redirect("/account", 303)


def _own() -> Any:
    account = auth.current_account()
    if account is None:
        raise NotFound
    return account


def _page(error: InvalidInput | None = None, plain: str = "") -> str:
    web = auth.identify().web
    account = _own()
    return render_template(
        "access/account.html",
        errors=field_sentences(error) if error else {},
        values=request.form if error and "name" in request.form else None,
        roles=roles_open(account, strong=web is not None and web.strong_at is not None),
        tokens=list_tokens(current_session(), auth.current_actor()),
        phone=account.phone or "",
        has_factor=has_second_factor(current_session(), account),
        plain=plain,
    )
