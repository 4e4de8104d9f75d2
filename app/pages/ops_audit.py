"""What staff did, for leads and administrators; and taking a role in an emergency, for everybody of the staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template
from marshmallow import Schema, fields, validate

from accounts.emergency import (
    MINUTES,
    EmergencyGrant,
    EmergencyInput,
    give_back,
    list_grants,
    running_grant,
    take_role,
    takeable,
)
from accounts.people import names_of
from app import auth
from app.audit_check import check_for
from app.house import current_now, wall_now
from app.input import read, read_query
from app.output import UNTRIED, refused, see_other
from app.pages.ops_audit_words import audit_rows
from app.pages.ops_event_words import role_word
from app.pages.ops_people import next_page
from app.pages.ops_words import HOUSE, Said, actor_because
from app.registry import Policy, route
from app.session import current_session
from app.words import gettext as _
from core.actors import STAFF, Role
from core.audit import list_audit
from core.errors import Conflict, DomainError

bp = Blueprint("ops_audit", __name__)
WATCH = Policy({Role.OPS_LEAD, Role.ADMIN}, "all")


class AuditSchema(Schema):
    """Whose acts, about what; ``emergency`` names a grant."""

    q = fields.String(load_default="", validate=validate.Length(max=24))
    after = fields.String(load_default="", validate=validate.Length(max=20))


class TakeSchema(Said):
    """Which role, why, and a ticket if there is one."""

    role = fields.String(required=True, validate=validate.OneOf([role.value for role in STAFF]))
    ticket = fields.String(load_default="", validate=validate.Length(max=40))


@route(bp, "/ops/audit", policy=WATCH)
def show_audit() -> Any:
    """List what staff did, latest first; by person, thing or emergency when a code is given."""
    asked = read_query(AuditSchema)
    session = current_session()
    page = list_audit(session, auth.current_actor(), asked["q"].strip().upper(), asked["after"])
    names = names_of(session, {row.actor_code for row in page.rows} - {""})
    return render_template("ops/audit.html", rows=audit_rows(page.rows, names), asked=asked, page=page,
                           next=next_page(page.after))  # fmt: skip


@route(bp, "/ops/audit/check", policy=WATCH, methods=["POST"], audit=True, idempotent="none")
def check_now() -> Any:
    """Walk the whole chain now and say what was found."""
    found = check_for(current_session(), actor_because(read(Said)["reason"]), current_now())
    if found.whole:
        flash(_("The audit is whole: %(n)s rows. Its head: %(head)s", n=found.head.seq, head=found.head), "done")
    else:
        flash(_("The audit is broken at row %(n)s.", n=found.at), "error")
    return see_other("ops_health.show_health")


@route(bp, "/ops/emergency", policy=HOUSE)
def show_emergency() -> Any:
    """Show which role could be taken, or is taken; leads and administrators see what others took."""
    return render_template("ops/emergency.html", **_emergency_page())


@route(bp, "/ops/emergency", policy=HOUSE, methods=["POST"], audit=True, idempotent="none")
def take() -> Any:
    """Take a role for half an hour."""
    web, session = auth.identify().web, current_session()
    if web is None:
        raise Conflict("token_has_one_role", "A token acts in one role.")
    try:
        given = EmergencyInput(**read(TakeSchema))
        take_role(session, web, auth.current_actor(), given, (wall_now(), current_now()))
    except DomainError as error:
        return refused("ops/emergency.html", error, _anew)
    auth.forget()
    flash(_("You act in the other role now, for %(n)s minutes. A second person is told.", n=MINUTES), "care")
    return see_other("ops_audit.show_emergency")


@route(bp, "/ops/emergency/end", policy=HOUSE, methods=["POST"], audit=True, idempotent="natural")
def end() -> Any:
    """Give the role back before its time."""
    asker = auth.identify()
    if asker.web is not None:
        give_back(current_session(), asker.web, asker.actor, (wall_now(), current_now()))
        auth.forget()
    flash(_("You act in your own role again."), "done")
    return see_other("ops_audit.show_emergency")


def _anew() -> dict[str, Any]:
    """The page once what was begun is undone: whoever asks is looked up again."""
    auth.forget()
    return _emergency_page()


def _emergency_page() -> dict[str, Any]:
    session, actor = current_session(), auth.current_actor()
    watching = actor.role in WATCH.roles and not actor.emergency
    grants: list[EmergencyGrant] = list_grants(session, actor) if watching else []
    return {
        "grant": running_grant(session, actor),
        "choices": [(role.value, role_word(role.value)) for role in takeable(actor)],
        "grants": grants,
        "watching": watching,
        "names": names_of(session, {one.account for one in grants}),
        "role_word": role_word,
        "wall": wall_now(),
        "minutes_": MINUTES,
        **UNTRIED,
    }
