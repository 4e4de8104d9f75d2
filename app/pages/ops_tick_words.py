"""What comes round, in the desk's words: a name for every tick of ``app.wiring``."""

from __future__ import annotations

from typing import Final

from app.words import lazy_gettext

TICKS: Final = {
    "worker_documents": lazy_gettext("Papers that end"),
    "round_urgent": lazy_gettext("Round: the next four hours"),
    "round_near": lazy_gettext("Round: today and tomorrow"),
    "round_later": lazy_gettext("Round: later days"),
    "round_evening": lazy_gettext("Round: everything, in the evening"),
    "plan_evening": lazy_gettext("Tomorrow’s plan, wished for"),
    "plan_solve": lazy_gettext("Day plans, made"),
    "late_look": lazy_gettext("Who will be late"),
    "dispatch_sweep": lazy_gettext("What a timer may have missed"),
    "rating_estimates": lazy_gettext("Estimates of the scores"),
    "rating_verify": lazy_gettext("Scores worked out again and compared"),
    "fairness_gaps": lazy_gettext("How evenly work is spread"),
    "weekly_tiers": lazy_gettext("Tiers"),
    "ratings_due": lazy_gettext("Ratings to open"),
    "recruiting_due": lazy_gettext("Recruiters’ sums to work out"),
    "app_forget": lazy_gettext("What is to be forgotten"),
    "audit_check": lazy_gettext("The audit’s chain"),
    "app_numbers": lazy_gettext("Changes of number"),
    "app_reconcile": lazy_gettext("The books against the world"),
    "photos_seal": lazy_gettext("Photos to be sealed"),
}


def tick_word(name: str) -> str:
    """Return what comes round in words; its own name when it has none yet."""
    return str(TICKS.get(name, name))
