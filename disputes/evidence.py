"""The evidence pack: what the records say, as one timeline, and the facts the remedy table reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.events import EventRow
from dispatch.models import Offer, Position, Round, Visit
from dispatch.states import WORKED
from dispatch.visits import find_visit
from disputes.models import Dispute, Evidence
from disputes.remedies import Facts
from ratings.models import Rating


@dataclass(frozen=True)
class Item:
    """One line of the timeline. ``lane``: "record", "customer", "worker" or "staff"; ``params``: codes and numbers."""

    at: datetime
    lane: str
    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class Between:
    """What the two sides have been through before: worked visits and earlier cases, with how those ended."""

    visits: int
    cases: tuple[str, ...]


@dataclass(frozen=True)
class WhySent:
    """Why this worker was sent: the round, and the terms of the accepted offer as ``[{"key", "params"}]``."""

    round_code: str
    why: list[Any]


@dataclass(frozen=True)
class Pack:
    """The whole evidence of a case."""

    items: list[Item]
    between: Between
    sent: WhySent | None
    facts: Facts


def evidence_pack(session: Session, dispute: Dispute) -> Pack:
    """Return the timeline of a case, oldest first, and what else belongs to it. A fixed number of queries."""
    visit = find_visit(session, dispute.visit_code)
    items = [*_stamps(session, visit), *_checklist(visit), *_contacts(session, visit), *_said(dispute)]
    return Pack(
        items=sorted(items, key=lambda one: one.at),
        between=_between(session, dispute),
        sent=_why_sent(session, visit),
        facts=facts_of(session, dispute, visit),
    )


def _stamps(session: Session, visit: Visit) -> list[Item]:
    tracked = bool(session.scalar(select(exists().where(Position.visit_id == visit.id))))
    near = visit.arrived_method == "position"
    stamps: list[tuple[datetime | None, str, dict[str, Any]]] = [
        (visit.starts_at, "promised_start", {"minutes": visit.minutes}),
        (visit.trip_at, "trip_started", {"positions": tracked}),
        (visit.arrived_at, "arrived", {"method": visit.arrived_method, "near": near}),
        (visit.started_at, "started", {"method": visit.start_method, "code_used": visit.start_method == "code"}),
        (visit.finished_at, "finished", {"minutes": _minutes(visit.started_at, visit.finished_at)}),
        (visit.confirmed_at, "confirmed", {}),
        (visit.settled_at, "settled", {}),
        (visit.ended_at, "ended", {"reason": visit.end_reason}),
    ]
    return [Item(at, "record", kind, params) for at, kind, params in stamps if at is not None]


def _checklist(visit: Visit) -> list[Item]:
    """Each item when it was ticked or left with a reason, and the whole list as it stood at the end."""
    lines = [
        Item(datetime.fromisoformat(one["at"]), "record", "checklist_item", _item(one))
        for one in visit.checklist
        if one.get("at")
    ]
    end = visit.finished_at or visit.ended_at or visit.started_at
    if end is not None and visit.checklist:
        undone = [_item(one) for one in visit.checklist if not one.get("done")]
        lines.append(Item(end, "record", "checklist", {"items": len(visit.checklist), "undone": undone}))
    return lines


def _item(one: dict[str, Any]) -> dict[str, Any]:
    return {"done": False, "reason": "", "zh": "", "en": "", **{k: v for k, v in one.items() if k != "at"}}


def _contacts(session: Session, visit: Visit) -> list[Item]:
    """Logged attempts to reach somebody at the door."""
    query = select(EventRow).where(EventRow.about == visit.code, EventRow.kind == "ContactTried")
    return [Item(row.at, "record", "contact_tried", {}) for row in session.scalars(query)]


def _said(dispute: Dispute) -> list[Item]:
    """What both sides and staff said and showed, and what was decided."""
    spoken = [Item(one.at, lane_of(one.role), "statement", {}, one.words) for one in dispute.statements]
    shown = [Item(one.at, lane_of(one.role), "photo", {}, one.caption, (one.code,)) for one in dispute.evidence]
    opened = Item(
        dispute.opened_at, lane_of(dispute.opener_role), "opened", {"topic": dispute.topic, "wish": dispute.wish}
    )
    decided = [
        Item(one.at, "staff", f"decided_{one.level}", {"remedy": one.remedy, "fen": one.fen}, one.reason)
        for one in dispute.decisions
    ]
    return [opened, *spoken, *shown, *decided]


def lane_of(role: str) -> str:
    """Return whose side of the timeline a role's words stand on."""
    return role if role in {"customer", "worker"} else "staff"


def _minutes(begin: datetime | None, end: datetime | None) -> int:
    return 0 if begin is None or end is None else int((end - begin).total_seconds() // 60)


def _between(session: Session, dispute: Dispute) -> Between:
    visit = find_visit(session, dispute.visit_code)
    worked = session.scalar(
        select(func.count())
        .select_from(Visit)
        .where(
            Visit.customer == dispute.customer,
            Visit.worker_id == visit.worker_id,
            Visit.state.in_(WORKED),
            Visit.id != visit.id,
        )
    )
    earlier = select(Dispute).where(
        Dispute.customer == dispute.customer, Dispute.worker == dispute.worker, Dispute.id != dispute.id
    )
    ends = tuple(last_remedy(one) or one.state for one in session.scalars(earlier.order_by(Dispute.id)))
    return Between(worked or 0, ends)


def last_remedy(dispute: Dispute) -> str:
    """Return what a case came to, or an empty text while it is not decided."""
    return dispute.decisions[-1].remedy if dispute.decisions else ""


def _why_sent(session: Session, visit: Visit) -> WhySent | None:
    found = session.execute(
        select(Offer.why, Round.code)
        .outerjoin(Round, Round.id == Offer.round_id)
        .where(Offer.visit_id == visit.id, Offer.state == "accepted")
    ).first()
    return None if found is None else WhySent(found[1] or "", found[0])


def facts_of(session: Session, dispute: Dispute, visit: Visit) -> Facts:
    """Return what the remedy table reads: stamps, checklist, photos; never what anybody is like."""
    undone = [one for one in visit.checklist if not one.get("done")]
    opener, other = _photo_counts(session, dispute)
    late = None
    if visit.arrived_at is not None and visit.starts_at is not None:
        late = max(0, _minutes(visit.starts_at, visit.arrived_at))
    return Facts(
        severity=dispute.severity,
        topic=dispute.topic,
        opener=dispute.opener_role,
        wish=dispute.wish,
        total_fen=visit.total_fen,
        contested_fen=dispute.contested_fen,
        minutes=visit.minutes,
        on_site_minutes=_minutes(visit.started_at, visit.finished_at or visit.ended_at),
        late_minutes=late,
        items=len(visit.checklist),
        undone=len(undone),
        excused=sum(1 for one in undone if one.get("reason")),
        code_used=visit.start_method == "code",
        photos_opener=opener,
        photos_other=other,
        rating_reason=_rating_reason(session, dispute),
    )


def _photo_counts(session: Session, dispute: Dispute) -> tuple[int, int]:
    rows = session.execute(
        select(Evidence.role, func.count()).where(Evidence.dispute_id == dispute.id).group_by(Evidence.role)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    opener = counts.get(dispute.opener_role, 0)
    other = "worker" if dispute.opener_role == "customer" else "customer"
    return opener, counts.get(other, 0)


def _rating_reason(session: Session, dispute: Dispute) -> str:
    if not dispute.rating_code:
        return ""
    return session.scalar(select(Rating.reason).where(Rating.code == dispute.rating_code)) or ""
