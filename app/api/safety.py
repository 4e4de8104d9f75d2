"""Keeping one's account safe: the second step of a sign-in, the authenticator, another telephone number."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from marshmallow import Schema, fields, validate

from accounts.codes import CodeProof
from accounts.models import PhoneChange, SignInChallenge
from accounts.numbers import (
    NEW,
    NumberWish,
    ask_new_number,
    ask_old_number,
    ask_phone_change,
    join_number,
    stop_phone_change,
    waiting_change,
)
from accounts.second_factor import (
    UNSEEN,
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    has_second_factor,
    holds_desk_role,
    must_have_second_factor,
    recovery_left,
    renew_recovery_codes,
    reset_second_factor,
)
from accounts.steps import Facts, Step, begin_anew, pass_with_factor, pass_with_facts, waiting_for
from accounts.totp import enrolment_address
from app.api.access import ChallengeSchema, SignedInSchema, enter
from app.api.acting import DESK, BecauseSchema, Input, because
from app.api.shapes import flag, instant, number, one, text, texts
from app.api.spec import ApiPart, operation
from app.auth import browser_key
from app.house import house, network, wall_now
from app.known_facts import known_facts
from app.pages.safety import own_browser, strengthen_and_go_on
from app.registry import PUBLIC, SIGNED_IN
from app.session import current_session
from core.codes import tidy_code

bp = ApiPart("safety", __name__, "Second steps, authenticators, changes of numbers")
_GUESSING: dict[str, Any] = {"method": "POST", "rate": "sign_in", "idempotent": "none"}


class FactorCodeSchema(Input):
    """A code of the authenticator, or a recovery code."""

    code = fields.String(required=True, validate=validate.Length(1, 30))


class SignInStepSchema(Input):
    """The challenge whose code was right, in the session (cookie) that proved it."""

    challenge = fields.String(required=True, validate=validate.Length(1, 24))


class FactorStepSchema(SignInStepSchema, FactorCodeSchema):
    """The challenge, and the authenticator's code."""


class FactsStepSchema(SignInStepSchema):
    """The challenge, one's surname, and the compound (slug) of the last visit; ``none`` for a house by itself."""

    name = fields.String(required=True, validate=validate.Length(1, 80))
    compound = fields.String(required=True, validate=validate.Length(1, 60))


class NumberAskSchema(Input):
    """The new number, and the proof of who asks: the old number's code with its challenge, or the authenticator's."""

    phone = fields.String(required=True, validate=validate.Length(1, 30))
    code = fields.String(required=True, validate=validate.Length(1, 30))
    challenge = fields.String(load_default="", validate=validate.Length(max=24))


class JoinNumberSchema(BecauseSchema):
    """Whose number it is that the account gets."""

    other = fields.String(required=True, validate=validate.Length(1, 24))


class FactorStateSchema(Schema):
    """Whether an authenticator is set, whether the role needs one, and how many recovery codes are left."""

    set = flag()
    required = flag()
    recovery_left = number()


class SecretSchema(Schema):
    """What goes into an authenticator; it counts once it is confirmed."""

    secret = text()
    address = text()


class RecoverySchema(Schema):
    """Recovery codes, shown once."""

    codes = texts()


class PhoneChangeSchema(Schema):
    """A change of number: what it waits for. Numbers are not told."""

    code = text()
    state = text()
    asked_at = instant()
    due_at = instant()


class NumberStateSchema(Schema):
    """The change that waits, if there is one."""

    waiting = one(PhoneChangeSchema, none=True)


@operation(bp, "/session/second", policy=PUBLIC, body=FactorStepSchema, answer=SignedInSchema, **_GUESSING)
def post_second(body: dict[str, str]) -> dict[str, str]:
    """Go in with the authenticator, after a code that was right (403 `second_factor_needed`)."""
    account = pass_with_factor(current_session(), _step(body), body["code"], wall_now())
    return enter(account, strong=not holds_desk_role(account))


@operation(bp, "/session/facts", policy=PUBLIC, body=FactsStepSchema, answer=SignedInSchema, **_GUESSING)
def post_facts(body: dict[str, str]) -> dict[str, str]:
    """Go in with what one knows, after 403 `number_unseen`: three tries a month."""
    session, step = current_session(), _step(body)
    account, left = waiting_for(session, step, wall_now())
    known = known_facts(session, account) if left == UNSEEN else None
    return enter(pass_with_facts(session, step, Facts(body["name"], body["compound"]), known, wall_now()), strong=False)


@operation(bp, "/session/anew", policy=PUBLIC, body=SignInStepSchema, answer=SignedInSchema, **_GUESSING)
def post_anew(body: dict[str, str]) -> dict[str, str]:
    """Begin anew with a number somebody else had here; nothing of theirs is shown."""
    return enter(begin_anew(current_session(), _step(body), wall_now()), strong=False)


@operation(bp, "/me/second-factor", policy=SIGNED_IN, answer=FactorStateSchema)
def get_factor() -> dict[str, Any]:
    """Tell whether an authenticator is set. For signed-in sessions, as everything here."""
    session, account = current_session(), own_browser()[1]
    return {
        "set": has_second_factor(session, account),
        "required": must_have_second_factor(account),
        "recovery_left": recovery_left(session, account),
    }


@operation(bp, "/me/second-factor", policy=SIGNED_IN, answer=SecretSchema, **_GUESSING)
def post_factor() -> dict[str, str]:
    """Ask for a secret; the same one until it is confirmed."""
    account = own_browser()[1]
    secret = begin_second_factor(current_session(), account, wall_now())
    return {"secret": secret, "address": enrolment_address(secret, account.phone or account.code)}


@operation(bp, "/me/second-factor/confirm", policy=SIGNED_IN, body=FactorCodeSchema, answer=RecoverySchema, **_GUESSING)
def post_confirm(body: dict[str, str]) -> dict[str, list[str]]:
    """Let the authenticator count from now on. A recruiter's session goes on as recruiter."""
    web, account = own_browser()
    codes = confirm_second_factor(current_session(), account, body["code"], network(), wall_now())
    strengthen_and_go_on(web, account)
    return {"codes": codes}


@operation(bp, "/me/second-factor/codes", policy=SIGNED_IN, body=FactorCodeSchema, answer=RecoverySchema, **_GUESSING)
def post_codes(body: dict[str, str]) -> dict[str, list[str]]:
    """Make new recovery codes; the old ones are worth nothing."""
    account = own_browser()[1]
    return {"codes": renew_recovery_codes(current_session(), account, body["code"], network(), wall_now())}


@operation(bp, "/me/second-factor/drop", policy=SIGNED_IN, body=FactorCodeSchema, status=204, **_GUESSING)
def post_drop(body: dict[str, str]) -> None:
    """Do without an authenticator; not for recruiters."""
    drop_second_factor(current_session(), own_browser()[1], body["code"], network(), wall_now())


@operation(bp, "/me/number", policy=SIGNED_IN, answer=NumberStateSchema)
def get_number() -> dict[str, Any]:
    """Show the change of number that waits."""
    return {"waiting": waiting_change(current_session(), own_browser()[1])}


@operation(bp, "/me/number/code", policy=SIGNED_IN, answer=ChallengeSchema, status=202, **_GUESSING)
def post_old_number() -> SignInChallenge:
    """Send a code to the number one has, to prove who asks for another."""
    return ask_old_number(current_session(), own_browser()[1], browser_key(), network(), wall_now())


@operation(bp, "/me/number", policy=SIGNED_IN, body=NumberAskSchema, answer=ChallengeSchema, status=202, **_GUESSING)
def post_number(body: dict[str, str]) -> SignInChallenge:
    """Check who asks and send a code to the new number."""
    wish = NumberWish(body["phone"], body["code"], body["challenge"], browser_key(), network())
    return ask_new_number(current_session(), own_browser()[1], wish, wall_now(), house().settings.code_pepper)


@operation(bp, "/me/number/confirm", policy=SIGNED_IN, body=FactorStepSchema, answer=PhoneChangeSchema, **_GUESSING)
def post_number_proof(body: dict[str, str]) -> PhoneChange:
    """Prove the new number; it counts in 48 hours, and the old contact is told now."""
    account = own_browser()[1]
    proof = CodeProof(body["challenge"], body["code"], browser_key(), network(), purpose=NEW, account=account.code)
    return ask_phone_change(current_session(), account, proof, wall_now(), house().settings.code_pepper)


@operation(bp, "/me/number/waiting", policy=SIGNED_IN, method="DELETE", status=204, idempotent="natural")
def delete_waiting() -> None:
    """Stop the change that waits."""
    stop_phone_change(current_session(), own_browser()[1], wall_now())


@operation(bp, "/ops/people/<code>/second-factor/reset", policy=DESK, method="POST", body=BecauseSchema, status=204,
           audit=True, idempotent="natural")  # fmt: skip
def reset_factor(code: str, body: dict[str, str]) -> None:
    """Take a lost authenticator away after checking who calls."""
    reset_second_factor(current_session(), because(body["reason"]), code, body["reason"], wall_now())


@operation(bp, "/ops/people/<code>/number", policy=DESK, method="POST", body=JoinNumberSchema, answer=PhoneChangeSchema,
           audit=True, idempotent="none")  # fmt: skip
def post_join(code: str, body: dict[str, str]) -> PhoneChange:
    """Give an account the number of another one, after checking who calls; it counts in 48 hours."""
    actor = because(body["reason"])
    return join_number(current_session(), actor, code, tidy_code(body["other"]), body["reason"], wall_now())


def _step(body: dict[str, str]) -> Step:
    return Step(body["challenge"], browser_key(), network(), str(get_locale()))
