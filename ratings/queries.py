"""Reads shaped for pages: the form of a rating, what the other side said, recent reviews, the staff's view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import NotFound
from core.policies import read_policy
from dispatch.models import Visit
from dispatch.states import VisitState
from dispatch.visits import get_visit
from ratings import reasons
from ratings.formula import stars_of
from ratings.invitations import SIDES
from ratings.models import Invitation, Rating, ScoreStep, WorkerScore
from ratings.policy import RatingPolicy
from ratings.states import InvitationState, RatingState
from workers.workers import get_worker

LEVELS = ((1, "bad"), (2, "problems"), (3, "fine"), (4, "very_good"), (5, "outstanding"))


@dataclass(frozen=True)
class GivenRating:
    """A rating as whoever gave it sees it again."""

    code: str
    stars: int
    aspects: dict[str, int]
    private: str
    reason: str
    comment: str
    given_at: datetime


@dataclass(frozen=True)
class RatingForm:
    """Everything the rating form of one side shows. ``levels``, ``aspects`` and ``reasons`` are codes to be worded.

    ``state`` is "not_yet", "open", "given" (may still be edited), "final" or "closed".
    """

    visit_code: str
    side: str
    state: str
    closes_at: datetime | None
    editable_until: datetime | None
    levels: tuple[tuple[int, str], ...]
    aspects: tuple[str, ...]
    reasons: tuple[str, ...]
    reason_at_stars: int
    given: GivenRating | None


@dataclass(frozen=True)
class RevealedRating:
    """A revealed rating as the other side, or operations, see it."""

    code: str
    side: str
    stars: int
    aspects: dict[str, int]
    reason: str
    comment: str
    revealed_at: datetime | None
    excluded: str
    sealed: bool


@dataclass(frozen=True)
class Review:
    """A customer's words for a public page: no names, no codes, dated by the day."""

    stars: int
    comment: str
    service: str
    day: datetime


@dataclass(frozen=True)
class ScoreLine:
    """One line of the staff's view of a score."""

    rating: str
    at: datetime
    weight: float
    leniency: float
    before: float
    after: float
    w_after: float


def rating_form(session: Session, actor: Actor, visit_code: str, now: datetime) -> RatingForm | None:
    """Return one side's form, None for those who have no side; ``NotFound`` for strangers. Two or three queries."""
    visit = get_visit(session, actor, visit_code)
    side = SIDES.get(actor.role)
    if side is None:
        return None
    policy = read_policy(session, RatingPolicy, now, visit.zone)
    found = session.execute(
        select(Invitation, Rating)
        .outerjoin(Rating, (Rating.visit_code == Invitation.visit_code) & (Rating.side == Invitation.side))
        .where(Invitation.visit_code == visit_code, Invitation.side == side)
    ).first()
    invitation, rating = found or (None, None)
    customer = side == "customer"
    return RatingForm(
        visit_code=visit_code,
        side=side,
        state=_form_state(visit, invitation, rating, policy, now),
        closes_at=invitation.closes_at if invitation else None,
        editable_until=rating.given_at + timedelta(hours=policy.edit_hours) if rating else None,
        levels=LEVELS,
        aspects=reasons.WORKER_ASPECTS if customer else reasons.CUSTOMER_ASPECTS,
        reasons=reasons.OF_WORKERS if customer else reasons.OF_CUSTOMERS,
        reason_at_stars=policy.reason_at_stars,
        given=_given(rating) if rating else None,
    )


def _form_state(
    visit: Visit, invitation: Invitation | None, rating: Rating | None, policy: RatingPolicy, now: datetime
) -> str:
    if rating is not None:
        late = now >= rating.given_at + timedelta(hours=policy.edit_hours)
        return "final" if late or rating.state != RatingState.HIDDEN or rating.sealed_by else "given"
    if invitation is None:
        confirmed = VisitState(visit.state) in {VisitState.COMPLETED, VisitState.SETTLED}
        return "open" if confirmed and visit.arrived_at and visit.finished_at else "not_yet"
    return "open" if invitation.state == InvitationState.OPEN and invitation.closes_at > now else "closed"


def _given(rating: Rating) -> GivenRating:
    return GivenRating(
        rating.code, rating.stars, rating.aspects, rating.private, rating.reason, rating.comment, rating.given_at
    )


def ratings_for(session: Session, actor: Actor, visit_code: str) -> list[RevealedRating]:
    """Return what this actor may see of a visit's ratings: a customer the worker's revealed one, staff all revealed.

    A worker sees nothing here: customers' ratings reach workers in batches, on the score page only.
    """
    get_visit(session, actor, visit_code)
    if not (actor.is_staff or actor.role is Role.CUSTOMER):
        return []
    query = select(Rating).where(Rating.visit_code == visit_code, Rating.state == RatingState.REVEALED)
    if not actor.is_staff:
        query = query.where(Rating.side == "worker", Rating.sealed_by == "")
    return [
        RevealedRating(
            one.code,
            one.side,
            one.stars,
            one.aspects,
            one.reason,
            one.comment,
            one.revealed_at,
            one.excluded,
            bool(one.sealed_by),
        )
        for one in session.scalars(query.order_by(Rating.id))
    ]


def visit_of_rating(session: Session, actor: Actor, rating_code: str) -> str:
    """Return the visit a revealed rating of the actor's own work is about: for contesting it. Else ``NotFound``."""
    query = select(Rating.visit_code).where(
        Rating.code == rating_code,
        Rating.ratee == actor.person,
        Rating.side == "customer",
        Rating.state == RatingState.REVEALED,
    )
    found = session.scalar(query) if actor.role is Role.WORKER and actor.person else None
    if found is None:
        raise NotFound
    return found


def recent_reviews(session: Session, zone: str = "", limit: int = 6) -> list[Review]:
    """Return the latest revealed words of customers in a zone (or everywhere), newest first. One query."""
    query = (
        select(Rating.stars, Rating.comment, Visit.service, Rating.revealed_at)
        .join(Visit, Visit.code == Rating.visit_code)
        .where(
            Rating.side == "customer",
            Rating.state == RatingState.REVEALED,
            Rating.sealed_by == "",
            Rating.excluded == "",
            Rating.comment != "",
            or_(Rating.weight.is_(None), Rating.weight > 0),
        )
        .order_by(Rating.revealed_at.desc(), Rating.id.desc())
        .limit(limit)
    )
    if zone:
        query = query.where(Visit.zone == zone)
    return [Review(stars, comment, service, day) for stars, comment, service, day in session.execute(query) if day]


def score_lines(session: Session, actor: Actor, worker_code: str, limit: int = 50) -> list[ScoreLine]:
    """Return the last changes of a score for operations, newest first; others get nothing (they have the story)."""
    get_worker(session, actor, worker_code)
    if not actor.is_ops:
        return []
    rows = session.scalars(
        select(ScoreStep).where(ScoreStep.worker == worker_code).order_by(ScoreStep.id.desc()).limit(limit)
    )
    return [
        ScoreLine(one.rating, one.at, one.weight, one.leniency, stars_of(one.before), stars_of(one.after), one.w_after)
        for one in rows
    ]


def scores_by_worker(session: Session) -> dict[str, tuple[float, float, float]]:
    """Return (stars, lower bound in stars, weight) of every worker with a score: for lists. One query."""
    rows = session.execute(select(WorkerScore.worker, WorkerScore.score, WorkerScore.lower, WorkerScore.w))
    return {worker: (stars_of(score), stars_of(lower), weight) for worker, score, lower, weight in rows}
