"""Refusals that must be remembered although they are refusals."""

from __future__ import annotations

from core.errors import InvalidInput


class WrongProof(InvalidInput):
    """A wrong code or password. ``remember``: the door commits what was counted before it answers."""

    remember = True
