"""The machines of an invitation and of a rating."""

from __future__ import annotations

from enum import StrEnum

from core.actors import Role
from core.states import table


class InvitationState(StrEnum):
    """Where one side's chance to rate stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class InvitationMove(StrEnum):
    """What may happen to an invitation."""

    ANSWER = "answer"
    CLOSE = "close"


class RatingState(StrEnum):
    """Where a rating stands."""

    HIDDEN = "hidden"
    REVEALED = "revealed"


class RatingMove(StrEnum):
    """What may happen to a rating."""

    REVEAL = "reveal"


_RATERS = {Role.CUSTOMER, Role.WORKER}

INVITATION_MOVES = table(
    "rating_invitation",
    InvitationState.OPEN,
    [
        (InvitationState.OPEN, InvitationMove.ANSWER, InvitationState.ANSWERED, _RATERS),
        (InvitationState.OPEN, InvitationMove.CLOSE, InvitationState.CLOSED, {Role.SYSTEM}),
    ],
)

RATING_MOVES = table(
    "rating",
    RatingState.HIDDEN,
    [(RatingState.HIDDEN, RatingMove.REVEAL, RatingState.REVEALED, {Role.SYSTEM})],
)
