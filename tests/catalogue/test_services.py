"""The catalogue every installation starts with."""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.facts import HOME_FACTS
from catalogue.models import Service, Skill
from catalogue.seed import SKILLS, seed_catalogue
from catalogue.services import get_service, list_services, list_skills
from core.errors import NotFound

SYMBOLS = Path(__file__).parents[2] / "app" / "static" / "img" / "icons.svg"


@pytest.fixture(autouse=True)
def _seeded(session: Session) -> None:
    seed_catalogue(session)


def test_the_five_services_and_their_rates(session: Session) -> None:
    found = [(one.slug, one.fen_per_hour, one.min_minutes) for one in list_services(session)]
    assert found == [
        ("standard", 4500, 120),
        ("deep", 5500, 240),
        ("window", 5500, 180),
        ("cooking", 5000, 120),
        ("ironing", 4800, 120),
    ]


def test_seeding_twice_adds_nothing(session: Session) -> None:
    get_service(session, "deep").fen_per_hour = 1
    seed_catalogue(session)
    assert session.scalar(select(func.count()).select_from(Service)) == 5
    assert session.scalar(select(func.count()).select_from(Skill)) == len(SKILLS)
    assert get_service(session, "deep").fen_per_hour == 5500


def test_everything_is_said_in_both_languages(session: Session) -> None:
    for service in list_services(session):
        texts = [service.names, service.hints, *service.checklist, *service.extras]
        for text in texts:
            assert re.search(r"[\u4e00-\u9fff]", text["zh"]), text
            assert re.search(r"[A-Za-z]", text["en"]), text
            assert not re.search(r"[\u4e00-\u9fff]", text["en"]), text
    assert all(set(skill.names) == {"zh", "en"} for skill in list_skills(session))


def test_checklists_are_short_and_their_codes_unique(session: Session) -> None:
    for service in list_services(session):
        codes = [item["code"] for item in service.checklist]
        assert 6 <= len(codes) <= 10
        assert len(set(codes)) == len(codes)


def test_skills_facts_steps_and_icons_exist(session: Session) -> None:
    symbols = SYMBOLS.read_text(encoding="utf-8")
    for service in list_services(session):
        assert set(service.skills) <= set(SKILLS)
        assert {extra["fact"] for extra in service.extras} <= set(service.facts) <= set(HOME_FACTS)
        assert service.min_minutes % service.step_minutes == service.max_minutes % service.step_minutes == 0
        assert f'id="i-{service.icon}"' in symbols


def test_a_service_may_be_open_in_some_zones_only(session: Session) -> None:
    get_service(session, "window").zones = ["yunhe"]
    session.flush()
    assert "window" not in [one.slug for one in list_services(session, "liuan")]
    assert "window" in [one.slug for one in list_services(session, "yunhe")]


def test_a_service_put_away_is_not_found(session: Session) -> None:
    get_service(session, "ironing").active = False
    session.flush()
    assert "ironing" not in [one.slug for one in list_services(session)]
    with pytest.raises(NotFound):
        get_service(session, "ironing")
