"""One's own visits, page by page: a customer's, a worker's. The desk has ``visit_list``."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import NotFound
from core.paging import Page, fetch_page
from dispatch.models import Visit
from dispatch.visits import visit_query
from workers.models import Worker


def own_visits(session: Session, actor: Actor, state: str = "", after: str = "") -> Page[Visit]:
    """Return the visits this customer or worker is a side of, newest first; with ``state`` only those in it."""
    query = visit_query()
    if actor.role is Role.CUSTOMER and actor.code:
        query = query.where(Visit.customer == actor.code)
    elif actor.role is Role.WORKER and actor.person:
        query = query.where(Visit.worker.has(Worker.code == actor.person))
    else:
        raise NotFound
    if state:
        query = query.where(Visit.state == state)
    return fetch_page(session, query, Visit.id, after)
