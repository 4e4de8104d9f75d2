"""Another telephone number for an account: proved twice, told to the old one, and held for two days.

First the old number or the authenticator is proved, then the new number. Whoever swaps a card or steals a browser
therefore takes nothing over at once, and the owner has the hold to stop it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, account_by_phone
from accounts.codes import CodeAsk, CodeProof, ask_code, prove_code
from accounts.events import PhoneChangeAsked, PhoneChanged, PhoneChangeStopped
from accounts.models import Account, PhoneChange, SignInChallenge
from accounts.policy import AccessPolicy
from accounts.second_factor import has_second_factor, prove_second_factor
from core import events
from core.actors import SYSTEM, Actor, Role
from core.audit import Change, audit
from core.codes import new_code
from core.errors import Conflict, NotAllowed, NotFound
from core.policies import read_policy

OLD, NEW = "old_phone", "new_phone"


@dataclass(frozen=True)
class NumberWish:
    """The new number, and the proof of who asks: digits of the old number's challenge, or of the authenticator."""

    phone: str
    typed: str
    challenge: str
    session_key: str
    network: str = ""


def ask_old_number(
    session: Session, account: Account, session_key: str, network: str, now: datetime
) -> SignInChallenge:
    """Send a code to the number the account has now, to prove who asks for another one."""
    if account.phone is None:
        raise NotFound
    ask = CodeAsk(account.phone, session_key, network, OLD, account.locale, account.code)
    return ask_code(session, ask, now)


def ask_new_number(session: Session, account: Account, wish: NumberWish, now: datetime, pepper: str) -> SignInChallenge:
    """Check who asks and send a code to the new number; ``WrongProof`` (remembered) for a wrong proof."""
    if has_second_factor(session, account):
        prove_second_factor(session, account, wish.typed, wish.network, now)
    else:
        proof = CodeProof(wish.challenge, wish.typed, wish.session_key, wish.network, purpose=OLD, account=account.code)
        prove_code(session, proof, now, pepper)
    return ask_code(
        session, CodeAsk(wish.phone, wish.session_key, wish.network, NEW, account.locale, account.code), now
    )


def ask_phone_change(session: Session, account: Account, proof: CodeProof, now: datetime, pepper: str) -> PhoneChange:
    """Prove the new number; it counts in 48 hours unless somebody stops it. The old contact is told at once."""
    challenge = prove_code(session, proof, now, pepper)
    if account_by_phone(session, challenge.phone) is not None:
        raise Conflict("number_has_account", "This number has an account of its own. Please call us.")
    return _hold(session, account, challenge.phone, "", Actor(Role.CUSTOMER, code=account.code), now)


def join_number(session: Session, actor: Actor, code: str, other: str, reason: str, now: datetime) -> PhoneChange:
    """Give the number of account ``other`` to account ``code`` after checking who calls, with the same hold. Desk only.

    For those who lost their number, and for those whose old account was detached when they began anew.
    """
    if not actor.is_ops or actor.code in (code, other):
        raise NotAllowed("number_join_not_yours", "This is not yours to do.")
    account, giving = account_by_code(session, code), account_by_code(session, other)
    if giving.phone is None or account.id == giving.id:
        raise Conflict("no_number_to_join", "That account has no number to give.")
    audit(session, actor, "number_joined", code, now, Change(reason, {}, {"taken_from": other}))
    return _hold(session, account, giving.phone, other, actor, now)


def stop_phone_change(session: Session, account: Account, now: datetime) -> None:
    """Stop the waiting change of one's own account; ``NotFound`` when there is none."""
    found = waiting_change(session, account)
    if found is None:
        raise NotFound
    _end(session, found, "stopped", now)


def waiting_change(session: Session, account: Account) -> PhoneChange | None:
    """Return the change that waits for its hold to be over, if there is one."""
    query = select(PhoneChange).where(PhoneChange.account_id == account.id, PhoneChange.state == "waiting")
    return session.scalars(query.with_for_update(of=PhoneChange)).first()


def apply_phone_changes(session: Session, now: datetime) -> int:
    """Let every change whose hold is over come true; return how many did."""
    due = session.scalars(
        select(PhoneChange)
        .where(PhoneChange.state == "waiting", PhoneChange.due_at <= now)
        .order_by(PhoneChange.id)
        .with_for_update(of=PhoneChange, skip_locked=True)
    )
    return sum(_apply(session, change, now) for change in due)


def _apply(session: Session, change: PhoneChange, now: datetime) -> bool:
    holder = account_by_phone(session, change.new_phone)
    if holder is not None and holder.code != change.taken_from:
        _end(session, change, "taken", now)
        return False
    if holder is not None:
        holder.phone, holder.phone_proved_at = None, None
        holder.epoch += 1
        session.flush()
    account = change.account
    change.old_phone = account.phone
    account.phone, account.phone_proved_at = change.new_phone, now
    account.epoch += 1
    change.state, change.ended_at = "done", now
    events.record(session, PhoneChanged(account.code, change.code), by=SYSTEM, at=now)
    return True


def _hold(session: Session, account: Account, phone: str, taken_from: str, actor: Actor, now: datetime) -> PhoneChange:
    hours = read_policy(session, AccessPolicy, now).phone_hold_hours
    change = PhoneChange(
        code=new_code("H"), account_id=account.id, old_phone=account.phone, new_phone=phone, taken_from=taken_from,
        state="waiting", asked_by=actor.code, asked_at=now, due_at=now + timedelta(hours=hours),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(change)
    except IntegrityError as error:
        raise Conflict("phone_change_waiting", "A change of this number is waiting already.") from error
    events.record(session, PhoneChangeAsked(account.code, change.code), by=actor, at=now)
    return change


def _end(session: Session, change: PhoneChange, state: str, now: datetime) -> None:
    change.state, change.ended_at = state, now
    by = Actor(Role.CUSTOMER, code=change.account.code)
    events.record(session, PhoneChangeStopped(change.account.code, change.code), by=by, at=now)
