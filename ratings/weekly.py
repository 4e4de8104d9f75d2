"""The weekly private message: score, change, best and weakest aspect, how far to the next tier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from notices.notices import enqueue
from ratings.explain import ScoreStory, score_story
from ratings.models import WorkerScore
from workers.models import Worker
from workers.states import MATCHABLE


def tell_weekly(session: Session, now: datetime) -> int:
    """Send everybody who has a number their own week; return how many. It says nothing the score page does not."""
    rows = session.execute(
        select(WorkerScore, Worker)
        .join(Worker, Worker.code == WorkerScore.worker)
        .where(Worker.state.in_(MATCHABLE), WorkerScore.ratings > 0)
        .order_by(Worker.id)
    ).all()
    told = 0
    for score, worker in rows:
        self = Actor(Role.WORKER, worker.account_code, worker.code)
        story = score_story(session, self, worker.code, now)
        if story.new:
            continue
        enqueue(session, worker.account_code, "score_weekly", worker.code, now, **_params(story, score.weekly_score))
        score.weekly_score = story.stars
        told += 1
    session.flush()
    return told


def _params(story: ScoreStory, before: float | None) -> dict[str, Any]:
    ordered = sorted(story.aspects, key=lambda one: one.value)
    ahead = story.next_tier
    return {
        "stars": round(story.stars, 2),
        "change": round(story.stars - before, 2) if before is not None else 0.0,
        "best": ordered[-1].name if ordered else "",
        "weakest": ordered[0].name if len(ordered) > 1 else "",
        "tier": story.tier,
        "next_tier": ahead.tier if ahead else "",
        "visits": ahead.visits if ahead and ahead.visits is not None else 0,
    }
