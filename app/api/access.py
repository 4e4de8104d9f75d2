"""Signing in by code, who one is, and tokens."""

from __future__ import annotations

from typing import Any

from flask import session as cookie
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from marshmallow import Schema, fields, validate

from accounts.accounts import LOCALES, account_by_code, set_locale
from accounts.codes import CodeAsk, CodeProof, ask_code, redeem_code
from accounts.models import Account, ApiToken
from accounts.sessions import end_all, end_session, roles_open, switch_role
from accounts.staff import StaffProof, staff_sign_in
from accounts.tokens import list_tokens, make_token, revoke_token
from app.api.booking import ASKED_AS, asked_as
from app.api.spec import ApiPart, operation
from app.auth import browser_key, current_actor, forget_token, identify, remember_token, sign_in
from app.house import house, network, wall_now
from app.pages.access import RoleSchema, StaffSchema
from app.registry import PUBLIC, SIGNED_IN
from app.session import current_session
from core.actors import Actor, Role
from core.errors import Conflict

bp = ApiPart("access", __name__, "Signing in, who one is, tokens")


class AskCodeSchema(Schema):
    """The number to send a code to."""

    phone = fields.String(required=True, validate=validate.Length(max=30), metadata={"example": "138 0013 8000"})


class ChallengeSchema(Schema):
    """What was asked for; the code travels by message only."""

    challenge = fields.String(required=True, attribute="code")
    expires_at = fields.AwareDateTime(required=True)


class RedeemSchema(Schema):
    """The digits of the message, in the same session that asked."""

    challenge = fields.String(required=True, validate=validate.Length(max=24))
    code = fields.String(required=True, validate=validate.Length(max=30))


class MeSchema(Schema):
    """The actor of this request."""

    role = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Account code."})
    person = fields.String(required=True, metadata={"description": "Worker or recruiter code, or empty."})


class SignedInSchema(MeSchema):
    """The actor of the session, and what a browser sends as ``X-CSRFToken`` with every act from here on."""

    csrf_token = fields.String(required=True)


class LocaleSchema(Schema):
    """A language of ours."""

    locale = fields.String(required=True, validate=validate.OneOf(LOCALES))


class NewTokenSchema(Schema):
    """What the token is for."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=80))


class TokenSchema(Schema):
    """A token, without its text."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    used_at = fields.AwareDateTime(allow_none=True)
    revoked_at = fields.AwareDateTime(allow_none=True)


class FreshTokenSchema(TokenSchema):
    """A token with its text, which is shown once."""

    token = fields.String(required=True)


@operation(
    bp,
    "/session/code",
    policy=PUBLIC,
    method="POST",
    rate="sign_in",
    idempotent="none",
    body=AskCodeSchema,
    answer=ChallengeSchema,
    status=202,
)
def post_code(body: dict[str, Any]) -> Any:
    """Send a one-time code.

    The answer is the same for known and unknown numbers. The code works only in the session (cookie) that asked.
    """
    ask = CodeAsk(body["phone"], browser_key(), network(), locale=str(get_locale()))
    return ask_code(current_session(), ask, wall_now())


@operation(
    bp,
    "/session",
    policy=PUBLIC,
    method="POST",
    rate="sign_in",
    idempotent="none",
    body=RedeemSchema,
    answer=SignedInSchema,
)
def post_session(body: dict[str, Any]) -> dict[str, str]:
    """Prove the number with the code; the session cookie is signed in from here on.

    403 `second_factor_needed` or `number_unseen`: the code was right, and another step is left (`/session/second`,
    `/session/facts`, `/session/anew`).
    """
    proof = CodeProof(body["challenge"], body["code"], browser_key(), network(), str(get_locale()))
    account = redeem_code(current_session(), proof, wall_now(), house().settings.code_pepper)
    return enter(account, strong=False)


def enter(account: Account, *, strong: bool) -> dict[str, str]:
    """Sign the session in as the account's first open role; what was quoted before stays asked by this browser."""
    roles, asked = roles_open(account, strong=strong), asked_as()
    sign_in(account, roles[0] if roles else Role.CUSTOMER, strong=strong)
    cookie[ASKED_AS] = asked
    return _signed_in()


@operation(bp, "/session/staff", policy=PUBLIC, method="POST", rate="sign_in", idempotent="none",
           body=StaffSchema, answer=SignedInSchema)  # fmt: skip
def post_staff(body: dict[str, Any]) -> dict[str, str]:
    """Let staff in with login, password and the code of their authenticator; wrong tries are counted."""
    account = staff_sign_in(current_session(), StaffProof(**body, network=network()), wall_now())
    roles = [role for role in roles_open(account, strong=True) if role is not Role.CUSTOMER]
    sign_in(account, roles[0] if roles else Role.CUSTOMER, strong=True)
    return _signed_in()


@operation(bp, "/session", policy=PUBLIC, method="DELETE", status=204, idempotent="natural")
def delete_session() -> None:
    """Sign this browser out."""
    web = identify().web
    if web is not None:
        end_session(web, wall_now())
    forget_token()


@operation(bp, "/session/role", policy=SIGNED_IN, method="PUT", body=RoleSchema, answer=SignedInSchema,
           idempotent="natural")  # fmt: skip
def put_role(body: dict[str, str]) -> dict[str, str]:
    """Go on in another role of the same account. A token acts in one role and cannot."""
    web = identify().web
    if web is None:
        raise Conflict("token_has_one_role", "A token acts in one role.")
    remember_token(switch_role(current_session(), web, Role(body["role"]), wall_now()))
    return _signed_in()


@operation(bp, "/me/sessions/everywhere", policy=SIGNED_IN, method="DELETE", status=204, idempotent="natural")
def delete_everywhere() -> None:
    """Kill every session and token of one's account, this one too."""
    end_all(account_by_code(current_session(), current_actor().code))
    forget_token()


@operation(bp, "/me/locale", policy=SIGNED_IN, method="PUT", body=LocaleSchema, status=204, idempotent="natural")
def put_locale(body: dict[str, str]) -> None:
    """Remember the language one is written to in."""
    set_locale(account_by_code(current_session(), current_actor().code), body["locale"])


@operation(bp, "/me", policy=SIGNED_IN, answer=MeSchema)
def get_me() -> Actor:
    """Say who is asking."""
    return current_actor()


@operation(bp, "/me/tokens", policy=SIGNED_IN, answer=TokenSchema(many=True))
def get_tokens() -> list[ApiToken]:
    """List one's own tokens."""
    return list_tokens(current_session(), current_actor())


@operation(
    bp,
    "/me/tokens",
    policy=SIGNED_IN,
    method="POST",
    idempotent="none",
    body=NewTokenSchema,
    answer=FreshTokenSchema,
    status=201,
)
def post_token(body: dict[str, Any]) -> dict[str, Any]:
    """Make a token that acts in the present role. Its text is in this answer and nowhere else."""
    made, plain = make_token(current_session(), current_actor(), body["name"], wall_now())
    shown = {name: getattr(made, name) for name in TokenSchema().fields}
    return shown | {"token": plain}


@operation(bp, "/me/tokens/<token>", policy=SIGNED_IN, method="DELETE", idempotent="natural", status=204)
def delete_token(token: str) -> None:
    """Revoke one of one's own tokens."""
    revoke_token(current_session(), current_actor(), token, wall_now())


def _signed_in() -> dict[str, str]:
    """Return who is signed in from here on, with what a browser sends along with every act."""
    actor = current_actor()
    return {"role": actor.role.value, "code": actor.code, "person": actor.person, "csrf_token": str(generate_csrf())}
