"""The slot book of each city, kept for a few moments so that many people can look at once.

A page may show what was true ten seconds ago; the acceptance of a request looks again by itself. The book holds no
rows of the database, so threads may share it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.house import house
from core.policies import read_policy
from dispatch.policy import SlotPolicy
from dispatch.slots import SlotBook, open_book
from places.models import Zone

SECONDS = 10.0
_OLDEST = timedelta(minutes=5)
_GUARD = threading.Lock()


@dataclass(frozen=True)
class _Kept:
    """A book and when it was opened, on the machine's own steady clock."""

    book: SlotBook
    opened: float


def book_for(session: Session, zone: Zone, now: datetime) -> SlotBook:
    """Return the book of the zone's city, at most ``SLOT_BOOK_SECONDS`` and five minutes of business time old."""
    shelf: dict[tuple[str, SlotPolicy], _Kept] = house().extensions.setdefault("slot_books", {})
    policy = read_policy(session, SlotPolicy, now, zone.slug)
    key = (zone.city, policy)
    kept = shelf.get(key)
    if kept is None or not _fresh(kept, now):
        with _GUARD:
            kept = shelf.get(key)
            if kept is None or not _fresh(kept, now):
                kept = _Kept(open_book(session, zone, policy, now), time.monotonic())
                shelf[key] = kept
    return kept.book


def _fresh(kept: _Kept, now: datetime) -> bool:
    seconds = float(house().config.get("SLOT_BOOK_SECONDS", SECONDS))
    return time.monotonic() - kept.opened < seconds and abs(now - kept.book.now) < _OLDEST
