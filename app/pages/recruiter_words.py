"""The recruiter's words: codes of the lower floors as short sentences, sums explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from babel.dates import format_date
from flask_babel import get_locale

from app.formats import date_text, money
from app.words import gettext, ngettext
from app.words import lazy_gettext as _
from recruiting.queries import MilestoneLine, RecruitTrack
from recruiting.rubric import Words

HOURS: Final = (
    ("morning", _("Mornings")), ("afternoon", _("Afternoons")), ("evening", _("Evenings")), ("weekend", _("Weekends")),
)  # fmt: skip
LANGUAGES: Final = (("zh", _("Mandarin")), ("hubei", _("Hubei dialect")), ("yue", _("Cantonese")), ("en", _("English")))
BANDS: Final[Mapping[str, Any]] = {
    "new": _("too new to say"), "strong": _("customers are very happy"), "good": _("customers are happy"),
    "fair": _("fair"), "watch": _("customers are not happy"),
}  # fmt: skip
RISKS: Final[Mapping[str, tuple[Any, Any]]] = {
    "quality": (
        _("Customers are not happy"),
        _("Ask which home and which part went wrong, and show it once more. Operations can send a coach along."),
    ),
    "state": (
        _("Work is limited or stopped"),
        _("Operations have decided something. Listen, and say that an appeal is heard by somebody else."),
    ),
    "quiet": (
        _("No visit for two weeks"),
        _("Ask whether the hours still suit. More hours mean more offers; declining costs nothing."),
    ),
    "attribution": (_("Two of you claim it"), _("Operations decide who brought this person. Nothing to do for you.")),
}
NEXT: Final[Mapping[str, Any]] = {
    "applied": _("Remind them of the papers"),
    "documents": _("The desk is checking the papers"),
    "identity_checked": _("Your turn: the screening sheet"),
    "interviewed": _("Practice with a trainer comes next"),
    "training": _("Go through the quiz together"),
    "quiz_passed": _("The desk plans the trial visits"),
    "trial": _("On trial visits: ask how each one went"),
}
MISSING: Final[Mapping[str, Any]] = {
    "papers": _("The desk has to check the papers first. You will not see them."),
    "sheet": _("The ten points below"),
    "photos": _("At least one photo: only then is the screening paid"),
    "confirmation": _("Somebody at the desk confirms it. Who earns by it cannot decide alone."),
}
PARTS: Final[Mapping[str, Any]] = {
    "trial": _("Twenty minutes of trial cleaning"), "safety": _("Safety"), "person": _("The person"),
}  # fmt: skip
WHY_NOT: Final[Mapping[str, Any]] = {
    "related": _("the customer is tied to you or to the worker"),
    "no_proof": _("neither a start code nor a position"),
    "too_short": _("less than 20 minutes on site"),
    "refunded": _("more than half was given back to the customer"),
}
REASONS: Final[Mapping[str, Any]] = {
    "attribution": _("It is not clear yet who brought this person."),
    "dispute": _("A case about one of the visits is still open."),
    "suspended": _("The worker is suspended; somebody is looking into it."),
    "check": _("Operations are looking into it."),
    "not_active": _("The worker is not active any more."),
    "too_late": _("It took longer than agreed."),
    "reassigned": _("Somebody else brought this person."),
    "stopped_quality": _("The worker was stopped for quality."),
    "stopped_safety": _("The worker was stopped for safety."),
    "stopped_identity": _("The papers were not genuine."),
    "fraud": _("Two people have decided: this was not in order."),
    "not_reached": _("A visit was refunded, so the number is not reached any more."),
}
FORMULAS: Final[Mapping[str, Any]] = {
    "advance": _("A fixed sum when somebody is accepted with complete papers."),
    "screening_fee": _("A fixed sum for every screening with sheet and photos, accepted or not."),
    "decided": _("Finance decided in your case that this is added. All of it is yours."),
    "lower_bound": _("The sum follows how well the customers are served: by the score we are sure of."),
}
_SIGNS = {
    "ahead": "next", "scheduled": "next", "evaluating": "next", "held": "held", "forfeited": "stop", "reversed": "stop",
}  # fmt: skip


def both(words: Words) -> tuple[str, str]:
    """Return a text in the reader's language, and in the other one."""
    return (words.zh, words.en) if str(get_locale()).startswith("zh") else (words.en, words.zh)


def kind_word(kind: str) -> str:
    """Return what a sum is for, as short as a step of a line."""
    if kind == "advance":
        return gettext("Hired")
    if kind == "screening":
        return gettext("Screenings")
    if kind.startswith("case_"):
        return gettext("Decided in a case")
    count, _more, added = kind.removeprefix("visits_").partition("_")
    word = gettext("%(n)s visits", n=count)
    return gettext("%(what)s, added", what=word) if added else word


def reason_word(reason: str) -> str:
    """Return why a sum waits or is lost: our own reasons in words, what a person wrote as it is."""
    code, _colon, said = reason.partition(": ")
    if code in REASONS:
        return f"{REASONS[code]} {said}".strip()
    return reason


def steps(track: RecruitTrack, fresh: frozenset[str]) -> list[dict[str, str]]:
    """Return one recruit's line: the advance, then those by visits; ``fresh`` are this month's codes."""
    return [
        {"label": kind_word(line.kind), "text": _amount(line), "state": _sign(line, fresh)}
        for line in track.lines
        if line.kind != "screening"
    ]


def _amount(line: MilestoneLine) -> str:
    if line.state in {"forfeited", "reversed"}:
        return ""
    if line.state not in {"ahead", "scheduled", "evaluating"}:
        return money(line.own_fen)
    if line.kind == "advance":
        return money(line.low_fen)
    return gettext("about %(sum)s", sum=money(_round(line.low_fen))) if line.low_fen else ""


def _sign(line: MilestoneLine, fresh: frozenset[str]) -> str:
    return _SIGNS.get(line.state) or ("now" if line.code in fresh else "done")


def _round(fen: int) -> int:
    """A forecast is not exact to the fen: whole yuan."""
    return round(fen / 100) * 100


def forecast(low_fen: int, high_fen: int) -> str:
    """Return a forecast as a span of whole yuan."""
    low, high = _round(low_fen), _round(high_fen)
    return money(low) if low == high else f"{money(low)}–{high // 100:,}"


def earned_parts(tracks: tuple[RecruitTrack, ...], fresh: frozenset[str]) -> list[str]:
    """Return what this month's sum is made of, one text per kind."""
    sums: dict[str, int] = {}
    for track in tracks:
        for line in track.lines:
            if line.code in fresh:
                sums[line.kind] = sums.get(line.kind, 0) + line.own_fen
    return [f"{kind_word(kind)} {money(fen)}" for kind, fen in sums.items() if fen]


def left_out(inputs: Mapping[str, Any]) -> list[tuple[str, int, list[str]]]:
    """Return the visits that do not count by reason: the words, how many, their codes."""
    found: dict[str, list[str]] = {}
    for one in inputs.get("left_out", []):
        found.setdefault(str(one["reason"]), []).append(str(one["visit"]))
    return [(str(WHY_NOT.get(reason, reason)), len(codes), codes) for reason, codes in found.items()]


def month_word(month: str) -> str:
    """Return the month of a statement such as "2026-11" in the reader's language."""
    first = date.fromisoformat(f"{month}-01")
    return str(
        format_date(first, "yyyy年M月" if str(get_locale()).startswith("zh") else "MMMM yyyy", locale=get_locale())
    )


def next_word(state: str, *, screened: bool = False) -> str:
    """Return what comes next for somebody on the way in, or an empty text."""
    if screened and state == "identity_checked":
        return gettext("The sheet is there; the desk decides")
    return str(NEXT.get(state, ""))


def moment(text: str | None) -> str:
    """Return the date of an instant kept as text, or an empty text."""
    return date_text(datetime.fromisoformat(text)) if text else ""


def plain(number: float) -> str:
    """Return a number with at most two decimals and no trailing zeros."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def facts_of(visits: int, band: str) -> list[str]:
    """Return what to know of somebody who works: how many visits, how the customers find it."""
    if not visits:
        return [gettext("no visit yet")]
    return [ngettext("%(num)s visit so far", "%(num)s visits so far", visits), str(BANDS[band])]
