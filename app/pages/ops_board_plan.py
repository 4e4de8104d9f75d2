"""The day's plan on the board: how near the best, and by hour where hands are short."""

from __future__ import annotations

from typing import Any

from app.formats import named
from app.pages.ops_plan_prices import short_text, strip
from app.pages.ops_plan_words import FATES, age, proven
from app.session import current_session
from dispatch.board_rows import BoardDay
from dispatch.plan_story import board_plan


def plan_line(board: BoardDay) -> dict[str, Any] | None:
    """Return the last plan of the board's day in words and cells; None when the day was not planned."""
    plan = board_plan(current_session(), board.wish.day, board.wish.zone)
    if plan is None:
        return None
    return {
        "href": f"/ops/plans/{plan.code}",
        "proven": proven(plan.gap),
        "age": age(plan),
        "fate": str(FATES.get(plan.fate, "")),
        "cells": strip(plan, board.wish.zone),
        "short": short_text(plan.prices, {area.slug: named(area.names) for area in board.areas}),
        "moves": plan.moves,
    }
