"""Lists come in pages: newest first, the place kept by the last key seen (never by an offset that shifts)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import InvalidInput

T = TypeVar("T")
MAX_PAGE = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and where the next ones begin (empty when these are the last)."""

    rows: Sequence[T]
    after: str


def fetch_page(
    session: Session, query: Select[T], key: InstrumentedAttribute[int], after: str = "", size: int = 50
) -> Page[T]:
    """Return one page of ``query``, newest key first; ``after`` is the mark of the page before."""
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise InvalidInput({"after": ["not_a_page_mark"]})
    size = max(1, min(size, MAX_PAGE))
    if after:
        query = query.where(key < int(after))
    rows: list[Any] = list(session.scalars(query.order_by(key.desc()).limit(size + 1)))
    mark = str(getattr(rows[size - 1], key.key)) if len(rows) > size else ""
    return Page(rows[:size], mark)
