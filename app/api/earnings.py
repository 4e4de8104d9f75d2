"""A worker's own money, score and reliability."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from app.api.acting import WORKER, Input
from app.api.shapes import by_language, codes_and_numbers, fen, flag, instant, many, number, one, real, text
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.session import current_session
from core.policies import read_policy
from dispatch.worker_record import coming_visits, done_visits, marks_of
from money.payslip import payslip
from ratings.explain import ScoreStory, score_story
from ratings.policy import TierPolicy
from workers.workers import get_worker

bp = ApiPart("earnings", __name__, "A worker's money, score and reliability")
LONGEST = timedelta(days=100)
FIRST_YEAR, LAST_YEAR = 2020, 2100


class PeriodSchema(Input):
    """From when (inclusive) until when (exclusive), at most a hundred days; the last week by default."""

    since = fields.AwareDateTime(load_default=None, default_timezone=None)
    until = fields.AwareDateTime(load_default=None, default_timezone=None)

    @validates_schema
    def ordered(self, data: dict[str, Any], **_: Any) -> None:
        """A period runs forwards, is not endless, and lies in the life of this house."""
        since, until = data["since"], data["until"]
        if any(end is not None and not FIRST_YEAR <= end.year < LAST_YEAR for end in (since, until)):
            raise ValidationError({"since": ["out_of_range"]})
        if since is not None and until is not None and not timedelta(0) < until - since <= LONGEST:
            raise ValidationError({"until": ["not_a_span"]})


class ProofSchema(Schema):
    """Where the money of one line came from and went, from the ledger."""

    customer_paid_fen = fen()
    company_paid_fen = fen()
    worker_got_fen = fen()
    held_fen = fen()
    commission_fen = fen()
    processing_fen = fen()


class PayLineSchema(Schema):
    """One line; plus is in the worker's favour."""

    at = instant()
    kind = text()
    about = text()
    fen = fen()
    received = flag()
    params = codes_and_numbers()
    proof = one(ProofSchema, none=True)


class PayslipSchema(ProofSchema):
    """A period's lines and sums, and the proof that nothing was kept back."""

    worker = text()
    since = instant()
    until = instant()
    lines = many(PayLineSchema)
    total_fen = fen()
    received_fen = fen()
    owed_fen = fen()


class ComingSchema(Schema):
    """A visit that is done but not booked yet; ``books_at`` is when it is at the latest."""

    code = text()
    service = text()
    area_name = by_language()
    starts_at = instant()
    finished_at = instant(none=True)
    minutes = number()
    state = text()
    worker_fen = fen()
    held_fen = fen()
    cash_kept = flag()
    books_at = instant(none=True)


class AspectSchema(Schema):
    """One aspect, 0 to 1, and how many ratings' worth it rests on."""

    name = text()
    value = real()
    weight = real()


class RatingLineSchema(Schema):
    """One rating as its worker sees it: without the visit, dated by the day."""

    code = text()
    day = fields.Date(required=True)
    stars = number()
    comment = text()
    reason = text()
    excluded = text()
    sealed = flag()
    weight = real()
    before = real(none=True)
    after = real(none=True)
    contest_until = instant(none=True)


class NextTierSchema(Schema):
    """The way to the next tier."""

    tier = text()
    line = real()
    weight_missing = real()
    visits = fields.Integer(required=True, allow_none=True)


class WhatIfSchema(Schema):
    """What one more rating would do, in stars."""

    stars = number()
    change = real()


class ScoreSchema(Schema):
    """The score with its parts: what counted, and what would change it."""

    worker = text()
    new = flag()
    stars = real()
    lower = real()
    upper = real()
    weight = real()
    start = real()
    start_share = real()
    screened = flag()
    tier = text()
    next_tier = one(NextTierSchema, none=True)
    aspects = many(AspectSchema)
    lines = many(RatingLineSchema)
    what_if = many(WhatIfSchema)
    reliability_points = number()
    streak_days = number()


class MarkSchema(Schema):
    """A reliability event, and when its points are gone."""

    kind = text()
    at = instant()
    points = number()
    excused = text()
    fades_at = instant()


@operation(bp, "/worker/payslip", policy=WORKER, query=PeriodSchema, answer=PayslipSchema)
def get_payslip(query: dict[str, datetime | None]) -> Any:
    """Show what one earned and received, line by line, with the proof that nothing was kept back."""
    get_worker(current_session(), current_actor(), current_actor().person)
    return payslip(current_session(), current_actor().person, *_period(query))


@operation(bp, "/worker/payslip/coming", policy=WORKER, answer=ComingSchema(many=True))
def get_coming() -> Any:
    """List the visits that are done but not booked yet."""
    return coming_visits(current_session(), current_actor(), current_now())


@operation(bp, "/worker/payslip/done", policy=WORKER, query=PeriodSchema, answer=ComingSchema(many=True))
def get_done(query: dict[str, datetime | None]) -> Any:
    """List the visits whose work ended in a period, latest first."""
    return done_visits(current_session(), current_actor(), *_period(query))


@operation(bp, "/worker/score", policy=WORKER, answer=ScoreSchema)
def get_score() -> dict[str, Any]:
    """Show how one's score came about and what would change it."""
    return score_row(score_story(current_session(), current_actor(), current_actor().person, current_now()))


@operation(bp, "/worker/marks", policy=WORKER, answer=MarkSchema(many=True))
def get_marks() -> Any:
    """List one's recent reliability events; their points fade."""
    now = current_now()
    fade = timedelta(days=read_policy(current_session(), TierPolicy, now).streak_days)
    return marks_of(current_session(), current_actor(), now - fade, fade)


def _period(query: dict[str, datetime | None]) -> tuple[datetime, datetime]:
    until = query["until"] or (query["since"] + timedelta(days=7) if query["since"] else current_now())
    since = query["since"] or until - timedelta(days=7)
    return since.astimezone(UTC), until.astimezone(UTC)


def score_row(story: ScoreStory) -> dict[str, Any]:
    """Return a score as it is shown; ratings are dated by the day."""
    shown = {name: getattr(story, name) for name in ScoreSchema().fields}
    lines = [
        {name: getattr(line, name) for name in RatingLineSchema().fields} | {"day": line.day.date()}
        for line in story.lines
    ]
    return shown | {"lines": lines}
