"""A problem from the worker's side: reporting one, contesting a rating, answering a case, the decision, the appeal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, request
from marshmallow import Schema, fields, validate

from app.case_words import decision_words, item_rows, topic_word
from app.house import current_now
from app.input import read, read_query
from app.output import see_other
from app.pages.worker_common import OWN, OWN_VISIT, again, me, page
from app.place_key import place_key
from app.registry import Policy, route
from app.session import current_session
from app.words import gettext as _
from core.actors import Role
from core.errors import Conflict, InvalidInput, NotFound
from core.policies import read_policy
from dispatch.worker_day import stop_of
from dispatch.worker_record import done_visits
from disputes.disputes import add_evidence, add_statement, answer_proposal, appeal, open_dispute, withdraw
from disputes.policy import DisputePolicy
from disputes.queries import case_view, my_cases, report_options
from disputes.schemas import AnswerSchema, OpenInput, StatementSchema, Upload
from disputes.states import DisputeMove
from ratings.explain import RatingLine, score_story
from ratings.queries import visit_of_rating

bp = Blueprint("worker_cases", __name__)
OWN_CASE = Policy({Role.WORKER}, "own case")
AT = "/worker/cases/<code>"
_WISH: Final = {"review": "void_rating", "hours": "pay", "billing": "pay", "deduction": "pay",
                "unsafe": "apart", "harassment": "apart"}  # fmt: skip
_RECENT: Final = timedelta(days=14)
_PHOTOS: Final = 4


class RatingOfSchema(Schema):
    """Which rating is contested."""

    rating = fields.String(load_default="", validate=validate.Length(max=24))


class ProblemSchema(Schema):
    """A problem in the worker's words; what is asked for follows from the topic."""

    topic = fields.String(required=True, validate=validate.Length(1, 24))
    words = fields.String(required=True, validate=validate.Length(1, 2000))
    never_again = fields.Boolean(load_default=False)


class ContestSchema(RatingOfSchema):
    """Why a rating is unfair."""

    words = fields.String(required=True, validate=validate.Length(1, 2000))


def _photos() -> tuple[Upload, ...]:
    files = [file for file in request.files.getlist("photos") if file.filename][:_PHOTOS]
    return tuple(Upload(file.read()) for file in files)


def _anew(error: InvalidInput | Conflict, template: str, facts: Callable[[], dict[str, Any]]) -> Any:
    current_session().rollback()
    return again(error, template, request.form, **facts())


@route(bp, "/worker/cases", policy=OWN)
def cases() -> Any:
    """List one's cases."""
    return page("cases", cases=my_cases(current_session(), me()), topic_word=topic_word)


@route(bp, "/worker/cases/new", policy=OWN)
def new_case() -> Any:
    """Contest a rating, or choose the visit the problem is about."""
    wanted = read_query(RatingOfSchema)["rating"]
    if wanted:
        return page("contest", line=_line(wanted))
    now = current_now()
    return page("new_case", visits=done_visits(current_session(), me(), now - _RECENT, now))


def _line(rating: str) -> RatingLine:
    """Return a rating the worker has been shown and may still contest."""
    story = score_story(current_session(), me(), me().person, current_now())
    found = next((line for line in story.lines if line.code == rating and line.contest_until), None)
    if found is None:
        raise NotFound
    return found


@route(bp, "/worker/cases/new", policy=OWN, methods=["POST"])
def contest() -> Any:
    """Open a case about a rating."""
    session = current_session()
    rating = _line(request.form.get("rating", ""))
    try:
        words = read(ContestSchema)["words"].strip()
        about = visit_of_rating(session, me(), rating.code)
        given = OpenInput(about, "review", words, _WISH["review"])
        dispute = open_dispute(session, me(), given, current_now())
    except (InvalidInput, Conflict) as error:
        return _anew(error, "contest", lambda: {"line": _line(request.form.get("rating", ""))})
    flash(_("We have it. A person looks at it; until then the rating does not count."), "done")
    return see_other("worker_cases.case", code=dispute.code)


@route(bp, "/worker/visits/<code>/problem", policy=OWN_VISIT)
def may_report(code: str) -> Any:
    """Ask what is wrong with a visit; for safety there is a number to call on top."""
    return page("problem", **_problem(code))


def _problem(code: str) -> dict[str, Any]:
    session, now = current_session(), current_now()
    options = [one for one in report_options(session, me(), code, now) if one.topic != "review"]
    policy = read_policy(session, DisputePolicy, now)
    stop = stop_of(session, me(), code, now, place_key())
    return {"stop": stop, "options": options, "topic_word": topic_word, "policy": policy}


@route(bp, "/worker/visits/<code>/problem", policy=OWN_VISIT, methods=["POST"])
def report(code: str) -> Any:
    """Open a case about a visit."""
    try:
        given = read(ProblemSchema)
        wish = _WISH.get(given["topic"], "listen")
        opened = OpenInput(code, given["topic"], given["words"].strip(), wish, None, given["never_again"])
        dispute = open_dispute(current_session(), me(), replace(opened, photos=_photos()), current_now())
    except (InvalidInput, Conflict) as error:
        return _anew(error, "problem", lambda: _problem(code))
    flash(_("We have it. Here you see what happens next, and by when."), "done")
    return see_other("worker_cases.case", code=dispute.code)


@route(bp, AT, policy=OWN_CASE)
def case(code: str) -> Any:
    """Show a case: whose turn it is, until when, what was decided and why."""
    return page("case", **_case(code))


def _case(code: str) -> dict[str, Any]:
    view = case_view(current_session(), me(), code, current_now())
    return {
        "case": view, "topic": topic_word(view.row.topic), "items": item_rows(view.items, code),
        "decisions": [decision_words(one) for one in view.decisions],
        "proposal": decision_words(view.proposal) if view.proposal else None,
        "moves": set(view.moves), "Move": DisputeMove, "mine": view.row.opener_role == "worker",
    }  # fmt: skip


@route(bp, f"{AT}/say", policy=OWN_CASE, methods=["POST"])
def say(code: str) -> Any:
    """Say something, show photos, or both."""
    session, now = current_session(), current_now()
    try:
        said, photos = request.form.get("words", "").strip(), _photos()
        if said or not photos:
            add_statement(session, me(), code, read(StatementSchema), now)
        for photo in photos:
            add_evidence(session, me(), code, photo, now)
    except (InvalidInput, Conflict) as error:
        return _anew(error, "case", lambda: _case(code))
    flash(_("Your words are in the case."), "done")
    return see_other("worker_cases.case", code=code)


@route(bp, f"{AT}/answer", policy=OWN_CASE, methods=["POST"])
def answer(code: str) -> Any:
    """Say yes or no to a proposal."""
    answer_proposal(current_session(), me(), code, read(AnswerSchema), current_now())
    return see_other("worker_cases.case", code=code)


@route(bp, f"{AT}/appeal", policy=OWN_CASE, methods=["POST"])
def ask_again(code: str) -> Any:
    """Ask for another person to look."""
    try:
        appeal(current_session(), me(), code, read(StatementSchema), current_now())
    except (InvalidInput, Conflict) as error:
        return _anew(error, "case", lambda: _case(code))
    flash(_("Somebody who did not decide before looks at it now."), "done")
    return see_other("worker_cases.case", code=code)


@route(bp, f"{AT}/withdraw", policy=OWN_CASE, methods=["POST"])
def take_back(code: str) -> Any:
    """Take one's own case back."""
    withdraw(current_session(), me(), code, current_now())
    flash(_("Taken back. Nothing is held against anybody."), "done")
    return redirect("/worker/cases", 303)
