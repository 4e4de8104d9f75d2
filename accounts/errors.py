"""Refusals that must be remembered although they are refusals."""

from __future__ import annotations

from core.errors import InvalidInput, NotAllowed


class WrongProof(InvalidInput):
    """A wrong code or password. ``remember``: the door commits what was counted before it answers."""

    remember = True


class MoreNeeded(NotAllowed):
    """The code was right and is used up, and does not open the account alone. ``remember``: that stays so."""

    remember = True
