"""What one worker more would earn, in the desk's words: by neighbourhood and hour, as table, map and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.formats import money, named
from app.words import gettext as _
from app.words import lazy_gettext
from dispatch.plan_story import BoardPlan
from places.models import Zone

Prices = Mapping[str, Mapping[str, int]]
HOURS: Final = range(7, 21)
SCARCE: Final = (100, 2500, 5000)
"""From which price (fen an hour) an hour is told as a little short, short, very short."""

LEVELS: Final = (
    lazy_gettext("enough hands"), lazy_gettext("a little short"), lazy_gettext("short"), lazy_gettext("very short"),
)  # fmt: skip


def level(fen: int) -> int:
    """Return how short hands are at a price: 0 to 3."""
    return sum(fen >= least for least in SCARCE)


def price_rows(prices: Prices, zones: Sequence[Zone]) -> list[dict[str, Any]]:
    """Return the table: a row per zone with a cell per hour, zones without any shortage too."""
    return [
        {"name": named(zone.names), "cells": [_cell(hour, prices.get(zone.slug, {})) for hour in HOURS]}
        for zone in zones
    ]


def _cell(hour: int, cells: Mapping[str, int]) -> dict[str, Any]:
    fen = int(cells.get(str(hour), 0))
    at = level(fen)
    return {"hour": hour, "price": _round(fen) if at else "", "level": at, "word": str(LEVELS[at])}


def _round(fen: int) -> str:
    """Whole yuan: nobody decides anything by a fen."""
    return money(round(fen / 100) * 100)


def dearest_hour(prices: Prices, asked: int | None) -> int | None:
    """Return the hour to look at: the one asked for, else the one in which hands are shortest; None where enough."""
    worst = {hour: max((cells.get(str(hour), 0) for cells in prices.values()), default=0) for hour in HOURS}
    if asked in worst:
        return asked
    hour = max(HOURS, key=lambda one: worst[one])
    return hour if level(worst[hour]) else None


def price_map(prices: Prices, zones: Sequence[Zone], hour: int) -> dict[str, Any]:
    """Return the map of one hour: the borders of the neighbourhoods, with the price where hands are short."""
    cells = [(zone, _cell(hour, prices.get(zone.slug, {}))) for zone in zones]
    return {
        "zones": [
            {"name": f"{named(zone.names)} {cell['price']}".strip(), "s": f"h{cell['level']}", "polygon": zone.polygon}
            for zone, cell in cells
        ]
    }


def strip(plan: BoardPlan, zone: str) -> list[dict[str, Any]]:
    """Return the hours of a day as one row: the shortest zone counts, or the one that is looked at."""
    seen = [cells for slug, cells in plan.prices.items() if zone in ("", slug)]
    worst = {str(hour): max((cells.get(str(hour), 0) for cells in seen), default=0) for hour in HOURS}
    return [_cell(hour, worst) for hour in HOURS]


def short_text(prices: Prices, zones: Mapping[str, str]) -> str:
    """Where, when, how much at most, the worst first: ``Liuan 11–13 (up to ¥60 an hour)``; empty when nowhere."""
    told = []
    for slug, cells in sorted(prices.items(), key=lambda one: -max(one[1].values(), default=0)):
        hours = sorted(int(hour) for hour, fen in cells.items() if level(fen))
        if hours:
            spans = _(", ").join(f"{first}–{last + 1}" for first, last in _runs(hours))
            most = _round(max(cells.values()))
            text = _("%(zone)s %(hours)s (up to %(sum)s an hour)", zone=zones.get(slug, slug), hours=spans, sum=most)
            told.append(text)
    return _("; ").join(told[:3])


def _runs(hours: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for hour in hours:
        if runs and runs[-1][1] == hour - 1:
            runs[-1] = (runs[-1][0], hour)
        else:
            runs.append((hour, hour))
    return runs
