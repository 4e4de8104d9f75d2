"""A desk: staff in a browser at Monday noon, in English, with a tiny city around them."""

from dataclasses import dataclass
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.accounts import account_by_code
from app.house import House
from core.actors import Actor, Role
from tests import factories as make
from tests.cast import Member, csrf, sign_in


@dataclass
class Desk:
    """Somebody of the staff at their desk."""

    client: FlaskClient
    session: Session
    actor: Actor

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
        return answer.text

    def post(self, path: str, **fields: object) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": csrf(self.client), **fields})
        self.session.rollback()
        self.session.expire_all()
        return answer


def desk_of(house: House, session: Session, role: Role = Role.OPS_LEAD, now: datetime = make.MONDAY_NOON) -> Desk:
    """Sign somebody of the staff in."""
    actor = make.make_ops(session, "Olu", role, now)
    account_by_code(session, actor.code).locale = "en"
    client = sign_in(house.test_client(), session, Member("Olu", actor.code, role))
    return Desk(client, session, actor)
