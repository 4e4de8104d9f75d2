"""The stage of the story: the real application on the tiny city, served by threads, with a clock one can set."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker
from werkzeug.serving import WSGIRequestHandler, make_server

from accounts.models import Account, AccountRole
from app import create_app
from app.house import House
from app.scheduler import Beat
from app.session import db
from app.settings import Env
from app.wiring import wiring
from core.actors import Actor, Role
from core.clock import Clock, wall
from places.models import Compound
from recruiting.models import Recruiter
from tests.browser.looking import DESK, PHONE, in_all_looks, shoot
from tests.fixtures_app import settings_for
from tests.journeys.hiring import DAY, HOUR, NOON, bring_in, hire_rita, one_visit
from tests.journeys.town import Town
from workers import applications as steps

EARLIER = 9  # visits that lie behind: the story's is the tenth


class Quiet(WSGIRequestHandler):
    """Serves without a line for every file."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Stage:
    """Everything the story needs: the house, its address, the town behind it, and what axe has found."""

    house: House
    url: str
    town: Town
    browser: Browser
    ben: Actor
    rita: Recruiter
    customers: list[Actor]
    now: datetime
    found: list[str]
    shots: int = 0

    def set_clock(self, now: datetime) -> None:
        """Set business time, and let the clock beat there."""
        self.now = now
        clock = Clock(1.0, wall(), now)
        self.house.clock = clock
        Beat(self.town.factory, clock, replace(wiring(), pumps=[])).all_once()
        Beat(self.town.factory, clock, replace(wiring(), pumps=[])).all_once()

    def context(self, *, desk: bool = False, at: tuple[float, float] | None = None) -> BrowserContext:
        """A new browser: a phone or a desk, reading Chinese; ``at`` is where it is."""
        more = {"geolocation": {"latitude": at[0], "longitude": at[1]}, "permissions": ["geolocation"]} if at else {}
        made = self.browser.new_context(
            viewport=DESK if desk else PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce",
            service_workers="block", **more,
        )  # fmt: skip
        made.set_default_timeout(15_000)
        return made

    def enter(self, account: str, role: Role, *, desk: bool = False, at: tuple[float, float] | None = None) -> Page:
        """Step into somebody's shoes by the demo's door."""
        page = self.context(desk=desk, at=at).new_page()
        page.goto(f"{self.url}/demo/people")
        token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
        form = {"csrf_token": token, "account": account, "role": role.value}
        assert page.request.post(f"{self.url}/demo/enter", form=form, headers={"Referer": page.url}).ok
        return page

    def look(self, page: Page, name: str, *, again: bool = True) -> None:
        """Keep a picture, and let axe look in every look."""
        self.shots += 1
        page.wait_for_load_state("networkidle")
        shoot(page, f"story-{self.shots:02d}-{name}")
        self.found += in_all_looks(page, again=again)

    def account_of(self, role: Role) -> str:
        query = select(Account.code).join(AccountRole, AccountRole.account_id == Account.id)
        return self.town.rows(query.where(AccountRole.role == role.value).order_by(Account.id))[0]

    def spot(self, slug: str) -> tuple[float, float]:
        home = self.town.rows(select(Compound).where(Compound.slug == slug))[0]
        return home.lat, home.lon


@contextmanager
def served(house: House) -> Iterator[str]:
    """The address of the application, served by threads."""
    server = make_server("127.0.0.1", 0, house, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@contextmanager
def set_stage(database_url: str, var: Path, browser: Browser) -> Iterator[Stage]:
    """The tiny city where Ben, whom Rita brought, has done nine visits; it is noon of the day before the tenth."""
    engine = create_engine(database_url, pool_size=8)
    town = Town(sessionmaker(engine, expire_on_commit=False))
    town.found()
    rita, actor, desk = town.act(hire_rita)
    ben = town.act(lambda session: bring_in(session, rita, actor, desk))
    customers = [town.customer(name) for name in ("晓晨", "思远", "雨桐", "静怡", "明哲", "佳宁")]
    for number in range(EARLIER):
        last = one_visit(town, number, customers, rated=number != EARLIER - 1)  # with the tenth, three make a batch
        if number == 2:
            at = last + HOUR
            town.act(lambda session, at=at: steps.activate_worker(session, desk.agent, ben.person, "trial done", at))
            town.beat(at + timedelta(minutes=1))
    settings = settings_for(database_url, var, env=Env.DEMO, city="tiny", clock=Clock(1.0, wall(), NOON))
    house = create_app(settings)
    house.config["RATE_LIMITS"] = False
    house.config["SLOT_BOOK_SECONDS"] = 0
    try:
        with served(house) as url:
            stage = Stage(house, url, town, browser, ben, rita, customers, NOON, [])
            stage.set_clock(NOON + 2 * EARLIER * DAY)
            yield stage
    finally:
        with house.app_context():
            db.engine.dispose()
        engine.dispose()
