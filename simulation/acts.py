"""Acts: what an agent will do, and when. Gathered from the database, done by the real verbs at their own instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

Run = Callable[[Session, datetime], object]


@dataclass(frozen=True)
class Act:
    """One thing to do. ``key`` names it, so that what the house refused is not tried again and again.

    ``then`` is asked in the same transaction, once the act is done, what the same person does next about it.
    """

    key: tuple[Any, ...]
    due: datetime
    account: str
    run: Run
    then: Callable[[Session], Act | None] | None = None

    def followed(self, then: Callable[[Session], Act | None]) -> Act:
        """Return the same act with what comes after it."""
        return replace(self, then=then)
