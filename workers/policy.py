"""The numbers of vetting, availability and documents, with names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.policies import Policy


@dataclass(frozen=True)
class VettingPolicy(Policy):
    """What it takes to come in. ``reapply_days`` are per reason code, ``reapply_days_default`` for the others."""

    name: ClassVar[str] = "vetting"
    consent_version: str = "2026-11"
    screening_items: int = 10
    screening_top: int = 3
    screening_at_least: float = 0.55
    quiz_at_least: float = 0.8
    quiz_again_hours: int = 24
    trial_visits: int = 3
    trial_stars: float = 4.0
    idle_days: int = 30
    reapply_days_default: int = 60
    reapply_days_serious: int = 365
    safety_hold_hours: int = 24
    appeal_days: int = 7
    improvement_days: int = 30


@dataclass(frozen=True)
class DocumentPolicy(Policy):
    """Which papers must be good, and when their owner is warned (days before the last good day, falling)."""

    name: ClassVar[str] = "documents"
    required: tuple[str, ...] = ("identity", "health", "insurance")
    handed_in: tuple[str, ...] = ("identity", "health")
    warn_days: tuple[int, ...] = (30, 14, 3)


@dataclass(frozen=True)
class AvailabilityPolicy(Policy):
    """What may be declared."""

    name: ClassVar[str] = "availability"
    grid_minutes: int = 15
    rows_at_most: int = 42
    free_now_hours: int = 12
    daily_minutes_at_most: int = 600
    weekly_minutes_at_most: int = 2880


@dataclass(frozen=True)
class StartingStanding(Policy):
    """What is believed of somebody nobody has rated yet (0..1): the launch values of the score."""

    name: ClassVar[str] = "starting_standing"
    score: float = 0.875
    lower: float = 0.700267
    upper: float = 1.0
    p_bad: float = 0.06
