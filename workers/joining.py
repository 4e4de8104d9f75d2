"""The way in, as somebody on it sees it: how far, what is missing, what comes next and who has to do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.policies import read_policy
from workers.documents import missing_documents
from workers.models import Worker, WorkerDecision
from workers.policy import DocumentPolicy, VettingPolicy
from workers.states import VETTING, WorkerState
from workers.trials import missing_for_activation
from workers.zones import today_of

STEPS: Final = (
    WorkerState.APPLIED,
    WorkerState.DOCUMENTS,
    WorkerState.IDENTITY_CHECKED,
    WorkerState.INTERVIEWED,
    WorkerState.TRAINING,
    WorkerState.QUIZ_PASSED,
    WorkerState.TRIAL,
    WorkerState.ACTIVE,
)


@dataclass(frozen=True)
class PaperLine:
    """A paper: its kind, "missing", "handed_in", "valid" or "expired", and its last good day."""

    kind: str
    state: str
    expires_on: date | None


@dataclass(frozen=True)
class Verdict:
    """The last thing a person decided about the case, with the end of the time to appeal and whether it was used."""

    kind: str
    reason_code: str
    reason: str
    at: datetime
    until: datetime | None
    appeal_until: datetime
    appealed: bool
    open: bool


@dataclass(frozen=True)
class JoinStory:
    """Everything the page of joining shows. ``step`` counts from 1; 0 when the way has ended.

    ``missing`` are the codes of what the trial lacks; ``quiz_from`` is when the quiz may be taken again.
    """

    state: str
    step: int
    papers: list[PaperLine]
    missing: list[str]
    trial_done: int
    trial_needed: int
    quiz_score: float | None
    quiz_from: datetime | None
    reapply_on: date | None
    reason_code: str
    reason: str
    verdict: Verdict | None


def join_story(session: Session, worker: Worker, now: datetime) -> JoinStory:
    """Return where somebody stands on the way in (or after it); the page has checked that it is their own."""
    policy = read_policy(session, VettingPolicy, now)
    state, case = WorkerState(worker.state), worker.case
    taken = case.quiz_at
    again = taken + timedelta(hours=policy.quiz_again_hours) if taken and state is WorkerState.TRAINING else None
    return JoinStory(
        state=state.value,
        step=STEPS.index(state) + 1 if state in STEPS else 0,
        papers=_papers(session, worker, now),
        missing=missing_for_activation(session, worker, now) if state is WorkerState.TRIAL else [],
        trial_done=min(case.trial_visits, policy.trial_visits),
        trial_needed=policy.trial_visits,
        quiz_score=case.quiz_score,
        quiz_from=again if again is not None and again > now else None,
        reapply_on=case.reapply_on,
        reason_code=case.reason_code,
        reason=case.reason,
        verdict=None if state in VETTING else _verdict(session, worker, policy),
    )


def _papers(session: Session, worker: Worker, now: datetime) -> list[PaperLine]:
    required = read_policy(session, DocumentPolicy, now).required
    lacking = set(missing_documents(worker, required, today_of(session, worker, now)))
    return [_paper(worker, kind, good=kind not in lacking) for kind in required]


def _paper(worker: Worker, kind: str, *, good: bool) -> PaperLine:
    rows = [row for row in worker.documents if row.kind == kind and row.state != "replaced"]
    if good:
        valid = next(row for row in reversed(rows) if row.state == "valid")
        return PaperLine(kind, "valid", valid.expires_on)
    if any(row.state == "handed_in" for row in rows):
        return PaperLine(kind, "handed_in", None)
    return PaperLine(kind, "expired" if rows else "missing", rows[-1].expires_on if rows else None)


def _verdict(session: Session, worker: Worker, policy: VettingPolicy) -> Verdict | None:
    row = session.scalars(
        select(WorkerDecision).where(WorkerDecision.worker_id == worker.id).order_by(WorkerDecision.id.desc())
    ).first()
    if row is None:
        return None
    return Verdict(
        kind=row.kind, reason_code=row.reason_code, reason=row.reason, at=row.at, until=row.until,
        appeal_until=row.at + timedelta(days=policy.appeal_days), appealed=row.appealed_at is not None,
        open=row.settled_at is None,
    )  # fmt: skip
