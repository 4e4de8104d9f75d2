"""Ways, breaks and allowed starts for single numbers; the vectorised twins are `times.py` and `clockwork.py`."""

from __future__ import annotations

import math

from matching.compiled import compiled, lean
from matching.kernels.sheet import (
    DETOUR,
    FIXED,
    KIND,
    MODE,
    NEVER,
    PLACE,
    SECONDS,
    STEP,
    VISIT,
    Sheet,
)
from matching.travel import FloatArray, IntArray

EARTH_RADIUS_M = 6371008.8


@lean
def way(sheet: Sheet, worker: int, origin: int, target: int) -> int:
    """Seconds from place to place; 0 between identical places."""
    if origin == target:
        return 0
    if sheet.cell.size:
        return int(sheet.tables[sheet.worker[worker, MODE], sheet.cell[origin], sheet.cell[target]])
    x = sheet.vectors[origin, 0] - sheet.vectors[target, 0]
    y = sheet.vectors[origin, 1] - sheet.vectors[target, 1]
    z = sheet.vectors[origin, 2] - sheet.vectors[target, 2]
    chord = math.sqrt(x * x + y * y + z * z)
    if chord == 0.0:
        return 0
    metres = 2 * EARTH_RADIUS_M * math.asin(min(1.0, chord / 2))
    plain: float = sheet.rate[FIXED] + sheet.rate[DETOUR] * metres / sheet.speed[worker]
    return math.ceil(plain)


@lean
def leg(sheet: Sheet, worker: int, one: int, other: int) -> int:
    """Seconds from option to option."""
    if sheet.legs.size:
        return int(sheet.legs[sheet.worker[worker, KIND], one, other])
    return way(sheet, worker, sheet.option[one, PLACE], sheet.option[other, PLACE])


@compiled
def fill_legs(sheet: Sheet, example: IntArray, legs: IntArray, nearest: IntArray) -> None:
    """Ways between all options for one worker of each kind, and the fewest seconds from another visit."""
    for kind in range(len(example)):
        for target in range(len(sheet.option)):
            least = NEVER
            for origin in range(len(sheet.option)):
                seconds = way(sheet, example[kind], sheet.option[origin, PLACE], sheet.option[target, PLACE])
                legs[kind, origin, target] = seconds
                if sheet.option[origin, VISIT] != sheet.option[target, VISIT]:
                    least = min(least, seconds)
            nearest[kind, target] = least if least < NEVER else 0


@lean
def advance(sheet: Sheet, worker: int, begin: int, seconds: int) -> int:
    """When a way that begins at `begin` ends; it pauses in breaks."""
    end = begin + seconds
    if seconds == 0:
        return end
    for number in range(sheet.breaks.shape[1]):
        low, high = sheet.breaks[worker, number, 0], sheet.breaks[worker, number, 1]
        if begin < high and end > low:
            end += high - max(begin, low)
    return end


@lean
def retreat(sheet: Sheet, worker: int, end: int, seconds: int) -> int:
    """The last instant to begin a way that must end by `end`."""
    begin = end - seconds
    if seconds == 0:
        return begin
    for number in range(sheet.breaks.shape[1] - 1, -1, -1):
        low, high = sheet.breaks[worker, number, 0], sheet.breaks[worker, number, 1]
        if end > low and begin < high:
            begin -= min(end, high) - low
    return begin


@lean
def resting(sheet: Sheet, worker: int, begin: int, end: int) -> int:
    """Seconds of break between two instants."""
    total = 0
    for number in range(sheet.breaks.shape[1]):
        low, high = sheet.breaks[worker, number, 0], sheet.breaks[worker, number, 1]
        total += max(0, min(end, high) - max(begin, low))
    return total


@lean
def next_start(sheet: Sheet, option: int, earliest: int) -> int:
    """The first allowed start at or after an instant; `NEVER` if there is none."""
    step = sheet.option[option, STEP]
    for number in range(sheet.windows.shape[1]):
        low, high = sheet.windows[option, number, 0], sheet.windows[option, number, 1]
        start = max(earliest, low)
        if step > 1:
            start = -(-start // step) * step
        if start <= high:
            return int(start)
    return NEVER


@lean
def last_start(sheet: Sheet, option: int, latest: int) -> int:
    """The last allowed start at or before an instant; -1 if there is none."""
    step = sheet.option[option, STEP]
    for number in range(sheet.windows.shape[1] - 1, -1, -1):
        low, high = sheet.windows[option, number, 0], sheet.windows[option, number, 1]
        start = min(latest, high) // step * step
        if start >= low:
            return int(start)
    return -1


@lean
def next_free_start(sheet: Sheet, worker: int, option: int, earliest: int) -> int:
    """The first allowed start whose work does not run into a break."""
    start = next_start(sheet, option, earliest)
    for number in range(sheet.breaks.shape[1]):
        low, high = sheet.breaks[worker, number, 0], sheet.breaks[worker, number, 1]
        if start < high and start + sheet.option[option, SECONDS] > low:
            start = next_start(sheet, option, max(high, start))
    return start


@lean
def last_free_start(sheet: Sheet, worker: int, option: int, latest: int) -> int:
    """The last allowed start whose work does not run into a break."""
    start = last_start(sheet, option, latest)
    for number in range(sheet.breaks.shape[1] - 1, -1, -1):
        low, high = sheet.breaks[worker, number, 0], sheet.breaks[worker, number, 1]
        if start >= 0 and start < high and start + sheet.option[option, SECONDS] > low:
            start = last_start(sheet, option, low - sheet.option[option, SECONDS])
    return start


@compiled
def fill_apart(sheet: Sheet, area: IntArray, apart: IntArray) -> None:
    """The fewest seconds between different visits of two areas, for each kind of worker."""
    for kind in range(len(apart)):
        _fill_kind(sheet, area, sheet.legs[kind], apart[kind])


@compiled
def _fill_kind(sheet: Sheet, area: IntArray, legs: IntArray, apart: IntArray) -> None:
    """The same for one kind of worker; areas without two different visits are no way apart."""
    apart[:] = NEVER
    for one in range(len(area)):
        for other in range(len(area)):
            if sheet.option[one, VISIT] != sheet.option[other, VISIT]:
                apart[area[one], area[other]] = min(apart[area[one], area[other]], legs[one, other])
    for one in range(len(apart)):
        for other in range(len(apart)):
            if apart[one, other] == NEVER:
                apart[one, other] = 0


@compiled
def nearest_chords(sheet: Sheet, area: IntArray, chords: FloatArray) -> None:
    """The shortest chord between different visits of two areas."""
    for one in range(len(area)):
        for other in range(one):
            if sheet.option[one, VISIT] != sheet.option[other, VISIT]:
                total = 0.0
                for axis in range(3):
                    gap = (
                        sheet.vectors[sheet.option[one, PLACE], axis] - sheet.vectors[sheet.option[other, PLACE], axis]
                    )
                    total += gap * gap
                least = min(chords[area[one], area[other]], total)
                chords[area[one], area[other]], chords[area[other], area[one]] = least, least
    for one in range(len(chords)):
        for other in range(len(chords)):
            chords[one, other] = math.sqrt(chords[one, other])
