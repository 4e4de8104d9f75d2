"""The best openings for each visit at given prices: from around it outward, until nothing further away can be better.

Cells lie in blocks; of each cell and block the lowest price is known, so that most are passed by at a glance. What is
not found leaves no more to the visit, its price paid, than is told: that is what a proof needs to know.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from matching.compiled import compiled, lean
from matching.kernels.clock import EARTH_RADIUS_M
from matching.kernels.fair import (
    BEST_CHANCE,
    BLOCK,
    BONUS,
    CELLS,
    EAST,
    HALL,
    HIGH_UP,
    KM,
    KM_WAYS,
    LUCK,
    MOST,
    NORTH,
    PACE,
    PAY,
    REFUSAL,
    REGULAR,
    SIZE,
    SLOT,
    SLOT_WORTH,
    SLOW,
    SOUTH,
    STAKE,
    TOP,
    UNITS,
    WAYS,
    WEST,
    WHO,
    WIDE,
    Fair,
    X,
    Y,
    Z,
    pair_value,
)
from matching.kernels.sheet import DETOUR, FIXED, PLACE, TRAVEL, WORKER
from matching.travel import FloatArray, IntArray

PATIENCE = 100_000  # openings that are looked at for one visit
ROUNDING = 8.0  # units by which terms rounded one by one may exceed their sum
# Columns of `Desk.front`: how many rings of blocks were looked at, and the most that the others can be worth.
RING, LIMIT, AT_BEST, PER_METRE, AT_ALL, LOWEST = range(6)
# Entries of `Desk.me`: the visit, as it is needed at every glance.
VX, VY, VZ, BASE, PER_LUCK, LUCKLESS, USUAL, TO_EAST, TO_NORTH = range(9)
FULL, SEEN, PAST, ASKED, MASK = range(5)  # of `Desk.tally`; ASKED: what an opening must leave to be of interest
MANY, LEFT, BEST = range(3)  # columns of `Lists.row`


class Lists(NamedTuple):
    """For each visit openings and their values, the most valuable first, as far as known: `row[v, MANY]` of them.

    At the prices last looked at, no opening that is not in the list left more than `row[v, LEFT]` to the visit, and
    none at all more than `row[v, BEST]`.
    """

    opening: IntArray
    value: IntArray
    row: IntArray


class Desk(NamedTuple):
    """Room to look for the openings of a visit: those found (`net` of price, best first) and how far the search is."""

    opening: IntArray
    value: IntArray
    net: IntArray
    front: FloatArray
    me: FloatArray
    tally: IntArray


class Prices(NamedTuple):
    """What openings cost, and the least that any costs in each cell, block and stand."""

    opening: IntArray
    cell: IntArray
    block: IntArray
    stand: IntArray


@compiled
def find_lowest(fair: Fair, prices: Prices) -> None:
    """Fill in the lowest prices; nothing is as dear as what is not there."""
    for stand in range(len(fair.stand)):
        frame = fair.frame[stand]
        lowest = 1 << 60
        for block in range(frame[CELLS] // BLOCK, frame[CELLS] // BLOCK + frame[WIDE] * frame[HIGH_UP]):
            least = 1 << 60
            for cell in range(block * BLOCK, (block + 1) * BLOCK):
                prices.cell[cell] = 1 << 60
                for at in range(fair.cell[cell], fair.cell[cell + 1]):
                    prices.cell[cell] = min(prices.cell[cell], prices.opening[fair.order[at]])
                least = min(least, prices.cell[cell])
            prices.block[block] = least
            lowest = min(lowest, least)
        prices.stand[stand] = lowest


@lean
def sit_down(fair: Fair, visit: int, desk: Desk, prices: Prices) -> int:
    """Prepare the search for a visit; says how many stands there are to look at."""
    me, wish, place = desk.me, fair.wish[visit], fair.sheet.option[visit, PLACE]
    me[VX], me[VY], me[VZ] = fair.sheet.vectors[place, 0], fair.sheet.vectors[place, 1], fair.sheet.vectors[place, 2]
    slot = fair.rate[SLOT_WORTH] if fair.visit[visit, SLOT] else 0.0
    me[LUCKLESS], me[PER_LUCK] = UNITS * fair.rate[REFUSAL], UNITS * (wish[PAY] + fair.rate[REFUSAL])
    me[BASE], me[USUAL] = fair.visit[visit, STAKE] + slot + ROUNDING - me[LUCKLESS], wish[MOST]
    me[TO_EAST], me[TO_NORTH] = wish[EAST], wish[NORTH]
    desk.tally[FULL], desk.tally[SEEN], desk.tally[PAST] = 0, 0, 0
    hall = fair.visit[visit, HALL]
    if hall < 0:
        return 0
    many = fair.hall[hall + 1] - fair.hall[hall]
    for number in range(many):
        set_out(fair, desk, prices, number, fair.hall[hall] + number)
    return int(many)


@lean
def set_out(fair: Fair, desk: Desk, prices: Prices, number: int, stand: int) -> None:
    """What can be hoped for at a stand: at no distance, and how much less with every metre."""
    about, front, me = fair.stand[stand], desk.front[number], desk.me
    luck = me[USUAL] if math.isnan(about[BEST_CHANCE]) else about[BEST_CHANCE]
    ways = about[WAYS] * fair.sheet.rate[TRAVEL]
    front[AT_BEST] = me[BASE] + about[TOP] + me[PER_LUCK] * luck
    front[PER_METRE] = ways * fair.sheet.rate[DETOUR] / about[PACE] + fair.rate[KM] * UNITS * about[KM_WAYS] / 1000
    front[AT_ALL], front[RING], front[LOWEST] = ways * fair.sheet.rate[FIXED], 0.0, prices.stand[stand]
    front[LIMIT] = front[AT_BEST] - front[LOWEST]


@lean
def at_most(front: FloatArray, far: float, price: int) -> float:
    """The most that is left to the visit by an opening so many metres away at that price."""
    way = front[AT_ALL] + front[PER_METRE] * far if far > 0.0 else 0.0
    return float(front[AT_BEST] - way - price)


@lean
def away(me: FloatArray, west: float, south: float, size: float) -> float:
    """Metres to a square."""
    east, north = me[TO_EAST] - west, me[TO_NORTH] - south
    beside = max(0.0, -east, east - size)
    above = max(0.0, -north, north - size)
    return math.sqrt(beside * beside + above * above)


@lean
def keep(desk: Desk, opening: int, value: int, net: int) -> None:
    """Put an opening where it belongs among those found; what falls out or does not fit is past."""
    many = desk.tally[FULL]
    if many == len(desk.net):
        desk.tally[PAST] = max(desk.tally[PAST], min(net, desk.net[many - 1]))
        if net <= desk.net[many - 1]:
            return
        many -= 1
    at = many
    while at > 0 and desk.net[at - 1] < net:
        desk.value[at], desk.net[at], desk.opening[at] = desk.value[at - 1], desk.net[at - 1], desk.opening[at - 1]
        at -= 1
    desk.value[at], desk.net[at], desk.opening[at] = value, net, opening
    desk.tally[FULL] = many + 1


@lean
def worst_of(desk: Desk) -> int:
    """What an opening must leave to the visit to be kept."""
    if desk.tally[FULL] == len(desk.net):
        return int(max(desk.net[-1], desk.tally[ASKED]))
    return int(desk.tally[ASKED])


@lean
def is_named(fair: Fair, visit: int, worker: int) -> bool:
    """Whether the pair is looked at by name, or is not allowed."""
    for at in range(fair.named_first[visit], fair.named_first[visit + 1]):
        if fair.named[at, WHO] == worker:
            return True
    return is_banned(fair, visit, worker)


@lean
def is_banned(fair: Fair, visit: int, worker: int) -> bool:
    """Whether the pair is not allowed."""
    at, last = fair.banned_first[visit], fair.banned_first[visit + 1]
    while at < last and fair.banned[at] != worker:
        at += 1
    return bool(at < last)


@lean
def look_by_name(fair: Fair, visit: int, desk: Desk, prices: Prices) -> None:
    """All openings of those who are named in the visit."""
    for at in range(fair.named_first[visit], fair.named_first[visit + 1]):
        worker = fair.named[at, WHO]
        if is_banned(fair, visit, worker):
            continue
        for opening in range(fair.first[worker], fair.first[worker + 1]):
            value = pair_value(fair, opening, visit, fair.named[at, BONUS], fair.named[at, REGULAR])
            if value - prices.opening[opening] > desk.tally[ASKED]:
                keep(desk, opening, value, value - prices.opening[opening])


@lean
def glance(fair: Fair, me: FloatArray, at: int, ways: float) -> float:
    """The most that an opening can be worth, at its distance."""
    near = fair.near[at]
    x, y, z = near[X] - me[VX], near[Y] - me[VY], near[Z] - me[VZ]
    chord = math.sqrt(x * x + y * y + z * z)
    luck = me[USUAL] if math.isnan(near[LUCK]) else near[LUCK]
    best = me[BASE] + fair.head[at] + me[PER_LUCK] * luck
    if chord == 0.0:
        return float(best)
    return float(best - ways * (fair.sheet.rate[FIXED] + near[SLOW] * EARTH_RADIUS_M * chord))


@lean
def is_passed_by(visit: int, opening: int, mask: int) -> bool:
    """Whether the visit does not look at this opening now: each looks at some of its own, lest all want the same."""
    return mask > 0 and ((visit * 0x9E3779B1 + opening * 0x85EBCA6B) >> 13) & mask != 0


@lean
def look_into(fair: Fair, visit: int, cell: int, ways: float, desk: Desk, prices: Prices) -> None:
    """The openings in one cell."""
    first, last = fair.cell[cell], fair.cell[cell + 1]
    desk.tally[SEEN] += last - first
    for at in range(first, last):
        opening = fair.order[at]
        if is_passed_by(visit, opening, desk.tally[MASK]):
            continue
        price = prices.opening[opening]
        most = glance(fair, desk.me, at, ways) - price
        if most <= worst_of(desk):
            desk.tally[PAST] = max(desk.tally[PAST], math.ceil(max(0.0, most)))
            continue
        if is_named(fair, visit, fair.sheet.opening[opening, WORKER]):
            continue
        value = pair_value(fair, opening, visit, 0, 0)
        if value - price > desk.tally[ASKED]:
            keep(desk, opening, value, value - price)


@lean
def look_over(fair: Fair, visit: int, stand: int, block: int, desk: Desk, prices: Prices) -> None:
    """The cells of a block that could hold something."""
    about, frame, hall = fair.stand[stand], fair.frame[stand], fair.hall[fair.visit[visit, HALL]]
    side, size, front = math.sqrt(BLOCK), about[SIZE], desk.front[stand - hall]
    row, column = divmod(block, frame[WIDE])
    west, south = about[WEST] + column * side * size, about[SOUTH] + row * side * size
    price = prices.block[frame[CELLS] // BLOCK + block]
    if at_most(front, away(desk.me, west, south, side * size), price) <= worst_of(desk):
        return
    first, ways = frame[CELLS] + block * BLOCK, about[WAYS] * fair.sheet.rate[TRAVEL]
    for number in range(BLOCK):
        if fair.cell[first + number] == fair.cell[first + number + 1]:
            continue
        far = away(desk.me, west + (number % side) * size, south + (number // side) * size, size)
        if at_most(front, far, prices.cell[first + number]) > worst_of(desk):
            look_into(fair, visit, first + number, ways, desk, prices)


@lean
def look_around(fair: Fair, visit: int, stand: int, ring: int, desk: Desk, prices: Prices) -> None:
    """All blocks that are so many blocks away."""
    about, frame = fair.stand[stand], fair.frame[stand]
    size = about[SIZE] * math.sqrt(BLOCK)
    column = math.floor((desk.me[TO_EAST] - about[WEST]) / size)
    row = math.floor((desk.me[TO_NORTH] - about[SOUTH]) / size)
    for north in range(max(0, row - ring), min(frame[HIGH_UP], row + ring + 1)):
        edge = north == row - ring or north == row + ring
        step = 1 if edge or ring == 0 else 2 * ring
        for east in range(column - ring, column + ring + 1, step):
            if 0 <= east < frame[WIDE]:
                look_over(fair, visit, stand, north * frame[WIDE] + east, desk, prices)


@lean
def go_on(fair: Fair, stand: int, front: FloatArray, me: FloatArray) -> None:
    """One ring is done: the most that lies outside of it."""
    about, frame, ring = fair.stand[stand], fair.frame[stand], int(front[RING])
    size = about[SIZE] * math.sqrt(BLOCK)
    east, north = me[TO_EAST] - about[WEST], me[TO_NORTH] - about[SOUTH]
    column, row = math.floor(east / size), math.floor(north / size)
    front[RING] = ring + 1.0
    if column - ring <= 0 and row - ring <= 0 and column + ring + 1 >= frame[WIDE] and row + ring + 1 >= frame[HIGH_UP]:
        front[LIMIT] = -1.0
        return
    side = min(east - (column - ring) * size, (column + ring + 1) * size - east)
    side = min(side, north - (row - ring) * size, (row + ring + 1) * size - north)
    front[LIMIT] = at_most(front, max(0.0, side), int(front[LOWEST]))


@lean
def gather(fair: Fair, visit: int, desk: Desk, prices: Prices) -> None:
    """The best openings of a visit on the desk; `tally[PAST]`: what the best of the others could leave to it."""
    many, left = sit_down(fair, visit, desk, prices), 0.0
    look_by_name(fair, visit, desk, prices)
    while many > 0:
        number = 0
        for other in range(1, many):
            number = other if desk.front[other, LIMIT] > desk.front[number, LIMIT] else number
        front = desk.front[number]
        left = front[LIMIT]
        if left <= worst_of(desk) or desk.tally[SEEN] > PATIENCE:
            break
        stand = fair.hall[fair.visit[visit, HALL]] + number
        look_around(fair, visit, stand, int(front[RING]), desk, prices)
        go_on(fair, stand, front, desk.me)
    desk.tally[PAST] = max(desk.tally[PAST], worst_of(desk), math.ceil(max(0.0, left)))


@lean
def add(lists: Lists, visit: int, opening: int, value: int) -> None:
    """Into the visit's list, if it is not there yet and there is room."""
    many = lists.row[visit, MANY]
    if many == lists.opening.shape[1]:
        return
    for at in range(many):
        if lists.opening[visit, at] == opening:
            return
    at = many
    while at > 0 and lists.value[visit, at - 1] < value:
        lists.value[visit, at], lists.opening[visit, at] = lists.value[visit, at - 1], lists.opening[visit, at - 1]
        at -= 1
    lists.value[visit, at], lists.opening[visit, at] = value, opening
    lists.row[visit, MANY] = many + 1


@lean
def ask_for_more(lists: Lists, visit: int, prices: Prices, margin: int) -> int:
    """What an opening must leave to the visit to be of interest: hardly less than the best known one does."""
    best = 0
    for at in range(lists.row[visit, MANY]):
        best = max(best, lists.value[visit, at] - prices.opening[lists.opening[visit, at]])
    return max(0, best - margin)


@compiled
def gather_some(fair: Fair, span: IntArray, lists: Lists, desk: Desk, prices: Prices, margin: int) -> None:
    """Look for the best openings of some visits at these prices, and put them into their lists."""
    for at_turn in range(span[0], span[1]):
        visit = fair.turn[at_turn]
        desk.tally[ASKED] = ask_for_more(lists, visit, prices, margin)
        gather(fair, visit, desk, prices)
        for at in range(desk.tally[FULL]):
            add(lists, visit, desk.opening[at], desk.value[at])
        if desk.tally[MASK] > 0:
            continue
        best = ask_for_more(lists, visit, prices, 0)
        lists.row[visit, LEFT] = desk.tally[PAST]
        lists.row[visit, BEST] = max(desk.tally[PAST], best, desk.net[0] if desk.tally[FULL] else 0)
