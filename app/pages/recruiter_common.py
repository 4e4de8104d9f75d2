"""What the recruiter's page modules share: policies, rendering with the words, refusals, the QR code."""

from __future__ import annotations

from typing import Any

import segno
from flask import Response, make_response, render_template
from markupsafe import Markup

from app import auth
from app.house import house
from app.messages import sentence
from app.output import field_sentences
from app.pages import recruiter_words
from app.registry import Policy
from app.session import current_session
from core.actors import Actor, Role
from core.errors import DomainError, InvalidInput

OWN = Policy({Role.RECRUITER}, "own station")
OWN_RECRUIT = Policy({Role.RECRUITER}, "own recruit")
OWN_MILESTONE = Policy({Role.RECRUITER}, "own milestone")
OWN_CASE = Policy({Role.RECRUITER}, "own case")


def me() -> Actor:
    """Return the recruiter who asks."""
    return auth.current_actor()


def page(template: str, **given: Any) -> str:
    """Render one of the recruiter's templates; ``w`` are the words."""
    ready: dict[str, Any] = {"w": recruiter_words, "errors": {}, "values": {}, "problem": ""}
    return render_template(f"recruiter/{template}.html", **{**ready, **given})


def again(error: DomainError, template: str, **given: Any) -> Response:
    """Undo the work and show the page once more: marked fields, or a sentence at the top."""
    current_session().rollback()
    if isinstance(error, InvalidInput):
        said: dict[str, Any] = {"errors": field_sentences(error)}
    else:
        said = {"problem": sentence(error.code, error.sentence, **error.params)}
    return make_response(page(template, **given, **said), error.status)


def invitation(code: str) -> str:
    """Return the address that names a recruiter when somebody applies."""
    return f"{house().settings.base_url}/join?r={code}"


def qr_code(address: str) -> Markup:
    """Return a QR code as inline SVG, dark on light in every theme."""
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None, dark="#16201c")
    return Markup(svg)  # noqa: S704  (drawn by segno from an address of our own, no text of anybody in it)
