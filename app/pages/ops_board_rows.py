"""The board in words: rows for the lanes' macro, the queue, the legend, the map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.formats import hours, minutes, named
from app.pages.ops_words import home, left, reasons_text, short_home, tone
from app.words import gettext as _
from dispatch.board_rows import KINDS, Bar, BoardDay, BoardWish, Lane, Waiting

STANDARD = "standard"


def board_href(wish: BoardWish, path: str = "/ops/board", **more: str) -> str:
    """Return the board's address with its filters; ``more`` adds or replaces, empty values drop out."""
    query = {"day": wish.day.isoformat(), "zone": wish.zone, "skill": wish.skill, "kind": wish.kind, **more}
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


def lane_rows(board: BoardDay, held: tuple[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the lanes for ``ui.lanes``; ``held`` is (worker, bar) of what would be asked of somebody."""
    return [_lane(board, lane, held[1] if held and held[0] == lane.code else None) for lane in board.lanes]


def _lane(board: BoardDay, lane: Lane, held: Mapping[str, Any] | None) -> dict[str, Any]:
    bars = [_bar(board, bar) for bar in lane.bars]
    return {
        "name": lane.name,
        "hours": f"{hours(lane.work_minutes)}/{hours(lane.shift_minutes)}",
        "shifts": lane.shifts,
        "trips": [(trip.start, trip.end, trip.moving) for trip in lane.trips],
        "visits": [*bars, held] if held else bars,
        "href": f"/ops/workers/{lane.code}",
        "code": lane.code,
        "target": held is not None,
        "absent": not lane.shifts,
    }


def _bar(board: BoardDay, bar: Bar) -> dict[str, Any]:
    state = "rescue" if bar.asked and bar.kind == "stop" else bar.state
    return {
        "start": bar.start,
        "end": bar.end,
        "label": label(board, bar),
        "state": state,
        "href": board_href(board.wish, visit=bar.code),
        "code": bar.code,
        "late": _("%(n)s min late", n=bar.late) if bar.late else "",
    }


def label(board: BoardDay, one: Bar | Waiting) -> str:
    """Return what stands in a bar: the home, and the service unless it is the usual one."""
    name = named(board.services.get(one.service)) if one.service != STANDARD else ""
    return f"{short_home(one.place)} {name}".strip()


def held_bar(board: BoardDay, one: Waiting, start: datetime, end: datetime) -> dict[str, Any]:
    """Return the bar of a visit that would be asked of somebody."""
    return {"start": start, "end": end, "label": label(board, one), "state": "held", "href": "#pop", "late": ""}


def queue_rows(board: BoardDay, now: datetime, chosen: str = "") -> list[dict[str, Any]]:
    """Return the queue for ``ui.queue_row``, next to be given up first."""
    return [_waiting(board, one, now, chosen) for one in board.queue]


def _waiting(board: BoardDay, one: Waiting, now: datetime, chosen: str) -> dict[str, Any]:
    start, end = one.window
    return {
        "start": start,
        "end": end + timedelta(minutes=one.minutes),
        "place": home(one.place, unit=True),
        "what": f"{named(board.services.get(one.service))} {minutes(one.minutes)}",
        "window": (start, end),
        "why": why_waiting(one, now),
        "left": left(one.fill_by, now),
        "tone": tone(one.fill_by, now),
        "href": board_href(board.wish, visit=one.code),
        "code": one.code,
        "selected": one.code == chosen,
    }


def why_waiting(one: Waiting, now: datetime) -> str:
    """Return why a visit waits: who is being asked, else what the last round said."""
    if one.asked and one.answer_by is not None:
        minutes_left = max(0, round((one.answer_by - now).total_seconds() / 60))
        if one.asked == 1:
            return _("asking one person, answer within %(n)s min", n=minutes_left)
        return _("asking %(who)s people, first answer within %(n)s min", who=one.asked, n=minutes_left)
    return reasons_text(one.reasons) or _("the next round looks at it")


def legend(board: BoardDay) -> list[dict[str, Any]]:
    """Return the legend, which is the filter: sign, word, count, address."""
    words = {
        "maybe": _("Nobody yet"), "stop": _("Broken"), "care": _("Late"), "move": _("Moving"),
        "live": _("At work"), "set": _("Agreed"), "done": _("Done"),
    }  # fmt: skip
    wish = board.wish
    return [
        {
            "state": kind,
            "label": words[kind],
            "count": board.counts.get(kind, 0),
            "on": wish.kind == kind,
            "href": board_href(wish, kind="" if wish.kind == kind else kind),
        }
        for kind in KINDS
    ]


def map_data(board: BoardDay) -> dict[str, Any]:
    """Return what lies on the map: zones, people where they are, visits nobody has yet or that are still ahead."""
    people = [_person(lane) for lane in board.lanes]
    ahead = {bar.code: _point(board, bar) for lane in board.lanes for bar in lane.bars if bar.kind in ("set", "care")}
    waiting = {one.code: _point(board, one) for one in board.queue}
    zones = [
        {"name": named(one.names), "s": "pilot" if one.stage == "pilot" else "set", "polygon": one.polygon}
        for one in board.areas
        if board.wish.zone in ("", one.slug)
    ]
    return {"zones": zones, "points": [*people, *{**ahead, **waiting}.values()]}


def _person(lane: Lane) -> dict[str, Any]:
    """A seal where the plan has somebody; one gets to the person by the lane, where nobody hides anybody."""
    words = {"move": _("on the way"), "live": _("at work"), "care": _("late"), "set": _("free")}
    return {
        "kind": "worker", "family": lane.family_name, "lat": lane.spot.lat, "lon": lane.spot.lon,
        "s": lane.spot.kind, "label": _("%(name)s, %(doing)s (planned)", name=lane.name, doing=words[lane.spot.kind]),
    }  # fmt: skip


def _point(board: BoardDay, one: Bar | Waiting) -> dict[str, Any]:
    """A visit on the map; only those that want somebody are to be pressed, the others stand in their lanes."""
    words = {"maybe": _("nobody yet"), "stop": _("looking for a stand-in"), "care": _("late"), "set": _("agreed")}
    mark = {
        "kind": "visit", "lat": one.place.lat, "lon": one.place.lon, "s": "set" if one.kind == "care" else one.kind,
        "label": _(", ").join(word for word in (label(board, one), words.get(one.kind, "")) if word),
    }  # fmt: skip
    if one.kind in ("maybe", "stop"):
        mark |= {"code": one.code, "href": board_href(board.wish, visit=one.code)}
    return mark
