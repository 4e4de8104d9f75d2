"""Photos that lie in the open, or under an old key, are sealed with the newest one: by the clock, or all at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import LargeBinary, func, select, type_coerce
from sqlalchemy.orm import Session, undefer
from sqlalchemy.orm.attributes import flag_modified

from core.db import SessionFactory, in_transaction
from core.sealing import HEAD, newest_head
from core.ticks import Tick, claim_tick
from disputes.models import Evidence
from recruiting.models import ScreeningPhoto

BATCH: Final = 50
NAME: Final = "photos_seal"
_KEPT: Final[tuple[type[Any], ...]] = (Evidence, ScreeningPhoto)


def reseal(session: Session, most: int = BATCH) -> int:
    """Seal some photos anew and return how many; 0 when every one lies under the newest key."""
    return sum(_reseal(session, kept, most) for kept in _KEPT)


def reseal_all(factory: SessionFactory) -> int:
    """Seal every photo that needs it, in transactions of their own; return how many."""
    done = 0
    while some := in_transaction(factory, reseal):
        done += some
    return done


def _reseal(session: Session, kept: type[Any], most: int) -> int:
    begins = func.substring(type_coerce(kept.content, LargeBinary), 1, HEAD)
    query = select(kept).where(begins != newest_head()).order_by(kept.id).limit(most)
    rows = session.scalars(query.options(undefer(kept.content)).with_for_update(skip_locked=True, of=kept)).all()
    for row in rows:
        flag_modified(row, "content")
    session.flush()
    return len(rows)


def _tick(factory: SessionFactory, tick: str, now: datetime) -> object:
    return in_transaction(factory, lambda session: claim_tick(session, NAME, tick, now) and reseal(session))


SEALING_TICK = Tick(NAME, _tick, period=timedelta(hours=1))
