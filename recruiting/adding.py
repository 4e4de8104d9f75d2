"""What a case adds to an incentive is a sum of its own: approved by one person, paid by another, like any other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM
from core.codes import new_code
from core.events import record
from recruiting.events import MilestoneMoved
from recruiting.models import Milestone
from recruiting.moves import get_milestone
from recruiting.postings import owe
from recruiting.recruiters import recruiter_by_code
from recruiting.states import MilestoneState

CASE = "case_"


def add_decided(session: Session, milestone_code: str, case_code: str, fen: int, now: datetime) -> Milestone | None:
    """Owe ``fen`` in all for one case about a milestone; again, or with less, adds nothing. All of it is theirs.

    A higher sum on appeal opens a second one for the difference.
    """
    about = get_milestone(session, SYSTEM, milestone_code, lock=True)
    recruiter = recruiter_by_code(session, about.recruiter)
    kind = f"{CASE}{case_code.removeprefix('D-')[:10]}"
    known = session.scalars(
        select(Milestone).where(
            Milestone.worker == about.worker,
            Milestone.recruiter == about.recruiter,
            Milestone.kind.in_((kind, f"{kind}+")),
        )
    ).all()
    missing = fen - sum(row.fen for row in known)
    if recruiter is None or missing <= 0 or len(known) > 1:
        return None
    made = Milestone(
        code=new_code("M"), recruiter=about.recruiter, worker=about.worker, kind=f"{kind}+" if known else kind,
        state=MilestoneState.VESTED, fen=missing, team_fen=0, created_at=now, vested_at=now, evaluate_at=None,
        held_at=None, paid_at=None, computed={"case": case_code, "more_of": about.code, "fen": missing},
    )  # fmt: skip
    session.add(made)
    session.flush()
    owe(session, recruiter, made, now)
    record(session, MilestoneMoved(made.code, made.recruiter, "open", made.state), by=SYSTEM, at=now)
    return made
