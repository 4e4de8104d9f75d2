"""Facts of ratings. None of them tells one side that the other has rated: those about a rating name only its code."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class RatingsAsked(Event):
    """Both sides of a visit may rate it now."""

    visit_code: str


@dataclass(frozen=True)
class RatingGiven(Event):
    """Somebody rated; hidden until revealed."""

    rating_code: str


@dataclass(frozen=True)
class RatingEdited(Event):
    """Somebody changed a rating that was still hidden."""

    rating_code: str


@dataclass(frozen=True)
class RatingsRevealed(Event):
    """Whatever ratings a visit has are open now, and count from this instant."""

    visit_code: str
    rating_codes: list[str]


@dataclass(frozen=True)
class RatingWeightSet(Event):
    """A decision (or a rule) set what a rating counts: 0, a half, or 1."""

    rating_code: str
    worker_code: str
    weight: float
    reason: str


@dataclass(frozen=True)
class ScoreRecomputed(Event):
    """A worker's score was replayed from its log after a weight changed."""

    worker_code: str
    rating_code: str
    before: float
    after: float
    lower_before: float
    lower_after: float


@dataclass(frozen=True)
class ScorePublished(Event):
    """A worker's standing moved."""

    worker_code: str
    score: float
    lower: float
    weight: float


@dataclass(frozen=True)
class TierChanged(Event):
    """A worker's tier moved."""

    worker_code: str
    before: str
    after: str


@dataclass(frozen=True)
class EstimatesRenewed(Event):
    """The nightly job published a new version of the score's parameters."""

    version: str
    ratings: int
    recruits: int
