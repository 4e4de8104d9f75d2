"""How the house is: the database, the rounds, what is parked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit_chain import last_check
from core.clock import wall
from core.events import DeliveryRow, EventRow
from core.ticks import last_runs
from core.timers import Timer
from notices.models import Notice

PATIENCE = 3  # periods a round may be late
_QUEUES: dict[str, type[DeliveryRow | Timer | Notice]] = {"events": DeliveryRow, "timers": Timer, "notices": Notice}
_STARTED = wall()
_GRACE = timedelta(seconds=20)  # wall time: below this, lateness is only the machine's breath


@dataclass(frozen=True)
class RoundHealth:
    """One round: when it last ran (business time), how often it should, and whether that is too long ago."""

    name: str
    period_s: float
    last: str
    late: bool


@dataclass(frozen=True)
class Health:
    """The whole report. ``audit`` is what the last check of the audit's chain found wrong, if anything."""

    healthy: bool
    rounds: list[RoundHealth]
    parked: dict[str, int]
    waiting: dict[str, int]
    now: str
    audit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def examine(session: Session, now: datetime, speed: float = 1.0) -> Health:
    """Look at everything. Not healthy: a round three periods late, a broken audit.

    Parked rows are told, they wait for a person.
    """
    from app.wiring import round_periods

    runs = last_runs(session)
    rounds = [_round(name, period, runs.get(name), now, speed) for name, period in sorted(round_periods().items())]
    parked = {name: _count(session, model, "parked") for name, model in _QUEUES.items()}
    waiting = {
        "events": _count(session, DeliveryRow, "pending"),
        "notices": _count(session, Notice, "pending"),
        "new_events": session.scalar(select(func.count()).select_from(EventRow).where(~EventRow.fanned_out)) or 0,
        "timers_due": session.scalar(_due(now)) or 0,
    }
    checked = last_check(session)
    fault = str(checked.outcome.get("fault", "")) if checked else ""
    healthy = not fault and not any(one.late for one in rounds)
    return Health(healthy, rounds, parked, waiting, now.isoformat(), fault)


def _round(name: str, period: timedelta, last: datetime | None, now: datetime, speed: float) -> RoundHealth:
    allowed = max(PATIENCE * period, _GRACE * speed)
    since = last or now - (wall() - _STARTED) * speed
    late = now - since > allowed
    return RoundHealth(name, period.total_seconds(), last.isoformat() if last else "", late)


def _count(session: Session, model: type[DeliveryRow | Timer | Notice], state: str) -> int:
    return session.scalar(select(func.count()).select_from(model).where(model.state == state)) or 0


def _due(now: datetime) -> Any:
    return select(func.count()).select_from(Timer).where(Timer.state == "waiting", Timer.next_at <= now)
