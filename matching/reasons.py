"""Why a worker cannot have a visit: the codes of the hard rules, in the order in which they are told."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One code per hard rule, plus what can stand in the way although every rule holds."""

    VISIT_STATE = "visit_state"
    ZONE_CLOSED = "zone_closed"
    NOT_ASKED = "not_asked"
    ON_HOLD = "on_hold"
    DOCUMENT_INVALID = "document_invalid"
    LACKS_SKILL = "lacks_skill"
    TIER_TOO_LOW = "tier_too_low"
    SCORE_BOUND_TOO_LOW = "score_bound_too_low"
    LANGUAGE = "language"
    GENDER = "gender"
    BLOCKED_PAIR = "blocked_pair"
    ALREADY_DECLINED = "already_declined"
    ZONE_NOT_SERVED = "zone_not_served"
    TOO_FAR = "too_far"
    OUTSIDE_WINDOW = "outside_window"
    NOT_ON_SHIFT = "not_on_shift"
    DAILY_HOURS = "daily_hours"
    WEEKLY_HOURS = "weekly_hours"
    REST = "rest"
    BUSY = "busy"
    NOT_WORTH_IT = "not_worth_it"
    NO_WORKERS = "no_workers"
