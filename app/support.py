"""Where people reach a person: the numbers of the desk, as policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.house import current_now
from app.session import current_session
from core.policies import Policy, read_policy


@dataclass(frozen=True)
class SupportPolicy(Policy):
    """Telephone numbers as they are read aloud. The safety line is answered at any hour."""

    name: ClassVar[str] = "support"
    desk_phone: str = "027-8877-0100"
    safety_phone: str = "027-8877-0110"


def support(zone: str = "") -> SupportPolicy:
    """Return the numbers in force now."""
    return read_policy(current_session(), SupportPolicy, current_now(), zone)
