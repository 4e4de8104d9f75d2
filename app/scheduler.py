"""The clock: a process that beats. It decides nothing; due work is found in the database, and any number may run.

Two beats: the pump (half a second) delivers events, fires timers, sends notices; the rounds (a second) run what has
a period of *business* time. APScheduler only wakes us, in memory, in UTC.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.orm import Session

from app.settings import Settings
from app.wiring import Solve, Wiring, Work, wiring
from core.clock import Clock
from core.db import SessionFactory, in_transaction
from core.events import deliver_pending
from core.ticks import claim_tick, local_day, period_key
from core.timers import fire_due

LOG = structlog.get_logger("hourhand.clock")
PUMP_SECONDS = 0.5
ROUND_SECONDS = 1.0
_DAY = timedelta(days=1)


class Beat:
    """What one clock process does at each beat."""

    def __init__(self, factory: SessionFactory, clock: Clock, zone: str, wired: Wiring) -> None:
        self.factory, self.clock, self.zone, self.wired = factory, clock, zone, wired
        self._seen: dict[str, str] = {}

    def pump(self) -> None:
        """Deliver what was recorded, fire what is due, send what waits."""
        self._safely("deliver", lambda now: deliver_pending(self.factory, self.wired.handlers, now))
        self._safely("timers", lambda now: fire_due(self.factory, self.wired.timers, now))
        for work in self.wired.pumps:
            self._safely(work.__name__, lambda now, work=work: work(self.factory, now))  # type: ignore[misc]

    def rounds(self) -> None:
        """Run every round whose period has begun and that no clock has run in it."""
        for name, period, work in self.wired.rounds:
            self._safely(name, lambda now, n=name, p=period, w=work: self._round(n, p, w, now))  # type: ignore[misc]

    def solves(self) -> None:
        """Run the long work of every period that has begun; it claims for itself and is noted when it is done."""
        for name, period, work in self.wired.solves:
            self._safely(name, lambda now, n=name, p=period, w=work: self._solve(n, p, w, now))  # type: ignore[misc]

    def key(self, period: timedelta, now: datetime) -> str:
        """Return the key of the period ``now`` lies in; days are local dates."""
        return local_day(now, self.zone).isoformat() if period == _DAY else period_key(now, period)

    def _round(self, name: str, period: timedelta, work: Work, now: datetime) -> None:
        key = self.key(period, now)
        if self._seen.get(name) == key:
            return

        def claimed(session: Session) -> None:
            if claim_tick(session, name, key, now):
                work(session, now)

        in_transaction(self.factory, claimed)
        self._seen[name] = key

    def _solve(self, name: str, period: timedelta, work: Solve, now: datetime) -> None:
        key = self.key(period, now)
        if self._seen.get(name) == key:
            return
        work(self.factory, now)
        in_transaction(self.factory, lambda session: claim_tick(session, name, key, now))
        self._seen[name] = key

    def _safely(self, name: str, work: Callable[[datetime], object]) -> None:
        """Run one piece of work; what fails is logged and tried at the next beat, and stops nothing else."""
        try:
            work(self.clock.now())
        except Exception as error:  # noqa: BLE001  the clock must go on; nothing is acknowledged before its commit
            LOG.warning("beat_failed", work=name, error=f"{type(error).__name__}: {error}"[:500])


def run_clock(settings: Settings, factory: SessionFactory) -> None:
    """Beat until told to stop."""
    beat = Beat(factory, settings.clock, settings.zone, wiring())
    scheduler = BlockingScheduler(timezone="UTC", executors={"default": ThreadPoolExecutor(4)})
    every: dict[str, Any] = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler.add_job(beat.pump, "interval", seconds=PUMP_SECONDS, **every)
    scheduler.add_job(beat.rounds, "interval", seconds=ROUND_SECONDS, **every)
    scheduler.add_job(beat.solves, "interval", seconds=ROUND_SECONDS, **every)

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    LOG.info("clock_started", speed=settings.clock.speed, rounds=len(beat.wired.rounds) + len(beat.wired.solves))
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        LOG.info("clock_stopped")
