"""The world an agent lives in: how to reach the database, who reacts, and who must be left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.db import SessionFactory, in_transaction
from core.errors import DomainError
from core.events import Handlers, deliver_pending
from core.ticks import Tick
from core.timers import TimerHandler, fire_due
from dispatch.models import Visit
from dispatch.states import VisitState


@dataclass(frozen=True)
class MoveManner:
    """How people take a move of a confirmed visit that a plan proposes, as shares.

    The desk leaves some to whoever looks at the demo and declines a few; of those who are asked, some never answer,
    and each of the others agrees with the same chance.
    """

    left: float = 0.25
    declined: float = 0.1
    silent: float = 0.03
    agrees: float = 0.95


@dataclass(frozen=True)
class World:
    """Everything a simulated person needs. Handlers, timers and ticks are handed in by the door.

    ``taken`` returns the account codes a real person has taken over: their agents stand still. ``upsets`` is the
    share of ways, and of visits, that take half an hour or more longer than anybody thought.
    """

    factory: SessionFactory
    seed: int
    zone: str
    handlers: Handlers = field(default_factory=dict)
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    ticks: Sequence[Tick] = ()
    taken: Callable[[], frozenset[str]] = frozenset
    demand_per_day: int = 22
    pool: int = 140
    moves: MoveManner = MoveManner()
    upsets: float = 0.05

    def act(self, work: Callable[[Any], object]) -> bool:
        """Do one thing in a transaction of its own; False when the house refused it (that is life, not an error)."""
        try:
            in_transaction(self.factory, work)
        except DomainError:
            return False
        return True

    def beat(self, now: datetime) -> None:
        """One beat of the clock, for histories: events, timers, ticks whose key is new."""
        fire_due(self.factory, self.timers, now)
        deliver_pending(self.factory, self.handlers, now)
        waiting = self._anybody_waits()
        for tick in self.ticks:
            key = tick.key(now)
            if key and (waiting or not tick.name.startswith("round_")):
                tick.run(self.factory, key, now)
        deliver_pending(self.factory, self.handlers, now)

    def _anybody_waits(self) -> bool:
        """Tell whether any visit is open: a round without one would only leave its tick."""
        states = [VisitState.OPEN.value, VisitState.RESCUE.value]
        with self.factory() as session:
            return session.scalar(select(Visit.id).where(Visit.state.in_(states)).limit(1)) is not None
