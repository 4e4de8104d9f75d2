"""A round as arrays, and what single pairs of it are worth; the vectorised twins: `rules.py`, `scoring.py`, `route.py`.

Every opening is looked at as if it took one visit. All openings that have what a visit asks for are its *hall*. They
lie in the cells of grids, a grid for each *stand* of the hall (those alike in speed and worth), so that the best
openings for a visit are found without a look at all of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from matching.compiled import lean
from matching.kernels.clock import (
    EARTH_RADIUS_M,
    advance,
    last_free_start,
    next_free_start,
    resting,
    retreat,
    way,
)
from matching.kernels.sheet import (
    BASE,
    BUFFER,
    DUE,
    FROM_STOP,
    HIGH,
    IDLE,
    LOW,
    MINUTES,
    ORIGIN,
    PLACE,
    READY,
    SECONDS,
    TARGET,
    TO_STOP,
    TRAVEL,
    WORKER,
    Sheet,
)
from matching.travel import FloatArray, IntArray

CANNOT = -(1 << 62)
UNITS = 60_000.0
BLOCK = 16  # cells of a block, four by four
# Columns of `Fair.worker` and `Fair.hand`.
BITS, TIER, STATIC, NEWCOMER, UNTIL, START = range(6)
LOWER, RADIUS, CHANCE, UNRELIABLE = range(4)
# Columns of `Fair.visit` and `Fair.wish`.
NEED, ASKED_TIER, FIRST, STAKE, SLOT, HALL = range(6)
ASKED_LOWER, PAY, LATE, SHARED, MOST, EAST, NORTH = range(7)
# Columns of `Fair.named`.
WHO, BONUS, REGULAR = range(3)
# Entries of `Fair.rate`.
REFUSAL, KM, PER_KM, PER_REGULAR, UNRELIABILITY, SLOT_WORTH, NEEDS_KM = range(7)
# Columns of `Fair.stand` and `Fair.frame`, and of `Fair.near`.
SIZE, WEST, SOUTH, TOP, BEST_CHANCE, PACE, WAYS, KM_WAYS = range(8)
WIDE, HIGH_UP, CELLS = range(3)
X, Y, Z, SLOW, LUCK = range(5)


class Fair(NamedTuple):
    """Everything a round is decided by.

    `first[w]` is the first opening of a worker, `room` the minutes left in each opening; `turn` are the visits,
    neighbours after one another. `named` and `banned` hold the workers of each visit whose pair is worth more or less
    than it looks, or is not allowed (`…_first`: where each visit's begin). `stand[hall[h]:hall[h + 1]]` are the stands
    of a hall; `cell[n]:cell[n + 1]` of `order` the openings in a cell, the `BLOCK` cells of a block after one another
    (`frame`: how many blocks each way, and the first cell); `near` and `head` say what there is to know at a glance.
    """

    sheet: Sheet
    first: IntArray
    room: IntArray
    turn: IntArray
    worker: IntArray
    hand: FloatArray
    visit: IntArray
    wish: FloatArray
    rate: FloatArray
    named_first: IntArray
    named: IntArray
    banned_first: IntArray
    banned: IntArray
    hall: IntArray
    stand: FloatArray
    frame: IntArray
    cell: IntArray
    order: IntArray
    near: FloatArray
    head: IntArray


@lean
def rounded(minutes: float) -> int:
    """Minutes as whole units, half to even."""
    return round(minutes * UNITS)


@lean
def metres(fair: Fair, one: int, other: int) -> float:
    """Great-circle metres between places."""
    points = fair.sheet.vectors
    x, y, z = points[one, 0] - points[other, 0], points[one, 1] - points[other, 1], points[one, 2] - points[other, 2]
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(x * x + y * y + z * z) / 2))


@lean
def may(fair: Fair, worker: int, visit: int, distance: float) -> bool:
    """Whether no rule bites that depends neither on the start nor on names."""
    hand, wish = fair.hand[worker], fair.wish[visit]
    lacks = fair.visit[visit, NEED] & ~fair.worker[worker, BITS]
    late = fair.worker[worker, UNTIL] < fair.visit[visit, FIRST]
    low = fair.worker[worker, TIER] < fair.visit[visit, ASKED_TIER] or hand[LOWER] < wish[ASKED_LOWER]
    return lacks == 0 and not late and not low and distance <= hand[RADIUS]


@lean
def chance(fair: Fair, worker: int, visit: int, distance: float, regular: int) -> float:
    """How likely the worker is to accept."""
    given = fair.hand[worker, CHANCE]
    if not math.isnan(given):
        return float(given)
    score = fair.wish[visit, SHARED] + fair.rate[PER_KM] * (distance / 1000) + fair.rate[PER_REGULAR] * regular
    return 1 / (1 + math.exp(-min(50.0, max(-50.0, score))))


@lean
def gain(fair: Fair, worker: int, visit: int, distance: float, regular: int) -> int:
    """What the pair is worth against leaving the visit open, without the way and without what is said by name."""
    luck = chance(fair, worker, visit, distance, regular)
    total = fair.worker[worker, STATIC] + fair.visit[visit, STAKE]
    total += rounded(fair.wish[visit, PAY] * luck) - rounded(fair.rate[REFUSAL] * (1 - luck))
    total += rounded(-fair.rate[UNRELIABILITY] * fair.wish[visit, LATE] * fair.hand[worker, UNRELIABLE])
    if fair.visit[visit, SLOT] and fair.worker[worker, NEWCOMER]:
        total += int(fair.rate[SLOT_WORTH])
    return int(total - rounded(fair.rate[KM] * (distance / 1000)))


@lean
def worth(fair: Fair, opening: int, visit: int, pay: int) -> int:
    """The value of one visit in an opening, its gain being `pay`; `CANNOT` where it is not possible."""
    sheet, row = fair.sheet, fair.sheet.opening[opening]
    worker, place, seconds = row[WORKER], sheet.option[visit, PLACE], sheet.option[visit, SECONDS]
    there = way(sheet, worker, row[ORIGIN], place)
    onward = there if row[ORIGIN] == row[TARGET] else way(sheet, worker, place, row[TARGET])
    start = next_free_start(sheet, worker, visit, max(advance(sheet, worker, row[READY], there), row[LOW]))
    end, buffer = start + seconds, int(sheet.rate[BUFFER])
    leave = end + buffer if row[TO_STOP] else end
    if end > row[HIGH] or advance(sheet, worker, leave, onward) > row[DUE]:
        return CANNOT
    value = pay + row[BASE] - (there + onward) * int(sheet.rate[TRAVEL])
    if sheet.rate[IDLE] == 0:
        return int(value)
    return int(value - idle(fair, opening, visit, start, there, onward) * int(sheet.rate[IDLE]))


@lean
def idle(fair: Fair, opening: int, visit: int, start: int, there: int, onward: int) -> int:
    """Seconds of waiting before and after; coming from home one starts as late as the next stop allows."""
    sheet, row = fair.sheet, fair.sheet.opening[opening]
    worker, seconds, buffer = row[WORKER], sheet.option[visit, SECONDS], int(sheet.rate[BUFFER])
    total = 0
    if row[FROM_STOP]:
        total = start - row[READY] - resting(sheet, worker, row[READY], start) - there
    elif row[TO_STOP]:
        latest = min(retreat(sheet, worker, row[DUE], onward) - buffer, row[HIGH]) - seconds
        start = max(start, last_free_start(sheet, worker, visit, latest))
    if row[TO_STOP]:
        free = start + seconds + buffer
        total += row[DUE] - free - resting(sheet, worker, free, row[DUE]) - onward
    return int(total)


@lean
def pair_value(fair: Fair, opening: int, visit: int, bonus: int, regular: int) -> int:
    """What this visit in this opening is worth, `bonus` being what is said of the pair by name; else `CANNOT`."""
    worker = fair.sheet.opening[opening, WORKER]
    if fair.room[opening] < fair.sheet.option[visit, MINUTES]:
        return CANNOT
    distance = 0.0
    if fair.rate[NEEDS_KM] > 0:
        distance = metres(fair, fair.worker[worker, START], fair.sheet.option[visit, PLACE])
    if not may(fair, worker, visit, distance):
        return CANNOT
    return worth(fair, opening, visit, gain(fair, worker, visit, distance, regular) + bonus)
