"""Which settled visits count, and when a number of them is reached: pure, so that the page can show it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recruiting.policy import IncentivePolicy

PROVED_ARRIVAL = frozenset({"position", "code"})


@dataclass(frozen=True)
class SettledVisit:
    """What matters of one settled visit. ``related`` says how its customer is tied to recruiter or worker."""

    code: str
    customer: str
    settled_at: datetime
    start_method: str
    arrived_method: str
    site_minutes: float
    total_fen: int
    refunded_fen: int
    related: str = ""


@dataclass(frozen=True)
class Tally:
    """The visits that count, in order of settling, and the others with why they do not."""

    counted: tuple[SettledVisit, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def customers(self) -> int:
        """How many different customers the counted visits were for."""
        return len({visit.customer for visit in self.counted})


@dataclass(frozen=True)
class Reached:
    """The visit that completed a milestone, and when it is to be priced."""

    visit: SettledVisit
    evaluate_at: datetime


def why_not(visit: SettledVisit, policy: IncentivePolicy) -> str:
    """Return why a visit does not count, or an empty text: "related", "no_proof", "too_short", "refunded"."""
    if visit.related:
        return "related"
    if visit.start_method != "code" and visit.arrived_method not in PROVED_ARRIVAL:
        return "no_proof"
    if visit.site_minutes < policy.site_minutes_at_least:
        return "too_short"
    if visit.refunded_fen > visit.total_fen * policy.refund_share_at_most:
        return "refunded"
    return ""


def tally(visits: Sequence[SettledVisit], policy: IncentivePolicy) -> Tally:
    """Part the visits into those that count and those that do not."""
    ordered = sorted(visits, key=lambda visit: (visit.settled_at, visit.code))
    reasons = [(visit, why_not(visit, policy)) for visit in ordered]
    return Tally(
        tuple(visit for visit, reason in reasons if not reason),
        tuple((visit.code, reason) for visit, reason in reasons if reason),
    )


def reached(tallied: Tally, count: int, activated_at: datetime, policy: IncentivePolicy) -> Reached | None:
    """Return when ``count`` visits of at least five customers were complete, or None.

    Priced eight days after that visit settled, and not before fourteen days after activation.
    """
    customers: set[str] = set()
    for number, visit in enumerate(tallied.counted, start=1):
        customers.add(visit.customer)
        if number >= count and len(customers) >= policy.customers_at_least:
            priced = visit.settled_at + timedelta(days=policy.evaluate_after_days)
            earliest = activated_at + timedelta(days=policy.days_after_activation)
            return Reached(visit, max(priced, earliest))
    return None


def clock_days(activated_at: datetime, until: datetime, weekly_hours: Sequence[float], policy: IncentivePolicy) -> int:
    """Return the days between that count: weeks in which the platform offered too little stand still.

    ``weekly_hours`` are the hours offered in each week since activation; a week that is not listed had none.
    """
    days = max(0, (until - activated_at).days)
    running = 0
    for week in range(days // 7 + 1):
        hours = weekly_hours[week] if week < len(weekly_hours) else 0.0
        if hours >= policy.clock_hours_a_week:
            running += min(7, days - 7 * week)
    return running
