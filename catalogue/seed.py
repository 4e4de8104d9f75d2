"""The catalogue every installation starts with: five services, their skills, checklists and extras."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.checklists import CHECKLISTS
from catalogue.facts import HOME_FACTS, NO_LIFT, NOBODY_HOME, OWN_TOOLS, PETS
from catalogue.models import Service, Skill

Names = dict[str, str]

SKILLS: Final[dict[str, Names]] = {
    "cleaning": {"zh": "保洁", "en": "Cleaning"},
    "deep_cleaning": {"zh": "深度保洁", "en": "Deep cleaning"},
    "windows": {"zh": "擦窗", "en": "Windows"},
    "cooking": {"zh": "做饭", "en": "Cooking"},
    "ironing": {"zh": "熨衣", "en": "Ironing"},
}

_PETS: Final[dict[str, Any]] = {
    "fact": PETS,
    "fen": 500,
    "zh": "有猫狗，多吸一遍毛",
    "en": "Pets: the hair is hoovered twice",
}
_STAIRS: Final[dict[str, Any]] = {
    "fact": NO_LIFT,
    "fen": 500,
    "zh": "没电梯，提工具上楼",
    "en": "No lift: tools are carried up",
}


@dataclass(frozen=True)
class Kind:
    """One service of the starting catalogue; money in fen per hour."""

    slug: str
    names: Names
    hints: Names
    skills: list[str]
    fen_per_hour: int
    min_minutes: int
    max_minutes: int
    icon: str
    extras: list[dict[str, Any]]
    facts: list[str]
    step_minutes: int = 30
    zones: list[str] | None = None
    trusted: bool = False
    premium: bool = False


KINDS: Final = (
    Kind(
        "standard",
        {"zh": "日常保洁", "en": "Standard clean"},
        {"zh": "扫拖、厨房台面、卫生间，两小时起", "en": "Floors, kitchen tops, bathroom; from two hours"},
        ["cleaning"],
        4500,
        120,
        480,
        "broom",
        [_PETS, _STAIRS],
        list(HOME_FACTS),
    ),
    Kind(
        "deep",
        {"zh": "深度保洁", "en": "Deep clean"},
        {
            "zh": "油烟机外壳、柜内、缝隙、水垢，四小时起",
            "en": "Hood, inside cupboards, joints, limescale; from four hours",
        },
        ["deep_cleaning"],
        5500,
        240,
        600,
        "spark",
        [_PETS, _STAIRS],
        list(HOME_FACTS),
    ),
    Kind(
        "window",
        {"zh": "擦窗", "en": "Window clean"},
        {
            "zh": "室内够得到的玻璃、窗框、窗槽，三小时起",
            "en": "Glass, frames and tracks reached from inside; from three hours",
        },
        ["windows"],
        5500,
        180,
        480,
        "window",
        [_STAIRS],
        [NO_LIFT, NOBODY_HOME, OWN_TOOLS],
    ),
    Kind(
        "cooking",
        {"zh": "做饭", "en": "Cooking"},
        {
            "zh": "按您的菜做一顿，收拾好厨房，两小时起",
            "en": "A meal from your groceries, kitchen left clean; from two hours",
        },
        ["cooking"],
        5000,
        120,
        300,
        "pot",
        [],
        [PETS, NOBODY_HOME],
    ),
    Kind(
        "ironing",
        {"zh": "熨衣", "en": "Ironing"},
        {"zh": "衬衫、裙、床品，分类挂好，两小时起", "en": "Shirts, dresses, bedding, sorted and hung; from two hours"},
        ["ironing"],
        4800,
        120,
        300,
        "iron",
        [],
        [PETS, NOBODY_HOME, OWN_TOOLS],
    ),
)


def seed_catalogue(session: Session) -> None:
    """Write the starting skills and services; running it again brings them up to date and adds nothing twice."""
    skills = {skill.slug: skill for skill in session.scalars(select(Skill))}
    for slug, names in SKILLS.items():
        if slug in skills:
            skills[slug].names = dict(names)
        else:
            session.add(Skill(slug=slug, names=dict(names)))
    services = {service.slug: service for service in session.scalars(select(Service))}
    for position, kind in enumerate(KINDS):
        values = {**asdict(kind), "checklist": CHECKLISTS[kind.slug], "position": position}
        service = services.get(kind.slug)
        if service is None:
            session.add(Service(**values))
            continue
        for name, value in values.items():
            setattr(service, name, value)
    session.flush()
