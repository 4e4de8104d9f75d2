"""Payment providers: how a customer's money is asked for and seen. Cash is the embedded default."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.codes import new_code
from core.errors import Conflict
from money.models import Payment


class PaymentProvider(Protocol):
    """A way to be paid. ``before_visit`` says whether the visit waits for the money before it is opened."""

    @property
    def name(self) -> str:
        """The name kept on payments; also the visit's payment method."""

    @property
    def before_visit(self) -> bool:
        """Whether the money comes first."""

    def ask(self, session: Session, visit_code: str, fen: int, now: datetime) -> Payment:
        """Ask for the money of a visit; asking again returns the same payment."""


class Cash:
    """The customer pays the worker after the visit, in cash or straight to the worker's phone."""

    name = "cash"
    before_visit = False

    def ask(self, session: Session, visit_code: str, fen: int, now: datetime) -> Payment:
        """Write down that this much cash is due for a visit."""
        return ask_once(session, self.name, visit_code, fen, now)


PROVIDERS: dict[str, PaymentProvider] = {"cash": Cash()}


def ask_once(session: Session, provider: str, visit_code: str, fen: int, now: datetime) -> Payment:
    """Return the live payment of a visit with this provider, made now if there is none.

    ``Conflict`` (``payment_differs``) when it was made over another sum.
    """
    session.execute(
        insert(Payment)
        .values(code=new_code("Y"), visit_code=visit_code, provider=provider, state="due", fen=fen, created_at=now)
        .on_conflict_do_nothing(index_elements=["visit_code", "provider"], index_where=text("state <> 'void'"))
    )
    payment = session.scalars(
        select(Payment).where(Payment.visit_code == visit_code, Payment.provider == provider, Payment.state != "void")
    ).one()
    if payment.fen != fen:
        raise Conflict("payment_differs", "A payment over another sum is under way for this visit.")
    return payment


def receive(session: Session, payment: Payment, external: str, now: datetime) -> bool:
    """Take the money as seen, once: True the first time, False for every replay of the same reference.

    ``Conflict`` when another reference claims a payment that has been received, or this one was used elsewhere.
    """
    used = session.scalars(select(Payment).where(Payment.external == external)).first()
    if used is not None:
        if used.id == payment.id:
            return False
        raise Conflict("reference_used", "This reference belongs to another payment.")
    claimed = session.scalar(
        update(Payment)
        .where(Payment.id == payment.id, Payment.state == "due")
        .values(state="received", external=external, settled_at=now)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(payment)
    if claimed is None:
        raise Conflict("payment_closed", "This payment has been closed already.")
    return True


def void(session: Session, payment: Payment) -> None:
    """Stop asking for a payment that has not come."""
    session.execute(
        update(Payment)
        .where(Payment.id == payment.id, Payment.state == "due")
        .values(state="void")
        .execution_options(synchronize_session=False)
    )
    session.refresh(payment)
