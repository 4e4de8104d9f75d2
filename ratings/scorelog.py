"""The score log and the rows computed from it: append, read, load, save. No rule of the score lives here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ratings import formula
from ratings.formula import Leniency, Pair, Params, Start, WorkerState
from ratings.models import CustomerLeniency, PairCount, Rating, ScoreEvent, ScoreStep, Screening, WorkerScore
from ratings.replay import Entry, Running, Stepped

PRIOR, RATED, WEIGHT, RECOMPUTED = "prior", "rating", "weight", "recomputed"


def append(session: Session, kind: str, worker: str, at: datetime, payload: dict[str, Any], **about: str) -> ScoreEvent:
    """Add one line to the log; ``about`` may name ``customer`` and ``rating``."""
    row = ScoreEvent(at=at, kind=kind, worker=worker, payload=payload, **about)
    session.add(row)
    session.flush()
    return row


def lock_score(session: Session, worker: str, params: Params, now: datetime) -> WorkerScore:
    """Return the worker's running state under a lock; a worker without one begins with the starting level."""
    query = select(WorkerScore).where(WorkerScore.worker == worker).with_for_update()
    query = query.execution_options(populate_existing=True)
    found = session.scalars(query).first()
    if found is not None:
        return found
    _begin(session, worker, params, now)
    return session.scalars(query).one()


def _begin(session: Session, worker: str, params: Params, now: datetime) -> None:
    start = start_for(session, worker, params)
    zero = formula.figures(params, start, WorkerState())
    made = session.execute(
        insert(WorkerScore)
        .values(
            worker=worker,
            s=0.0,
            b=0.0,
            w=0.0,
            prior=start.prior,
            pbad_prior=start.pbad,
            score=zero.score,
            p_bad=zero.p_bad,
            lower=zero.lower,
            upper=zero.upper,
            aspects={},
            ratings=0,
            params_version=params.version,
            tier_misses=0,
            lost_tier="",
        )
        .on_conflict_do_nothing()
        .returning(WorkerScore.worker)
    ).first()
    if made is not None:
        append(session, PRIOR, worker, now, prior_payload(params, start))


def start_for(session: Session, worker: str, params: Params) -> Start:
    """Return the starting level under these parameters, from the screening that was handed down."""
    screening = session.get(Screening, worker, populate_existing=True)
    if screening is None:
        return formula.start_of(params)
    return formula.start_of(params, screening.source, screening.result)


def prior_payload(params: Params, start: Start) -> dict[str, Any]:
    """Return what the log keeps of a starting level."""
    return {"params": params.version, "prior": start.prior, "pbad": start.pbad}


def rated_payload(params: Params, start: Start, rating: Rating, elsewhere: Leniency, share: float) -> dict[str, Any]:
    """Return what the log keeps of a rating: everything a replay needs, fixed at the moment it counts."""
    return {
        **prior_payload(params, start),
        "stars": rating.stars,
        "aspects": rating.aspects,
        "elsewhere": [elsewhere.score, elsewhere.bad, elsewhere.n],
        "share": share,
    }


def entries_of(session: Session, worker: str) -> list[Entry]:
    """Return the log of one worker, oldest first, every rating with the weight it was last given."""
    query = (
        select(ScoreEvent)
        .where(ScoreEvent.worker == worker, ScoreEvent.kind.in_((PRIOR, RATED, WEIGHT)))
        .order_by(ScoreEvent.at, ScoreEvent.id)
    )
    rows = list(session.scalars(query))
    weights = {row.rating: float(row.payload["weight"]) for row in rows if row.kind == WEIGHT}
    return [entry_of(row, weights.get(row.rating)) for row in rows if row.kind != WEIGHT]


def entry_of(row: ScoreEvent, weight: float | None = None) -> Entry:
    """Return one line of the log as the replay reads it; ``weight`` is a later decision, if there was one."""
    told = row.payload
    start = Start(told["prior"], told["pbad"])
    if row.kind == PRIOR:
        return Entry(row.at, told["params"], start)
    return Entry(
        at=row.at,
        params=told["params"],
        start=start,
        rating=row.rating,
        customer=row.customer,
        stars=told["stars"],
        aspects={name: int(level) for name, level in told["aspects"].items()},
        elsewhere=Leniency(*told["elsewhere"]),
        share=told["share"] if weight is None else weight,
    )


def lock_customer(session: Session, customer: str) -> CustomerLeniency:
    """Return what is known of a customer's strictness, under a lock."""
    query = select(CustomerLeniency).where(CustomerLeniency.customer == customer).with_for_update()
    query = query.execution_options(populate_existing=True)
    found = session.scalars(query).first()
    if found is not None:
        return found
    row = insert(CustomerLeniency).values(customer=customer, e_score=0.0, e_bad=0.0, n=0.0)
    session.execute(row.on_conflict_do_nothing())
    return session.scalars(query).one()


def add_to_customer(row: CustomerLeniency, learned: Leniency) -> None:
    """Add (or take back) what ratings taught about a customer."""
    row.e_score += learned.score
    row.e_bad += learned.bad
    row.n += learned.n


def pair_of(session: Session, customer: str, worker: str) -> PairCount:
    """Return the row of a pair, made when there is none; the worker's lock guards it."""
    row = session.get(PairCount, (customer, worker))
    if row is None:
        row = PairCount(customer=customer, worker=worker, p=0.0, t_pair=None, e_score=0.0, e_bad=0.0, n=0.0)
        session.add(row)
        session.flush()
    return row


def learned_of(pair: PairCount) -> Leniency:
    """Return the part of a customer's leniency that came from one worker."""
    return Leniency(pair.e_score, pair.e_bad, pair.n)


def load(row: WorkerScore, pair: PairCount) -> Running:
    """Return the running state, as far as one more rating by this customer needs it."""
    return Running(
        start=Start(row.prior, row.pbad_prior),
        params=row.params_version,
        state=WorkerState(row.s, row.b, row.w, row.t_last),
        aspects={
            name: WorkerState(one["s"], 0.0, one["w"], datetime.fromisoformat(one["t"]))
            for name, one in row.aspects.items()
        },
        pairs={pair.customer: Pair(pair.p, pair.t_pair)},
        learned={pair.customer: learned_of(pair)},
        matured_y=row.matured_y,
        ratings=row.ratings,
    )


def save(row: WorkerScore, run: Running, params: Params) -> None:
    """Write the running state and what is published of it."""
    found = run.figures(params)
    row.s, row.b, row.w, row.t_last = run.state.s, run.state.b, run.state.w, run.state.t_last
    row.prior, row.pbad_prior = run.start.prior, run.start.pbad
    row.score, row.p_bad, row.lower, row.upper = found.score, found.p_bad, found.lower, found.upper
    row.aspects = {name: _aspect(params, run.start, one) for name, one in sorted(run.aspects.items())}
    row.ratings, row.matured_y, row.params_version = run.ratings, run.matured_y, run.params


def _aspect(params: Params, start: Start, state: WorkerState) -> dict[str, Any]:
    value = formula.figures(params, start, state).score
    return {"s": state.s, "w": state.w, "t": state.t_last.isoformat() if state.t_last else "", "value": value}


def save_pair(pair: PairCount, run: Running) -> None:
    """Write what a replay came to for one pair."""
    now, learned = run.pairs.get(pair.customer, Pair()), run.learned.get(pair.customer, Leniency())
    pair.p, pair.t_pair = now.p, now.t
    pair.e_score, pair.e_bad, pair.n = learned.score, learned.bad, learned.n


def add_step(session: Session, worker: str, done: Stepped) -> None:
    """Keep one change of a score, for its explanation."""
    session.add(
        ScoreStep(
            worker=worker,
            rating=done.rating,
            at=done.at,
            weight=round(done.weight, 6),
            leniency=round(done.leniency, 6),
            before=done.before,
            after=done.after,
            w_after=round(done.w_after, 6),
        )
    )


def replace_steps(session: Session, worker: str, steps: Iterable[Stepped]) -> None:
    """Write the changes of a score anew, after a replay."""
    session.execute(delete(ScoreStep).where(ScoreStep.worker == worker))
    for one in steps:
        add_step(session, worker, one)
    session.flush()
