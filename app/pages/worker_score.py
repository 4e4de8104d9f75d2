"""My score: one number, one sentence, what it is made of, what would change it; promises kept are another account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint

from app.house import current_now
from app.pages.worker_common import OWN, me, page
from app.registry import route
from app.session import current_session
from core.policies import read_policy
from dispatch.worker_record import marks_of
from ratings.explain import ScoreStory, score_story
from ratings.policy import RatingPolicy, TierPolicy

bp = Blueprint("worker_score", __name__)


@route(bp, "/worker/score", policy=OWN)
def score() -> Any:
    """Show the score and everything it comes from."""
    session, now = current_session(), current_now()
    story = score_story(session, me(), me().person, now)
    tiers = read_policy(session, TierPolicy, now)
    fade = timedelta(days=tiers.streak_days)
    return page(
        "score", story=story, tiers=tiers, scale=_scale(story, tiers), batch=read_policy(session, RatingPolicy, now),
        marks=marks_of(session, me(), now - fade, fade),
    )  # fmt: skip


def _scale(story: ScoreStory, tiers: TierPolicy) -> dict[str, Any]:
    """Return the bar from 4 to 5 stars: what we are sure of, what it shows, and the lines of the tiers."""
    lines = [("gold", tiers.gold_lower), ("star", tiers.star_lower)]
    marks = [{"at": _at(line), "name": name, "value": line, "own": False} for name, line in lines]
    return {"sure": _at(story.lower), "seen": _at(story.stars), "marks": marks}


def _at(stars: float) -> int:
    return max(0, min(100, round((stars - 4.0) * 100)))
