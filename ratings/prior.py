"""The starting level: a screening result handed down, grouped by its opaque source (a recruiter's code)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ratings import formula, scorelog
from ratings.formula import Start, WorkerState
from ratings.models import Screening, WorkerScore
from ratings.params import current_params
from ratings.publishing import publish


def hand_down_screening(session: Session, worker_code: str, source: str, result: float, now: datetime) -> WorkerScore:
    """Let a screening (0..1) set where a worker starts, at most 0.4 star from the mean.

    Only before the first rating: afterwards a new screening changes nothing, since the start was promised. Before
    recruits have shown what screenings are worth (slope 0), it is kept and moves nothing.
    """
    params = current_params(session)
    row = scorelog.lock_score(session, worker_code, params, now)
    if row.ratings:
        return row
    values = {"source": source, "result": formula.clip(result, 0.0, 1.0), "at": now}
    session.execute(
        insert(Screening)
        .values(worker=worker_code, **values)
        .on_conflict_do_update(index_elements=["worker"], set_=values)
    )
    start = scorelog.start_for(session, worker_code, params)
    if start != Start(row.prior, row.pbad_prior) or row.params_version != params.version:
        scorelog.append(session, scorelog.PRIOR, worker_code, now, scorelog.prior_payload(params, start))
        zero = formula.figures(params, start, WorkerState())
        row.prior, row.pbad_prior, row.params_version = start.prior, start.pbad, params.version
        row.score, row.p_bad, row.lower, row.upper = zero.score, zero.p_bad, zero.lower, zero.upper
    publish(session, row, now)
    session.flush()
    return row
