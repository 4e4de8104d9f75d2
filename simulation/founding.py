"""The beginning: city, catalogue, money, staff, stations, recruiters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import create_account, grant_role
from accounts.models import Account
from catalogue.seed import seed_catalogue
from core.actors import SYSTEM, Actor, Role
from geo.cities import City
from money.accounts import INCENTIVE_BUDGET
from money.funds import owner_funds
from places.models import Zone
from places.zones import seed_city
from ratings.params import seed_params
from recruiting.models import Recruiter
from recruiting.recruiters import add_recruiter
from recruiting.schemas import RecruiterInput
from recruiting.stations import seed_stations
from simulation.people import phone


@dataclass(frozen=True)
class Post:
    """One member of staff of the demo: sign-in name, name, role."""

    login: str
    name: str
    role: Role
    number: int


STAFF: Final = (
    Post("olu", "程远", Role.OPS_LEAD, 1),
    Post("pat", "苏敏", Role.OPS_LEAD, 2),
    Post("agent", "何静", Role.OPS_AGENT, 3),
    Post("fin", "钱文", Role.FINANCE, 4),
    Post("admin", "石磊", Role.ADMIN, 5),
)
RECRUITERS: Final = ("冯立", "许芳", "段鹏", "汤丽", "邱建军")
FUNDS: Final = {"guarantee_fund": 300_000_00, "processing_cost": 50_000_00}


def found(session: Session, city: City, now: datetime) -> None:
    """Write the beginning of everything; doing it again adds nothing."""
    seed_city(session, city)
    seed_catalogue(session)
    seed_params(session, now)
    seed_stations(session, city)
    for fund, fen in FUNDS.items():
        owner_funds(session, fund, fen, "demo", now)
    for zone in session.scalars(select(Zone)):
        owner_funds(session, "subsidy:pool", 8_000_00, f"demo-{zone.slug}", now, owner=zone.slug)
        for month in _months(now):
            owner_funds(
                session, INCENTIVE_BUDGET, 3_000_00, f"demo-{zone.slug}-{month}", now, owner=f"{zone.slug}/{month}"
            )
    for post in STAFF:
        account = create_account(session, phone("staff", post.number), post.name, "zh", now)
        grant_role(session, account, post.role, "", now, SYSTEM)
    lead = staff(session, Role.OPS_LEAD)
    stations = seed_stations(session, city)
    for number, name in enumerate(RECRUITERS):
        account = create_account(session, phone("recruiter", 100 + number), name, "zh", now)
        known = session.scalars(select(Recruiter).where(Recruiter.account_code == account.code)).first()
        if known is None:
            station = stations[number % len(stations)]
            add_recruiter(session, lead, RecruiterInput(account.code, name, station.code, "演示城市"), now)


def _months(now: datetime) -> list[str]:
    """Return this month and the two after it, as the budget's owners name them."""
    first = now.replace(day=1)
    return [f"{first + timedelta(days=32 * n):%Y-%m}" for n in range(3)]


def staff(session: Session, role: Role, second: bool = False) -> Actor:
    """Return the demo's staff of a role as an actor; ``second`` is the other lead, who hears appeals."""
    posts = [post for post in STAFF if post.role is role]
    post = posts[-1 if second else 0]
    code = session.scalars(select(Account.code).where(Account.phone == phone("staff", post.number))).one()
    return Actor(role, code, channel="desk", reason="演示城市")
