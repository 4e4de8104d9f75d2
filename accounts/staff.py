"""Staff sign in with a password and a one-time code from their authenticator; each code works once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.errors import WrongProof
from accounts.models import Account, GuessLog, StaffCredential
from accounts.policy import AccessPolicy
from accounts.totp import matching_step, new_secret
from core.errors import InvalidInput, TooMany
from core.policies import read_policy

_SHORTEST = 12


@dataclass(frozen=True)
class StaffProof:
    """What was typed at the staff door, and from where."""

    login: str
    password: str
    totp: str
    network: str = ""


def set_staff_password(session: Session, account: Account, login: str, password: str) -> str:
    """Give the account a login and a password of at least 12 signs; return the authenticator's secret, shown once."""
    if len(password) < _SHORTEST:
        raise InvalidInput({"password": ["too_short"]})
    secret = new_secret()
    credential = session.get(StaffCredential, account.id) or StaffCredential(account_id=account.id)
    credential.login, credential.password_hash, credential.totp_secret = login, _hasher().hash(password), secret
    credential.last_step, credential.failures, credential.locked_until = 0, 0, None
    session.add(credential)
    session.flush()
    return secret


def staff_sign_in(session: Session, proof: StaffProof, now: datetime) -> Account:
    """Return the staff account, or ``WrongProof`` (remembered) that never tells which of the three was wrong.

    Five failures in a row lock the login for a quarter of an hour (``TooMany``); an unknown login takes as long.
    """
    policy = read_policy(session, AccessPolicy, now)
    _check_network(session, policy, proof.network, now)
    found = session.scalars(
        select(StaffCredential).where(StaffCredential.login == proof.login).with_for_update()
    ).first()
    if found is not None and found.locked_until is not None and found.locked_until > now:
        raise TooMany("login_locked", "Too many wrong attempts. Please wait a quarter of an hour.", 900)
    password_right = _password_right(found, proof.password)
    step = _matching_step(found, proof.totp, now)
    account = session.get(Account, found.account_id) if found else None
    if found is None or not password_right or step is None or account is None or account.state != "active":
        _note_failure(session, found, proof, policy, now)
        raise WrongProof({"login": ["sign_in_not_valid"]})
    found.last_step, found.failures, found.locked_until = step, 0, None
    session.flush()
    return account


def _password_right(found: StaffCredential | None, password: str) -> bool:
    try:
        return _hasher().verify(found.password_hash if found else _nobody(), password) and found is not None
    except VerificationError:
        return False


def _matching_step(found: StaffCredential | None, typed: str, now: datetime) -> int | None:
    """Return the authenticator's step; an unknown login costs the same work and never fits."""
    step = matching_step(found.totp_secret if found else _no_secret(), typed, found.last_step if found else 0, now)
    return step if found is not None else None


def _note_failure(
    session: Session, found: StaffCredential | None, proof: StaffProof, policy: AccessPolicy, now: datetime
) -> None:
    session.add(GuessLog(at=now, phone=proof.login[:64], network=proof.network, challenge="staff"))
    if found is not None:
        found.failures += 1
        if found.failures >= policy.staff_failures:
            found.failures, found.locked_until = 0, now + timedelta(minutes=policy.staff_lock_minutes)
    session.flush()


def _check_network(session: Session, policy: AccessPolicy, network: str, now: datetime) -> None:
    if not network:
        return
    hour = now - timedelta(hours=1)
    count = select(func.count()).select_from(GuessLog).where(GuessLog.at > hour, GuessLog.network == network)
    if (session.scalar(count) or 0) >= policy.guesses_per_network_hour:
        raise TooMany("too_many_guesses", "Too many wrong codes. Please try again later.", 600)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _no_secret() -> str:
    return new_secret()


@cache
def _nobody() -> str:
    """A hash nobody's password has, so that an unknown login costs the same time."""
    return _hasher().hash("".join(new_secret() for _ in range(2)))
