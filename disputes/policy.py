"""The numbers of disputes, with names. Money in fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from core.policies import Policy

REPORT_HOURS = {"S1": 336, "S2": 72, "S3": 336, "S4": 72, "S5": 336}
REPLY_HOURS = {"S1": 48, "S2": 24, "S3": 24, "S5": 48}


@dataclass(frozen=True)
class DisputePolicy(Policy):
    """Windows, deadlines and limits. Severities without an entry have no limit (report) or no reply (reply).

    ``proposal_hours`` run after the reply's deadline, or after the reply when it comes earlier.
    """

    name: ClassVar[str] = "disputes"
    report_hours: Mapping[str, int] = field(default_factory=lambda: dict(REPORT_HOURS))
    review_contest_hours: int = 168
    reply_hours: Mapping[str, int] = field(default_factory=lambda: dict(REPLY_HOURS))
    proposal_hours: int = 24
    answer_hours: int = 48
    safety_contact_minutes: int = 15
    appeal_days: int = 7
    hearing_days: int = 5
    late_refund_cap_fen: int = 5000
    agent_limit_fen: int = 20_000
    second_person_fen: int = 50_000
    damage_cap_fen: int = 200_000
    redo_within_days: int = 5
    photos_per_party: int = 8
    rejected_before_photos: int = 3
    rejected_days: int = 90
    refunds_before_review: int = 5
    late_minutes: int = 15
    very_late_minutes: int = 30
    late_percent: int = 10
    very_late_percent: int = 20
    credit_cap_fen: int = 3000
    hours_tolerance_minutes: int = 15
    precedent_days: int = 90
    contested_percent: Mapping[str, int] = field(
        default_factory=lambda: {"S0": 0, "S1": 100, "S2": 50, "S3": 50, "S4": 20, "S5": 0}
    )
