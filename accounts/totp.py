"""Codes of authenticators (RFC 6238): each works once, one step early or late is forgiven."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from accounts.tidy import tidy_digits

_STEP = 30  # seconds a code of the authenticator lasts


def new_secret() -> str:
    """Return a fresh secret for an authenticator."""
    return pyotp.random_base32()


def totp_now(secret: str, now: datetime) -> str:
    """Return the code an authenticator shows at ``now``: for tests and the demo."""
    return pyotp.TOTP(secret).at(now)


def enrolment_address(secret: str, name: str) -> str:
    """Return what an authenticator reads from the square code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Hourhand")


def matching_step(secret: str, typed: str, last_step: int, now: datetime) -> int | None:
    """Return the step whose code was typed, one early or late allowed, unless it or a later one was used."""
    tidy = tidy_digits(typed).encode()
    current = int(now.timestamp()) // _STEP
    for step in (current - 1, current, current + 1):
        right = hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), tidy)
        if right and step > last_step:
            return step
    return None
