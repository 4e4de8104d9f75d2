"""The chain of the audit: every row is bound to the one before it, so that a lost, changed or moved row is found.

The database writes the links itself when a transaction commits, after everything else in it, under one lock that is
held for the length of that commit only; nothing but audited acts ever waits for it. The links are counted without
gaps. Here they are computed once more, from the rows as they are, without trusting what the database computed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Row, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.audit import AuditRow
from core.db import Base
from core.ticks import TickRun

CHECK = "audit_check"
_BATCH = 2000
_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")


class AuditLink(Base):
    """One link: ``hash`` is SHA-256 over the hash before it (``prev``) and the content of one audit row."""

    __tablename__ = "audit_link"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Head:
    """Where the chain stood: how many links, and the last one's hash. Written ``12:ab…``."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, written: str) -> Head:
        """Return a head from how it is written; ``ValueError`` when it is not one."""
        found = _HEAD.fullmatch(written.strip())
        if found is None:
            raise ValueError("A head of the audit looks like 12:ab… with 64 hexadecimal digits.")
        return cls(int(found[1]), found[2])


@dataclass(frozen=True)
class Verdict:
    """What checking found. ``fault`` is empty when the chain is whole; ``at`` is the audit row (or link) it names.

    Faults: "row_changed", "row_missing", "link_missing", "link_moved", "row_unlinked", "shortened".
    """

    head: Head
    fault: str = ""
    at: int = 0

    @property
    def whole(self) -> bool:
        """True when nothing is wrong."""
        return not self.fault


def verify_chain(session: Session, known: tuple[Head, ...] = ()) -> Verdict:
    """Walk the whole chain. ``known`` are heads written down earlier: each must still be a link of it.

    The heads of earlier checks (kept with the ticks) are always among them. Costs one pass over the audit.
    """
    wanted = {head.seq: head.hash for head in (*_earlier(session), *known) if head.seq}
    with session.execute(_WALK, execution_options={"yield_per": _BATCH}) as rows:
        walked = _walk(rows, wanted)
    if not walked.whole:
        return walked
    if wanted and max(wanted) > walked.head.seq:
        return Verdict(walked.head, "shortened", walked.head.seq)
    loose = session.scalar(
        select(AuditRow.id)
        .outerjoin(AuditLink, AuditLink.audit_id == AuditRow.id)
        .where(AuditLink.seq.is_(None))
        .order_by(AuditRow.id)
        .limit(1)
    )
    return Verdict(walked.head, "row_unlinked", loose) if loose else walked


def last_check(session: Session) -> TickRun | None:
    """Return the last daily check with its outcome, ``{"head", "fault", "at"}``."""
    return session.scalars(select(TickRun).where(TickRun.name == CHECK).order_by(TickRun.at.desc()).limit(1)).first()


def _earlier(session: Session) -> list[Head]:
    kept = session.scalars(select(TickRun.outcome["head"].as_string()).where(TickRun.name == CHECK))
    return [Head.read(one) for one in kept if one and _HEAD.fullmatch(one)]


def _walk(rows: Iterable[Row[Any]], wanted: Mapping[int, str]) -> Verdict:
    head = Head(0, "")
    for row in rows:
        fault = _fault(row, head)
        if not fault and wanted.get(row.seq, row.hash) != row.hash:
            fault = "row_changed"
        if fault:
            return Verdict(head, fault, int(row.audit_id))
        head = Head(row.seq, row.hash)
    return Verdict(head)


def _fault(row: Row[Any], before: Head) -> str:
    if row.seq != before.seq + 1:
        return "link_missing"
    if row.prev != before.hash:
        return "link_moved"
    if row.id is None:
        return "row_missing"
    return "" if row.hash == _hash(before.hash, row) else "row_changed"


def _hash(prev: str, row: Row[Any]) -> str:
    """Return the link's hash: every text with its length in bytes before it, so that no two contents look the same."""
    texts = [prev, *(str(one) for one in tuple(row)[4:])]
    content = "".join(f"{len(one.encode())}:{one}" for one in texts)
    return hashlib.sha256(content.encode()).hexdigest()


_WALK = text("""
    select l.seq, l.audit_id, l.prev, l.hash, a.id,
           (extract(epoch from a.at) * 1000000)::bigint as micros, a.act, a.about, a.actor_role, a.actor_code,
           a.on_behalf_of, a.reason, a.before::text as was, a.after::text as became
    from audit_link l left join audit a on a.id = l.audit_id order by l.seq
""")
