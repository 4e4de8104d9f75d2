"""Revealing: both sides at once, when both are in or the window has closed. From then on a rating counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM
from core.states import claim
from core.timers import cancel_timer
from dispatch.models import Visit
from dispatch.visits import find_visit
from ratings.events import RatingsRevealed
from ratings.exclusions import exclude_bursts, exclusion_of
from ratings.models import Invitation, Rating
from ratings.scores import count_rating
from ratings.states import RATING_MOVES, InvitationState, RatingMove, RatingState


def ratings_of(session: Session, visit_code: str) -> list[Rating]:
    """Return both sides' ratings of a visit, whatever their state: for verbs, never for a page."""
    return list(session.scalars(select(Rating).where(Rating.visit_code == visit_code).order_by(Rating.id)))


def reveal_if_both(session: Session, visit_code: str, now: datetime) -> bool:
    """Reveal when both sides are in and no dispute seals the visit; the caller holds the invitations' locks."""
    found = ratings_of(session, visit_code)
    if len(found) < 2 or any(one.sealed_by for one in found):
        return False
    reveal(session, visit_code, now)
    return True


def close_visit(session: Session, visit_code: str, now: datetime) -> None:
    """The window is over: reveal what there is. Does nothing before its time, or while a dispute seals the visit."""
    find_visit(session, visit_code, lock=True)
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.visit_code == visit_code)
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not rows or any(one.sealed_by or one.closes_at > now for one in rows):
        return
    for one in rows:
        if one.state == InvitationState.OPEN:
            one.state = InvitationState.CLOSED
    reveal(session, visit_code, now)


def reveal(session: Session, visit_code: str, now: datetime) -> list[Rating]:
    """Open every hidden rating of the visit and count it; the caller has made sure that it is time."""
    given = ratings_of(session, visit_code)
    hidden = [one for one in given if one.state == RatingState.HIDDEN]
    seen = bool(hidden) or any(one.state == RatingState.REVEALED for one in given)
    for one in hidden:
        step = RATING_MOVES.step(RatingState.HIDDEN, RatingMove.REVEAL, SYSTEM)
        claim(session, one, RatingState.HIDDEN, step.to, revealed_at=now)
    for one in hidden:
        if one.side == "customer":
            _count(session, one, now)
    session.execute(update(Visit).where(Visit.code == visit_code).values(review="revealed" if seen else "closed"))
    cancel_timer(session, "rating_close", visit_code)
    if hidden:
        told = RatingsRevealed(visit_code, [one.code for one in hidden])
        events.record(session, told, by=SYSTEM, at=now)
    session.flush()
    return hidden


def _count(session: Session, rating: Rating, now: datetime) -> None:
    if rating.weight is None:
        because = exclusion_of(session, rating)
        if because:
            rating.weight, rating.excluded = 0.0, because
    count_rating(session, rating, now)
    exclude_bursts(session, rating, now)
