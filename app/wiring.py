"""Who reacts to what. The only list of packages that react, of what comes round, and of what the clock pumps.

A package exports from ``<package>/reactions.py`` any of

* ``HANDLERS``: event → handlers ``(session, event, now)``
* ``TIMERS``: kind → handler ``(session, timer, now)``
* ``ROUNDS``: ``[(name, period, work)]``, ``work(session, now)`` runs in the transaction that claims the period, once
  per period of business time whatever number of clocks run; a period of one day is keyed by the local date
* ``SOLVES``: ``[(name, period, work)]``, ``work(factory, now)`` claims for itself (long work outside a transaction)
* ``PUMPS``: ``[work]``, ``work(factory, now)`` is called at every beat (half a second) and finds what is due itself
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy.orm import Session

from core.db import SessionFactory
from core.events import Event, Handler
from core.timers import TimerHandler

PACKAGES = (
    "accounts", "catalogue", "money", "notices", "places", "workers", "dispatch", "ratings", "disputes", "recruiting",
    "app",
)  # fmt: skip
Work = Callable[[Session, datetime], object]
Solve = Callable[[SessionFactory, datetime], object]


@dataclass
class Wiring:
    """Everything that reacts, merged."""

    handlers: dict[type[Event], list[Handler]] = field(default_factory=dict)
    timers: dict[str, TimerHandler] = field(default_factory=dict)
    rounds: list[tuple[str, timedelta, Work]] = field(default_factory=list)
    solves: list[tuple[str, timedelta, Solve]] = field(default_factory=list)
    pumps: list[Solve] = field(default_factory=list)


@cache
def wiring() -> Wiring:
    """Return the reactions of all packages that have some."""
    merged = Wiring()
    for name in PACKAGES:
        if find_spec(f"{name}.events") is not None:
            import_module(f"{name}.events")
        if find_spec(f"{name}.reactions") is not None:
            _merge(merged, import_module(f"{name}.reactions"))
    return merged


def _merge(merged: Wiring, reactions: Any) -> None:
    for event, handlers in getattr(reactions, "HANDLERS", {}).items():
        merged.handlers.setdefault(event, []).extend(handlers)
    for kind, handler in getattr(reactions, "TIMERS", {}).items():
        if kind in merged.timers:
            raise ValueError(f"Two packages want the timer {kind}.")
        merged.timers[kind] = handler
    merged.rounds += _named(reactions, "ROUNDS")
    merged.solves += _named(reactions, "SOLVES")
    merged.pumps += getattr(reactions, "PUMPS", [])


def _named(reactions: Any, name: str) -> Sequence[Any]:
    return list(getattr(reactions, name, []))


def round_periods() -> dict[str, timedelta]:
    """Return how often each round should run: the health page measures lateness with it."""
    wired = wiring()
    return {name: period for name, period, _ in [*wired.rounds, *wired.solves]}
