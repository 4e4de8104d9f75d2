"""The remedy table, rule by rule."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.policy import DisputePolicy
from disputes.remedies import Facts, propose
from disputes.schemas import RATING_EFFECTS, REMEDIES

POLICY = DisputePolicy()
CLEAN = Facts(
    severity="S2", topic="quality", opener="customer", wish="refund", total_fen=13_500, contested_fen=6_750, minutes=180,
    on_site_minutes=179, late_minutes=2, items=9, undone=0, excused=0, code_used=True, photos_opener=0, photos_other=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "rule", "remedy", "fen"),
    [
        ({"severity": "S0"}, "S0-1", "separate", 0),
        ({"severity": "S1", "photos_opener": 2, "contested_fen": 9_000}, "S1-1", "part_refund", 9_000),
        ({"severity": "S1", "photos_opener": 2, "contested_fen": 900_000}, "S1-1", "part_refund", 200_000),
        ({"severity": "S1"}, "S1-2", "reject", 0),
        ({"severity": "S1", "opener": "worker"}, "S1-3", "separate", 0),
        ({"undone": 3, "wish": "redo"}, "S2-1", "redo", 0),
        ({"undone": 3}, "S2-2", "part_refund", 4_500),
        ({"undone": 9}, "S2-2", "part_refund", 6_750),
        ({"photos_opener": 1}, "S2-3", "redo", 0),
        ({"undone": 1, "excused": 1}, "S2-4", "redo", 0),
        ({}, "S2-5", "reject", 0),
        ({"severity": "S3", "on_site_minutes": 120}, "S3-1", "part_refund", 4_500),
        ({"severity": "S3", "on_site_minutes": 165}, "S3-2", "reject", 0),
        ({"severity": "S3", "on_site_minutes": 120, "opener": "worker"}, "S3-2", "reject", 0),
        ({"severity": "S4", "late_minutes": 16}, "S4-1", "part_refund", 1_350),
        ({"severity": "S4", "late_minutes": 31}, "S4-2", "part_refund", 2_700),
        ({"severity": "S4", "late_minutes": None, "total_fen": 40_000}, "S4-2", "part_refund", 3_000),
        ({"severity": "S4", "late_minutes": 15}, "S4-3", "reject", 0),
    ],
)
def test_rules(change, rule, remedy, fen):
    found = propose(replace(CLEAN, **change), POLICY)
    assert (found.rule, found.remedy, found.fen) == (rule, remedy, fen)


@pytest.mark.parametrize(
    ("change", "rule", "effect"),
    [
        ({"rating_reason": "late"}, "S5-1", "excluded"),
        ({"rating_reason": "late", "late_minutes": 20}, "S5-3", "counts"),
        ({"rating_reason": "left_early"}, "S5-1", "excluded"),
        ({"rating_reason": "left_early", "on_site_minutes": 100}, "S5-3", "counts"),
        ({"rating_reason": "not_thorough"}, "S5-2", "half"),
        ({"rating_reason": "not_thorough", "photos_other": 1}, "S5-3", "counts"),
        ({"rating_reason": "rude"}, "S5-3", "counts"),
        ({"topic": "deduction"}, "S5-4", "counts"),
    ],
)
def test_contests(change, rule, effect):
    found = propose(replace(CLEAN, severity="S5", opener="worker", **{"topic": "review", **change}), POLICY)
    assert (found.rule, found.rating_effect) == (rule, effect)


@given(
    st.builds(
        Facts,
        severity=st.sampled_from(["S0", "S1", "S2", "S3", "S4", "S5"]), topic=st.sampled_from(["quality", "review"]),
        opener=st.sampled_from(["customer", "worker"]), wish=st.sampled_from(["redo", "refund"]), total_fen=st.integers(0, 50_000),
        contested_fen=st.just(0), minutes=st.integers(30, 720), on_site_minutes=st.integers(0, 900),
        late_minutes=st.none() | st.integers(0, 600), items=st.integers(0, 12), undone=st.integers(0, 12), excused=st.integers(0, 12),
        code_used=st.booleans(), photos_opener=st.integers(0, 8), photos_other=st.integers(0, 8), rating_reason=st.sampled_from(["", "late"]),
    )
)  # fmt: skip
def test_every_case_has_a_proposal_that_can_be_paid(facts):
    facts = replace(facts, undone=min(facts.undone, facts.items), excused=min(facts.excused, facts.undone, facts.items))
    found = propose(replace(facts, contested_fen=facts.total_fen // 2), POLICY)
    assert found.remedy in REMEDIES
    assert found.rating_effect in RATING_EFFECTS
    assert 0 <= found.fen <= facts.total_fen
    assert found.rule.startswith(facts.severity)
