"""Never again: two people who are not matched any more, whoever asked for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import NotFound
from dispatch.models import PairBlock
from workers.models import Worker


def block_pair(session: Session, customer: str, worker_code: str, by: str, source: str, now: datetime) -> None:
    """Never match this pair again. ``by`` is "customer", "worker" or "ops"; ``source`` a rating's or dispute's code."""
    worker_id = session.scalar(select(Worker.id).where(Worker.code == worker_code))
    if worker_id is None:
        raise NotFound
    session.execute(
        insert(PairBlock)
        .values(customer=customer, worker_id=worker_id, by=by, source=source, at=now)
        .on_conflict_do_nothing()
    )


def unblock_pair(session: Session, customer: str, worker_code: str, by: str) -> None:
    """Take one's own block back; a block by the other side stays."""
    worker_id = session.scalar(select(Worker.id).where(Worker.code == worker_code))
    session.execute(
        delete(PairBlock).where(
            PairBlock.customer == customer, PairBlock.worker_id == (worker_id or 0), PairBlock.by == by
        )
    )
