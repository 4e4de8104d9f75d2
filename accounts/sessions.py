"""Signed-in browsers, kept on the server, so that ending one or all of them works at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.emergency import lent
from accounts.models import Account, WebSession
from accounts.policy import AccessPolicy
from core.actors import STAFF, STRONG, Actor, Role
from core.errors import NotAllowed
from core.policies import read_policy

_SEEN_EVERY = timedelta(minutes=5)


def start_session(session: Session, account: Account, role: Role, now: datetime, *, strong: bool = False) -> str:
    """Sign the account in as ``role`` and return the token; ``strong``: proved by a second factor as well.

    ``NotAllowed`` for a role the account does not hold, and for a desk or recruiter role without the second factor.
    """
    if role not in roles_open(account, strong=strong):
        raise NotAllowed("role_not_yours", "This role is not yours.")
    policy = read_policy(session, AccessPolicy, now)
    life = timedelta(hours=policy.staff_session_hours) if role in STAFF else timedelta(days=policy.session_days)
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            account_id=account.id, role=role.value, token_hash=token_hash(token), epoch=account.epoch, created_at=now,
            seen_at=now, expires_at=now + life, strong_at=now if strong else None,
        )
    )  # fmt: skip
    session.flush()
    return token


def roles_open(account: Account, *, strong: bool) -> list[Role]:
    """Return the roles this account may enter; desk and recruiters' station open only with the second factor."""
    held = [Role(one.role) for one in account.roles]
    return [role for role in Role if role in held and (strong or role not in STRONG)]


def session_actor(session: Session, token: str, now: datetime) -> tuple[Actor, WebSession] | None:
    """Return who is behind the token, or None: ended, expired, blocked, or the role is gone."""
    if not token:
        return None
    found = session.scalars(select(WebSession).where(WebSession.token_hash == token_hash(token))).first()
    if found is None or found.ended_at is not None or found.expires_at <= now:
        return None
    actor = live_actor(found.account, found.role, found.epoch)
    if actor is None or (actor.role in STRONG and found.strong_at is None):
        return None
    if now - found.seen_at > _SEEN_EVERY:
        found.seen_at = now
    return (lent(session, found, actor, now) if found.emergency else actor), found


def live_actor(account: Account, role: str, epoch: int) -> Actor | None:
    """Return the actor while the account is active, of the same epoch, and still holds the role."""
    if account.state != "active" or account.epoch != epoch:
        return None
    person = next((one.person for one in account.roles if one.role == role), None)
    return None if person is None else Actor(Role(role), code=account.code, person=person)


def switch_role(session: Session, web: WebSession, role: Role, now: datetime) -> str:
    """End this session and start one in another role of the same account; return the new token."""
    strong = web.strong_at is not None
    token = start_session(session, web.account, role, now, strong=strong)
    web.ended_at = now
    return token


def strengthen(web: WebSession, now: datetime) -> None:
    """Note that this browser's owner has proved a second factor."""
    web.strong_at = now


def end_session(web: WebSession, now: datetime) -> None:
    """Sign this browser out."""
    web.ended_at = now


def end_all(account: Account) -> None:
    """Kill every session and token of the account at once."""
    account.epoch += 1


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
