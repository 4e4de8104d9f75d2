"""Translation with types: import ``gettext as _`` from here in Python, use ``_()`` in templates."""

from __future__ import annotations

from typing import Any

import flask_babel


def gettext(text: str, **params: object) -> str:
    """Return the text in the reader's language, ``%(name)s`` filled in."""
    return str(flask_babel.gettext(text, **params))


def ngettext(one: str, many: str, num: int, **params: object) -> str:
    """Return the text for a count (``%(num)s``) in the reader's language."""
    return str(flask_babel.ngettext(one, many, num, **params))


def lazy_gettext(text: str) -> Any:
    """Return a text that is translated when it is shown: for tables at module level."""
    return flask_babel.lazy_gettext(text)
