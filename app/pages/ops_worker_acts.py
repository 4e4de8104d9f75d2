"""What the desk may do about a worker: one table of acts with consequence, fields and verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app.identity_key import identity_hash
from app.pages.ops_words import Said
from app.words import lazy_gettext
from core.actors import Actor, Role
from core.errors import InvalidInput
from recruiting.rubric import RUBRIC
from workers.applications import (
    activate_worker,
    check_identity,
    confirm_interview,
    hand_in_documents,
    record_interview,
    reject_worker,
    sign_practice,
    start_trial,
    withdraw,
)
from workers.careers import clear_safety_hold, dismiss, improve, leave, pause, reinstate, restrict, resume, suspend
from workers.models import Worker
from workers.schemas import REASON_CODES, HandIn, IdentityCheck, Interview, Paper, Practice, Restriction, Verdict
from workers.states import WORKER_MOVES, WorkerMove, WorkerState

Given = Mapping[str, Any]
Do = Callable[[Session, Actor, str, Given, datetime], object]
REASON_WORDS = {
    "not_suited": lazy_gettext("not suited"), "screening_failed": lazy_gettext("screening not passed"),
    "trial_failed": lazy_gettext("trial not passed"), "papers_missing": lazy_gettext("papers missing"),
    "papers_false": lazy_gettext("false papers"), "no_show": lazy_gettext("did not come"),
    "quality": lazy_gettext("quality"), "safety": lazy_gettext("safety"), "conduct": lazy_gettext("conduct"),
    "other": lazy_gettext("another reason"),
}  # fmt: skip


class WorkerActSchema(Said):
    """The reason, and whatever an act asks for besides."""

    reason_code = fields.String(load_default="", validate=validate.OneOf(["", *REASON_CODES]))
    evidence = fields.String(load_default="", validate=validate.Length(max=300))
    days = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 730))
    number = fields.String(load_default="", validate=validate.Length(max=40))
    health_until = fields.Date(load_default=None, allow_none=True)
    insured_until = fields.Date(load_default=None, allow_none=True)
    skills = fields.List(fields.String(validate=validate.Length(1, 32)), load_default=list)
    marks = fields.List(fields.Integer(validate=validate.Range(0, 3)), load_default=list)


@dataclass(frozen=True)
class WorkerAct:
    """One act; ``asks`` names the fields of its form besides the reason."""

    name: str
    move: WorkerMove
    label: Any
    effect: Any
    do: Do
    asks: tuple[str, ...] = ()
    kind: str = ""


def _verdict(said: Given) -> Verdict:
    if not said["reason_code"]:
        raise InvalidInput({"reason_code": ["required"]})
    codes = tuple(one.upper() for one in said["evidence"].replace(",", " ").split())
    return Verdict(said["reason_code"], said["reason"], codes, said["days"])


def _restriction(said: Given) -> Restriction:
    verdict = _verdict(said)
    if not said["days"]:
        raise InvalidInput({"days": ["required"]})
    return Restriction(verdict.reason_code, verdict.reason, said["days"], tuple(said["skills"]))


def _check(session: Session, actor: Actor, code: str, said: Given, now: datetime) -> object:
    missing = {name: ["required"] for name in ("number", "health_until", "insured_until") if not said[name]}
    if missing:
        raise InvalidInput(missing)
    seen = IdentityCheck(identity_hash(said["number"]), said["health_until"], said["insured_until"], said["reason"])
    return check_identity(session, actor, code, seen, now)


def _interview(session: Session, actor: Actor, code: str, said: Given, now: datetime) -> object:
    if len(said["marks"]) != len(RUBRIC):
        raise InvalidInput({"marks": ["incomplete"]})
    items = {item.code: mark for item, mark in zip(RUBRIC, said["marks"], strict=True)}
    return record_interview(session, actor, code, Interview(items, reason=said["reason"]), now)


def _practice(session: Session, actor: Actor, code: str, said: Given, now: datetime) -> object:
    if not said["skills"]:
        raise InvalidInput({"skills": ["required"]})
    return sign_practice(session, actor, code, Practice(tuple(said["skills"]), said["reason"]), now)


def _papers(session: Session, actor: Actor, code: str, said: Given, now: datetime) -> object:
    brought = (Paper("identity", reason=said["reason"]), Paper("health", reason=said["reason"]))
    return hand_in_documents(session, actor, code, HandIn(brought), now)


_M = WorkerMove
_VERDICT = ("reason_code",)
ACTS = (
    WorkerAct(
        "papers",
        _M.HAND_IN,
        lazy_gettext("Has brought ID and health card"),
        lazy_gettext("They are looked at next."),
        _papers,
    ),
    WorkerAct(
        "identity",
        _M.CHECK_IDENTITY,
        lazy_gettext("Papers seen and right"),
        lazy_gettext("Only a keyed hash of the number is kept; one identity is one worker for life."),
        _check,
        ("number", "health_until", "insured_until"),
    ),
    WorkerAct(
        "confirm",
        _M.INTERVIEW,
        lazy_gettext("Confirm the recruiter’s sheet"),
        lazy_gettext("Not by who filled it in, nor by who earns by it."),
        lambda s, a, c, g, now: confirm_interview(s, a, c, g["reason"], now),
    ),
    WorkerAct(
        "interview",
        _M.INTERVIEW,
        lazy_gettext("Fill in a sheet here"),
        lazy_gettext("Ten points, 0 to 3; enough is 55 % with no 0."),
        _interview,
        ("marks",),
    ),
    WorkerAct(
        "practice",
        _M.TRAIN,
        lazy_gettext("Sign the practice"),
        lazy_gettext("The skills you have seen done; the quiz opens."),
        _practice,
        ("skills",),
    ),
    WorkerAct(
        "trial",
        _M.START_TRIAL,
        lazy_gettext("Begin the trial"),
        lazy_gettext("Three paid visits; from here the matcher sees them."),
        lambda s, a, c, g, now: start_trial(s, a, c, g["reason"], now),
    ),
    WorkerAct(
        "activate",
        _M.ACTIVATE,
        lazy_gettext("Accept"),
        lazy_gettext("Full member; the recruiter’s first milestone opens."),
        lambda s, a, c, g, now: activate_worker(s, a, c, g["reason"], now),
    ),
    WorkerAct(
        "pause",
        _M.PAUSE,
        lazy_gettext("Pause, as they wish"),
        lazy_gettext("No new visits until they are back."),
        lambda s, a, c, g, now: pause(s, a, c, now, g["reason"]),
    ),
    WorkerAct(
        "resume",
        _M.RESUME,
        lazy_gettext("Back to full work"),
        lazy_gettext("The matcher sees them again."),
        lambda s, a, c, g, now: resume(s, a, c, now, g["reason"]),
    ),
    WorkerAct(
        "improve",
        _M.IMPROVE,
        lazy_gettext("Give a coach"),
        lazy_gettext("Thirty days with a coach; visits go on."),
        lambda s, a, c, g, now: improve(s, a, c, g["reason"], now),
    ),
    WorkerAct(
        "restrict",
        _M.RESTRICT,
        lazy_gettext("Restrict for some days"),
        lazy_gettext("Without the chosen skills for so many days; ends by itself."),
        lambda s, a, c, g, now: restrict(s, a, c, _restriction(g), now),
        ("reason_code", "days", "skills"),
        "stop",
    ),
    WorkerAct(
        "suspend",
        _M.SUSPEND,
        lazy_gettext("Suspend"),
        lazy_gettext("No more visits; another lead settles it, and money earned is paid."),
        lambda s, a, c, g, now: suspend(s, a, c, _verdict(g), now),
        ("reason_code", "evidence"),
        "stop",
    ),
    WorkerAct(
        "reinstate",
        _M.REINSTATE,
        lazy_gettext("Reinstate"),
        lazy_gettext("Full work again; not by who suspended."),
        lambda s, a, c, g, now: reinstate(s, a, c, _verdict(g), now),
        _VERDICT,
    ),
    WorkerAct(
        "dismiss",
        _M.DISMISS,
        lazy_gettext("Dismiss"),
        lazy_gettext("Ends for good, in writing; not by who suspended."),
        lambda s, a, c, g, now: dismiss(s, a, c, _verdict(g), now),
        _VERDICT,
        "stop",
    ),
    WorkerAct(
        "leave",
        _M.LEAVE,
        lazy_gettext("Leaves by own choice"),
        lazy_gettext("Money earned is paid; coming back is welcome."),
        lambda s, a, c, g, now: leave(s, a, c, now, g["reason"]),
        (),
        "stop",
    ),
    WorkerAct(
        "reject",
        _M.REJECT,
        lazy_gettext("Do not accept"),
        lazy_gettext("They are told why, and from when they may apply again."),
        lambda s, a, c, g, now: reject_worker(s, a, c, _verdict(g), now),
        ("reason_code", "days"),
        "stop",
    ),
    WorkerAct(
        "withdraw",
        _M.WITHDRAW,
        lazy_gettext("Take the application back for them"),
        lazy_gettext("They may apply again at any time."),
        lambda s, a, c, g, now: withdraw(s, a, c, now, g["reason"]),
    ),
)
CLEAR = WorkerAct(
    "clear",
    _M.RESUME,
    lazy_gettext("Lift the safety hold"),
    lazy_gettext("A lead has looked and found nothing to suspend for."),
    lambda s, a, c, g, now: clear_safety_hold(s, a, c, g["reason"], now),
)
BY_NAME = {act.name: act for act in (*ACTS, CLEAR)}


def open_acts(worker: Worker, actor: Actor) -> list[WorkerAct]:
    """Return what may be done about a worker now, by this person."""
    moves = WORKER_MOVES.moves(WorkerState(worker.state), actor)
    sheet = worker.case.screening_sheet or {}
    found = [act for act in ACTS if act.move in moves and (act.name != "confirm" or sheet.get("passed"))]
    held = worker.standing is not None and "safety" in worker.standing.holds
    return [CLEAR, *found] if held and actor.role is Role.OPS_LEAD else found
