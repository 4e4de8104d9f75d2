"""What is wanted: visits, their windows and the promises already made about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from matching.errors import LATEST, require

TIERS = ("newcomer", "standard", "gold", "star")


class Priority(StrEnum):
    """Who must not be left waiting, most urgent first."""

    RESCUE = "rescue"
    RECURRING = "recurring"
    ONE_OFF = "one_off"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Allowed starts, both ends included, in seconds from the problem's epoch."""

    earliest: int
    latest: int

    def __post_init__(self) -> None:
        ok = 0 <= self.earliest <= self.latest <= LATEST
        require(ok, f"A window from {self.earliest} to {self.latest} holds no start.")


@dataclass(frozen=True, slots=True)
class Promise:
    """This worker was promised to the customer, to start within this window.

    Another worker or start costs `price` minutes, or, if None, what the change penalty says for that lead time.
    A pinned promise has one start and never moves.
    """

    worker: str
    window: Window
    price: float | None = None
    pinned: bool = False

    def __post_init__(self) -> None:
        fair = self.price is None or 0 <= self.price <= 1e6
        require(fair, "The price of moving a promise must be between 0 and 1,000,000 minutes.")
        one_start = self.window.earliest == self.window.latest
        require(one_start or not self.pinned, "A pinned promise needs one exact start.")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to be matched.

    `place` is an index into the problem's places; `value` is the price in fen; `tier` and `lower_at_least` (stars) are
    asked of trusted visits; `known` are workers who have been in this home; `only`, if given, are the workers who may
    be asked at all; `late_risk` (0–1) says how much lateness would hurt; `waiting` (minutes) is what leaving it open
    until the next round is worth; `flags` are hard facts of the home that acceptance depends on.
    """

    code: str
    place: int
    windows: tuple[Window, ...]
    minutes: int
    skills: frozenset[str] = frozenset()
    value: int = 0
    priority: Priority = Priority.ONE_OFF
    zone: str = ""
    state: str = "open"
    preferred: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    language: str | None = None
    gender: str | None = None
    tier: str = "newcomer"
    lower_at_least: float = 0.0
    newcomer_slot: bool = False
    late_risk: float = 0.0
    flags: int = 0
    waiting: float = 0.0
    crew: int = 1
    promise: Promise | None = None

    def __post_init__(self) -> None:
        who = f"Visit {self.code}"
        require(bool(self.code), "A visit needs a code.")
        require(self.place >= 0, f"{who} has no place.")
        require(bool(self.windows), f"{who} has no time window.")
        require(1 <= self.minutes <= 24 * 60, f"{who} must last between 1 minute and a day.")
        require(self.crew == 1, f"{who} asks for a crew of {self.crew}; only crews of 1 can be matched.")
        require(0 <= self.value <= 10**9, f"{who} must have a value between 0 and 1,000,000,000 fen.")
        require(self.tier in TIERS, f"{who} asks for the unknown tier {self.tier}.")
        require(0 <= self.late_risk <= 1, f"{who} must have a lateness risk between 0 and 1.")
        require(0 <= self.flags <= 1000, f"{who} must have between 0 and 1,000 flags.")
        require(-1e6 <= self.waiting <= 1e6, f"{who} has a waiting value out of range.")
        object.__setattr__(self, "windows", tuple(sorted(self.windows)))

    @property
    def seconds(self) -> int:
        """How long the work takes."""
        return self.minutes * 60
