"""The cast: the same people in every test.

Ada requests · Ben cleans · Cleo applied · Rita recruits · Olu is ops lead · Pat is a second ops lead · Fin is finance ·
Adam administers · Mallory is a customer who may see nothing of anybody's.
"""

import secrets
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, create_account, grant_role
from accounts.sessions import start_session
from accounts.tokens import make_token
from app.auth import TOKEN
from core.actors import STAFF, STRONG, SYSTEM, Actor, Role
from core.clock import wall
from core.codes import new_code


@dataclass(frozen=True)
class Member:
    """Somebody: account code, the role they act in, and the worker's or recruiter's code that goes with it."""

    name: str
    account: str
    role: Role
    person: str = ""

    @property
    def actor(self) -> Actor:
        """The member as an actor; staff always give a reason."""
        return Actor(self.role, code=self.account, person=self.person, reason="test" if self.role in STAFF else "")


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    ada: Member
    ben: Member
    cleo: Member
    rita: Member
    olu: Member
    pat: Member
    fin: Member
    adam: Member
    mallory: Member

    def everybody(self) -> list[Member]:
        return [getattr(self, field.name) for field in fields(self)]


ROLES = {
    "ada": Role.CUSTOMER, "ben": Role.WORKER, "cleo": Role.WORKER, "rita": Role.RECRUITER, "olu": Role.OPS_LEAD,
    "pat": Role.OPS_LEAD, "fin": Role.FINANCE, "adam": Role.ADMIN, "mallory": Role.CUSTOMER,
}  # fmt: skip
_PERSON = {Role.WORKER: "W", Role.RECRUITER: "R"}


def fresh_phone() -> str:
    """A Chinese mobile number nobody else in the test database has."""
    return f"+86138{secrets.randbelow(10**8):08d}"


def make_member(session: Session, name: str, role: Role, person: str = "", now: datetime | None = None) -> Member:
    """Make somebody's account through the verbs. `person` is a real worker's or recruiter's code if there is one."""
    at = now or datetime.now(UTC)
    account = create_account(session, None if role in STAFF else fresh_phone(), name, "en", at)
    code = person or (new_code(_PERSON[role]) if role in _PERSON else "")
    grant_role(session, account, role, code, at, by=SYSTEM)
    return Member(name, account.code, role, code)


def assemble(session: Session, persons: dict[str, str] | None = None, now: datetime | None = None) -> Cast:
    """Make everybody; `persons` gives real codes, e.g. `{"ben": "W-…", "rita": "R-…"}`."""
    given = persons or {}
    made = {n: make_member(session, n.title(), role, given.get(n, ""), now) for n, role in ROLES.items()}
    session.flush()
    return Cast(**made)


def sign_in(client: FlaskClient, session: Session, member: Member) -> FlaskClient:
    """Sign a browser in as the member (staff with their second factor). Commits."""
    account = account_by_code(session, member.account)
    token = start_session(session, account, member.role, wall(), strong=member.role in STRONG)
    session.commit()
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    return client


def bearer(session: Session, member: Member) -> dict[str, str]:
    """Return the headers of a program that acts as the member. Commits."""
    _, plain = make_token(session, member.actor, "test", wall())
    session.commit()
    return {"Authorization": f"Bearer {plain}"}


def csrf(client: FlaskClient) -> str:
    """Return a forgery token for this browser, as every form carries it."""
    page = client.get("/account" if client.get("/account").status_code == 200 else "/staff/sign-in").text
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
