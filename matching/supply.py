"""Who can do it: workers, their shifts, breaks and the visits they are already committed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from matching.demand import TIERS
from matching.errors import LATEST, require


class Hold(StrEnum):
    """Why a worker gets nothing for now."""

    SAFETY = "safety"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """When visits may be done, from `start` to `end`.

    The worker leaves home no earlier than `leave_from` and is back by `back_by`. Both default to the shift itself:
    then travel from and to home is part of the shift.
    """

    start: int
    end: int
    leave_from: int = -1
    back_by: int = -1

    def __post_init__(self) -> None:
        require(0 <= self.start < self.end <= LATEST, f"A shift from {self.start} to {self.end} has no time in it.")
        if self.leave_from < 0:
            object.__setattr__(self, "leave_from", self.start)
        if self.back_by < 0:
            object.__setattr__(self, "back_by", self.end)
        wide = self.leave_from <= self.start and self.end <= self.back_by <= LATEST
        require(wide, "A worker must leave home before the shift starts and be back after it ends.")


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """Neither work nor travel from `start` to `end`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        require(0 <= self.start < self.end <= LATEST, f"A break from {self.start} to {self.end} has no time in it.")


@dataclass(frozen=True, slots=True, order=True)
class Commitment:
    """A visit (or a hold) this worker already has, at a fixed start."""

    start: int
    minutes: int
    place: int
    visit: str

    def __post_init__(self) -> None:
        known = 0 <= self.start <= LATEST
        require(known, f"The commitment {self.visit} starts before the problem's epoch or far too late.")
        require(1 <= self.minutes <= 24 * 60, f"The commitment {self.visit} must last between 1 minute and a day.")
        require(self.place >= 0, f"The commitment {self.visit} has no place.")

    @property
    def finish(self) -> int:
        """When the work ends, in seconds from the epoch."""
        return self.start + self.minutes * 60


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker as the matcher sees one.

    `start` and `end` are place indices (`end` None: the same place). `speed` is metres per second for haversine
    travel; `mode` picks the table of matrix travel. Limits are minutes of work; `used_days[d]` and `used_weeks[k]` are
    minutes already worked or promised besides `committed` (weeks include their days). `stars` is the score, `lower`
    its lower bound, both in stars. `documents_until` is the instant the first needed document lapses. `p_accept`
    None: the problem's model says.
    `zones` None: goes anywhere. `unreliability` is 0 (never fails) to 1.
    """

    code: str
    start: int
    shifts: tuple[Shift, ...]
    end: int | None = None
    breaks: tuple[Break, ...] = ()
    committed: tuple[Commitment, ...] = ()
    skills: frozenset[str] = frozenset()
    speed: float = 5.0
    mode: str = "ebike"
    radius_m: float | None = None
    zones: frozenset[str] | None = None
    languages: frozenset[str] = frozenset()
    gender: str | None = None
    daily_limit: int | None = None
    weekly_limit: int | None = None
    used_days: tuple[int, ...] = ()
    used_weeks: tuple[int, ...] = ()
    rest_minutes: int = 0
    tier: str = "newcomer"
    stars: float = 4.5
    lower: float = 1.0
    is_newcomer: bool = False
    fairness_gap: float = 0.0
    p_accept: float | None = None
    unreliability: float = 0.0
    holds: frozenset[Hold] = frozenset()
    documents_until: int | None = None

    def __post_init__(self) -> None:
        who = f"Worker {self.code}"
        require(bool(self.code), "A worker needs a code.")
        require(self.start >= 0 and (self.end is None or self.end >= 0), f"{who} has no start or end place.")
        require(0.1 <= self.speed <= 100, f"{who} must travel at between 0.1 and 100 metres per second.")
        require(1 <= self.stars <= 5 and 1 <= self.lower <= 5, f"{who} must have between 1 and 5 stars.")
        require(-1 <= self.fairness_gap <= 1, f"{who} must have a fairness gap between -1 and 1.")
        require(self.p_accept is None or 0 <= self.p_accept <= 1, f"{who} must accept with probability 0 to 1.")
        require(0 <= self.unreliability <= 1, f"{who} must have an unreliability between 0 and 1.")
        require(self.tier in TIERS, f"{who} is in the unknown tier {self.tier}.")
        limits = [self.daily_limit or 0, self.weekly_limit or 0, self.rest_minutes, *self.used_days, *self.used_weeks]
        require(0 <= min(limits) <= max(limits) <= 10**6, f"{who} has hours in a limit that make no sense.")
        lapses = self.documents_until is None or 0 <= self.documents_until <= LATEST
        require(lapses, f"{who} has documents that lapse at an impossible instant.")
        require(len(self.used_days) <= 400 and len(self.used_weeks) <= 60, f"{who} has hours for too many days.")
        require(self.radius_m is None or self.radius_m >= 0, f"{who} has a negative radius.")
        for name in ("shifts", "breaks", "committed"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))
        for before, after in zip(self.shifts, self.shifts[1:], strict=False):
            require(before.back_by <= after.leave_from, f"{who} has shifts that overlap, with the way home.")

    @property
    def end_place(self) -> int:
        """Where the worker goes after the last visit of a shift."""
        return self.start if self.end is None else self.end

    @property
    def places(self) -> tuple[int, ...]:
        """Every place this worker is bound to: start, end and commitments."""
        return (self.start, self.end_place, *(each.place for each in self.committed))

    def renumbered(self, number: Mapping[int, int]) -> Worker:
        """The same worker in a problem whose places are numbered so."""
        end = None if self.end is None else number[self.end]
        committed = tuple(replace(each, place=number[each.place]) for each in self.committed)
        return replace(self, start=number[self.start], end=end, committed=committed)
