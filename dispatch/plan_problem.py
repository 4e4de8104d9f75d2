"""The problem of a day plan, from the same snapshot as a round's.

An evening plan keeps every confirmed visit as a commitment. A re-plan looks at confirmed visits again: each becomes a
visit with a promise, which costs the more to move the nearer it is; what is under way or near stays where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import matching
from core.policies import read_policy
from dispatch import snapshot_rows
from dispatch.lateness import LATE, Expected, expected_of
from dispatch.models import Visit
from dispatch.plan_scope import Scope
from dispatch.policy import PlanPolicy, SlotPolicy
from dispatch.snapshot import GRID, Snapshot, build, span_of
from dispatch.states import VisitState
from dispatch.visits import visit_query


@dataclass(frozen=True)
class PlanProblem:
    """What is to be solved; ``start`` is how things stand, so that nothing is moved without a reason.

    ``kept`` is the same with all promises pinned, to see what moving them wins; None when there is nothing to move.
    """

    snapshot: Snapshot
    start: matching.Roster | None = None
    kept: matching.Problem | None = None


def evening_problem(session: Session, scope: Scope, now: datetime) -> PlanProblem:
    """Return tomorrow's open visits against what is promised; nothing confirmed can move."""
    return PlanProblem(_snapshot(session, scope, _open(session, scope, now), (), now))


def replan_problem(session: Session, scope: Scope, before: matching.Roster | None, now: datetime) -> PlanProblem:
    """Return the day with its promises as promises, beginning from how it stands."""
    policy = read_policy(session, PlanPolicy, now)
    running = _running(session, scope, policy, now)
    late = {visit.worker_id for visit, end in running if visit.worker_id and end > _planned(visit) + LATE}
    promised = [visit for visit in _assigned(session, scope, now) if _movable(visit, policy, late, now)]
    waiting = _open(session, scope, now)
    snap = _snapshot(session, scope, [*waiting, *promised], [visit.code for visit in promised], now)
    snap = replace(snap, problem=_never_dropped(_with_promises(snap, promised)))
    snap = replace(snap, problem=_with_overruns(snap, running))
    return PlanProblem(snap, _as_it_stands(snap.problem, before), _pinned(snap.problem))


def over_at(visit: Visit, expected: Expected, policy: PlanPolicy, now: datetime) -> datetime:
    """Return when a visit under way will be over as things stand: not yet over means a little longer."""
    overdue = visit.state == VisitState.IN_PROGRESS and expected.free <= now
    return now + timedelta(minutes=policy.overrun_minutes) if overdue else expected.free


def _planned(visit: Visit) -> datetime:
    start = visit.starts_at or visit.window_from
    return start + timedelta(minutes=visit.minutes)


def _open(session: Session, scope: Scope, now: datetime) -> Sequence[Visit]:
    return session.scalars(
        visit_query()
        .where(
            Visit.state.in_([VisitState.OPEN.value, VisitState.RESCUE.value]),
            Visit.window_from >= scope.begin,
            Visit.window_from < scope.end,
            Visit.window_until >= now,
            Visit.zone.in_(scope.zones),
        )
        .order_by(Visit.window_from, Visit.id)
    ).all()


def _assigned(session: Session, scope: Scope, now: datetime) -> Sequence[Visit]:
    return session.scalars(
        visit_query()
        .where(
            Visit.state == VisitState.ASSIGNED,
            Visit.starts_at > now,
            Visit.starts_at >= scope.begin,
            Visit.starts_at < scope.end,
            Visit.zone.in_(scope.zones),
        )
        .order_by(Visit.starts_at, Visit.id)
    ).all()


def _running(session: Session, scope: Scope, policy: PlanPolicy, now: datetime) -> list[tuple[Visit, datetime]]:
    """Visits somebody is at, or on the way to, with when they will be over."""
    visits = session.scalars(
        visit_query().where(
            Visit.state.in_([VisitState.EN_ROUTE.value, VisitState.ARRIVED.value, VisitState.IN_PROGRESS.value]),
            Visit.starts_at >= scope.begin,
            Visit.starts_at < scope.end,
        )
    ).all()
    expected = expected_of(session, visits, now)
    return [(visit, over_at(visit, expected[visit.id], policy, now)) for visit in visits]


def _movable(visit: Visit, policy: PlanPolicy, late: Collection[int], now: datetime) -> bool:
    """Near visits stay, except those of somebody who will be late for them anyway."""
    if visit.starts_at is None or visit.worker is None or visit.starts_at.timestamp() % GRID:
        return False
    return visit.worker_id in late or visit.starts_at >= now + timedelta(minutes=policy.pinned_minutes)


def _snapshot(
    session: Session, scope: Scope, visits: Sequence[Visit], freed: Collection[str], now: datetime
) -> Snapshot:
    """The snapshot of these visits; those freed are no commitments of their workers any more."""
    span = span_of([scope.day], scope.city, scope.time_zone)
    facts = snapshot_rows.load(session, visits, (span.epoch, span.end), now)
    kept = {worker: [row for row in rows if row.visit not in freed] for worker, rows in facts.held.items()}
    near = [worker for worker in facts.workers if not worker.zones or set(worker.zones) & set(scope.zones)]
    facts = replace(facts, workers=near, held=kept)
    return build(facts, visits, span, read_policy(session, SlotPolicy, now), now)


def _with_promises(snap: Snapshot, promised: Sequence[Visit]) -> matching.Problem:
    """Each promised visit with its promise; its own start is always allowed, its worker never counts as refusing."""
    known = {worker.code for worker in snap.problem.workers}
    facts = {
        visit.code: (visit.worker.code, snap.span.second(visit.starts_at))
        for visit in promised
        if visit.worker is not None and visit.starts_at is not None
    }
    made = []
    for visit in snap.problem.visits:
        if visit.code not in facts:
            made.append(visit)
            continue
        worker, start = facts[visit.code]
        if worker in known:
            made.append(_promised(visit, worker, start))
    return snap.problem.with_visits(made)


def _never_dropped(problem: matching.Problem) -> matching.Problem:
    """The same where no other visit outweighs a promise: to drop one for another could not even be proposed."""
    weights = problem.weights
    return replace(
        problem, weights=replace(weights, broken_promise=weights.broken_promise + 2 * weights.unfilled_rescue)
    )


def _promised(visit: matching.Visit, worker: str, start: int) -> matching.Visit:
    window = matching.Window(start, start)
    allowed = any(one.earliest <= start <= one.latest for one in visit.windows)
    return replace(
        visit,
        state="assigned",
        windows=visit.windows if allowed else (*visit.windows, window),
        promise=matching.Promise(worker, window),
        declined=visit.declined - {worker},
        blocked=visit.blocked - {worker},
    )


def _with_overruns(snap: Snapshot, running: Sequence[tuple[Visit, datetime]]) -> matching.Problem:
    """Who is still at work is not free before the work is over."""
    over = {visit.code: snap.span.second(end) for visit, end in running}
    people = [
        replace(worker, committed=tuple(_stretched(stop, over.get(stop.visit, 0)) for stop in worker.committed))
        for worker in snap.problem.workers
    ]
    return replace(snap.problem, workers=tuple(people))


def _stretched(stop: matching.Commitment, over: int) -> matching.Commitment:
    minutes = -(-(over - stop.start) // 60)
    return replace(stop, minutes=minutes) if minutes > stop.minutes else stop


def _pinned(problem: matching.Problem) -> matching.Problem | None:
    """The same with nothing to be moved; None when nothing is promised, or a promise can no longer be kept at all."""
    if not any(visit.promise for visit in problem.visits):
        return None
    visits = [
        replace(visit, promise=replace(visit.promise, pinned=True)) if visit.promise else visit
        for visit in problem.visits
    ]
    return problem.with_visits(visits)


def _as_it_stands(problem: matching.Problem, before: matching.Roster | None) -> matching.Roster:
    """The previous roster, corrected by what has been promised since."""
    promised = {
        visit.code: held(visit.code, visit.promise.worker, visit.promise.window.earliest)
        for visit in problem.visits
        if visit.promise is not None
    }
    open_ones = {visit.code for visit in problem.visits} - set(promised)
    earlier = before.choices if before is not None else ()
    planned = [held(one.visit, one.worker, one.start) for one in earlier if one.visit in open_ones]
    return as_it_stood(sorted([*promised.values(), *planned], key=lambda choice: choice.visit))


def as_it_stood(choices: Sequence[matching.Choice]) -> matching.Roster:
    """Return a roster that says who had what, and nothing else."""
    return matching.Roster(
        routes=(), choices=tuple(choices), unmatched=(), terms=(), objective=0, bound=0, gap=0.0, moved=(), mode="day",
        engine="as it stands", version="", seed=0, effort=0.0, digest="",
    )  # fmt: skip


def held(visit: str, worker: str, start: int) -> matching.Choice:
    """Return the choice of a worker for a visit at a start, without its worth."""
    return matching.Choice(visit, worker, start, start, 0, 1.0, ())
