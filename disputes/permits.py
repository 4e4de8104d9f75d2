"""Who may see a case, speak in it, and decide it. Nobody decides about themselves or hears their own appeal."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.errors import NotAllowed, NotFound
from disputes.models import Dispute
from disputes.schemas import INCENTIVE
from workers.workers import forbid_own_case, worker_by_code

_INCENTIVE_DESK = frozenset({Role.FINANCE, Role.OPS_LEAD, Role.ADMIN})
LEADS_ONLY = frozenset({"S0", "S1"})


def get_dispute(session: Session, actor: Actor, code: str, *, lock: bool = False) -> Dispute:
    """Return a case to its two parties, to operations and to the clock; ``NotFound`` to everyone else."""
    query = select(Dispute).where(Dispute.code == code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    dispute = session.scalars(query).first()
    if dispute is None or not may_see(dispute, actor):
        raise NotFound
    return dispute


def may_see(dispute: Dispute, actor: Actor) -> bool:
    """Tell whether the case is this actor's business."""
    if dispute.topic == INCENTIVE and actor.is_staff:
        return actor.role in _INCENTIVE_DESK
    return actor.is_ops or actor.is_system or is_party(dispute, actor)


def is_party(dispute: Dispute, actor: Actor) -> bool:
    """True for the customer, the worker and the recruiter of it, each acting as such, never for staff."""
    if actor.role is Role.RECRUITER:
        return dispute.opener_role == Role.RECRUITER and bool(actor.code) and actor.code == dispute.opened_by
    if actor.role is Role.CUSTOMER:
        return bool(actor.code) and actor.code == dispute.customer
    return actor.role is Role.WORKER and bool(actor.person) and actor.person == dispute.worker


def require_party(dispute: Dispute, actor: Actor) -> None:
    """Refuse everybody but the two parties."""
    if not is_party(dispute, actor):
        raise NotAllowed("parties_only", "Only the two sides of the case can do this.")


def require_decider(session: Session, actor: Actor, dispute: Dispute, *, appeal: bool = False) -> None:
    """Refuse agents on S0, S1 and appeals, the parties, the worker's recruiter, and on appeal the first decider."""
    if actor.is_system:
        return
    if not actor.is_ops or dispute.topic == INCENTIVE:
        raise NotAllowed("ops_only", "Operations decide this.")
    if (appeal or dispute.severity in LEADS_ONLY) and actor.role is not Role.OPS_LEAD:
        raise NotAllowed("lead_needed", "An operations lead decides this.")
    if actor.code in {dispute.customer, dispute.opened_by, dispute.other_party}:
        raise NotAllowed("own_case", "Nobody decides about themselves.")
    forbid_own_case(session, actor, worker_by_code(session, dispute.worker))
    if appeal and actor.code in {one.by for one in dispute.decisions}:
        raise NotAllowed("another_person", "Somebody else has to hear the appeal.")


def may_decide(session: Session, actor: Actor, dispute: Dispute, *, appeal: bool = False) -> bool:
    """Tell whether :func:`require_decider` would let the actor through: what a page draws."""
    try:
        require_decider(session, actor, dispute, appeal=appeal)
    except NotAllowed:
        return False
    return not actor.is_system
