"""Whose a sum is, in words: people, visits, neighbourhoods and their budgets by the codes of the ledger."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from accounts.people import names_of
from app.formats import named
from app.words import gettext as _
from dispatch.visit_file import homes_named
from places.zones import list_zones
from recruiting.desk import recruiter_names
from workers.names import worker_names


def owner_names(session: Session, owners: Collection[str]) -> dict[str, str]:
    """Return what these owners are called; those without a name are not in it. At most five queries."""
    wanted = set(owners)
    zones = {zone.slug: named(zone.names) for zone in list_zones(session)}
    found = {**zones, **worker_names(session, wanted), **recruiter_names(session, wanted)}
    accounts = {code for code in wanted if code.startswith("A-")}
    found |= names_of(session, accounts) if accounts else {}
    visits = homes_named(session, {code for code in wanted if code.startswith("V-")})
    found |= {code: named(names) for code, names in visits.items() if names}
    budgets = (code.split("/") for code in wanted if "/" in code)
    months = {f"{zone}/{month}": _month(zones[zone], month) for zone, month, *_rest in budgets if zone in zones}
    return {code: name for code, name in {**found, **months}.items() if name and code in wanted}


def _month(zone: str, month: str) -> str:
    year, _dash, number = month.partition("-")
    return _("%(zone)s, %(month)s/%(year)s", zone=zone, month=int(number), year=year) if number.isdigit() else zone
