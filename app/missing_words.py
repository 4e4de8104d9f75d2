"""Which texts of the code and the templates have no Chinese yet."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from app.i18n import read_catalogue

PACKAGES = (
    "core", "accounts", "catalogue", "money", "notices", "places", "workers", "dispatch", "ratings", "disputes",
    "recruiting", "simulation",
)  # fmt: skip
_REFUSALS = {"Conflict", "NotAllowed", "NotFound", "TooMany", "DomainError"}
_ROOT = Path(__file__).parent
_METHODS = [("static/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.do"}}
_KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None}


@dataclass(frozen=True)
class Words:
    """A text as it is looked up: the same text in another context is another one, and has a translation of its own."""

    text: str
    context: str | None = None

    def __str__(self) -> str:
        """The text, and its context when it has one."""
        return self.text if self.context is None else f"{self.text} [{self.context}]"


def used_words() -> dict[Words, set[str]]:
    """Return every text that is translated, with the files it stands in."""
    found: dict[Words, set[str]] = {}
    for file, _, message, _, context in extract_from_dir(_ROOT, _METHODS, _OPTIONS, keywords=_KEYWORDS):
        found.setdefault(Words(message if isinstance(message, str) else message[0], context), set()).add(file)
    for text, file in raised_sentences():
        found.setdefault(Words(text), set()).add(file)
    return found


def raised_sentences() -> list[tuple[str, str]]:
    """Return the English sentences of refusals on the lower floors: the door translates them when it shows them."""
    found = []
    for package in PACKAGES:
        for path in sorted((_ROOT.parent / package).glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [(text, f"{package}/{path.name}") for text in map(_sentence, ast.walk(tree)) if text]
    return found


def _sentence(node: ast.AST) -> str:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _REFUSALS):
        return ""
    second = node.args[1] if len(node.args) > 1 else None
    return second.value if isinstance(second, ast.Constant) and isinstance(second.value, str) else ""


def missing_words(catalogue: Catalog | None = None) -> dict[str, set[str]]:
    """Return the texts without a translation, with their files; of our own catalogue unless another is given."""
    known = {
        Words(one.id if isinstance(one.id, str) else one.id[0], one.context)
        for one in catalogue or read_catalogue()
        if one.id and one.string
    }
    return {str(words): files for words, files in used_words().items() if words.text and words not in known}


def field_codes() -> set[str]:
    """Return the message codes that refusals of input and validators name: each needs a line in ``MESSAGES``."""
    found: set[str] = set()
    for package in (*PACKAGES, "app", "app/pages", "app/api"):
        for path in (_ROOT.parent / package).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found |= _codes(node)
    return found


def _codes(node: ast.AST) -> set[str]:
    if not isinstance(node, ast.Call):
        return set()
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    places: list[ast.AST] = [word.value for word in node.keywords if word.arg == "error"]
    if name in {"InvalidInput", "WrongProof", "ValidationError"}:
        places += [part for arg in node.args for part in ast.walk(arg) if isinstance(part, ast.List)]
        places += [arg for arg in node.args if isinstance(arg, ast.Constant)]
    values = [part.value for place in places for part in ast.walk(place) if isinstance(part, ast.Constant)]
    return {
        value
        for value in values
        if isinstance(value, str) and len(value) > 1 and value.isidentifier() and value.islower()
    }
