"""Counters of requests per minute that all processes share: an unlogged table, lost with a crash and no harm done."""

from __future__ import annotations

from sqlalchemy import Connection, String, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base


class RateCount(Base):
    """How often somebody (an account, or ``net:`` and a network) asked for one class of things in one minute."""

    __tablename__ = "rate_count"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hits: Mapped[int]
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  (SQLAlchemy's own hook)


def count_hit(connection: Connection, kind: str, who: str, minute: int) -> int:
    """Count one request and return how many there were in this minute, in every process together."""
    row = insert(RateCount).values(kind=kind, who=who[:64], minute=minute, hits=1)
    counted = row.on_conflict_do_update(
        index_elements=["kind", "who", "minute"], set_={"hits": RateCount.hits + 1}
    ).returning(RateCount.hits)
    return connection.scalar(counted) or 0


def forget_counts(session: Session, before_minute: int) -> None:
    """Drop the counters of minutes that are over."""
    session.execute(delete(RateCount).where(RateCount.minute < before_minute))
