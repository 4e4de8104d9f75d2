"""The machine of a dispute."""

from __future__ import annotations

from enum import StrEnum

from core.actors import Role
from core.states import table


class DisputeState(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    TRIAGED = "triaged"
    AWAITING_REPLY = "awaiting_reply"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    CONTESTED = "contested"
    DECIDED = "decided"
    REMEDIED = "remedied"
    CLOSED = "closed"
    APPEALED = "appealed"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class DisputeMove(StrEnum):
    """What may happen to a case."""

    TRIAGE = "triage"
    ASK_REPLY = "ask_reply"
    PROPOSE = "propose"
    ACCEPT = "accept"
    CONTEST = "contest"
    DECIDE = "decide"
    REMEDY = "remedy"
    CLOSE = "close"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    WITHDRAW = "withdraw"


S, M = DisputeState, DisputeMove
_OPS = {Role.OPS_AGENT, Role.OPS_LEAD}
_SYSTEM = {Role.SYSTEM}
_DECIDING = _OPS | _SYSTEM | {Role.FINANCE}  # finance: a recruiter's case about a sum, nothing else
_PARTIES = {Role.CUSTOMER, Role.WORKER, Role.RECRUITER}

DISPUTE_MOVES = table(
    "dispute",
    S.OPENED,
    [
        (S.OPENED, M.TRIAGE, S.TRIAGED, _SYSTEM | _OPS),
        (S.TRIAGED, M.ASK_REPLY, S.AWAITING_REPLY, _SYSTEM | _OPS),
        ([S.TRIAGED, S.AWAITING_REPLY], M.PROPOSE, S.PROPOSED, _SYSTEM | _OPS),
        (S.PROPOSED, M.ACCEPT, S.ACCEPTED, _PARTIES | _OPS),
        (S.PROPOSED, M.CONTEST, S.CONTESTED, _PARTIES | _OPS),
        ([S.TRIAGED, S.AWAITING_REPLY, S.PROPOSED, S.ACCEPTED, S.CONTESTED], M.DECIDE, S.DECIDED, _DECIDING),
        (S.DECIDED, M.REMEDY, S.REMEDIED, _DECIDING),
        (S.REMEDIED, M.CLOSE, S.CLOSED, _SYSTEM),
        ([S.DECIDED, S.REMEDIED], M.APPEAL, S.APPEALED, _PARTIES),
        (S.APPEALED, M.DECIDE_APPEAL, S.FINAL, {Role.OPS_LEAD, Role.FINANCE}),
        ([S.OPENED, S.TRIAGED, S.AWAITING_REPLY, S.PROPOSED], M.WITHDRAW, S.WITHDRAWN, _PARTIES),
    ],
)

RUNNING = frozenset(set(S) - {S.CLOSED, S.FINAL, S.WITHDRAWN})
