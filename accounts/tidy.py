"""What people type, made comparable."""

from __future__ import annotations

import unicodedata


def tidy_digits(typed: str) -> str:
    """Return what was typed as ASCII digits: full-width digits, spaces and dashes are forgiven."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in plain if not sign.isspace() and sign not in "-–—_.")


def tidy_name(typed: str) -> str:
    """Return a name without width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", typed).casefold().split())
