"""The numbers of dispatch, with names. Minutes unless the name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.policies import Policy


@dataclass(frozen=True)
class SlotPolicy(Policy):
    """What may be offered to a customer as a start."""

    name: ClassVar[str] = "slots"
    days_ahead: int = 7
    grid_minutes: int = 15
    buffer_minutes: int = 10
    waking_lead_minutes: int = 150
    day_from: int = 480
    day_until: int = 1200
    hold_minutes: int = 15
    sure_at: float = 0.9
    promise_minutes: int = 15


@dataclass(frozen=True)
class OfferPolicy(Policy):
    """How long an offer lives, by lead time, the clock stopped in the worker's quiet hours."""

    name: ClassVar[str] = "offers"
    preferred_alone: int = 120
    beyond_48h: int = 60
    within_48h: int = 30
    within_24h: int = 10
    within_4h: int = 6
    urgent_at_once: int = 3
    silent_limit: int = 3


@dataclass(frozen=True)
class FillPolicy(Policy):
    """When a visit that nobody took is told, asked about and given up."""

    name: ClassVar[str] = "filling"
    alert_hours: float = 12
    choices_hours: float = 6
    final_hours: float = 2
    short_alert: float = 0.5
    short_choices: float = 0.75
    short_final: float = 0.9
    rescue_minutes: int = 45
    credit_share: float = 0.10
    credit_cap_fen: int = 3000
    rescue_credit_share: float = 0.20
    rescue_credit_cap_fen: int = 5000
    rescue_bonus_fen: int = 1500


@dataclass(frozen=True)
class TripPolicy(Policy):
    """The way to the visit, and the visit itself."""

    name: ClassVar[str] = "trip"
    trip_from: int = 90
    remind_before: int = 20
    call_before: int = 15
    no_show_after: int = 10
    confirm_rescue: int = 10
    near_m: int = 150
    lockout_contacts: int = 3
    lockout_contact_gap: int = 5
    lockout_wait: int = 25
    lockout_paid_minutes: int = 120
    undo_seconds: int = 60
    confirm_hours: int = 24
    confirm_hours_premium: int = 48
    settle_hours: int = 24
    position_hours: int = 24


@dataclass(frozen=True)
class CancelPolicy(Policy):
    """The cancellation ladder: every fee goes to the worker."""

    name: ClassVar[str] = "cancelling"
    regret_minutes: int = 5
    free_hours: float = 24
    near_hours: float = 4
    far_share: float = 0.30
    far_least_minutes: int = 30
    near_share: float = 0.50
    near_least_minutes: int = 60
    late_points: int = 2
    very_late_points: int = 3
    very_late_hours: float = 2
    no_show_points: int = 5


@dataclass(frozen=True)
class RoundPolicy(Policy):
    """How often and how hard the matcher thinks."""

    name: ClassVar[str] = "rounds"
    urgent_hours: float = 4
    effort: float = 1.0
    lease_minutes: int = 10
    newcomer_share: float = 0.05
    solve_seconds: float = 60
    memory_mb: int = 4096


@dataclass(frozen=True)
class PlanPolicy(Policy):
    """Day plans: when tomorrow is planned, how hard, and when a promise may be looked at again.

    ``evening_minute`` is of the local day. A confirmed visit nearer than ``pinned_minutes`` is never to be moved, and a
    re-plan that wins less than ``worth_minutes`` of travel proposes nothing. ``opportunity_share`` of a plan's prices
    counts against whoever is asked for something else in the meantime: what was short may be asked for again.
    """

    name: ClassVar[str] = "plans"
    evening_minute: int = 21 * 60 + 30
    effort: float = 0.5
    solve_seconds: float = 180
    memory_mb: int = 4096
    lease_minutes: int = 15
    attempts: int = 2
    pinned_minutes: int = 120
    worth_minutes: float = 60
    overrun_minutes: int = 15
    answer_minutes: int = 60
    opportunity_share: float = 0.1
