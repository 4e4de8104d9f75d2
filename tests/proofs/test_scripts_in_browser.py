"""T15 in real Chromium: texts that want to be scripts lie in every free text, and every page is opened by everybody.

Nothing may run, nothing may be asked of a stranger, no element may come of it, and the content policy must have had
nothing to refuse: the escaping holds by itself, the policy is the second wall.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import String, text
from sqlalchemy.orm import Session

from app.registry import describe
from app.session import db
from core.actors import Role
from core.db import Base
from tests.app.api.conftest import wild_town
from tests.app.api.town import Town
from tests.browser.looking import chromium
from tests.browser.stage import served
from tests.cast import Member, sign_in
from tests.proofs.payloads import payloads

BATCH = 20  # payloads a text carries at once
SHORT, LONG = 20, 300
PROGRAMS = {  # texts only programs write, or whose values the code compares
    "account.locale", "audit.act", "event_delivery.handler", "staff_credential.password_hash", "zone.time_zone",
    "milestone.reason", "job.recurrence", "assignment.reason", "attribution.hold_reason", "api_token.token_hash",
}  # fmt: skip
WATCH = """
window.ran = (n) => window.heard('ran ' + n);
document.addEventListener('securitypolicyviolation', (e) =>
  window.heard('refused ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));
for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => window.heard(name);
"""
ALIVE = "() => [...document.querySelectorAll('xss, [xss]')].map((one) => one.outerHTML.slice(0, 200))"
NO_PAGE = ("/static/", "/design", "/demo/")


@dataclass
class Ear:
    """What was heard on the page that is open."""

    at: str = ""
    heard: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, what: str) -> None:
        self.heard.append((self.at, what))


def free_texts() -> list[tuple[str, str]]:
    """Every text column without a length: what people write. Codes, states and digests have one."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            free = isinstance(column.type, String) and column.type.length is None and not column.foreign_keys
            if free and f"{table.name}.{column.name}" not in PROGRAMS:
                found.append((table.name, column.name))
    return found


def poison(town: Town, words: str) -> int:
    """Write the words into every free text of every row, append-only ones too; return how many columns took them."""
    columns = free_texts()
    with town.house.app_context(), Session(db.engine) as session, session.begin():
        session.execute(text("set local session_replication_role = replica"))
        changed = [
            session.execute(text(f'update "{table}" set "{name}" = :words'), {"words": words.replace("\x00", "")})
            for table, name in columns
        ]
        return sum(bool(one.rowcount) for one in changed)  # type: ignore[attr-defined]


def browser_of(town: Town, member: Member | None) -> FlaskClient:
    client = town.program()
    if member is None:
        return client
    with town.house.app_context(), Session(db.engine) as session:
        return sign_in(client, session, member)


def pages_of(town: Town, name: str, role: Role, client: FlaskClient) -> list[str]:
    """The addresses of all pages that open for this person, with their own things in them."""
    codes = {code for code in town.codes_for(name).values() if code} if name else {"liuan", "liuan-2"}
    found = []
    for line in describe(town.house):
        if "GET" not in line.methods or line.declared.api or role not in line.roles or line.rule.startswith(NO_PAGE):
            continue
        tries = {re.sub(r"<[^>]+>", code, line.rule) for code in codes} if "<" in line.rule else {line.rule}
        found += [path for path in sorted(tries) if opens(client, path)]
    return found


def opens(client: FlaskClient, path: str) -> bool:
    with client.get(path, headers={"Accept": "text/html"}) as answer:
        return answer.status_code == 200 and answer.content_type.startswith("text/html")


def context_for(browser: Browser, base: str, client: FlaskClient, ear: Ear) -> BrowserContext:
    """A browser signed in as the test client is, that listens."""
    made = browser.new_context(locale="en", service_workers="block", reduced_motion="reduce")
    cookie = client.get_cookie("session") or next(iter(client._cookies.values()), None)
    if cookie is not None:
        made.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
    made.expose_function("heard", ear.hear)
    made.add_init_script(WATCH)
    made.on("request", lambda asked: None if asked.url.startswith((base, "data:", "blob:")) else ear.hear(asked.url))
    return made


def read(page: Page, base: str, path: str, ear: Ear) -> bool:
    """Open a page, touch what can be touched, and listen; return whether a payload was to be seen on it."""
    ear.at = path
    page.goto(base + path, wait_until="load")
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(
        "() => document.querySelectorAll('a,input,p,button').forEach((one) => one.dispatchEvent(new Event('focus')))"
    )
    for alive in page.evaluate(ALIVE):
        ear.hear(alive)
    if page.url.split("?", maxsplit=1)[0] != base + path.split("?", maxsplit=1)[0]:
        ear.hear(f"went to {page.url}")
    return "ran(" in page.content()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


def test_nothing_anybody_writes_runs_in_a_browser(wild_town: Town, browser: Browser, torture: bool, told: dict) -> None:
    """T15: 300 payloads in every free text, every page as everybody in Chromium: nothing runs, the policy refuses nothing."""
    town, ear, opened, seen = wild_town, Ear(), 0, 0
    words = payloads(LONG if torture else SHORT)
    assert len(words) == (LONG if torture else SHORT)
    people = [("", Role.ANONYMOUS, None), *((name, one.role, one) for name, one in town.members().items())]
    people = [
        one for one in people if one[0] in ("", "ada", "ben", "rita", "olu", *(("fin", "adam") if torture else ()))
    ]
    clients = {name: browser_of(town, member) for name, _, member in people}
    paths = {name: pages_of(town, name, role, clients[name]) for name, role, _ in people}
    with served(town.house) as base:
        for start in range(0, len(words), BATCH):
            batch = " ".join(words[start : start + BATCH])
            columns = poison(town, batch)
            for name, _, _ in people:
                context = context_for(browser, base, clients[name], ear)
                page = context.new_page()
                for path in paths[name]:
                    opened, seen = opened + 1, seen + read(page, base, path, ear)
                context.close()
    told |= {"payloads": len(words), "columns": columns, "pages": opened, "pages that showed one": seen}
    assert ear.heard == []
    assert columns >= 15
    assert seen >= 20


def test_the_ear_hears(browser: Browser) -> None:
    """The proof of the proof: on a page without any wall the same payloads are heard."""
    ear = Ear()
    context = browser.new_context()
    context.expose_function("heard", ear.hear)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.route(
        "http://open.invalid/",
        lambda route: route.fulfill(
            content_type="text/html", body="<!doctype html><p>" + " ".join(payloads(16)) + "</p>"
        ),
    )
    page.goto("http://open.invalid/")
    page.wait_for_function("document.images.length > 0 && document.images[0].complete")
    assert {what for _, what in ear.heard} >= {"ran 1", "ran 3"}
    assert page.evaluate(ALIVE)
    walled = "<!doctype html><p>" + " ".join(payloads(16)) + "</p>"
    page.route(
        "http://shut.invalid/",
        lambda route: route.fulfill(
            content_type="text/html", body=walled, headers={"Content-Security-Policy": "default-src 'none'"}
        ),
    )
    ear.heard.clear()
    page.goto("http://shut.invalid/")
    page.wait_for_function("() => document.readyState === 'complete'")
    assert any(what.startswith("refused script-src") for _, what in ear.heard)
    assert not any(what.startswith("ran") for _, what in ear.heard)
    context.close()


__all__ = ["wild_town"]
