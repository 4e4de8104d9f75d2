"""Forgetting: what access needs only for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.models import GuessLog, SignInChallenge, WebSession

CHALLENGES_KEPT = timedelta(days=2)
GUESSES_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=30)


def forget_old_access(session: Session, now: datetime) -> None:
    """Drop old challenges (they hold telephone numbers), wrong guesses and sessions that are long over."""
    session.execute(delete(SignInChallenge).where(SignInChallenge.created_at < now - CHALLENGES_KEPT))
    session.execute(delete(GuessLog).where(GuessLog.at < now - GUESSES_KEPT))
    session.execute(delete(WebSession).where(WebSession.expires_at < now - SESSIONS_KEPT))
