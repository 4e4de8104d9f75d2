"""Papers with an end: warnings at 30, 14 and 3 days, lapse and renewal by themselves."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditRow
from core.errors import InvalidInput, NotFound
from core.timers import Timer
from notices.models import Notice
from tests import factories as make
from tests.workers.path import FAR, Desk, worker_at
from workers.documents import CHECK_TIMER, add_document, expire_documents, on_document_check, review_documents
from workers.models import Worker
from workers.schemas import Paper
from workers.standing import standing_of

DAY = timedelta(days=1)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def warnings(session: Session, worker: Worker) -> list[int]:
    session.flush()
    rows = session.scalars(select(Notice).where(Notice.kind == "document_expires", Notice.to == worker.account_code))
    return [row.params["days"] for row in rows if row.params["paper"] == "health"]


def holds(session: Session, worker: Worker) -> list[str]:
    standing = standing_of(session, worker.code)
    return [] if standing is None else list(standing.holds)


@pytest.fixture
def active(session: Session, desk: Desk) -> Worker:
    return worker_at(session, "active", desk)


def test_warned_once_at_thirty_fourteen_and_three_days(session: Session, active: Worker):
    for days in (31, 30, 29, 14, 13, 3, 3, 0):
        review_documents(session, active, noon(FAR - days * DAY))
    assert warnings(session, active) == [30, 14, 3]


def test_the_last_good_day_is_good_and_the_next_is_not(session: Session, active: Worker):
    review_documents(session, active, noon(FAR))
    assert (active.state, holds(session, active)) == ("active", [])
    review_documents(session, active, noon(FAR + DAY))
    assert (active.state, holds(session, active)) == ("ineligible", ["documents"])


def test_renewal_brings_somebody_back_when_all_papers_are_good(session: Session, active: Worker, desk: Desk):
    now = noon(FAR + DAY)
    review_documents(session, active, now)
    add_document(session, desk.agent, active.code, Paper("health", expires_on=FAR + 365 * DAY, reason="seen"), now)
    assert active.state == "ineligible"  # the insurance is still missing
    add_document(session, desk.agent, active.code, Paper("insurance", expires_on=FAR + 365 * DAY, reason="seen"), now)
    assert (active.state, holds(session, active)) == ("active", [])


def test_somebody_in_trial_is_held_and_stays_in_trial(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    review_documents(session, worker, noon(FAR + DAY))
    assert (worker.state, holds(session, worker)) == ("trial", ["documents"])


def test_the_timer_names_the_next_day_that_matters(session: Session, active: Worker):
    timer = session.scalars(select(Timer).where(Timer.kind == CHECK_TIMER, Timer.about == active.code)).one()
    local = timer.due_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.date(), local.hour) == (FAR - 30 * DAY, 0)
    on_document_check(session, timer, timer.due_at)
    session.expire_all()
    timer = session.scalars(select(Timer).where(Timer.kind == CHECK_TIMER, Timer.about == active.code)).one()
    assert timer.due_at.astimezone(ZoneInfo("Asia/Shanghai")).date() == FAR - 14 * DAY


def test_the_daily_net_finds_what_a_timer_missed(session: Session, active: Worker):
    assert expire_documents(session, FAR - 40 * DAY, noon(FAR - 40 * DAY)) == 0
    assert expire_documents(session, FAR + DAY, noon(FAR + DAY)) == 1
    assert active.state == "ineligible"


def test_a_paper_replaces_the_one_before(session: Session, active: Worker, desk: Desk):
    now = noon(make.TUESDAY)
    add_document(session, desk.agent, active.code, Paper("health", expires_on=FAR + DAY, reason="seen"), now)
    valid = [row for row in active.documents if row.kind == "health" and row.state == "valid"]
    assert [row.expires_on for row in valid] == [FAR + DAY]
    acts = session.scalars(select(AuditRow.act).where(AuditRow.about == active.code)).all()
    assert "worker_document_seen" in acts


def test_only_operations_see_papers(session: Session, active: Worker, desk: Desk):
    paper = Paper("health", expires_on=FAR, reason="mine")
    with pytest.raises(NotFound):
        add_document(session, make.as_worker(active), active.code, paper, noon(make.TUESDAY))


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (Paper("health", expires_on=date(2026, 1, 1), reason="old"), "already_expired"),
        (Paper("health", reason="no date"), "required"),
    ],
)
def test_a_paper_needs_a_good_last_day(session: Session, active: Worker, desk: Desk, paper, code):
    with pytest.raises(InvalidInput) as error:
        add_document(session, desk.agent, active.code, paper, noon(make.TUESDAY))
    assert error.value.fields == {"expires_on": [code]}
