"""The phone code inside another form: asking for one and proving it, for this browser."""

from __future__ import annotations

from dataclasses import dataclass

from flask import session
from flask_babel import get_locale
from sqlalchemy import select

from accounts.codes import CodeAsk, CodeProof, ask_code, digits, redeem_code
from accounts.models import Account, SignInChallenge
from app import auth
from app.house import house, network, wall_now
from app.session import current_session
from app.settings import Env

CHALLENGE = "challenge"


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
    """Return the account of the proved number; ``WrongProof`` must be remembered by the caller."""
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
