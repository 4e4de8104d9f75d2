"""What the worker's page modules share: the policy, rendering with the worker's words, counts on the tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, render_template

from app import auth
from app.context import nav_counts
from app.house import current_now
from app.messages import sentence
from app.output import field_sentences
from app.pages import worker_words
from app.registry import Policy
from app.session import current_session
from app.support import support
from catalogue.services import list_services
from core.actors import Actor, Role
from core.errors import DomainError, InvalidInput
from dispatch.move_asks import count_moves
from dispatch.worker_offers import count_live

OWN_VISIT = Policy({Role.WORKER}, "own visit")
OWN_OFFER = Policy({Role.WORKER}, "own offer")
OWN = Policy({Role.WORKER}, "own")


def page(template: str, **given: Any) -> str:
    """Render a worker's template: ``w`` are the words, ``services`` the catalogue, ``support`` our numbers."""
    services = {one.slug: one for one in list_services(current_session())}
    ready = {"w": worker_words, "services": services, "support": support(), "errors": {}, "values": {}, "problem": ""}
    return render_template(f"worker/{template}.html", **{**ready, **given})


def refused(error: DomainError) -> dict[str, Any]:
    """Undo the work and return what to say of the refusal: ``errors`` per field, or ``problem``, a sentence."""
    current_session().rollback()
    if isinstance(error, InvalidInput):
        return {"errors": field_sentences(error)}
    return {"problem": sentence(error.code, error.sentence, **error.params)}


def again(error: DomainError, template: str, values: Mapping[str, Any] | None = None, **given: Any) -> Response:
    """Show the page once more with what was refused: fields marked, or a sentence at the top."""
    return make_response(page(template, values=values or {}, **refused(error), **given), error.status)


@nav_counts
def waiting_offers(actor: Actor) -> dict[str, int]:
    """Count what waits for the worker's answer: offers, and questions about moves."""
    if actor.role is not Role.WORKER or not actor.person:
        return {}
    session = current_session()
    return {"offers": count_live(session, actor.person, current_now()) + count_moves(session, actor)}


def me() -> Actor:
    """Return the worker who asks."""
    return auth.current_actor()
