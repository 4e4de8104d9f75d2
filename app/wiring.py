"""Who reacts to what. The only list of packages that react, of what comes round, and of what the clock pumps.

A package exports from ``<package>/reactions.py`` any of

* ``HANDLERS``: event → handlers ``(session, event, now)``
* ``TIMERS``: kind → handler ``(session, timer, now)``
* ``TICKS``: what comes round with business time (``core.ticks.Tick``), claiming its own key
* ``PUMPS``: ``[work]``, ``work(factory, now)`` is called at every beat (half a second) and finds what is due itself
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from core.db import SessionFactory
from core.events import Event, Handler
from core.ticks import Tick
from core.timers import TimerHandler

PACKAGES = (
    "accounts", "catalogue", "money", "notices", "places", "workers", "dispatch", "ratings", "disputes", "recruiting",
    "app",
)  # fmt: skip
Pump = Callable[[SessionFactory, datetime], object]


@dataclass
class Wiring:
    """Everything that reacts, merged."""

    handlers: dict[type[Event], list[Handler]] = field(default_factory=dict)
    timers: dict[str, TimerHandler] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    pumps: list[Pump] = field(default_factory=list)


@cache
def wiring() -> Wiring:
    """Return the reactions of all packages that have some; ``ValueError`` when two want the same timer or tick."""
    merged = Wiring()
    for name in PACKAGES:
        if find_spec(f"{name}.events") is not None:
            import_module(f"{name}.events")
        if find_spec(f"{name}.reactions") is not None:
            merge(merged, import_module(f"{name}.reactions"))
    return merged


def in_zone(wired: Wiring, zone: str) -> Wiring:
    """Return the same with what is daily looked at by the house's own zone."""
    return replace(wired, ticks=[replace(tick, zone=zone) for tick in wired.ticks])


def merge(merged: Wiring, reactions: Any) -> None:
    """Add one package's reactions."""
    for event, handlers in getattr(reactions, "HANDLERS", {}).items():
        merged.handlers.setdefault(event, []).extend(handlers)
    for kind, handler in getattr(reactions, "TIMERS", {}).items():
        if kind in merged.timers:
            raise ValueError(f"Two packages want the timer {kind}.")
        merged.timers[kind] = handler
    for tick in getattr(reactions, "TICKS", []):
        if any(tick.name == other.name for other in merged.ticks):
            raise ValueError(f"Two packages want the tick {tick.name}.")
        merged.ticks.append(tick)
    merged.pumps += getattr(reactions, "PUMPS", [])


def round_periods() -> dict[str, timedelta]:
    """Return how often each tick should run: the health page measures lateness with it."""
    return {tick.name: tick.period or timedelta(days=1) for tick in wiring().ticks}
