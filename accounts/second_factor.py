"""An authenticator for those who sign in by phone: recruiters need one, customers and workers may have one.

With one set, a phone code alone opens nothing. Ten recovery codes, each good once, stand in for a lost authenticator.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from accounts.errors import WrongProof
from accounts.events import SecondFactorDropped, SecondFactorSet
from accounts.guesses import check_guesses, note_guess
from accounts.models import Account, RecoveryCode, SecondFactor
from accounts.policy import AccessPolicy
from accounts.tidy import tidy_digits
from accounts.totp import matching_step, new_secret
from core import events
from core.actors import STAFF, Actor, Role
from core.audit import Change, audit
from core.errors import Conflict, NotAllowed, NotFound, TooMany
from core.policies import read_policy

FACTOR: Final = "second_factor_needed"
UNSEEN: Final = "number_unseen"
SENTENCES: Final = {
    FACTOR: "Please type the code of your authenticator as well.",
    UNSEEN: "This number has not been used here for a long time. Please answer two questions.",
}
_RECOVERY = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def step_left(session: Session, account: Account, now: datetime) -> str | None:
    """Return what is asked after a right phone code: the authenticator, or who one is after a long absence."""
    if has_second_factor(session, account):
        return FACTOR
    policy = read_policy(session, AccessPolicy, now)
    seen = account.phone_proved_at
    return UNSEEN if seen is not None and seen < now - timedelta(days=policy.unseen_days) else None


def has_second_factor(session: Session, account: Account) -> bool:
    """True once an authenticator is confirmed."""
    found = session.get(SecondFactor, account.id)
    return found is not None and found.confirmed_at is not None


def must_have_second_factor(account: Account) -> bool:
    """True for those whose role opens only with an authenticator."""
    return any(one.role == Role.RECRUITER for one in account.roles)


def holds_desk_role(account: Account) -> bool:
    """True for staff: an authenticator beside their telephone never opens the desk, and so they get none."""
    return any(one.role in STAFF for one in account.roles)


def begin_second_factor(session: Session, account: Account, now: datetime) -> str:
    """Return the secret to put into an authenticator, the same until it is confirmed; ``Conflict`` afterwards."""
    if holds_desk_role(account):
        raise NotAllowed("desk_has_its_own", "Staff have their own door, with a password and an authenticator.")
    found = session.get(SecondFactor, account.id)
    if found is None:
        found = SecondFactor(account_id=account.id, totp_secret=new_secret(), last_step=0, created_at=now, failures=0)
        session.add(found)
        session.flush()
    if found.confirmed_at is not None:
        raise Conflict("second_factor_set", "There is an authenticator already.")
    return found.totp_secret


def confirm_second_factor(session: Session, account: Account, typed: str, network: str, now: datetime) -> list[str]:
    """Let the authenticator count from now on and return the recovery codes, shown once."""
    found = _locked(session, account)
    if found is None or found.confirmed_at is not None:
        raise Conflict("second_factor_set", "There is an authenticator already.")
    _check(session, account, found, network, now)
    step = matching_step(found.totp_secret, typed, found.last_step, now)
    if step is None:
        raise _wrong(session, account, found, network, now)
    found.last_step, found.failures, found.confirmed_at = step, 0, now
    events.record(session, SecondFactorSet(account.code), by=_self(account), at=now)
    return _fresh_codes(session, account)


def prove_second_factor(session: Session, account: Account, typed: str, network: str, now: datetime) -> None:
    """Accept a code of the authenticator or a recovery code, each once; ``WrongProof`` (remembered) otherwise.

    Five failures in a row lock it for a quarter of an hour (``TooMany``); the limits of guesses hold as well.
    """
    found = _locked(session, account)
    if found is None or found.confirmed_at is None:
        raise NotFound
    _check(session, account, found, network, now)
    step = matching_step(found.totp_secret, typed, found.last_step, now)
    if step is not None:
        found.last_step = step
    elif not _use_recovery(session, account, typed, now):
        raise _wrong(session, account, found, network, now)
    found.failures, found.locked_until = 0, None
    session.flush()


def renew_recovery_codes(session: Session, account: Account, typed: str, network: str, now: datetime) -> list[str]:
    """Return ten new recovery codes, proved by the authenticator or an old one; the old ones are worth nothing now."""
    prove_second_factor(session, account, typed, network, now)
    return _fresh_codes(session, account)


def drop_second_factor(session: Session, account: Account, typed: str, network: str, now: datetime) -> None:
    """Do without from now on, proved by it once more; not for those who must have one."""
    if must_have_second_factor(account):
        raise NotAllowed("second_factor_required", "Your role opens only with an authenticator.")
    prove_second_factor(session, account, typed, network, now)
    _forget(session, account, _self(account), now)


def reset_second_factor(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> None:
    """Take a lost authenticator away after checking who calls; every session of the account ends. Desk only."""
    account = account_by_code(session, code)
    if not actor.is_ops or actor.code == code:
        raise NotAllowed("second_factor_not_yours", "This is not yours to do.")
    if not has_second_factor(session, account):
        raise NotFound
    audit(session, actor, "second_factor_reset", code, now, Change(reason))
    account.epoch += 1
    _forget(session, account, actor, now)


def recovery_left(session: Session, account: Account) -> int:
    """Return how many recovery codes are unused."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))) or 0


def _locked(session: Session, account: Account) -> SecondFactor | None:
    query = select(SecondFactor).where(SecondFactor.account_id == account.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _check(session: Session, account: Account, found: SecondFactor, network: str, now: datetime) -> None:
    if found.locked_until is not None and found.locked_until > now:
        raise TooMany("login_locked", "Too many wrong attempts. Please wait a quarter of an hour.", 900)
    check_guesses(session, read_policy(session, AccessPolicy, now), f"factor:{account.code}", network, now)


def _wrong(session: Session, account: Account, found: SecondFactor, network: str, now: datetime) -> WrongProof:
    policy = read_policy(session, AccessPolicy, now)
    note_guess(session, f"factor:{account.code}", network, "second_factor", now)
    found.failures += 1
    if found.failures >= policy.factor_failures:
        found.failures, found.locked_until = 0, now + timedelta(minutes=policy.factor_lock_minutes)
    session.flush()
    return WrongProof({"code": ["factor_not_valid"]})


def _use_recovery(session: Session, account: Account, typed: str, now: datetime) -> bool:
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _hash(account, typed))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def _fresh_codes(session: Session, account: Account) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    plain = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(_RECOVERY)]
    session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(account, one)) for one in plain)
    session.flush()
    return [f"{one[:5]}-{one[5:]}" for one in plain]


def _hash(account: Account, typed: str) -> str:
    return hashlib.sha256(f"{account.code}|{tidy_digits(typed).lower()}".encode()).hexdigest()


def _forget(session: Session, account: Account, by: Actor, now: datetime) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id))
    events.record(session, SecondFactorDropped(account.code), by=by, at=now)


def _self(account: Account) -> Actor:
    return Actor(Role.CUSTOMER, code=account.code)
