"""Asking both sides for a rating, taking it, and keeping it blind until both are in or the window has closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor, Role
from core.codes import new_code
from core.errors import Conflict, InvalidInput, NotFound
from core.policies import read_policy
from core.states import claim
from core.timers import set_timer
from dispatch.blocks import block_pair
from dispatch.models import Visit
from dispatch.states import WORKED, VisitState
from dispatch.visits import find_visit, get_visit
from notices import notices
from ratings import reasons
from ratings.events import RatingEdited, RatingGiven, RatingsAsked
from ratings.models import Invitation, Rating
from ratings.policy import RatingPolicy
from ratings.revealing import close_visit, reveal_if_both
from ratings.schemas import RatingInput
from ratings.states import INVITATION_MOVES, InvitationMove, InvitationState, RatingState

SIDES = {Role.CUSTOMER: "customer", Role.WORKER: "worker"}


def invite(session: Session, visit_code: str, now: datetime) -> list[Invitation]:
    """Ask both sides of a visit that was really worked; asking twice changes nothing."""
    visit = find_visit(session, visit_code, lock=True)
    if not _may_be_rated(visit):
        return []
    policy = read_policy(session, RatingPolicy, now, visit.zone)
    closes_at = now + timedelta(days=policy.open_days)
    made = [_invite_side(session, visit, side, now, closes_at) for side in SIDES.values()]
    if any(made):
        visit.review = "blind"
        set_timer(session, "rating_close", visit.code, closes_at)
        events.record(session, RatingsAsked(visit.code), by=SYSTEM, at=now)
        _tell_both(session, visit, now)
    return invitations_of(session, visit_code)


def _may_be_rated(visit: Visit) -> bool:
    """One rating per worked visit: somebody came (``arrived``), worked to the end, and was not the customer."""
    worked = VisitState(visit.state) in WORKED and visit.arrived_at is not None and visit.finished_at is not None
    return worked and visit.worker is not None


def _invite_side(session: Session, visit: Visit, side: str, now: datetime, closes_at: datetime) -> bool:
    worker = visit.worker.code if visit.worker else ""
    rater, ratee = (visit.customer, worker) if side == "customer" else (worker, visit.customer)
    made = session.execute(
        insert(Invitation)
        .values(
            code=new_code("I"),
            visit_code=visit.code,
            side=side,
            rater=rater,
            ratee=ratee,
            state=InvitationState.OPEN,
            opened_at=now,
            closes_at=closes_at,
            sealed_by="",
        )
        .on_conflict_do_nothing()
        .returning(Invitation.id)
    ).first()
    return made is not None


def _tell_both(session: Session, visit: Visit, now: datetime) -> None:
    notices.enqueue(session, to=visit.customer, kind="rate_worker", about=visit.code, now=now)
    if visit.worker is not None:
        notices.enqueue(session, to=visit.worker.account_code, kind="rate_customer", about=visit.code, now=now)


def invitations_of(session: Session, visit_code: str, *, lock: bool = False) -> list[Invitation]:
    """Return both invitations of a visit; under ``lock`` the two sides queue, so that neither is overlooked."""
    query = select(Invitation).where(Invitation.visit_code == visit_code).order_by(Invitation.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def get_invitation(session: Session, actor: Actor, visit_code: str, now: datetime, *, lock: bool = False) -> Invitation:
    """Return the actor's own invitation; one who is quicker than the clock is invited on the spot.

    Under ``lock`` the visit is locked first, as everywhere: visit, invitations, score, customer.
    """
    side = SIDES.get(actor.role)
    visit = get_visit(session, actor, visit_code, lock=lock)
    if side is None:
        raise NotFound
    found = _own(invitations_of(session, visit_code, lock=lock), actor)
    if found is None and VisitState(visit.state) in {VisitState.COMPLETED, VisitState.SETTLED}:
        invite(session, visit_code, now)
        found = _own(invitations_of(session, visit_code, lock=lock), actor)
    if found is None:
        raise Conflict("rating_not_yet", "This visit cannot be rated yet.")
    return found


def _own(rows: list[Invitation], actor: Actor) -> Invitation | None:
    me = actor.code if actor.role is Role.CUSTOMER else actor.person
    return next((one for one in rows if one.side == SIDES[actor.role] and one.rater == me and me), None)


def rate_visit(session: Session, actor: Actor, given: RatingInput, now: datetime) -> Rating:
    """Take one side's rating. It stays hidden; nobody is told. ``Conflict`` when given before or too late."""
    invitation = get_invitation(session, actor, given.visit_code, now, lock=True)
    if invitation.closes_at <= now:
        raise Conflict("rating_closed", "The time for rating this visit is over.")
    values = _checked(session, given, invitation.side, now)
    step = INVITATION_MOVES.step(InvitationState(invitation.state), InvitationMove.ANSWER, actor)
    claim(session, invitation, InvitationState(invitation.state), step.to)
    rating = Rating(
        code=new_code("G"),
        visit_code=invitation.visit_code,
        side=invitation.side,
        rater=invitation.rater,
        ratee=invitation.ratee,
        state=RatingState.HIDDEN,
        given_at=now,
        sealed_by=invitation.sealed_by,
        excluded="",
        **values,
    )
    session.add(rating)
    session.flush()
    _never_again(session, rating, now)
    events.record(session, RatingGiven(rating.code), by=actor, at=now)
    reveal_if_both(session, rating.visit_code, now)
    return rating


def edit_rating(session: Session, actor: Actor, given: RatingInput, now: datetime) -> Rating:
    """Change one's own rating: within 48 h, while it is hidden and nobody disputes the visit. Else ``Conflict``."""
    invitation = get_invitation(session, actor, given.visit_code, now, lock=True)
    rating = session.scalars(
        select(Rating).where(Rating.visit_code == invitation.visit_code, Rating.side == invitation.side)
    ).first()
    if rating is None:
        raise Conflict("rating_missing", "There is no rating to change yet.")
    policy = read_policy(session, RatingPolicy, now)
    late = now >= rating.given_at + timedelta(hours=policy.edit_hours)
    if late or rating.state != RatingState.HIDDEN or rating.sealed_by:
        raise Conflict("rating_final", "This rating cannot be changed any more.")
    values = _checked(session, given, rating.side, now)
    claim(session, rating, RatingState.HIDDEN, RatingState.HIDDEN, edited_at=now, **values)
    _never_again(session, rating, now)
    events.record(session, RatingEdited(rating.code), by=actor, at=now)
    return rating


def _checked(session: Session, given: RatingInput, side: str, now: datetime) -> dict[str, Any]:
    """Return the row's values, or ``InvalidInput``: aspects and reasons must be of this side, a low rating says why."""
    known_aspects, known_reasons = (
        (reasons.WORKER_ASPECTS, reasons.OF_WORKERS)
        if side == "customer"
        else (reasons.CUSTOMER_ASPECTS, reasons.OF_CUSTOMERS)
    )
    low = given.stars <= read_policy(session, RatingPolicy, now).reason_at_stars
    wrong: dict[str, list[str]] = {}
    if not set(given.aspects) <= set(known_aspects):
        wrong["aspects"] = ["unknown_aspect"]
    if low and not given.reason:
        wrong["reason"] = ["required_when_low"]
    elif given.reason and given.reason not in known_reasons:
        wrong["reason"] = ["not_a_choice"]
    if wrong:
        raise InvalidInput(wrong)
    return {
        "stars": given.stars,
        "aspects": dict(given.aspects),
        "private": given.private,
        "reason": given.reason if low else "",
        "comment": given.comment,
    }


def _never_again(session: Session, rating: Rating, now: datetime) -> None:
    """A private *no* keeps the pair apart for good; the other side is not told."""
    if rating.private != "no":
        return
    customer, worker = (rating.rater, rating.ratee) if rating.side == "customer" else (rating.ratee, rating.rater)
    block_pair(session, customer, worker, by=rating.side, source=rating.code, now=now)


def reveal_due(session: Session, now: datetime, limit: int = 200) -> int:
    """Close what has come due and is not sealed; return how many visits. The timers do the same, one by one."""
    due = session.scalars(
        select(Invitation.visit_code)
        .where(Invitation.state == InvitationState.OPEN, Invitation.closes_at <= now, Invitation.sealed_by == "")
        .distinct()
        .limit(limit)
    ).all()
    for visit_code in due:
        close_visit(session, visit_code, now)
    return len(due)
