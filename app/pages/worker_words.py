"""The worker's words: codes of the lower floors as short sentences, names in the reader's language, places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_babel import get_locale

from app.words import gettext
from app.words import lazy_gettext as _
from catalogue.models import Service
from places.shown import PlaceShown
from ratings.explain import RatingLine

DECLINE: Final = (
    ("too_far", _("Too far for me"), "pin"), ("time", _("The time does not suit me"), "clock"),
    ("too_long", _("Too long"), "clock"), ("home", _("Not this kind of home"), "home"),
    ("pets", _("I do not go where pets are"), "paw"), ("stairs", _("Too many stairs"), "stairs"),
    ("unwell", _("I am not well"), "heart"), ("customer", _("Not this customer"), "user"),
    ("other", _("Another reason"), "more"),
)  # fmt: skip
CANCEL: Final = (
    ("illness", _("I am ill"), "heart"), ("accident", _("I had an accident"), "alert"),
    ("family", _("Something in the family"), "people"), ("transport", _("I cannot get there"), "walk"),
    ("clash", _("I took on too much"), "cal"), ("other", _("Another reason"), "more"),
)  # fmt: skip
ABORT: Final = (
    ("safety", _("I do not feel safe"), "shield"), ("illness", _("I am unwell or hurt"), "heart"),
    ("scope", _("Quite other work than agreed"), "list"), ("property", _("Something broke, I cannot go on"), "alert"),
)  # fmt: skip
LEFT: Final = (
    ("no_access", _("I could not get to it")), ("no_tools", _("Nothing to do it with")),
    ("customer_wish", _("The customer did not want it")), ("no_time", _("There was no time left")),
    ("unsafe", _("It is not safe")),
)  # fmt: skip
MODES: Final[Mapping[str, Any]] = {"ebike": _("by e-bike"), "bus": _("by bus"), "walk": _("on foot")}
FACTS: Final[Mapping[str, tuple[str, Any]]] = {
    "pets": ("paw", _("There are pets")), "no_lift": ("stairs", _("No lift, you walk up")),
    "nobody_home": ("key", _("Nobody is at home")), "own_tools": ("broom", _("You bring your own tools")),
}  # fmt: skip
NO_FACTS: Final[Mapping[str, tuple[str, Any]]] = {
    "pets": ("paw", _("No cats or dogs")), "own_tools": ("broom", _("Tools are there")),
}  # fmt: skip
WHY: Final[Mapping[str, Any]] = {
    "favourite": _("This customer asked for you."), "same_home": _("You know this home."),
    "fairness": _("You had less work lately than others, so you are asked first."),
    "newcomer": _("This visit is kept for those who are new."),
    "quality": _("Customers like how you work."), "unreliability": _("You keep your promises."),
}  # fmt: skip
OVER: Final[Mapping[str, Any]] = {
    "expired": _("The time to answer is over. That costs you nothing."),
    "declined": _("You did not take this one. That costs you nothing."),
    "superseded": _("Somebody else took it a moment before you."),
    "withdrawn": _("This visit is not needed any more, or it no longer fits into your day."),
    "accepted": _("You have taken this visit."),
}  # fmt: skip
MARKS: Final[Mapping[str, Any]] = {
    "late_cancel": _("Called off late"), "no_show": _("Did not come"), "late": _("Came late"),
}  # fmt: skip
MONEY: Final[Mapping[str, Any]] = {
    "settle": _("Work"), "cancellation_fee": _("The customer called off late: the whole fee is yours"),
    "release_hold": _("What was on hold is yours now"), "kept_cash": _("Cash the customer gave you"),
    "paid_out": _("Paid out to you"), "rescue_bonus": _("Thank you for stepping in"), "tip": _("Tip"),
    "on_the_way": _("You were on the way already: half an hour is paid"),
    "reversed_kept_cash": _("Cash taken back: the customer says it was not paid"),
}  # fmt: skip
TIERS: Final[Mapping[str, Any]] = {
    "newcomer": _("New here"), "standard": _("Standard"), "gold": _("Gold"), "star": _("Star"),
}  # fmt: skip
TIER_GIVES: Final[Mapping[str, Any]] = {
    "newcomer": _("Visits kept for newcomers, and a call from a mentor after the first and the fifth."),
    "standard": _("All basic visits, no commission."),
    "gold": _("Visits with a key, and the first choice of new regular customers."),
    "star": _("Child and elder care after training, and paid mentoring of newcomers."),
}  # fmt: skip
ASPECTS: Final[Mapping[str, Any]] = {
    "punctual": _("On time"), "thorough": _("Thorough"), "attitude": _("Friendly"),
    "payment": _("Paying"), "safety": _("Safe to work there"), "description": _("As it was described"),
}  # fmt: skip
EXCLUDED: Final[Mapping[str, Any]] = {
    "price": _("It is about the price, not about you."), "platform": _("It is about us, not about you."),
    "wrong_address": _("The address was wrong, not your fault."),
    "wrong_description": _("The home was described wrongly, not your fault."),
    "building_access": _("The building did not let you in, not your fault."),
    "previous_customer_late": _("The customer before took longer, not your fault."),
    "related": _("It is from somebody close to you."), "burst": _("We are still looking at it."),
    "weather": _("The weather was to blame."),
}  # fmt: skip
CUSTOMER_REASONS: Final = (
    ("not_as_described", _("The home was not as described")), ("extra_work", _("Extra work was asked for")),
    ("payment", _("Trouble with paying")), ("impolite", _("Impolite")), ("unsafe", _("I did not feel safe")),
    ("nobody_there", _("Nobody was there in time")), ("pets", _("Pets nobody spoke of")),
    ("other", _("Something else")), ("rather_not_say", _("I would rather not say")),
)  # fmt: skip
STEPS: Final = (
    _("Applied"), _("Papers handed in"), _("Identity checked"), _("Talk"), _("Practice and quiz"), _("Quiz passed"),
    _("Trial visits"), _("Accepted"),
)  # fmt: skip
PAPERS: Final[Mapping[str, Any]] = {
    "identity": _("Identity card"), "health": _("Health certificate"), "insurance": _("Accident insurance"),
    "cooking": _("Cooking certificate"), "police": _("Record check"),
}  # fmt: skip
LACKS: Final[Mapping[str, Any]] = {
    "visits": _("three trial visits done"), "on_time": _("all three on time"),
    "score": _("a score of 4.00 or more"), "safety": _("an open safety question answered"),
}  # fmt: skip
VERDICTS: Final[Mapping[str, Any]] = {
    "not_suited": _("It did not fit this time."),
    "screening_failed": _("The talk and the practice were not enough yet."),
    "trial_failed": _("The trial visits were not enough yet."), "papers_missing": _("Papers are missing."),
    "papers_false": _("Papers were not genuine."), "no_show": _("Visits were missed."),
    "quality": _("The quality of the work."), "safety": _("A question of safety."), "conduct": _("Conduct."),
    "other": _("See the words below."),
}  # fmt: skip
SKILLS: Final = (
    ("cleaning", _("Cleaning"), "broom"), ("deep_cleaning", _("Deep cleaning"), "spark"),
    ("windows", _("Windows"), "window"), ("cooking", _("Cooking"), "pot"), ("ironing", _("Ironing"), "iron"),
)  # fmt: skip
LANGUAGES: Final = (
    ("zh", _("Chinese")), ("hubei", _("Hubei dialect")), ("yue", _("Cantonese")), ("en", _("English")),
)  # fmt: skip
WEEKDAYS: Final = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


def tongue(names: Mapping[str, Any] | None) -> str:
    """Return a name in the reader's language from ``{"zh", "en"}``."""
    if not names:
        return ""
    zh = str(get_locale()).startswith("zh")
    return str(names.get("zh" if zh else "en") or names.get("en") or names.get("zh") or "")


def service_name(services: Mapping[str, Service], slug: str) -> str:
    """Return what a service is called."""
    found = services.get(slug)
    return tongue(found.names) if found else slug


def place_name(place: PlaceShown) -> str:
    """Return a place in words: the door where it may be seen, else only the neighbourhood."""
    if not place.exact:
        return gettext("Around %(area)s", area=tongue(place.area_name))
    if place.compound_name is None:
        return place.address or gettext("Around %(area)s", area=tongue(place.area_name))
    entrance, _dash, door = (place.unit or "").partition("-")
    parts = [tongue(place.compound_name)]
    if place.building:
        parts.append(gettext("building %(n)s", n=place.building))
    if entrance:
        parts.append(gettext("entrance %(n)s", n=entrance))
    if door:
        parts.append(gettext("door %(n)s", n=door))
    return (" " if str(get_locale()).startswith("zh") else ", ").join(parts)


def home_facts(facts: Iterable[str], *, also_absent: bool = False) -> list[tuple[str, str]]:
    """Return what to know about a home as (icon, sentence); ``also_absent`` adds what is good to know is not there."""
    known = set(facts)
    said = [(FACTS[fact][0], str(FACTS[fact][1])) for fact in FACTS if fact in known]
    if also_absent:
        said += [(NO_FACTS[fact][0], str(NO_FACTS[fact][1])) for fact in NO_FACTS if fact not in known]
    return said


def why_asked(why: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return why this worker was asked, in whole sentences; never empty."""
    told = []
    for term in why:
        key, minutes = str(term.get("key", "")), float(term.get("minutes", 0))
        if key == "added_travel" and minutes <= 15:
            told.append(
                gettext("It adds only about %(n)s min of travel to your day.", n=max(5, round(minutes / 5) * 5))
            )
        elif key in WHY and minutes > 0:
            told.append(str(WHY[key]))
    return [gettext("You know this work and you are free at that time."), *told]


def not_counted(line: RatingLine) -> str:
    """Return why a rating does not count, empty when it does."""
    if line.sealed:
        return gettext("There is a case about this visit.")
    if not line.excluded:
        return ""
    known = EXCLUDED.get(line.reason if line.excluded == "outside_control" else line.excluded)
    return str(known) if known else gettext("It does not count.")


def capital(text: str) -> str:
    """Return the text with a capital first letter, for headings."""
    return text[:1].upper() + text[1:]


def star_text(value: float) -> str:
    """Return stars with two decimals, as the score page shows them."""
    return f"{value:.2f}"


def level_word(value: float) -> str:
    """Return a level 0..1 in a word."""
    words = ((0.9, _("outstanding")), (0.75, _("very good")), (0.55, _("good")), (0.35, _("fair")))
    return next((str(word) for least, word in words if value >= least), gettext("weak"))
