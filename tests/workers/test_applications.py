"""One rule of the vetting path, two tests: where it bites and where it does not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import SYSTEM, Actor, Role
from core.audit import AuditRow
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.events import EventRow
from core.timers import Timer
from notices.models import StaffTask
from tests import factories as make
from tests.workers.path import FAR, GOOD, NOW, RIGHT, Desk, apply, form, identity, papers, walk, worker_at
from workers import applications as steps
from workers.cases import on_idle
from workers.models import Worker
from workers.quiz import QUIZ
from workers.schemas import HandIn, Interview, Paper, Practice, QuizAnswers, Verdict
from workers.standing import StandingUpdate, add_hold, publish_standing, standing_of
from workers.trials import note_trial_visit
from workers.workers import get_worker

DAY = timedelta(days=1)


def facts(session: Session, kind: str) -> list[EventRow]:
    session.flush()
    return list(session.scalars(select(EventRow).where(EventRow.kind == kind).order_by(EventRow.id)))


def recruiter_for(session: Session, worker: Worker) -> Actor:
    """Somebody acting with the recruiter's code the application named."""
    account = make.make_account(session, "Rita", Role.RECRUITER)
    account.roles[-1].person = worker.recruiter_code
    return Actor(Role.RECRUITER, account.code, worker.recruiter_code)


def test_the_whole_path_leads_to_active(session: Session, desk: Desk):
    worker = worker_at(session, "active", desk)
    assert worker.state == "active"
    assert worker.activated_at is not None
    assert [row.payload["state"] for row in facts(session, "WorkerMoved")] == [
        "documents", "identity_checked", "interviewed", "training", "quiz_passed", "trial", "active",
    ]  # fmt: skip
    assert facts(session, "WorkerActivated")[0].payload["worker_code"] == worker.code


def test_every_staff_step_is_audited_with_a_reason(session: Session, desk: Desk):
    worker = worker_at(session, "active", desk)
    acts = session.scalars(select(AuditRow).where(AuditRow.about == worker.code)).all()
    assert {"worker_check_identity", "worker_interview", "worker_train", "worker_start_trial", "worker_activate"} <= {
        row.act for row in acts
    }
    assert all(row.reason for row in acts)


def test_a_staff_step_without_a_reason_is_refused(session: Session, desk: Desk):
    worker = worker_at(session, "quiz_passed", desk)
    silent = Actor(Role.OPS_AGENT, desk.agent.code)
    with pytest.raises(InvalidInput):
        steps.start_trial(session, silent, worker.code, "  ", NOW)


def test_an_application_keeps_consent_and_recruiter_and_grants_the_role(session: Session):
    worker = apply(session, recruiter_code="R-ABCDEFGH12")
    assert worker.case.consent_version == "2026-11"
    assert facts(session, "WorkerApplied")[0].payload == {
        "worker_code": worker.code, "recruiter_code": "R-ABCDEFGH12",
    }  # fmt: skip
    assert ("worker", worker.code) in [(role.role, role.person) for role in worker.account.roles]
    assert worker.family_name == "周"


def test_an_old_consent_text_is_refused(session: Session):
    with pytest.raises(InvalidInput) as error:
        apply(session, consent_version="2019-01")
    assert error.value.fields == {"consent_version": ["not_current"]}


def test_unknown_zones_are_refused(session: Session):
    with pytest.raises(InvalidInput) as error:
        apply(session, zones=("atlantis",))
    assert "zones" in error.value.fields


def test_nobody_applies_twice(session: Session):
    cleo = make.make_customer(session, "Cleo")
    apply(session, cleo)
    with pytest.raises(Conflict) as error:
        apply(session, cleo)
    assert error.value.code == "already_applied"


def test_a_blocked_account_cannot_apply(session: Session):
    account = make.make_account(session, "Cleo")
    account.state = "blocked"
    with pytest.raises(NotAllowed):
        apply(session, Actor(Role.CUSTOMER, account.code))


def test_operations_apply_for_somebody_and_the_audit_knows(session: Session, desk: Desk):
    cleo = make.make_account(session, "Cleo")
    on_behalf = Actor(Role.OPS_AGENT, desk.agent.code, on_behalf_of=cleo.code, channel="phone", reason="she called")
    worker = steps.apply_as_worker(session, on_behalf, form(), NOW)
    assert worker.account_code == cleo.code
    row = session.scalars(select(AuditRow).where(AuditRow.act == "worker_applied")).one()
    assert (row.on_behalf_of, row.reason) == (cleo.code, "she called")


def test_hand_in_needs_identity_and_health(session: Session):
    worker = apply(session)
    with pytest.raises(InvalidInput) as error:
        steps.hand_in_documents(session, make.as_worker(worker), worker.code, HandIn((Paper("identity"),)), NOW)
    assert error.value.fields == {"papers": ["missing_health"]}


def test_a_stranger_finds_nobody(session: Session):
    worker = apply(session)
    mallory = make.make_customer(session, "Mallory")
    with pytest.raises(NotFound):
        steps.hand_in_documents(session, mallory, worker.code, papers(), NOW)
    with pytest.raises(NotFound):
        get_worker(session, mallory, worker.code)
    with pytest.raises(NotFound):
        get_worker(session, mallory, "W-NOBODY0000")


def test_one_identity_is_one_worker(session: Session, desk: Desk):
    first = worker_at(session, "identity_checked", desk)
    second = worker_at(session, "documents", desk)
    with pytest.raises(Conflict) as error:
        steps.check_identity(
            session, desk.agent, second.code, identity(second, identity_hash=first.case.identity_hash), NOW
        )
    assert error.value.code == "identity_taken"
    assert second.state == "documents"


def test_expired_papers_do_not_pass_the_desk(session: Session, desk: Desk):
    worker = worker_at(session, "documents", desk)
    with pytest.raises(InvalidInput) as error:
        steps.check_identity(session, desk.agent, worker.code, identity(worker, health_until=date(2026, 1, 1)), NOW)
    assert error.value.fields == {"health_until": ["already_expired"]}


def test_the_worker_cannot_check_their_own_identity(session: Session, desk: Desk):
    worker = worker_at(session, "documents", desk)
    with pytest.raises(NotAllowed):
        steps.check_identity(session, make.as_worker(worker), worker.code, identity(worker), NOW)


def test_staff_who_applied_cannot_decide_about_themselves(session: Session, desk: Desk):
    own = make.make_account(session, "Olu", Role.OPS_AGENT)
    worker = steps.apply_as_worker(session, Actor(Role.CUSTOMER, own.code), form(), NOW)
    steps.hand_in_documents(session, make.as_worker(worker), worker.code, papers(), NOW)
    with pytest.raises(NotAllowed) as error:
        steps.check_identity(session, Actor(Role.OPS_AGENT, own.code, reason="me"), worker.code, identity(worker), NOW)
    assert error.value.code == "own_case"
    steps.check_identity(session, desk.agent, worker.code, identity(worker), NOW)


@pytest.mark.parametrize(
    ("items", "passed"),
    [
        (dict.fromkeys(GOOD, 2), True),
        ({**dict.fromkeys(GOOD, 2), "item_0": 0}, False),  # enough in sum, one item at 0
        ({**dict.fromkeys(GOOD, 1), **{f"item_{n}": 2 for n in range(6)}}, False),  # 16/30 < .55
        ({**dict.fromkeys(GOOD, 1), **{f"item_{n}": 2 for n in range(7)}}, True),  # 17/30 ≥ .55
    ],
)
def test_a_sheet_is_enough_from_055_with_no_item_at_0(session: Session, desk: Desk, items, passed):
    worker = worker_at(session, "identity_checked", desk)
    outcome = steps.record_interview(session, desk.agent, worker.code, Interview(items, reason="seen"), NOW)
    assert outcome.passed is passed
    assert worker.state == ("interviewed" if passed else "identity_checked")
    assert worker.case.screening == pytest.approx(sum(items.values()) / 30)


def test_an_incomplete_sheet_is_refused(session: Session, desk: Desk):
    worker = worker_at(session, "identity_checked", desk)
    for items in ({"item_0": 3}, {**GOOD, "item_0": 4}):
        with pytest.raises(InvalidInput):
            steps.record_interview(session, desk.agent, worker.code, Interview(items, reason="seen"), NOW)


def test_the_recruiter_who_earns_cannot_alone_give_the_pass(session: Session, desk: Desk):
    worker = worker_at(session, "identity_checked", desk, recruiter_code="R-RITA000001")
    rita = recruiter_for(session, worker)
    outcome = steps.record_interview(session, rita, worker.code, Interview(GOOD), NOW)
    assert (outcome.passed, outcome.awaits_confirmation) == (True, True)
    assert worker.state == "identity_checked"
    assert session.scalars(select(StaffTask).where(StaffTask.kind == "confirm_interview")).one().about == worker.code
    steps.confirm_interview(session, desk.agent, worker.code, "sheet is plausible", NOW)
    assert worker.state == "interviewed"


def test_the_same_hand_cannot_confirm_with_a_staff_role(session: Session, desk: Desk):
    worker = worker_at(session, "identity_checked", desk, recruiter_code="R-RITA000001")
    rita = recruiter_for(session, worker)
    steps.record_interview(session, rita, worker.code, Interview(GOOD), NOW)
    double = Actor(Role.OPS_AGENT, rita.code, reason="me again")
    with pytest.raises(NotAllowed):
        steps.confirm_interview(session, double, worker.code, "fine", NOW)


def test_staff_with_the_recruiters_account_decide_nothing_about_their_recruit(session: Session, desk: Desk):
    worker = worker_at(session, "quiz_passed", desk, recruiter_code="R-RITA000001")
    rita = recruiter_for(session, worker)
    with pytest.raises(NotAllowed) as error:
        steps.start_trial(session, Actor(Role.OPS_AGENT, rita.code), worker.code, "mine", NOW)
    assert error.value.code == "own_recruit"


def test_a_recruiter_screens_only_their_own_recruits(session: Session, desk: Desk):
    worker = worker_at(session, "identity_checked", desk)
    with pytest.raises(NotFound):
        steps.record_interview(session, Actor(Role.RECRUITER, "A-X", "R-OTHER00001"), worker.code, Interview(GOOD), NOW)


def test_nothing_to_confirm_is_a_conflict(session: Session, desk: Desk):
    worker = worker_at(session, "identity_checked", desk)
    with pytest.raises(Conflict):
        steps.confirm_interview(session, desk.agent, worker.code, "fine", NOW)


def test_the_signature_brings_the_skills_seen(session: Session, desk: Desk):
    worker = worker_at(session, "interviewed", desk)
    steps.sign_practice(session, desk.agent, worker.code, Practice(("cleaning", "windows"), "seen"), NOW)
    session.refresh(worker)
    assert {(skill.skill, skill.checked_by) for skill in worker.skills} == {
        ("cleaning", desk.agent.code), ("windows", desk.agent.code),
    }  # fmt: skip


def test_the_worker_cannot_sign_their_own_practice(session: Session, desk: Desk):
    worker = worker_at(session, "interviewed", desk)
    with pytest.raises(NotAllowed):
        steps.sign_practice(session, make.as_worker(worker), worker.code, Practice(("cleaning",), "me"), NOW)


def test_eighty_percent_of_the_quiz_is_enough(session: Session, desk: Desk):
    worker = worker_at(session, "training", desk)
    answers = {**RIGHT.answers, QUIZ[0].code: "x", QUIZ[1].code: "x"}
    outcome = steps.take_quiz(session, make.as_worker(worker), worker.code, QuizAnswers(answers), NOW)
    assert outcome.passed
    assert outcome.wrong == (QUIZ[0].code, QUIZ[1].code)
    assert worker.state == "quiz_passed"


def test_a_failed_quiz_waits_a_day(session: Session, desk: Desk):
    worker = worker_at(session, "training", desk)
    me = make.as_worker(worker)
    missed = QuizAnswers({question.code: "x" for question in QUIZ[:3]} | {q.code: q.right for q in QUIZ[3:]})
    outcome = steps.take_quiz(session, me, worker.code, missed, NOW)
    assert not outcome.passed
    assert outcome.again_at == NOW + DAY
    with pytest.raises(Conflict) as error:
        steps.take_quiz(session, me, worker.code, RIGHT, NOW + DAY - timedelta(seconds=1))
    assert error.value.code == "quiz_too_soon"
    assert steps.take_quiz(session, me, worker.code, RIGHT, NOW + DAY).passed


def test_every_question_has_a_right_choice_among_its_own():
    assert len(QUIZ) == 10
    assert all(question.right in question.choices for question in QUIZ)
    assert all(text.zh and text.en for question in QUIZ for text in (question.text, *question.choices.values()))


def test_the_trial_starts_with_a_standing(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    standing = standing_of(session, worker.code)
    assert standing is not None
    assert (standing.score, standing.tier, standing.holds) == (0.875, "newcomer", [])


def test_no_trial_with_an_expired_paper(session: Session, desk: Desk):
    worker = worker_at(session, "quiz_passed", desk)
    with pytest.raises(Conflict) as error:
        steps.start_trial(session, desk.agent, worker.code, "ready", NOW + timedelta(days=400))
    assert error.value.code == "papers_missing"


def test_a_trial_visit_counts_once(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    assert note_trial_visit(session, worker.code, "V-1", True, NOW)
    assert not note_trial_visit(session, worker.code, "V-1", True, NOW)
    assert worker.case.trial_visits == 1


def test_neither_recruiter_nor_worker_is_a_trial_customer(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk, recruiter_code="R-RITA000001")
    rita = recruiter_for(session, worker)
    assert not note_trial_visit(session, worker.code, "V-1", True, NOW, rita.code)
    assert not note_trial_visit(session, worker.code, "V-2", True, NOW, worker.account_code)
    assert note_trial_visit(session, worker.code, "V-3", True, NOW, make.make_customer(session).code)


def test_three_good_visits_propose_and_do_not_decide(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    for number in range(3):
        note_trial_visit(session, worker.code, f"V-{number}", True, NOW)
    assert worker.state == "trial"
    tasks = session.scalars(select(StaffTask).where(StaffTask.kind == "activate_worker")).all()
    assert [task.about for task in tasks] == [worker.code]


def test_two_visits_are_not_enough(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    for number in range(2):
        note_trial_visit(session, worker.code, f"V-{number}", True, NOW)
    with pytest.raises(Conflict) as error:
        steps.activate_worker(session, desk.agent, worker.code, "good", NOW)
    assert error.value.params["missing"] == ["visits"]


def test_late_in_one_of_the_last_three_is_not_enough(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    for number, on_time in enumerate((True, True, False)):
        note_trial_visit(session, worker.code, f"V-{number}", on_time, NOW)
    with pytest.raises(Conflict) as error:
        steps.activate_worker(session, desk.agent, worker.code, "good", NOW)
    assert error.value.params["missing"] == ["on_time"]
    for number in range(3, 6):
        note_trial_visit(session, worker.code, f"V-{number}", True, NOW)
    assert steps.activate_worker(session, desk.agent, worker.code, "good now", NOW).state == "active"


@pytest.mark.parametrize(("score", "accepted"), [(0.7499, False), (0.75, True)])
def test_four_stars_are_needed(session: Session, desk: Desk, score, accepted):
    worker = worker_at(session, "trial", desk)
    for number in range(3):
        note_trial_visit(session, worker.code, f"V-{number}", True, NOW)
    publish_standing(session, worker.code, StandingUpdate(score=score), NOW)
    if accepted:
        assert steps.activate_worker(session, desk.agent, worker.code, "good", NOW).state == "active"
    else:
        with pytest.raises(Conflict):
            steps.activate_worker(session, desk.agent, worker.code, "good", NOW)


def test_a_safety_flag_keeps_somebody_in_trial(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    for number in range(3):
        note_trial_visit(session, worker.code, f"V-{number}", True, NOW)
    add_hold(session, worker.code, "safety", NOW)
    with pytest.raises(Conflict) as error:
        steps.activate_worker(session, desk.agent, worker.code, "good", NOW)
    assert error.value.params["missing"] == ["safety"]


def test_steps_cannot_be_skipped(session: Session, desk: Desk):
    worker = apply(session)
    with pytest.raises(Conflict):
        steps.start_trial(session, desk.agent, worker.code, "hurry", NOW)


def test_rejection_names_the_day_of_return_and_keeps_to_it(session: Session, desk: Desk):
    cleo = make.make_customer(session, "Cleo")
    worker = apply(session, cleo)
    verdict = Verdict("not_suited", "cannot do mornings")
    steps.reject_worker(session, desk.agent, worker.code, verdict, NOW)
    assert (worker.state, worker.case.reason_code) == ("rejected", "not_suited")
    assert worker.case.reapply_on == date(2027, 1, 22)
    with pytest.raises(Conflict) as error:
        apply(session, cleo, now=NOW + 59 * DAY)
    assert error.value.code == "too_early_to_reapply"
    again = apply(session, cleo, now=NOW + 60 * DAY)
    assert (again.id, again.state) == (worker.id, "applied")


def test_false_papers_wait_a_year(session: Session, desk: Desk):
    worker = worker_at(session, "documents", desk)
    steps.reject_worker(session, desk.agent, worker.code, Verdict("papers_false", "forged"), NOW)
    assert worker.case.reapply_on == date(2027, 11, 23)


def test_a_withdrawn_applicant_may_return_at_once_and_starts_afresh(session: Session, desk: Desk):
    cleo = make.make_customer(session, "Cleo")
    worker = walk(session, apply(session, cleo), "training", desk)
    steps.withdraw(session, make.as_worker(worker), worker.code, NOW)
    assert worker.state == "withdrawn"
    again = apply(session, cleo, now=NOW + DAY)
    assert (again.state, again.case.screening, again.case.practice_signed_by) == ("applied", None, "")


def test_idle_for_thirty_days_expires(session: Session, desk: Desk):
    worker = worker_at(session, "documents", desk)
    timer = session.scalars(select(Timer).where(Timer.kind == "vetting_idle", Timer.about == worker.code)).one()
    on_idle(session, timer, timer.due_at)
    assert worker.state == "expired"


def test_a_step_in_between_keeps_the_case_open(session: Session, desk: Desk):
    worker = worker_at(session, "documents", desk)
    timer = session.scalars(select(Timer).where(Timer.kind == "vetting_idle", Timer.about == worker.code)).one()
    due = timer.due_at
    walk(session, worker, "identity_checked", desk, NOW + 20 * DAY)
    on_idle(session, timer, due)
    assert worker.state == "identity_checked"
    session.expire_all()
    moved = session.scalars(select(Timer).where(Timer.kind == "vetting_idle", Timer.about == worker.code)).one()
    assert moved.due_at == NOW + 50 * DAY + timedelta(hours=1)


def test_from_the_trial_on_nothing_idles_away(session: Session, desk: Desk):
    worker = worker_at(session, "trial", desk)
    assert not session.scalars(select(Timer).where(Timer.kind == "vetting_idle", Timer.about == worker.code)).all()


def test_the_clock_sees_everybody(session: Session):
    worker = apply(session)
    assert get_worker(session, SYSTEM, worker.code).id == worker.id
    assert FAR


def test_the_inbox_never_asks_for_what_has_been_done(session: Session, desk: Desk):
    worker = worker_at(session, "active", desk)
    gone = walk(session, apply(session), "quiz_passed", desk)
    asked = session.scalars(select(StaffTask).where(StaffTask.about.in_([worker.code, gone.code]))).all()
    assert {task.kind for task in asked if task.done_at is None} == {"start_trial"}
    steps.withdraw(session, make.as_worker(gone), gone.code, NOW)
    assert not session.scalars(select(StaffTask).where(StaffTask.about == gone.code, StaffTask.done_at.is_(None))).all()
