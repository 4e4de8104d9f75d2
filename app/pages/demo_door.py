"""Demo only: a stranger may step into anybody's shoes. In production these routes do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template
from marshmallow import Schema, fields, validate
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from accounts.models import Account, AccountRole
from app import auth
from app.house import House
from app.input import read
from app.pages.homes import home_of
from app.registry import PUBLIC, route
from app.session import current_session
from app.settings import Env
from core.actors import Role
from dispatch.models import Visit
from dispatch.states import COMMITTED, VisitState
from workers.models import Worker

bp = Blueprint("demo", __name__)
_PER_ROLE = 3
_GOING_ON = [*(state.value for state in COMMITTED), VisitState.WORK_DONE.value]


class EnterSchema(Schema):
    """Whose shoes, and in which role."""

    account = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))


@dataclass(frozen=True)
class Shoes:
    """Somebody one may be."""

    account: str
    name: str
    role: Role


def configure_demo_door(app: House) -> None:
    """Open the door in the demo, and nowhere else."""
    if app.settings.env is Env.DEMO:
        app.register_blueprint(bp)


@route(bp, "/demo/people", policy=PUBLIC)
def show_people() -> Any:
    """List a few people of every role."""
    return render_template("access/people.html", people=people(current_session()))


@route(bp, "/demo/enter", policy=PUBLIC, methods=["POST"], idempotent="natural")
def enter() -> Any:
    """Sign in as that person."""
    wish = read(EnterSchema)
    role = Role(wish["role"])
    auth.sign_in(account_by_code(current_session(), wish["account"]), role, strong=True)
    return redirect(home_of(role), 303)


def people(session: Session) -> list[Shoes]:
    """Return a few active accounts of every role, first those with something going on."""
    wanted = select(Visit.customer).where(Visit.state.in_(_GOING_ON))
    working = select(Worker.account_code).join(Visit, Visit.worker_id == Worker.id).where(Visit.state.in_(_GOING_ON))
    others = select(AccountRole.account_id).where(AccountRole.role != Role.CUSTOMER)
    customer, worker = AccountRole.role == Role.CUSTOMER, AccountRole.role == Role.WORKER
    more_than_customer = and_(customer, Account.id.in_(others))
    idle = or_(and_(customer, Account.code.not_in(wanted)), and_(worker, Account.code.not_in(working)))
    place = (
        func.row_number()
        .over(partition_by=AccountRole.role, order_by=(more_than_customer, idle, AccountRole.account_id))
        .label("place")
    )
    ranked = (
        select(Account.code, Account.name, AccountRole.role, place)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.state == "active", Account.name != "")
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.code, ranked.c.name, ranked.c.role).where(ranked.c.place <= _PER_ROLE).order_by(ranked.c.place)
    )
    order = list(Role)
    return sorted((Shoes(row[0], row[1], Role(row[2])) for row in rows), key=lambda one: order.index(one.role))
