"""What every template may use without being given it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import session
from flask_babel import get_locale

from app.auth import identify_calmly
from app.house import House, current_now, house
from app.messages import sentence
from app.security import csp_nonce
from core.actors import Actor

THEMES = ("auto", "light", "dark")
Counter = Callable[[Actor], Mapping[str, int]]
COUNTERS: list[Counter] = []


def configure_context(app: House) -> None:
    """Give templates the asker, the time, the language, the look, the nonce and the counts of the navigation."""
    app.context_processor(_context)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")


def nav_counts(count: Counter) -> Counter:
    """Register a function counting what waits for an actor, ``{tab id: number}``: templates see ``counts``."""
    COUNTERS.append(count)
    return count


def idempotency_field() -> str:
    """Return a fresh key for a form's hidden field ``_key``: sent twice, done once."""
    return secrets.token_urlsafe(16)


def _context() -> dict[str, Any]:
    asker = identify_calmly()
    counts: dict[str, int] = {}
    for count in COUNTERS:
        counts.update(count(asker.actor))
    return {
        "now": current_now(), "locale": str(get_locale()), "actor": asker.actor, "account": asker.account,
        "csp_nonce": csp_nonce, "theme": session.get("theme", "auto"), "msg": sentence, "counts": counts,
        "settings": house().settings, "clock_speed": house().clock.speed,
        "sp": "" if str(get_locale()).startswith("zh") else " ",  # between sentences
        "demo": house().settings.env == "demo", "fresh_key": idempotency_field,
    }  # fmt: skip
