"""A worker's browser, and what it needs to stand on: visits promised and offers made, at a fixed hour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.accounts import account_by_code
from app.house import House
from core.actors import Actor, Role
from dispatch.models import Offer, Visit
from dispatch.visits import find_visit
from tests import factories as make
from tests.cast import Member, csrf, sign_in
from workers.models import Worker

HALF_PAST_TWELVE = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)  # Thursday in Wuhan
TWO = HALF_PAST_TWELVE.replace(hour=6, minute=0)
EARLIER = make.MONDAY_NOON


@dataclass
class Phone:
    """A worker's browser."""

    client: FlaskClient
    session: Session
    worker: Worker
    token: str

    @property
    def actor(self) -> Actor:
        return make.as_worker(self.worker)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **fields: object) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token, **fields})
        self.session.expire_all()
        self.session.rollback()
        return answer

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


def phone_of(house: House, session: Session, worker: Worker) -> Phone:
    account_by_code(session, worker.account_code).locale = "en"
    member = Member(worker.name, worker.account_code, Role.WORKER, worker.code)
    client = sign_in(house.test_client(), session, member)
    return Phone(client, session, worker, csrf(client))


def promised(phone: Phone, start: datetime = TWO, **more: object) -> Visit:
    visit = make.make_visit(phone.session, start=start, now=EARLIER, **more)
    make.assign(phone.session, visit, phone.worker, EARLIER)
    phone.session.commit()
    return visit


def offered(phone: Phone, start: datetime = TWO, made: datetime = HALF_PAST_TWELVE, **more: object) -> Offer:
    visit = make.make_visit(phone.session, start=start, now=EARLIER, **more)
    offer = make.make_offer(phone.session, visit, phone.worker, made - timedelta(seconds=30))
    phone.session.commit()
    return offer


def state(phone: Phone, visit: Visit) -> str:
    return find_visit(phone.session, visit.code).state
