"""Small true worlds for tests: built with the verbs, keyword defaults, real words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import create_account, grant_role
from accounts.models import Account
from catalogue.seed import seed_catalogue
from core.actors import SYSTEM, Actor, Role
from core.codes import new_code
from dispatch.accepting import accept_offer
from dispatch.jobs import request_job
from dispatch.models import Assignment, Job, Offer, Visit
from dispatch.offers import Pick, make_offers
from dispatch.quoting import ask_quote
from dispatch.schemas import JobRequest, QuoteAsk
from dispatch.visits import find_visit
from geo.cities import load_city
from money.funds import owner_funds
from places.models import Compound
from places.zones import seed_city
from ratings.params import seed_params
from workers.models import Shift, Standing, VettingCase, Worker, WorkerSkill

TZ = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 11, 24)
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=TZ).astimezone(UTC)
TUESDAY_NINE = datetime(2026, 11, 24, 9, 0, tzinfo=TZ).astimezone(UTC)
SESSION = "s" * 64

_phones = iter(range(13871000000, 13872000000))


def make_house(session: Session, now: datetime = MONDAY_NOON) -> None:
    """The tiny city, the catalogue, the first score parameters, filled funds."""
    seed_city(session, load_city("tiny"))
    seed_catalogue(session)
    seed_params(session)
    owner_funds(session, "guarantee_fund", 500_000_00, "test", now)
    session.flush()


def make_account(session: Session, name: str, role: Role = Role.CUSTOMER, now: datetime = MONDAY_NOON) -> Account:
    account = create_account(session, f"+86{next(_phones)}", name, "zh", now)
    if role is not Role.CUSTOMER:
        grant_role(session, account, role, "", now, SYSTEM)
    return account


def make_customer(session: Session, name: str = "Ada", now: datetime = MONDAY_NOON) -> Actor:
    return Actor(Role.CUSTOMER, make_account(session, name, now=now).code)


def make_ops(session: Session, name: str = "Olu", role: Role = Role.OPS_LEAD, now: datetime = MONDAY_NOON) -> Actor:
    return Actor(role, make_account(session, name, role, now).code, reason="test desk")


def make_worker(session: Session, name: str = "周桂香", *, at: str = "liuan-1", state: str = "active",
                skills: tuple[str, ...] = (), score: float = 0.9, weight: float = 20.0) -> Worker:  # fmt: skip
    """An active worker at home in a compound, on shift every day from 7 to 21."""
    account = make_account(session, name)
    home = session.scalars(select(Compound).where(Compound.slug == at)).one()
    worker = Worker(
        code=new_code("W"), account_id=account.id, account_code=account.code, name=name, family_name=name[:1],
        languages=["zh"], state=state, state_since=MONDAY_NOON, home_lat=home.lat, home_lon=home.lon, zones=[],
        created_at=MONDAY_NOON - timedelta(days=90), activated_at=MONDAY_NOON - timedelta(days=60),
    )  # fmt: skip
    session.add(worker)
    session.flush()
    grant_role(session, account, Role.WORKER, worker.code, MONDAY_NOON, SYSTEM)
    for skill in skills or ("cleaning", "deep_cleaning", "windows", "cooking", "ironing"):
        session.add(WorkerSkill(worker_id=worker.id, skill=skill, since=MONDAY_NOON))
    for weekday in range(7):
        session.add(Shift(worker_id=worker.id, weekday=weekday, starts=420, ends=1260, valid_from=date(2026, 1, 1)))
    session.add(
        VettingCase(
            code=new_code("E"),
            worker_id=worker.id,
            consent_version="1",
            answers={},
            opened_at=MONDAY_NOON,
            touched_at=MONDAY_NOON,
        )
    )
    session.add(
        Standing(
            worker_id=worker.id, score=score, lower=score - 0.08, upper=min(1, score + 0.08), p_bad=0.05, weight=weight,
            prior=0.875, tier="standard", holds=[], updated_at=MONDAY_NOON,
        )
    )  # fmt: skip
    session.flush()
    return worker


def as_worker(worker: Worker) -> Actor:
    return Actor(Role.WORKER, worker.account_code, worker.code)


def make_job(
    session: Session, customer: Actor, start: datetime = TUESDAY_NINE, now: datetime = MONDAY_NOON, **more
) -> Job:
    """A job requested the way a customer requests one; somebody must be able to come."""
    wish = {
        "service": "standard",
        "minutes": 120,
        "compound": "liuan-2",
        "building": "1",
        "unit": "1-101",
        "start": start,
    }
    quote = ask_quote(session, customer, QuoteAsk(**{**wish, **more}), SESSION, now)
    return request_job(session, customer, JobRequest(quote.code), SESSION, now)


def make_visit(session: Session, customer: Actor | None = None, start: datetime = TUESDAY_NINE, **more) -> Visit:
    job = make_job(session, customer or make_customer(session), start, **more)
    return find_visit(session, job.visits[0].code)


def make_offer(session: Session, visit: Visit, worker: Worker, now: datetime = MONDAY_NOON) -> Offer:
    return make_offers(session, visit, [Pick(worker, visit.window_from, 600)], SYSTEM, now)[0]


def assign(session: Session, visit: Visit, worker: Worker, now: datetime = MONDAY_NOON) -> Assignment:
    offer = make_offer(session, visit, worker, now)
    session.flush()
    return accept_offer(session, as_worker(worker), offer.code, now)
