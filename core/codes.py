"""Opaque public codes: what leaves the house instead of integer keys."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U, so it can be read over the phone
_LENGTH = 10


def new_code(prefix: str) -> str:
    """Return a fresh code such as ``V-7K2M9Q4T1X``: 50 random bits, impossible to guess, easy to read aloud."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def tidy_code(text: str) -> str:
    """Return what a person typed as a code: upper case, spaces gone, O→0 and I/L→1."""
    prefix, _, rest = text.strip().upper().replace(" ", "").partition("-")
    return f"{prefix}-{rest.translate(str.maketrans('OIL', '011'))}" if rest else prefix
