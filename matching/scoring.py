"""The soft terms: one named function each, all in travel minutes, positive where good.

A pair term holds one visit against all workers, or `Wishes` against as many, one for each. Route terms (travel, idle)
depend on the whole way and are added by the engines; visit terms say what it costs to leave a visit open. All of
`ratings.md`'s value is here: with `rating_weights()` a pair is worth 75 × (stars − 0.04·km + 0.35·gap + 3·newcomer in a
newcomer slot) minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from matching.fleet import Fleet
from matching.problem import UNITS_PER_MINUTE, UNITS_PER_SECOND, Priority, Problem, Promise, Visit
from matching.roster import Term
from matching.travel import BoolArray, FloatArray, IntArray
from matching.wishes import Wishes

Asked: TypeAlias = Visit | Wishes
PairTermRule: TypeAlias = Callable[[Asked, Fleet], FloatArray]


def _members(codes: frozenset[Any], fleet: Fleet) -> BoolArray:
    mask = np.zeros(len(fleet), dtype=bool)
    mask[[fleet.index[code] for code in codes if code in fleet.index]] = True
    return mask


def distance(visit: Asked, fleet: Fleet) -> FloatArray:
    """Kilometres (great circle) from the worker's start place, at the rate of a km."""
    return -fleet.problem.weights.km * _km(visit, fleet)


def quality(visit: Asked, fleet: Fleet) -> FloatArray:
    """The score itself, not its lower bound: ranking on the bound starves good newcomers."""
    del visit
    return fleet.problem.weights.star * fleet.stars


def favourite(visit: Asked, fleet: Fleet) -> FloatArray:
    """The customer asked for this worker."""
    return fleet.problem.weights.favourite * _members(visit.preferred, fleet)


def same_home(visit: Asked, fleet: Fleet) -> FloatArray:
    """The worker has been in this home before."""
    return fleet.problem.weights.same_home * _members(visit.known, fleet)


def unreliability(visit: Asked, fleet: Fleet) -> FloatArray:
    """How unsure the worker is, times how much lateness would hurt here."""
    return -fleet.problem.weights.unreliability * visit.late_risk * fleet.unreliability


def fairness(visit: Asked, fleet: Fleet) -> FloatArray:
    """Work goes first to those who had less of it than they offered time for."""
    del visit
    return fleet.problem.weights.fairness * fleet.gap


def newcomer(visit: Asked, fleet: Fleet) -> FloatArray:
    """Newcomer slots are for newcomers."""
    return fleet.problem.weights.newcomer * (fleet.newcomer & visit.newcomer_slot)


def price(visit: Asked, fleet: Fleet) -> FloatArray:
    """The visit's price, as far as the worker is likely to accept."""
    return fleet.problem.weights.yuan * visit.value / 100 * p_accept(visit, fleet)


def refusal(visit: Asked, fleet: Fleet) -> FloatArray:
    """An offer that is likely to be declined costs time."""
    return -fleet.problem.weights.refusal * (1 - p_accept(visit, fleet))


# What a term is multiplied with: one that counts for nothing need not be worked out.
_RATES = {"distance": "km", "quality": "star", "price": "yuan"}
PAIR_TERMS: tuple[tuple[str, PairTermRule], ...] = (
    ("distance", distance),
    ("quality", quality),
    ("favourite", favourite),
    ("same_home", same_home),
    ("unreliability", unreliability),
    ("fairness", fairness),
    ("newcomer", newcomer),
    ("price", price),
    ("refusal", refusal),
)


def _km(visit: Asked, fleet: Fleet) -> FloatArray:
    return fleet.times.metres(fleet.start, np.full(len(fleet), visit.place)) / 1000


def reference_start(visit: Asked) -> int | IntArray:
    """The start at which acceptance is judged while the real one is still open."""
    if isinstance(visit, Wishes):
        return visit.begin
    return visit.promise.window.earliest if visit.promise else visit.windows[0].earliest


def p_accept(visit: Asked, fleet: Fleet, start: int | IntArray | None = None) -> FloatArray:
    """How likely each worker is to accept: as given for the worker, else by the problem's model."""
    unknown, model = np.isnan(fleet.p_accept), fleet.problem.acceptance
    if not unknown.any():
        return fleet.p_accept
    shared = shared_score(fleet.problem, visit, reference_start(visit) if start is None else start)
    score = shared + model.per_km * _km(visit, fleet) + model.regular * _members(visit.known | visit.preferred, fleet)
    modelled = 1 / (1 + np.exp(-np.clip(score, -50, 50)))
    return np.where(unknown, modelled, fleet.p_accept)


def shared_score(problem: Problem, visit: Asked, begin: int | IntArray) -> FloatArray:
    """What of the logistic does not depend on the worker; of many visits as columns, too."""
    model, ahead = problem.acceptance, begin - problem.now
    notice = np.minimum(72.0, np.maximum(0, ahead) / 3600)
    hour = _seconds_into_day(problem, begin) / 3600
    return np.asarray(
        model.intercept
        + model.per_yuan_hour * visit.value / 100 * 60 / visit.minutes
        + model.per_notice_hour * notice
        + model.evening * (hour >= 18)
        + model.per_flag * visit.flags
    )


def _seconds_into_day(problem: Problem, second: int | IntArray) -> int | IntArray:
    if problem.day_starts:
        starts = np.array(problem.day_starts)
        return second - starts[np.maximum(0, np.searchsorted(starts, second, side="right") - 1)]
    return second % 86_400


def units(minutes: float) -> int:
    """Minutes as whole units, rounded half to even."""
    return round(minutes * UNITS_PER_MINUTE)


def travel_rate(problem: Problem) -> int:
    """Units that a second on the way costs."""
    return round(problem.weights.travel * UNITS_PER_SECOND)


def idle_rate(problem: Problem) -> int:
    """Units that a second of waiting between two visits costs."""
    return round(problem.weights.idle * UNITS_PER_SECOND)


def unfilled(problem: Problem, visit: Visit) -> float:
    """What is lost when the visit stays open: rescue before recurring before one-off."""
    weights = problem.weights
    table = {
        Priority.RESCUE: weights.unfilled_rescue,
        Priority.RECURRING: weights.unfilled_recurring,
        Priority.ONE_OFF: weights.unfilled_one_off,
    }
    return table[visit.priority]


def change_price(problem: Problem, promise: Promise) -> float:
    """What moving a promise costs: its stated price, else ×1 at 72 h ahead rising evenly to ×20 at 4 h."""
    if promise.price is not None:
        return promise.price
    hours = (promise.window.earliest - problem.now) / 3600
    nearness = min(1.0, max(0.0, (72 - hours) / 68))
    return problem.weights.change * (1 + (problem.weights.change_near - 1) * nearness)


def keeps_promise(visit: Visit, worker: str, start: int) -> bool:
    """Whether this worker and start are what was promised (or nothing was)."""
    promise = visit.promise
    return promise is None or (promise.worker == worker and promise.window.earliest <= start <= promise.window.latest)


def open_terms(problem: Problem, visit: Visit) -> list[Term]:
    """What leaving this visit open means: the penalty, the worth of waiting, and a broken promise."""
    terms = [Term("unfilled", -units(unfilled(problem, visit))), Term("waiting", units(visit.waiting))]
    if visit.promise is not None:
        broken = problem.weights.broken_promise + change_price(problem, visit.promise)
        terms.append(Term("broken_promise", -units(broken)))
    return [term for term in terms if term.amount]


def open_columns(problem: Problem) -> tuple[IntArray, IntArray]:
    """For all visits at once what `open_terms` says of those without a promise: `unfilled` and `waiting`, in units."""
    weights = problem.weights
    each = {
        Priority.RESCUE: weights.unfilled_rescue,
        Priority.RECURRING: weights.unfilled_recurring,
        Priority.ONE_OFF: weights.unfilled_one_off,
    }
    unfilled_units = np.array([-each[visit.priority] for visit in problem.visits], dtype=np.float64)
    waiting = np.array([visit.waiting for visit in problem.visits], dtype=np.float64)
    return rounded(unfilled_units), rounded(waiting)


def rounded(minutes: FloatArray) -> IntArray:
    """Minutes as whole units, rounded half to even."""
    return np.rint(minutes * UNITS_PER_MINUTE).astype(np.int64)


def pair_table(visit: Visit, fleet: Fleet) -> dict[str, IntArray]:
    """Every pair term of this visit for every worker, in units; terms that are 0 for all are left out."""
    weights = fleet.problem.weights
    table = {
        name: rounded(rule(visit, fleet)) for name, rule in PAIR_TERMS if getattr(weights, _RATES.get(name, name)) != 0
    }
    for name, worker, minutes in fleet.pair_terms.get(visit.code, ()):
        row = table.setdefault(name, np.zeros(len(fleet), dtype=np.int64))
        row[worker] += units(minutes)
    return {name: row for name, row in table.items() if row.any()}


def pair_value(visit: Visit, fleet: Fleet, table: dict[str, IntArray] | None = None) -> IntArray:
    """The sum of all pair terms of this visit for every worker, in units, without route terms and change penalty.

    `table` is what `pair_table` says, if it is known already.
    """
    total = np.zeros(len(fleet), dtype=np.int64)
    for row in (pair_table(visit, fleet) if table is None else table).values():
        total += row
    return total


def pair_terms_of(
    visit: Visit,
    fleet: Fleet,
    worker: int,
    start: int,
    table: dict[str, IntArray] | None = None,
) -> list[Term]:
    """The terms of one pair at one start, the change penalty included if a promise is moved."""
    terms = [
        Term(name, int(row[worker]))
        for name, row in (pair_table(visit, fleet) if table is None else table).items()
        if row[worker]
    ]
    if visit.promise is None:
        return terms
    code = next(code for code, row in fleet.index.items() if row == worker)
    if not keeps_promise(visit, code, start):
        terms.append(Term("change", -units(change_price(fleet.problem, visit.promise))))
    return terms
