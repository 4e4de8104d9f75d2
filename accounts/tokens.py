"""Bearer tokens for the API: each acts in one role of one account."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from accounts.models import ApiToken
from accounts.policy import AccessPolicy
from accounts.sessions import live_actor, token_hash
from core.actors import Actor
from core.codes import new_code
from core.errors import InvalidInput, NotFound
from core.policies import read_policy

_SEEN_EVERY = timedelta(minutes=5)


def make_token(session: Session, actor: Actor, name: str, now: datetime) -> tuple[ApiToken, str]:
    """Make a token that acts as ``actor`` does; the plain text is shown once and never again."""
    if not 1 <= len(name.strip()) <= 80:
        raise InvalidInput({"name": ["one_to_eighty_letters"]})
    account = account_by_code(session, actor.code)
    plain = "hh_" + secrets.token_urlsafe(32)
    life = timedelta(days=read_policy(session, AccessPolicy, now).token_days)
    token = ApiToken(
        code=new_code("B"), account_id=account.id, role=actor.role.value, name=name.strip(),
        token_hash=token_hash(plain), epoch=account.epoch, created_at=now, expires_at=now + life,
    )  # fmt: skip
    session.add(token)
    session.flush()
    return token, plain


def token_actor(session: Session, plain: str, now: datetime) -> Actor | None:
    """Return who is behind a bearer token, or None: revoked, expired, blocked, or the role is gone."""
    found = session.scalars(select(ApiToken).where(ApiToken.token_hash == token_hash(plain))).first()
    if found is None or found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
        return None
    actor = live_actor(found.account, found.role, found.epoch)
    if actor is not None and (found.used_at is None or now - found.used_at > _SEEN_EVERY):
        found.used_at = now
    return actor


def list_tokens(session: Session, actor: Actor) -> list[ApiToken]:
    """Return the actor's own tokens, newest first."""
    account = account_by_code(session, actor.code)
    return list(
        session.scalars(select(ApiToken).where(ApiToken.account_id == account.id).order_by(ApiToken.id.desc())).all()
    )


def revoke_token(session: Session, actor: Actor, code: str, now: datetime) -> None:
    """End one of the actor's own tokens; somebody else's is ``NotFound``."""
    token = next((one for one in list_tokens(session, actor) if one.code == code), None)
    if token is None:
        raise NotFound
    token.revoked_at = token.revoked_at or now
