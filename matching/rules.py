"""The hard rules: a plain list of small functions, each with the code it is told by.

Each holds one visit against all workers and answers with a mask: True keeps that worker away. Adding a rule is adding
a function and a line of `PAIR_RULES`; no other rule is touched. Rules about time are in `reach.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np

from matching.fleet import Fleet
from matching.problem import OPEN_STATES, TIERS, Visit
from matching.reasons import Reason
from matching.travel import BoolArray

PairRule: TypeAlias = Callable[[Visit, Fleet], BoolArray]


def _everybody(fleet: Fleet, away: bool) -> BoolArray:
    return np.full(len(fleet), away)


def _among(codes: Iterable[str], fleet: Fleet) -> BoolArray:
    mask = _everybody(fleet, away=False)
    mask[[fleet.index[code] for code in codes if code in fleet.index]] = True
    return mask


def visit_not_open(visit: Visit, fleet: Fleet) -> BoolArray:
    """The visit is not in a state in which it may be matched."""
    return _everybody(fleet, visit.state not in OPEN_STATES)


def zone_closed(visit: Visit, fleet: Fleet) -> BoolArray:
    """The company does not serve the visit's zone (yet)."""
    allowed = fleet.problem.open_zones
    return _everybody(fleet, allowed is not None and visit.zone not in allowed)


def not_asked(visit: Visit, fleet: Fleet) -> BoolArray:
    """For now only some workers may be asked, or the visit is pinned to another worker."""
    pinned = visit.promise is not None and visit.promise.pinned
    away = ~_among({visit.promise.worker}, fleet) if visit.promise and pinned else _everybody(fleet, away=False)
    return away if visit.only is None else away | ~_among(visit.only, fleet)


def on_hold(_visit: Visit, fleet: Fleet) -> BoolArray:
    """A safety hold keeps the worker from all visits."""
    return fleet.safety_hold


def document_invalid(visit: Visit, fleet: Fleet) -> BoolArray:
    """A needed document is missing, or lapses before the visit could be over."""
    first = min(window.earliest for window in visit.windows) + visit.seconds
    return fleet.document_hold | (fleet.documents_until < first)


def lacks_skill(visit: Visit, fleet: Fleet) -> BoolArray:
    """The service needs a skill the worker does not have."""
    has = _everybody(fleet, away=True)
    for skill in visit.skills:
        has &= fleet.skills.get(skill, _everybody(fleet, away=False))
    return ~has


def tier_too_low(visit: Visit, fleet: Fleet) -> BoolArray:
    """Trusted visits ask for a tier."""
    return fleet.tier < TIERS.index(visit.tier)


def score_bound_too_low(visit: Visit, fleet: Fleet) -> BoolArray:
    """Trusted and care visits ask for a lower bound of the score."""
    return fleet.lower < visit.lower_at_least


def language_missing(visit: Visit, fleet: Fleet) -> BoolArray:
    """The service's policy lets the customer ask for a language, and this one was asked for."""
    if visit.language is None:
        return _everybody(fleet, away=False)
    return ~fleet.languages.get(visit.language, _everybody(fleet, away=False))


def gender_differs(visit: Visit, fleet: Fleet) -> BoolArray:
    """The service's policy lets the customer ask for a gender, and this one was asked for."""
    if visit.gender is None:
        return _everybody(fleet, away=False)
    return ~fleet.genders.get(visit.gender, _everybody(fleet, away=False))


def blocked_pair(visit: Visit, fleet: Fleet) -> BoolArray:
    """One of the two said: never again."""
    return _among(visit.blocked, fleet)


def already_declined(visit: Visit, fleet: Fleet) -> BoolArray:
    """The worker declined this visit; it is never offered again."""
    return _among(visit.declined, fleet)


def zone_not_served(visit: Visit, fleet: Fleet) -> BoolArray:
    """The worker does not work in this zone."""
    return ~(fleet.any_zone | fleet.zones.get(visit.zone, _everybody(fleet, away=False)))


def too_far(visit: Visit, fleet: Fleet) -> BoolArray:
    """The worker does not travel that far from the start place (great circle)."""
    if not np.isfinite(fleet.radius).any():
        return _everybody(fleet, away=False)
    there = np.full(len(fleet), visit.place)
    return np.greater(fleet.times.metres(fleet.start, there), fleet.radius)


PAIR_RULES: tuple[tuple[Reason, PairRule], ...] = (
    (Reason.VISIT_STATE, visit_not_open),
    (Reason.ZONE_CLOSED, zone_closed),
    (Reason.NOT_ASKED, not_asked),
    (Reason.ON_HOLD, on_hold),
    (Reason.DOCUMENT_INVALID, document_invalid),
    (Reason.LACKS_SKILL, lacks_skill),
    (Reason.TIER_TOO_LOW, tier_too_low),
    (Reason.SCORE_BOUND_TOO_LOW, score_bound_too_low),
    (Reason.LANGUAGE, language_missing),
    (Reason.GENDER, gender_differs),
    (Reason.BLOCKED_PAIR, blocked_pair),
    (Reason.ALREADY_DECLINED, already_declined),
    (Reason.ZONE_NOT_SERVED, zone_not_served),
    (Reason.TOO_FAR, too_far),
)


def may_do(visit: Visit, fleet: Fleet) -> BoolArray:
    """Who passes every rule that does not depend on the start."""
    away = _everybody(fleet, away=False)
    for _, rule in PAIR_RULES:
        away |= rule(visit, fleet)
    return ~away


def pair_reasons(visit: Visit, fleet: Fleet) -> dict[int, Reason]:
    """The first pair rule that keeps each worker away; workers who pass all are left out."""
    found: dict[int, Reason] = {}
    for reason, rule in PAIR_RULES:
        for index in np.flatnonzero(rule(visit, fleet)):
            found.setdefault(int(index), reason)
    return found
