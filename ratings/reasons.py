"""Why a rating is low, and which of these reasons the worker could do nothing about."""

from __future__ import annotations

from typing import Final

WITHIN_CONTROL: Final = (
    "not_thorough",
    "incomplete",
    "late",
    "rude",
    "damage",
    "phone",
    "left_early",
    "other",
    "rather_not_say",
)
OUTSIDE_CONTROL: Final = (
    "price",
    "platform",
    "wrong_address",
    "wrong_description",
    "building_access",
    "previous_customer_late",
)
OF_WORKERS: Final = (*WITHIN_CONTROL, *OUTSIDE_CONTROL)
OF_CUSTOMERS: Final = (
    "not_as_described",
    "unsafe",
    "impolite",
    "extra_work",
    "payment",
    "nobody_there",
    "pets",
    "other",
    "rather_not_say",
)
WORKER_ASPECTS: Final = ("punctual", "thorough", "attitude")
CUSTOMER_ASPECTS: Final = ("payment", "safety", "description")
PRIVATE: Final = ("yes", "neutral", "no")


def outside_control(reason: str) -> bool:
    """True when the worker could not have helped it: the rating then counts nothing."""
    return reason in OUTSIDE_CONTROL
