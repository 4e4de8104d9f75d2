"""Rounds: who is asked for which visit. Claimed once per tick, solved outside any transaction, re-validated at the end.

Three short steps: claim the tick and take a snapshot (one transaction); solve in a process apart (no transaction);
check that the lease is still ours and every visit still open, make the offers and keep the decision (one transaction).
A round whose process dies leaves a row without an end; its visits are simply part of the next round.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import metadata
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import matching
from core.codes import new_code
from core.db import SessionFactory, in_transaction
from core.policies import read_policy
from core.ticks import claim_tick
from dispatch import snapshot_rows
from dispatch.deciding import decide
from dispatch.models import Round, Visit
from dispatch.policy import RoundPolicy, SlotPolicy
from dispatch.snapshot import Snapshot, build, span_of
from dispatch.solver import Question, Solve, Solved, solve_apart
from dispatch.states import VisitState
from dispatch.visits import visit_query
from matching.jsonio import problem_to_json, roster_to_json
from places.models import Zone

URGENT, NEAR, LATER, EVENING = "round_urgent", "round_near", "round_later", "round_evening"


@dataclass(frozen=True)
class Claimed:
    """A round that is ours: its row, its problem, and where the clock stood."""

    code: str
    fence: int
    snapshot: Snapshot
    question: Question
    now: datetime


def run_round(
    factory: SessionFactory, name: str, tick: str, now: datetime, seed: int = 0, solve: Solve = solve_apart
) -> str | None:
    """Run one round; return its code, or None when the tick is taken or nothing is open."""
    claimed = in_transaction(factory, lambda session: claim_round(session, name, tick, now, seed))
    if claimed is None:
        return None
    solved = solve(claimed.question)
    in_transaction(factory, lambda session: finish_round(session, claimed, solved, now))
    return claimed.code


def claim_round(session: Session, name: str, tick: str, now: datetime, seed: int) -> Claimed | None:
    """Claim the tick, take the snapshot and write the round's row with a lease."""
    if not claim_tick(session, name, tick, now):
        return None
    zone = session.scalars(select(Zone).order_by(Zone.id).limit(1)).first()
    if zone is None:
        return None
    policy = read_policy(session, RoundPolicy, now)
    visits = open_visits(session, name, zone.time_zone, policy, now)
    if not visits:
        return None
    snap = take_snapshot(session, visits, zone, now)
    row = Round(
        code=new_code("N"),
        name=name,
        tick=tick,
        mode="round",
        fence=1,
        lease_until=now + timedelta(minutes=policy.lease_minutes),
        seed=seed,
        weights=versions(snap.problem),
        roster={},
        problem=kept_problem(snap.problem),
        visits=len(snap.problem.visits),
        workers=len(snap.problem.workers),
        started_at=now,
    )
    session.add(row)
    session.flush()
    question = Question(snap.problem, "round", policy.effort, seed, None, policy.solve_seconds, policy.memory_mb)
    return Claimed(row.code, row.fence, snap, question, now)


def kept_problem(problem: matching.Problem) -> bytes:
    """Return a problem as it is stored."""
    return zlib.compress(problem_to_json(problem).encode())


def versions(problem: matching.Problem) -> dict[str, Any]:
    """Return what a roster depends on besides the problem's facts: weights, and the versions of what solves."""
    names = ("ortools", "numpy", "scipy", "numba")
    return {
        "weights": asdict(problem.weights),
        "acceptance": asdict(problem.acceptance),
        "versions": {name: found for name in names if (found := _version(name))},
    }


@cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def open_visits(session: Session, name: str, zone: str, policy: RoundPolicy, now: datetime) -> Sequence[Visit]:
    """Return the visits this round is about: urgent (< 4 h), near (today and tomorrow), later, or all of them."""
    urgent = now + timedelta(hours=policy.urgent_hours)
    local = now.astimezone(ZoneInfo(zone))
    tomorrow_ends = (local + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    bounds = {
        URGENT: (now - timedelta(days=1), urgent),
        NEAR: (urgent, tomorrow_ends),
        LATER: (tomorrow_ends, now + timedelta(days=30)),
        EVENING: (now - timedelta(days=1), now + timedelta(days=30)),
    }[name]
    states = [VisitState.OPEN.value, VisitState.RESCUE.value]
    query = visit_query().where(
        Visit.state.in_(states),
        Visit.window_from >= bounds[0],
        Visit.window_from < bounds[1],
        Visit.window_until >= now,
    )
    return session.scalars(query.order_by(Visit.window_from, Visit.id).limit(400)).all()


def take_snapshot(session: Session, visits: Sequence[Visit], zone: Zone, now: datetime) -> Snapshot:
    """Load supply around these visits and make the problem."""
    tz = ZoneInfo(zone.time_zone)
    days = {at.astimezone(tz).date() for visit in visits for at in (visit.window_from, visit.window_until)}
    span = span_of(days | {now.astimezone(tz).date()}, zone.city, zone.time_zone)
    facts = snapshot_rows.load(session, visits, (span.epoch, span.end), now)
    return build(facts, visits, span, read_policy(session, SlotPolicy, now), now)


def finish_round(session: Session, claimed: Claimed, solved: Solved, now: datetime) -> None:
    """Keep the decision and make the offers; nothing happens when another fence has taken over.

    A round without any roster stays without an end: its visits are part of the next one.
    """
    row = session.scalars(select(Round).where(Round.code == claimed.code).with_for_update()).one()
    if row.fence != claimed.fence or row.finished_at is not None:
        return
    row.fate, row.solve_ms, roster = solved.fate, solved.milliseconds, solved.roster
    if roster is None:
        row.state = "failed"
        return
    row.digest, row.engine = roster.digest, f"{roster.engine} {roster.version}"
    row.objective, row.bound = float(roster.objective), float(roster.bound)
    row.roster = roster_to_json_dict(roster)
    row.offered = decide(session, claimed.snapshot, roster, row.id, now)
    row.state, row.finished_at = "done", now


def roster_to_json_dict(roster: matching.Roster) -> dict[str, Any]:
    """Return the roster as it is stored."""
    return dict(json.loads(roster_to_json(roster)))
