"""Arithmetic of starts: ways that pause during breaks, starts that lie on the grid and in a window. All vectorised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.problem import Problem, Visit, Window
from matching.timeline import FAR
from matching.travel import IntArray

NEVER = FAR


class Starts(NamedTuple):
    """Allowed starts of one visit or of many (leading axes): windows [..., number, low/high], grid step, length."""

    windows: IntArray
    step: IntArray
    seconds: IntArray


@dataclass(frozen=True, slots=True)
class Ask:
    """A visit as asked of the workers: its allowed starts, on a grid of `step` seconds, and its length."""

    visit: Visit
    windows: tuple[Window, ...]
    step: int

    @property
    def seconds(self) -> int:
        """How long the work takes."""
        return self.visit.seconds

    @property
    def starts(self) -> Starts:
        """The allowed starts as arrays."""
        pairs = np.array([(window.earliest, window.latest) for window in self.windows], dtype=np.int64)
        return Starts(pairs.reshape(-1, 2), np.array(self.step), np.array(self.seconds))


def ask_for(problem: Problem, visit: Visit, start: int | None = None) -> Ask:
    """The visit with its own windows, or to start exactly at `start` (if its windows allow that)."""
    if start is None:
        return Ask(visit, visit.windows, problem.grid_seconds)
    allowed = any(window.earliest <= start <= window.latest for window in visit.windows)
    exact = (Window(start, start),) if allowed and start % problem.grid_seconds == 0 else ()
    return Ask(visit, exact, problem.grid_seconds)


def next_start(starts: Starts, earliest: IntArray) -> IntArray:
    """The first allowed start at or after each instant; `NEVER` if there is none."""
    found = np.full(earliest.shape, NEVER, dtype=np.int64)
    for number in reversed(range(starts.windows.shape[-2])):
        low, high = starts.windows[..., number, 0], starts.windows[..., number, 1]
        on_grid = -(-np.maximum(earliest, low) // starts.step) * starts.step
        found = np.where(on_grid <= high, on_grid, found)
    return found


def last_start(starts: Starts, latest: IntArray) -> IntArray:
    """The last allowed start at or before each instant; -1 if there is none."""
    found = np.full(latest.shape, -1, dtype=np.int64)
    for number in range(starts.windows.shape[-2]):
        low, high = starts.windows[..., number, 0], starts.windows[..., number, 1]
        on_grid = np.minimum(latest, high) // starts.step * starts.step
        found = np.where(on_grid >= low, on_grid, found)
    return found


def advance(begin: IntArray, seconds: IntArray, breaks: IntArray) -> IntArray:
    """When a way of so many seconds ends that begins at `begin` and rests during breaks."""
    end = begin + seconds
    for column in range(breaks.shape[-2]):
        low, high = breaks[..., column, 0], breaks[..., column, 1]
        hit = (begin < high) & (end > low) & (seconds > 0)
        end = np.where(hit, end + high - np.maximum(begin, low), end)
    return end


def retreat(end: IntArray, seconds: IntArray, breaks: IntArray) -> IntArray:
    """The last instant to begin a way of so many seconds that must end by `end`."""
    begin = end - seconds
    for column in reversed(range(breaks.shape[-2])):
        low, high = breaks[..., column, 0], breaks[..., column, 1]
        hit = (end > low) & (begin < high) & (seconds > 0)
        begin = np.where(hit, begin - (np.minimum(end, high) - low), begin)
    return begin


def resting(begin: IntArray, end: IntArray, breaks: IntArray) -> IntArray:
    """Seconds of break between two instants."""
    total = np.zeros(np.broadcast(begin, end).shape, dtype=np.int64)
    for column in range(breaks.shape[-2]):
        low, high = breaks[..., column, 0], breaks[..., column, 1]
        total += np.maximum(0, np.minimum(end, high) - np.maximum(begin, low))
    return total


def next_free_start(starts: Starts, earliest: IntArray, breaks: IntArray) -> IntArray:
    """The first allowed start whose work does not run into a break."""
    start = next_start(starts, earliest)
    for column in range(breaks.shape[-2]):
        low, high = breaks[..., column, 0], breaks[..., column, 1]
        hit = (start < high) & (start + starts.seconds > low)
        start = np.where(hit, next_start(starts, np.maximum(high, start)), start)
    return start


def last_free_start(starts: Starts, latest: IntArray, breaks: IntArray) -> IntArray:
    """The last allowed start whose work does not run into a break."""
    start = last_start(starts, latest)
    for column in reversed(range(breaks.shape[-2])):
        low, high = breaks[..., column, 0], breaks[..., column, 1]
        hit = (start >= 0) & (start < high) & (start + starts.seconds > low)
        start = np.where(hit, last_start(starts, low - starts.seconds), start)
    return start
