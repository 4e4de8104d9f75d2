"""The keyed hash of an ID number: one identity is one worker for life, and the number itself is never kept."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from app.house import house


def identity_hash(number: str) -> str:
    """Return the hash of a number, however it was typed; the same number gives the same hash in this house only."""
    plain = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    key = hmac.new(house().settings.secret_key.encode(), b"identity", hashlib.sha256).digest()
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()
