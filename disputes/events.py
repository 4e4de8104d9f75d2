"""Facts of disputes, in the past tense. The first field is the case."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class DisputeOpened(Event):
    """Somebody opened a case about a visit."""

    dispute_code: str
    visit_code: str
    worker_code: str
    customer: str
    severity: str


@dataclass(frozen=True)
class DisputeReplied(Event):
    """The other side has said something, or its time to do so is over (``in_time`` false: no fault follows)."""

    dispute_code: str
    in_time: bool


@dataclass(frozen=True)
class DisputeProposed(Event):
    """Both sides have been sent a proposal."""

    dispute_code: str
    remedy: str
    rule: str


@dataclass(frozen=True)
class DisputeOverdue(Event):
    """We missed our own deadline; ``refunded_fen`` came from the guarantee fund, nobody's fault is recorded."""

    dispute_code: str
    refunded_fen: int


@dataclass(frozen=True)
class DisputeDecided(Event):
    """A case was decided, at ``level`` "first" or "appeal"."""

    dispute_code: str
    visit_code: str
    worker_code: str
    level: str
    remedy: str
    fen: int
    rating_effect: str


@dataclass(frozen=True)
class DisputeAppealed(Event):
    """One side asked for another person to look."""

    dispute_code: str


@dataclass(frozen=True)
class DisputeClosed(Event):
    """A case is over for good: closed, final or withdrawn. Seals and holds are off."""

    dispute_code: str
    visit_code: str
    worker_code: str
    state: str
    remedy: str
    rating_effect: str
    refunded_fen: int
