"""A problem with a visit, and the case it becomes, as the customer sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from marshmallow import Schema, fields, validate

from app import auth
from app.case_words import KINDS, decision_words, item_rows, kind_of, next_words, topic_word, wish_words
from app.house import current_now
from app.input import read
from app.output import field_sentences, see_other
from app.photo_answers import photo_answer
from app.registry import Policy, route
from app.session import current_session
from app.support import support
from app.visit_words import who
from app.words import gettext as _
from core.actors import Role
from core.errors import InvalidInput
from core.policies import read_policy
from dispatch.customer_story import visit_story
from disputes.disputes import add_evidence, add_statement, answer_proposal, appeal, open_dispute, withdraw
from disputes.policy import DisputePolicy
from disputes.queries import case_view, cases_of_visit, my_cases, read_photo, report_options
from disputes.schemas import AnswerSchema, OpenSchema, StatementSchema, Upload
from disputes.states import DisputeMove

bp = Blueprint("cases", __name__)
CUSTOMER = Policy({Role.CUSTOMER}, "own visit")
OWN = Policy({Role.CUSTOMER}, "own case")
SEEN = Policy({Role.CUSTOMER, Role.WORKER, Role.OPS_AGENT, Role.OPS_LEAD}, "own case; the desk all")
MOST_PHOTOS = 4


class CaptionSchema(Schema):
    """Words under a photo; the photo itself is a file."""

    caption = fields.String(load_default="", validate=validate.Length(max=200))


@route(bp, "/visits/<code>/problem", policy=CUSTOMER)
def ask_problem(code: str) -> Any:
    """Ask which of five kinds it is, and say what happens next; then the form of that kind."""
    return _problem_page(code)


@route(bp, "/visits/<code>/problem", policy=CUSTOMER, methods=["POST"])
def report(code: str) -> Any:
    """Open a case."""
    session = current_session()
    try:
        given = replace(read(OpenSchema, visit_code=code), photos=_photos())
        dispute = open_dispute(session, auth.current_actor(), given, current_now())
    except InvalidInput as error:
        session.rollback()
        return make_response(_problem_page(code, field_sentences(error)), 422)
    flash(_("We have it. Here you see what happens next, and by when."), "done")
    return see_other("cases.show_case", code=dispute.code)


def _photos() -> tuple[Upload, ...]:
    files = [file for file in request.files.getlist("photos") if file.filename][:MOST_PHOTOS]
    return tuple(Upload(file.read()) for file in files)


def _problem_page(code: str, errors: dict[str, list[str]] | None = None) -> str:
    session, actor, now = current_session(), auth.current_actor(), current_now()
    story = visit_story(session, actor, code, now)
    options = report_options(session, actor, code, now)
    kind = kind_of(request.values.get("kind", ""), request.form.get("topic", ""))
    topics = [one for one in options if kind and one.topic in KINDS[kind]]
    policy = read_policy(session, DisputePolicy, now, story.visit.zone)
    common = {
        "story": story,
        "options": options,
        "who": who(story.comer),
        "support": support(story.visit.zone),
        "cases": cases_of_visit(session, actor, code),
        "errors": errors or {},
        "values": request.form,
    }
    if not kind or not topics:
        open_kinds = {kind_of("", one.topic) for one in options}
        return render_template("customer/problem.html", open_kinds=open_kinds, **common)
    after = next_words(topics[0].severity, policy, story.visit.total_fen, who(story.comer))
    more = {"kind": kind, "topics": topics, "after": after, "wishes": wish_words(kind), "topic_word": topic_word}
    return render_template("customer/problem_form.html", **more, **common)


@route(bp, "/cases", policy=Policy({Role.CUSTOMER}, "own cases"))
def show_cases() -> Any:
    """List one's cases."""
    cases = my_cases(current_session(), auth.current_actor())
    return render_template("customer/cases.html", cases=cases, topic_word=topic_word)


@route(bp, "/cases/<code>", policy=OWN)
def show_case(code: str) -> Any:
    """Show a case: what is contested, both sides, the deadlines, the decision and its reason."""
    return _case_page(code)


@route(bp, "/cases/<code>/photos/<photo>", policy=SEEN)
def show_photo(code: str, photo: str) -> Any:
    """Return a photo of a case to those who may see the case."""
    found = read_photo(current_session(), auth.current_actor(), code, photo)
    return photo_answer(found.content, found.mime, photo)


@route(bp, "/cases/<code>/say", policy=OWN, methods=["POST"])
def say(code: str) -> Any:
    """Add words, a photo, or both."""
    session, actor, now = current_session(), auth.current_actor(), current_now()
    try:
        photos = _photos()
        if request.form.get("words", "").strip() or not photos:
            add_statement(session, actor, code, read(StatementSchema), now)
        for photo in photos:
            add_evidence(session, actor, code, photo, now)
    except InvalidInput as error:
        session.rollback()
        return make_response(_case_page(code, field_sentences(error)), 422)
    flash(_("Added."), "done")
    return see_other("cases.show_case", code=code)


@route(bp, "/cases/<code>/answer", policy=OWN, methods=["POST"])
def answer(code: str) -> Any:
    """Say yes or no to a proposal."""
    answer_proposal(current_session(), auth.current_actor(), code, read(AnswerSchema), current_now())
    return see_other("cases.show_case", code=code)


@route(bp, "/cases/<code>/appeal", policy=OWN, methods=["POST"])
def ask_again(code: str) -> Any:
    """Ask for another person to look."""
    try:
        appeal(current_session(), auth.current_actor(), code, read(StatementSchema), current_now())
    except InvalidInput as error:
        current_session().rollback()
        return make_response(_case_page(code, field_sentences(error)), 422)
    flash(_("Another person looks at it now, one who has not decided before."), "done")
    return see_other("cases.show_case", code=code)


@route(bp, "/cases/<code>/withdraw", policy=OWN, methods=["POST"])
def take_back(code: str) -> Any:
    """Take one's own case back."""
    withdraw(current_session(), auth.current_actor(), code, current_now())
    flash(_("Taken back. Nothing is held against anybody."), "done")
    return see_other("cases.show_case", code=code)


def _case_page(code: str, errors: dict[str, list[str]] | None = None) -> str:
    now = current_now()
    view = case_view(current_session(), auth.current_actor(), code, now)
    return render_template(
        "customer/case.html",
        case=view,
        topic=topic_word(view.row.topic),
        items=item_rows(view.items, code),
        decisions=[decision_words(one) for one in view.decisions],
        proposal=decision_words(view.proposal) if view.proposal else None,
        moves=set(view.moves),
        Move=DisputeMove,
        errors=errors or {},
        values=request.form,
        support=support(),
    )
