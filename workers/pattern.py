"""The weekly pattern as it stands on a day, for the page that shows and changes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from workers.models import Worker

Stretch = tuple[int, int]


def pattern_on(worker: Worker, day: date) -> Mapping[int, list[Stretch]]:
    """Return weekday (0 = Monday) → stretches in minutes of the local day, in order, as valid on that day."""
    found: dict[int, list[Stretch]] = {weekday: [] for weekday in range(7)}
    for shift in worker.shifts:
        if shift.valid_from <= day and (shift.valid_until is None or shift.valid_until >= day):
            found[shift.weekday].append((shift.starts, shift.ends))
    return {weekday: sorted(rows) for weekday, rows in found.items()}
