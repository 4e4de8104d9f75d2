"""Policy: the business's numbers, versioned, with a typed default beside the rule that uses them.

A policy is a frozen dataclass deriving from :class:`Policy`; its field values are the defaults. A row overrides
some of them for a zone (or everywhere) from an instant on. What was promised under a version keeps that version.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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


def read_policy(session: Session, kind: type[P], now: datetime, zone: str = "") -> P:
    """Return the policy in force at ``now``: defaults, then the row for everywhere, then the zone's own."""
    policy = kind()
    known = {field.name for field in fields(kind)}
    for scope in dict.fromkeys(("", zone)):
        row = session.scalars(
            select(PolicyRow)
            .where(PolicyRow.name == kind.name, PolicyRow.zone == scope, PolicyRow.effective_from <= now)
            .order_by(PolicyRow.effective_from.desc(), PolicyRow.id.desc())
            .limit(1)
        ).first()
        if row is not None:
            policy = replace(policy, **{k: v for k, v in row.value.items() if k in known}, version=row.id)
    return policy
