"""Photos of screenings: kept beside the sheet, shown to whoever took them and to operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from core.actors import Actor, Role
from core.codes import new_code
from core.errors import NotFound
from recruiting.models import ScreeningPhoto
from recruiting.sheets import own_recruit


def keep_photos(
    session: Session, actor: Actor, worker_code: str, contents: Sequence[bytes], now: datetime
) -> tuple[str, ...]:
    """Keep photos (cleaned JPEG) a recruiter took of one of their recruits' work; return their references."""
    worker = own_recruit(session, actor, worker_code)
    rows = [
        ScreeningPhoto(
            code=new_code("PH"), worker=worker.code, by=actor.person, mime="image/jpeg", content=content, at=now
        )
        for content in contents
    ]
    session.add_all(rows)
    session.flush()
    return tuple(row.code for row in rows)


def get_photo(session: Session, actor: Actor, worker_code: str, code: str) -> ScreeningPhoto:
    """Return a photo with its content to whoever took it and to operations; ``NotFound`` to everyone else."""
    query = select(ScreeningPhoto).where(ScreeningPhoto.code == code, ScreeningPhoto.worker == worker_code)
    row = session.scalars(query.options(undefer(ScreeningPhoto.content))).first()
    own = row is not None and actor.role is Role.RECRUITER and bool(actor.person) and row.by == actor.person
    if row is None or not (own or actor.is_ops):
        raise NotFound
    return row
