"""The world of the privacy proofs: a house with canaries in every personal field, and one visit through all its states."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from accounts.accounts import account_by_code
from app import create_app
from app.house import House
from app.session import db
from app.wiring import wiring
from core.actors import Role
from core.clock import Clock, wall
from core.events import deliver_pending
from core.timers import fire_due
from dispatch.accepting import accept_offer
from dispatch.finishing import confirm_visit, finish_work, tick_item
from dispatch.jobs import request_job
from dispatch.models import Visit
from dispatch.quoting import ask_quote
from dispatch.schemas import ArrivalProof, Happened, JobRequest, QuoteAsk
from dispatch.trip import Fix, arrive, report_position, start_trip, start_work
from tests import factories as make
from tests.cast import Member, bearer, make_member, sign_in
from tests.fixtures_app import settings_for
from tests.proofs.crawling import PUBLIC_ONCE, Known, Person

START = datetime(2026, 11, 26, 6, 0, tzinfo=make.MONDAY_NOON.tzinfo)  # Thursday 14:00 in Wuhan, 74 h ahead
CANARIES = {
    "customer name": "Canaryada", "customer phone": "13819283746", "address": "Canaryroad", "building": "CNB7",
    "unit": "CNU8", "access notes": "canarykeybox", "note": "canarynote", "home point": "30.59217|114.30471",
    "worker name": "Canaryben", "worker phone": "13816574839", "worker home": "30.58731|114.31779",
    "position": "30.5894|114.3096",
}  # fmt: skip


@dataclass
class World:
    """The house, its people, and the visit of the story."""

    house: House
    session: Session
    people: list[Person]
    known: Known
    ada: Member
    ben: SimpleNamespace
    offer: str = ""
    visit: str = ""
    members: list[Member] = field(default_factory=list)

    def at(self, now: datetime) -> datetime:
        self.house.clock = Clock(1e-6, wall(), now)
        return now

    def tell(self, now: datetime) -> None:
        """What the clock would do."""
        self.session.commit()
        factory = sessionmaker(self.session.get_bind())
        deliver_pending(factory, wiring().handlers, now)
        fire_due(factory, wiring().timers, now)
        deliver_pending(factory, wiring().handlers, now)
        self.session.expire_all()


@pytest.fixture
def world(fresh_database: str, tmp_path) -> Iterator[World]:
    house = create_app(settings_for(fresh_database, tmp_path))
    house.config["RATE_LIMITS"] = False
    engine = create_engine(fresh_database)
    with Session(engine, expire_on_commit=False) as session:
        make.make_house(session)
        yield people_of(house, session)
    engine.dispose()
    with house.app_context():
        db.engine.dispose()


def point(name: str) -> tuple[float, float]:
    lat, lon = CANARIES[name].split("|")
    return float(lat), float(lon)


def people_of(house: House, session: Session) -> World:
    ada = make_member(session, CANARIES["customer name"], Role.CUSTOMER)
    account_by_code(session, ada.account).phone = "+86" + CANARIES["customer phone"]
    ben, wen = make.make_worker(session, CANARIES["worker name"]), make.make_worker(session, "Wen")
    ben.family_name = "Benfam"
    ben.home_lat, ben.home_lon = point("worker home")
    account_by_code(session, ben.account_code).phone = "+86" + CANARIES["worker phone"]
    members = {
        "ada": ada,
        "ben": Member("ben", ben.account_code, Role.WORKER, ben.code),
        "wen": Member("wen", wen.account_code, Role.WORKER, wen.code),
        "mallory": make_member(session, "Mallory", Role.CUSTOMER),
        "rita": make_member(session, "Rita", Role.RECRUITER),
        "olu": make_member(session, "Olu", Role.OPS_LEAD),
        "fin": make_member(session, "Fin", Role.FINANCE),
        "adam": make_member(session, "Adam", Role.ADMIN),
    }
    people = [Person(PUBLIC_ONCE, house.test_client(), Role.ANONYMOUS)]
    people += [Person(PUBLIC_ONCE, house.test_client(), Role.ANONYMOUS, {"Accept-Language": "en"})]
    for name, member in members.items():
        people.append(Person(name, sign_in(house.test_client(), session, member), member.role))
        people.append(Person(name, house.test_client(), member.role, bearer(session, member)))
    known = Known({"zones": ["liuan"], "z": ["liuan"], "c": ["liuan-2"], "compounds": ["liuan-2"],
                   "services": ["standard"], "workers": [ben.code], "worker": [ben.code], "screening": [ben.code],
                   "people": [ada.account, ben.account_code]})  # fmt: skip
    return World(
        house,
        session,
        people,
        known,
        ada,
        SimpleNamespace(worker=ben, wen=wen, actor=make.as_worker(ben)),
        members=list(members.values()),
    )


def story(world: World) -> Iterator[tuple[str, datetime]]:
    """One visit from the request to long after it, stopping at each state."""
    session, ada, ben = world.session, world.ada.actor, world.ben.actor
    now = world.at(make.MONDAY_NOON)
    ask = QuoteAsk(
        "standard", 120, lat=point("home point")[0], lon=point("home point")[1], address="Canaryroad 5", start=START
    )
    quote = ask_quote(session, ada, ask, make.SESSION, now)
    wish = JobRequest(quote.code, note="canarynote please", access_notes="canarykeybox 42")
    job = request_job(session, ada, wish, make.SESSION, now)
    job.place.building, job.place.unit = CANARIES["building"], CANARIES["unit"]
    session.flush()
    visit = session.scalars(select(Visit).where(Visit.job_id == job.id)).one()
    world.visit = visit.code
    world.known.codes |= {"visits": [visit.code], "jobs": [job.code], "quotes": [quote.code]}
    yield "open", now
    offer, others = (make.make_offer(session, visit, worker, now) for worker in (world.ben.worker, world.ben.wen))
    world.known.codes["offers"] = [offer.code, others.code]
    yield "offering", now
    accept_offer(session, ben, offer.code, now)
    yield "assigned early", now
    yield "assigned late", world.at(START - timedelta(hours=23))
    now = world.at(START - timedelta(minutes=30))
    start_trip(session, ben, visit.code, Happened(), now)
    fix = Fix(*point("position"), 20)
    report_position(session, ben, visit.code, fix, now)
    yield "en route", now
    now = world.at(START)
    arrive(session, ben, visit.code, ArrivalProof(code=visit.start_code), now)
    start_work(session, ben, visit.code, visit.start_code, Happened(), now)
    yield "in progress", now
    now = world.at(START + timedelta(hours=2))
    for item in visit.checklist:
        tick_item(session, ben, visit.code, item["code"], "done", now)
    finish_work(session, ben, visit.code, Happened(), now)
    confirm_visit(session, ada, visit.code, now)
    yield "done", now
    yield "day after", world.at(START + timedelta(hours=25))
    yield "settled", world.at(START + timedelta(hours=2) + timedelta(hours=24, minutes=1))
