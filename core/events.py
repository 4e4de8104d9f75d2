"""Facts: one table is timeline, audit trail and outbox at once.

``record`` writes a fact in the verb's own transaction. ``deliver_pending`` (a tick) fans each fact out to the
handlers of ``app/wiring.py`` and runs every handler in a transaction of its own, at least once; a handler that
fails is tried again with growing pauses and parked after :data:`MAX_ATTEMPTS` with its error, for a person to see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from core.actors import Actor
from core.db import Base, Key, Ref, SessionFactory

MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class Event:
    """A recorded fact in the past tense. The first field is the code of what it is about."""

    registry: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        Event.registry[cls.__name__] = cls


Handler = Callable[[Session, Any, datetime], None]
Handlers = Mapping[type[Event], Sequence[Handler]]


class EventRow(Base):
    """One fact: what, about whom, by whom, when."""

    __tablename__ = "event"
    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(48), index=True)
    about: Mapped[Ref]
    payload: Mapped[dict[str, Any]]
    actor_role: Mapped[str] = mapped_column(String(16))
    actor_code: Mapped[str] = mapped_column(String(24))
    on_behalf_of: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    fanned_out: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_event_to_fan_out", "id", postgresql_where=text("not fanned_out")),)

    def fact(self) -> Event:
        """Return the fact as its dataclass."""
        return Event.registry[self.kind](**self.payload)


class DeliveryRow(Base):
    """One handler's turn at one fact."""

    __tablename__ = "event_delivery"
    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    handler: Mapped[str] = mapped_column(String(96))
    state: Mapped[str] = mapped_column(String(12), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(default="")
    event: Mapped[EventRow] = relationship()
    __table_args__ = (
        Index("uq_event_delivery_once", "event_id", "handler", unique=True),
        Index("ix_event_delivery_pending", "next_at", postgresql_where=text("state = 'pending'")),
    )


def record(session: Session, event: Event, *, by: Actor, at: datetime) -> EventRow:
    """Write the fact in the caller's transaction; it is delivered after commit."""
    payload = asdict(event)
    row = EventRow(
        at=at,
        kind=type(event).__name__,
        about=str(next(iter(payload.values()), "")),
        payload=payload,
        actor_role=by.role.value,
        actor_code=by.code,
        on_behalf_of=by.on_behalf_of,
        channel=by.channel,
        reason=by.reason,
    )
    session.add(row)
    return row


def timeline(session: Session, about: str) -> list[EventRow]:
    """Return all facts about one code, oldest first."""
    return list(session.scalars(select(EventRow).where(EventRow.about == about).order_by(EventRow.at, EventRow.id)))


def handler_name(handler: Handler) -> str:
    """Return the stable name of a handler: module and function."""
    return f"{handler.__module__}.{handler.__qualname__}"


def deliver_pending(factory: SessionFactory, handlers: Handlers, now: datetime, limit: int = 200) -> int:
    """Fan out new facts and run what is due; return how many handler runs succeeded."""
    with factory.begin() as session:
        _fan_out(session, handlers, now, limit)
    with factory.begin() as session:
        due = session.scalars(
            select(DeliveryRow.id)
            .where(DeliveryRow.state == "pending", DeliveryRow.next_at <= now)
            .order_by(DeliveryRow.id)
            .limit(limit)
        ).all()
    by_name = {handler_name(one): one for many in handlers.values() for one in many}
    return sum(_deliver(factory, delivery_id, by_name, now) for delivery_id in due)


def _fan_out(session: Session, handlers: Handlers, now: datetime, limit: int) -> None:
    rows = session.scalars(
        select(EventRow)
        .where(~EventRow.fanned_out)
        .order_by(EventRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    turns = [
        {
            "event_id": row.id,
            "handler": handler_name(handler),
            "next_at": now,
            "state": "pending",
            "attempts": 0,
            "error": "",
        }
        for row in rows
        for handler in handlers.get(Event.registry[row.kind], ())
    ]
    if turns:
        session.execute(insert(DeliveryRow).on_conflict_do_nothing(), turns)
    if rows:
        session.execute(update(EventRow).where(EventRow.id.in_([row.id for row in rows])).values(fanned_out=True))


def _deliver(factory: SessionFactory, delivery_id: int, by_name: Mapping[str, Handler], now: datetime) -> bool:
    try:
        with factory.begin() as session:
            row = _claim_delivery(session, delivery_id)
            if row is None:
                return False
            by_name[row.handler](session, row.event.fact(), now)
            row.state = "done"
    except Exception as error:  # noqa: BLE001  whatever a handler raises is kept on its row, never lost
        _note_failure(factory, delivery_id, error, now)
        return False
    return True


def _claim_delivery(session: Session, delivery_id: int) -> DeliveryRow | None:
    return session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.id == delivery_id, DeliveryRow.state == "pending")
        .with_for_update(skip_locked=True)
    ).first()


def _note_failure(factory: SessionFactory, delivery_id: int, error: Exception, now: datetime) -> None:
    with factory.begin() as session:
        row = _claim_delivery(session, delivery_id)
        if row is None:
            return
        row.attempts += 1
        row.error = f"{type(error).__name__}: {error}"[:2000]
        row.next_at = now + backoff(row.attempts)
        row.state = "parked" if row.attempts >= MAX_ATTEMPTS else "pending"


def backoff(attempts: int) -> timedelta:
    """Return the pause before the next try: 2, 4, 8 … seconds, at most 10 minutes."""
    return timedelta(seconds=min(600, 2**attempts))


def retry_parked(session: Session, delivery_id: int, now: datetime) -> None:
    """Give a parked delivery another round of tries."""
    row = session.get(DeliveryRow, delivery_id)
    if row is not None and row.state == "parked":
        row.state, row.attempts, row.next_at = "pending", 0, now
