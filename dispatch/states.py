"""The machines of dispatch: visit and offer."""

from __future__ import annotations

from enum import StrEnum

from core.actors import Role
from core.states import table


class VisitState(StrEnum):
    """Where a visit stands."""

    AWAITING_PAYMENT = "awaiting_payment"
    OPEN = "open"
    WAITLISTED = "waitlisted"
    OFFERING = "offering"
    ASSIGNED = "assigned"
    RESCUE = "rescue"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    WORK_DONE = "work_done"
    COMPLETED = "completed"
    SETTLED = "settled"
    UNFILLED = "unfilled"
    CANCELLED = "cancelled"
    LOCKOUT = "lockout"
    ABORTED = "aborted"
    EXPIRED = "expired"


class VisitMove(StrEnum):
    """What may happen to a visit."""

    PAY = "pay"
    LAPSE = "lapse"
    WAITLIST = "waitlist"
    FREE_SLOT = "free_slot"
    OFFER = "offer"
    REOPEN = "reopen"
    ASSIGN = "assign"
    GIVE_UP = "give_up"
    RELEASE = "release"
    CALL_RESCUE = "call_rescue"
    START_TRIP = "start_trip"
    ARRIVE = "arrive"
    START = "start"
    LOCK_OUT = "lock_out"
    ABORT = "abort"
    FINISH = "finish"
    UNDO_FINISH = "undo_finish"
    CONFIRM = "confirm"
    SETTLE = "settle"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"


class OfferState(StrEnum):
    """Where an offer stands."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class OfferMove(StrEnum):
    """What may happen to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


class MoveState(StrEnum):
    """Where the wish to move a confirmed visit stands."""

    PROPOSED = "proposed"
    ASKING = "asking"
    DONE = "done"
    DECLINED = "declined"
    REFUSED = "refused"
    LAPSED = "lapsed"


class MoveMove(StrEnum):
    """What may happen to such a wish."""

    APPROVE = "approve"
    DECLINE = "decline"
    AGREE = "agree"
    REFUSE = "refuse"
    LAPSE = "lapse"


S, M = VisitState, VisitMove
_CUSTOMER, _WORKER, _SYSTEM = {Role.CUSTOMER}, {Role.WORKER}, {Role.SYSTEM}
_OPS = {Role.OPS_AGENT, Role.OPS_LEAD}
_BEFORE_TRIP = [S.OPEN, S.WAITLISTED, S.OFFERING, S.ASSIGNED]

VISIT_MOVES = table(
    "visit",
    S.OPEN,
    [
        (S.AWAITING_PAYMENT, M.PAY, S.OPEN, _SYSTEM | _OPS),
        (S.AWAITING_PAYMENT, M.LAPSE, S.EXPIRED, _SYSTEM),
        (S.OPEN, M.WAITLIST, S.WAITLISTED, _CUSTOMER | _OPS),
        (S.WAITLISTED, M.FREE_SLOT, S.OPEN, _SYSTEM),
        ([S.OPEN, S.OFFERING], M.OFFER, S.OFFERING, _SYSTEM | _OPS),
        (S.RESCUE, M.OFFER, S.RESCUE, _SYSTEM | _OPS),
        (S.OFFERING, M.REOPEN, S.OPEN, _WORKER | _SYSTEM | _OPS),
        ([S.OFFERING, S.RESCUE], M.ASSIGN, S.ASSIGNED, _WORKER | _OPS),
        ([S.OPEN, S.WAITLISTED, S.OFFERING, S.RESCUE], M.GIVE_UP, S.UNFILLED, _SYSTEM | _OPS),
        (S.ASSIGNED, M.RELEASE, S.OPEN, _WORKER | _OPS),
        ([S.ASSIGNED, S.EN_ROUTE], M.CALL_RESCUE, S.RESCUE, _WORKER | _SYSTEM | _OPS),
        (S.ASSIGNED, M.START_TRIP, S.EN_ROUTE, _WORKER | _OPS),
        ([S.ASSIGNED, S.EN_ROUTE], M.ARRIVE, S.ARRIVED, _WORKER | _OPS),
        (S.ARRIVED, M.START, S.IN_PROGRESS, _WORKER | _OPS),
        (S.ARRIVED, M.LOCK_OUT, S.LOCKOUT, _WORKER | _OPS),
        (S.IN_PROGRESS, M.ABORT, S.ABORTED, _WORKER | _CUSTOMER | _OPS),
        (S.IN_PROGRESS, M.FINISH, S.WORK_DONE, _WORKER | _OPS),
        (S.WORK_DONE, M.UNDO_FINISH, S.IN_PROGRESS, _WORKER | _OPS),
        (S.WORK_DONE, M.CONFIRM, S.COMPLETED, _CUSTOMER | _SYSTEM | _OPS),
        (S.COMPLETED, M.SETTLE, S.SETTLED, _SYSTEM),
        ([S.OPEN, S.OFFERING], M.RESCHEDULE, S.OPEN, _CUSTOMER | _OPS),
        (S.ASSIGNED, M.RESCHEDULE, S.OPEN, _CUSTOMER | _OPS),
        ([*_BEFORE_TRIP, S.AWAITING_PAYMENT, S.RESCUE, S.EN_ROUTE], M.CANCEL, S.CANCELLED, _CUSTOMER | _OPS),
    ],
)

OFFER_MOVES = table(
    "offer",
    OfferState.LIVE,
    [
        (OfferState.LIVE, OfferMove.ACCEPT, OfferState.ACCEPTED, _WORKER | _OPS),
        (OfferState.LIVE, OfferMove.DECLINE, OfferState.DECLINED, _WORKER | _OPS),
        (OfferState.LIVE, OfferMove.EXPIRE, OfferState.EXPIRED, _SYSTEM),
        (
            [OfferState.LIVE, OfferState.ACCEPTED],
            OfferMove.WITHDRAW,
            OfferState.WITHDRAWN,
            _SYSTEM | _OPS | _CUSTOMER | _WORKER,
        ),
        (OfferState.LIVE, OfferMove.SUPERSEDE, OfferState.SUPERSEDED, _SYSTEM | _OPS | _WORKER),
    ],
)

P, PM = MoveState, MoveMove
PLAN_MOVES = table(
    "plan_move",
    P.PROPOSED,
    [
        (P.PROPOSED, PM.APPROVE, P.ASKING, _OPS),
        (P.PROPOSED, PM.DECLINE, P.DECLINED, _OPS),
        (P.ASKING, PM.AGREE, P.DONE, _CUSTOMER | _WORKER | _OPS),
        (P.ASKING, PM.REFUSE, P.REFUSED, _CUSTOMER | _WORKER | _OPS),
        ([P.PROPOSED, P.ASKING], PM.LAPSE, P.LAPSED, _SYSTEM | _OPS | _CUSTOMER | _WORKER),
    ],
)

UNMATCHED = frozenset({S.OPEN, S.OFFERING, S.RESCUE})
COMMITTED = frozenset({S.ASSIGNED, S.EN_ROUTE, S.ARRIVED, S.IN_PROGRESS})
WORKED = frozenset({S.WORK_DONE, S.COMPLETED, S.SETTLED})
