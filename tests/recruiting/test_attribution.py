"""Who brought whom: the first confirmed code within 30 days; ties are held; stations; contests."""

import secrets

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Account, SignInChallenge
from core.actors import Actor, Role
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from geo.cities import load_city
from notices.models import StaffTask
from recruiting.attribution import settle_contest
from recruiting.leads import capture_lead
from recruiting.models import Lead
from recruiting.recruiters import add_recruiter, get_recruiter
from recruiting.relations import related_accounts
from recruiting.schemas import ContestInput, LeadInput, RecruiterInput
from recruiting.stations import list_stations, seed_stations
from tests import factories as make
from tests.recruiting.world import DAY, World, new_recruiter
from tests.workers.path import NOW, apply, walk
from workers.applications import withdraw


def share_device(session: Session, *codes: str) -> None:
    """These accounts have proved their numbers in one browser."""
    shared = secrets.token_hex(32)
    for code in codes:
        account = session.scalars(select(Account).where(Account.code == code)).one()
        session.add(
            SignInChallenge(
                code=f"Z-{secrets.token_hex(5)}", phone=account.phone, prefix="+86138", network="10.0.0.1",
                session_hash=shared, purpose="sign_in", nonce=b"n", created_at=NOW, expires_at=NOW, used_at=NOW,
            )
        )  # fmt: skip
    session.flush()


def test_the_named_code_is_confirmed_and_locked_at_acceptance(world: World):
    worker = world.applicant()
    row = world.attribution(worker)
    assert row is not None
    assert (row.recruiter, row.state, row.confirmed_at) == (world.rita.code, "confirmed", NOW)
    walk(world.session, worker, "active", world.desk)
    world.react(NOW)
    row = world.attribution(worker)
    assert row is not None
    assert row.state == "locked"


def test_nobody_named_nobody_attributed(world: World):
    assert world.attribution(world.applicant("")) is None


def test_a_code_nobody_has_attributes_nothing(world: World):
    assert world.attribution(world.applicant("R-NOBODY0000")) is None


def test_a_walk_in_belongs_to_the_station_and_pays_nobody(world: World):
    worker = world.recruit(world.station.code)
    row = world.attribution(worker)
    assert row is not None
    assert row.recruiter == world.station.code
    assert world.milestones(worker) == {}


def reapply(world: World, days: int):
    other, _ = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    worker = world.applicant()
    withdraw(world.session, make.as_worker(worker), worker.code, NOW)
    again = apply(world.session, make.as_worker(worker), now=NOW + days * DAY, recruiter_code=other.code)
    world.react(NOW + days * DAY)
    return again, other


def test_within_thirty_days_the_first_code_wins(world: World):
    worker, _ = reapply(world, 29)
    row = world.attribution(worker)
    assert row is not None
    assert row.recruiter == world.rita.code
    assert worker.recruiter_code == world.rita.code


def test_after_thirty_days_a_later_code_takes_over(world: World):
    worker, other = reapply(world, 30)
    row = world.attribution(worker)
    assert row is not None
    assert (row.recruiter, row.state) == (other.code, "reassigned")


def test_hearing_the_same_fact_twice_changes_nothing(world: World):
    worker = world.recruit()
    before = {kind: row.code for kind, row in world.milestones(worker).items()}
    world.heard.clear()
    world.react(NOW)
    assert {kind: row.code for kind, row in world.milestones(worker).items()} == before


def test_a_shared_device_is_held_for_review(world: World):
    worker = apply(world.session, recruiter_code=world.rita.code)
    share_device(world.session, world.rita.account_code, worker.account_code)
    world.react(NOW)
    row = world.attribution(worker)
    assert row is not None
    assert (row.state, row.hold_reason) == ("contested", "device")
    assert (
        world.session.scalars(select(StaffTask).where(StaffTask.kind == "review_attribution")).one().about
        == worker.code
    )


def test_a_recruiter_who_recruits_themselves_is_held(world: World):
    worker = apply(world.session, Actor(Role.CUSTOMER, world.rita.account_code), recruiter_code=world.rita.code)
    world.react(NOW)
    row = world.attribution(worker)
    assert row is not None
    assert (row.state, row.hold_reason) == ("contested", "account")


def test_strangers_are_not_tied(world: World):
    worker = world.applicant()
    share_device(world.session, worker.account_code, make.make_customer(world.session).code)
    assert related_accounts(world.session, world.rita.account_code, {worker.account_code}) == {}


def test_operations_settle_a_contest(world: World):
    worker = apply(world.session, recruiter_code=world.rita.code)
    share_device(world.session, world.rita.account_code, worker.account_code)
    world.react(NOW)
    with pytest.raises(NotFound):
        settle_contest(world.session, world.actor, worker.code, ContestInput(world.rita.code, "mine"), NOW)
    row = settle_contest(world.session, world.desk.agent, worker.code, ContestInput(world.rita.code, "lent phone"), NOW)
    assert row.state == "confirmed"


def test_a_reassigned_recruit_earns_for_the_other(world: World):
    other, _ = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    worker = apply(world.session, recruiter_code=world.rita.code)
    share_device(world.session, world.rita.account_code, worker.account_code)
    world.react(NOW)
    walk(world.session, worker, "active", world.desk)
    world.react(NOW)
    assert world.milestones(worker)["advance"].state == "held"
    settle_contest(world.session, world.desk.agent, worker.code, ContestInput(other.code, "Rolf met her"), NOW)
    world.react(NOW)
    rows = world.session.scalars(select_milestones(worker)).all()
    assert {(row.recruiter, row.state) for row in rows} == {(world.rita.code, "forfeited"), (other.code, "vested")}


def select_milestones(worker):
    from recruiting.models import Milestone

    return select(Milestone).where(Milestone.worker == worker.code, Milestone.kind == "advance")


def test_nobody_settles_a_contest_about_themselves(world: World):
    worker = apply(world.session, recruiter_code=world.rita.code)
    share_device(world.session, world.rita.account_code, worker.account_code)
    world.react(NOW)
    double = Actor(Role.OPS_LEAD, world.rita.account_code, reason="mine")
    with pytest.raises(NotAllowed):
        settle_contest(world.session, double, worker.code, ContestInput(world.rita.code, "mine"), NOW)


def lead_input(**more) -> LeadInput:
    return LeadInput(**{"name": "孟小兰", "phone": "138 7100 0000", "consent_version": "2026-11", **more})


def test_a_lead_is_renewed_and_tells_of_others_without_naming_them(world: World):
    first = capture_lead(world.session, world.actor, lead_input(), NOW)
    again = capture_lead(world.session, world.actor, lead_input(note="brings papers"), NOW + DAY)
    assert again.lead.id == first.lead.id
    assert (again.lead.note, again.noted_elsewhere) == ("brings papers", 0)
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    assert capture_lead(world.session, rolf, lead_input(), NOW + DAY).noted_elsewhere == 1


def test_a_lead_needs_a_phone_and_the_current_consent(world: World):
    for wrong in ({"phone": "12"}, {"consent_version": "2001"}):
        with pytest.raises(InvalidInput):
            capture_lead(world.session, world.actor, lead_input(**wrong), NOW)
    with pytest.raises(NotFound):
        capture_lead(world.session, world.desk.agent, lead_input(), NOW)


def test_the_lead_is_found_when_its_person_applies(world: World):
    account = make.make_account(world.session, "孟小兰")
    capture_lead(world.session, world.actor, lead_input(phone=account.phone), NOW - 3 * DAY)
    worker = apply(world.session, Actor(Role.CUSTOMER, account.code), recruiter_code=world.rita.code)
    world.react(NOW)
    assert world.session.scalars(select(Lead)).one().worker == worker.code
    row = world.attribution(worker)
    assert row is not None
    assert row.captured_at == NOW - 3 * DAY


def test_stations_are_seeded_once(world: World):
    before = [row.code for row in list_stations(world.session)]
    assert [row.code for row in seed_stations(world.session, load_city("tiny"))]
    assert [row.code for row in list_stations(world.session)] == before
    assert len(list_stations(world.session, "liuan")) == 1


def test_a_recruiter_is_read_by_themselves_and_the_desk(world: World):
    assert get_recruiter(world.session, world.actor, world.rita.code) is world.rita
    assert get_recruiter(world.session, world.finance, world.rita.code) is world.rita
    _, rolf = new_recruiter(world.session, world.desk.lead, world.station, "Rolf")
    for stranger in (rolf, make.make_customer(world.session)):
        with pytest.raises(NotFound):
            get_recruiter(world.session, stranger, world.rita.code)


def test_an_account_is_one_recruiter(world: World):
    again = RecruiterInput(world.rita.account_code, "Rita", world.station.code, "again")
    with pytest.raises(Conflict):
        add_recruiter(world.session, world.desk.lead, again, NOW)
    with pytest.raises(NotFound):
        add_recruiter(world.session, world.desk.agent, again, NOW)
