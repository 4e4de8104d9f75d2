"""Areas of neighbouring visits, and the shortest ways between them, for pricing's look ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matching.travel import EARTH_RADIUS_M, Haversine, IntArray

if TYPE_CHECKING:
    from matching.board import Board
    from matching.kernels.sheet import Sheet

AREAS = 64


def with_areas(board: Board, sheet: Sheet) -> Sheet:
    """The sheet with its visits put into areas; one area where nothing is known of where they are."""
    from matching.kernels.clock import fill_apart, nearest_chords

    area = _areas_of(board)
    many, kinds = int(area.max(initial=0)) + 1, len(board.legs.example)
    apart = np.zeros((kinds, many, many), dtype=np.int64)
    if many > 1 and sheet.legs.size:
        fill_apart(sheet, area, apart)
    elif many > 1 and isinstance(board.problem.travel, Haversine):
        chords = np.full((many, many), 2.0)
        nearest_chords(sheet, area, chords)
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, chords / 2))
        travel = board.problem.travel
        for kind, worker in enumerate(board.legs.example):
            seconds = travel.fixed_seconds + travel.detour * metres / board.problem.workers[worker].speed - 1
            apart[kind] = np.where(chords <= 0, 0, np.maximum(0, seconds)).astype(np.int64)
    return sheet._replace(area=area, apart=apart)


def _areas_of(board: Board) -> IntArray:
    """For each option the number of its area: neighbours, halved along the longer axis again and again."""
    area = np.zeros(len(board.place), dtype=np.int64)
    if not board.problem.places:
        return area
    points = board.fleet.times.raw().vectors[board.place]
    parts = [np.arange(len(points))]
    while len(parts) < AREAS:
        largest = max(range(len(parts)), key=lambda number: len(parts[number]))
        part = parts[largest]
        if len(part) < 2:
            break
        axis = int(np.ptp(points[part], axis=0).argmax())
        order = part[np.argsort(points[part, axis], kind="stable")]
        parts[largest] = order[: len(order) // 2]
        parts.append(order[len(order) // 2 :])
    for number, part in enumerate(parts):
        area[part] = number
    return area
