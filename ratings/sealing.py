"""Sealing: while a dispute about a visit runs, neither side's rating is shown or counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor
from ratings import scorelog
from ratings.invitations import invitations_of
from ratings.models import Rating, ScoreEvent
from ratings.revealing import close_visit, ratings_of, reveal_if_both
from ratings.scores import Moved, reweigh
from ratings.states import RatingState

SEALED = "sealed"
EFFECTS = {"none": 1.0, "counts": 1.0, "half": 0.5, "excluded": 0.0}


def seal_ratings(session: Session, visit_code: str, source: str, now: datetime) -> None:
    """Hide both ratings of a visit and let them count nothing; ratings still to come are sealed with them.

    A visit sealed by another dispute stays sealed by that one.
    """
    for invitation in invitations_of(session, visit_code, lock=True):
        invitation.sealed_by = invitation.sealed_by or source
    for rating in ratings_of(session, visit_code):
        if rating.sealed_by:
            continue
        rating.sealed_by = source
        if rating.side == "customer" and rating.state == RatingState.REVEALED and rating.excluded == "":
            reweigh(session, rating, 0.0, SEALED, SYSTEM, now)
    session.flush()


def hand_seal_over(session: Session, visit_code: str, source: str, following: str) -> None:
    """Another dispute about the visit still runs: it keeps the seal."""
    for invitation in invitations_of(session, visit_code, lock=True):
        if invitation.sealed_by == source:
            invitation.sealed_by = following
    for rating in ratings_of(session, visit_code):
        if rating.sealed_by == source:
            rating.sealed_by = following
    session.flush()


def unseal_ratings(
    session: Session, visit_code: str, source: str, effect: str, by: Actor, now: datetime
) -> Moved | None:
    """The dispute is over: the customer's rating counts, counts half, or is excluded; what is due is revealed.

    Return how the worker's score moved, None when no counted rating was touched.
    """
    invitations = invitations_of(session, visit_code, lock=True)
    for invitation in invitations:
        if invitation.sealed_by == source:
            invitation.sealed_by = ""
    moved = None
    for rating in ratings_of(session, visit_code):
        if rating.sealed_by != source:
            continue
        rating.sealed_by = ""
        if rating.side == "customer":
            moved = _take_effect(session, rating, effect, by, now)
    session.flush()
    if not reveal_if_both(session, visit_code, now):
        close_visit(session, visit_code, now)
    return moved


def _take_effect(session: Session, rating: Rating, effect: str, by: Actor, now: datetime) -> Moved | None:
    if rating.state == RatingState.HIDDEN:
        if EFFECTS[effect] < 1.0:
            rating.weight, rating.excluded = EFFECTS[effect], "dispute" if effect == "excluded" else ""
        return None
    if rating.excluded != SEALED:
        return None
    weight = min(EFFECTS[effect], _weight_before_seal(session, rating))
    return reweigh(session, rating, weight, f"dispute_{effect}" if weight else "dispute", by, now)


def _weight_before_seal(session: Session, rating: Rating) -> float:
    rows = session.scalars(
        select(ScoreEvent)
        .where(
            ScoreEvent.worker == rating.ratee,
            ScoreEvent.rating == rating.code,
            ScoreEvent.kind.in_((scorelog.RATED, scorelog.WEIGHT)),
        )
        .order_by(ScoreEvent.at.desc(), ScoreEvent.id.desc())
    )
    for row in rows:
        if row.kind == scorelog.RATED:
            return float(row.payload["share"])
        if row.payload["reason"] != SEALED:
            return float(row.payload["weight"])
    return 1.0
