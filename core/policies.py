"""Policy: the business's numbers, versioned, with a typed default beside the rule that uses them.

A policy is a frozen dataclass deriving from :class:`Policy`; its field values are the defaults. A row overrides
some of them for a zone (or everywhere) from an instant on. What was promised under a version keeps that version.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Index, String, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from core.db import Base, Key


@dataclass(frozen=True)
class Policy:
    """Numbers with names. ``version`` 0 means: the defaults of this release."""

    name: ClassVar[str]
    version: int = 0


class PolicyRow(Base):
    """One published change of a policy."""

    __tablename__ = "policy"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(32))
    zone: Mapped[str] = mapped_column(String(24), default="")
    effective_from: Mapped[datetime]
    value: Mapped[dict[str, Any]]
    proposed_by: Mapped[str] = mapped_column(String(24))
    approved_by: Mapped[str] = mapped_column(String(24))
    __table_args__ = (Index("ix_policy_lookup", "name", "zone", "effective_from"),)


P = TypeVar("P", bound=Policy)
_KEPT = "policies"


def read_policy(session: Session, kind: type[P], now: datetime, zone: str = "") -> P:
    """Return the policy in force at ``now``: defaults, then the row for everywhere, then the zone's own.

    The rows are read once per transaction: there are few of them, and every verb asks for some.
    """
    policy = kind()
    known = {field.name for field in fields(kind)}
    rows = _published(session)
    for scope in dict.fromkeys(("", zone)):
        in_force = [row for row in rows.get((kind.name, scope), ()) if row.effective_from <= now]
        if in_force:
            row = in_force[-1]
            policy = replace(policy, **{k: v for k, v in row.value.items() if k in known}, version=row.id)
    return policy


def _published(session: Session) -> dict[tuple[str, str], list[PolicyRow]]:
    """Return all rows by name and zone, oldest first."""
    if _KEPT not in session.info:
        found: dict[tuple[str, str], list[PolicyRow]] = {}
        for row in session.scalars(select(PolicyRow).order_by(PolicyRow.effective_from, PolicyRow.id)):
            found.setdefault((row.name, row.zone), []).append(row)
        session.info[_KEPT] = found
    kept: dict[tuple[str, str], list[PolicyRow]] = session.info[_KEPT]
    return kept


@event.listens_for(Session, "after_begin")
def _forget(session: Session, transaction: Any, connection: Any) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
    """A new transaction may see newly published rows."""
    if not session.in_nested_transaction():
        session.info.pop(_KEPT, None)


@event.listens_for(PolicyRow, "after_insert")
def _forget_on_publishing(mapper: Any, connection: Any, row: PolicyRow) -> None:  # noqa: ARG001
    session = object_session(row)
    if session is not None:
        session.info.pop(_KEPT, None)
