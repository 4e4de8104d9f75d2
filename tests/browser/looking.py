"""Looking at pages in real Chromium: pictures, and axe in both languages, light and dark."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "var" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOCALES = ("en", "zh-CN")
THEMES = ("dark", "light")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def chromium_path() -> str:
    """Where Chromium is; a machine without one fails the test, it does not skip it."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.fail("No Chromium was found for the browser tests; run: sudo apt-get install -y chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--lang=zh-CN"])
        yield made
        made.close()


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page under var/screenshots/; what sticks to the bottom is at the bottom."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("for (const dock of document.querySelectorAll('.dock')) dock.style.position = 'static'")
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    page.evaluate("for (const dock of document.querySelectorAll('.dock')) dock.style.position = ''")


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, scrolled out: what the dock covers can be scrolled away from under it."""
    size = page.viewport_size or PHONE
    tall = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], tall)})
    found = _violations(page)
    page.set_viewport_size(size)
    return found


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{one['id']}: {node['html'][:200]} ({node['target']})" for one in found for node in one["nodes"][:3]]


def in_all_looks(page: Page, *, again: bool = True) -> list[str]:
    """What axe finds in both languages, light and dark; ``again`` False for a page that cannot be loaded once more."""
    found = []
    for locale in LOCALES if again else ("zh-CN",):
        if again:
            read_in(page, locale)
            page.reload()
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            found += [f"{page.url} {locale} {theme} {one}" for one in violations(page)]
    return found


def read_in(page: Page, locale: str) -> None:
    """Choose the language as the page's own form does."""
    token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    answer = page.request.post(
        page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/preferences",
        form={"csrf_token": token, "locale": locale, "next": "/privacy"},
        headers={"Referer": page.url},
    )
    assert answer.ok, answer.status
