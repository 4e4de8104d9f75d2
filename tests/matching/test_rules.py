"""Every hard rule twice: where it bites and where it does not."""

import pytest

from matching import Hold, Promise
from matching.clockwork import ask_for
from matching.fleet import build_fleet
from matching.reach import TIME_RULES, time_reasons
from matching.reasons import Reason
from matching.rules import PAIR_RULES, may_do, pair_reasons
from matching.slots import SlotFinder
from matching.supply import Break, Commitment, Shift
from tests.matching.instances import DAY, at, make_problem, make_visit, make_worker, window

# reason, (visit, worker, problem) where it bites, the same where it does not
PAIR_CASES = [
    (Reason.VISIT_STATE, ({"state": "cancelled"}, {}, {}), ({"state": "rescue"}, {}, {})),
    (Reason.ZONE_CLOSED, ({"zone": "Z-1"}, {}, {"open_zones": frozenset({"Z-2"})}),
     ({"zone": "Z-1"}, {}, {"open_zones": frozenset({"Z-1"})})),
    (Reason.NOT_ASKED, ({"only": frozenset({"W-9"})}, {}, {}), ({"only": frozenset({"W-1"})}, {}, {})),
    (Reason.ON_HOLD, ({}, {"holds": frozenset({Hold.SAFETY})}, {}), ({}, {}, {})),
    (Reason.DOCUMENT_INVALID, ({}, {"holds": frozenset({Hold.DOCUMENT})}, {}), ({}, {"documents_until": at(18)}, {})),
    (Reason.LACKS_SKILL, ({"skills": frozenset({"iron", "cook"})}, {"skills": frozenset({"iron"})}, {}),
     ({"skills": frozenset({"iron"})}, {"skills": frozenset({"iron", "cook"})}, {})),
    (Reason.TIER_TOO_LOW, ({"tier": "gold"}, {"tier": "standard"}, {}), ({"tier": "gold"}, {"tier": "star"}, {})),
    (Reason.SCORE_BOUND_TOO_LOW, ({"lower_at_least": 4.35}, {"lower": 4.34}, {}),
     ({"lower_at_least": 4.35}, {"lower": 4.35}, {})),
    (Reason.LANGUAGE, ({"language": "en"}, {"languages": frozenset({"zh"})}, {}),
     ({"language": "en"}, {"languages": frozenset({"en"})}, {})),
    (Reason.GENDER, ({"gender": "f"}, {"gender": "m"}, {}), ({"gender": "f"}, {"gender": "f"}, {})),
    (Reason.BLOCKED_PAIR, ({"blocked": frozenset({"W-1"})}, {}, {}), ({"blocked": frozenset({"W-2"})}, {}, {})),
    (Reason.ALREADY_DECLINED, ({"declined": frozenset({"W-1"})}, {}, {}), ({"declined": frozenset({"W-2"})}, {}, {})),
    (Reason.ZONE_NOT_SERVED, ({"zone": "Z-1"}, {"zones": frozenset({"Z-2"})}, {}),
     ({"zone": "Z-1"}, {"zones": None}, {})),
    (Reason.TOO_FAR, ({"place": 4}, {"radius_m": 9000.0}, {}), ({"place": 4}, {"radius_m": 11000.0}, {})),
]


def reasons_of(visit, worker, problem):
    built = make_problem([make_visit(**visit)], [make_worker(**worker)], **problem)
    return pair_reasons(built.visits[0], build_fleet(built))


@pytest.mark.parametrize(("reason", "bites", "_spares"), PAIR_CASES, ids=[case[0] for case in PAIR_CASES])
def test_a_pair_rule_bites(reason, bites, _spares):
    assert reasons_of(*bites) == {0: reason}


@pytest.mark.parametrize(("reason", "_bites", "spares"), PAIR_CASES, ids=[case[0] for case in PAIR_CASES])
def test_a_pair_rule_spares(reason, _bites, spares):
    assert reasons_of(*spares) == {}


def test_every_pair_rule_is_tested():
    assert {reason for reason, _ in PAIR_RULES} == {case[0] for case in PAIR_CASES}


def test_a_pinned_visit_is_for_its_worker_only():
    pinned = Promise("W-1", window(10), pinned=True)
    problem = make_problem([make_visit(promise=pinned)], [make_worker("W-1"), make_worker("W-2")])
    assert pair_reasons(problem.visits[0], build_fleet(problem)) == {1: Reason.NOT_ASKED}


# The visit may start from 9 to 17 and takes two hours; way to place 1: about 5 minutes.
SHORT_DAY = (Shift(at(9), at(12)),)
TIME_CASES = [
    (Reason.OUTSIDE_WINDOW, ({}, {}, {"now": at(17, 1)}), ({}, {"shifts": (Shift(at(8), at(20)),)}, {"now": at(16, 50)})),
    (Reason.NOT_ON_SHIFT, ({"windows": (window(12),)}, {"shifts": SHORT_DAY}, {}),
     ({"windows": (window(9, 10),)}, {"shifts": (Shift(at(9), at(12), at(8)),)}, {})),
    (Reason.DOCUMENT_INVALID, ({}, {"documents_until": at(11) + 1, "shifts": (Shift(at(9, 30), at(18)),)}, {}),
     ({}, {"documents_until": at(12)}, {})),
    (Reason.DAILY_HOURS, ({}, {"daily_limit": 180, "committed": (Commitment(at(9), 90, 1, "C"),)}, {}),
     ({}, {"daily_limit": 240, "committed": (Commitment(at(9), 90, 1, "C"),)}, {})),
    (Reason.WEEKLY_HOURS, ({}, {"weekly_limit": 480, "used_weeks": (361,)}, {}),
     ({}, {"weekly_limit": 480, "used_weeks": (360,)}, {})),
    (Reason.REST, ({}, {"rest_minutes": 1320, "shifts": (Shift(at(8), at(18)), Shift(at(8, day=1), at(18, day=1))),
                        "committed": (Commitment(at(8, day=1), 60, 1, "C"),)}, {}),
     ({}, {"rest_minutes": 660, "shifts": (Shift(at(8), at(18)), Shift(at(8, day=1), at(18, day=1))),
           "committed": (Commitment(at(8, day=1), 60, 1, "C"),)}, {})),
    (Reason.BUSY, ({"windows": (window(10),)}, {"committed": (Commitment(at(8), 120, 1, "C"),)},
                   {"buffer_minutes": 10}),
     ({"windows": (window(10, 11),)}, {"committed": (Commitment(at(8), 120, 1, "C"),)}, {"buffer_minutes": 10})),
]


def time_reasons_of(visit, worker, problem):
    built = make_problem([make_visit(**visit)], [make_worker(**worker)], **problem)
    asked, fleet = built.visits[0], build_fleet(built)
    return time_reasons(ask_for(built, asked), fleet, may_do(asked, fleet))


@pytest.mark.parametrize(("reason", "bites", "_spares"), TIME_CASES, ids=[case[0] for case in TIME_CASES])
def test_a_time_rule_bites(reason, bites, _spares):
    assert time_reasons_of(*bites) == {0: reason}


@pytest.mark.parametrize(("reason", "_bites", "spares"), TIME_CASES, ids=[case[0] for case in TIME_CASES])
def test_a_time_rule_spares(reason, _bites, spares):
    assert time_reasons_of(*spares) == {}


def test_every_time_rule_is_tested():
    assert {reason for reason, _ in TIME_RULES} == {case[0] for case in TIME_CASES}


def test_a_break_pushes_the_start_behind_it():
    lunch = (Break(at(11), at(12)),)
    problem = make_problem([make_visit(windows=(window(10, 13),))], [make_worker(breaks=lunch)])
    assert next(slot.start for slot in SlotFinder(problem).slots(problem.visits[0])) == at(12)


def test_a_break_does_not_push_a_start_that_ends_before_it():
    lunch = (Break(at(12), at(13)),)
    problem = make_problem([make_visit(windows=(window(10, 13),))], [make_worker(breaks=lunch)])
    assert [slot.start for slot in SlotFinder(problem).slots(problem.visits[0])] == [at(10), at(13)]


def test_the_way_rests_during_a_break():
    # Place 4 is about 44 minutes away; the break of an hour lies in between.
    worker = make_worker(shifts=(Shift(at(10, 30), at(18)),), breaks=(Break(at(11), at(12)),))
    problem = make_problem([make_visit(place=4, windows=(window(11, 14),))], [worker])
    assert SlotFinder(problem).slots(problem.visits[0])[0].start == at(12, 15)


def test_a_commitment_outside_every_shift_is_kept_apart():
    late = Commitment(at(20), 60, 1, "C")
    problem = make_problem(workers=[make_worker(committed=(late,))])
    assert len(SlotFinder(problem).slots(problem.visits[0])) == len(range(at(9), at(15, 45) + 1, 900))


def test_a_commitment_that_overruns_the_shift_takes_its_time():
    over = Commitment(at(17), 120, 1, "C")
    problem = make_problem(workers=[make_worker(committed=(over,))])
    assert SlotFinder(problem).slots(problem.visits[0])[-1].start == at(15)


def test_hours_of_another_day_do_not_count():
    shifts = (Shift(at(8), at(18)), Shift(at(8, day=1), at(18, day=1)))
    worker = make_worker(shifts=shifts, daily_limit=180, committed=(Commitment(at(9) + DAY, 120, 1, "C"),))
    problem = make_problem(workers=[worker])
    assert SlotFinder(problem).reasons(problem.visits[0]) == {}
