"""The numbers of money, with names. A published policy row overrides them for a zone from an instant on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.policies import Policy


@dataclass(frozen=True)
class PricePolicy(Policy):
    """What a visit costs beside the service's own rate."""

    name: ClassVar[str] = "prices"
    quote_minutes: int = 30
    """How long a quote is kept."""
    first_order_fen: int = 1000
    """Taken off a neighbour's first order, paid by the zone's subsidy pool; 0 turns it off."""
    first_order_from_fen: int = 6000
    """Orders below this price get no first-order subsidy."""


@dataclass(frozen=True)
class CreditPolicy(Policy):
    """What the guarantee fund gives when a promise is not kept."""

    name: ClassVar[str] = "credits"
    unfilled_percent: int = 10
    late_percent: int = 20
    cap_fen: int = 3000
    missed_deadline_cap_fen: int = 5000
    """Refunded without fault when a dispute's own deadline passes."""
    rescuer_bonus_fen: int = 1500


@dataclass(frozen=True)
class ProcessingPolicy(Policy):
    """What taking the money costs the owner, in hundredths of a percent of the price."""

    name: ClassVar[str] = "processing"
    provider_bp: int = 60
    cash_bp: int = 0


@dataclass(frozen=True)
class PayoutPolicy(Policy):
    """When money leaving to a person needs a second person at the desk."""

    name: ClassVar[str] = "payouts"
    second_person_from_fen: int = 200_000


def credit_fen(policy: CreditPolicy, percent: int, total_fen: int) -> int:
    """Return a percentage of the price, capped."""
    return min(policy.cap_fen, total_fen * percent // 100)
