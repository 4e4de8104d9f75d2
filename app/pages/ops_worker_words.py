"""Workers in the desk's words: stages, papers, what is missing, how they travel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.pages.worker_words import LANGUAGES, SKILLS
from app.words import gettext
from app.words import lazy_gettext as _

_STAGES = {
    "applied": _("Applied"), "documents": _("Papers handed in"), "identity_checked": _("Identity checked"),
    "interviewed": _("Interviewed"), "training": _("Training"), "quiz_passed": _("Quiz passed"),
    "trial": _("Trial visits"), "active": _("Active"), "rejected": _("Not accepted"), "withdrawn": _("Taken back"),
    "expired": _("Expired"),
}  # fmt: skip
_PAPERS = {
    "identity": _("ID card"), "health": _("health card"), "insurance": _("insurance"), "cooking": _("cooking paper"),
    "police": _("police record"),
}  # fmt: skip
_TRIAL = {
    "visits": _("three trial visits"), "on_time": _("trial visits on time"), "stars": _("a score of 4.0"),
    "score": _("a score of 4.0"), "safety": _("no safety flag"), "papers": _("complete papers"),
}  # fmt: skip
MODES: Final = {"ebike": _("by e-bike"), "bus": _("by bus"), "walk": _("on foot")}


_TIERS = {
    "newcomer": _("newcomer"), "standard": _("standard tier"), "gold": _("gold"), "star": _("star"),
}  # fmt: skip


def tier_word(tier: str) -> str:
    """Return a tier in words."""
    return str(_TIERS.get(tier, tier))


def skill_word(slug: str) -> str:
    """Return a skill in words, as it stands within a sentence."""
    return next((str(name).lower() for known, name, _glyph in SKILLS if known == slug), slug)


def language_word(tag: str) -> str:
    """Return a language somebody speaks in words."""
    return next((str(name) for known, name in LANGUAGES if known == tag), tag)


def stage_word(stage: str) -> str:
    """Return a stage in words."""
    return str(_STAGES.get(stage, stage))


def paper_word(kind: str) -> str:
    """Return a paper in words."""
    return str(_PAPERS.get(kind, kind))


def missing_words(codes: Iterable[str]) -> str:
    """Return what is missing on the way in, in one line; empty when nothing is."""
    return gettext(", ").join(_missing(code) for code in codes)


def _missing(code: str) -> str:
    what, _sep, rest = code.partition("_")
    table = {"paper": _PAPERS, "trial": _TRIAL}.get(what, {})
    return str(table.get(rest, rest or code))
