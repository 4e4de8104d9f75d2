"""The machines of recruiting: a milestone, and who brought whom."""

from __future__ import annotations

from enum import StrEnum

from core.actors import Role
from core.states import table


class MilestoneState(StrEnum):
    """Where a milestone stands."""

    SCHEDULED = "scheduled"
    EVALUATING = "evaluating"
    VESTED = "vested"
    APPROVED = "approved"
    PAID = "paid"
    HELD = "held"
    FORFEITED = "forfeited"
    REVERSED = "reversed"


class MilestoneMove(StrEnum):
    """What may happen to a milestone."""

    REACH = "reach"
    VEST = "vest"
    HOLD = "hold"
    RELEASE = "release"
    APPROVE = "approve"
    PAY = "pay"
    FORFEIT = "forfeit"
    REVERSE = "reverse"
    POSTPONE = "postpone"


class AttributionState(StrEnum):
    """How sure it is who brought somebody."""

    CAPTURED = "captured"
    CONFIRMED = "confirmed"
    LOCKED = "locked"
    CONTESTED = "contested"
    REASSIGNED = "reassigned"


class AttributionMove(StrEnum):
    """What may happen to an attribution."""

    CONFIRM = "confirm"
    LOCK = "lock"
    CONTEST = "contest"
    UPHOLD = "uphold"
    REASSIGN = "reassign"


S, M = MilestoneState, MilestoneMove
_SYSTEM, _FINANCE, _OPS = {Role.SYSTEM}, {Role.FINANCE}, {Role.OPS_AGENT, Role.OPS_LEAD}

MILESTONE_MOVES = table(
    "milestone",
    S.SCHEDULED,
    [
        (S.SCHEDULED, M.REACH, S.EVALUATING, _SYSTEM),
        ([S.EVALUATING, S.SCHEDULED], M.VEST, S.VESTED, _SYSTEM),
        ([S.EVALUATING, S.VESTED], M.HOLD, S.HELD, _SYSTEM | _OPS),
        (S.HELD, M.RELEASE, S.EVALUATING, _SYSTEM | _OPS),
        ([S.EVALUATING, S.HELD], M.POSTPONE, S.SCHEDULED, _SYSTEM),
        (S.VESTED, M.APPROVE, S.APPROVED, _FINANCE | {Role.OPS_LEAD}),
        (S.APPROVED, M.PAY, S.PAID, _FINANCE | _SYSTEM),
        ([S.SCHEDULED, S.EVALUATING, S.HELD], M.FORFEIT, S.FORFEITED, _SYSTEM | _OPS),
        ([S.VESTED, S.APPROVED, S.PAID], M.REVERSE, S.REVERSED, _FINANCE | {Role.OPS_LEAD}),
    ],
)

A, B = AttributionState, AttributionMove

ATTRIBUTION_MOVES = table(
    "attribution",
    A.CAPTURED,
    [
        (A.CAPTURED, B.CONFIRM, A.CONFIRMED, _SYSTEM),
        ([A.CONFIRMED, A.REASSIGNED], B.REASSIGN, A.REASSIGNED, _SYSTEM | _OPS),
        ([A.CAPTURED, A.CONFIRMED, A.REASSIGNED], B.CONTEST, A.CONTESTED, _SYSTEM | _OPS),
        (A.CONTESTED, B.UPHOLD, A.CONFIRMED, _OPS),
        (A.CONTESTED, B.REASSIGN, A.REASSIGNED, _OPS),
        ([A.CONFIRMED, A.REASSIGNED], B.LOCK, A.LOCKED, _SYSTEM),
    ],
)
