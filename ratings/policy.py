"""The numbers around ratings, with names. The score's own constants are versioned apart, in ``score_params``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.policies import Policy


@dataclass(frozen=True)
class RatingPolicy(Policy):
    """Asking, hiding, showing."""

    name: ClassVar[str] = "ratings"
    open_days: int = 7
    edit_hours: int = 48
    ask_after_minutes: int = 60
    reason_at_stars: int = 3
    shown_batch: int = 3
    new_below_weight: float = 3.0
    contest_days: int = 7
    weights_per_week: int = 5


@dataclass(frozen=True)
class TierPolicy(Policy):
    """Lines in stars, weights in counted ratings; every line is absolute, none is relative to others."""

    name: ClassVar[str] = "tiers"
    standard_weight: float = 8.0
    gold_lower: float = 4.35
    gold_weight: float = 12.0
    gold_points: int = 2
    star_lower: float = 4.50
    star_weight: float = 16.0
    star_points: int = 1
    streak_days: int = 60
    grace_stars: float = 0.10
    watch_score: float = 4.00
    watch_weight: float = 5.0
    watch_bad_factor: float = 3.0
    watch_bad_weight: float = 8.0
    watch_again_ratings: int = 8
    stop_upper: float = 3.95
    stop_weight: float = 8.0
    task_hours: int = 72


@dataclass(frozen=True)
class FairnessPolicy(Policy):
    """How the fairness gap is measured."""

    name: ClassVar[str] = "fairness"
    days: int = 28
    half_day_minutes: int = 240
    ramp_shifts: float = 4.0
    below_mean_stars: float = 0.6


@dataclass(frozen=True)
class EstimatePolicy(Policy):
    """When the nightly estimates trust the data."""

    name: ClassVar[str] = "estimates"
    days: int = 180
    ratings_needed: int = 200
    recruits_needed: int = 20
    virtual_candidates: int = 3
    virtual_recruits: int = 5


@dataclass(frozen=True)
class FraudPolicy(Policy):
    """A burst of five-star ratings from fresh accounts, all for one worker."""

    name: ClassVar[str] = "rating_fraud"
    burst_ratings: int = 5
    burst_hours: int = 72
    fresh_days: int = 14
    fresh_jobs: int = 2
    launch_days: int = 28
    launch_factor: int = 3
    task_hours: int = 24
