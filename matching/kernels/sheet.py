"""A board as a handful of arrays of fixed types: what all kernels read."""

from __future__ import annotations

from typing import NamedTuple

from matching.travel import BoolArray, FloatArray, IntArray

# Columns of `Sheet.opening`.
WORKER, ORIGIN, TARGET, READY, DUE, LOW, HIGH, FROM_STOP, TO_STOP, BASE = range(10)
# Columns of `Sheet.option`.
PLACE, VISIT, MINUTES, STEP, SECONDS = range(5)
# Columns of `Sheet.arc`; ENTRY and ONWARD are the ways from the opening's origin and to its target.
OPTION, EARLY, LATE, GAIN, ENTRY, ONWARD, OPENING = range(7)
# Columns of `Sheet.worker`: which table of `legs`, which of `tables`.
KIND, MODE = range(2)
# Entries of `Sheet.rate`: units a second of travel and of waiting, seconds between visits, haversine's two numbers.
TRAVEL, IDLE, BUFFER, FIXED, DETOUR = range(5)

NEVER = 1 << 40
NOTHING, UNKNOWN = -1e18, 1e18


class Sheet(NamedTuple):
    """Arrays, C-contiguous: int64 tables with the columns above, windows [option, number, low/high], breaks alike.

    `first[o]:first[o + 1]` are the arcs of opening o. `legs[kind, option, option]` (int32) may be empty: then ways are
    computed from `vectors` and `speed`, or looked up in `tables[mode, cell, cell]` where there are cells.
    `nearest[kind, option]` are the fewest seconds from any other visit. `area[option]` numbers areas of neighbouring
    visits, `apart[kind, area, area]` are the fewest seconds between different visits of two areas.
    """

    opening: IntArray
    option: IntArray
    windows: IntArray
    first: IntArray
    arc: IntArray
    worker: IntArray
    speed: FloatArray
    breaks: IntArray
    legs: IntArray
    vectors: FloatArray
    tables: IntArray
    cell: IntArray
    nearest: IntArray
    area: IntArray
    apart: IntArray
    rate: FloatArray


class Ask(NamedTuple):
    """What pricing is asked: `adjusted` worth of each arc now, which are `alive`, the `floor` of each opening.

    `number`: how many columns to keep per opening, slots, how many visits to look at (0: all), how many trials;
    `slack`: above 0, everything above the floor is wanted.
    """

    adjusted: FloatArray
    alive: BoolArray
    floor: FloatArray
    number: IntArray
    slack: FloatArray


KEEP, SLOTS, CAP, ROOM = range(4)


class Found(NamedTuple):
    """What pricing fills in.

    Sequences of arcs (-1 padded) [opening, number, place], their worth, how many there are; per opening the best worth,
    the most that what was given up could be worth, and the trials it took. Whoever sets `halt[0]` while it is being
    filled ends that: what was not looked at could then be worth `UNKNOWN`.
    """

    arcs: IntArray
    worth: FloatArray
    many: IntArray
    best: FloatArray
    missed: FloatArray
    work: IntArray
    halt: IntArray
