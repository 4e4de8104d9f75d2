"""What a worker may see of the score: changes in batches, at most one a day, so that none betrays who rated how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo


class Revealed(Protocol):
    """Something that has been revealed at an instant (None: not yet)."""

    @property
    def revealed_at(self) -> datetime | None:
        """When it was revealed."""
        ...


R = TypeVar("R", bound=Revealed)


def shown(rows: Sequence[R], now: datetime, batch: int, clock: ZoneInfo) -> list[R]:
    """Return what a worker may see: at each local midnight, if at least ``batch`` have come together, all of them.

    ``rows`` are one worker's ratings, oldest reveal first; ``clock`` is the one on the worker's wall.
    """
    today = now.astimezone(clock).date()
    seen: list[R] = []
    waiting: list[R] = []
    day: date | None = None
    for row in rows:
        if row.revealed_at is None:
            continue
        its_day = row.revealed_at.astimezone(clock).date()
        if its_day != day and len(waiting) >= batch:
            seen, waiting = [*seen, *waiting], []
        if its_day >= today:
            return seen
        day = its_day
        waiting.append(row)
    return [*seen, *waiting] if len(waiting) >= batch else seen
