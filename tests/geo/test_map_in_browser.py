"""The live map in a real browser: drawn, safe, reachable by keyboard, true to the theme and to the datum."""

import json
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from geo.basemap import basemap_bytes
from geo.cities import load_city
from geo.points import Point, gcj02_from_wgs84, metres_between

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
POLICY = "default-src 'self'; script-src 'nonce-n1'; style-src 'self'; img-src 'self' data:"
NASTY = "<img src=x onerror=window.hacked=1>"
POINTS = [
    {"kind": "worker", "code": "W-1", "family": "李", "lat": 30.58, "lon": 114.30, "s": "move", "label": "Li"},
    {"kind": "worker", "code": "W-2", "family": NASTY, "lat": 30.58, "lon": 114.30, "s": "set", "label": NASTY},
    {"kind": "visit", "code": "V-1", "lat": 30.59, "lon": 114.31, "s": "maybe", "text": NASTY, "label": "open visit"},
    {"kind": "home", "lat": 30.60, "lon": 114.31},
]
OVERLAY = {
    "points": POINTS,
    "zones": [{"name": NASTY, "s": "pilot", "polygon": [[30.57, 114.29], [30.57, 114.32], [30.61, 114.32]]}],
    "routes": [{"s": "move", "points": [[30.58, 114.30], [30.60, 114.31]]}],
    "areas": [{"lat": 30.59, "lon": 114.30, "radius_m": 900, "label": "around"}],
}


class Pages(SimpleHTTPRequestHandler):
    """The static files, the basemap, and whatever pages a test has put into `pages`."""

    pages: dict[str, tuple[str, str]]
    asked: list[tuple[str, str | None]]

    def do_GET(self):
        self.asked.append((self.path, self.headers.get("If-None-Match")))
        if self.path == "/map/basemap.bin":
            self.answer("application/octet-stream", basemap_bytes(load_city("wuhan")))
        elif self.path in self.pages:
            kind, text = self.pages[self.path]
            self.answer(kind, text.encode())
        elif self.path.startswith("/static/"):
            self.path = self.path[len("/static") :]
            super().do_GET()
        else:
            self.send_error(404)

    def answer(self, kind, data):
        if self.headers.get("If-None-Match") == '"one"':
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("ETag", '"one"'), ("Content-Security-Policy", POLICY)):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "The browser tests need Chromium: apt-get install chromium"
    assert (STATIC / "vendor" / "leaflet").is_dir(), "The front-end files are missing: make assets"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def site():
    handler = type("Handler", (Pages,), {"pages": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    handler.url = f"http://127.0.0.1:{server.server_port}"
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened(browser, site):
    """Open a page with one map; console errors and page errors are collected on `page.trouble`."""
    contexts = []

    def go(attributes="", inside="", after=""):
        styles = "".join(f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in ("tokens", "stories"))
        head = f'<meta charset="utf-8"><title>map</title><link rel="icon" href="data:,">{styles}'
        script = '<script type="module" src="/static/js/map.js" nonce="n1"></script>'
        div = f'<div class="map-canvas tall" id="m" data-map role="region" aria-label="map" {attributes}>{inside}</div>'
        text = f'<!doctype html><html lang="en" data-theme="light"><head>{head}{script}</head><body><form>{div}{after}</form></body></html>'
        site.pages["/"] = ("text/html; charset=utf-8", text)
        context = browser.new_context(viewport={"width": 800, "height": 700})
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.goto(site.url)
        page.wait_for_selector("#m[data-ready]")
        return page

    yield go
    for context in contexts:
        context.close()


def in_page(data):
    return f'<script type="application/json" data-map-data>{json.dumps(data).replace("<", chr(92) + "u003c")}</script>'


COLOURS = """() => { const seen = new Set();
for (const c of document.querySelectorAll('#m canvas')) { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  for (let i = 0; i < d.length; i += 4) seen.add([d[i], d[i + 1], d[i + 2]].join()); }
return [...seen]; }"""


def pixel_colours(page):
    page.wait_for_selector("#m canvas.leaflet-tile-loaded")
    return page.evaluate(COLOURS)


def test_streets_and_water_are_drawn_in_the_colours_of_the_theme(opened):
    page = opened()
    light = pixel_colours(page)
    assert {"236,238,231", "255,255,255", "213,227,230"} <= set(light)  # land, road, water
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function("getComputedStyle(document.querySelector('#m')).backgroundColor === 'rgb(29, 34, 31)'")
    page.wait_for_function(f"wanted => {{ const seen = ({COLOURS})(); return wanted.every((one) => seen.includes(one)); }}",
                           arg=["29,34,31", "51,58,54", "22,38,44"])  # fmt: skip
    dark = pixel_colours(page)
    assert "236,238,231" not in dark
    assert page.trouble == []


def test_everything_lies_on_the_map_as_text_under_a_strict_policy(opened):
    page = opened(inside=in_page(OVERLAY))
    assert page.locator(".mk-worker").count() == 2
    assert page.locator(".mk-visit[data-s=maybe]").count() == 1
    assert (
        page.locator("path.mz-pilot").count()
        == page.locator("path.ma").count()
        == page.locator("path.mr-move").count()
        == 1
    )
    assert page.locator(".mk-word").text_content() == NASTY
    assert page.locator(".mz-word").first.text_content() == NASTY
    assert page.locator("#m img[src='x']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.locator(".m-credit").text_content() == "© OpenStreetMap contributors"
    assert page.trouble == []


def test_marks_in_one_place_step_aside(opened):
    page = opened(inside=in_page(OVERLAY))
    one, two = (page.locator(".mk-worker").nth(at).bounding_box() for at in (0, 1))
    assert abs(one["x"] - two["x"]) + abs(one["y"] - two["y"]) > 12


def test_marks_are_chosen_by_keyboard(opened):
    page = opened(inside=in_page(OVERLAY))
    page.evaluate(
        "document.querySelector('#m').addEventListener('map:choose', (e) => { window.chosen = e.detail.code; })"
    )
    mark = page.get_by_role("button", name="Li", exact=True)
    mark.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("window.chosen") == "W-1"
    assert page.locator("#m [role=img]").count() == 1  # the home can be seen, not chosen


def test_a_polled_map_moves_its_marks_and_sends_the_tag(opened, site):
    site.pages["/board.json"] = ("application/json", json.dumps(OVERLAY))
    page = opened('data-src="/board.json" data-every="2"')
    page.wait_for_selector(".mk-worker")
    page.wait_for_event("response", lambda answer: answer.url.endswith("/board.json") and answer.status == 304)
    tags = [tag for path, tag in site.asked if path == "/board.json"]
    assert tags[0] is None
    assert '"one"' in tags
    assert page.locator(".mk-worker").count() == 2


def test_a_morphed_map_is_built_again(opened):
    page = opened(inside=in_page(OVERLAY))
    page.evaluate(
        """() => { const m = document.querySelector('#m'), s = m.querySelector('script'); m.replaceChildren(s);
        delete m.dataset.ready; document.dispatchEvent(new CustomEvent('htmx:afterSettle')); }"""
    )
    page.wait_for_selector("#m[data-ready] .mk-worker")
    assert page.locator(".mk-worker").count() == 2
    assert page.trouble == []


INPUTS = '<input name="place_lat" value="30.60000"><input name="place_lon" value="114.30000">'


def test_the_pin_follows_arrows_clicks_and_the_inputs(opened):
    page = opened('data-pick="place_lat place_lon"', after=INPUTS)
    area = page.locator("#m")
    area.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    lat, lon = (float(page.input_value(f"[name={name}]")) for name in ("place_lat", "place_lon"))
    assert 30.6001 < lat < 30.602
    assert 114.3005 < lon < 114.31
    assert f"{lat:.5f}" in page.get_by_role("status").text_content()
    area.click(position={"x": 60, "y": 60})
    assert float(page.input_value("[name=place_lon]")) < 114.3
    page.fill("[name=place_lat]", "30.5")
    page.locator("[name=place_lat]").dispatch_event("change")
    assert page.evaluate(
        "import('/static/js/map.js').then((m) => m.mapOf(document.querySelector('#m')).map.getCenter().lat)"
    ) == pytest.approx(30.5)
    assert page.trouble == []


def test_a_foreign_datum_is_met_at_the_edge_and_given_up_with_its_tiles(opened):
    tiles = 'data-tile-url="/none/{z}/{x}/{y}.png" data-datum="gcj02" data-pick="place_lat place_lon"'
    page = opened(tiles, after=INPUTS)
    page.wait_for_selector("#m canvas")  # the tiles failed, our streets came back
    page.locator("#m").focus()
    page.keyboard.press("Enter")
    assert [page.input_value(f"[name={name}]") for name in ("place_lat", "place_lon")] == ["30.60000", "114.30000"]


def test_the_browser_and_the_library_move_points_alike(opened):
    page = opened()
    for point in (Point(30.58, 114.30), Point(39.9, 116.4), Point(22.5, 114.05), Point(48.8, 2.3)):
        there = page.evaluate(
            "([a, b]) => import('/static/js/map-datum.js').then((m) => m.toGcj(a, b))", [point.lat, point.lon]
        )
        assert metres_between(Point(*there), gcj02_from_wgs84(point)) < 0.01
        back = page.evaluate("([a, b]) => import('/static/js/map-datum.js').then((m) => m.fromGcj(a, b))", there)
        assert metres_between(Point(*back), point) < 0.01


def test_the_browser_reads_the_whole_file(opened):
    page = opened()
    read = page.evaluate(
        """async () => { const m = await import('/static/js/map-basemap.js');
        const base = m.decode(await (await fetch('/map/basemap.bin', {cache: 'no-store'})).arrayBuffer());
        return [base.classes.map((c) => c.lines.length), base.waters.length]; }"""
    )
    city = load_city("wuhan")
    assert sum(read[0]) == city.roads.way_count
    assert read[1] == len(city.waters)
