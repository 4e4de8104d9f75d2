"""Acts: what an agent will do, and when. Gathered from the database, done by the real verbs at their own instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

Run = Callable[[Session, datetime], object]


@dataclass(frozen=True)
class Act:
    """One thing to do. ``key`` names it, so that what the house refused is not tried again and again."""

    key: tuple[Any, ...]
    due: datetime
    account: str
    run: Run
