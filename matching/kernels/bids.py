"""Who gets what when every opening takes one visit: visits bid for openings, and what is contested gets dearer.

An opening has a price only if somebody has it. Nobody would rather have another opening by more than a step, so what
is chosen is worth at most so many steps less than the best; how much less the prices themselves prove.
"""

from __future__ import annotations

from typing import NamedTuple

from matching.compiled import compiled, lean
from matching.kernels.stalls import BEST, MANY, Lists
from matching.travel import FloatArray, IntArray

NOBODY = -1
STEP, RESERVE = range(2)  # by so much bids rise; from such a share of its value on a visit rather stays open
NET, SECOND, WHERE, VALUE = range(4)  # entries of `Deal.best`


class Deal(NamedTuple):
    """Prices and owners of openings, and what each visit has: `mine`, worth `got`."""

    price: IntArray
    owner: IntArray
    mine: IntArray
    got: IntArray
    best: IntArray


@lean
def weigh(lists: Lists, deal: Deal, visit: int, reserve: float) -> None:
    """The best opening of a visit at these prices, and how good the second best is; staying open has its reserve."""
    best = deal.best
    least = int(reserve * lists.value[visit, 0])
    best[NET], best[SECOND], best[WHERE] = least, least, NOBODY
    for at in range(lists.row[visit, MANY]):
        value, opening = lists.value[visit, at], lists.opening[visit, at]
        if value <= best[SECOND]:
            return
        net = value - deal.price[opening]
        if net > best[NET]:
            best[SECOND] = best[NET]
            best[NET], best[WHERE], best[VALUE] = net, opening, value
        elif net > best[SECOND]:
            best[SECOND] = net


@lean
def bid(lists: Lists, deal: Deal, visit: int, how: FloatArray, most: int) -> int:
    """Let visits outbid one another until one gets what nobody had, or stays open; returns how many bids that took."""
    best, many = deal.best, 0
    while visit != NOBODY and many < most:
        many += 1
        weigh(lists, deal, visit, how[RESERVE])
        opening = best[WHERE]
        if opening == NOBODY:
            return many
        before, raised = deal.owner[opening], best[NET] - best[SECOND]
        if before != NOBODY:
            raised += min(int(how[STEP]), best[SECOND])
            if raised == 0:
                return many
            deal.mine[before] = NOBODY
        deal.price[opening] += raised
        deal.owner[opening], deal.mine[visit], deal.got[visit] = visit, opening, best[VALUE]
        visit = before
    return many


@compiled
def settle_all(turn: IntArray, lists: Lists, deal: Deal, how: FloatArray, most: int) -> int:
    """Give openings to visits, in this order; `most` limits the bids; returns how many there were."""
    work = 0
    for visit in turn:
        work += bid(lists, deal, visit, how, most - work)
    return work


@compiled
def prove(lists: Lists, deal: Deal) -> int:
    """No choice is worth more than this; the lists must have been looked at with the prices of this deal."""
    return int(deal.price.sum() + lists.row[:, BEST].sum())
