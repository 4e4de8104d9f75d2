"""The remedy table: from the records alone to a proposal, with the rule it comes from. Pure; a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from disputes.policy import DisputePolicy


@dataclass(frozen=True)
class Facts:
    """What the records say of a visit. Minutes and fen; ``photos_*`` are how many each side handed in.

    ``late_minutes`` is None when nobody arrived. ``undone`` are checklist items left undone, ``excused`` those of them
    with a reason written during the visit. ``rating_reason`` is why the rating was low, if there is one.
    """

    severity: str
    topic: str
    opener: str
    wish: str
    total_fen: int
    contested_fen: int
    minutes: int
    on_site_minutes: int
    late_minutes: int | None
    items: int
    undone: int
    excused: int
    code_used: bool
    photos_opener: int
    photos_other: int
    rating_reason: str = ""


@dataclass(frozen=True)
class Proposal:
    """A remedy drafted by the system: the sum, what the rating counts, and the rule."""

    remedy: str
    fen: int
    rating_effect: str
    rule: str

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept on the case."""
        return {"remedy": self.remedy, "fen": self.fen, "rating_effect": self.rating_effect, "rule": self.rule}


def propose(facts: Facts, policy: DisputePolicy) -> Proposal:
    """Return the proposal of the table for these facts."""
    rules = {"S0": _safety, "S1": _damage, "S2": _quality, "S3": _hours, "S4": _lateness, "S5": _contest}
    return rules[facts.severity](facts, policy)


def _safety(facts: Facts, policy: DisputePolicy) -> Proposal:  # noqa: ARG001  one signature for the whole table
    """S0-1: apart for good; what happened is decided by a lead, never by a table."""
    return Proposal("separate", 0, "excluded", "S0-1")


def _damage(facts: Facts, policy: DisputePolicy) -> Proposal:
    """S1-1: shown in photos, paid by the fund up to a cap. S1-2: nothing shown yet. S1-3: the worker's: apart."""
    if facts.opener == "worker":
        return Proposal("separate", 0, "excluded", "S1-3")
    if facts.photos_opener:
        return Proposal("part_refund", min(facts.contested_fen, policy.damage_cap_fen), "counts", "S1-1")
    return Proposal("reject", 0, "counts", "S1-2")


def _quality(facts: Facts, policy: DisputePolicy) -> Proposal:  # noqa: ARG001
    """S2-1: left undone, done again. S2-2: left undone, paid back. S2-3: shown in photos, both sides right to a part.

    S2-4: all left-out items were excused on the spot: done again, nobody's fault. S2-5: the records show nothing.
    """
    if facts.undone and facts.undone == facts.excused:
        return Proposal("redo", 0, "excluded", "S2-4")
    if facts.undone:
        share = _tidy(facts.total_fen * facts.undone // max(1, facts.items))
        if facts.wish == "redo":
            return Proposal("redo", 0, "counts", "S2-1")
        return Proposal("part_refund", min(share, facts.contested_fen or share), "counts", "S2-2")
    if facts.photos_opener:
        return Proposal("redo", 0, "half", "S2-3")
    return Proposal("reject", 0, "half", "S2-5")


def _hours(facts: Facts, policy: DisputePolicy) -> Proposal:
    """S3-1: fewer minutes on site than booked, paid back by the minute. S3-2: the stamps agree with the bill."""
    missing = facts.minutes - facts.on_site_minutes
    if facts.opener == "customer" and missing > policy.hours_tolerance_minutes:
        return Proposal("part_refund", _tidy(facts.total_fen * missing // facts.minutes), "counts", "S3-1")
    return Proposal("reject", 0, "counts", "S3-2")


def _lateness(facts: Facts, policy: DisputePolicy) -> Proposal:
    """S4-1, S4-2: a credit by how late it was. S4-3: within the promise."""
    late = facts.late_minutes
    if late is not None and late <= policy.late_minutes:
        return Proposal("reject", 0, "counts", "S4-3")
    very = late is None or late > policy.very_late_minutes
    percent, rule = (policy.very_late_percent, "S4-2") if very else (policy.late_percent, "S4-1")
    return Proposal("part_refund", min(policy.credit_cap_fen, facts.total_fen * percent // 100), "counts", rule)


def _contest(facts: Facts, policy: DisputePolicy) -> Proposal:
    """S5-1: the records speak against the rating's reason. S5-2: the checklist does, in part. S5-3: it stands.

    S5-4: what else is contested needs a person to look at the ledger.
    """
    if facts.topic != "review":
        return Proposal("reject", 0, "counts", "S5-4")
    in_time = facts.late_minutes is not None and facts.late_minutes <= policy.late_minutes
    stayed = facts.minutes - facts.on_site_minutes <= policy.hours_tolerance_minutes
    if (facts.rating_reason == "late" and in_time) or (facts.rating_reason == "left_early" and stayed):
        return Proposal("void_rating", 0, "excluded", "S5-1")
    if facts.rating_reason in {"incomplete", "not_thorough"} and not facts.undone and not facts.photos_other:
        return Proposal("void_rating", 0, "half", "S5-2")
    return Proposal("reject", 0, "counts", "S5-3")


def _tidy(fen: int) -> int:
    """Round down to ten fen, as prices are."""
    return fen // 10 * 10
