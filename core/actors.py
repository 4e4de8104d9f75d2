"""Who does it: the actor of every verb."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What someone may be; one account may hold several roles, one actor acts in exactly one."""

    CUSTOMER = "customer"
    WORKER = "worker"
    RECRUITER = "recruiter"
    OPS_AGENT = "ops_agent"
    OPS_LEAD = "ops_lead"
    FINANCE = "finance"
    ADMIN = "admin"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


OPS = frozenset({Role.OPS_AGENT, Role.OPS_LEAD})
STAFF = frozenset({Role.OPS_AGENT, Role.OPS_LEAD, Role.FINANCE, Role.ADMIN})
STRONG = STAFF | {Role.RECRUITER}
"""Roles nobody enters by a phone code alone."""


@dataclass(frozen=True)
class Actor:
    """Somebody acting in one role, possibly on behalf of someone else.

    ``code`` is the account's public code (``A-…``), empty for system and anonymous. ``person`` is the code of
    the worker (``W-…``) or recruiter (``R-…``) behind the account when the role is one of these.
    ``emergency`` is the code of the grant under which staff act in a role they do not hold.
    ``on_behalf_of`` is the principal's account code when staff act for someone; then ``channel`` ("phone",
    "sms", "desk") and ``reason`` are stored with the act.
    """

    role: Role
    code: str = ""
    person: str = ""
    on_behalf_of: str = ""
    channel: str = "web"
    reason: str = ""
    emergency: str = ""

    @property
    def is_ops(self) -> bool:
        """True for the two operations roles."""
        return self.role in OPS

    @property
    def is_staff(self) -> bool:
        """True for everyone who works at the company's desk."""
        return self.role in STAFF

    @property
    def is_system(self) -> bool:
        """True for timers and ticks."""
        return self.role is Role.SYSTEM


SYSTEM = Actor(Role.SYSTEM, channel="clock")
ANONYMOUS = Actor(Role.ANONYMOUS)
