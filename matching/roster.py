"""The answer: who goes where and when, what stays open and why, what it is worth and how good that is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields
from itertools import repeat
from typing import TYPE_CHECKING, Any, Self, TypeVar

from matching.weights import UNITS_PER_MINUTE

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ENGINE_VERSION = "1"
T = TypeVar("T", bound="DataclassInstance")


def in_columns(kind: type[T], *columns: Collection[Any]) -> list[T]:
    """`[kind(*row) for row in zip(*columns)]`, two to three times as fast; a column for every field, all as long."""
    made = list(map(object.__new__, repeat(kind, len(columns[0]))))
    for each, column in zip(fields(kind), columns, strict=True):
        deque(map(getattr(kind, each.name).__set__, made, column), maxlen=0)
    return made


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A named part of a value, in units (60,000 to the travel minute); costs are negative."""

    name: str
    amount: int

    @property
    def minutes(self) -> float:
        """The same in travel minutes."""
        return self.amount / UNITS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit on a worker's way, with times in seconds from the epoch; `travel` is the way to it, in seconds."""

    visit: str
    place: int
    leave: int
    arrive: int
    start: int
    finish: int
    travel: int
    committed: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One worker's stops in one shift, from the start place to the end place; `travel` is all of it, in seconds."""

    worker: str
    shift: int
    leave: int
    stops: tuple[Stop, ...]
    back: int
    travel: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One visit-worker pair. `added_travel` is what leaving this visit out would save, in seconds.

    `leave_by` is the last second to set out in time. `terms` are the value of the pair, travel and idle included.
    """

    visit: str
    worker: str
    start: int
    leave_by: int
    added_travel: int
    p_accept: float
    terms: tuple[Term, ...]

    @property
    def value(self) -> int:
        """The sum of the terms, in units."""
        return sum(term.amount for term in self.terms)


@dataclass(frozen=True, slots=True, order=True)
class ReasonCount:
    """How many workers this code keeps from the visit."""

    code: str
    count: int


def _unfinished(kind: type[Any], find: Callable[..., Any], known: dict[str, Any]) -> Any:
    """A frozen value of which one field is not known yet."""
    made = object.__new__(kind)
    for name, value in {**known, "later": find}.items():
        object.__setattr__(made, name, value)
    return made


def _finish(made: Any, name: str, late: str, given: tuple[Any, ...]) -> Any:
    """Find out the late field, once; whoever found it is let go."""
    if name != late or made.later is None:
        raise AttributeError(name)
    value = made.later(*given)
    object.__setattr__(made, late, value)
    object.__setattr__(made, "later", None)
    return value


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A visit left open, with the minimal set of reasons, most frequent first."""

    visit: str
    reasons: tuple[ReasonCount, ...]
    later: Callable[[str], tuple[ReasonCount, ...]] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def told_later(cls, visit: str, find: Callable[[str], tuple[ReasonCount, ...]]) -> Self:
        """The same, its reasons to be found when they are first read."""
        made: Self = _unfinished(cls, find, {"visit": visit})
        return made

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Only what is not there yet is asked for here."""
            return _finish(self, name, "reasons", (self.visit,) if name == "reasons" else ())


@dataclass(frozen=True, slots=True)
class Move:
    """A visit whose worker or start differs from the previous roster or its promise; None: left open (or was)."""

    visit: str
    from_worker: str | None
    from_start: int | None
    to_worker: str | None
    to_start: int | None
    price: int = 0


@dataclass(frozen=True, slots=True, order=True)
class PriceCell:
    """What a minute of a worker's time is worth, in travel minutes, in one cell and hour of the problem."""

    north: int
    east: int
    hour: int
    minutes: float


@dataclass(frozen=True, slots=True)
class PriceMap:
    """Where and when workers are short: the price of a minute of their work by cell and hour from the epoch.

    A cell is `step` degrees of latitude and longitude; `north` and `east` are its number from the equator and from
    Greenwich. `usual` stands where nothing is known.
    """

    step: float
    usual: float
    cells: tuple[PriceCell, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """An engine's answer. `objective` and `bound` are in units; no roster of this problem is worth more than `bound`.

    `gap` is (bound − objective) / (bound − the objective of leaving every visit open); 0 means proven best.
    `digest` is the SHA-256 of the problem's canonical
    JSON: the same digest, mode, effort, seed and version give the same roster, byte for byte.
    """

    routes: tuple[Route, ...]
    choices: tuple[Choice, ...]
    unmatched: tuple[Unmatched, ...]
    terms: tuple[Term, ...]
    objective: int
    bound: int
    gap: float
    moved: tuple[Move, ...]
    mode: str
    engine: str
    version: str
    seed: int
    effort: float
    digest: str
    stopped: bool = False
    fallback: str = ""
    prices: PriceMap | None = None
    later: Callable[[], str] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def told_later(cls, find_digest: Callable[[], str], **known: Any) -> Self:
        """The same, its digest to be found when it is first read."""
        made: Self = _unfinished(cls, find_digest, {"stopped": False, "fallback": "", "prices": None, **known})
        return made

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Only what is not there yet is asked for here."""
            return _finish(self, name, "digest", ())

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.objective >= self.bound

    def choice_of(self, visit: str) -> Choice | None:
        """The choice for this visit, or None if it is open."""
        return next((choice for choice in self.choices if choice.visit == visit), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a running solve tells: the phase, the best objective and the bound so far (None: not known yet)."""

    phase: str
    objective: int
    bound: int | None
    effort: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker who could do one visit at one start without moving anything already committed."""

    worker: str
    start: int
    leave_by: int
    added_travel: int
    p_accept: float
    value: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that at least one worker can keep. `sureness` = 1 − Π(1 − p_accept) over `top`, the best few."""

    start: int
    workers: int
    sureness: float
    top: tuple[Candidate, ...]
