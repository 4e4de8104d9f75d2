"""A small browser without JavaScript: it opens pages, reads their forms, fills them in and sends them.

What it can do is what a person can do whose phone runs no scripts, so a story played with it proves the plain pages.
Standard library only.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT = 30.0
_SKIPPED = frozenset({"script", "style", "svg", "head"})
_SILENT = frozenset({"submit", "button", "reset", "image", "file"})
_CHOICES = frozenset({"checkbox", "radio"})
Attributes = Mapping[str, str]
Answer = str | Sequence[str]


class PageError(Exception):
    """A page did not do what the story needs; the sentence says which and what it said."""


@dataclass
class Control:
    """One input of a form: its name, its value, and whether it would be sent as it stands."""

    name: str
    value: str
    kind: str
    on: bool = True


@dataclass
class Form:
    """A form as the page has it; ``sends`` are the other addresses its buttons lead to."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    sends: list[str] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Return every value the form offers under a name, chosen or not."""
        return [one.value for one in self.controls if one.name == name]

    def filled(self, answers: Mapping[str, Answer]) -> list[tuple[str, str]]:
        """Return what is sent: the form as it stands, with the answers in place of what it had under their names."""
        kept = [(one.name, one.value) for one in self.controls if one.on and one.name not in answers]
        said = [
            (name, text) for name, given in answers.items() for text in ([given] if isinstance(given, str) else given)
        ]
        return kept + said


class _Reader(HTMLParser):
    """Collects forms, their controls (also those that name their form) and the words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._late: list[tuple[str, Control | str]] = []
        self._form: Form | None = None
        self._select: Attributes | None = None
        self._options: list[Control] = []
        self._area: Control | None = None
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._skip += tag in _SKIPPED
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self._form)
            self._by_id[found.get("id", "")] = self._form
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])
        else:
            self._control(tag, found)

    def _control(self, tag: str, found: Attributes) -> None:
        if tag == "input" and found.get("type", "text") not in _SILENT and "disabled" not in found:
            kind = found.get("type", "text")
            value = found.get("value", "on" if kind in _CHOICES else "")
            self._add(found, Control(found.get("name", ""), value, kind, kind not in _CHOICES or "checked" in found))
        elif tag == "button" and found.get("type", "submit") == "submit":
            self._button(found)
        elif tag == "select":
            self._select, self._options = found, []
        elif tag == "option" and self._select is not None:
            option = Control(self._select.get("name", ""), found.get("value", ""), "option", "selected" in found)
            self._options.append(option)
        elif tag == "textarea":
            self._area = Control(found.get("name", ""), "", "textarea")
            self._add(found, self._area)

    def _button(self, found: Attributes) -> None:
        if "formaction" in found:
            self._put(found, found["formaction"])
        if found.get("name"):
            self._add(found, Control(found["name"], found.get("value", ""), "button", on=False))

    def _add(self, found: Attributes, control: Control) -> None:
        if control.name:
            self._put(found, control)

    def _put(self, found: Attributes, thing: Control | str) -> None:
        if "form" in found:
            self._late.append((found["form"], thing))
        elif self._form is not None:
            _keep(self._form, thing)

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in _SKIPPED
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            if self._options and not any(one.on for one in self._options):
                self._options[0].on = True
            for option in self._options:
                self._add(self._select, option)
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        elif not self._skip:
            self.words.append(data)

    def finish(self) -> None:
        """Hand the controls that named their form to it."""
        for name, thing in self._late:
            if name in self._by_id:
                _keep(self._by_id[name], thing)


def _keep(form: Form, thing: Control | str) -> None:
    if isinstance(thing, Control):
        form.controls.append(thing)
    else:
        form.sends.append(thing)


@dataclass(frozen=True)
class Page:
    """An answer: where it came from in the end, its status, its source, its words and forms."""

    url: str
    status: int
    source: str
    text: str
    forms: list[Form]
    links: list[str]

    @property
    def path(self) -> str:
        """The address without the host."""
        return urlsplit(self.url).path

    def find(self, ending: str) -> Form | None:
        """Return the form that goes, itself or by one of its buttons, to an address with this end; None without one."""
        for form in self.forms:
            if any(urlsplit(goal).path.endswith(ending) for goal in (form.action, *form.sends)):
                return form
        return None

    def form(self, ending: str) -> Form:
        """Return that form, or say what the page had instead."""
        found = self.find(ending)
        if found is None:
            there = ", ".join(sorted({urlsplit(one.action).path for one in self.forms})) or "none"
            raise PageError(f"{self.path} has no form to …{ending} (it has: {there}; it says: {self.gist})")
        return found

    @property
    def gist(self) -> str:
        """The first words of the page, for messages."""
        return self.text[:300]


class DemoBrowser:
    """One person's browser: keeps cookies, follows redirects, speaks English."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.page = Page(base_url, 0, "", "", [], [])
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, query: Mapping[str, Any] | None = None) -> Page:
        """Open a page; ``PageError`` when it does not answer 200."""
        address = urljoin(self.base_url, path) + (f"?{urlencode(query, doseq=True)}" if query else "")
        return self._expect(self.ask(address))

    def send(self, ending: str, answers: Mapping[str, Answer] | None = None) -> Page:
        """Fill in the form that goes to this address and send it; ``PageError`` when it is refused."""
        return self._expect(self.try_send(ending, answers))

    def try_send(self, ending: str, answers: Mapping[str, Answer] | None = None) -> Page:
        """Send like :meth:`send`, and return the page whatever it says."""
        form = self.page.form(ending)
        goal = next(one for one in (*form.sends, form.action) if urlsplit(one).path.endswith(ending))
        body = urlencode(form.filled(answers or {})).encode()
        return self.ask(urljoin(self.page.url, goal), body)

    def ask(self, address: str, body: bytes | None = None) -> Page:
        """Ask for an address, with a form's body or without; redirects are followed."""
        headers = {"Accept-Language": "en", "Accept": "text/html"}
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310  our own base address
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                self.page = _page(answer.url, answer.status, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                self.page = _page(error.url, error.code, error.read())
        except OSError as error:
            raise PageError(f"{address} does not answer: {error}") from error
        return self.page

    def _expect(self, page: Page) -> Page:
        if page.status != 200:
            raise PageError(f"{page.path} answered {page.status}: {page.gist}")
        return page


def _page(url: str, status: int, content: bytes) -> Page:
    source = content.decode("utf-8", "replace")
    reader = _Reader()
    if source.lstrip().startswith("{"):
        return Page(url, status, source, json.dumps(json.loads(source), ensure_ascii=False), [], [])
    reader.feed(source)
    reader.close()
    reader.finish()
    return Page(url, status, source, " ".join(" ".join(reader.words).split()), reader.forms, reader.links)
