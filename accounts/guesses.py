"""Wrong guesses, counted in the database: per number, per network and for the whole system."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accounts.models import GuessLog
from accounts.policy import AccessPolicy
from core.errors import TooMany


def note_guess(session: Session, whose: str, network: str, about: str, now: datetime) -> None:
    """Write a wrong guess down; ``whose`` is a number, or another name that is counted like one."""
    session.add(GuessLog(at=now, phone=whose[:64], network=network, challenge=about[:24]))
    session.flush()


def check_guesses(session: Session, policy: AccessPolicy, whose: str, network: str, now: datetime) -> None:
    """Refuse (``TooMany``) when this name, this network or everybody together has guessed wrong too often."""
    limits: list[tuple[int, timedelta, list[ColumnElement[bool]]]] = [
        (policy.guesses_everywhere_minute, timedelta(minutes=1), []),
    ]
    if whose:
        limits.append((policy.guesses_per_number_day, timedelta(days=1), [GuessLog.phone == whose]))
    if network:
        limits.append((policy.guesses_per_network_hour, timedelta(hours=1), [GuessLog.network == network]))
    for most, span, where in limits:
        seen = session.scalar(select(func.count()).select_from(GuessLog).where(GuessLog.at > now - span, *where)) or 0
        if seen >= most:
            raise TooMany("too_many_guesses", "Too many wrong codes. Please try again later.", 600)


def guessed(session: Session, whose: str, span: timedelta, now: datetime) -> int:
    """Return how often a name was guessed wrong within the span."""
    query = select(func.count()).select_from(GuessLog).where(GuessLog.phone == whose, GuessLog.at > now - span)
    return session.scalar(query) or 0
