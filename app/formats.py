"""How numbers and times are shown: Jinja filters, in the zone's time and the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale
from markupsafe import Markup

from app.house import House, current_now, house
from app.words import gettext as _
from app.words import ngettext

_NEAR = timedelta(minutes=90)
_HOME_NUMBER = re.compile(r"\+86(1\d\d)(\d{4})(\d{4})")


def configure_formats(app: House) -> None:
    """Register the filters."""
    for show in (
        money,
        yuan,
        clock,
        day,
        short_day,
        when,
        ago,
        minutes,
        minus,
        hours,
        km,
        stars,
        percent,
        date_text,
        named,
        nowrap,
        phone,
        weekday,
    ):
        app.jinja_env.filters[show.__name__] = show


def local(at: datetime) -> datetime:
    """Return an instant in the zone's time."""
    return at.astimezone(ZoneInfo(house().settings.zone))


def money(fen: int, sign: bool = False) -> str:
    """Return fen as ``¥45`` or ``¥45.50``; ``sign`` writes the plus as well."""
    text = f"{abs(fen) // 100:,}" + (f".{abs(fen) % 100:02d}" if fen % 100 else "")
    return ("−" if fen < 0 else "+" if sign and fen > 0 else "") + "¥" + text


def yuan(fen: int) -> str:
    """Return fen as a plain number of yuan with two decimals, for input fields and exports."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def minus(number: float | str) -> str:
    """Return a number as it is, below nothing with a minus and not a hyphen: ``−4``."""
    return str(number).replace("-", "−")


def clock(at: datetime) -> str:
    """Return the time of day: ``14:00``."""
    return f"{local(at):%H:%M}"


def day(at: datetime | date) -> str:
    """Return the day with its weekday: ``11月21日 周六`` or ``Sat 21 Nov``."""
    return str(format_date(_date(at), "M月d日 EEE" if _chinese() else "EEE d MMM", locale=get_locale()))


def short_day(at: datetime | date) -> str:
    """Return today, tomorrow, yesterday, or the day."""
    apart = (_date(at) - local(current_now()).date()).days
    names = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    return names.get(apart) or day(at)


def date_text(at: datetime | date) -> str:
    """Return the date with its year, for documents."""
    return str(format_date(_date(at), "yyyy年M月d日" if _chinese() else "d MMM yyyy", locale=get_locale()))


def when(at: datetime) -> str:
    """Return an instant relative near now (in 25 min, 10 min ago), else the day and the time."""
    apart = at - current_now()
    if abs(apart) < timedelta(seconds=45):
        return _("now")
    if abs(apart) <= _NEAR:
        count = max(1, round(abs(apart).total_seconds() / 60))
        return _("in %(n)s min", n=count) if apart > timedelta(0) else _("%(n)s min ago", n=count)
    return f"{short_day(at)} {clock(at)}"


def ago(at: datetime) -> str:
    """Return how long ago an instant was, in the largest fitting unit."""
    seconds = max(0, int((current_now() - at).total_seconds()))
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("%(n)s min ago", n=seconds // 60)
    if seconds < 86400:
        return ngettext("%(num)s hour ago", "%(num)s hours ago", seconds // 3600)
    return ngettext("%(num)s day ago", "%(num)s days ago", seconds // 86400)


def minutes(count: int) -> str:
    """Return a length of time: ``3 h 30 min``."""
    whole, rest = divmod(int(count), 60)
    if not whole:
        return _("%(n)s min", n=rest)
    return _("%(h)s h", h=whole) if not rest else _("%(h)s h %(n)s min", h=whole, n=rest)


def hours(count: int) -> str:
    """Return minutes as hours with at most two decimals: ``3.5``."""
    return f"{count / 60:.2f}".rstrip("0").rstrip(".")


def km(metres: float) -> str:
    """Return a distance: ``800 m``, ``1.2 km``."""
    if metres < 950:
        return _("%(n)s m", n=max(0, round(metres / 50) * 50))
    return _("%(n)s km", n=f"{metres / 1000:.1f}")


def stars(score: float) -> str:
    """Return a score with one decimal: ``4.8``."""
    return f"{score:.1f}"


def percent(share: float) -> str:
    """Return a share of one in per cent: ``83%``."""
    return f"{share * 100:.0f}%"


def phone(number: str) -> str:
    """Return a telephone number in groups that can be read aloud: ``131 2700 0024``; a foreign one as it is."""
    found = _HOME_NUMBER.fullmatch(number)
    return " ".join(found.groups()) if found else number


def nowrap(text: str) -> Markup:
    """Return a text that is not broken at its hyphens: a telephone number inside a sentence."""
    return Markup('<span class="nowrap">{}</span>').format(text)


def weekday(at: datetime | date) -> str:
    """Return today, or the short name of the weekday: ``周六``, ``Sat``."""
    if _date(at) == local(current_now()).date():
        return _("Today")
    return str(format_date(_date(at), "EEE", locale=get_locale()))


def named(names: Mapping[str, Any] | None) -> str:
    """Return a name kept as ``{"zh": …, "en": …}`` in the reader's language."""
    if not names:
        return ""
    return str(names.get("zh" if _chinese() else "en") or names.get("zh") or next(iter(names.values())))


def _date(at: datetime | date) -> date:
    return local(at).date() if isinstance(at, datetime) else at


def _chinese() -> bool:
    return str(get_locale()).startswith("zh")
