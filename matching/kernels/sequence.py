"""Times and value of one sequence of arcs in its opening; the vectorised twin is `route.py`."""

from __future__ import annotations

from matching.compiled import compiled, lean
from matching.kernels.clock import advance, last_free_start, leg, next_free_start, resting, retreat
from matching.kernels.sheet import (
    BASE,
    BUFFER,
    DUE,
    ENTRY,
    FROM_STOP,
    GAIN,
    HIGH,
    IDLE,
    LOW,
    ONWARD,
    OPTION,
    READY,
    SECONDS,
    TO_STOP,
    TRAVEL,
    WORKER,
    Sheet,
)
from matching.travel import IntArray

CANNOT = -(1 << 62)


@lean
def way_to(sheet: Sheet, worker: int, arcs: IntArray, at: int) -> int:
    """Seconds to the visit at this place of a sequence, from the one before or from the opening's origin."""
    if at == 0:
        return int(sheet.arc[arcs[0], ENTRY])
    return leg(sheet, worker, sheet.arc[arcs[at - 1], OPTION], sheet.arc[arcs[at], OPTION])


@lean
def keep_times(sheet: Sheet, opening: int, arcs: IntArray, many: int, starts: IntArray) -> bool:
    """Fill in the earliest starts; False if the sequence cannot be kept."""
    row = sheet.opening[opening]
    worker, free, end = row[WORKER], row[READY], row[READY]
    for at in range(many):
        option = sheet.arc[arcs[at], OPTION]
        arrival = advance(sheet, worker, free, way_to(sheet, worker, arcs, at))
        start = next_free_start(sheet, worker, option, max(arrival, row[LOW]))
        end = start + sheet.option[option, SECONDS]
        if end > row[HIGH]:
            return False
        starts[at] = start
        free = end + int(sheet.rate[BUFFER])
    leave = free if row[TO_STOP] else end
    return bool(advance(sheet, worker, leave, sheet.arc[arcs[many - 1], ONWARD]) <= row[DUE])


@lean
def settle(sheet: Sheet, opening: int, arcs: IntArray, many: int, starts: IntArray) -> None:
    """Coming from home, move visits as late as what follows allows; the last one only before a stop."""
    row = sheet.opening[opening]
    if row[FROM_STOP]:
        return
    worker, following = row[WORKER], row[DUE]
    for back in range(many):
        at = many - 1 - back
        option = sheet.arc[arcs[at], OPTION]
        onward = sheet.arc[arcs[at], ONWARD] if back == 0 else way_to(sheet, worker, arcs, at + 1)
        seconds = sheet.option[option, SECONDS]
        latest = retreat(sheet, worker, following, onward) - int(sheet.rate[BUFFER]) - seconds
        later = last_free_start(sheet, worker, option, min(latest, row[HIGH] - seconds))
        if (back > 0 or row[TO_STOP]) and later > starts[at]:
            starts[at] = later
        following = starts[at]


@lean
def idle_of(sheet: Sheet, opening: int, arcs: IntArray, many: int, starts: IntArray) -> int:
    """Seconds of waiting between stops."""
    row = sheet.opening[opening]
    worker, free, total = row[WORKER], row[READY], 0
    stop = row[FROM_STOP] != 0
    for at in range(many):
        start = starts[at]
        if stop:
            total += start - free - resting(sheet, worker, free, start) - way_to(sheet, worker, arcs, at)
        free = start + sheet.option[sheet.arc[arcs[at], OPTION], SECONDS] + int(sheet.rate[BUFFER])
        stop = True
    if row[TO_STOP]:
        onward = sheet.arc[arcs[many - 1], ONWARD]
        total += row[DUE] - free - resting(sheet, worker, free, row[DUE]) - onward
    return int(total)


@lean
def value_of(sheet: Sheet, opening: int, arcs: IntArray, many: int, starts: IntArray) -> int:
    """Value of the sequence in units against leaving the opening as it is; `CANNOT` if it cannot be kept."""
    if many == 0:
        return 0
    if not keep_times(sheet, opening, arcs, many, starts):
        return CANNOT
    worker = sheet.opening[opening, WORKER]
    gain, travel = 0, sheet.arc[arcs[many - 1], ONWARD]
    for at in range(many):
        gain += sheet.arc[arcs[at], GAIN]
        travel += way_to(sheet, worker, arcs, at)
    value = gain + sheet.opening[opening, BASE] - travel * int(sheet.rate[TRAVEL])
    if sheet.rate[IDLE] > 0:
        settle(sheet, opening, arcs, many, starts)
        value -= idle_of(sheet, opening, arcs, many, starts) * int(sheet.rate[IDLE])
    return int(value)


@compiled
def value_all(sheet: Sheet, opening: IntArray, arcs: IntArray, starts: IntArray, value: IntArray) -> None:
    """`value_of` for many sequences, each a row of `arcs` padded with -1."""
    for row in range(len(opening)):
        many = 0
        while many < arcs.shape[1] and arcs[row, many] >= 0:
            many += 1
        value[row] = value_of(sheet, opening[row], arcs[row], many, starts[row])
