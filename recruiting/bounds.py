"""The lower bound of a recruit's score at an instant, as the log stands now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ratings import scorelog
from ratings.params import params_reader
from ratings.replay import replay
from workers.standing import standing_of


def lower_at(session: Session, worker_code: str, at: datetime) -> float:
    """Return the bound (0..1) the worker had at ``at``, every rating weighing what was decided about it since.

    So a late timer prices as a punctual one would have. Without a log yet it is what was published, else 0.
    """
    entries = [entry for entry in scorelog.entries_of(session, worker_code) if entry.at <= at]
    if not entries:
        standing = standing_of(session, worker_code)
        return 0.0 if standing is None else standing.lower
    params_of = params_reader(session)
    run, _ = replay(entries, params_of)
    return run.figures(params_of(run.params)).lower
