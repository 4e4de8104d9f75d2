"""Exceptions: everything that waits for staff, the next deadline first, one suggestion each, done with one key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import Schema, fields, validate

from accounts.people import names_of
from app import auth
from app.context import nav_counts
from app.formats import clock, day, minutes, short_day
from app.house import current_now
from app.input import read, read_query
from app.output import UNTRIED, refused, see_other
from app.pages.ops_event_words import fact_steps
from app.pages.ops_owner_words import owner_names
from app.pages.ops_remedies import THINK, Chosen, Known, Row, carry_out, row_of
from app.pages.ops_words import DESK, HOUSE, Said, actor_because
from app.place_key import place_key
from app.registry import route
from app.session import current_session
from app.words import gettext as _
from catalogue.services import list_services
from core.actors import Actor
from core.errors import DomainError
from core.events import timeline
from dispatch.visit_file import visits_by_code
from disputes.queries import count_waiting, list_cases
from notices.models import StaffTask
from notices.tasks import count_open, finish_task, get_task, open_tasks, roles_served
from places.shown import Viewer
from workers.names import worker_names
from workers.queries import stage_counts

bp = Blueprint("ops_exceptions", __name__)
_VETTING = ("applied", "documents", "identity_checked", "interviewed", "training", "quiz_passed", "trial")


class InboxSchema(Schema):
    """Which task is looked at, and of what kind of thing the list is."""

    task = fields.String(load_default="", validate=validate.Length(max=24))
    of = fields.String(load_default="", validate=validate.OneOf(["", "V", "W", "D"]))


class DoSchema(Said):
    """The suggestion that was agreed to: the act, and whom to ask for which start."""

    act = fields.String(required=True, validate=validate.Length(1, 24))
    worker = fields.String(load_default="", validate=validate.Length(max=24))
    start = fields.AwareDateTime(load_default=None, allow_none=True, default_timezone=None)


@nav_counts
def desk_counts(actor: Actor) -> dict[str, int]:
    """Count what waits for the desk, for its tabs."""
    if not actor.is_staff:
        return {}
    session = current_session()
    waiting = {"exceptions": count_open(session, roles_served(actor.role))}
    if not actor.is_ops:
        return waiting
    stages = stage_counts(session, actor)
    return {
        **waiting,
        "disputes": count_waiting(session),
        "vetting": sum(stages[one] for one in _VETTING[:-1]),
    }


@route(bp, "/ops/exceptions", policy=HOUSE)
def show_inbox() -> Any:
    """Show the inbox, the chosen task beside it."""
    return render_template("ops/exceptions.html", **_page())


@route(bp, "/ops/exceptions/<code>/do", policy=DESK, methods=["POST"], audit=True)
def do(code: str) -> Any:
    """Do what is suggested for a task."""
    try:
        said = read(DoSchema)
        actor, start = actor_because(said["reason"]), said["start"]
        chosen = Chosen(said["act"], said["worker"], start and start.astimezone(UTC))
        carry_out(current_session(), actor, get_task(current_session(), actor, code), chosen, current_now())
    except DomainError as error:
        return refused("ops/exceptions.html", error, lambda: _page(code), f"{code}/do")
    flash(_("Done: %(what)s.", what=said["reason"]), "done")
    return see_other("ops_exceptions.show_inbox")


@route(bp, "/ops/exceptions/<code>/close", policy=HOUSE, methods=["POST"], audit=True)
def close(code: str) -> Any:
    """Finish a task another way, with what came of it."""
    try:
        reason = read(Said)["reason"]
        finish_task(current_session(), actor_because(reason), code, reason, current_now())
    except DomainError as error:
        return refused("ops/exceptions.html", error, lambda: _page(code), f"{code}/close")
    flash(_("Finished."), "done")
    return see_other("ops_exceptions.show_inbox")


def _page(chosen: str = "") -> dict[str, Any]:
    asked = read_query(InboxSchema)
    session, actor, now = current_session(), auth.current_actor(), current_now()
    tasks = open_tasks(session, roles_served(actor.role))
    shown = [task for task in tasks if task.about.startswith(f"{asked['of']}-") or not asked["of"]]
    wanted = chosen or asked["task"]
    place = next((n for n, task in enumerate(shown) if task.code == wanted), 0)
    rows = _rows(shown, now, think=THINK, chosen=place)
    return {
        "rows": [
            (row, due_text(row.task.due_at, now), _loud(row.task.due_at, now), n == place) for n, row in enumerate(rows)
        ],
        "on": place if rows else None,
        "chosen": _beside(rows[place], now) if rows else None,
        "count": len(tasks),
        "of": asked["of"],
        **UNTRIED,
    }


def _rows(tasks: list[StaffTask], now: datetime, *, think: int, chosen: int = 0) -> list[Row]:
    """The tasks with their suggestions; looking for people is done for the first few and the chosen one."""
    session, actor = current_session(), auth.current_actor()
    visits = visits_by_code(session, {task.about for task in tasks if task.about.startswith("V-")})
    known = Known(
        visits=visits,
        workers=worker_names(session, {task.about for task in tasks}),
        people=names_of(session, {visit.customer for visit in visits.values()}),
        cases={case.code: case for case in list_cases(session, actor, "all").rows} if actor.is_ops else {},
        owners=owner_names(session, {str(task.params.get("budget", "")) for task in tasks}),
        services={one.slug: one.names for one in list_services(session)},
        viewer=Viewer(actor, now),
        key=place_key(),
    )
    fills = [n for n, task in enumerate(tasks) if task.kind == "fill_visit"][:think]
    return [row_of(session, task, known, think=n in fills or n == chosen) for n, task in enumerate(tasks)]


def _beside(row: Row, now: datetime) -> dict[str, Any]:
    """What stands beside the list for the chosen task: time left, the story, who could come."""
    facts = timeline(current_session(), row.task.about)
    workers = worker_names(current_session(), {str(one.payload.get("worker_code", "")) for one in facts})
    people = names_of(current_session(), {one.actor_code for one in facts} - {""})
    left = max(0, int((row.task.due_at - now).total_seconds()))
    steps = fact_steps(facts[-6:], {**workers, **people})
    return {
        "row": row,
        "left": left,
        "total": max(left, int((row.task.due_at - row.task.created_at).total_seconds()), 1),
        "due": f"{short_day(row.task.due_at)} {clock(row.task.due_at)}",
        "steps": [*steps, *_now_and_due(row, now)],
    }


def _now_and_due(row: Row, now: datetime) -> list[dict[str, Any]]:
    """Return now and the deadline for ``ui.timeline``, whichever is first first."""
    due, over = row.task.due_at, row.task.due_at < now
    here = {"at": "now", "title": clock(now), "text": row.evidence}
    end = {"at": "stop" if over else "next", "title": _("the deadline"), "time": f"{short_day(due)} {clock(due)}"}
    return [end, here] if over else [here, end]


def due_text(due: datetime, now: datetime) -> str:
    """Return how long there is: minutes, hours, else the day and the time; or that it is over."""
    left = int((due - now).total_seconds() // 60)
    if left < 0:
        return _("over for %(n)s", n=minutes(min(-left, 5999))) if left > -1440 else _("over since %(d)s", d=day(due))
    return minutes(left) if left < 360 else f"{short_day(due)} {clock(due)}"


def _loud(due: datetime, now: datetime) -> str:
    left = (due - now).total_seconds() / 60
    return "broke" if left < 15 else "worse" if left < 60 else "muted"
