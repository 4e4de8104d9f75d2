"""Money leaving to people. Finance makes a payout of what is owed; it is paid once, a large one by somebody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actors import Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, NotAllowed, NotFound
from core.policies import read_policy
from money import accounts as acc
from money.ledger import Leg, lock_name, owed, post
from money.models import Payout
from money.policy import PayoutPolicy

PAYABLE = frozenset({acc.PAYABLE_WORKER, acc.TIPS_WORKER, acc.PAYABLE_RECRUITER})


def make_payout(session: Session, actor: Actor, account: str, owner: str, now: datetime) -> Payout:
    """Make a payout of all that is owed to somebody; the one already made is returned.

    ``NotAllowed`` for anyone but finance, ``Conflict`` (``nothing_owed``) when there is nothing to pay.
    """
    _permit(actor)
    if account not in PAYABLE:
        raise ValueError("Payouts are made of what is owed to people.")
    lock_name(session, account, owner)
    made = session.scalars(
        select(Payout).where(Payout.owner == owner, Payout.account == account, Payout.state == "made")
    ).first()
    if made is not None:
        return made
    fen = owed(session, account, owner)
    if fen <= 0:
        raise Conflict("nothing_owed", "There is nothing to pay.")
    payout = Payout(
        code=new_code("X"), owner=owner, account=account, fen=fen, state="made", created_at=now, made_by=actor.code
    )
    session.add(payout)
    session.flush()
    audit(session, actor, "make_payout", payout.code, now, Change(actor.reason or "payday", after={"fen": fen}))
    return payout


def pay_payout(session: Session, actor: Actor, code: str, now: datetime) -> Payout:
    """State that a payout has been paid, once; the ledger follows.

    ``Conflict`` when it was paid already or is no longer owed; ``NotAllowed`` (``second_person_needed``) when it is
    large and the actor made it.
    """
    _permit(actor)
    payout = session.scalars(select(Payout).where(Payout.code == code)).first()
    if payout is None:
        raise NotFound
    large = payout.fen >= read_policy(session, PayoutPolicy, now).second_person_from_fen
    if large and actor.code == payout.made_by:
        raise NotAllowed("second_person_needed", "A sum this large is paid by a second person.")
    lock_name(session, payout.account, payout.owner)
    if owed(session, payout.account, payout.owner) < payout.fen:
        raise Conflict("no_longer_owed", "Less is owed by now. Please void this payout and make a new one.")
    _claim(session, payout, "paid", paid_at=now, paid_by=actor.code)
    legs = [Leg(payout.account, payout.owner, payout.fen), Leg(acc.CLEARING_PROVIDER, payout.code, -payout.fen)]
    post(session, "payout", payout.code, "paid_out", legs, now, made_by=payout.made_by)
    audit(session, actor, "pay_payout", code, now, Change(actor.reason or "paid", after={"fen": payout.fen}))
    return payout


def void_payout(session: Session, actor: Actor, code: str, now: datetime) -> Payout:
    """Tear a payout up that has not been paid; what is owed stays owed."""
    _permit(actor)
    payout = session.scalars(select(Payout).where(Payout.code == code)).first()
    if payout is None:
        raise NotFound
    _claim(session, payout, "void")
    audit(session, actor, "void_payout", code, now, Change(actor.reason or "void"))
    return payout


def _permit(actor: Actor) -> None:
    if actor.role is not Role.FINANCE:
        raise NotAllowed("payout_not_yours", "Payouts are made by finance.")


def _claim(session: Session, payout: Payout, state: str, **values: object) -> None:
    claimed = session.scalar(
        update(Payout)
        .where(Payout.id == payout.id, Payout.state == "made")
        .values(state=state, **values)
        .returning(Payout.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(payout)
    if claimed is None:
        raise Conflict("payout_closed", "This payout has been closed already.")
