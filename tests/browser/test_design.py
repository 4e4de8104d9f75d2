"""The components in a real browser: every state, both languages, light and dark, narrow and wide."""

import re
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask import render_template_string
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright
from werkzeug.serving import make_server

from app.house import House
from dispatch.states import MoveState, OfferState, VisitState
from disputes.states import DisputeState
from ratings.states import InvitationState, RatingState
from recruiting.states import AttributionState, MilestoneState
from tools.build_grid_css import TARGET, grid_css
from workers.states import WorkerState

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [
    ("zh-CN", "light", 390),
    ("zh-CN", "dark", 1440),
    ("en-US", "light", 1440),
    ("en-US", "dark", 390),
    ("en-US", "light", 320),
]
MACHINES: dict[str, list[type[StrEnum]]] = {
    "visit": [VisitState], "offer": [OfferState], "plan_move": [MoveState], "dispute": [DisputeState], "vetting": [WorkerState],
    "milestone": [MilestoneState], "attribution": [AttributionState], "rating": [InvitationState, RatingState],
}  # fmt: skip
WORKER = """{% extends "layouts/worker.html" %}{% import "components/ui.html" as ui %}{% set tab = "today" %}{% set heading = "Thursday" %}
{% block content %}{{ ui.post("I am leaving", "/worker/visits/V-1/depart", kind="act", big=True, offline="depart", done="Left") }}
<template data-after="depart"><p id="then">And now this</p></template>{% endblock %}"""
DESK = """{% extends "layouts/desk.html" %}{% import "components/ui.html" as ui %}{% set tab = "people" %}
{% block content %}<main id="main" class="page" tabindex="-1"><h1>People</h1>
{% call(row) ui.table(["Zhou", "Luo"], [{"label": "Name"}], "People") %}<td><a class="rowlink" href="#{{ row }}">{{ row }}</a></td>{% endcall %}</main>{% endblock %}"""


@pytest.fixture(scope="module")
def site(house: House) -> Iterator[str]:
    """The address of the application, served by a thread."""
    server = make_server("127.0.0.1", 0, house, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Real Chromium."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that reads English and keeps no service worker."""
    made = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US", service_workers="block")
    yield made
    made.close()


def faults_of(page: Page) -> list[str]:
    """Collect what the page complains about, the content policy included; the map's data is another test's."""
    faults: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error" and "/map/" not in said.location["url"] and "map.js" not in said.location["url"]:
            faults.append(f"{said.text} {said.location['url']}")

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", hear)
    return faults


def rendered(house: House, source: str, path: str) -> str:
    with house.test_request_context(path, headers={"Accept-Language": "en"}):
        return render_template_string(source)


def show(page: Page, site: str, house: House, source: str, path: str) -> None:
    """Open a page made of a layout, at its address, with everything else from the real server."""
    html = rendered(house, source, path)
    page.route(f"{site}{path}", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(f"{site}{path}")


@pytest.mark.parametrize(("locale", "theme", "width"), LOOKS)
def test_the_gallery_is_whole(browser: Browser, site: str, locale: str, theme: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale, color_scheme=theme)
    page = context.new_page()
    faults = faults_of(page)
    page.goto(f"{site}/design")
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_attribute("html", "lang") == ("zh-CN" if locale == "zh-CN" else "en")
    assert faults == []
    context.close()


def test_no_style_attribute_is_written(house: House) -> None:
    for path in sorted((ROOT / "app" / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        assert " style=" not in source, path
        assert " onclick=" not in source, path


def test_the_phone_keeps_only_files_that_exist() -> None:
    script = (ROOT / "app" / "static" / "js" / "sw.js").read_text(encoding="utf-8")
    paths = re.findall(r'"(/static/[^"]+)"', script)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / "app" / path.lstrip("/")).exists()] == []


def test_the_grid_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == grid_css()


def test_every_state_has_its_sign_and_word(house: House) -> None:
    mapping = vars(house.jinja_env.get_template("components/states.html").module)["MACHINES"]
    for machine, enums in MACHINES.items():
        assert {state.value for enum in enums for state in enum} <= set(mapping[machine]), machine


def test_choices_work_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(f"{site}/design")
    page.get_by_role("radio", name="Windows").check()
    assert page.get_by_role("radio", name="Windows").is_checked()
    assert page.get_by_label("How long").is_visible()
    assert not page.get_by_role("button", name="Half an hour more").is_visible()
    context.close()


def test_the_stepper_goes_by_half_hours_and_stops_at_its_end(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/design")
    less, more = (page.get_by_role("button", name=f"Half an hour {word}") for word in ("less", "more"))
    assert less.is_disabled()
    more.click()
    assert page.inner_text("[data-stepper] output") == "2.5 hours"
    assert page.input_value("[name=d-hours]") == "150"
    less.click()
    assert less.is_disabled()


def test_a_ring_runs_out_quietly(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(f"{site}/design")
    ring = page.locator("[data-ring]").nth(1)
    assert ring.inner_text() == "8 min"
    page.clock.run_for(120_000)
    assert ring.inner_text() == "6 min"
    page.clock.run_for(400_000)
    assert ring.inner_text() == "over"


def test_a_costly_option_asks_first(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/design")
    page.get_by_role("link", name="Call it off").click()
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Move to tomorrow"
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_paper_shows_reasons_and_hides_acts(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/design")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.locator(".btn").first.is_visible()
    assert page.evaluate("[...document.querySelectorAll('details.why')].every(d => d.open)")


def test_the_desk_is_walked_by_keys(context: BrowserContext, site: str, house: House) -> None:
    page = context.new_page()
    show(page, site, house, DESK, "/ops/people")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Luo"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "Zhou"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.value") == "k"


def test_an_act_without_signal_is_kept_and_sent_once(context: BrowserContext, site: str, house: House) -> None:
    page = context.new_page()
    sent: list[dict[str, str]] = []
    signal = {"on": False}

    def answer(route: Route) -> None:
        if not signal["on"]:
            route.abort("internetdisconnected")
            return
        sent.append(route.request.headers)
        route.fulfill(status=204)

    page.route("**/worker/visits/V-1/depart", answer)
    show(page, site, house, WORKER, "/worker")
    page.get_by_role("button", name="I am leaving").click()
    page.wait_for_selector(".did")
    assert "Noted at" in page.inner_text(".kept")
    page.reload()
    page.wait_for_selector(".did")
    assert sent == []
    signal["on"] = True
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="I am leaving").wait_for()
    assert len(sent) == 1
    assert sent[0]["idempotency-key"]
    assert sent[0]["x-happened-at"].endswith("Z")


def test_an_act_with_signal_is_not_kept(context: BrowserContext, site: str, house: House) -> None:
    page = context.new_page()
    html = rendered(house, WORKER, "/worker").replace("Thursday", "On the way")
    page.route("**/worker/visits/V-1/depart", lambda route: route.fulfill(body=html, content_type="text/html"))
    show(page, site, house, WORKER, "/worker")
    page.get_by_role("button", name="I am leaving").click()
    page.wait_for_function("!document.querySelector('form[data-sent]')")
    assert page.locator(".did").count() == 0
    assert page.evaluate("import('/static/js/store.js').then(store => store.kept()).then(acts => acts.length)") == 0


def test_what_comes_next_is_there_without_signal(context: BrowserContext, site: str, house: House) -> None:
    page = context.new_page()
    show(page, site, house, WORKER, "/worker")
    assert page.locator("#then").count() == 0
    context.set_offline(True)
    page.get_by_role("button", name="I am leaving").click()
    page.locator("#then").wait_for()
    context.set_offline(False)


@pytest.mark.parametrize("kept", [True, False])
def test_a_page_kept_on_the_phone_knows_how_old_it_is(
    context: BrowserContext, site: str, house: House, kept: bool
) -> None:
    """Else what is pressed hours later without signal would be noted at the time the page was made."""
    page = context.new_page()
    show(page, site, house, WORKER, "/worker")
    made = page.evaluate("document.body.dataset.now")
    old = rendered(house, WORKER, "/worker/old")
    old = re.sub('data-now="[^"]*"', 'data-now="2026-01-01T00:00:00+00:00"', old)
    old = old.replace("<body ", "<body data-kept ") if kept else old
    page.route(f"{site}/worker/old", lambda route: route.fulfill(body=old, content_type="text/html; charset=utf-8"))
    page.goto(f"{site}/worker/old")
    now = page.evaluate("import('/static/js/clock.js').then((clock) => clock.serverNow().getTime())")
    assert (now >= page.evaluate("at => Date.parse(at)", made)) is kept


@pytest.mark.parametrize("by", ["system", "choice"])
def test_paper_is_white_also_at_night(browser: Browser, site: str, by: str) -> None:
    context = browser.new_context(color_scheme="dark", locale="en-US")
    page = context.new_page()
    page.goto(f"{site}/design")
    page.evaluate("by => { if (by === 'choice') document.documentElement.dataset.theme = 'dark'; }", by)
    page.emulate_media(media="print")
    colours = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    seen = {name: page.evaluate(colours, name) for name in ("--paper", "--ink", "--solid", "--on-solid")}
    assert seen == {"--paper": "#fff", "--ink": "#000", "--solid": "#000", "--on-solid": "#fff"}
    context.close()


def test_what_has_the_focus_is_not_under_the_dock(context: BrowserContext, site: str, house: House) -> None:
    links = "{% for n in range(40) %}<p><a href='#'>Line {{ n }}</a></p>{% endfor %}"
    page = context.new_page()
    show(page, site, house, WORKER.replace("{% endblock %}", links + "{% endblock %}"), "/worker")
    for n in range(40):
        line = page.get_by_role("link", name=f"Line {n}", exact=True)
        line.focus()
        box, dock = line.bounding_box(), page.locator(".dock").bounding_box()
        assert box is not None
        assert dock is not None
        assert box["y"] + box["height"] <= dock["y"]
