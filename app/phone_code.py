"""The phone code inside another form: asking for one and proving it, for this browser."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, redirect, session
from flask_babel import get_locale
from sqlalchemy import select

from accounts.codes import CodeAsk, CodeProof, ask_code, digits, redeem_code
from accounts.errors import MoreNeeded
from accounts.models import Account, SignInChallenge
from accounts.second_factor import FACTOR
from accounts.steps import Step
from app import auth
from app.house import house, network, wall_now
from app.session import current_session
from app.settings import Env

CHALLENGE, NEXT = "challenge", "next"


@dataclass(frozen=True)
class CodeSent:
    """Where a code went: the number's last four digits, and in the demo only the code itself."""

    phone_end: str
    demo_code: str


def send_code(phone: str) -> None:
    """Send a code to a number; ``InvalidInput`` on ``phone``, ``TooMany`` at a limit."""
    ask = CodeAsk(phone, session_key=auth.browser_key(), network=network(), locale=str(get_locale()))
    session[CHALLENGE] = ask_code(current_session(), ask, wall_now()).code


def prove_code(typed: str) -> Account:
    """Return the account of the proved number; ``WrongProof`` must be remembered by the caller.

    ``MoreNeeded``: the code was right, and :func:`go_on` shows the step that is left.
    """
    challenge = str(session.get(CHALLENGE, ""))
    proof = CodeProof(challenge, typed, auth.browser_key(), network(), str(get_locale()))
    return redeem_code(current_session(), proof, wall_now(), house().settings.code_pepper)


def code_sent() -> CodeSent | None:
    """Return what to say about the code this browser waits for, None when there is none."""
    code = session.get(CHALLENGE, "")
    found = current_session().scalars(select(SignInChallenge).where(SignInChallenge.code == code)).first()
    if not code or found is None:
        return None
    shown = digits(found, house().settings.code_pepper) if house().settings.env is Env.DEMO else ""
    return CodeSent(found.phone[-4:], shown)


def go_on(error: MoreNeeded, target: str = "") -> Response:
    """Go to the step that is left after a right code, and to ``target`` when that is done."""
    if target:
        session[NEXT] = target
    return make_response(redirect("/sign-in/second" if error.code == FACTOR else "/sign-in/unseen", 303))


def this_step() -> Step:
    """Return where this browser stands after a right code."""
    return Step(str(session.get(CHALLENGE, "")), auth.browser_key(), network(), str(get_locale()))


def demo_digits(code: str) -> str:
    """Return the digits of a challenge in the demo, where no telephone receives them; empty elsewhere."""
    if house().settings.env is not Env.DEMO or not code:
        return ""
    found = current_session().scalars(select(SignInChallenge).where(SignInChallenge.code == code)).first()
    return digits(found, house().settings.code_pepper) if found else ""
