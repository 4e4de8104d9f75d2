"""Reads shaped for a page: how a sum was computed, the statement, the cohort, the station's day. Frozen rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import NotFound
from core.policies import read_policy
from money.accounts import PAYABLE_RECRUITER
from money.ledger import owed
from recruiting.adding import CASE
from recruiting.clawbacks import taken_in
from recruiting.evaluation import ADVANCE, MORE, SCREENING, visits_kind, visits_of_kind
from recruiting.models import Attribution, Clawback, Milestone, Recruiter, ScreeningSheet
from recruiting.moves import get_milestone
from recruiting.policy import IncentivePolicy
from recruiting.postings import month_of, wall_clock
from recruiting.prices import Price, advance_price, milestone_price, stars
from recruiting.recruiters import get_recruiter
from recruiting.states import MILESTONE_MOVES, MilestoneState
from workers.models import Standing, Worker
from workers.states import WorkerState

_EARNED = frozenset({MilestoneState.VESTED, MilestoneState.APPROVED, MilestoneState.PAID})
_AHEAD = frozenset({MilestoneState.SCHEDULED, MilestoneState.EVALUATING})
_GONE = frozenset({WorkerState.LEFT, WorkerState.REJECTED, WorkerState.WITHDRAWN, WorkerState.EXPIRED})


@dataclass(frozen=True)
class HowComputed:
    """Every input of one sum. ``inputs`` as kept when it was priced; ``formula`` is a code the page has words for."""

    milestone_code: str
    kind: str
    state: str
    reason: str
    recruiter: str
    worker: str
    worker_name: str
    formula: str
    fen: int
    team_fen: int
    own_fen: int
    inputs: Mapping[str, Any]
    evaluate_at: datetime | None
    held_since: datetime | None
    vested_at: datetime | None
    approved_by: str
    paid_at: datetime | None
    moves: tuple[str, ...]


@dataclass(frozen=True)
class MilestoneLine:
    """One sum of one recruit. ``low_fen``/``high_fen`` forecast one that is still ahead; else they are the sum.

    ``held_until`` is when a held one goes its way at the latest; ``inputs`` is what it was computed from.
    """

    kind: str
    state: str
    code: str
    own_fen: int
    low_fen: int
    high_fen: int
    reason: str
    evaluate_at: datetime | None
    paid_at: datetime | None
    vested_at: datetime | None = None
    held_until: datetime | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RecruitTrack:
    """One recruit's line of a statement: the sums in their order, advance to the last visit."""

    worker_code: str
    name: str
    family_name: str
    state: str
    this_month_fen: int
    lines: tuple[MilestoneLine, ...]


@dataclass(frozen=True)
class SheetCounts:
    """A recruiter's screening sheets: with photos, without, and how many have been paid for, each with ``fee_fen``."""

    documented: int
    without_photos: int
    paid: int
    fee_fen: int = 0


@dataclass(frozen=True)
class Statement:
    """A recruiter's statement: this month's, what is held, what may come; all are the recruiter's own parts in fen.

    ``month_codes`` are the sums that became theirs in the month.
    """

    recruiter_code: str
    name: str
    month: str
    earned_fen: int
    held_fen: int
    forecast_low_fen: int
    forecast_high_fen: int
    payable_fen: int
    owed_back_fen: int
    kept_back_fen: int
    sheets: SheetCounts
    tracks: tuple[RecruitTrack, ...]
    month_codes: frozenset[str] = frozenset()


def how_computed(session: Session, actor: Actor, code: str) -> HowComputed:
    """Return every input of one milestone, to the recruiter it belongs to and to the desk."""
    row = get_milestone(session, actor, code)
    name = session.scalar(select(Worker.name).where(Worker.code == row.worker)) or ""
    return _computed(row, name, actor)


def statement(session: Session, actor: Actor, now: datetime, recruiter_code: str = "") -> Statement:
    """Return a recruiter's statement of the running month; the desk names whose. Seven queries for any number."""
    recruiter = get_recruiter(session, actor, recruiter_code or actor.person)
    zone = recruiter.station.zone
    clock = wall_clock(session, zone)
    month = month_of(clock, now)
    policy = read_policy(session, IncentivePolicy, now, zone)
    rows = session.scalars(select(Milestone).where(Milestone.recruiter == recruiter.code).order_by(Milestone.id)).all()
    in_month = {row.code for row in rows if row.vested_at and month_of(clock, row.vested_at) == month}
    tracks = _tracks(session, recruiter, rows, in_month, policy)
    ahead = [line for track in tracks for line in track.lines if line.state in {"ahead", *_AHEAD}]
    earned = sum(_own(row) for row in rows if row.code in in_month and row.state in _EARNED)
    return Statement(
        recruiter_code=recruiter.code,
        name=recruiter.name,
        month=month,
        earned_fen=earned,
        held_fen=sum(_own(row) for row in rows if row.state == MilestoneState.HELD),
        forecast_low_fen=sum(line.low_fen for line in ahead),
        forecast_high_fen=sum(line.high_fen for line in ahead),
        payable_fen=owed(session, PAYABLE_RECRUITER, recruiter.code),
        owed_back_fen=_owed_back(session, recruiter),
        kept_back_fen=taken_in(session, recruiter.code, month),
        sheets=_sheets(session, recruiter, policy.screening_fen),
        tracks=tracks,
        month_codes=frozenset(row.code for row in rows if row.code in in_month and row.state in _EARNED),
    )


def _owed_back(session: Session, recruiter: Recruiter) -> int:
    left = func.coalesce(func.sum(Clawback.fen - Clawback.taken_fen), 0)
    query = select(left).where(Clawback.recruiter == recruiter.code, Clawback.state == "open")
    return int(session.scalar(query) or 0)


def _sheets(session: Session, recruiter: Recruiter, fee_fen: int) -> SheetCounts:
    rows = session.execute(
        select(ScreeningSheet.photos, ScreeningSheet.milestone).where(ScreeningSheet.recruiter == recruiter.code)
    ).all()
    documented = sum(1 for photos, _ in rows if photos)
    return SheetCounts(documented, len(rows) - documented, sum(1 for _, paid in rows if paid), fee_fen)


def payables(session: Session, actor: Actor) -> list[HowComputed]:
    """Return what waits for a decision or for pay, oldest first, to leads and finance."""
    if actor.role not in {Role.FINANCE, Role.OPS_LEAD, Role.ADMIN}:
        raise NotFound
    query = (
        select(Milestone, Worker.name)
        .join(Worker, Worker.code == Milestone.worker)
        .where(Milestone.state.in_((MilestoneState.VESTED, MilestoneState.APPROVED, MilestoneState.HELD)))
        .order_by(Milestone.id)
        .limit(100)
    )
    return [_computed(row, name, actor) for row, name in session.execute(query)]


def _computed(row: Milestone, name: str, actor: Actor) -> HowComputed:
    return HowComputed(
        milestone_code=row.code,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        recruiter=row.recruiter,
        worker=row.worker,
        worker_name=name,
        formula=_formula(row.kind),
        fen=row.fen,
        team_fen=row.team_fen,
        own_fen=row.fen - row.team_fen,
        inputs=dict(row.computed),
        evaluate_at=row.evaluate_at,
        held_since=row.held_at,
        vested_at=row.vested_at,
        approved_by=row.approved_by if actor.is_staff else "",
        paid_at=row.paid_at,
        moves=tuple(move.value for move in MILESTONE_MOVES.moves(MilestoneState(row.state), actor)),
    )


def _formula(kind: str) -> str:
    if kind.startswith(CASE):
        return "decided"
    return {ADVANCE: "advance", SCREENING: "screening_fee"}.get(kind, "lower_bound")


def _tracks(
    session: Session,
    recruiter: Recruiter,
    rows: Sequence[Milestone],
    in_month: set[str],
    policy: IncentivePolicy,
) -> tuple[RecruitTrack, ...]:
    people = session.execute(
        select(Worker, Standing)
        .join(Attribution, Attribution.worker == Worker.code)
        .outerjoin(Standing, Standing.worker_id == Worker.id)
        .where(Attribution.recruiter == recruiter.code)
        .order_by(Worker.id)
    ).all()
    number = sum(1 for row in rows if row.kind == ADVANCE) + 1
    policy = replace(policy, advance_fen=advance_price(number, policy).fen)  # what the next one accepted will bring
    mine: dict[str, dict[str, Milestone]] = {}
    for row in rows:
        mine.setdefault(row.worker, {})[row.kind] = row
    return tuple(
        RecruitTrack(
            worker_code=worker.code,
            name=worker.name,
            family_name=worker.family_name,
            state=worker.state,
            this_month_fen=sum(
                _own(row) for row in mine.get(worker.code, {}).values()
                if row.code in in_month and row.state in _EARNED
            ),
            lines=_lines(mine.get(worker.code, {}), standing, policy, gone=worker.state in _GONE),
        )
        for worker, standing in people
    )  # fmt: skip


def _lines(
    known: Mapping[str, Milestone], standing: Standing | None, policy: IncentivePolicy, *, gone: bool
) -> tuple[MilestoneLine, ...]:
    """The sums in their order; nothing is ahead for somebody who is gone."""
    visits = [visits_kind(count) for count in policy.visit_counts]
    decided = sorted(kind for kind in known if kind.startswith(CASE))
    kinds = (ADVANCE, SCREENING, *(kind for one in visits for kind in (one, f"{one}{MORE}")), *decided)
    made = [_line(kind, known.get(kind), standing, policy) for kind in kinds]
    return tuple(line for line in made if line is not None and not (gone and line.state == "ahead"))


def _line(kind: str, row: Milestone | None, standing: Standing | None, policy: IncentivePolicy) -> MilestoneLine | None:
    if row is None and (kind == SCREENING or kind.endswith(MORE)):
        return None
    low, high = _forecast(kind, standing, policy)
    if row is None:
        return MilestoneLine(kind, "ahead", "", 0, low.own_fen, high.own_fen, "", None, None)
    own = _own(row)
    if row.state not in _AHEAD:
        low = high = Price(own, 0)
    held_at = row.held_at if row.state == MilestoneState.HELD else None
    return MilestoneLine(
        kind, row.state, row.code, own, low.own_fen, high.own_fen, row.reason, row.evaluate_at, row.paid_at,
        vested_at=row.vested_at, inputs=dict(row.computed),
        held_until=held_at + timedelta(days=policy.hold_days) if held_at else None,
    )  # fmt: skip


def _forecast(kind: str, standing: Standing | None, policy: IncentivePolicy) -> tuple[Price, Price]:
    """The sum at the lower bound of today, and at the score itself."""
    count = visits_of_kind(kind)
    if not count:
        return Price(policy.advance_fen, 0), Price(policy.advance_fen, 0)
    if standing is None:
        return milestone_price(count, 1.0, policy), milestone_price(count, 1.0, policy)
    low = milestone_price(count, stars(standing.lower), policy)
    return low, milestone_price(count, stars(standing.score), policy)


def _own(row: Milestone) -> int:
    return row.fen - row.team_fen
