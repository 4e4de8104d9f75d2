"""One worker's time as it stands: duties (shifts with the way home) and the openings between fixed commitments."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from matching.problem import Break, Commitment, Problem, Worker
from matching.times import Times

FAR = 1 << 40


class Opening(NamedTuple):
    """A stretch between two fixed points of a duty into which visits may be put.

    From `origin`, free to leave at `ready`, to `target`, there by `due`; visits lie between `low` and `high`, and for
    the sake of rest between `rest_low` and `rest_high`. A side that is a stop (not home) counts idle time.
    """

    worker: int
    duty: int
    day: int
    origin: int
    ready: int
    target: int
    due: int
    low: int
    high: int
    rest_low: int
    rest_high: int
    from_stop: bool
    to_stop: bool


@dataclass(slots=True)
class Duty:
    """A shift as it must be worked: its span, and the commitments that lie in it."""

    low: int
    high: int
    leave: int
    back: int
    day: int
    stops: list[Commitment]


def merge_breaks(breaks: tuple[Break, ...]) -> list[tuple[int, int]]:
    """Breaks in order, those that touch made one."""
    merged: list[tuple[int, int]] = []
    for each in breaks:
        if merged and each.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], each.end))
        else:
            merged.append((each.start, each.end))
    return merged


def duties_of(problem: Problem, times: Times, index: int) -> list[Duty]:
    """The worker's duties in order; a commitment outside every shift widens one or becomes a duty of its own."""
    worker = problem.workers[index]
    duties = [Duty(s.start, s.end, s.leave_from, s.back_by, problem.day_of(s.start), []) for s in worker.shifts]
    for stop in worker.committed:
        _place_stop(problem, times, index, duties, stop)
    return sorted(duties, key=lambda duty: (duty.low, duty.high))


def _place_stop(problem: Problem, times: Times, index: int, duties: list[Duty], stop: Commitment) -> None:
    worker = problem.workers[index]
    for duty in duties:
        if duty.low <= stop.start and stop.finish <= duty.high:
            duty.stops.append(stop)
            return
    out = stop.start - _seconds(times, index, worker.start, stop.place)
    home = stop.finish + _seconds(times, index, stop.place, worker.end_place)
    for duty in duties:
        if duty.leave < home and out < duty.back:
            duty.leave, duty.back = min(duty.leave, out), max(duty.back, home)
            duty.stops.append(stop)
            return
    duties.append(Duty(stop.start, stop.finish, out, home, problem.day_of(stop.start), [stop]))


def _seconds(times: Times, worker: int, origin: int, target: int) -> int:
    return int(times.seconds(np.array([worker]), np.array([origin]), np.array([target]))[0])


def openings_of(problem: Problem, index: int, duties: list[Duty]) -> list[Opening]:
    """The worker's openings in order of time, over all duties."""
    worker = problem.workers[index]
    found: list[Opening] = []
    for number, duty in enumerate(duties):
        rest_low, rest_high = _rest_range(worker, duties, duty)
        points: list[Commitment | None] = [None, *sorted(duty.stops), None]
        for before, after in pairwise(points):
            ready = duty.leave if before is None else before.finish + problem.buffer
            origin = worker.start if before is None else before.place
            target = worker.end_place if after is None else after.place
            due = duty.back if after is None else after.start
            found.append(
                Opening(
                    index,
                    number,
                    duty.day,
                    origin,
                    max(ready, problem.now),
                    target,
                    due,
                    max(duty.low, problem.now),
                    duty.high,
                    rest_low,
                    rest_high,
                    before is not None,
                    after is not None,
                )
            )
    return found


def _rest_range(worker: Worker, duties: list[Duty], duty: Duty) -> tuple[int, int]:
    """Earliest start and latest finish in this duty that leave the rest to commitments of other days."""
    rest = worker.rest_minutes * 60
    before = [stop.finish for other in duties if other.day < duty.day for stop in other.stops]
    after = [stop.start for other in duties if other.day > duty.day for stop in other.stops]
    return (max(before) + rest if before else 0, min(after) - rest if after else FAR)
