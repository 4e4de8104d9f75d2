"""Hiring: a recruiter at a station brings somebody in, who then works one visit after another."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.actors import Actor, Role
from geo.cities import load_city
from ratings.invitations import rate_visit
from ratings.schemas import RatingInput
from recruiting.models import Recruiter
from recruiting.recruiters import add_recruiter
from recruiting.schemas import RecruiterInput, SheetInput
from recruiting.screening import record_screening
from recruiting.stations import seed_stations
from tests import factories as make
from tests.journeys.town import Town
from tests.recruiting.world import SHEET
from tests.workers.path import Desk, apply, make_desk, walk
from workers import applications as steps
from workers.availability import set_shifts
from workers.hours import ShiftRow

NOON, NINE = make.MONDAY_NOON, make.TUESDAY_NINE
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def hire_rita(session: Session) -> tuple[Recruiter, Actor, Desk]:
    desk = make_desk(session)
    station = seed_stations(session, load_city("tiny"))[0]
    account = make.make_account(session, "Rita")
    rita = add_recruiter(session, desk.lead, RecruiterInput(account.code, "Rita", station.code, "hired"), NOON)
    return rita, Actor(Role.RECRUITER, account.code, rita.code), desk


def bring_in(session: Session, rita: Recruiter, actor: Actor, desk: Desk) -> Actor:
    """From the application to the trial, within a week."""
    worker = apply(session, recruiter_code=rita.code, now=NOON - 7 * DAY)
    walk(session, worker, "identity_checked", desk, NOON - 6 * DAY)
    sheet = SheetInput(worker.code, dict(SHEET), photos=("photo-1",))
    record_screening(session, actor, sheet, NOON - 5 * DAY)
    steps.confirm_interview(session, desk.agent, worker.code, "called her references", NOON - 4 * DAY)
    walk(session, worker, "trial", desk, NOON - 3 * DAY)
    me = make.as_worker(worker)
    set_shifts(session, me, worker.code, [ShiftRow(day, 480, 1200) for day in range(7)], NOON - DAY)
    return me


def one_visit(town: Town, number: int, customers: Sequence[Actor], *, rated: bool = True) -> datetime:
    """One visit from its request to its settling, two days apart; five stars from both sides, or silence."""
    asked, start = NOON + 2 * number * DAY, NINE + 2 * number * DAY
    customer = customers[number % len(customers)]
    visit = town.request(customer, start, asked)
    town.beat(asked + timedelta(minutes=6))
    worker = town.take(visit, asked + timedelta(minutes=7))
    end = town.do(visit, worker)
    settled = town.close(visit, customer, end)
    for actor in (customer, worker) if rated else ():
        town.act(lambda session, who=actor: rate_visit(session, who, RatingInput(visit, 5), settled))
    town.beat(settled + timedelta(minutes=5))
    assert town.visit(visit).state == "settled"
    return settled
