"""Accounts, roles, sign-in challenges, staff credentials, sessions, tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key, Keyed, Ref


class Account(Keyed, Base):
    """Somebody who can sign in. ``epoch`` grows when every session and token must die at once."""

    __tablename__ = "account"
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(String(8), default="zh")
    state: Mapped[str] = mapped_column(String(12), default="active")
    epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    phone_proved_at: Mapped[datetime | None]
    roles: Mapped[list[AccountRole]] = relationship(lazy="selectin", back_populates="account")


class AccountRole(Base):
    """One role of one account; ``person`` is the worker's or recruiter's code that goes with it."""

    __tablename__ = "account_role"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    person: Mapped[str] = mapped_column(String(24), default="")
    granted_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(24), default="")
    account: Mapped[Account] = relationship(back_populates="roles")


class SignInChallenge(Keyed, Base):
    """A one-time code asked for. The digits are derived from ``nonce`` and the server's key, never stored."""

    __tablename__ = "sign_in_challenge"
    phone: Mapped[str] = mapped_column(String(20))
    prefix: Mapped[str] = mapped_column(String(8))
    network: Mapped[str] = mapped_column(String(45))
    session_hash: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    account_code: Mapped[Ref] = mapped_column(default="", server_default="")
    """Whose wish it belongs to when it is no sign-in."""
    passed_at: Mapped[datetime | None]
    """When the second step after it was done; once."""
    __table_args__ = (
        Index("ix_sign_in_challenge_phone", "phone", "created_at"),
        Index("ix_sign_in_challenge_network", "network", "created_at"),
        Index("ix_sign_in_challenge_prefix", "prefix", "created_at"),
    )


class StaffCredential(Base):
    """Password and second factor of staff. ``last_step`` makes a TOTP code single use."""

    __tablename__ = "staff_credential"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str]
    totp_secret: Mapped[str] = mapped_column(String(64))
    last_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class SecondFactor(Base):
    """An authenticator of somebody who signs in by phone; it counts from ``confirmed_at`` on."""

    __tablename__ = "second_factor"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    totp_secret: Mapped[str] = mapped_column(String(64))
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code on paper instead of the authenticator, good once. Only its hash is kept."""

    __tablename__ = "recovery_code"
    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class PhoneChange(Keyed, Base):
    """A number that is to become an account's: ``waiting`` until ``due_at``, then ``done``, ``stopped`` or ``taken``.

    ``detached`` is the number somebody new has taken over: the account has none until the desk has looked.
    ``taken_from`` is the account the desk joins the number from; ``asked_by`` whoever asked.
    """

    __tablename__ = "phone_change"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    old_phone: Mapped[str | None] = mapped_column(String(20))
    new_phone: Mapped[str] = mapped_column(String(20), default="")
    taken_from: Mapped[Ref] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[Ref]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined")
    __table_args__ = (
        Index("uq_phone_change_waiting", "account_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("uq_phone_change_number", "new_phone", unique=True, postgresql_where=text("state = 'waiting'")),
    )


class WebSession(Base):
    """A signed-in browser. Only the hash of its token is kept. ``emergency`` names a role taken for half an hour."""

    __tablename__ = "web_session"
    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    strong_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    emergency: Mapped[str] = mapped_column(String(24), default="", server_default="")
    account: Mapped[Account] = relationship(lazy="joined")


class ApiToken(Keyed, Base):
    """A bearer token for the API, acting in one role."""

    __tablename__ = "api_token"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined")


class GuessLog(Base):
    """One row per wrong code or password, so that limits hold per number, network and system."""

    __tablename__ = "guess_log"
    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(45))
    challenge: Mapped[Ref]
    __table_args__ = (
        Index("ix_guess_log_phone", "phone", "at"),
        Index("ix_guess_log_network", "network", "at", postgresql_where=text("network <> ''")),
    )
