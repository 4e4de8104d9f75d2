"""One round told: how good it was, who got what, what stayed open and why; and the same round solved again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import matching
from core.actors import Actor
from core.errors import Conflict, NotFound
from dispatch.models import Round
from dispatch.plan_problem import as_it_stood, held
from dispatch.solver import Question, solve_apart
from matching import explain
from matching.jsonio import digest, problem_from_json, roster_from_json, roster_to_json
from matching.problem import UNITS_PER_MINUTE
from matching.slots import SlotFinder, with_choices

RIVALS = 4
AGAIN_SECONDS = 60.0


@dataclass(frozen=True)
class RoundHead:
    """One round in a list. ``gap`` 0..1 or None while it runs; ``late``: started long ago and never finished."""

    code: str
    name: str
    tick: str
    started_at: datetime
    finished_at: datetime | None
    visits: int
    workers: int
    offered: int
    gap: float | None
    engine: str


@dataclass(frozen=True)
class Given:
    """A visit that went to somebody. ``terms`` are (name, travel minutes)."""

    visit: str
    worker: str
    start: datetime
    chance: float
    added_minutes: int
    worth: float
    terms: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Left:
    """A visit left open, with (code, count) why."""

    visit: str
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class RoundStory:
    """Everything about one round. Objective and bound are in travel minutes; ``fate`` as of ``Round.fate``."""

    head: RoundHead
    digest: str
    seed: int
    effort: float
    objective: float
    bound: float
    fallback: str
    given: Sequence[Given]
    left: Sequence[Left]
    fate: str = ""


@dataclass(frozen=True)
class Rival:
    """Somebody who was not chosen for a visit, and why, as sentences of ``matching.explain``."""

    worker: str
    sentences: Sequence[explain.Sentence]


@dataclass(frozen=True)
class VisitWhy:
    """Why a visit went where it went in a round (or stayed open), and why not to the next best."""

    epoch: str
    chosen: Sequence[explain.Sentence]
    rivals: Sequence[Rival]


@dataclass(frozen=True)
class Replay:
    """A round solved again: the digests of the problem then and now, whether the rosters agree, seconds it took."""

    then: str
    now: str
    same_problem: bool
    same_roster: bool
    seconds: float


def last_rounds(session: Session, actor: Actor, limit: int = 20) -> list[RoundHead]:
    """Return the latest rounds, newest first, without their problems. Staff only."""
    if not actor.is_staff:
        raise NotFound
    rows = session.execute(_heads().order_by(Round.started_at.desc(), Round.id.desc()).limit(limit))
    return [RoundHead(*row) for row in rows]


def _heads() -> Any:
    return select(
        Round.code, Round.name, Round.tick, Round.started_at, Round.finished_at, Round.visits, Round.workers,
        Round.offered, Round.roster["gap"].as_float(), Round.engine,
    )  # fmt: skip


def round_story(session: Session, actor: Actor, code: str) -> RoundStory:
    """Return the story of a round; ``NotFound`` for outsiders and unknown codes."""
    if not actor.is_ops:
        raise NotFound
    row = session.execute(_heads().where(Round.code == code)).first()
    kept = session.execute(select(Round.roster, Round.digest, Round.seed, Round.fate).where(Round.code == code)).first()
    if row is None or kept is None:
        raise NotFound
    head = RoundHead(*row)
    if head.finished_at is None:
        return RoundStory(head, "", kept[2], 0, 0, 0, "", (), (), kept[3])
    roster = roster_from_json(_text(kept[0]))
    epoch = _epoch(session, code)
    return RoundStory(
        head=head,
        digest=kept[1],
        seed=kept[2],
        effort=roster.effort,
        objective=_minutes(roster.objective),
        bound=_minutes(roster.bound),
        fallback=roster.fallback,
        given=[_given(epoch, choice) for choice in roster.choices],
        left=[Left(one.visit, [(each.code, each.count) for each in one.reasons]) for one in roster.unmatched],
        fate=kept[3],
    )


def why_in_round(session: Session, actor: Actor, code: str, visit: str) -> VisitWhy | None:
    """Return why a visit was decided as it was in a round; None when the round does not know it."""
    problem, roster = load_round(session, actor, code)
    if visit not in {one.code for one in problem.visits}:
        return None
    chosen = explain.why_chosen(problem, roster, visit) or explain.why_open(problem, roster, visit)
    others = [choice for choice in roster.choices if choice.visit != visit]
    best = SlotFinder(with_choices(problem, others)).best_workers(explain.visit_of(problem, visit), top=RIVALS)
    mine = roster.choice_of(visit)
    rivals = [one.worker for one in best if mine is None or one.worker != mine.worker]
    return VisitWhy(
        problem.epoch, chosen, [Rival(one, explain.why_not(problem, roster, visit, one)) for one in rivals[:3]]
    )


def replay(session: Session, actor: Actor, code: str) -> Replay:
    """Solve the kept problem again, apart, with the same seed and effort, and compare.

    ``Conflict`` when the process that solved it again did not live to tell.
    """
    problem, roster = load_round(session, actor, code)
    before = _start_of(session, code)
    solved = solve_apart(Question(problem, roster.mode, roster.effort, roster.seed, before, AGAIN_SECONDS))
    again, took = solved.roster, solved.milliseconds / 1000
    if again is None or solved.fate:
        raise Conflict("replay_failed", "The process that solves was lost. Please try again.")
    same = roster_to_json(again) == roster_to_json(roster)
    return Replay(roster.digest, again.digest, digest(problem) == roster.digest, same, round(took, 2))


def _start_of(session: Session, code: str) -> matching.Roster | None:
    """What a re-plan began from."""
    kept = session.scalar(select(Round.weights).where(Round.code == code)) or {}
    return as_it_stood([held(*one) for one in kept["start"]]) if "start" in kept else None


def load_round(session: Session, actor: Actor, code: str) -> tuple[matching.Problem, matching.Roster]:
    """Return a finished round's problem and roster; ``Conflict`` when its problem is not kept any more."""
    row = session.scalars(select(Round).where(Round.code == code)).first()
    if row is None or not actor.is_ops:
        raise NotFound
    if row.problem is None or row.finished_at is None:
        raise Conflict("round_not_kept", "This round has not finished, or its problem is not kept any more.")
    return problem_from_json(zlib.decompress(row.problem).decode()), roster_from_json(_text(row.roster))


def _text(roster: Mapping[str, Any]) -> str:
    return json.dumps(roster)


def _epoch(session: Session, code: str) -> datetime:
    """The instant second 0 of the round's problem stands for."""
    kept = session.scalar(select(Round.problem).where(Round.code == code))
    text = zlib.decompress(kept).decode() if kept else "{}"
    return datetime.fromisoformat(json.loads(text).get("epoch", "1970-01-01T00:00:00+00:00"))


def _given(epoch: datetime, choice: matching.Choice) -> Given:
    terms = sorted(choice.terms, key=lambda term: -abs(term.amount))
    return Given(
        visit=choice.visit,
        worker=choice.worker,
        start=epoch + timedelta(seconds=choice.start),
        chance=choice.p_accept,
        added_minutes=round(choice.added_travel / 60),
        worth=_minutes(choice.value),
        terms=[(term.name, round(term.minutes, 1)) for term in terms if abs(term.minutes) >= 0.5],
    )


def _minutes(units: float) -> float:
    return round(units / UNITS_PER_MINUTE, 1)
