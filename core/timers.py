"""Timers: rows that come due. Nothing waits in memory.

A timer is named by ``(kind, about)``; setting it again moves it. ``fire_due`` (a tick) runs each due timer's
handler in a transaction of its own, exactly once: the row is locked, the handler runs, the row is marked fired,
all in one commit. A handler that fails is tried again with growing pauses and parked like an event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Key, Ref, SessionFactory
from core.events import MAX_ATTEMPTS, backoff


class Timer(Base):
    """Something that is to happen at an instant."""

    __tablename__ = "timer"
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(48))
    about: Mapped[Ref]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    fired_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("uq_timer_waiting", "kind", "about", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_timer_due", "next_at", postgresql_where=text("state = 'waiting'")),
    )


TimerHandler = Callable[[Session, Timer, datetime], None]


def set_timer(session: Session, kind: str, about: str, due_at: datetime, **payload: Any) -> None:
    """Set the timer ``(kind, about)``, or move it when it is waiting already."""
    row = insert(Timer).values(
        kind=kind, about=about, due_at=due_at, next_at=due_at, payload=payload, state="waiting", attempts=0, error=""
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["kind", "about"],
            index_where=text("state = 'waiting'"),
            set_={"due_at": due_at, "next_at": due_at, "payload": payload, "attempts": 0, "error": ""},
        )
    )


def cancel_timer(session: Session, kind: str, about: str) -> None:
    """Forget the waiting timer, if there is one."""
    session.execute(delete(Timer).where(Timer.kind == kind, Timer.about == about, Timer.state == "waiting"))


def fire_due(factory: SessionFactory, handlers: Mapping[str, TimerHandler], now: datetime, limit: int = 200) -> int:
    """Fire what is due, oldest first; return how many fired."""
    with factory.begin() as session:
        due = session.scalars(
            select(Timer.id).where(Timer.state == "waiting", Timer.next_at <= now).order_by(Timer.next_at).limit(limit)
        ).all()
    return sum(_fire(factory, timer_id, handlers, now) for timer_id in due)


def _fire(factory: SessionFactory, timer_id: int, handlers: Mapping[str, TimerHandler], now: datetime) -> bool:
    try:
        with factory.begin() as session:
            timer = _claim(session, timer_id, now)
            if timer is None:
                return False
            timer.state, timer.fired_at = "fired", now
            session.flush()
            handlers[timer.kind](session, timer, now)
    except Exception as error:  # noqa: BLE001  kept on the row, shown on the health page
        _note_failure(factory, timer_id, error, now)
        return False
    return True


def _claim(session: Session, timer_id: int, now: datetime) -> Timer | None:
    return session.scalars(
        select(Timer)
        .where(Timer.id == timer_id, Timer.state == "waiting", Timer.next_at <= now)
        .with_for_update(skip_locked=True)
    ).first()


def _note_failure(factory: SessionFactory, timer_id: int, error: Exception, now: datetime) -> None:
    with factory.begin() as session:
        timer = _claim(session, timer_id, now)
        if timer is None:
            return
        timer.attempts += 1
        timer.error = f"{type(error).__name__}: {error}"[:2000]
        timer.next_at = now + backoff(timer.attempts)
        timer.state = "parked" if timer.attempts >= MAX_ATTEMPTS else "waiting"
