"""Messages to people, and tasks for staff roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Keyed, Ref


class Notice(Keyed, Base):
    """A message to an account (by code); ``params`` carry no more than may be shown."""

    __tablename__ = "notice"
    to: Mapped[str] = mapped_column(String(24), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[Ref]
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="pending")
    channel: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("ix_notice_pending", "next_at", postgresql_where=text("state = 'pending'")),)


class StaffTask(Keyed, Base):
    """Something a staff role has to look at by an instant. One open task per ``(kind, about)``."""

    __tablename__ = "staff_task"
    role: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[Ref]
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(24), default="")
    outcome: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("uq_staff_task_open", "kind", "about", unique=True, postgresql_where=text("done_at is null")),
    )
