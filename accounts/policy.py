"""The numbers of access: how long a code lives, how often one may ask and guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.policies import Policy


@dataclass(frozen=True)
class AccessPolicy(Policy):
    """Limits of sign-in. Counts hold across processes, since they are counted in the database."""

    name: ClassVar[str] = "access"
    code_minutes: int = 5
    tries_per_code: int = 5
    guesses_per_number_day: int = 25
    guesses_per_network_hour: int = 100
    guesses_everywhere_minute: int = 300
    asks_per_number_hour: int = 6
    asks_per_network_hour: int = 60
    asks_per_prefix_hour: int = 200
    asks_everywhere_hour: int = 2000
    phone_regions: tuple[str, ...] = ("CN",)
    session_days: int = 30
    staff_session_hours: int = 12
    staff_failures: int = 5
    staff_lock_minutes: int = 15
    token_days: int = 365
    factor_failures: int = 5
    factor_lock_minutes: int = 15
    step_minutes: int = 10
    unseen_days: int = 90
    fact_tries: int = 3
    fact_tries_days: int = 30
    phone_hold_hours: int = 48
