"""The secret behind moved points: derived from the house's own, used for nothing else."""

from __future__ import annotations

import hashlib
import hmac

from app.house import house


def place_key() -> bytes:
    """Return the key that ``places.shown.place_for`` moves homes with."""
    return hmac.new(house().settings.secret_key.encode(), b"places", hashlib.sha256).digest()
