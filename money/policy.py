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
