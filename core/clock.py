"""The two clocks of a door: business time, which a demo may speed up, and wall time, which nobody may.

Verbs never read a clock: ``now`` is an argument. Doors ask a :class:`Clock`. Everything about access
(codes, sessions, limits) runs on wall time; everything about visits, offers and money on business time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


def wall() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Business time: ``sim_start + speed × (wall − real_start)``; plain wall time by default."""

    speed: float = 1.0
    real_start: datetime | None = None
    sim_start: datetime | None = None

    def now(self) -> datetime:
        """Return the business instant in UTC."""
        if self.real_start is None or self.sim_start is None:
            return wall()
        return self.sim_start + (wall() - self.real_start) * self.speed

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read ``speed@real_start@sim_start`` (ISO instants with offset); the empty text is wall time."""
        if not text:
            return cls()
        try:
            speed, real_start, sim_start = text.split("@")
            clock = cls(float(speed), datetime.fromisoformat(real_start), datetime.fromisoformat(sim_start))
        except ValueError as error:
            raise ValueError(f"A clock reads speed@real_start@sim_start, not {text!r}.") from error
        if clock.speed <= 0 or not _aware(clock.real_start) or not _aware(clock.sim_start):
            raise ValueError(f"A clock needs a positive speed and instants with an offset, not {text!r}.")
        return clock


def _aware(instant: datetime | None) -> bool:
    return instant is not None and instant.tzinfo is not None
