"""Visits as columns: read once, then looked at all together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from matching.demand import Visit
from matching.timeline import FAR
from matching.travel import BoolArray, FloatArray, IntArray


class Wishes(NamedTuple):
    """Visits as columns: what scoring reads of one visit it can read of these."""

    place: IntArray
    value: IntArray
    minutes: IntArray
    flags: IntArray
    late_risk: FloatArray
    newcomer_slot: BoolArray
    begin: IntArray
    last: IntArray
    windows: IntArray
    preferred: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()

    def take(self, rows: IntArray) -> Wishes:
        """Some of them, in this order."""
        columns: Any = [column[rows] for column in self[:9]]
        return Wishes(*columns)


def wishes_of(visits: tuple[Visit, ...]) -> Wishes:
    """Read every visit once."""
    windows = [visit.windows for visit in visits]
    last = [max(window.latest for window in each) if len(each) > 1 else each[0].latest for each in windows]
    return Wishes(
        whole(visit.place for visit in visits),
        whole(visit.value for visit in visits),
        whole(visit.minutes for visit in visits),
        whole(visit.flags for visit in visits),
        np.array([visit.late_risk for visit in visits], dtype=np.float64),
        np.array([visit.newcomer_slot for visit in visits], dtype=bool),
        whole(each[0].earliest for each in windows),
        whole(last),
        _windows(visits),
    )


def _windows(visits: tuple[Visit, ...]) -> IntArray:
    """The windows of visits, padded with ones that never come."""
    most = max((len(visit.windows) for visit in visits), default=1)
    table = np.full((len(visits), most, 2), (FAR, -1), dtype=np.int64)
    for column in range(most):
        rows = [row for row, visit in enumerate(visits) if len(visit.windows) > column]
        some = [visits[row].windows[column] for row in rows]
        table[rows, column, 0] = [window.earliest for window in some]
        table[rows, column, 1] = [window.latest for window in some]
    return table


def whole(values: Iterable[int]) -> IntArray:
    """Whole numbers as an array."""
    return np.array(list(values), dtype=np.int64)
