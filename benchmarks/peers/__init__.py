"""Everybody the matcher is measured against, each behind the same small door.

A peer is a function `(day, prepared, budget, tell)`; it calls `tell(orders)` with the visits of each leg in order
whenever it has a better plan (at least once) and may run until the seconds are over. What it needs before its clock
starts, it builds in `prepare(day)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from benchmarks.days import Day

Orders: TypeAlias = Sequence[Sequence[int]]
Tell: TypeAlias = Callable[[Orders], None]
SIMPLE = ("nearest", "broadcast")
SOLVERS = ("ortools", "vroom", "pyvrp")
PEERS = (*SIMPLE, *SOLVERS)
TWICE = ("pyvrp",)  # uses one core: run with two seeds side by side, of which the better counts at every second


@dataclass(frozen=True, slots=True)
class Budget:
    """What a peer may use: seconds, a seed, processor cores."""

    seconds: float
    seed: int
    cores: int = 2


Prepare: TypeAlias = Callable[[Day], Any]
Run: TypeAlias = Callable[[Day, Any, Budget, Tell], None]


def door(name: str) -> tuple[Prepare, Run]:
    """What `name` is run by; imported here, since two solvers may not be able to share a process."""
    if name in ("nearest", "broadcast"):
        from benchmarks.peers import simple

        return simple.prepare, simple.nearest if name == "nearest" else simple.broadcast
    if name == "ortools":
        from benchmarks.peers import routing

        return routing.prepare, routing.run
    if name == "vroom":
        from benchmarks.peers import vroom_peer

        return vroom_peer.prepare, vroom_peer.run
    if name == "pyvrp":
        from benchmarks.peers import pyvrp_peer

        return pyvrp_peer.prepare, pyvrp_peer.run
    raise LookupError(name)
