"""Messages to people. A verb enqueues a row; a tick sends it after commit, at least once, and keeps it to be read.

``to`` is an account's code, or a telephone number (``+86…``) of somebody who has no account yet. ``params`` are
codes and numbers, never prose and never more than the receiver may know; the words are made at the door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.models import Account
from core.codes import new_code
from core.db import SessionFactory
from core.errors import NotFound
from core.events import MAX_ATTEMPTS, backoff
from core.paging import Page, fetch_page
from notices.channels import Channel, Message, Recipient, Text
from notices.models import Notice

LEASE: Final = timedelta(minutes=2)
"""How long a sender that died keeps a message from being tried again."""

Renderer = Callable[[Session, Notice, Recipient], Text]


@dataclass(frozen=True)
class Outlet:
    """How messages get their words, and the ways out in order of preference."""

    channels: Sequence[Channel]
    render: Renderer


def enqueue(session: Session, to: str, kind: str, about: str, now: datetime, **params: Any) -> Notice:
    """Write a message in the caller's transaction; it is sent after commit, or never if there is none."""
    notice = Notice(
        code=new_code("T"),
        to=to,
        kind=kind,
        about=about,
        params=params,
        state="pending",
        created_at=now,
        next_at=now,
    )
    session.add(notice)
    return notice


def unread(session: Session, account_code: str, limit: int = 50) -> list[Notice]:
    """Return what somebody has not read yet, newest first."""
    return list(
        session.scalars(
            select(Notice)
            .where(Notice.to == account_code, Notice.read_at.is_(None))
            .order_by(Notice.id.desc())
            .limit(limit)
        )
    )


def count_unread(session: Session, account_code: str) -> int:
    """Return how many messages somebody has not read yet."""
    query = select(func.count()).select_from(Notice).where(Notice.to == account_code, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def list_notices(session: Session, account_code: str, after: str = "", size: int = 50) -> Page[Notice]:
    """Return somebody's messages, newest first, page by page."""
    return fetch_page(session, select(Notice).where(Notice.to == account_code), Notice.id, after, size)


def mark_read(session: Session, account_code: str, code: str, now: datetime) -> None:
    """Mark one's own message as read; ``NotFound`` for any other. Once read it stays read."""
    known = session.scalar(select(Notice.id).where(Notice.code == code, Notice.to == account_code))
    if known is None:
        raise NotFound
    session.execute(update(Notice).where(Notice.id == known, Notice.read_at.is_(None)).values(read_at=now))


def mark_all_read(session: Session, account_code: str, now: datetime) -> None:
    """Mark all of one's messages as read."""
    session.execute(update(Notice).where(Notice.to == account_code, Notice.read_at.is_(None)).values(read_at=now))


def send_pending(factory: SessionFactory, outlet: Outlet, now: datetime, limit: int = 200) -> int:
    """Send what is due, oldest first; return how many left. Any number of senders may run at once.

    Each message is leased (skipping what another sender holds), sent outside the transaction and marked. One that
    fails waits 2, 4, 8 … seconds and is parked with its error after :data:`MAX_ATTEMPTS` tries.
    """
    with factory.begin() as session:
        due = session.scalars(
            select(Notice.id)
            .where(Notice.state == "pending", Notice.next_at <= now)
            .order_by(Notice.next_at, Notice.id)
            .limit(limit)
        ).all()
    return sum(_send(factory, notice_id, outlet, now) for notice_id in due)


def retry_parked(session: Session, code: str, now: datetime) -> None:
    """Give a parked message another round of tries."""
    session.execute(
        update(Notice)
        .where(Notice.code == code, Notice.state == "parked")
        .values(state="pending", attempts=0, next_at=now)
    )


def _send(factory: SessionFactory, notice_id: int, outlet: Outlet, now: datetime) -> bool:
    try:
        with factory.begin() as session:
            message = _lease(session, notice_id, outlet.render, now)
        if message is None:
            return False
        channel = next((one for one in outlet.channels if one.reaches(message.to)), None)
        if channel is not None:
            channel.send(message)
    except Exception as error:  # noqa: BLE001  whatever a channel raises is kept on the row, never lost
        _note_failure(factory, notice_id, error, now)
        return False
    with factory.begin() as session:
        sent = {"state": "sent", "channel": channel.name, "sent_at": now} if channel else {"state": "kept"}
        session.execute(update(Notice).where(Notice.id == notice_id).values(error="", **sent))
    return channel is not None


def _lease(session: Session, notice_id: int, render: Renderer, now: datetime) -> Message | None:
    notice = session.scalars(
        select(Notice)
        .where(Notice.id == notice_id, Notice.state == "pending", Notice.next_at <= now)
        .with_for_update(skip_locked=True)
    ).first()
    if notice is None:
        return None
    to = _recipient(session, notice.to)
    message = Message(notice.code, notice.kind, to, render(session, notice, to))
    notice.next_at = now + LEASE
    return message


def _recipient(session: Session, to: str) -> Recipient:
    if to.startswith("+"):
        return Recipient(to, to)
    account = session.scalars(select(Account).where(Account.code == to)).first()
    return Recipient(to, account.phone or "", account.locale) if account else Recipient(to)


def _note_failure(factory: SessionFactory, notice_id: int, error: Exception, now: datetime) -> None:
    with factory.begin() as session:
        notice = session.get(Notice, notice_id, with_for_update=True)
        if notice is None or notice.state != "pending":
            return
        notice.attempts += 1
        notice.error = f"{type(error).__name__}: {error}"[:500]
        notice.next_at = now + backoff(notice.attempts)
        notice.state = "parked" if notice.attempts >= MAX_ATTEMPTS else "pending"
