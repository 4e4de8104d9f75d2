"""Prices: lines that add up. The rate and the extras go to the worker whole; a subsidy is paid by the company."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalogue.facts import HOME_FACTS
from catalogue.models import Service
from core.errors import InvalidInput
from core.policies import read_policy
from money.accounts import SUBSIDY_POOL
from money.ledger import owed
from money.policy import PricePolicy

SUBSIDY = "subsidy"


@dataclass(frozen=True)
class PriceLine:
    """One line of a price. ``kind`` is a code (``base``, ``extra``, ``subsidy``), ``params`` explain it; no prose."""

    kind: str
    fen: int
    params: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the line as it is frozen on quotes and visits."""
        return {"kind": self.kind, "fen": self.fen, "params": self.params}


@dataclass(frozen=True)
class Priced:
    """A price: the lines sum to ``total_fen``, what the customer pays; ``worker_fen`` is what reaches the worker."""

    lines: tuple[PriceLine, ...]
    total_fen: int
    worker_fen: int
    policy_version: int

    @property
    def subsidy_fen(self) -> int:
        """What the company pays of the worker's price."""
        return self.worker_fen - self.total_fen


def price(session: Session, service: Service, minutes: int, facts: Collection[str], zone: str, now: datetime) -> Priced:
    """Return the full price of a visit: rate × minutes, and the extras the home's facts ask for.

    ``InvalidInput`` on ``minutes`` (``too_short``, ``too_long``, ``not_in_steps``) and ``facts`` (``unknown_fact``).
    """
    _check(service, minutes, facts)
    base = (service.fen_per_hour * minutes + 30) // 60
    lines = [
        PriceLine("base", base, {"minutes": minutes, "fen_per_hour": service.fen_per_hour, "service": service.slug})
    ]
    lines += [
        PriceLine("extra", int(extra["fen"]), {"fact": extra["fact"], "zh": extra["zh"], "en": extra["en"]})
        for extra in service.extras
        if extra["fact"] in facts
    ]
    total = sum(line.fen for line in lines)
    return Priced(tuple(lines), total, total, read_policy(session, PricePolicy, now, zone).version)


def with_first_order(session: Session, priced: Priced, zone: str, now: datetime) -> Priced:
    """Return the price of a neighbour's first order: less the zone's subsidy while its pool can pay all of it."""
    policy = read_policy(session, PricePolicy, now, zone)
    fen = policy.first_order_fen
    if priced.subsidy_fen or not 0 < fen < priced.total_fen or priced.total_fen < policy.first_order_from_fen:
        return priced
    if owed(session, SUBSIDY_POOL, zone) < fen:
        return priced
    line = PriceLine(SUBSIDY, -fen, {"why": "first_order", "zone": zone})
    return replace(priced, lines=(*priced.lines, line), total_fen=priced.total_fen - fen)


def at_full_price(priced: Priced) -> Priced:
    """Return the price without subsidy: what the job costs when the pool has run dry."""
    kept = tuple(line for line in priced.lines if line.kind != SUBSIDY)
    return replace(priced, lines=kept, total_fen=priced.worker_fen)


def _check(service: Service, minutes: int, facts: Collection[str]) -> None:
    wrong: dict[str, list[str]] = {}
    if minutes < service.min_minutes:
        wrong["minutes"] = ["too_short"]
    elif minutes > service.max_minutes:
        wrong["minutes"] = ["too_long"]
    elif minutes % service.step_minutes:
        wrong["minutes"] = ["not_in_steps"]
    if not set(facts) <= set(HOME_FACTS):
        wrong["facts"] = ["unknown_fact"]
    if wrong:
        raise InvalidInput(wrong)
