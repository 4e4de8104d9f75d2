"""How somebody becomes a worker: met at a station, applied, checked, screened, trained, in trial. All by the verbs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.accounts import create_account
from core.actors import Actor, Role
from core.policies import read_policy
from places.models import Compound, Zone
from recruiting.models import Recruiter
from recruiting.photos import keep_photos
from recruiting.rubric import CODES
from recruiting.schemas import SheetInput
from recruiting.screening import record_screening
from simulation.chance import between, chance, pick
from simulation.founding import staff
from simulation.people import phone, worker_name, worker_soul
from simulation.pictures import picture_of
from workers.applications import (
    apply_as_worker,
    check_identity,
    confirm_interview,
    hand_in_documents,
    sign_practice,
    start_trial,
    take_quiz,
)
from workers.availability import set_shifts
from workers.hours import ShiftRow
from workers.models import Worker
from workers.policy import VettingPolicy
from workers.quiz import QUIZ
from workers.schemas import Application, HandIn, IdentityCheck, Paper, Practice, QuizAnswers

SEEN = ("先问了能用什么，再动手。", "手脚利索，边角也擦到了。", "话不多，收尾收得干净。")
SKILLS = ("cleaning", "deep_cleaning", "windows", "cooking", "ironing")


def hire(session: Session, seed: int, number: int, now: datetime) -> Worker:
    """Bring one person from the street to the trial, within the given moment's transaction."""
    worker = half_way(session, seed, number, now, len(STAGES))
    set_shifts(session, as_actor(worker), worker.code, shifts_of(seed, number), now)
    return worker


def half_way(session: Session, seed: int, number: int, now: datetime, stages: int) -> Worker:
    """Bring one person through the first ``stages`` stages of their way in."""
    worker = come_in(session, seed, number, now)
    for stage in STAGES[:stages]:
        stage(session, seed, number, worker, now)
    return worker


def _papers(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:  # noqa: ARG001
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    papers = tuple(Paper(kind, issued_on=today - timedelta(days=60)) for kind in ("identity", "health"))
    hand_in_documents(session, as_actor(worker), worker.code, HandIn(papers), now)


def _identity(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    number_hash = hashlib.sha256(f"{seed}-identity-{number}".encode()).hexdigest()
    good_until = today + timedelta(days=120 + int(between(0, 200, seed, "papers", number)))
    seen = IdentityCheck(number_hash, good_until, good_until + timedelta(days=60), "看过证件")
    check_identity(session, staff(session, Role.OPS_AGENT), worker.code, seen, now)


def _confirm(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:  # noqa: ARG001
    confirm_interview(session, staff(session, Role.OPS_AGENT), worker.code, "面试表无误", now)


def _practice(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:
    practice = Practice(skills_of(seed, number), "看过实操")
    sign_practice(session, staff(session, Role.OPS_AGENT), worker.code, practice, now)


def _quiz(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:  # noqa: ARG001
    answers = QuizAnswers({question.code: question.right for question in QUIZ})
    take_quiz(session, as_actor(worker), worker.code, answers, now)


def _trial(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:  # noqa: ARG001
    start_trial(session, staff(session, Role.OPS_AGENT), worker.code, "开始试做", now)


def come_in(session: Session, seed: int, number: int, now: datetime) -> Worker:
    """Apply, as somebody a recruiter met."""
    zones = session.scalars(select(Zone).order_by(Zone.id)).all()
    home_zone = zones[number % len(zones)]
    account = create_account(session, phone("worker", number), worker_name(seed, number), "zh", now)
    recruiter = recruiter_of(session, number)
    home = _village(session, home_zone, seed, number)
    near = [zone.slug for zone in zones if zone.stage != "closed"]
    form = Application(
        name=account.name,
        zones=tuple(near),
        lat=home.lat + between(-0.002, 0.002, seed, "lat", number),
        lon=home.lon + between(-0.002, 0.002, seed, "lon", number),
        consent_version=read_policy(session, VettingPolicy, now).consent_version,
        languages=("zh",),
        skills=skills_of(seed, number),
        travel_mode=pick(("ebike", "ebike", "ebike", "bus"), seed, "mode", number),
        recruiter_code=recruiter.code,
    )
    return apply_as_worker(session, Actor(Role.CUSTOMER, account.code), form, now)


def recruiter_of(session: Session, number: int) -> Recruiter:
    """Return who met this person: recruiters take turns."""
    recruiters = session.scalars(select(Recruiter).order_by(Recruiter.id)).all()
    return recruiters[number % len(recruiters)]


def _village(session: Session, zone: Zone, seed: int, number: int) -> Compound:
    homes: Sequence[Compound] = session.scalars(
        select(Compound).where(Compound.zone_id == zone.id).order_by(Compound.id)
    ).all()
    villages = [home for home in homes if home.kind == "urban_village"] or list(homes)
    return pick(villages, seed, "home", number)


def _screen(session: Session, seed: int, number: int, worker: Worker, now: datetime) -> None:
    """The recruiter's sheet: it sees something of the real quality, through noise."""
    recruiter = recruiter_of(session, number)
    actor = Actor(Role.RECRUITER, recruiter.account_code, recruiter.code)
    quality = worker_soul(seed, number).quality
    good = 0.55 + 0.35 * (quality - 3.5)
    items = {
        code: 3 if chance(seed, "item", number, code) < good else 2 if chance(seed, "fair", number, code) < 0.8 else 1
        for code in CODES
    }
    photos = keep_photos(session, actor, worker.code, [picture_of(number)], now)
    note = pick(SEEN, seed, "seen", number)
    record_screening(session, actor, SheetInput(worker.code, items, photos=photos, note=note), now)


def skills_of(seed: int, number: int) -> tuple[str, ...]:
    """Return what somebody can do; everybody cleans."""
    shares = {"cleaning": 1.0, "deep_cleaning": 0.75, "windows": 0.6, "cooking": 0.45, "ironing": 0.5}
    return tuple(skill for skill in SKILLS if chance(seed, "skill", number, skill) < shares[skill])


def shifts_of(seed: int, number: int) -> list[ShiftRow]:
    """Return a weekly pattern: most work full days six days a week, some mornings or afternoons only."""
    kind = pick(("long", "long", "late", "late", "morning", "afternoon"), seed, "pattern", number)
    hours = {"long": (480, 1110), "late": (600, 1200), "morning": (450, 810), "afternoon": (780, 1200)}[kind]
    free = int(chance(seed, "free", number) * 7)
    return [ShiftRow(weekday, *hours) for weekday in range(7) if weekday != free]


def as_actor(worker: Worker) -> Actor:
    """Return a worker as an actor."""
    return Actor(Role.WORKER, worker.account_code, worker.code)


STAGES = (_papers, _identity, _screen, _confirm, _practice, _quiz, _trial)
