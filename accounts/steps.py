"""The second step of a sign-in: after a right phone code that does not open the account alone.

The step belongs to the used challenge and the browser that used it, lasts ten minutes and works once.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_phone, create_account
from accounts.codes import key_hash
from accounts.errors import WrongProof
from accounts.events import NumberDetached
from accounts.guesses import guessed, note_guess
from accounts.models import Account, PhoneChange, SignInChallenge
from accounts.policy import AccessPolicy
from accounts.second_factor import FACTOR, UNSEEN, prove_second_factor, step_left
from accounts.tidy import tidy_name
from core import events
from core.actors import Actor, Role
from core.codes import new_code
from core.errors import Conflict, TooMany
from core.policies import read_policy


@dataclass(frozen=True)
class Step:
    """Where somebody stands: the challenge they proved, the browser that did, and its network."""

    challenge: str
    session_key: str
    network: str = ""
    locale: str = "zh"


@dataclass(frozen=True)
class Facts:
    """What only the owner of an account is likely to know: their name here, and the compound of their last visit."""

    name: str
    compound: str


def waiting_for(session: Session, step: Step, now: datetime) -> tuple[Account, str]:
    """Return whose account waits for which step; ``Conflict`` when nothing waits (too late, done, another browser)."""
    _, account = _pending(session, step, now)
    left = step_left(session, account, now)
    if left is None:
        raise _over()
    return account, left


def pass_with_factor(session: Session, step: Step, typed: str, now: datetime) -> Account:
    """Open the account by its authenticator or a recovery code; ``WrongProof`` (remembered) for a wrong one."""
    challenge, account = _at(session, step, FACTOR, now)
    prove_second_factor(session, account, typed, step.network, now)
    return _passed(session, challenge, account, now)


def pass_with_facts(session: Session, step: Step, typed: Facts, known: Facts | None, now: datetime) -> Account:
    """Open an account long unseen by what its owner knows: three tries a month, then only the desk can help.

    ``known`` is None when there is nothing to ask about. The refusal never tells which of the two was wrong.
    """
    challenge, account = _at(session, step, UNSEEN, now)
    if tries_left(session, account, now) <= 0:
        raise TooMany("facts_tried", "That was tried too often. Please call us, or begin anew.", 86_400)
    if known is None or not _same(typed, known):
        note_guess(session, _name_of(account), step.network, challenge.code, now)
        raise WrongProof({"name": ["facts_not_right"]})
    return _passed(session, challenge, account, now)


def tries_left(session: Session, account: Account, now: datetime) -> int:
    """Return how many answers are left this month."""
    policy = read_policy(session, AccessPolicy, now)
    return policy.fact_tries - guessed(session, _name_of(account), timedelta(days=policy.fact_tries_days), now)


def begin_anew(session: Session, step: Step, now: datetime) -> Account:
    """Give the number a new account: whoever holds it now never sees what was here before.

    The old account keeps everything, loses the number, and all its sessions end; the desk is told.
    """
    challenge, old = _at(session, step, UNSEEN, now)
    session.add(
        PhoneChange(code=new_code("H"), account_id=old.id, old_phone=old.phone, state="detached", asked_by=old.code,
                    asked_at=now, due_at=now, ended_at=now)
    )  # fmt: skip
    old.phone, old.phone_proved_at = None, None
    old.epoch += 1
    session.flush()
    fresh = create_account(session, challenge.phone, "", step.locale, now)
    events.record(session, NumberDetached(old.code, fresh.code), by=Actor(Role.CUSTOMER, code=fresh.code), at=now)
    return _passed(session, challenge, fresh, now)


def _pending(session: Session, step: Step, now: datetime) -> tuple[SignInChallenge, Account]:
    found = session.scalars(
        select(SignInChallenge)
        .where(SignInChallenge.code == step.challenge, SignInChallenge.purpose == "sign_in")
        .with_for_update()
    ).first()
    minutes = read_policy(session, AccessPolicy, now).step_minutes
    if found is None or found.used_at is None or found.passed_at is not None:
        raise _over()
    if found.used_at < now - timedelta(minutes=minutes):
        raise _over()
    if not hmac.compare_digest(found.session_hash, key_hash(step.session_key)):
        raise _over()
    account = account_by_phone(session, found.phone)
    if account is None or account.state != "active":
        raise _over()
    return found, account


def _at(session: Session, step: Step, wanted: str, now: datetime) -> tuple[SignInChallenge, Account]:
    challenge, account = _pending(session, step, now)
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    if step_left(session, account, now) != wanted:
        raise _over()
    return challenge, account


def _passed(session: Session, challenge: SignInChallenge, account: Account, now: datetime) -> Account:
    challenge.passed_at = now
    account.phone_proved_at = now
    session.flush()
    return account


def _over() -> Conflict:
    return Conflict("sign_in_over", "This sign-in is over. Please ask for a new code.")


def _same(typed: Facts, known: Facts) -> bool:
    name, right = tidy_name(typed.name), tidy_name(known.name)
    parts = {tidy_name(part) for part in known.name.split()} | {right}
    if right and not right.isascii():
        parts |= {right[:1], right[:2]}  # a Chinese surname stands first and has one sign, seldom two
    return bool(name) and name in parts and typed.compound == known.compound


def _name_of(account: Account) -> str:
    return f"facts:{account.code}"
