"""The exchange rates of the one unit of value: the travel minute.

Every rate says how many minutes of a worker's travel one thing is worth. Sums are kept as whole *units*, 1,000 to the
travel second, so that every engine adds exactly and the same roster has the same value everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from typing import TypeAlias

from matching.errors import require

StopCheck: TypeAlias = Callable[[], bool] | None

UNITS_PER_SECOND = 1000
UNITS_PER_MINUTE = 60 * UNITS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Weights:
    """Minutes of travel that one of each is worth.

    `star` 75: a star is worth 25 km at 3 minutes each (ratings: 0.04 star a km). `change` is the price of moving a
    promise 72 h ahead; it grows to `change_near` times that at 4 h. `unfilled_*` is lost when a visit stays open.
    """

    travel: float = 1.0
    km: float = 0.0
    idle: float = 0.1
    star: float = 75.0
    yuan: float = 0.0
    favourite: float = 45.0
    same_home: float = 20.0
    unreliability: float = 60.0
    fairness: float = 0.35 * 75.0
    newcomer: float = 3.0 * 75.0
    change: float = 10.0
    change_near: float = 20.0
    broken_promise: float = 600.0
    unfilled_rescue: float = 2400.0
    unfilled_recurring: float = 1200.0
    unfilled_one_off: float = 800.0
    refusal: float = 30.0

    def __post_init__(self) -> None:
        for each in fields(self):
            rate = getattr(self, each.name)
            require(0 <= rate <= 1e6, f"The weight {each.name} must be between 0 and 1,000,000 minutes.")
        require(self.change_near >= 1, "The weight change_near is a factor of at least 1.")


def rating_weights() -> Weights:
    """Weights under which a pair is worth exactly stars − 0.04·km + 0.35·gap + 3·newcomer, times 75 minutes."""
    return Weights(
        travel=0,
        km=3,
        idle=0,
        favourite=0,
        same_home=0,
        unreliability=0,
        refusal=0,
        change=0,
        broken_promise=0,
        unfilled_rescue=0,
        unfilled_recurring=0,
        unfilled_one_off=0,
    )


@dataclass(frozen=True, slots=True)
class Acceptance:
    """p_accept = logistic(intercept + Σ coefficient × feature); never the worker's own record of declining.

    Features: km from the worker's start place, pay in yuan per hour, hours of notice (capped at 72), evening start
    (18:00 or later), regular customer, and how many hard facts the home has (stairs, pets).
    """

    intercept: float = 2.0
    per_km: float = -0.12
    per_yuan_hour: float = 0.0
    per_notice_hour: float = 0.01
    evening: float = -0.4
    regular: float = 0.8
    per_flag: float = -0.2

    def __post_init__(self) -> None:
        for each in fields(self):
            sensible = abs(getattr(self, each.name)) <= 1e6
            require(sensible, f"The acceptance coefficient {each.name} must be between -1,000,000 and 1,000,000.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard to try. `effort` 1.0 is the usual budget and alone decides the roster; `stop` is an outer guard.

    `stop` is asked now and then; once it says True the best roster so far is returned. A solve that was stopped
    is valid but may differ from run to run, which is why wall time is not a limit here. Large day plans are cut into
    shards; an `executor` (a process pool, or Dask's) solves them side by side without changing the result.
    """

    effort: float = 1.0
    candidates: int = 30
    stop: StopCheck = field(default=None, compare=False)
    executor: Executor | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        require(0 <= self.effort <= 1e6, "Effort must be between 0 and 1,000,000.")
        require(1 <= self.candidates <= 10_000, "At least one candidate per visit is needed.")
