"""Languages: zh-CN first, en as written in the code. The account's choice, then the browser's, then Chinese.

Translations are ``app/translations/zh/<area>.po``; at start they are merged into one catalogue below the data folder,
so that no compiled file is ever stale.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import has_request_context, request, session
from flask_babel import Babel

from app.auth import identify_calmly
from app.house import House

SOURCES = Path(__file__).parent / "translations"
LOCALES = ("zh", "en")


def configure_i18n(app: House) -> None:
    """Give the application its catalogue and its way to choose a language."""
    folder = app.settings.var / "translations"
    compile_catalogue(folder)
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_DEFAULT_TIMEZONE"] = app.settings.zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    Babel(app, locale_selector=choose_locale)


def read_catalogue(locale: str = "zh") -> Catalog:
    """Return all areas' translations of a language as one catalogue."""
    merged = Catalog(locale=locale)
    for path in sorted((SOURCES / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id and message.string:
                    merged.add(message.id, message.string, context=message.context)
    return merged


def compile_catalogue(folder: Path) -> None:
    """Write the merged catalogue where flask-babel looks; several processes may do it at once."""
    target = folder / "zh" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, read_catalogue())
    fresh.replace(target)


def choose_locale() -> str:
    """Return the language of this request: this browser's choice, the account's, what the browser accepts, zh."""
    if not has_request_context():
        return LOCALES[0]
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    known = identify_calmly().locale
    return known or request.accept_languages.best_match(LOCALES) or LOCALES[0]


def tidy_locale(text: str) -> str:
    """Return one of our languages for a tag such as ``zh-CN``, or Chinese."""
    short = text.lower().replace("_", "-").split("-")[0]
    return short if short in LOCALES else LOCALES[0]
