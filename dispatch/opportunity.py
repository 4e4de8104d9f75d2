"""What asking somebody now may cost later: the price maps of the last plans of the days in question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import fmean

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.policies import read_policy
from dispatch.models import Round
from dispatch.policy import PlanPolicy
from dispatch.prices import map_of
from dispatch.snapshot import Snapshot
from dispatch.waking import local_instant
from matching.fleet import build_fleet
from matching.prices import HOUR, cost_of
from matching.roster import PriceCell, PriceMap
from matching.slots import Cost
from matching.travel import IntArray


def opportunity(session: Session, snapshot: Snapshot) -> Cost | None:
    """Return what workers' time earns elsewhere in these days, for ``SlotFinder``; None where no plan knows prices.

    One query. A worker's time counts ``opportunity_share`` of the price where they start from. Days without a plan, or
    whose plan had no duals, cost nothing.
    """
    span = snapshot.span
    latest = (
        select(func.max(Round.id))
        .where(Round.day.between(span.first, span.last), Round.state == "done")
        .group_by(Round.day, Round.zone)
    )
    maps: dict[date, list[PriceMap]] = defaultdict(list)
    for day, kept in session.execute(select(Round.day, Round.prices).where(Round.id.in_(latest))):
        priced = map_of(kept)
        if day is not None and priced is not None:
            maps[day].append(priced)
    if not maps or not snapshot.problem.places:
        return None
    share = read_policy(session, PlanPolicy, span.epoch).opportunity_share
    fleet = build_fleet(snapshot.problem)
    days = []
    for day, found in sorted(maps.items()):
        begin, end = (span.second(local_instant(day, minute, span.zone)) for minute in (0, 1440))
        days.append((begin, end, cost_of(_part(found, share, begin // HOUR), fleet)))
    return _by_day(days)


def _part(maps: Sequence[PriceMap], share: float, begins: int) -> PriceMap:
    """A share of a day's maps (one per group of zones) as one, its hours counted from where the snapshot begins."""
    known: dict[tuple[int, int, int], float] = {}
    for cell in (cell for each in maps for cell in each.cells):
        key = (cell.north, cell.east, begins + cell.hour)
        known[key] = max(share * cell.minutes, known.get(key, 0.0))
    usual = share * fmean(each.usual for each in maps)
    return replace(maps[0], usual=usual, cells=tuple(PriceCell(*key, minutes) for key, minutes in known.items()))


def _by_day(days: Sequence[tuple[int, int, Cost]]) -> Cost:
    def cost(workers: IntArray, starts: IntArray, seconds: int) -> IntArray:
        total = np.zeros(len(starts), dtype=np.int64)
        for begin, end, of_day in days:
            here = (starts >= begin) & (starts < end)
            total[here] = of_day(workers[here], starts[here], seconds)
        return total

    return cost
