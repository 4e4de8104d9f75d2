"""Who is tied to whom: the same account, phone, device or home. Used before money moves, never shown to outsiders.

A device is a browser that proved two numbers by one-time code. Payout accounts join in when there are any to keep.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accounts.models import Account, SignInChallenge
from places.models import Place
from workers.models import Worker

Ties = dict[str, str]


def related_accounts(session: Session, account_code: str, others: Collection[str]) -> Ties:
    """Return which of the other accounts are tied to this one, and how: "account", "device" or "address".

    Phones are unique to an account, so the same phone is the same account. Two queries, whatever the number.
    """
    wanted = set(others)
    if not account_code or not wanted:
        return {}
    ties: Ties = dict.fromkeys(_same_home(session, account_code, wanted), "address")
    ties.update(dict.fromkeys(_same_device(session, account_code, wanted), "device"))
    if account_code in wanted:
        ties[account_code] = "account"
    return ties


def worker_ties(session: Session, worker: Worker, account_code: str) -> str:
    """Return how a worker is tied to an account, or an empty text."""
    return related_accounts(session, account_code, {worker.account_code}).get(worker.account_code, "")


def _same_device(session: Session, account_code: str, others: Collection[str]) -> list[str]:
    mine, theirs = aliased(Account), aliased(Account)
    my_code, their_code = aliased(SignInChallenge), aliased(SignInChallenge)
    rows = session.scalars(
        select(theirs.code)
        .join(their_code, their_code.phone == theirs.phone)
        .join(my_code, my_code.session_hash == their_code.session_hash)
        .join(mine, mine.phone == my_code.phone)
        .where(mine.code == account_code, theirs.code.in_(others), theirs.code != account_code)
        .where(my_code.used_at.is_not(None), their_code.used_at.is_not(None))
        .distinct()
    )
    return list(rows)


def _same_home(session: Session, account_code: str, others: Collection[str]) -> list[str]:
    mine, theirs = aliased(Place), aliased(Place)
    rows = session.scalars(
        select(theirs.owner)
        .join(
            mine,
            (mine.compound_id == theirs.compound_id) & (mine.building == theirs.building) & (mine.unit == theirs.unit),
        )
        .where(mine.owner == account_code, theirs.owner.in_(others), theirs.owner != account_code, mine.unit != "")
        .distinct()
    )
    return list(rows)
