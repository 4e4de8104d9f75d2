"""Counting ratings into scores, setting their weight, rebuilding scores from the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import events
from core.actors import SYSTEM, Actor
from core.audit import Change, audit
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.policies import read_policy
from ratings import replay, scorelog
from ratings.events import RatingWeightSet, ScoreRecomputed
from ratings.formula import Leniency, Params, Start
from ratings.models import CustomerLeniency, PairCount, Rating, ScoreEvent, WorkerScore
from ratings.params import current_params, params_reader
from ratings.policy import RatingPolicy
from ratings.publishing import publish
from ratings.states import RatingState
from workers.workers import forbid_own_case, worker_by_code

WEIGHTS = frozenset({0.0, 0.5, 1.0})


@dataclass(frozen=True)
class Moved:
    """A score before and after a replay."""

    before: float
    after: float
    lower_before: float
    lower_after: float


def start_score(session: Session, worker_code: str, now: datetime) -> WorkerScore:
    """Give a worker a score to begin with, unless there is one, and publish it."""
    row = scorelog.lock_score(session, worker_code, current_params(session), now)
    publish(session, row, now)
    return row


def count_rating(session: Session, rating: Rating, now: datetime) -> WorkerScore:
    """Count one revealed rating of a worker from ``now`` on (weight 0 is logged and changes nothing)."""
    params = current_params(session)
    row = scorelog.lock_score(session, rating.ratee, params, now)
    customer = scorelog.lock_customer(session, rating.rater)
    pair = scorelog.pair_of(session, rating.rater, rating.ratee)
    elsewhere = Leniency(customer.e_score, customer.e_bad, customer.n) - scorelog.learned_of(pair)
    start = _start_now(session, row, params)
    share = rating.weight if rating.weight is not None else 1.0
    payload = scorelog.rated_payload(params, start, rating, elsewhere, share)
    about = {"customer": rating.rater, "rating": rating.code}
    logged = scorelog.append(session, scorelog.RATED, rating.ratee, now, payload, **about)
    if share <= 0:
        return row
    if row.t_last is not None and now < row.t_last:
        rebuild(session, rating.ratee)
    else:
        _step(session, row, pair, customer, logged)
    publish(session, row, now)
    session.flush()
    return row


def _start_now(session: Session, row: WorkerScore, params: Params) -> Start:
    if row.params_version == params.version:
        return Start(row.prior, row.pbad_prior)
    return scorelog.start_for(session, row.worker, params)


def _step(session: Session, row: WorkerScore, pair: PairCount, customer: CustomerLeniency, logged: ScoreEvent) -> None:
    entry = scorelog.entry_of(logged)
    params = params_reader(session)(entry.params)
    run = scorelog.load(row, pair)
    before = scorelog.learned_of(pair)
    done = replay.step(run, entry, params)
    scorelog.save(row, run, params)
    scorelog.save_pair(pair, run)
    scorelog.add_to_customer(customer, scorelog.learned_of(pair) - before)
    if done is not None:
        scorelog.add_step(session, row.worker, done)


def rebuild(session: Session, worker_code: str) -> WorkerScore:
    """Compute the running state anew from the log and write it; customers' sums follow, other workers do not."""
    params_of = params_reader(session)
    row = scorelog.lock_score(session, worker_code, current_params(session), _first_instant(session, worker_code))
    run, steps = replay.replay(scorelog.entries_of(session, worker_code), params_of)
    scorelog.save(row, run, params_of(run.params))
    pairs = session.scalars(select(PairCount).where(PairCount.worker == worker_code).order_by(PairCount.customer))
    known = {pair.customer: pair for pair in pairs}
    known |= {name: scorelog.pair_of(session, name, worker_code) for name in sorted(set(run.pairs) - set(known))}
    for name, pair in sorted(known.items()):
        before = scorelog.learned_of(pair)
        scorelog.save_pair(pair, run)
        change = scorelog.learned_of(pair) - before
        if change != Leniency():
            scorelog.add_to_customer(scorelog.lock_customer(session, name), change)
    scorelog.replace_steps(session, worker_code, steps)
    return row


def _first_instant(session: Session, worker_code: str) -> datetime:
    first = session.scalar(select(func.min(ScoreEvent.at)).where(ScoreEvent.worker == worker_code))
    if first is None:
        raise NotFound
    return first


def differs(session: Session, worker_code: str) -> bool:
    """Tell whether a rebuild would come to another state than the running one (it never may)."""
    params_of = params_reader(session)
    run, _ = replay.replay(scorelog.entries_of(session, worker_code), params_of)
    row = session.get(WorkerScore, worker_code)
    if row is None:
        raise NotFound
    found = run.figures(params_of(run.params))
    rebuilt = (run.state.s, run.state.b, run.state.w, run.state.t_last, run.ratings, run.matured_y)
    running = (row.s, row.b, row.w, row.t_last, row.ratings, row.matured_y)
    return rebuilt != running or (found.score, found.lower) != (row.score, row.lower)


def rating_by_code(session: Session, code: str) -> Rating:
    """Return a rating whoever asks: for verbs that have permitted the actor by another object. Else ``NotFound``."""
    rating = session.scalars(select(Rating).where(Rating.code == code)).first()
    if rating is None:
        raise NotFound
    return rating


def set_weight(session: Session, rating_code: str, weight: float, reason: str, by: Actor, now: datetime) -> Moved:
    """Let a customer's rating count 0, a half or 1; staff only, with a reason, never about themselves.

    ``reason`` is a short code; the words are the actor's own ``reason`` and go to the audit. More than a few a week
    by one person need a second one.
    """
    if not (by.is_ops or by.is_system):
        raise NotFound
    rating = rating_by_code(session, rating_code)
    _check_weight(weight, reason)
    if by.is_staff:
        forbid_own_case(session, by, worker_by_code(session, rating.ratee))
        _check_second_person(session, by, now)
        change = Change(before={"weight": rating.weight}, after={"weight": weight, "reason": reason})
        audit(session, by, "rating_weight_set", rating_code, now, change)
    return reweigh(session, rating, weight, reason, by, now)


def _check_weight(weight: float, reason: str) -> None:
    wrong: dict[str, list[str]] = {}
    if weight not in WEIGHTS:
        wrong["weight"] = ["not_a_weight"]
    if not reason.strip() or len(reason) > 32:
        wrong["reason"] = ["required"]
    if wrong:
        raise InvalidInput(wrong)


def _check_second_person(session: Session, by: Actor, now: datetime) -> None:
    policy = read_policy(session, RatingPolicy, now)
    done = session.scalar(
        select(func.count())
        .select_from(ScoreEvent)
        .where(
            ScoreEvent.kind == scorelog.WEIGHT,
            ScoreEvent.at > now - timedelta(days=7),
            ScoreEvent.payload["by"].astext == by.code,
            ScoreEvent.payload["manual"].as_boolean(),
        )
    )
    if (done or 0) >= policy.weights_per_week:
        raise NotAllowed("second_person_needed", "A second person has to do this: you have set several this week.")


def reweigh(session: Session, rating: Rating, weight: float, reason: str, by: Actor, now: datetime) -> Moved:
    """Set what a rating counts and replay its worker from the log; the caller has permitted it."""
    if rating.side != "customer":
        raise Conflict("rating_has_no_weight", "Only ratings of workers count for a score.")
    rating.weight, rating.excluded = weight, reason if weight == 0 else ""
    if rating.state != RatingState.REVEALED or not _is_logged(session, rating):
        return _still(session, rating.ratee, now)
    before = _still(session, rating.ratee, now)
    payload = {"weight": weight, "reason": reason, "by": by.code, "manual": by.is_staff}
    scorelog.append(session, scorelog.WEIGHT, rating.ratee, now, payload, customer=rating.rater, rating=rating.code)
    row = rebuild(session, rating.ratee)
    moved = Moved(before.after, row.score, before.lower_after, row.lower)
    scorelog.append(
        session,
        scorelog.RECOMPUTED,
        rating.ratee,
        now,
        {"before": moved.before, "after": moved.after, "lower_before": moved.lower_before, "lower": moved.lower_after},
        rating=rating.code,
    )
    events.record(session, RatingWeightSet(rating.code, rating.ratee, weight, reason), by=by, at=now)
    told = ScoreRecomputed(rating.ratee, rating.code, moved.before, moved.after, moved.lower_before, moved.lower_after)
    events.record(session, told, by=SYSTEM, at=now)
    publish(session, row, now)
    session.flush()
    return moved


def _is_logged(session: Session, rating: Rating) -> bool:
    query = select(ScoreEvent.id).where(
        ScoreEvent.worker == rating.ratee, ScoreEvent.rating == rating.code, ScoreEvent.kind == scorelog.RATED
    )
    return session.scalar(query.limit(1)) is not None


def _still(session: Session, worker_code: str, now: datetime) -> Moved:
    row = scorelog.lock_score(session, worker_code, current_params(session), now)
    return Moved(row.score, row.score, row.lower, row.lower)
