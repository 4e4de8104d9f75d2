"""What the desk calls visits whose codes stand in a text: compound and building."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.formats import named
from dispatch.visit_file import homes_named


def visit_labels(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return a name for every visit among these codes; one query."""
    homes = homes_named(session, {code for code in codes if code.startswith("V-")})
    return {code: named(names) for code, names in homes.items() if names}
