"""The words of a rating: why it is low, from either side."""

from __future__ import annotations

from app.words import lazy_gettext as _
from ratings import reasons

_WORDS = {
    "not_thorough": _("Not thorough"), "incomplete": _("Something was left out"), "late": _("Came too late"),
    "rude": _("Unfriendly"), "damage": _("Something broke"), "phone": _("On the phone a lot"),
    "left_early": _("Left early"), "price": _("The price"), "platform": _("You, the platform"),
    "wrong_address": _("The address was wrong"), "wrong_description": _("My description was wrong"),
    "building_access": _("Getting into the building"), "previous_customer_late": _("Held up at the visit before"),
    "not_as_described": _("Not as described"), "unsafe": _("Not safe"), "impolite": _("Impolite"),
    "extra_work": _("More work than agreed"), "payment": _("The payment"), "nobody_there": _("Nobody there"),
    "pets": _("The animals"), "other": _("Something else"), "rather_not_say": _("I would rather not say"),
}  # fmt: skip


def reason_word(reason: str) -> str:
    """Return a reason in words."""
    return str(_WORDS.get(reason, reason))


def reason_words() -> list[tuple[str, str]]:
    """Return what a customer may choose from: (code, words)."""
    return [(reason, reason_word(reason)) for reason in reasons.OF_WORKERS]


def worker_reason_words() -> list[tuple[str, str]]:
    """Return what a worker may choose from."""
    return [(reason, reason_word(reason)) for reason in reasons.OF_CUSTOMERS]
