"""Names by code, for pages that tell of several people at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.models import Worker


def worker_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the names of these workers by code; one query, none for no codes."""
    wanted = [code for code in codes if code.startswith("W-")]
    if not wanted:
        return {}
    return {row[0]: row[1] for row in session.execute(select(Worker.code, Worker.name).where(Worker.code.in_(wanted)))}
