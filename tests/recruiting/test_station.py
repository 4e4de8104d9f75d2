"""The station's day: where hands are missing, leads and their numbers, photos, questions about a sum."""


import pytest

from core.errors import NotFound
from recruiting.cohort import my_recruits, station_day
from recruiting.leads import capture_lead, get_lead
from recruiting.needs import people_for, station_need
from recruiting.photos import get_photo, keep_photos
from recruiting.policy import NeedPolicy
from recruiting.schemas import LeadInput, PhotosInput
from recruiting.screening import add_photos
from recruiting.sheets import bare_sheets, screening_page
from tests import factories as make
from tests.recruiting.world import DAY, World, new_recruiter
from tests.worked import worked_visit
from tests.workers.path import NOW, walk

HER = LeadInput("潘翠英", "13871000001", "2026-11", ("windows",))


def lacking(world: World, state: str, at, service: str = "window", zone: str = "mohuwan") -> None:
    """A visit of three hours that nobody took."""
    worker = make.make_worker(world.session)
    visit = worked_visit(world.session, world.customer(0), worker, at, state="work_done")
    visit.state, visit.service, visit.zone, visit.worker_id, visit.opened_at = state, service, zone, None, NOW - DAY
    world.session.flush()


def test_hours_nobody_took_are_counted_by_neighbourhood_and_service(world: World):
    lacking(world, "open", NOW + 2 * DAY)
    lacking(world, "offering", NOW + 3 * DAY)
    lacking(world, "unfilled", NOW - 2 * DAY)
    lacking(world, "unfilled", NOW - 2 * DAY, "cooking", "liuan")
    need = station_need(world.session, world.actor, NOW)
    assert need.first is not None
    assert (need.first.zone, need.first.skill, need.first.open_hours, need.first.lost_hours) == (
        "mohuwan",
        "windows",
        6.0,
        3.0,
    )
    assert (need.people, len(need.gaps)) == (1, 2)
    assert {zone.slug: zone.hours for zone in need.zones} == {"liuan": 3.0, "mohuwan": 9.0, "yunhe": 0}


def test_what_somebody_takes_or_was_just_asked_for_is_no_gap(world: World):
    lacking(world, "assigned", NOW + 2 * DAY)
    lacking(world, "open", NOW + 20 * DAY)
    lacking(world, "unfilled", NOW - 20 * DAY)
    need = station_need(world.session, world.actor, NOW)
    assert (need.first, need.people, need.gaps) == (None, 0, ())


@pytest.mark.parametrize(("hours", "people"), [(0, 0), (0.5, 1), (10, 1), (11, 2), (900, 5)])
def test_a_few_people_at_a_time(hours: float, people: int):
    assert people_for(hours, NeedPolicy()) == people


def test_the_same_number_twice_is_said(world: World):
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    first = capture_lead(world.session, rolf, HER, NOW - DAY)
    assert (first.noted_elsewhere, first.noted_before) == (0, False)
    mine = capture_lead(world.session, world.actor, HER, NOW)
    assert (mine.noted_elsewhere, mine.noted_before) == (1, False)
    assert capture_lead(world.session, world.actor, HER, NOW).noted_before
    assert station_day(world.session, world.actor, NOW).leads[0].noted_elsewhere == 1
    assert get_lead(world.session, world.actor, mine.lead.code, NOW).noted_elsewhere == 1
    with pytest.raises(NotFound):
        get_lead(world.session, world.actor, first.lead.code, NOW)


def test_a_number_is_gone_once_its_owner_applied(world: World):
    noted = capture_lead(world.session, world.actor, HER, NOW).lead
    assert station_day(world.session, world.actor, NOW).leads[0].phone == "+8613871000001"
    noted.worker = world.applicant().code
    world.session.flush()
    row = station_day(world.session, world.actor, NOW).leads[0]
    assert (row.phone, row.state) == ("", "applied")
    with pytest.raises(NotFound):
        get_lead(world.session, world.actor, noted.code, NOW)


def test_the_sheet_says_what_is_missing(world: World):
    worker = world.applicant()
    seen = screening_page(world.session, world.actor, worker.code, NOW)
    assert (seen.may_fill, seen.missing) == (False, ("papers", "sheet", "photos"))
    walk(world.session, worker, "identity_checked", world.desk, NOW)
    assert screening_page(world.session, world.actor, worker.code, NOW).may_fill
    world.screen(worker, photos=())
    seen = screening_page(world.session, world.actor, worker.code, NOW)
    assert seen.sheet is not None
    assert (seen.sheet.points, seen.sheet.most, seen.sheet.enough, seen.missing) == (
        20,
        30,
        True,
        ("photos", "confirmation"),
    )
    assert [one.worker_code for one in bare_sheets(world.session, world.actor)] == [worker.code]
    assert my_recruits(world.session, world.actor, NOW)[0].screened


def test_a_sheet_is_for_whoever_brought_them(world: World):
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    worker = world.applicant()
    for stranger in (rolf, world.desk.agent, make.as_worker(worker), make.make_customer(world.session)):
        with pytest.raises(NotFound):
            screening_page(world.session, stranger, worker.code, NOW)


def test_photos_complete_a_sheet_and_stay_between_taker_and_desk(world: World):
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    worker = world.applicant()
    sheet, _ = world.screen(worker, photos=())
    (code,) = keep_photos(world.session, world.actor, worker.code, [b"jpeg"], NOW)
    add_photos(world.session, world.actor, sheet.code, PhotosInput((code,)), NOW)
    assert bare_sheets(world.session, world.actor) == []
    assert get_photo(world.session, world.actor, worker.code, code).content == b"jpeg"
    assert get_photo(world.session, world.desk.agent, worker.code, code).content == b"jpeg"
    for stranger in (rolf, world.finance, make.as_worker(worker)):
        with pytest.raises(NotFound):
            get_photo(world.session, stranger, worker.code, code)
    with pytest.raises(NotFound):
        keep_photos(world.session, rolf, worker.code, [b"jpeg"], NOW)
