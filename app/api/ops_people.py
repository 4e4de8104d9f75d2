"""The desk: people and their papers, decisions about workers, why a visit went where, what is parked."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from accounts.people import list_people, show_phone
from app.api.acting import DESK, HOUSE, BecauseSchema, Input, LookBodySchema, because, look_of
from app.api.ops_vetting import PaperRowSchema
from app.api.shapes import codes_and_numbers, instant, many, number, one, page_of, text, texts
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.session import current_session
from core.actors import Role
from core.audit import Change, audit
from core.errors import NotFound
from core.parked import parked, retry
from dispatch.round_story import why_in_round
from matching.explain import Sentence
from notices.notices import retry_parked as retry_notice
from notices.outbox import outbox
from workers.desk import decisions_about
from workers.queries import ending_papers

bp = ApiPart("people", __name__, "The desk: people, papers, reasons, what is parked")


class PeopleAskSchema(Input):
    """Words (a code, part of a name, a whole phone number), a role."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    role = fields.String(load_default="", validate=validate.OneOf(["", *[role.value for role in Role]]))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class RetrySchema(BecauseSchema):
    """What to try again."""

    what = fields.String(required=True, validate=validate.OneOf(["event", "timer", "notice"]))
    row = fields.String(required=True, validate=validate.Regexp(r"^[0-9A-Z-]{1,18}$"))


class PersonSchema(Schema):
    """One account; its phone number is not among it."""

    code = text()
    name = text()
    state = text()
    roles = texts()
    person = text()
    created_at = instant()


class PhoneSchema(Schema):
    """A phone number; that it was shown, to whom and why is written down."""

    phone = text()


class DecisionToldSchema(Schema):
    """One decision about a worker, by whom, and how an appeal ended."""

    kind = text()
    by = text()
    reason_code = text()
    reason = text()
    evidence = texts()
    at = instant()
    until = instant(none=True)
    appeal = text()
    settled_by = text()
    settled_at = instant(none=True)


class EndingSchema(Schema):
    """A paper that ends soon."""

    worker_code = text()
    name = text()
    paper = one(PaperRowSchema)


class SentenceSchema(Schema):
    """A sentence as a key and its parameters; instants are seconds from the epoch."""

    key = text()
    params = codes_and_numbers()


class RivalSchema(Schema):
    """Somebody who was not chosen, and why."""

    worker = text()
    sentences = many(SentenceSchema)


class VisitWhySchema(Schema):
    """Why a visit went where it went, and why not to the next best."""

    epoch = text()
    chosen = many(SentenceSchema)
    rivals = many(RivalSchema)


class ParkedRowSchema(Schema):
    """Something that failed too often."""

    what = text()
    row = text()
    name = text()
    about = text()
    attempts = number()
    error = text()
    since = instant()


class ParkedSchema(Schema):
    """What waits for a person, and the outbox."""

    parked = many(ParkedRowSchema)
    messages_waiting = number()
    oldest_message = instant(none=True)


PEOPLE = page_of(PersonSchema)


@operation(bp, "/ops/people", policy=HOUSE, query=PeopleAskSchema, answer=PEOPLE)
def get_people(query: dict[str, str]) -> Any:
    """List accounts, newest first."""
    return list_people(current_session(), current_actor(), **query)


@operation(bp, "/ops/people/<account>/phone", policy=DESK, method="POST", body=LookBodySchema, answer=PhoneSchema,
           audit=True, idempotent="none")  # fmt: skip
def post_phone(account: str, body: dict[str, Any]) -> dict[str, str]:
    """Show somebody's phone number; it is written down with the reason."""
    return {"phone": show_phone(current_session(), current_actor(), account, look_of(body), current_now())}


@operation(bp, "/ops/workers/<worker>/decisions", policy=DESK, answer=DecisionToldSchema(many=True))
def get_decisions(worker: str) -> Any:
    """List what was decided about a worker, latest first."""
    return decisions_about(current_session(), current_actor(), worker)


@operation(bp, "/ops/papers/ending", policy=DESK, answer=EndingSchema(many=True))
def get_ending() -> list[dict[str, Any]]:
    """List the papers that end within a month, soonest first."""
    told = ending_papers(current_session(), current_actor(), current_now().date())
    return [{"worker_code": code, "name": name, "paper": paper} for code, name, paper in told]


@operation(bp, "/ops/rounds/<run>/visits/<visit>", policy=DESK, answer=VisitWhySchema)
def get_why(run: str, visit: str) -> dict[str, Any]:
    """Show why a visit was decided as it was in a round, and why not otherwise."""
    why = why_in_round(current_session(), current_actor(), run, visit)
    if why is None:
        raise NotFound
    rivals = [{"worker": one.worker, "sentences": _told(one.sentences)} for one in why.rivals]
    return {"epoch": str(why.epoch), "chosen": _told(why.chosen), "rivals": rivals}


@operation(bp, "/ops/parked", policy=HOUSE, answer=ParkedSchema)
def get_parked() -> dict[str, Any]:
    """Show what failed too often and waits for a person."""
    box = outbox(current_session(), current_now())
    rows = [
        {"what": one.what, "row": str(one.id), "name": one.name, "about": one.about, "attempts": one.attempts,
         "error": one.error, "since": one.since}
        for one in parked(current_session())
    ]  # fmt: skip
    stuck = [
        {"what": "notice", "row": one.code, "name": one.kind, "about": one.about, "attempts": one.attempts,
         "error": one.error, "since": one.created_at}
        for one in box.stuck
    ]  # fmt: skip
    return {"parked": [*rows, *stuck], "messages_waiting": box.waiting, "oldest_message": box.oldest}


@operation(bp, "/ops/parked/retry", policy=HOUSE, method="POST", body=RetrySchema, status=204, audit=True)
def post_retry(body: dict[str, str]) -> None:
    """Give something parked another round of tries."""
    session, now = current_session(), current_now()
    audit(session, because(body["reason"]), "retry_parked", body["row"], now, Change(after={"what": body["what"]}))
    if body["what"] == "notice":
        retry_notice(session, body["row"], now)
    elif body["row"].isdigit():
        retry(session, body["what"], int(body["row"]), now)


def _told(sentences: Any) -> list[dict[str, Any]]:
    told: list[Sentence] = list(sentences)
    return [{"key": one.key, "params": dict(one.params)} for one in told]
