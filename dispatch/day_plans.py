"""Day plans: tomorrow in the evening, and a day again when something has happened.

Wishes (``plan_wishes``) are rows. The plan tick claims a wish with a lease and takes the snapshot (one transaction),
has it solved apart (no transaction), and then makes the offers or proposes the moves (one transaction). Whatever dies
on the way leaves a row that says so; when the lease is over the next tick takes it up again, a few times.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

import matching
from core.db import SessionFactory, in_transaction
from core.policies import read_policy
from core.ticks import claim_tick, local_day
from dispatch.deciding import decide
from dispatch.models import Round
from dispatch.plan_moves import propose_moves
from dispatch.plan_problem import PlanProblem, evening_problem, replan_problem
from dispatch.plan_scope import Scope
from dispatch.plan_wishes import DAY_PLAN, REPLAN, WANTED, want_evening, want_plan
from dispatch.policy import PlanPolicy
from dispatch.rounds import kept_problem, roster_to_json_dict, versions
from dispatch.solver import Question, Solve, Solved, solve_apart
from matching.jsonio import roster_from_json
from places.models import Zone

EVENING, SOLVE = "plan_evening", "plan_solve"
_AT_ONCE = 20


@dataclass(frozen=True)
class ClaimedPlan:
    """A plan that is ours: its row, what is to be solved, and where the clock stood."""

    code: str
    fence: int
    name: str
    scope: Scope
    problem: PlanProblem
    policy: PlanPolicy
    now: datetime


def evening(factory: SessionFactory, tick: str, now: datetime) -> int:
    """Wish for tomorrow's plans once a day, when the policy says; return how many were wished for."""
    return in_transaction(factory, lambda session: _evening(session, tick, now))


def _evening(session: Session, tick: str, now: datetime) -> int:
    if not claim_tick(session, EVENING, tick, now):
        return 0
    time_zone = session.scalar(select(Zone.time_zone).order_by(Zone.id).limit(1))
    if time_zone is None:
        return 0
    local = now.astimezone(ZoneInfo(time_zone))
    if local.hour * 60 + local.minute < read_policy(session, PlanPolicy, now).evening_minute:
        return 0
    if not claim_tick(session, "plan_day", local_day(now, time_zone).isoformat(), now):
        return 0
    return want_evening(session, now)


def solve_tick(factory: SessionFactory, tick: str, now: datetime) -> list[str]:
    """Solve what is wished for, once per tick; a plan that was lost is found by any later one."""
    claimed = in_transaction(factory, lambda session: claim_tick(session, SOLVE, tick, now))
    return solve_wanted(factory, now) if claimed else []


def solve_wanted(factory: SessionFactory, now: datetime, solve: Solve = solve_apart) -> list[str]:
    """Solve every plan that is wished for, or whose solver was lost; return their codes."""
    waiting = in_transaction(factory, lambda session: _waiting(session, now))
    done = []
    for code in waiting:
        claimed = in_transaction(factory, lambda session, code=code: claim_plan(session, code, now))  # type: ignore[misc]
        if claimed is not None:
            done.append(solve_plan(factory, claimed, solve))
    return done


def solve_plan(factory: SessionFactory, claimed: ClaimedPlan, solve: Solve) -> str:
    """Solve a claimed plan and keep what came of it."""
    question = _question(claimed)
    solved = solve(question)
    kept = claimed.problem.kept
    unmoved = solve(replace(question, problem=kept, start=None)) if kept is not None else None
    in_transaction(factory, lambda session: finish_plan(session, claimed, solved, unmoved))
    return claimed.code


def _question(claimed: ClaimedPlan) -> Question:
    policy = claimed.policy
    return Question(
        claimed.problem.snapshot.problem, "day", policy.effort, 0, claimed.problem.start,
        seconds=policy.solve_seconds, memory_mb=policy.memory_mb,
    )  # fmt: skip


def _waiting(session: Session, now: datetime) -> list[str]:
    lost = and_(Round.state == "solving", Round.mode == "day", Round.lease_until < now)
    query = select(Round.code).where(or_(Round.state == WANTED, lost)).order_by(Round.id).limit(_AT_ONCE)
    return list(session.scalars(query))


def claim_plan(session: Session, code: str, now: datetime) -> ClaimedPlan | None:
    """Take a plan up: lease, snapshot, row. None when another has it, its day is over or it was lost too often."""
    row = session.scalars(select(Round).where(Round.code == code).with_for_update(skip_locked=True)).first()
    if row is None or not _free(row, now):
        return None
    policy = read_policy(session, PlanPolicy, now)
    if row.state == "solving":
        row.fate = "lost"
    scope = _scope(session, row)
    if scope is None or scope.end <= now or row.fence > policy.attempts:
        row.state, row.finished_at = "failed", None
        row.fate = row.fate or "too_late"
        return None
    row.name = DAY_PLAN if _has(row.causes, "evening") else row.name
    before = _previous(session, row)
    problem = _problem(session, row.name, scope, before, now)
    if not problem.snapshot.problem.visits:
        session.delete(row)
        return None
    _lease(row, problem, before, policy, now)
    session.flush()
    return ClaimedPlan(row.code, row.fence, row.name, scope, problem, policy, now)


def _free(row: Round, now: datetime) -> bool:
    lost = row.state == "solving" and row.lease_until is not None and row.lease_until < now
    return row.state == WANTED or lost


def _has(causes: Iterable[Any], kind: str) -> bool:
    return any(cause["kind"] == kind for cause in causes)


def _scope(session: Session, row: Round) -> Scope | None:
    zone = session.scalars(select(Zone).where(Zone.slug == row.zone)).first()
    if zone is None or row.day is None:
        return None
    return Scope(row.day, tuple(row.zones), zone.city, zone.time_zone)


def _previous(session: Session, row: Round) -> Round | None:
    """The last finished plan of this day and group."""
    return session.scalars(
        select(Round)
        .where(Round.day == row.day, Round.zone == row.zone, Round.state == "done", Round.id != row.id)
        .order_by(Round.finished_at.desc())
        .limit(1)
    ).first()


def _problem(session: Session, name: str, scope: Scope, before: Round | None, now: datetime) -> PlanProblem:
    if name == DAY_PLAN:
        return evening_problem(session, scope, now)
    roster = roster_from_json(json.dumps(before.roster)) if before is not None else None
    return replan_problem(session, scope, roster, now)


def _lease(row: Round, problem: PlanProblem, before: Round | None, policy: PlanPolicy, now: datetime) -> None:
    asked = problem.snapshot.problem
    row.state, row.fence, row.started_at = "solving", row.fence + 1, now
    row.lease_until = now + timedelta(minutes=policy.lease_minutes)
    row.problem, row.weights = kept_problem(asked), versions(asked)
    if problem.start is not None:
        row.weights["start"] = [[one.visit, one.worker, one.start] for one in problem.start.choices]
    row.follows = before.code if before is not None else ""
    row.visits, row.workers = len(asked.visits), len(asked.workers)


def finish_plan(session: Session, claimed: ClaimedPlan, solved: Solved, unmoved: Solved | None) -> None:
    """Keep the plan and do what it says: offers in the evening, else proposals; nothing if it is not ours any more.

    ``unmoved`` is the same day with nothing moved: what moves win is counted against it, and prices are its prices,
    since nothing has moved yet.
    """
    row = session.scalars(select(Round).where(Round.code == claimed.code).with_for_update()).one()
    if row.fence != claimed.fence or row.state != "solving":
        return
    row.fate, row.solve_ms = solved.fate or row.fate.replace("lost", ""), solved.milliseconds
    if solved.roster is None:
        row.state = "failed"
    else:
        _keep(session, row, claimed, solved.roster, unmoved.roster if unmoved is not None else None)
        row.prices = unmoved.prices if unmoved is not None and unmoved.roster is not None else solved.prices
    if solved.fate and claimed.fence <= claimed.policy.attempts - 1 and not _has(row.causes, "again"):
        session.flush()
        want_plan(session, claimed.name, claimed.scope, {"kind": "again", "about": row.code}, claimed.now)


def _keep(
    session: Session, row: Round, claimed: ClaimedPlan, roster: matching.Roster, unmoved: matching.Roster | None
) -> None:
    row.digest, row.engine = roster.digest, f"{roster.engine} {roster.version}"
    row.objective, row.bound = float(roster.objective), float(roster.bound)
    row.roster = roster_to_json_dict(roster)
    snapshot, now = claimed.problem.snapshot, claimed.now
    if claimed.name == REPLAN:
        gain = roster.objective - unmoved.objective if unmoved is not None else None
        row.weights = {**row.weights, "unmoved": unmoved.objective if unmoved is not None else None}
        urgent = _has(row.causes, "overrun") or _has(row.causes, "late")
        row.offered = propose_moves(session, row, snapshot, roster, None if urgent else gain, now)
    else:
        row.offered = decide(session, snapshot, roster, row.id, now)
    row.state, row.finished_at = "done", now
