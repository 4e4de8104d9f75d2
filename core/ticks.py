"""Ticks: scheduled work that runs once per key, whatever number of clocks are running.

The row ``(name, tick)`` is inserted in the work's own transaction: whoever inserts it does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, SessionFactory


class TickRun(Base):
    """One scheduled run, and what it came to."""

    __tablename__ = "tick_run"
    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    tick: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)


def claim_tick(session: Session, name: str, tick: str, now: datetime) -> bool:
    """Insert the tick's row in this transaction; False when it has been done or is being done elsewhere."""
    done = session.execute(
        insert(TickRun)
        .values(name=name, tick=tick, at=now, outcome={})
        .on_conflict_do_nothing()
        .returning(TickRun.name)
    )
    return done.first() is not None


def period_key(now: datetime, period: timedelta) -> str:
    """Return the key of the period ``now`` lies in, counted from the epoch: the same for every clock."""
    return str(int(now.timestamp() // period.total_seconds()))


def local_day(now: datetime, zone: str) -> date:
    """Return the local date; daily work is keyed by it, so that a clock change neither drops nor doubles a day."""
    return now.astimezone(ZoneInfo(zone)).date()


def last_runs(session: Session) -> dict[str, datetime]:
    """Return when each named tick last ran: the health page turns red from it."""
    runs = session.execute(select(TickRun.name, func.max(TickRun.at)).group_by(TickRun.name))
    return {row[0]: row[1] for row in runs}


@dataclass(frozen=True)
class Tick:
    """Something a clock does again and again: every ``period``, or daily at ``at_minute`` of the local day.

    ``run(factory, tick, now)`` is called by every clock whenever its key changes and must claim the key itself
    (:func:`claim_tick`) in the transaction of its work. Periods are business time.
    """

    name: str
    run: Callable[[SessionFactory, str, datetime], object]
    period: timedelta | None = None
    at_minute: int = 0
    zone: str = "Asia/Shanghai"

    def key(self, now: datetime) -> str:
        """Return the key ``now`` belongs to; empty while today's daily run is still ahead."""
        if self.period is not None:
            return period_key(now, self.period)
        local = now.astimezone(ZoneInfo(self.zone))
        return local.date().isoformat() if local.hour * 60 + local.minute >= self.at_minute else ""
