"""Which openings can take a visit, and between which starts; the vectorised twin is `reach.py`."""

from __future__ import annotations

from matching.compiled import compiled, lean
from matching.kernels.clock import advance, last_free_start, next_free_start, retreat, way
from matching.kernels.sheet import (
    BUFFER,
    DUE,
    HIGH,
    LOW,
    MINUTES,
    ORIGIN,
    PLACE,
    READY,
    SECONDS,
    TARGET,
    TO_STOP,
    WORKER,
    Sheet,
)
from matching.travel import BoolArray, IntArray

EARLIEST, LATEST = 0, 1


@lean
def _range(sheet: Sheet, opening: int, option: int, span: IntArray) -> None:
    """Earliest and latest start of an option in an opening; empty where the first is after the second."""
    worker, seconds = sheet.opening[opening, WORKER], sheet.option[option, SECONDS]
    place = sheet.option[option, PLACE]
    there = way(sheet, worker, sheet.opening[opening, ORIGIN], place)
    arrival = advance(sheet, worker, sheet.opening[opening, READY], there)
    span[EARLIEST] = next_free_start(sheet, worker, option, max(arrival, sheet.opening[opening, LOW]))
    if span[EARLIEST] + seconds > sheet.opening[opening, HIGH]:
        span[LATEST] = -1
        return
    onward = way(sheet, worker, place, sheet.opening[opening, TARGET])
    buffer = int(sheet.rate[BUFFER]) if sheet.opening[opening, TO_STOP] else 0
    latest = retreat(sheet, worker, sheet.opening[opening, DUE], onward) - buffer - seconds
    latest = min(latest, sheet.opening[opening, HIGH] - seconds)
    span[LATEST] = last_free_start(sheet, worker, option, latest)


@compiled
def ranges(sheet: Sheet, option: int, may: BoolArray, room: IntArray, found: IntArray, span: IntArray) -> int:
    """Fill in (opening, earliest, latest) of every opening that can take the option; tells how many there are.

    `may[worker]`: who passes the pair rules; `room[opening]`: minutes left within the worker's hours.
    """
    many, minutes = 0, sheet.option[option, MINUTES]
    for opening in range(len(sheet.opening)):
        if not may[sheet.opening[opening, WORKER]] or room[opening] < minutes:
            continue
        _range(sheet, opening, option, span)
        if span[EARLIEST] <= span[LATEST]:
            found[many, 0], found[many, 1], found[many, 2] = opening, span[EARLIEST], span[LATEST]
            many += 1
    return many
