"""What is always true of the ledger: read by the health page and by tests. An empty list is good news."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from money import accounts as acc
from money.funds import fund_left
from money.ledger import balance, balances, global_sum
from money.models import Posting


@dataclass(frozen=True)
class Broken:
    """One broken rule: its code, whose, and by how many fen."""

    code: str
    owner: str
    fen: int


def broken_rules(session: Session) -> list[Broken]:
    """Return every broken rule: the sum of all, each entry's own sum, basic revenue, subsidy pools below zero."""
    found = [
        Broken("global_sum", "", global_sum(session)),
        Broken("revenue_basic", "", balance(session, acc.REVENUE_BASIC)),
    ]
    total = func.sum(Posting.fen)
    uneven = session.execute(select(Posting.entry_id, total).group_by(Posting.entry_id).having(total != 0))
    found += [Broken("entry_sum", str(entry), int(fen)) for entry, fen in uneven]
    found += [Broken("subsidy_pool", zone, fen) for zone, fen in balances(session, acc.SUBSIDY_POOL).items() if fen > 0]
    return [one for one in found if one.fen]


def escrow_left(session: Session, visit_codes: Collection[str]) -> dict[str, int]:
    """Return what is left in escrow of these visits; for terminal visits it must be nothing."""
    total = func.sum(Posting.fen)
    rows = session.execute(
        select(Posting.owner, -total)
        .where(Posting.account == acc.ESCROW_VISIT, Posting.owner.in_(visit_codes))
        .group_by(Posting.owner)
        .having(total != 0)
    )
    return {owner: int(fen) for owner, fen in rows}


def open_escrow(session: Session) -> dict[str, int]:
    """Return every visit with money in escrow: the floor that knows the visits' states compares them."""
    return {code: -fen for code, fen in balances(session, acc.ESCROW_VISIT).items()}


def alerts(session: Session) -> list[Broken]:
    """Return what is allowed but wants somebody's attention: funds that owe more than the owner put in."""
    found = [Broken("guarantee_fund_overdrawn", "", -fund_left(session))]
    found += [
        Broken("incentive_overdrawn", whose, fen) for whose, fen in balances(session, acc.INCENTIVE_BUDGET).items()
    ]
    return [one for one in found if one.fen > 0]
