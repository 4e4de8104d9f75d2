"""The beginning of a house of one's own: the city's places and prices, and the first people of the desk."""

from __future__ import annotations

from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from accounts.accounts import create_account, grant_role
from accounts.staff import set_staff_password
from catalogue.seed import seed_catalogue
from core.actors import SYSTEM, Role
from geo.cities import load_city
from places.zones import seed_city
from ratings.params import seed_params
from recruiting.stations import seed_stations


def lay_ground(session: Session, city: str, now: datetime) -> None:
    """Write zones, compounds, stations, services and the first score parameters; what is there already stays."""
    found = load_city(city)
    seed_city(session, found)
    seed_catalogue(session)
    seed_params(session, now)
    seed_stations(session, found)


def add_staff(session: Session, name: str, role: Role, login: str, password: str, now: datetime) -> str:
    """Make somebody of the desk and return the address their authenticator reads once (``otpauth://…``).

    ``InvalidInput`` when the password is shorter than twelve signs.
    """
    account = create_account(session, None, name, "zh", now)
    grant_role(session, account, role, "", now, SYSTEM)
    secret = set_staff_password(session, account, login, password)
    return str(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Hourhand"))
