"""The words of messages: made when one is sent or shown, in the receiver's language, from codes and numbers.

Independent of any request: the clock sends messages too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from sqlalchemy.orm import Session

from app.notice_facts import VisitFact, facts_about
from app.notice_wording import (
    FALLBACK,
    LATER,
    PAPERS,
    SENT_AS,
    TIERS,
    VISIT_AT,
    WORDING,
    WORKER_NAME,
    YOUR_VISIT,
    YOUR_WORKER,
)
from notices.channels import Recipient, Text
from notices.models import Notice

HOME_ZONE: Final = "Asia/Shanghai"
_SOURCE: Final = Path(__file__).parent / "translations" / "zh" / "notices.po"
Translate = Callable[[str], str]


def render(session: Session, notice: Notice, to: Recipient) -> Text:
    """Return the words of one message on its way out, with the house's name in front."""
    [text] = texts_of(session, [notice], to.locale)
    return Text(text.subject, translator(to.locale)(SENT_AS) % {"body": text.body})


def texts_of(session: Session, notices: Sequence[Notice], locale: str) -> list[Text]:
    """Return the words of a list of messages, in at most three queries whatever its length."""
    facts = facts_about(session, {notice.about for notice in notices})
    return [text_of(notice.kind, notice.params, locale, facts.get(notice.about)) for notice in notices]


def text_of(kind: str, params: dict[str, Any], locale: str, fact: VisitFact | None = None) -> Text:
    """Return the words of one kind of message; a kind without words of its own says that there is news."""
    translate = translator(locale)
    subject, body = WORDING.get(kind, FALLBACK)
    values = _Values({**_visit_values(fact, locale, translate), **_values(params, locale, translate)})
    values.missing = translate(LATER)
    return Text(translate(subject) % values, translate(body) % values)


def translator(locale: str) -> Translate:
    """Return the translation into a language: Chinese from the catalogue, English as written."""
    if locale.startswith("en"):
        return str
    catalogue = _catalogue()
    return lambda text: catalogue.get(text, text)


@cache
def _catalogue() -> dict[str, str]:
    with _SOURCE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


class _Values(dict[str, str]):
    """Values for a text; what was not told is said in general words instead of failing."""

    missing = ""

    def __missing__(self, key: str) -> str:
        return self.missing


def _visit_values(fact: VisitFact | None, locale: str, translate: Translate) -> dict[str, str]:
    if fact is None:
        return {"visit": translate(YOUR_VISIT), "worker": translate(YOUR_WORKER)}
    language = "en" if locale.startswith("en") else "zh"
    named = {"service": str(fact.service.get(language, "")), "when": _moment(fact.at, language, fact.time_zone)}
    worker = translate(WORKER_NAME) % {"family": fact.worker} if fact.worker else translate(YOUR_WORKER)
    return {"visit": translate(VISIT_AT) % named, "worker": worker}


def _values(params: dict[str, Any], locale: str, translate: Translate) -> dict[str, str]:
    language = "en" if locale.startswith("en") else "zh"
    return {name: _value(name, value, language, translate) for name, value in params.items() if value not in ("", None)}


def _value(name: str, value: Any, language: str, translate: Translate) -> str:
    if name in _NAMED:
        codes = value if isinstance(value, list) else [value]
        comma = ", " if language == "en" else "、"
        return comma.join(translate(_NAMED[name].get(str(code), str(code))) for code in codes)
    if name == "fen" or name.endswith("_fen"):
        return f"¥{int(value) / 100:,.2f}"
    if name == "change":
        return f"{float(value):+.2f}"
    if name in _DATES:
        return _day_or_moment(str(value), language)
    return str(value)


_NAMED: Final = {"paper": PAPERS, "papers": PAPERS, "before": TIERS, "after": TIERS, "tier": TIERS}
_DATES: Final = frozenset({"until", "appeal_until", "reapply_on", "due", "due_at", "reply_due"})


def _day_or_moment(text: str, language: str) -> str:
    if "T" in text:
        return _moment(datetime.fromisoformat(text), language, HOME_ZONE)
    day = date.fromisoformat(text)
    return str(format_date(day, "M月d日" if language == "zh" else "d MMM yyyy", locale=language))


def _moment(at: datetime, language: str, time_zone: str) -> str:
    pattern = "M月d日 EEE HH:mm" if language == "zh" else "EEE d MMM, HH:mm"
    return str(format_datetime(at.astimezone(ZoneInfo(time_zone)), pattern, locale=language))
