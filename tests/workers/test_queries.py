"""What the worker's and the vetting pages read."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.errors import NotFound
from tests import factories as make
from tests.workers.path import FAR, NOW, Desk, apply, worker_at
from workers import applications as steps
from workers.availability import set_shifts
from workers.hours import ShiftRow
from workers.queries import ending_papers, join_progress, my_hours, stage_counts, vetting_list
from workers.schemas import QuizAnswers


def test_my_hours_show_the_pattern_and_the_week(session: Session):
    worker = apply(session)
    me = make.as_worker(worker)
    set_shifts(session, me, worker.code, [ShiftRow(1, 480, 720), ShiftRow(0, 480, 540)], NOW)
    hours = my_hours(session, me, worker.code, NOW)
    assert [(row.weekday, row.starts) for row in hours.rows] == [(0, 480), (1, 480)]
    assert hours.weekly_minutes_declared == 300
    assert [len(spans) for _, spans in hours.week] == [1, 1, 0, 0, 0, 0, 0]
    assert (hours.time_zone, hours.end, hours.free_now_until) == ("Asia/Shanghai", None, None)


def test_a_stranger_sees_no_hours_and_no_progress(session: Session):
    worker = apply(session)
    mallory = make.make_customer(session, "Mallory")
    for read in (my_hours, join_progress):
        with pytest.raises(NotFound):
            read(session, mallory, worker.code, NOW)


def test_the_way_in_shows_done_now_and_ahead(session: Session, desk: Desk):
    worker = worker_at(session, "training", desk)
    told = join_progress(session, make.as_worker(worker), worker.code, NOW)
    assert [step.status for step in told.steps] == ["done"] * 4 + ["now"] + ["ahead"] * 3
    assert told.quiz_open
    steps.take_quiz(session, make.as_worker(worker), worker.code, QuizAnswers({}), NOW)
    told = join_progress(session, make.as_worker(worker), worker.code, NOW)
    assert (told.quiz_open, told.quiz_again_at) == (False, NOW + timedelta(days=1))
    assert set(told.moves) == {"quiz", "withdraw"}


def test_what_is_missing_is_said(session: Session, desk: Desk):
    worker = apply(session)
    assert join_progress(session, make.as_worker(worker), worker.code, NOW).missing == (
        "paper_identity",
        "paper_health",
    )
    trial = worker_at(session, "trial", desk)
    assert join_progress(session, make.as_worker(trial), trial.code, NOW).missing == ("trial_visits",)
    active = worker_at(session, "active", desk)
    told = join_progress(session, make.as_worker(active), active.code, NOW)
    assert told.missing == ()
    assert {step.status for step in told.steps} == {"done"}


def test_the_list_is_by_stage_with_papers(session: Session, desk: Desk):
    worker_at(session, "identity_checked", desk)
    apply(session)
    rows = vetting_list(session, desk.agent, NOW).rows
    assert [row.state for row in rows] == ["applied", "identity_checked"]
    assert {(paper.kind, paper.state) for paper in rows[1].papers} == {
        ("identity", "valid"), ("health", "valid"), ("insurance", "valid"),
    }  # fmt: skip
    assert [row.state for row in vetting_list(session, desk.agent, NOW, "applied").rows] == ["applied"]
    assert stage_counts(session, desk.agent)["applied"] == 1


def test_the_list_takes_a_fixed_number_of_queries(session: Session, desk: Desk):
    def count() -> int:
        seen: list[str] = []

        def listen(*args):
            seen.append(args[2])

        session.flush()
        session.expire_all()
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        assert vetting_list(session, desk.agent, NOW).rows
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(seen)

    apply(session)
    few = count()
    for _ in range(4):
        apply(session)
    assert count() == few


def test_lists_are_for_operations(session: Session):
    worker = apply(session)
    for read in (
        lambda: vetting_list(session, make.as_worker(worker), NOW),
        lambda: stage_counts(session, make.as_worker(worker)),
        lambda: ending_papers(session, make.as_worker(worker), FAR),
    ):
        with pytest.raises(NotFound):
            read()


def test_papers_that_end_soon_are_listed_soonest_first(session: Session, desk: Desk):
    worker = worker_at(session, "active", desk)
    assert ending_papers(session, desk.agent, FAR - timedelta(days=31)) == []
    rows = ending_papers(session, desk.agent, FAR - timedelta(days=30))
    assert [(code, paper.days_left) for code, _, paper in rows] == [(worker.code, 30), (worker.code, 30)]
