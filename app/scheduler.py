"""The clock: a process that beats. It decides nothing; due work is found in the database, and any number may run.

The pump (every half second) delivers events, fires timers, sends notices. Every tick is looked at each second and
runs when its key, a period of *business* time or a local date, has changed; the tick claims the key in the database,
so each runs once. APScheduler only wakes us, in memory, in UTC.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from app.settings import Settings
from app.wiring import Wiring, in_zone, wiring
from core.clock import Clock
from core.db import SessionFactory
from core.events import deliver_pending
from core.ticks import Tick
from core.timers import fire_due

LOG = structlog.get_logger("hourhand.clock")
PUMP_SECONDS = 0.5
TICK_SECONDS = 1.0
_THREADS = 6


class Beat:
    """What one clock process does at each beat."""

    def __init__(self, factory: SessionFactory, clock: Clock, wired: Wiring) -> None:
        self.factory, self.clock, self.wired = factory, clock, wired
        self._done: dict[str, str] = {}

    def deliver(self) -> None:
        """Deliver what was recorded."""
        self._safely("deliver", lambda now: deliver_pending(self.factory, self.wired.handlers, now))

    def pump(self) -> None:
        """Fire what is due, send what waits."""
        self._safely("timers", lambda now: fire_due(self.factory, self.wired.timers, now))
        for work in self.wired.pumps:
            self._safely(work.__name__, lambda now, work=work: work(self.factory, now))  # type: ignore[misc]

    def tick(self, tick: Tick) -> None:
        """Run the tick if its key has changed since this process last ran it."""
        self._safely(tick.name, lambda now: self._run(tick, now))

    def all_once(self) -> None:
        """Do one beat of everything: for tests and for those who turn the clock by hand."""
        self.deliver()
        self.pump()
        for tick in self.wired.ticks:
            self.tick(tick)

    def _run(self, tick: Tick, now: datetime) -> None:
        key = tick.key(now)
        if key and self._done.get(tick.name) != key:
            tick.run(self.factory, key, now)
            self._done[tick.name] = key

    def _safely(self, name: str, work: Callable[[datetime], object]) -> None:
        """Run one piece of work; what fails is logged and tried at the next beat, and stops nothing else."""
        try:
            work(self.clock.now())
        except Exception as error:  # noqa: BLE001  the clock must go on; nothing is acknowledged before its commit
            LOG.warning("beat_failed", work=name, error=f"{type(error).__name__}: {error}"[:500])


def run_clock(settings: Settings, factory: SessionFactory) -> None:
    """Beat until told to stop."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat that is still busy is no news
    beat = Beat(factory, settings.clock, in_zone(wiring(), settings.zone))
    scheduler = BlockingScheduler(timezone="UTC", executors={"default": ThreadPoolExecutor(_THREADS)})
    every: dict[str, Any] = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler.add_job(beat.deliver, "interval", seconds=PUMP_SECONDS, **every)
    scheduler.add_job(beat.pump, "interval", seconds=PUMP_SECONDS, **every)
    for tick in beat.wired.ticks:
        scheduler.add_job(beat.tick, "interval", args=[tick], seconds=TICK_SECONDS, **every)

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    LOG.info("clock_started", speed=settings.clock.speed, ticks=len(beat.wired.ticks))
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        LOG.info("clock_stopped")
