"""The worker's path: from application to active work, and what may come after."""

from __future__ import annotations

from enum import StrEnum

from core.actors import Role
from core.states import table


class WorkerState(StrEnum):
    """Where a worker stands."""

    APPLIED = "applied"
    DOCUMENTS = "documents"
    IDENTITY_CHECKED = "identity_checked"
    INTERVIEWED = "interviewed"
    TRAINING = "training"
    QUIZ_PASSED = "quiz_passed"
    TRIAL = "trial"
    ACTIVE = "active"
    PAUSED = "paused"
    IMPROVEMENT = "improvement"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    INELIGIBLE = "ineligible"
    LEFT = "left"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class WorkerMove(StrEnum):
    """What may happen to a worker's case."""

    HAND_IN = "hand_in"
    CHECK_IDENTITY = "check_identity"
    INTERVIEW = "interview"
    TRAIN = "train"
    QUIZ = "quiz"
    START_TRIAL = "start_trial"
    ACTIVATE = "activate"
    PAUSE = "pause"
    RESUME = "resume"
    IMPROVE = "improve"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    LAPSE = "lapse"
    RENEW = "renew"
    LEAVE = "leave"
    DISMISS = "dismiss"
    RETRY = "retry"
    REAPPLY = "reapply"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


S, M = WorkerState, WorkerMove
_WORKER, _OPS, _LEAD, _SYSTEM = {Role.WORKER}, {Role.OPS_AGENT, Role.OPS_LEAD}, {Role.OPS_LEAD}, {Role.SYSTEM}
_VETTING = [S.APPLIED, S.DOCUMENTS, S.IDENTITY_CHECKED, S.INTERVIEWED, S.TRAINING, S.QUIZ_PASSED]
_WORKING = [S.ACTIVE, S.IMPROVEMENT, S.RESTRICTED]
_GONE = [S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.LEFT]

WORKER_MOVES = table(
    "worker",
    S.APPLIED,
    [
        (S.APPLIED, M.HAND_IN, S.DOCUMENTS, _WORKER | _OPS),
        (S.DOCUMENTS, M.CHECK_IDENTITY, S.IDENTITY_CHECKED, _OPS),
        (S.IDENTITY_CHECKED, M.INTERVIEW, S.INTERVIEWED, _OPS | {Role.RECRUITER}),
        (S.INTERVIEWED, M.TRAIN, S.TRAINING, _OPS),
        (S.TRAINING, M.QUIZ, S.QUIZ_PASSED, _WORKER | _OPS),
        (S.QUIZ_PASSED, M.START_TRIAL, S.TRIAL, _OPS),
        (S.TRIAL, M.ACTIVATE, S.ACTIVE, _OPS),
        (S.ACTIVE, M.PAUSE, S.PAUSED, _WORKER | _OPS),
        (S.PAUSED, M.RESUME, S.ACTIVE, _WORKER | _OPS),
        (S.ACTIVE, M.IMPROVE, S.IMPROVEMENT, _SYSTEM | _OPS),
        (S.IMPROVEMENT, M.RESUME, S.ACTIVE, _OPS),
        (S.IMPROVEMENT, M.RESTRICT, S.RESTRICTED, _OPS),
        (S.RESTRICTED, M.RESUME, S.ACTIVE, _OPS | _SYSTEM),
        ([*_WORKING, S.TRIAL, S.PAUSED, S.INELIGIBLE], M.SUSPEND, S.SUSPENDED, _LEAD),
        (S.SUSPENDED, M.REINSTATE, S.ACTIVE, _LEAD),
        (S.SUSPENDED, M.RETRY, S.TRIAL, _LEAD),
        (S.SUSPENDED, M.DISMISS, S.LEFT, _LEAD),
        ([S.ACTIVE, S.IMPROVEMENT], M.LAPSE, S.INELIGIBLE, _SYSTEM),
        (S.INELIGIBLE, M.RENEW, S.ACTIVE, _SYSTEM | _OPS),
        ([*_WORKING, S.TRIAL, S.PAUSED, S.SUSPENDED, S.INELIGIBLE], M.LEAVE, S.LEFT, _WORKER | _OPS),
        ([*_VETTING, S.TRIAL], M.REJECT, S.REJECTED, _OPS),
        (_VETTING, M.WITHDRAW, S.WITHDRAWN, _WORKER | _OPS),
        (_VETTING, M.EXPIRE, S.EXPIRED, _SYSTEM),
        (_GONE, M.REAPPLY, S.APPLIED, _WORKER | _OPS | {Role.CUSTOMER}),
    ],
)

VETTING = frozenset(_VETTING)
"""On the way, and lapsing when nothing happens for a while."""

WORKING = frozenset({*_WORKING, S.PAUSED, S.INELIGIBLE})
"""Past the trial and still with us."""

MATCHABLE = frozenset({S.TRIAL, S.ACTIVE, S.IMPROVEMENT, S.RESTRICTED})
