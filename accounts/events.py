"""Facts about accounts."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class CodeRequested(Event):
    """Somebody asked for a one-time code; whoever sends it derives the digits from the challenge."""

    challenge_code: str
    phone: str


@dataclass(frozen=True)
class AccountCreated(Event):
    """A number was proved for the first time."""

    account_code: str


@dataclass(frozen=True)
class RoleGranted(Event):
    """An account may act in one more role."""

    account_code: str
    role: str


@dataclass(frozen=True)
class AccountBlocked(Event):
    """An account was shut; its sessions and tokens died in the same transaction."""

    account_code: str


@dataclass(frozen=True)
class EmergencyTaken(Event):
    """Somebody of the staff took a role they do not hold, for half an hour."""

    grant_code: str
    account_code: str
    role: str


@dataclass(frozen=True)
class SecondFactorSet(Event):
    """An authenticator was set up and confirmed."""

    account_code: str


@dataclass(frozen=True)
class SecondFactorDropped(Event):
    """An authenticator was taken away, by its owner or by the desk."""

    account_code: str


@dataclass(frozen=True)
class PhoneChangeAsked(Event):
    """A new number was proved; it counts when the hold is over."""

    account_code: str
    change_code: str


@dataclass(frozen=True)
class PhoneChanged(Event):
    """The hold is over: the new number is the account's."""

    account_code: str
    change_code: str


@dataclass(frozen=True)
class PhoneChangeStopped(Event):
    """The change was stopped, or the number had become another account's."""

    account_code: str
    change_code: str


@dataclass(frozen=True)
class NumberDetached(Event):
    """Somebody proved a number long unseen and began anew with it; the old account has no number now."""

    account_code: str
    new_account: str
