"""How long pages take: every page a role can reach by links, on a running demo, over HTTP.

``make demo`` in one terminal, ``make bench ARGS=pages`` in another. One person asks at a time; the first answer of a
page is thrown away (a template is compiled once), the worst and the middle of the rest are kept. The promise is 200 ms.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from app.demo_browser import DemoBrowser, Page

LIMIT_MS = 200.0
REPEATS = 7
PER_ROLE = 60
SAME_SHAPE = 2
CODE = re.compile(r"(?<=^/[cz]/)[\w-]+|[A-Z]{1,3}-?[0-9A-Z]{6,}|\d{4}-\d\d-\d\d|\d+")
SKIPPED = ("/static/", "/api/", "/sign-out", "/map/", "/demo/", "/language", "/theme")


@dataclass(frozen=True)
class Timed:
    """One page: who asked, its address, the middle and the worst answer in milliseconds."""

    role: str
    path: str
    middle: float
    worst: float


def main(words: list[str]) -> int:
    """Print the slowest pages of every role; 1 when the middle answer of any page misses the promise."""
    parser = argparse.ArgumentParser(prog="benchmarks pages", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--base-url", default="http://127.0.0.1:8700")
    parser.add_argument("--show", type=int, default=6, help="how many of the slowest pages per role")
    options = parser.parse_args(words)
    visitor = DemoBrowser(options.base_url)
    shoes = [form.filled({}) for form in visitor.open("/demo/people").forms if form.action.endswith("/demo/enter")]
    roles = list(dict.fromkeys(dict(pairs)["role"] for pairs in shoes))
    rows = measured("anonymous", visitor)
    for role in roles:
        rows += measured(role, signed_in(options.base_url, role))
    return report(rows, [*roles, "anonymous"], options.show)


def signed_in(base_url: str, role: str) -> DemoBrowser:
    """Return the browser of somebody of this role."""
    browser = DemoBrowser(base_url)
    for form in browser.open("/demo/people").forms:
        if ("role", role) in form.filled({}):
            browser.page.forms[:] = [form]
            browser.send("/demo/enter")
            return browser
    raise LookupError(role)


def measured(role: str, browser: DemoBrowser) -> list[Timed]:
    """Walk the links from the role's first page and time each page; a few of every shape."""
    waiting, seen, shapes = [urlsplit(browser.page.url).path, "/", "/help"], set[str](), dict[str, int]()
    rows: list[Timed] = []
    while waiting and len(rows) < PER_ROLE:
        path = waiting.pop(0)
        shape = CODE.sub("*", path)
        if path in seen or shapes.get(shape, 0) >= SAME_SHAPE or path.startswith(SKIPPED):
            continue
        seen.add(path)
        page, times = timed(browser, path)
        if page.status == 200:
            shapes[shape] = shapes.get(shape, 0) + 1
            rows.append(Timed(role, path, statistics.median(times), max(times)))
            waiting += links(page, browser.base_url)
    return rows


def timed(browser: DemoBrowser, path: str) -> tuple[Page, list[float]]:
    """Ask for a page once to warm it, then a few times with the clock."""
    address = urljoin(browser.base_url, path)
    page, times = browser.ask(address), []
    for _ in range(REPEATS if page.status == 200 else 0):
        began = time.perf_counter()
        browser.ask(address)
        times.append((time.perf_counter() - began) * 1000)
    return page, times


def links(page: Page, base_url: str) -> list[str]:
    """Return the addresses on this host that the page leads to, without their fragments."""
    found = [urlsplit(urljoin(page.url, link)) for link in page.links]
    here = urlsplit(base_url).netloc
    return [part.path + (f"?{part.query}" if part.query else "") for part in found if part.netloc == here]


def report(rows: list[Timed], roles: list[str], show: int) -> int:
    """Print the table."""
    for role in roles:
        mine = sorted((row for row in rows if row.role == role), key=lambda row: -row.middle)
        print(f"{role}: {len(mine)} pages, middle of all {statistics.median(row.middle for row in mine):.0f} ms")
        for row in mine[:show]:
            print(f"  {row.middle:7.0f} ms  (worst {row.worst:5.0f})  {row.path}")
    late = [row for row in rows if row.middle > LIMIT_MS]
    print(f"\n{len(rows)} pages, {len(late)} over {LIMIT_MS:.0f} ms" + "".join(f"\n  {row.path}" for row in late))
    return 1 if late else 0
