"""Why not somebody else: a visit, the round that decided it, and one person who was not asked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from marshmallow import Schema, fields, validate

from app import auth
from app.input import read_query
from app.pages.ops_labels import visit_labels
from app.pages.ops_words import DESK, codes_in, sentences
from app.registry import route
from app.session import current_session
from dispatch.visit_why import why_not_worker
from workers.names import worker_names

bp = Blueprint("ops_why", __name__)


class WhySchema(Schema):
    """About whom."""

    worker = fields.String(load_default="", validate=validate.Length(max=24))


@route(bp, "/ops/visits/<code>/why", policy=DESK)
def show_why(code: str) -> Any:
    """Show why a visit went where it went, and why not to the chosen person; what would have to change."""
    session, worker = current_session(), read_query(WhySchema)["worker"]
    found = why_not_worker(session, auth.current_actor(), code, worker)
    said = [*found.chosen, *found.told] if found else []
    codes = {*codes_in(said), *(found.workers if found else ()), code}
    names = {**visit_labels(session, codes), **worker_names(session, codes)}
    return render_template(
        "ops/why.html",
        code=code,
        title=names.get(code, code),
        found=found,
        worker=worker,
        name=names.get(worker, worker),
        people=sorted(((one, names.get(one, one)) for one in found.workers), key=lambda one: one[1]) if found else [],
        chosen=sentences(found.chosen, found.epoch, names) if found else [],
        told=sentences(found.told, found.epoch, names) if found else [],
    )
