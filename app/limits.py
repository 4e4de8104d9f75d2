"""Rate limits by class, per account or network, in fixed windows of a minute.

What changes something and what signs in is counted in the database, for all processes together, in a transaction and
on connections of its own: a refused or undone request still counts, and nobody waits for a request to end. Reading is
counted per process: behind N web processes somebody may read up to N times as often. The limits that guard accounts
are others (``accounts/policy.py``).
"""

from __future__ import annotations

from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, create_engine

from app.house import House, house, network, wall_now
from core.errors import TooMany
from core.rate_count import count_hit

PER_MINUTE: Final = {"read": 600, "write": 120, "sign_in": 30}
SHARED: Final = frozenset({"write", "sign_in"})
_ENGINE = "limits_engine"
_OPTIONS = "-c statement_timeout=2000 -c lock_timeout=1000 -c synchronous_commit=off"


def configure_limits(app: House) -> None:
    """Give the application its counters; tests turn them off with ``RATE_LIMITS``."""
    app.config.setdefault("RATE_LIMITS", True)
    app.extensions["limits"] = FixedWindowRateLimiter(MemoryStorage())
    app.extensions[_ENGINE] = create_engine(
        app.settings.database_url, pool_size=1, max_overflow=1, pool_timeout=5, pool_pre_ping=True,
        connect_args={"options": _OPTIONS, "application_name": "hourhand-limits", "connect_timeout": 5},
    )  # fmt: skip


def check_rate(kind: str, account: str) -> None:
    """Count one request of a class; ``TooMany`` beyond the limit."""
    most = PER_MINUTE.get(kind)
    if most is None or not house().config["RATE_LIMITS"]:
        return
    who = account or f"net:{network()}"
    within = _shared(kind, who) <= most if kind in SHARED else _alone(kind, who, most)
    if not within:
        raise TooMany("too_many_requests", "Too many requests. Please wait a minute.", 60)


def this_minute() -> int:
    """Return the number of the running minute of wall time, the same in every process."""
    return int(wall_now().timestamp()) // 60


def _shared(kind: str, who: str) -> int:
    engine: Engine = house().extensions[_ENGINE]
    with engine.begin() as connection:
        return count_hit(connection, kind, who, this_minute())


def _alone(kind: str, who: str, most: int) -> bool:
    limiter: FixedWindowRateLimiter = house().extensions["limits"]
    return limiter.hit(RateLimitItemPerMinute(most), kind, who)
