"""The recruiter's phone in a real browser: nothing to complain of, and people noted down without signal."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from accounts.accounts import account_by_code
from accounts.sessions import start_session
from app.auth import TOKEN
from app.house import House
from core.actors import Role
from core.clock import Clock, wall
from core.events import EventRow
from recruiting.models import Lead
from tests.cast import fresh_phone
from tests.recruiting.world import DAY, World, make_world
from tests.workers.path import NOW, walk

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("zh", "light", 390), ("en", "dark", 390), ("en", "light", 1440)]


@pytest.fixture
def site(house: House) -> Iterator[str]:
    before, house.clock = house.clock, Clock(1.0, wall(), NOW)
    server = make_server("127.0.0.1", 0, house, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    house.clock = before


@pytest.fixture
def world(house_session: Session) -> World:
    made = make_world(house_session)
    made.heard = set(house_session.scalars(select(EventRow.id)))
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def signed_in(browser: Browser, house: House, site: str, world: World, **look: object) -> BrowserContext:
    """A phone in which Rita is signed in, in the language and light of the look."""
    token = start_session(
        world.session, account_by_code(world.session, world.actor.code), Role.RECRUITER, wall(), strong=True
    )
    world.session.commit()
    signer = house.session_interface.get_signing_serializer(house)
    context = browser.new_context(color_scheme=look["theme"], viewport={"width": look["width"], "height": 844})
    cookie = signer.dumps({TOKEN: token, "locale": look["locale"]})
    context.add_cookies([{"name": house.config["SESSION_COOKIE_NAME"], "value": cookie, "url": site}])
    return context


@pytest.mark.parametrize(("locale", "theme", "width"), LOOKS)
def test_every_page_is_whole(browser: Browser, house: House, site: str, world: World, locale, theme, width) -> None:
    new = walk(world.session, world.applicant(), "identity_checked", world.desk)
    recruit = world.recruit(now=NOW - 40 * DAY)
    world.work(recruit, 11, start=NOW - 39 * DAY)
    world.rate(recruit, 4.31)
    world.fire(NOW)
    code = world.milestones(recruit)["visits_10"].code
    context = signed_in(browser, house, site, world, locale=locale, theme=theme, width=width)
    page = context.new_page()
    for path in ("", "/capture", "/recruits", f"/screening/{new.code}", "/statement", f"/milestones/{code}"):
        page.goto(f"{site}/recruiter{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        tall = int(page.evaluate("document.documentElement.scrollHeight"))  # the dock covers nothing on a whole page
        page.set_viewport_size({"width": width, "height": max(844, tall)})
        page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text())
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        assert [f"{path} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def fill_in(page: Page, name: str, phone: str) -> None:
    page.fill("#f-name", name)
    page.fill("#f-phone", phone)
    page.check("#f-consent_version")
    page.click("button[form=capture]")


def test_two_people_noted_without_signal_arrive_once(browser: Browser, house: House, site: str, world: World) -> None:
    context = signed_in(browser, house, site, world, locale="en", theme="light", width=390)
    page, phones = context.new_page(), [fresh_phone(), fresh_phone()]
    page.goto(f"{site}/recruiter/capture")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    for number, phone in enumerate(phones, start=1):
        fill_in(page, f"Guest {number}", phone)
        page.get_by_text(f"{number} noted, waiting for signal").wait_for()
        assert page.input_value("#f-name") == ""
    context.set_offline(False)
    page.locator("[data-offline-bar]").wait_for(state="hidden")
    names = world.session.scalars(select(Lead.name).where(Lead.phone.in_(phones)).order_by(Lead.name)).all()
    assert names == ["Guest 1", "Guest 2"]
    context.close()
