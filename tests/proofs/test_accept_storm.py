"""T9: many accept at once. Real gunicorn, real PostgreSQL, every accept several times in parallel."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from accounts.tokens import make_token
from catalogue.services import get_service
from core.actors import SYSTEM, Actor
from core.clock import wall
from core.codes import new_code
from dispatch.jobs import new_visit
from dispatch.models import Assignment, Job, Offer, Visit
from dispatch.offers import Pick, make_offers
from money.pricing import Priced
from places.places import PlaceInput, add_place
from tests import factories as make
from tests.proofs.conftest import LONG
from tests.proofs.processes import broken_promises, environment, serving

REPEATS = 10
THREADS = 48


@dataclass(frozen=True)
class Shot:
    """One acceptance to be sent: by whom, which offer, and the group in which offers exclude one another."""

    token: str
    offer: str


# How many visits and workers a group has; every worker of it holds an offer on every visit of it, all at the same
# hour. Whatever the order of answers, min(visits, workers) of the offers become visits.
GROUPS = {"plain": (1, 1), "many want one": (1, 4), "one wants many": (4, 1), "three want three": (3, 3)}
MIXED = ("plain", "many want one", "one wants many", "plain", "three want three", "plain")  # 20 offers, 8 visits
ALONE = ("plain",)


def open_visit(session: Session, customer: Actor) -> Visit:
    """An open visit as a request leaves it. More of them than hands: no quote would promise that."""
    at = make.MONDAY_NOON
    place = add_place(session, customer.code, PlaceInput(compound="liuan-2", building="1", unit="1-101"), at)
    job = Job(code=new_code("J"), customer=customer.code, service="standard", place=place, minutes=120, terms={},
              created_at=at)  # fmt: skip
    session.add(job)
    session.flush()
    service = get_service(session, "standard")
    with session.no_autoflush:
        visit = new_visit(job, service, Priced((), 9_000, 9_000, 0), (make.TUESDAY_NINE, make.TUESDAY_NINE), at)
    session.add(visit)
    session.flush()
    return visit


def group(session: Session, kind: str, customer: Actor) -> list[Offer]:
    visits, workers = GROUPS[kind]
    people = [make.make_worker(session) for _ in range(workers)]
    made = []
    for _ in range(visits):
        visit = open_visit(session, customer)
        picks = [Pick(one, visit.window_from, 600) for one in people]
        made += make_offers(session, visit, picks, SYSTEM, make.MONDAY_NOON)
    session.flush()
    return made


def build(url: str, kinds: tuple[str, ...], offers: int) -> tuple[list[Shot], int]:
    """The world of the storm: what will be shot, and how many visits can possibly come of it."""
    engine = create_engine(url)
    shots: list[Shot] = []
    possible = 0
    with Session(engine) as session, session.begin():
        make.make_house(session)
        tokens: dict[int, str] = {}
        while len(shots) < offers:
            customer = make.make_customer(session)
            for kind in kinds:
                for offer in group(session, kind, customer):
                    if offer.worker_id not in tokens:
                        tokens[offer.worker_id] = make_token(session, make.as_worker(offer.worker), "storm", wall())[1]
                    shots.append(Shot(tokens[offer.worker_id], offer.code))
                possible += min(GROUPS[kind])
    engine.dispose()
    return shots, possible


def fire(base: str, shots: list[Shot]) -> list[tuple[int, str]]:
    """Send all at once; each answer as status and the refusal's code."""
    ready = threading.Barrier(THREADS)
    queue: Iterator[Shot] = iter([shot for _ in range(REPEATS) for shot in shots])
    lock = threading.Lock()

    def soldier(_: int) -> list[tuple[int, str]]:
        answers = []
        with httpx.Client(base_url=base, timeout=30) as client:
            ready.wait()
            while True:
                with lock:
                    shot = next(queue, None)
                if shot is None:
                    return answers
                headers = {"Authorization": f"Bearer {shot.token}"}
                answer = client.post(f"/api/v1/worker/offers/{shot.offer}/accept", headers=headers)
                kind = answer.headers["content-type"]
                clean = answer.status_code < 400 or kind.startswith("application/problem+json")
                refusal = answer.json().get("code", "") if answer.status_code >= 400 else ""
                answers.append((answer.status_code if clean else 599, refusal))

    with ThreadPoolExecutor(THREADS) as pool:
        return [answer for answers in pool.map(soldier, range(THREADS)) for answer in answers]


# The long form has more offers and a second storm; which is which is known when tests are collected.
STORMS = {"mixed": (MIXED, 200), "alone": (ALONE, 200)} if LONG in os.environ else {"mixed": (MIXED, 40)}


@pytest.mark.parametrize(("kinds", "offers"), STORMS.values(), ids=STORMS.keys())
def test_parallel_accepts(fresh_database: str, tmp_path: Path, told: dict, kinds, offers) -> None:
    """2,000 parallel accepts of 200 offers: exactly the possible visits, all else a clean 409, ledger 0."""
    shots, possible = build(fresh_database, kinds, offers)
    house = environment(fresh_database, tmp_path, make.MONDAY_NOON + timedelta(seconds=5), WEB_THREADS="8")
    with serving(house, tmp_path / "web.log") as base:
        answers = fire(base, shots)
    statuses = Counter(status for status, _ in answers)
    told |= {"offers": len(shots), "accepts": len(answers), "possible": possible} | {
        f"{status} {code}".strip(): number for (status, code), number in Counter(answers).most_common()
    }
    engine = create_engine(fresh_database)
    with Session(engine) as session:
        made = session.scalars(select(Assignment)).all()
        accepted = session.scalars(select(Offer).where(Offer.state == "accepted")).all()
        told |= {"assignments": len(made)}
        assert broken_promises(session) == {}
        assert {row.offer_id for row in made} == {offer.id for offer in accepted}
    engine.dispose()
    assert set(statuses) <= {200, 409}
    assert len(made) == possible
    assert statuses[200] == possible
    assert statuses[409] == len(answers) - possible
    assert "Traceback" not in (tmp_path / "web.log").read_text()
