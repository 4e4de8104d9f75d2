"""Why nobody took an open visit: every worker counted once, under the first rule that bites."""

from __future__ import annotations

from collections import Counter

import numpy as np

from matching.clockwork import ask_for
from matching.fleet import Fleet
from matching.problem import Visit
from matching.reach import TIME_RULES, Reach, whole_reach
from matching.reasons import Reason
from matching.rules import PAIR_RULES


def tally(visit: Visit, fleet: Fleet) -> Counter[str]:
    """Workers by code; who could come although nobody was sent is `not_worth_it`."""
    counts: Counter[str] = Counter()
    left = np.ones(len(fleet), dtype=bool)
    for reason, rule in PAIR_RULES:
        away = rule(visit, fleet) & left
        counts[reason.value] += int(away.sum())
        left &= ~away
    ask, worker = ask_for(fleet.problem, visit), fleet.openings.worker
    here = np.zeros(len(fleet), dtype=bool)
    here[worker] = True
    counts[Reason.NOT_ON_SHIFT.value] += int((left & ~here).sum())
    left &= here
    reach = whole_reach(np.flatnonzero(left[worker]), ask)
    for reason, time_rule in TIME_RULES:
        reach = time_rule(ask, fleet, reach)
        reach = Reach(*(each[reach.open] for each in reach))
        here[:] = False
        here[worker[reach.rows]] = True
        counts[reason.value] += int((left & ~here).sum())
        left &= here
    counts[Reason.NOT_WORTH_IT.value] += int(left.sum())
    return +counts
