"""What the pages of operations share: acting with a reason, labels of homes, words for codes of the matcher."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import get_locale
from marshmallow import RAISE, Schema, fields, post_load, validate

from app import auth
from app.formats import clock, day, minus, named
from app.pages.ops_worker_words import language_word, skill_word, tier_word
from app.registry import Policy
from app.words import gettext as _
from core.actors import OPS, STAFF, Actor, Role
from core.audit import LOOKS, Look
from matching.explain import Sentence, Value, render
from matching.texts import LANGUAGES, TERM_NAMES
from places.shown import PlaceShown

DESK: Final = Policy(OPS, "all")
LEADS: Final = Policy({Role.OPS_LEAD}, "all")
BOOKS: Final = Policy({Role.FINANCE, Role.OPS_LEAD, Role.ADMIN}, "all")
HOUSE: Final = Policy(STAFF, "all")
_WORDS: Final = {"tier": tier_word, "language": language_word}
_CODE = re.compile(r"\b[WV]-[0-9A-HJKMNP-TV-Z]{6,}\b")


class Said(Schema):
    """The base of what staff send: unknown fields are refused, a reason is a must."""

    class Meta:
        """Refuse what nobody asked for."""

        unknown = RAISE

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class LookSchema(Schema):
    """Why staff look at something personal: a reason to choose, words, a ticket if there is one."""

    class Meta:
        """Refuse what nobody asked for."""

        unknown = RAISE

    why = fields.String(load_default="other", validate=validate.OneOf(LOOKS))
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    ticket = fields.String(load_default="", validate=validate.Length(max=40))

    @post_load
    def build(self, data: dict[str, Any], **_more: Any) -> Look:
        """Return the frozen reason."""
        return Look(data["why"], data["reason"], data["ticket"])


def actor_because(reason: str, on_behalf_of: str = "", channel: str = "desk") -> Actor:
    """Return whoever asks, with the reason they gave and the account they act for."""
    return replace(auth.current_actor(), reason=reason.strip(), on_behalf_of=on_behalf_of, channel=channel)


def language() -> str:
    """Return the language of the matcher's sentences for this reader."""
    return "zh-CN" if str(get_locale()).startswith("zh") else "en"


def home(place: PlaceShown, *, unit: bool = False) -> str:
    """Return a home in a few words: compound and building, with its door when asked."""
    name = named(place.compound_name) or named(place.area_name)
    if not place.building:
        return name
    text = _("%(name)s, building %(n)s", name=name, n=place.building)
    if not unit or not place.unit:
        return text
    return f"{text} {place.unit}" if "-" in place.unit else _("%(home)s, entrance %(n)s", home=text, n=place.unit)


def short_home(place: PlaceShown) -> str:
    """Return a home for a narrow bar: ``云鹤里 12 栋`` or ``Yunhe 12``."""
    name = named(place.compound_name) or named(place.area_name)
    return _("%(name)s No. %(n)s", name=name, n=place.building) if place.building else name


def reasons_text(reasons: Iterable[tuple[str, int]]) -> str:
    """Return why nobody has a visit: ``9 busy, 2 too far``."""
    texts = LANGUAGES[language()]
    found = [texts.get(f"count.{code}", "{count} " + code).format(count=count) for code, count in reasons]
    return texts["list.comma"].join(found)


def term_name(name: str) -> str:
    """Return the name of a term of the matcher's value."""
    return TERM_NAMES[language()].get(name, name)


def terms_of(why: Iterable[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """Return an offer's kept reasons as (name, minutes); the way is among them, so its plain length is left out."""
    kept = [one for one in why if "minutes" in one and one["key"] != "added_travel"]
    return [(term_name(str(one["key"])), float(one["minutes"])) for one in kept]


def sentences(told: Iterable[Sentence], epoch: str, names: Mapping[str, str]) -> list[str]:
    """Return sentences of the matcher with codes replaced by names."""
    lines = [render(_as_written(one, epoch), language(), epoch) for one in told]
    return [_CODE.sub(lambda found: names.get(found[0], found[0]), line) for line in lines]


def _as_written(told: Sentence, epoch: str) -> Sentence:
    """A sentence with its figures, instants and slugs as every other line of the desk writes them."""
    return Sentence(told.key, tuple((name, _value(name, value, epoch)) for name, value in told.params))


def _value(name: str, value: Value, epoch: str) -> Value:
    if name in {"start", "leave_by"} and isinstance(value, int):
        at = datetime.fromisoformat(epoch) + timedelta(seconds=value)
        return _("%(time)s on %(day)s", time=clock(at), day=day(at))
    if name == "minutes":
        return minus(f"{float(str(value)):.1f}".removesuffix(".0"))
    if name == "skills" and isinstance(value, tuple):
        return tuple(skill_word(slug) for slug in value)
    return _WORDS[name](str(value)) if name in _WORDS else value


def codes_in(told: Iterable[Sentence]) -> set[str]:
    """Return the codes of people and visits these sentences name."""
    found: set[str] = set()
    for sentence in told:
        for _name, value in sentence.params:
            found.update(_CODE.findall(" ".join(value) if isinstance(value, tuple) else str(value)))
    return found


def left(until: datetime, now: datetime) -> str:
    """Return the time left as ``1:18`` hours, or ``0:00``; days from two on."""
    minutes = max(0, int((until - now).total_seconds() // 60))
    if minutes >= 2880:
        return _("%(n)s days", n=minutes // 1440)
    return f"{minutes // 60}:{minutes % 60:02d}"


def tone(until: datetime, now: datetime) -> str:
    """Return how loud a time left is: broke within 90 minutes, worse within 3 hours, else muted."""
    minutes = (until - now).total_seconds() / 60
    return "broke" if minutes < 90 else "worse" if minutes < 180 else "muted"


def signed(minutes: float) -> str:
    """Return minutes with their sign: ``+61``, ``−4.5``."""
    text = f"{abs(minutes):.1f}".removesuffix(".0")
    return ("−" if minutes < 0 else "+") + text
