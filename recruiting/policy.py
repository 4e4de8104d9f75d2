"""The numbers of recruiting, with names. Fen are hundredths of a yuan; stars are 1..5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.policies import Policy


@dataclass(frozen=True)
class AttributionPolicy(Policy):
    """How long a captured lead and a confirmed code count."""

    name: ClassVar[str] = "attribution"
    days: int = 30
    review_days: int = 3


@dataclass(frozen=True)
class IncentivePolicy(Policy):
    """What a recruiter is paid for one recruit, and when.

    ``amounts_fen`` are for the 10th, 30th and 80th counted visit at g = 1; g runs from 0 at ``floor_stars`` by one per
    ``span_stars`` up to ``g_most``. ``reserve_screenings`` fees are reserved with the most a recruit can bring.
    """

    name: ClassVar[str] = "incentive"
    advance_fen: int = 4000
    learner_recruits: int = 10
    learner_share: float = 0.5
    screening_fen: int = 1000
    screenings_per_recruit: int = 10
    visit_counts: tuple[int, ...] = (10, 30, 80)
    amounts_fen: tuple[int, ...] = (6000, 10000, 14000)
    floor_stars: float = 4.05
    span_stars: float = 0.20
    g_most: float = 1.5
    customers_at_least: int = 5
    days_after_activation: int = 14
    evaluate_after_days: int = 8
    last_within_days: int = 180
    clock_hours_a_week: float = 8.0
    team_share: float = 0.20
    hold_days: int = 14
    site_minutes_at_least: int = 20
    refund_share_at_most: float = 0.5
    clawback_before_visit: int = 30
    clawback_share_of_month: float = 0.30
    clawback_days: int = 183
    fraud_days: int = 365

    def amount_fen(self, count: int) -> int:
        """Return the sum for the ``count``-th visit at g = 1."""
        return dict(zip(self.visit_counts, self.amounts_fen, strict=True))[count]

    @property
    def most_fen(self) -> int:
        """The most one recruit can bring: what is reserved when they are accepted."""
        fees = self.screening_fen * self.screenings_per_recruit
        return self.advance_fen + fees + round(self.g_most * sum(self.amounts_fen))


@dataclass(frozen=True)
class NeedPolicy(Policy):
    """How many people to look for at a station: the hours nobody took, over the hours one new person can give.

    Visits of the next ``days_ahead`` days count once they were open for ``open_hours``, visits nobody could come to
    for ``days_back`` days; neighbourhoods count whose middle is at most ``reach_m`` metres from the station.
    """

    name: ClassVar[str] = "hiring_need"
    days_ahead: int = 7
    days_back: int = 7
    open_hours: int = 2
    reach_m: int = 12_000
    hours_per_recruit: float = 10.0
    people_at_most: int = 5
