"""Accounts: finding, making and blocking them, and what roles they hold."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import phonenumbers
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.events import AccountBlocked, AccountCreated, RoleGranted
from accounts.models import Account, AccountRole
from core import events
from core.actors import STAFF, Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import InvalidInput, NotAllowed, NotFound

LOCALES = ("zh", "en")


def tidy_phone(text: str, region: str = "CN") -> str:
    """Return a mobile number as E.164, whatever width and spacing it was typed in; ``InvalidInput`` if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput({"phone": ["not_a_phone"]}) from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidInput({"phone": ["not_a_phone"]})
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if phonenumbers.number_type(number) not in kinds:
        raise InvalidInput({"phone": ["not_a_mobile"]})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def account_by_code(session: Session, code: str) -> Account:
    """Return the account, or ``NotFound``."""
    found = session.scalars(select(Account).where(Account.code == code)).first()
    if found is None:
        raise NotFound
    return found


def account_by_phone(session: Session, phone: str) -> Account | None:
    """Return the account of an E.164 number, if there is one. Never tell an outsider which it was."""
    return session.scalars(select(Account).where(Account.phone == phone)).first()


def create_account(session: Session, phone: str | None, name: str, locale: str, now: datetime) -> Account:
    """Make the account of a number, or return the one somebody made a moment earlier. It starts as a customer."""
    code = session.scalar(
        insert(Account)
        .values(code=new_code("A"), phone=phone, name=name, locale=_locale(locale), state="active", epoch=0,
                created_at=now)
        .on_conflict_do_nothing(index_elements=["phone"])
        .returning(Account.code)
    )  # fmt: skip
    if code is None:
        return session.scalars(select(Account).where(Account.phone == phone)).one()
    account = account_by_code(session, code)
    by = Actor(Role.CUSTOMER, code=code)
    if phone is not None:
        grant_role(session, account, Role.CUSTOMER, "", now, by=by)
    events.record(session, AccountCreated(code), by=by, at=now)
    return account


def grant_role(session: Session, account: Account, role: Role, person: str, now: datetime, by: Actor) -> AccountRole:
    """Let the account act in ``role``; ``person`` is the W- or R-code. Granting twice is fine.

    A role of the desk ends every session and token the account has.
    """
    held = next((one for one in account.roles if one.role == role), None)
    if held is not None:
        held.person = person or held.person
        return held
    granted = AccountRole(role=role.value, person=person, granted_at=now, granted_by=by.code)
    account.roles.append(granted)
    if role in STAFF:
        account.epoch += 1  # a browser that came in by telephone does not grow into the desk
    session.flush()
    events.record(session, RoleGranted(account.code, role.value), by=by, at=now)
    return granted


def take_role(session: Session, actor: Actor, account: Account, role: Role, now: datetime) -> None:
    """Take a role away; every session and token of the account dies with it."""
    held = next((one for one in account.roles if one.role == role), None)
    if held is None:
        raise NotFound
    audit(session, actor, "role_taken", account.code, now, Change(before={"role": role.value}))
    account.roles.remove(held)
    session.delete(held)
    account.epoch += 1


def block_account(session: Session, actor: Actor, account: Account, reason: str, now: datetime) -> None:
    """Shut the account: every session and token is dead when this commits. Only staff, and nobody shuts themselves."""
    if not (actor.is_staff or actor.is_system) or actor.code == account.code:
        raise NotAllowed("account_block_not_yours", "This is not yours to do.")
    change = Change(reason, {"state": account.state}, {"state": "blocked"})
    audit(session, actor, "account_blocked", account.code, now, change)
    account.state = "blocked"
    account.epoch += 1
    events.record(session, AccountBlocked(account.code), by=actor, at=now)


def unblock_account(session: Session, actor: Actor, account: Account, reason: str, now: datetime) -> None:
    """Open a blocked account again; its old sessions stay dead."""
    if not (actor.is_staff or actor.is_system) or actor.code == account.code:
        raise NotAllowed("account_block_not_yours", "This is not yours to do.")
    change = Change(reason, {"state": account.state}, {"state": "active"})
    audit(session, actor, "account_unblocked", account.code, now, change)
    account.state = "active"


def set_locale(account: Account, locale: str) -> None:
    """Remember the language somebody chose."""
    account.locale = _locale(locale)


def actor_of(account: Account, role: Role) -> Actor:
    """Return the account acting in one of its roles, or ``NotFound`` when it does not hold it."""
    held = next((one for one in account.roles if one.role == role), None)
    if held is None:
        raise NotFound
    return Actor(role, code=account.code, person=held.person)


def _locale(text: str) -> str:
    return text if text in LOCALES else LOCALES[0]
