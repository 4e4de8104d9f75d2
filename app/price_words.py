"""The lines of a price in words, each with its reason, and what cancelling costs, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.formats import hours, minutes, money, named
from app.words import gettext as _
from dispatch.cancelling import step_fee
from dispatch.policy import CancelPolicy

Names = Mapping[str, Any]


def price_rows(lines: Iterable[Mapping[str, Any]], service: Names, zone: Names | None = None) -> list[dict[str, Any]]:
    """Return the rows for ``ui.lines``: label, why, amount in fen. ``service`` and ``zone`` are names by language."""
    return [_row(line, service, zone) for line in lines]


def _row(line: Mapping[str, Any], service: Names, zone: Names | None) -> dict[str, Any]:
    kind, fen, params = line["kind"], int(line["fen"]), line.get("params", {})
    if kind == "base":
        return {"label": f"{named(service)} {minutes(params['minutes'])}", "why": _rate(params), "amount": fen}
    if kind == "extra":
        label, _comma, why = named(params).partition("，" if "，" in named(params) else ":")
        return {"label": label, "why": _("%(why)s; for the worker", why=_capital(why.strip()) or label), "amount": fen}
    if kind == "subsidy":
        place = named(zone) or _("your neighbourhood")
        why = _("Opening offer in %(place)s; the worker gets the full price all the same", place=place)
        return {"label": _("A neighbour's first visit"), "why": why, "amount": fen, "tone": "better"}
    if kind == "redo":
        return {"label": _("Done again for free"), "why": _("The worker is paid in full; we pay"), "amount": fen}
    return {"label": kind, "why": "", "amount": fen}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rate(params: Mapping[str, Any]) -> str:
    if "fen_per_hour" not in params:
        return _("all of it for the worker")
    rate, length = money(params["fen_per_hour"]), hours(params["minutes"])
    return _("%(rate)s × %(hours)s h, all of it for the worker", rate=rate, hours=length)


@dataclass(frozen=True)
class Rung:
    """A step of the ladder: until when (None: to the end) cancelling costs this much."""

    until: datetime | None
    fen: int


def ladder(worker_fen: int, length: int, start: datetime, opened: datetime, policy: CancelPolicy) -> list[Rung]:
    """Return what cancelling will cost a customer who has a worker, from now to the start, in order of time."""
    regret = opened + timedelta(minutes=policy.regret_minutes)
    free = max(start - timedelta(hours=policy.free_hours), regret)
    near = start - timedelta(hours=policy.near_hours)
    rungs = [Rung(free, 0)]
    if near > free:
        rungs.append(Rung(near, step_fee(worker_fen, length, policy, near=False)))
    return [*rungs, Rung(None, step_fee(worker_fen, length, policy, near=True))]
