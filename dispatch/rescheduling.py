"""Moving a visit to another start: only to one that can be kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.actors import Actor
from dispatch.cancelling import reschedule_visit
from dispatch.models import Visit
from dispatch.quoting import check_time
from dispatch.schemas import QuoteAsk
from dispatch.visits import get_visit
from geo.points import Point
from places.places import Located


def move_start(session: Session, actor: Actor, visit_code: str, wish: QuoteAsk, now: datetime) -> Visit:
    """Move a visit to the wish's time (``start``, or ``day`` and ``part``); everything else of the wish is ignored.

    ``InvalidInput`` on ``start`` when nobody can keep it, ``Conflict`` when the visit may not be moved any more.
    """
    visit = get_visit(session, actor, visit_code)
    place = visit.job.place
    ask = QuoteAsk(
        visit.service, visit.minutes, facts=tuple(place.facts), start=wish.start, day=wish.day, part=wish.part
    )
    located = Located(place.zone, place.compound, Point(place.lat, place.lon), place.address, tuple(place.facts))
    window = check_time(session, ask, located, visit.customer, now)
    return reschedule_visit(session, actor, visit_code, window, now)
