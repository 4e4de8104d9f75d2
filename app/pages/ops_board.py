"""The board: map and lanes side by side, the queue of visits nobody took, ask somebody, solve now."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, flash, jsonify, redirect, render_template
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import sessionmaker

from app import auth
from app.formats import clock, local, named
from app.house import current_now
from app.input import read, read_query
from app.output import unless_known
from app.pages.ops_board_plan import plan_line
from app.pages.ops_board_pop import Pop, pop_for
from app.pages.ops_board_rows import board_href, held_bar, lane_rows, legend, map_data, queue_rows
from app.pages.ops_words import DESK, Said, actor_because
from app.place_key import place_key
from app.registry import route
from app.session import current_session, db
from app.words import gettext as _
from catalogue.services import list_skills
from core.audit import Change, audit
from dispatch import rounds
from dispatch.asking import ask_worker
from dispatch.board import board_day, board_tag
from dispatch.board_rows import KINDS, BoardDay, BoardWish
from notices.tasks import close_tasks

bp = Blueprint("ops_board", __name__)
PATIENCE = 8.0  # seconds a person waits for a round before being told that it will come by itself


class BoardSchema(Schema):
    """Which day, what of it, which visit is looked at, whom to ask."""

    day = fields.Date(load_default=None)
    zone = fields.String(load_default="", validate=validate.Length(max=24))
    skill = fields.String(load_default="", validate=validate.Length(max=32))
    kind = fields.String(load_default="", validate=validate.OneOf(["", *KINDS]))
    visit = fields.String(load_default="", validate=validate.Length(max=24))
    worker = fields.String(load_default="", validate=validate.Length(max=24))
    at = fields.AwareDateTime(load_default=None, default_timezone=UTC)


class AskSchema(Said):
    """Whom to ask for which start."""

    worker = fields.String(required=True, validate=validate.Length(1, 24))
    start = fields.AwareDateTime(required=True)
    back = fields.String(load_default="", validate=validate.Length(max=300))


class SolveSchema(Said):
    """Where to come back to after a round."""

    back = fields.String(load_default="", validate=validate.Length(max=300))


@dataclass(frozen=True)
class _Look:
    """What one request looks at."""

    wish: BoardWish
    visit: str
    worker: str
    at: datetime | None
    now: datetime


@route(bp, "/ops", policy=DESK)
def start() -> Any:
    """The desk begins at the board."""
    return redirect("/ops/board", 303)


@route(bp, "/ops/board", policy=DESK)
def show_board() -> Any:
    """Show the board of a day, with the consequence of asking somebody when a visit is chosen."""
    look = _look()
    board = _board(look)
    pop = pop_for(board, look.visit, look.worker, look.now) if look.visit else None
    return render_template("ops/board.html", pop=pop, skills=list_skills(current_session()), **_page(board, look, pop))


@route(bp, "/ops/board/live", policy=DESK)
def show_live() -> Any:
    """Return the moving parts of the board; 304 while nothing has moved."""
    look = _look()
    tag = f"{board_tag(current_session(), look.wish, look.now)} {look.visit} {look.worker} {look.at}"
    skills = list_skills(current_session())
    return unless_known(
        tag, lambda: render_template("ops/_board_live.html", skills=skills, **_page(_board(look), look, None))
    )


@route(bp, "/ops/board/map.json", policy=DESK)
def show_map() -> Any:
    """Return what lies on the map; 304 while nothing has moved."""
    look = _look()
    tag = board_tag(current_session(), look.wish, look.now)
    answer = unless_known(f"map {tag}", lambda: jsonify(map_data(_board(look))).get_data(as_text=True))
    answer.content_type = "application/json"
    return answer


@route(bp, "/ops/board/solve", policy=DESK, methods=["POST"], audit=True)
def solve_now() -> Any:
    """Run a round over everything open, in transactions of its own; nobody waits longer than a few seconds."""
    wish = read(SolveSchema)
    actor, now = actor_because(wish["reason"]), current_now()
    audit(current_session(), actor, "solve_now", "round", now, Change(wish["reason"]))
    found: list[str | None] = []
    work = threading.Thread(target=_solve, args=(sessionmaker(db.engine), now, found), daemon=True)
    work.start()
    work.join(PATIENCE)
    if work.is_alive():
        flash(_("The round is still thinking; its offers appear here by themselves."), "care")
    elif not found:
        flash(_("The round could not be solved. The next one tries again by itself."), "error")
    else:
        flash(
            _("Nothing is open.") if found[0] is None else _("The round is done; the queue shows what is left."), "done"
        )
    return redirect(_back(wish["back"]), 303)


def _solve(factory: Any, now: datetime, found: list[str | None]) -> None:
    tick = f"manual-{now:%m%dT%H%M%S.%f}"
    found.append(rounds.run_round(factory, rounds.EVENING, tick, now))


@route(bp, "/ops/board/visits/<code>/ask", policy=DESK, methods=["POST"], audit=True)
def ask(code: str) -> Any:
    """Ask one worker by hand; nothing changes before they agree."""
    wish = read(AskSchema)
    now = current_now()
    offer = ask_worker(
        current_session(), actor_because(wish["reason"]), code, wish["worker"], wish["start"].astimezone(UTC), now
    )
    close_tasks(current_session(), "fill_visit", code, "asked by hand", now)
    text = _("%(name)s is being asked for %(time)s; the answer is due by %(until)s.",
             name=offer.worker.name, time=clock(offer.starts_at), until=clock(offer.expires_at))  # fmt: skip
    flash(text, "done")
    return redirect(_back(wish["back"]), 303)


def _look() -> _Look:
    wish = read_query(BoardSchema)
    now = current_now()
    day: date = wish["day"] or local(now).date()
    return _Look(
        BoardWish(day, wish["zone"], wish["skill"], wish["kind"]), wish["visit"], wish["worker"], wish["at"], now
    )


def _board(look: _Look) -> BoardDay:
    return board_day(current_session(), auth.current_actor(), look.wish, look.now, place_key())


def _page(board: BoardDay, look: _Look, pop: Pop | None) -> dict[str, Any]:
    held = _held(board, look, pop)
    today = local(look.now).date()
    at = {"visit": look.visit, "worker": held[0], "at": held[2]} if held else {"visit": look.visit}
    return {
        "board": board,
        "wish": board.wish,
        "lanes": lane_rows(board, (held[0], held[1]) if held else None),
        "queue": queue_rows(board, look.now, look.visit),
        "legend": legend(board),
        "round": board.last_round,
        "round_age": _age(board, look.now),
        "shown_now": look.now if board.wish.day == today else None,
        "here": board_href(board.wish, visit=look.visit),
        "live": board_href(board.wish, "/ops/board/live", **at),
        "map_src": board_href(board.wish, "/ops/board/map.json"),
        "before": board_href(_moved(board.wish, -1)),
        "after": board_href(_moved(board.wish, 1)),
        "today": board_href(_moved(board.wish, (today - board.wish.day).days)),
        "zones": [(area.slug, named(area.names)) for area in board.areas],
        "chosen": look.visit,
        "plan": plan_line(board),
    }


def _moved(wish: BoardWish, days: int) -> BoardWish:
    return BoardWish(wish.day + timedelta(days=days), wish.zone, wish.skill, wish.kind)


def _held(board: BoardDay, look: _Look, pop: Pop | None) -> tuple[str, dict[str, Any], str] | None:
    """Whom the chosen visit would go to, its bar, and the start as text; the live part gets it from the address."""
    waiting = next((one for one in board.queue if one.code == look.visit), None)
    worker, start = look.worker, look.at
    if pop is not None and pop.able is not None:
        worker, start = pop.able.code, pop.able.start
    if waiting is None or not worker or start is None:
        return None
    if any(one.code == look.visit and one.asked for lane in board.lanes if lane.code == worker for one in lane.bars):
        return None
    end = start + timedelta(minutes=waiting.minutes)
    return worker, held_bar(board, waiting, start, end), start.isoformat()


def _age(board: BoardDay, now: datetime) -> str:
    if board.last_round is None:
        return ""
    seconds = max(0, int((now - board.last_round.finished_at).total_seconds()))
    if seconds < 120:
        return _("%(n)s s ago", n=seconds)
    return _("%(n)s min ago", n=seconds // 60) if seconds < 7200 else _("%(n)s h ago", n=seconds // 3600)


def _back(text: str) -> str:
    """Only back to the board itself, without the chosen visit."""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path != "/ops/board":
        return "/ops/board"
    kept = {k: v for k, v in parse_qsl(parts.query) if k in {"day", "zone", "skill", "kind"}}
    from urllib.parse import urlencode

    return f"/ops/board?{urlencode(kept)}" if kept else "/ops/board"
