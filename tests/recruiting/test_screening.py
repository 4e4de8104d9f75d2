"""Sheets: once by the same hand, documented with photos, handed down, paid at most ten per recruit."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import Conflict, InvalidInput, NotFound
from ratings.models import Screening
from recruiting.models import ScreeningSheet
from recruiting.recruiters import set_recruiter_state
from recruiting.schemas import PhotosInput, SheetInput, SheetSchema
from recruiting.screening import add_photos, record_screening
from tests.recruiting.world import SHEET, World, new_recruiter
from tests.workers.path import NOW, walk
from workers.applications import confirm_interview


def test_a_sheet_is_kept_handed_down_and_waits_for_operations(world: World):
    worker = world.applicant()
    sheet, outcome = world.screen(worker)
    assert (sheet.accepted, outcome.awaits_confirmation, worker.state) == (True, True, "identity_checked")
    handed = world.session.scalars(select(Screening).where(Screening.worker == worker.code)).one()
    assert (handed.source, handed.result) == (world.rita.code, pytest.approx(2 / 3))
    confirm_interview(world.session, world.desk.agent, worker.code, "plausible", NOW)
    assert worker.state == "interviewed"


def test_who_is_not_taken_stays_and_hands_nothing_down(world: World):
    worker = world.applicant()
    sheet, outcome = world.screen(worker, honesty=0)
    assert (sheet.accepted, outcome.passed, worker.state) == (False, False, "identity_checked")
    assert not world.session.scalars(select(Screening)).all()


def test_one_sheet_by_the_same_hand(world: World):
    worker = world.applicant()
    world.screen(worker)
    with pytest.raises(Conflict) as error:
        record_screening(world.session, world.actor, SheetInput(worker.code, dict(SHEET)), NOW)
    assert error.value.code == "screened_already"
    second, _ = record_screening(
        world.session, world.desk.agent, SheetInput(worker.code, dict(SHEET), note="own look"), NOW
    )
    assert second.recruiter == world.desk.agent.code


def test_another_recruiter_finds_nobody(world: World):
    worker = walk(world.session, world.applicant(), "identity_checked", world.desk)
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    with pytest.raises(NotFound):
        record_screening(world.session, rolf, SheetInput(worker.code, dict(SHEET)), NOW)


def test_the_rubric_and_nothing_else(world: World):
    worker = walk(world.session, world.applicant(), "identity_checked", world.desk)
    with pytest.raises(InvalidInput):
        record_screening(world.session, world.actor, SheetInput(worker.code, {"made_up": 3}), NOW)
    assert "items" in SheetSchema().validate({"worker_code": worker.code, "items": {"kitchen": 2}})
    assert "items" in SheetSchema().validate({"worker_code": worker.code, "items": {**SHEET, "kitchen": 4}})
    assert SheetSchema().load({"worker_code": worker.code, "items": SHEET}).items == SHEET


def test_photos_come_later_from_the_same_hand(world: World):
    sheet, _ = world.screen(world.applicant(), photos=())
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    with pytest.raises(NotFound):
        add_photos(world.session, rolf, sheet.code, PhotosInput(("photo-9",)), NOW)
    add_photos(world.session, world.actor, sheet.code, PhotosInput(("photo-9", "photo-9")), NOW)
    assert sheet.photos == ["photo-9"]


def accept(world: World, worker) -> None:
    confirm_interview(world.session, world.desk.agent, worker.code, "plausible", NOW)
    walk(world.session, worker, "active", world.desk)
    world.react(NOW)


def test_documented_sheets_are_paid_when_somebody_is_accepted(world: World):
    for photos, honesty in ((("photo-1",), 0), ((), 0)):
        world.screen(world.applicant(), photos, honesty=honesty)
    taken = world.applicant()
    world.screen(taken)
    accept(world, taken)
    fee = world.milestones(taken)["screening"]
    assert (fee.state, fee.fen, fee.team_fen) == ("vested", 2000, 0)
    paid = world.session.scalars(select(ScreeningSheet).where(ScreeningSheet.milestone == fee.code)).all()
    assert len(paid) == 2
    assert all(sheet.photos for sheet in paid)


def test_no_more_than_ten_for_one_accepted_and_none_twice(world: World):
    for _ in range(11):
        world.screen(world.applicant(), honesty=0)
    first = world.applicant()
    world.screen(first)
    accept(world, first)
    assert world.milestones(first)["screening"].fen == 10_000
    second = world.applicant()
    world.screen(second)
    accept(world, second)
    assert world.milestones(second)["screening"].fen == 3_000


def test_fees_wait_while_a_recruiter_is_retrained(world: World, session: Session):
    set_recruiter_state(session, world.desk.lead, world.rita.code, "retraining", "blind re-screens differ", NOW)
    worker = world.applicant()
    world.screen(worker)
    accept(world, worker)
    assert set(world.milestones(worker)) == {"advance"}


def test_a_recruiter_does_not_set_their_own_state(world: World, session: Session):
    with pytest.raises(NotFound):
        set_recruiter_state(session, world.actor, world.rita.code, "active", "me", NOW)
    from core.errors import NotAllowed

    double = Actor(Role.OPS_LEAD, world.rita.account_code, reason="me")
    with pytest.raises(NotAllowed):
        set_recruiter_state(session, double, world.rita.code, "active", "me", NOW)
