"""Everybody who can sign in, for the desk: searched, filtered, page by page. Phone numbers are not among it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from accounts.accounts import tidy_phone
from accounts.models import Account, AccountRole
from core.actors import Actor
from core.audit import Look, audit
from core.errors import InvalidInput, NotFound
from core.paging import Page, fetch_page

MOST = 5000


@dataclass(frozen=True)
class PersonLine:
    """One account with its roles and the worker's or recruiter's code behind them."""

    code: str
    name: str
    state: str
    roles: tuple[str, ...]
    person: str
    created_at: datetime


def list_people(session: Session, actor: Actor, q: str = "", role: str = "", after: str = "") -> Page[PersonLine]:
    """Return one page of accounts, newest first. ``q``: a code, part of a name, or a whole phone number. Staff only."""
    if not actor.is_staff:
        raise NotFound
    page = fetch_page(session, _query(q.strip(), role), Account.id, after)
    return Page([_line(account) for account in page.rows], page.after)


def every_person(session: Session, actor: Actor, q: str = "", role: str = "") -> list[PersonLine]:
    """Return all accounts of a wish for a file, at most 5,000."""
    if not actor.is_staff:
        raise NotFound
    rows = session.scalars(_query(q.strip(), role).order_by(Account.id.desc()).limit(MOST))
    return [_line(account) for account in rows]


def names_of(session: Session, codes: set[str]) -> dict[str, str]:
    """Return names by account code."""
    return {
        row[0]: row[1] for row in session.execute(select(Account.code, Account.name).where(Account.code.in_(codes)))
    }


def show_phone(session: Session, actor: Actor, code: str, look: Look, now: datetime) -> str:
    """Return somebody's phone number to the desk, written down with the reason; empty when there is none."""
    if not actor.is_ops:
        raise NotFound
    account = session.scalars(select(Account).where(Account.code == code)).first()
    if account is None:
        raise NotFound
    audit(session, actor, "phone_shown", code, now, look.change())
    return account.phone or ""


def _query(q: str, role: str) -> Any:
    query = select(Account)
    if role:
        query = query.where(exists().where(AccountRole.account_id == Account.id, AccountRole.role == role))
    if not q:
        return query
    person = exists().where(AccountRole.account_id == Account.id, AccountRole.person == q.upper())
    ways = [Account.code == q.upper(), Account.name.ilike(f"%{q.replace('%', '')}%"), person]
    number = _number(q)
    return query.where(or_(*ways, Account.phone == number) if number else or_(*ways))


def _number(q: str) -> str:
    try:
        return tidy_phone(q)
    except InvalidInput:
        return ""


def _line(account: Account) -> PersonLine:
    person = next((role.person for role in account.roles if role.person), "")
    return PersonLine(
        account.code,
        account.name,
        account.state,
        tuple(role.role for role in account.roles),
        person,
        account.created_at,
    )
