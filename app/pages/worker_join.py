"""Becoming a worker: what it is, the application, the way through vetting, the papers, the quiz, an appeal."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from accounts.sessions import switch_role
from app import auth
from app.house import current_now, wall_now
from app.input import read, read_query
from app.pages.worker_common import OWN, again, me, page
from app.registry import PUBLIC, Policy, route
from app.session import current_session
from app.words import gettext as _
from core.actors import Role
from core.errors import Conflict, InvalidInput
from core.policies import read_policy
from places.zones import get_compound, list_compounds, list_zones
from workers.applications import hand_in_documents, take_quiz, withdraw
from workers.careers import appeal_suspension
from workers.entrance import apply_as_worker
from workers.joining import join_story
from workers.policy import VettingPolicy
from workers.quiz import QUIZ
from workers.schemas import Application, HandIn, Paper, QuizAnswers
from workers.states import VETTING, WorkerState
from workers.workers import get_worker, own_worker

bp = Blueprint("worker_join", __name__)
APPLICANT = Policy({Role.CUSTOMER, Role.WORKER, Role.RECRUITER}, "own account")
_TEXT = validate.Length(max=500)
_RECRUITER = re.compile(r"^$|^\s*[RS]-[0-9A-HJKMNP-TV-Z]{4,20}\s*$", re.IGNORECASE)


class CodeSchema(Schema):
    """The code of whoever told one about us."""

    r = fields.String(load_default="", validate=validate.Length(max=24))


class ApplySchema(Schema):
    """What somebody says of themselves; home is named by the compound or village one lives in or near."""

    name = fields.String(required=True, validate=validate.Length(1, 40))
    gender = fields.String(load_default="", validate=validate.OneOf(["", "f", "m"]))
    near = fields.String(required=True, validate=validate.Length(1, 40))
    zones = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    skills = fields.List(fields.String(), load_default=list)
    languages = fields.List(fields.String(), load_default=list)
    travel_mode = fields.String(load_default="ebike", validate=validate.OneOf(["ebike", "bus", "walk"]))
    recruiter_code = fields.String(load_default="", validate=validate.Regexp(_RECRUITER, error="not_a_code"))
    about = fields.String(load_default="", validate=_TEXT)
    consent = fields.String(required=True, validate=validate.Length(1, 16))


class PapersSchema(Schema):
    """Which papers one has at hand, and the last good day of the health certificate."""

    identity = fields.Boolean(required=True)
    health = fields.Boolean(required=True)
    health_until = fields.Date(required=True)


class WordsSchema(Schema):
    """One's own words."""

    words = fields.String(required=True, validate=validate.Length(1, 2000))


QuizSchema = Schema.from_dict({one.code: fields.String(load_default="") for one in QUIZ}, name="QuizSchema")


@route(bp, "/join", policy=PUBLIC)
def invite() -> Any:
    """Say what it is like to work with us; public."""
    actor = auth.current_actor()
    if actor.role is Role.WORKER:
        return redirect("/worker/join", 303)
    return page("join", code=read_query(CodeSchema)["r"], signed_in=actor.role is not Role.ANONYMOUS)


@route(bp, "/join/apply", policy=APPLICANT)
def may_apply() -> Any:
    """Show the application to somebody who has proved their phone."""
    session = current_session()
    worker = own_worker(session, me())
    if worker is not None and WorkerState(worker.state) in VETTING:
        return _as_worker(session)
    return page("apply", **_apply_facts(session), values={"recruiter_code": read_query(CodeSchema)["r"]})


def _apply_facts(session: Session) -> dict[str, Any]:
    found = sorted(list_compounds(session), key=lambda one: (one.zone_id, one.slug))
    homes = [list(rows) for _zone, rows in groupby(found, key=lambda one: one.zone_id)]
    return {"zones": list_zones(session), "homes": homes, "consent": read_policy(session, VettingPolicy, current_now())}


@route(bp, "/join/apply", policy=APPLICANT, methods=["POST"])
def apply() -> Any:
    """Open the case, and go on in the role of a worker."""
    session = current_session()
    try:
        given = read(ApplySchema)
        apply_as_worker(session, me(), _application(session, given), current_now())
    except (InvalidInput, Conflict) as error:
        session.rollback()
        values = {**request.form.to_dict(), "lists": request.form.to_dict(flat=False)}
        return again(error, "apply", values, **_apply_facts(session))
    return _as_worker(session)


def _application(session: Session, given: dict[str, Any]) -> Application:
    home = get_compound(session, given["near"])
    return Application(
        name=given["name"].strip(), zones=tuple(given["zones"]), lat=home.lat, lon=home.lon,
        consent_version=given["consent"], gender=given["gender"], languages=tuple(given["languages"]),
        skills=tuple(given["skills"]), travel_mode=given["travel_mode"],
        recruiter_code=given["recruiter_code"].strip().upper(), about=given["about"].strip(),
    )  # fmt: skip


def _as_worker(session: Session) -> Any:
    """Switch this browser to the worker's role and show how far one is."""
    web = auth.identify().web
    if web is not None and me().role is not Role.WORKER:
        session.flush()
        auth.remember_token(switch_role(session, web, Role.WORKER, wall_now()))
    return redirect("/worker/join", 303)


@route(bp, "/worker/join", policy=OWN)
def progress() -> Any:
    """Show how far one is, what is missing and what to do next."""
    return page("progress", **_progress())


def _progress() -> dict[str, Any]:
    session, now = current_session(), current_now()
    worker = get_worker(session, me(), me().person)
    return {"worker": worker, "story": join_story(session, worker, now)}


@route(bp, "/worker/join/papers", policy=OWN, methods=["POST"])
def papers() -> Any:
    """Note the papers one brings; somebody looks at them next."""
    session = current_session()
    try:
        given = read(PapersSchema)
        brought = HandIn((Paper("identity"), Paper("health", expires_on=given["health_until"])))
        hand_in_documents(session, me(), me().person, brought, current_now())
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return again(error, "progress", request.form, **_progress())
    flash(_("Noted. We look at your papers and call you."), "done")
    return redirect("/worker/join", 303)


@route(bp, "/worker/join/quiz", policy=OWN)
def quiz() -> Any:
    """Show the ten questions."""
    story = _progress()["story"]
    if story.state != WorkerState.TRAINING or story.quiz_from is not None:
        return redirect("/worker/join", 303)
    return page("quiz", questions=QUIZ, story=story)


@route(bp, "/worker/join/quiz", policy=OWN, methods=["POST"])
def answer_quiz() -> Any:
    """Grade the answers; after a miss the right ones are explained."""
    given = {code: choice for code, choice in read(QuizSchema).items() if choice}
    outcome = take_quiz(current_session(), me(), me().person, QuizAnswers(given), current_now())
    wrong = [one for one in QUIZ if one.code in outcome.wrong]
    return make_response(page("quiz_result", outcome=outcome, wrong=wrong, total=len(QUIZ)))


@route(bp, "/worker/join/withdraw", policy=OWN, methods=["POST"])
def take_back() -> Any:
    """Take the application back; one may apply again at any time."""
    withdraw(current_session(), me(), me().person, current_now())
    return redirect("/worker/join", 303)


@route(bp, "/worker/join/appeal", policy=OWN, methods=["POST"])
def appeal() -> Any:
    """Answer a suspension; somebody else hears it."""
    session = current_session()
    try:
        appeal_suspension(session, me(), me().person, read(WordsSchema)["words"], current_now())
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return again(error, "progress", request.form, **_progress())
    flash(_("We have your words. Somebody who did not decide before reads them."), "done")
    return redirect("/worker/join", 303)
