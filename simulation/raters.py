"""How people rate: what they really saw, through their own strictness, and only some of them at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Account
from core.actors import Actor, Role
from ratings.invitations import rate_visit
from ratings.models import Invitation
from ratings.schemas import RatingInput
from simulation.acts import Act, Run
from simulation.chance import bell, between, chance, pick
from simulation.people import BLAME, FINE, PRAISE, customer_soul, worker_soul
from simulation.world import World
from workers.models import Worker


def rating_acts(session: Session, world: World) -> Iterable[Act]:
    """Return the ratings people would give by now."""
    rows = session.scalars(select(Invitation).where(Invitation.state == "open").order_by(Invitation.id)).all()
    people = {row.code: row.id for row in session.execute(select(Account.code, Account.id))}
    workers = {
        row.code: (row.id, row.account_code)
        for row in session.execute(select(Worker.code, Worker.id, Worker.account_code))
    }
    for row in rows:
        worker, customer = (row.ratee, row.rater) if row.side == "customer" else (row.rater, row.ratee)
        if worker not in workers:
            continue
        worker_id, account = workers[worker]
        soul = customer_soul(world.seed, people.get(customer, 0))
        due = row.opened_at + timedelta(minutes=between(3, 1100, world.seed, "rates", row.id))
        if row.side == "worker" and chance(world.seed, "worker-rates", row.id) < 0.85:
            yield Act(
                ("rate", row.id), due, account, _worker_rates(Actor(Role.WORKER, account, worker), row.visit_code)
            )
        elif row.side == "customer" and chance(world.seed, "answers", row.id) < soul.answers:
            given = judge(world.seed, row, worker_id, people.get(customer, 0))
            yield Act(("rate", row.id), due, customer, _rating(Actor(Role.CUSTOMER, customer), given))


def judge(seed: int, row: Invitation, worker_id: int, customer_id: int) -> RatingInput:
    """Return what a customer says of a visit."""
    quality = worker_soul(seed, worker_id).quality
    felt = bell(quality + 0.25 - customer_soul(seed, customer_id).strictness, 0.55, seed, "felt", row.id)
    stars = max(1, min(5, round(felt)))
    writes = chance(seed, "writes", row.id) < customer_soul(seed, customer_id).writes
    words = PRAISE if stars >= 5 else FINE if stars >= 4 else BLAME
    level = 3 if stars >= 5 else 2 if stars >= 3 else 1
    return RatingInput(
        visit_code=row.visit_code,
        stars=stars,
        aspects={"punctual": 3, "thorough": level, "attitude": max(2, level)},
        private="yes" if stars == 5 else "no" if stars <= 2 else "neutral",
        reason="not_thorough" if stars <= 3 else "",
        comment=pick(words, seed, "words", row.id) if writes else "",
    )


def _rating(actor: Actor, given: RatingInput) -> Run:
    return lambda session, at: rate_visit(session, actor, given, at)


def _worker_rates(actor: Actor, visit_code: str) -> Run:
    given = RatingInput(visit_code, 5, {"payment": 3, "safety": 3, "description": 3})

    def run(session: Session, at: datetime) -> None:
        rate_visit(session, actor, given, at)

    return run
