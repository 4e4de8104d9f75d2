"""Writing a decision: checked against limits, recorded with its reason, carried out, and closed when it is final."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import events
from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import InvalidInput, NotAllowed
from core.policies import read_policy
from core.states import claim
from core.timers import cancel_timer, set_timer
from dispatch.visits import find_visit
from disputes.effects import carry_out, close_for_good
from disputes.events import DisputeDecided
from disputes.models import Decision, Dispute
from disputes.policy import DisputePolicy
from disputes.schemas import RATING_EFFECTS, REMEDIES, DecisionInput
from disputes.states import DISPUTE_MOVES, DisputeMove, DisputeState
from money.funds import refundable
from notices.notices import enqueue
from notices.tasks import close_tasks

MONEY = frozenset({"part_refund", "adjust_pay"})


@dataclass(frozen=True)
class Verdict:
    """A remedy with its reason and the rule it comes from.

    ``by`` names the person whose proposal both sides agreed to, when the clock writes it down.
    """

    remedy: str
    reason: str
    fen: int = 0
    rating_effect: str = "none"
    rule: str = ""
    redo_start: datetime | None = None
    by: str = ""

    @classmethod
    def of(cls, given: DecisionInput, rule: str) -> Verdict:
        """Build it from what a person sent; voiding a rating means that it is excluded."""
        effect = "excluded" if given.remedy == "void_rating" and given.rating_effect == "none" else given.rating_effect
        return cls(given.remedy, given.reason.strip(), given.fen, effect, rule, given.redo_start)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Verdict:
        """Build it from a proposal as it is kept on the case."""
        start = told.get("redo_start")
        return cls(
            told["remedy"],
            told["reason"],
            told["fen"],
            told["rating_effect"],
            told["rule"],
            datetime.fromisoformat(start) if start else None,
            told["by"],
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept on the case."""
        return {**asdict(self), "redo_start": self.redo_start.isoformat() if self.redo_start else None}

    def check(self, session: Session, actor: Actor, dispute: Dispute, now: datetime) -> None:
        """Refuse sums that do not fit the remedy, exceed what was paid, or are above this person's limit."""
        wrong = self._unfit() or self._too_much(session, dispute)
        if wrong:
            raise InvalidInput(wrong)
        limit = read_policy(session, DisputePolicy, now).agent_limit_fen
        if actor.role is not Role.OPS_LEAD and (self.remedy == "adjust_pay" or self.fen > limit):
            raise NotAllowed("lead_needed", "An operations lead decides this.")

    def check_second_person(self, session: Session, actor: Actor, dispute: Dispute, now: datetime) -> None:
        """A large sum is decided by somebody other than who proposed it, and only as proposed."""
        if not self.needs_second_person(session, now):
            return
        told = dispute.proposal
        if told.get("by") in {None, "", actor.code} or (told["remedy"], told["fen"]) != (self.remedy, self.fen):
            raise NotAllowed(
                "second_person_needed", "A sum this large is proposed by one person and decided by another."
            )

    def needs_second_person(self, session: Session, now: datetime) -> bool:
        """Tell whether the sum is above what one person may decide alone."""
        return self.fen > read_policy(session, DisputePolicy, now).second_person_fen

    def _unfit(self) -> dict[str, list[str]]:
        checks = {
            "remedy": (self.remedy in REMEDIES, "not_a_choice"),
            "rating_effect": (self.rating_effect in RATING_EFFECTS, "not_a_choice"),
            "reason": (bool(self.reason), "required"),
            "fen": (self.fen >= 0 and (self.fen > 0) is (self.remedy in MONEY), "does_not_fit_remedy"),
        }
        return {field: [code] for field, (fine, code) in checks.items() if not fine}

    def _too_much(self, session: Session, dispute: Dispute) -> dict[str, list[str]]:
        if self.fen - dispute.refunded_fen > refundable(session, dispute.visit_code):
            return {"fen": ["more_than_paid"]}
        if self.remedy == "adjust_pay" and self.fen > find_visit(session, dispute.visit_code).worker_fen:
            return {"fen": ["more_than_pay"]}
        return {}


def write_decision(
    session: Session,
    dispute: Dispute,
    actor: Actor,
    verdict: Verdict,
    now: datetime,
    level: str = "first",
) -> Decision:
    """Record a decision and carry it out; on appeal it is final, else the appeal's time runs."""
    move = DisputeMove.DECIDE_APPEAL if level == "appeal" else DisputeMove.DECIDE
    step = DISPUTE_MOVES.step(DisputeState(dispute.state), move, actor)
    before = dispute.state
    policy = read_policy(session, DisputePolicy, now)
    until = None if level == "appeal" else now + timedelta(days=policy.appeal_days)
    claim(session, dispute, DisputeState(dispute.state), step.to, decided_at=now, appeal_until=until)
    decision = Decision(
        code=new_code("B"),
        level=level,
        by=verdict.by or actor.code or "system",
        remedy=verdict.remedy,
        fen=verdict.fen,
        rating_effect=verdict.rating_effect,
        rule=verdict.rule,
        reason=verdict.reason,
        at=now,
    )
    dispute.decisions.append(decision)
    session.flush()
    if actor.is_staff:
        change = Change(
            verdict.reason, {"state": before}, {k: v for k, v in verdict.as_json().items() if k != "reason"}
        )
        audit(session, actor, f"dispute_decided_{level}", dispute.code, now, change)
    carry_out(session, dispute, decision, verdict.redo_start, now)
    _tell(session, dispute, decision, actor, now)
    _go_on(session, dispute, actor, level, now)
    return decision


def _tell(session: Session, dispute: Dispute, decision: Decision, actor: Actor, now: datetime) -> None:
    for kind in ("dispute_reply_due", "dispute_proposal_due", "dispute_answer_due"):
        cancel_timer(session, kind, dispute.code)
    for task in ("dispute", "safety_contact"):
        close_tasks(session, task, dispute.code, decision.remedy, now)
    until = dispute.appeal_until.isoformat() if dispute.appeal_until else ""
    about = {"remedy": decision.remedy, "fen": decision.fen, "appeal_until": until}
    for account in (dispute.opened_by, dispute.other_party):
        enqueue(session, account, "dispute_decided", dispute.code, now, **about)
    told = DisputeDecided(
        dispute_code=dispute.code,
        visit_code=dispute.visit_code,
        worker_code=dispute.worker,
        level=decision.level,
        remedy=decision.remedy,
        fen=decision.fen,
        rating_effect=decision.rating_effect,
    )
    events.record(session, told, by=actor, at=now)


def _go_on(session: Session, dispute: Dispute, actor: Actor, level: str, now: datetime) -> None:
    """Final on appeal; else remedied, with the appeal's time running."""
    if level == "appeal":
        close_for_good(session, dispute, actor, now)
        return
    step = DISPUTE_MOVES.step(DisputeState.DECIDED, DisputeMove.REMEDY, actor)
    claim(session, dispute, DisputeState.DECIDED, step.to)
    if dispute.appeal_until is not None:
        set_timer(session, "dispute_appeal_over", dispute.code, dispute.appeal_until)
