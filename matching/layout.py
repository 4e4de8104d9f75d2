"""A round laid out for the compiled kernels: visits and workers as arrays, openings in the cells of grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matching.fleet import Fleet
from matching.problem import OPEN_STATES, TIERS, Visit
from matching.quick import blank_sheet, room_of
from matching.scoring import rounded, shared_score, units
from matching.stands import Stands
from matching.travel import FloatArray, IntArray
from matching.wishes import Wishes, whole

if TYPE_CHECKING:
    from matching.kernels.fair import Fair
    from matching.kernels.sheet import Sheet

MOST_NAMES = 60  # of skills, languages, genders and zones: each is a bit of one number
MOST_HALLS = 64
ALIVE, NEVER = 1, 2  # the bit that everybody has who may work at all, and the one that nobody has


def lay_out(fleet: Fleet, wishes: Wishes, base: IntArray, stake: IntArray) -> Fair | None:
    """The round as the kernels read it; None if there are too many names for that.

    `base` is what filling an opening wins back, `stake` what leaving a visit open costs.
    """
    from matching.kernels.fair import Fair

    names = _Names(fleet)
    if len(names) > MOST_NAMES:
        return None
    sheet = _sheet(fleet, wishes, base)
    worker, hand = _workers(fleet, names)
    visit, wish = _visits(fleet, names, wishes, stake)
    stands = Stands(fleet, base, worker, hand, wishes)
    wish[:, 5:7] = stands.flat(wishes.place)
    visit[:, 5], asked = _halls(fleet, visit[:, 0])
    first = np.searchsorted(fleet.openings.worker, np.arange(len(fleet) + 1))
    names_of, banned, halls = _named(fleet), _banned(fleet), stands.arrays(asked)
    turn = _turn(wish[:, 5:7])
    return Fair(
        sheet, first, room_of(fleet), turn, worker, hand, visit, wish, _rates(fleet), *names_of, *banned, halls.hall,
        halls.stand, halls.frame, halls.cell, halls.order, halls.near, halls.head,
    )  # fmt: skip


def _turn(spots: FloatArray) -> IntArray:
    """The visits in strips of a kilometre, there and back, so that neighbours are looked at after one another."""
    strip = (spots[:, 1] // 1000).astype(np.int64)
    return np.lexsort((np.where(strip % 2, -spots[:, 0], spots[:, 0]), strip))


def _halls(fleet: Fleet, need: IntArray) -> tuple[IntArray, IntArray]:
    """The hall of each visit (-1 where only some may be asked by name), and what each hall asks for.

    Visits that ask for the same go to the same hall. If they ask for very many different things, it is one for all.
    """
    asked, hall = np.unique(need, return_inverse=True)
    if len(asked) > MOST_HALLS:
        asked, hall = np.array([ALIVE]), np.zeros(len(need), dtype=np.int64)
    anybody = np.array([visit.only is None for visit in fleet.problem.visits], dtype=bool)
    return np.where(anybody, hall.reshape(-1), -1), asked


class _Names:
    """What visits may ask for, each with its bit."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.limited = fleet, not bool(fleet.any_zone.all())
        self.known: dict[tuple[str, str], int] = {}
        self.sets: dict[frozenset[str], int] = {}
        self.needs = [self._of(visit) for visit in fleet.problem.visits]

    def __len__(self) -> int:
        return len(self.known)

    def _bit(self, kind: str, name: str) -> int:
        return 4 << self.known.setdefault((kind, name), len(self.known))

    def _of(self, visit: Visit) -> int:
        need = self.sets.get(visit.skills)
        if need is None:
            need = self.sets[visit.skills] = ALIVE | sum(self._bit("skills", name) for name in sorted(visit.skills))
        if visit.language is not None:
            need |= self._bit("languages", visit.language)
        if visit.gender is not None:
            need |= self._bit("genders", visit.gender)
        if self.limited:
            need |= self._bit("zones", visit.zone)
        closed = self.fleet.problem.open_zones is not None and visit.zone not in self.fleet.problem.open_zones
        return need | NEVER if closed or visit.state not in OPEN_STATES else need

    def of_workers(self) -> IntArray:
        """What each worker has of it."""
        fleet = self.fleet
        bits = np.where(fleet.safety_hold | fleet.document_hold, 0, ALIVE).astype(np.int64)
        for (kind, name), number in self.known.items():
            has = getattr(fleet, kind).get(name, np.zeros(len(fleet), dtype=bool))
            bits |= np.where(has | fleet.any_zone if kind == "zones" else has, 4 << number, 0)
        return bits


def _sheet(fleet: Fleet, wishes: Wishes, base: IntArray) -> Sheet:
    problem, many = fleet.problem, len(wishes.place)
    step = np.full(many, problem.grid_seconds)
    option = np.stack([wishes.place, np.arange(many), wishes.minutes, step, wishes.minutes * 60], axis=1)
    blank = blank_sheet(fleet, fleet.times, np.zeros(len(fleet), dtype=np.int64), base)
    return blank._replace(option=np.ascontiguousarray(option), windows=wishes.windows)


def _workers(fleet: Fleet, names: _Names) -> tuple[IntArray, FloatArray]:
    """Columns `BITS` to `START` and `LOWER` to `UNRELIABLE` of the kernels."""
    weights = fleet.problem.weights
    static = rounded(weights.star * fleet.stars) + rounded(weights.fairness * fleet.gap)
    newcomer = fleet.newcomer.astype(np.int64)
    worker = np.stack([names.of_workers(), fleet.tier, static, newcomer, fleet.documents_until, fleet.start], axis=1)
    hand = np.stack([fleet.lower, fleet.radius, fleet.p_accept, fleet.unreliability], axis=1)
    return np.ascontiguousarray(worker), np.ascontiguousarray(hand, dtype=np.float64)


def _visits(fleet: Fleet, names: _Names, wishes: Wishes, stake: IntArray) -> tuple[IntArray, FloatArray]:
    """Columns `NEED` to `HALL` and `ASKED_LOWER` to `MOST` of the kernels; halls and where they lie come later."""
    problem, visits = fleet.problem, fleet.problem.visits
    tier = whole(TIERS.index(visit.tier) for visit in visits)
    first = wishes.begin + wishes.minutes * 60
    columns = [np.array(names.needs, dtype=np.int64), tier, first, stake, wishes.newcomer_slot, stake]
    visit = np.stack(columns, axis=1).astype(np.int64)
    wish = np.zeros((len(visits), 7))
    wish[:, 0] = [each.lower_at_least for each in visits]
    wish[:, 1] = problem.weights.yuan * wishes.value / 100
    wish[:, 2] = wishes.late_risk
    wish[:, 3] = shared_score(problem, wishes, wishes.begin)
    model = problem.acceptance
    wish[:, 4] = 1.0 if model.per_km > 0 else 1 / (1 + np.exp(-np.clip(wish[:, 3], -50, 50)))
    return visit, wish


def _rates(fleet: Fleet) -> FloatArray:
    """Entries `REFUSAL` to `NEEDS_KM` of the kernels."""
    weights, model = fleet.problem.weights, fleet.problem.acceptance
    modelled = bool(np.isnan(fleet.p_accept).any()) and model.per_km != 0
    needs = weights.km > 0 or modelled or bool(np.isfinite(fleet.radius).any())
    slot = float(units(weights.newcomer))
    return np.array([weights.refusal, weights.km, model.per_km, model.regular, weights.unreliability, slot, needs])


def _named(fleet: Fleet) -> tuple[IntArray, IntArray]:
    """Those whose pair has something of its own (worker, units, whether a regular), and where each visit's begin."""
    weights, index = fleet.problem.weights, fleet.index
    favourite, same_home = units(weights.favourite), units(weights.same_home)
    rows: list[tuple[int, int, int]] = []
    first = [0]
    for visit in fleet.problem.visits:
        extra = fleet.pair_terms.get(visit.code, ())
        if visit.preferred or visit.known or extra or visit.only is not None:
            bonus: dict[int, int] = dict.fromkeys((index[each] for each in visit.only or () if each in index), 0)
            for codes, worth in ((visit.preferred, favourite), (visit.known, same_home)):
                for row in (index[code] for code in codes if code in index):
                    bonus[row] = bonus.get(row, 0) + worth
            for _, row, minutes in extra:
                bonus[row] = bonus.get(row, 0) + units(minutes)
            regular = _rows(fleet, visit.preferred | visit.known)
            rows += [(row, bonus[row], int(row in regular)) for row in sorted(bonus)]
        first.append(len(rows))
    return whole(first), np.array(rows, dtype=np.int64).reshape(-1, 3)


def _banned(fleet: Fleet) -> tuple[IntArray, IntArray]:
    """Those who may not, by name; and where each visit's begin."""
    rows: list[int] = []
    first = [0]
    for visit in fleet.problem.visits:
        if visit.blocked or visit.declined:
            rows += sorted(_rows(fleet, visit.blocked | visit.declined))
        if visit.only is not None:
            named = _rows(fleet, visit.preferred | visit.known)
            named |= {row for _, row, _ in fleet.pair_terms.get(visit.code, ())}
            rows += sorted(named - _rows(fleet, visit.only))
        first.append(len(rows))
    return whole(first), whole(rows)


def _rows(fleet: Fleet, codes: frozenset[str]) -> set[int]:
    return {fleet.index[code] for code in codes if code in fleet.index}
