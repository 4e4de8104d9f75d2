"""Rate limits by class, per account or network.

These are the coarse ones against runaway clients and are counted per process (the limits that guard accounts are
counted in the database, see ``accounts/policy.py``). Fixed windows of a minute.
"""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.house import House, house, network
from core.errors import TooMany

PER_MINUTE = {"read": 600, "write": 120, "sign_in": 30}


def configure_limits(app: House) -> None:
    """Give the application its counters; tests turn them off with ``RATE_LIMITS``."""
    app.config.setdefault("RATE_LIMITS", True)
    app.extensions["limits"] = FixedWindowRateLimiter(MemoryStorage())


def check_rate(kind: str, account: str) -> None:
    """Count one request of a class; ``TooMany`` beyond the limit."""
    most = PER_MINUTE.get(kind)
    if most is None or not house().config["RATE_LIMITS"]:
        return
    who = account or f"net:{network()}"
    if not house().extensions["limits"].hit(RateLimitItemPerMinute(most), kind, who):
        raise TooMany("too_many_requests", "Too many requests. Please wait a minute.", 60)
