"""Entries of one visit that stand at most once, and may be posted again after they have been reversed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core.errors import Conflict
from money.ledger import Leg, find_entry, lock_name, post
from money.models import LedgerEntry

VISIT: Final = "visit"
_TURNS: Final = 10


def live_entry(session: Session, visit_code: str, kind: str) -> LedgerEntry | None:
    """Return the visit's entry of this kind that has not been reversed, if there is one."""
    undo = aliased(LedgerEntry)
    return session.scalars(
        select(LedgerEntry)
        .outerjoin(undo, undo.reverses_id == LedgerEntry.id)
        .where(
            LedgerEntry.source == VISIT,
            LedgerEntry.source_id == visit_code,
            LedgerEntry.kind.in_(_kinds(kind)),
            undo.id.is_(None),
        )
    ).first()


def post_live(session: Session, visit_code: str, kind: str, legs: Callable[[], list[Leg]], at: datetime) -> LedgerEntry:
    """Post the visit's entry of this kind unless a live one stands; after a reversal it may be posted again."""
    lock_name(session, VISIT, visit_code)
    standing = live_entry(session, visit_code, kind)
    if standing is not None:
        return standing
    for name in _kinds(kind):
        if find_entry(session, VISIT, visit_code, name) is None:
            return post(session, VISIT, visit_code, name, legs(), at, visit=visit_code)
    raise Conflict("too_often_undone", "This has been done and undone too often. Please ask operations.")


def _kinds(kind: str) -> list[str]:
    """The names an entry takes: the plain one first, a numbered one after each reversal."""
    return [kind, *(f"{kind}_{turn}" for turn in range(2, _TURNS))]
