"""A house of one's own begins empty: the ground is laid once, and the desk gets its first people."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.staff import StaffProof, staff_sign_in
from accounts.totp import totp_now
from app.beginning import add_staff, lay_ground
from catalogue.models import Service
from core.actors import Role
from core.clock import wall
from core.errors import InvalidInput
from places.models import Compound

ROOT = Path(__file__).resolve().parents[2]


def test_the_ground_is_laid_once(session: Session) -> None:
    lay_ground(session, "tiny", wall())
    sizes = [session.scalar(select(func.count()).select_from(kind)) for kind in (Compound, Service)]
    lay_ground(session, "tiny", wall())
    assert [session.scalar(select(func.count()).select_from(kind)) for kind in (Compound, Service)] == sizes
    assert min(sizes) > 0


def test_a_new_colleague_signs_in_with_both_factors(session: Session) -> None:
    told = add_staff(session, "Olu", Role.OPS_LEAD, "olu", "a long enough one", wall())
    secret = parse_qs(urlsplit(told).query)["secret"][0]
    proof = StaffProof("olu", "a long enough one", totp_now(secret, wall()))
    assert staff_sign_in(session, proof, wall()).name == "Olu"


def test_a_short_password_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInput):
        add_staff(session, "Olu", Role.OPS_LEAD, "olu", "short", wall())


def test_the_commands(fresh_database: str, tmp_path: Path) -> None:
    told = os.environ | {
        "DATABASE_URL": fresh_database, "HOURHAND_VAR": str(tmp_path), "HOURHAND_CITY": "tiny",
        "HOURHAND_SECRETS": json.dumps({"secret_key": "s" * 40, "code_pepper": "p" * 40}),
    }  # fmt: skip

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "app", *words], cwd=ROOT, env=told, capture_output=True, text=True, check=False
        )

    assert run("lay-ground").returncode == 0
    person = ("add-staff", "--name", "Olu", "--role", "ops_lead", "--login", "olu", "--password")
    assert run(*person, "a long enough one").stdout.startswith("otpauth://totp/")
    refused = run(*person, "short")
    assert (refused.returncode, refused.stderr) == (1, "Error: The password needs twelve signs or more.\n")
