"""What the board shows, as frozen rows: lanes with bars, the queue of visits nobody took, the last round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from dispatch.states import VisitState as S
from places.shown import PlaceShown

KINDS: Final = ("maybe", "stop", "care", "move", "live", "set", "done")
KIND_OF: Final[Mapping[str, str]] = {
    S.OPEN: "maybe",
    S.OFFERING: "maybe",
    S.RESCUE: "stop",
    S.ASSIGNED: "set",
    S.EN_ROUTE: "move",
    S.ARRIVED: "move",
    S.IN_PROGRESS: "live",
    S.WORK_DONE: "done",
    S.COMPLETED: "done",
    S.SETTLED: "done",
    S.LOCKOUT: "done",
    S.ABORTED: "done",
}
"""The states on the board, by the sign they stand under; what was called off or lapsed is not on it."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class BoardWish:
    """Which day, and what of it: a zone's slug, a skill's slug, a kind of :data:`KINDS`; empty means all."""

    day: date
    zone: str = ""
    skill: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Bar:
    """One visit in a lane. ``late`` are the minutes it will begin late as things stand; ``asked``: a live offer."""

    code: str
    state: str
    kind: str
    service: str
    place: PlaceShown
    start: datetime
    end: datetime
    late: int = 0
    asked: bool = False


@dataclass(frozen=True)
class Trip:
    """The way to a visit; ``moving`` while somebody is on it."""

    start: datetime
    end: datetime
    moving: bool


@dataclass(frozen=True)
class Spot:
    """Where the plan has somebody now, and the kind of what they are doing. Never where a phone is."""

    lat: float
    lon: float
    kind: str


@dataclass(frozen=True)
class Lane:
    """One worker's day. Minutes: promised work, declared hours."""

    code: str
    name: str
    family_name: str
    trial: bool
    shifts: Sequence[Span]
    trips: Sequence[Trip]
    bars: Sequence[Bar]
    work_minutes: int
    shift_minutes: int
    spot: Spot


@dataclass(frozen=True)
class Waiting:
    """One visit nobody has taken. ``reasons`` are (code, count) of the last round; ``answer_by`` the first answer."""

    code: str
    state: str
    kind: str
    service: str
    minutes: int
    place: PlaceShown
    window: Span
    fill_by: datetime
    asked: int
    answer_by: datetime | None
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class LastRound:
    """The last finished round. ``gap`` is how far from the proven bound it may be at most, 0..1."""

    code: str
    finished_at: datetime
    gap: float
    visits: int
    offered: int


@dataclass(frozen=True)
class Area:
    """A zone on the map."""

    slug: str
    names: Mapping[str, Any]
    stage: str
    polygon: Sequence[Any]


@dataclass(frozen=True)
class BoardDay:
    """Everything the board shows of one day. ``counts`` are of all visits that pass the zone and the skill."""

    wish: BoardWish
    span: Span
    lanes: Sequence[Lane]
    queue: Sequence[Waiting]
    counts: Mapping[str, int]
    areas: Sequence[Area]
    services: Mapping[str, Mapping[str, Any]]
    last_round: LastRound | None = None
    tag: str = field(default="")
