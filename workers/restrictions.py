"""What a restriction takes away, and gives back when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from workers.models import Worker, WorkerDecision, WorkerSkill

if TYPE_CHECKING:
    from workers.schemas import Restriction


def withholdings(worker: Worker, wish: Restriction) -> tuple[list[WorkerSkill], list[str]]:
    """Return the skills and zones to withhold: at least one, all of them the worker's own, and something stays."""
    taken = [row for row in worker.skills if row.skill in wish.skills]
    wrong: dict[str, list[str]] = {}
    if len(taken) != len(set(wish.skills)):
        wrong["skills"] = ["unknown"]
    if set(wish.zones) - set(worker.zones):
        wrong["zones"] = ["unknown"]
    if not wish.skills and not wish.zones:
        wrong["skills"] = ["required"]
    if len(taken) == len(worker.skills) or (wish.zones and set(wish.zones) == set(worker.zones)):
        wrong.setdefault("skills", ["nothing_left"])
    if wrong:
        raise InvalidInput(wrong)
    return taken, [zone for zone in worker.zones if zone in wish.zones]


def withhold(
    session: Session, worker: Worker, row: WorkerDecision, taken: Sequence[WorkerSkill], zones: Sequence[str]
) -> None:
    """Take them away and keep them on the decision; the matcher sees a new version of the worker."""
    kept = [{"skill": one.skill, "since": one.since.isoformat(), "checked_by": one.checked_by} for one in taken]
    row.withheld = {"skills": kept, "zones": list(zones)}
    for one in taken:
        worker.skills.remove(one)
        session.delete(one)
    worker.zones = [zone for zone in worker.zones if zone not in zones]
    worker.version += 1
    session.flush()


def give_back(session: Session, worker: Worker, now: datetime) -> None:
    """Give back what every restriction that still runs has taken."""
    rows = session.scalars(
        select(WorkerDecision).where(
            WorkerDecision.worker_id == worker.id,
            WorkerDecision.kind == "restrict",
            WorkerDecision.settled_at.is_(None),
        )
    ).all()
    for row in rows:
        held = {one.skill for one in worker.skills}
        for one in row.withheld["skills"]:
            if one["skill"] not in held:
                since = datetime.fromisoformat(one["since"])
                worker.skills.append(WorkerSkill(skill=one["skill"], since=since, checked_by=one["checked_by"]))
        worker.zones = [*worker.zones, *(zone for zone in row.withheld["zones"] if zone not in worker.zones)]
        row.settled_at = now
    worker.version += len(rows)
    session.flush()
