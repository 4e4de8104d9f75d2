"""Rating a visit, blind on both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marshmallow import RAISE, Schema, fields, post_load

from app.api.acting import SIDES
from app.api.shapes import flag, instant, many, number, one, text, texts
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.session import current_session
from core.actors import Role
from core.errors import NotFound
from dispatch.finishing import confirm_visit
from dispatch.states import VisitState
from dispatch.visits import get_visit
from ratings.invitations import edit_rating, rate_visit
from ratings.queries import RatingForm, rating_form, ratings_for
from ratings.schemas import RatingInput, RatingSchema

bp = ApiPart("ratings", __name__, "Ratings of both sides")


class GivenSchema(RatingSchema):
    """A rating; which visit it is about says the address."""

    class Meta:
        """The visit comes from the address alone."""

        exclude = ("visit_code",)
        unknown = RAISE

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> RatingInput:
        """Return the input without its visit: the view adds it."""
        return RatingInput(**{**data, "visit_code": "", "comment": data["comment"].strip()})


class LevelSchema(Schema):
    """One level of the scale, with its code."""

    stars = number()
    code = text()


class OwnRatingSchema(Schema):
    """One's own rating of a visit."""

    code = text()
    stars = number()
    aspects = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    private = text()
    reason = text()
    comment = text()
    given_at = instant()


class RatingFormSchema(Schema):
    """What may be said. ``state``: not_yet, open, given (may be edited), final or closed."""

    visit_code = text()
    side = text()
    state = text()
    closes_at = instant(none=True)
    editable_until = instant(none=True)
    levels = many(LevelSchema)
    aspects = texts()
    reasons = texts()
    reason_at_stars = number()
    given = one(OwnRatingSchema, none=True)


class RevealedSchema(Schema):
    """What the other side said, once both have or the window has closed."""

    code = text()
    side = text()
    stars = number()
    aspects = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    reason = text()
    comment = text()
    revealed_at = instant(none=True)
    excluded = text()
    sealed = flag()


@operation(bp, "/visits/<visit>/rating", policy=SIDES, answer=RatingFormSchema)
def get_rating(visit: str) -> dict[str, Any]:
    """Show one's own rating of a visit, or what may be said of it."""
    return _form(visit)


@operation(
    bp, "/visits/<visit>/rating", policy=SIDES, method="POST", body=GivenSchema, answer=RatingFormSchema, status=201
)
def post_rating(visit: str, body: RatingInput) -> dict[str, Any]:
    """Rate a visit. A customer who rates work that is done confirms it too. Nobody is told until both have rated."""
    session, actor, now = current_session(), current_actor(), current_now()
    waiting = get_visit(session, actor, visit).state == VisitState.WORK_DONE
    if waiting and actor.role is Role.CUSTOMER:
        confirm_visit(session, actor, visit, now)
    rate_visit(session, actor, replace(body, visit_code=visit), now)
    return _form(visit)


@operation(bp, "/visits/<visit>/rating", policy=SIDES, method="PUT", body=GivenSchema, answer=RatingFormSchema)
def put_rating(visit: str, body: RatingInput) -> dict[str, Any]:
    """Change one's own rating: within two days, while it is hidden and nobody disputes the visit."""
    edit_rating(current_session(), current_actor(), replace(body, visit_code=visit), current_now())
    return _form(visit)


@operation(bp, "/visits/<visit>/ratings", policy=SIDES, answer=RevealedSchema(many=True))
def get_ratings(visit: str) -> Any:
    """List what the other side has said of this visit. Workers see customers' ratings on the score page only."""
    return ratings_for(current_session(), current_actor(), visit)


def _form(visit: str) -> dict[str, Any]:
    current_session().flush()
    form: RatingForm | None = rating_form(current_session(), current_actor(), visit, current_now())
    if form is None:
        raise NotFound
    shown = {name: getattr(form, name) for name in RatingFormSchema().fields}
    return shown | {"levels": [{"stars": stars, "code": code} for stars, code in form.levels]}
