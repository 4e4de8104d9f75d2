"""What a customer has been asked to pay for a visit, as the ledger has it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from money import accounts as acc
from money.ledger import find_entry
from money.models import LedgerEntry
from money.once import VISIT, live_entry


def charged_fen(session: Session, visit_code: str) -> int:
    """Return the charge of a visit that stands, or else its cancellation fee; 0 when nothing was asked."""
    charge = live_entry(session, visit_code, "charge")
    if charge is not None:
        return _asked(charge)
    fee = find_entry(session, VISIT, visit_code, "cancellation_fee")
    return 0 if fee is None else _asked(fee)


def _asked(entry: LedgerEntry) -> int:
    mine = {*acc.CLEARING, acc.RECEIVABLE_CUSTOMER}
    return sum(posting.fen for posting in entry.postings if posting.account in mine and posting.fen > 0)
