"""One-time codes by phone: asking for one, and proving it.

The digits are derived from the challenge's nonce and the server's pepper, so they are stored nowhere. A code lives
five minutes, works once, only in the browser session that asked, and burns after five wrong tries.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accounts.accounts import create_account, tidy_phone
from accounts.errors import MoreNeeded, WrongProof
from accounts.events import CodeRequested
from accounts.guesses import check_guesses, note_guess
from accounts.models import Account, SignInChallenge
from accounts.policy import AccessPolicy
from accounts.second_factor import SENTENCES, step_left
from accounts.tidy import tidy_digits
from core import events
from core.actors import ANONYMOUS
from core.codes import new_code
from core.errors import InvalidInput, NotAllowed, TooMany
from core.policies import read_policy

DIGITS = 6
_PREFIX = 7  # "+86138 4": country, operator and half of the area


@dataclass(frozen=True)
class CodeAsk:
    """Who asks: the number as typed, the asking browser's session key, its network, and what for."""

    phone: str
    session_key: str
    network: str = ""
    purpose: str = "sign_in"
    locale: str = "zh"
    account: str = ""


def ask_code(session: Session, ask: CodeAsk, now: datetime) -> SignInChallenge:
    """Make a challenge and tell the sender. The answer is the same whether the number is known or not.

    ``InvalidInput`` for a number that is none or of a region not served; ``TooMany`` at a limit.
    """
    policy = read_policy(session, AccessPolicy, now)
    phone = tidy_phone(ask.phone, policy.phone_regions[0])
    if phonenumbers.region_code_for_number(phonenumbers.parse(phone)) not in policy.phone_regions:
        raise InvalidInput({"phone": ["region_not_served"]})
    _lock(session, phone)
    _check_asks(session, policy, phone, ask.network, now)
    challenge = SignInChallenge(
        code=new_code("C"), phone=phone, prefix=phone[:_PREFIX], network=ask.network,
        session_hash=key_hash(ask.session_key), purpose=ask.purpose, nonce=secrets.token_bytes(16), created_at=now,
        expires_at=now + timedelta(minutes=policy.code_minutes), account_code=ask.account,
    )  # fmt: skip
    session.add(challenge)
    session.flush()
    events.record(session, CodeRequested(challenge.code, phone), by=ANONYMOUS, at=now)
    return challenge


def digits(challenge: SignInChallenge, pepper: str) -> str:
    """Return the six digits of a challenge: only the server's key can."""
    mac = hmac.new(pepper.encode(), challenge.code.encode() + b"|" + challenge.nonce, hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


@dataclass(frozen=True)
class CodeProof:
    """What came back: which challenge, the digits as typed, from which browser session and network."""

    challenge: str
    typed: str
    session_key: str
    network: str = ""
    locale: str = "zh"
    purpose: str = "sign_in"
    account: str = ""


def redeem_code(session: Session, proof: CodeProof, now: datetime, pepper: str) -> Account:
    """Prove the number and return its account, made at the first sign-in with the role of customer.

    ``WrongProof`` (remembered) for a wrong, used, burnt, expired or foreign code, never telling which;
    ``TooMany`` when the number, the network or the whole system has seen too many guesses; ``MoreNeeded`` (remembered)
    when the code alone does not open the account: :mod:`accounts.steps` goes on from there.
    """
    challenge = prove_code(session, proof, now, pepper)
    account = create_account(session, challenge.phone, "", proof.locale, now)
    if account.state != "active":
        raise NotAllowed("account_blocked", "This account is closed. Please call us.")
    left = step_left(session, account, now)
    if left is not None:
        raise MoreNeeded(left, SENTENCES[left])
    account.phone_proved_at = now
    return account


def prove_code(session: Session, proof: CodeProof, now: datetime, pepper: str) -> SignInChallenge:
    """Use up the challenge and return it; the two refusals of :func:`redeem_code`. Of two at once one succeeds."""
    typed = tidy_digits(proof.typed)
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        raise InvalidInput({"code": ["six_digits"]})
    policy = read_policy(session, AccessPolicy, now)
    challenge = session.scalars(
        select(SignInChallenge).where(SignInChallenge.code == proof.challenge).with_for_update()
    ).first()
    phone = challenge.phone if challenge else ""
    _lock(session, phone)
    check_guesses(session, policy, phone, proof.network, now)
    if challenge is None or not _usable(challenge, policy, proof, now):
        note_guess(session, phone, proof.network, proof.challenge, now)
        raise WrongProof({"code": ["code_not_valid"]})
    if not hmac.compare_digest(digits(challenge, pepper), typed):
        challenge.tries += 1
        note_guess(session, phone, proof.network, proof.challenge, now)
        raise WrongProof({"code": ["code_not_valid"]})
    challenge.used_at = now
    session.flush()
    return challenge


def _usable(challenge: SignInChallenge, policy: AccessPolicy, proof: CodeProof, now: datetime) -> bool:
    return (
        challenge.used_at is None
        and (challenge.purpose, challenge.account_code) == (proof.purpose, proof.account)
        and challenge.expires_at > now
        and challenge.tries < policy.tries_per_code
        and hmac.compare_digest(challenge.session_hash, key_hash(proof.session_key))
    )


def _check_asks(session: Session, policy: AccessPolicy, phone: str, network: str, now: datetime) -> None:
    table = SignInChallenge
    hour = now - timedelta(hours=1)
    limits: list[tuple[int, list[ColumnElement[bool]]]] = [
        (policy.asks_per_number_hour, [table.phone == phone]),
        (policy.asks_per_prefix_hour, [table.prefix == phone[:_PREFIX]]),
        (policy.asks_everywhere_hour, []),
    ]
    if network:
        limits.append((policy.asks_per_network_hour, [table.network == network]))
    for most, where in limits:
        asked = session.scalar(select(func.count()).select_from(table).where(table.created_at > hour, *where)) or 0
        if asked >= most:
            raise TooMany("too_many_codes", "Too many codes were asked for. Please try again later.", 600)


def _lock(session: Session, phone: str) -> None:
    """Let asks and guesses of one number queue up, so that counting and writing are one step."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"phone:{phone}", 0))))


def key_hash(text: str) -> str:
    """Return what is kept of a browser's key."""
    return hashlib.sha256(text.encode()).hexdigest()
