"""The main story in real Chromium, from the request on a phone to the decision at the desk; every page looked at."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actors import Role
from dispatch.models import Offer, Visit
from recruiting.models import Milestone
from tests.browser.looking import chromium
from tests.browser.stage import Stage, set_stage
from tests.fixtures_db import _clone
from tests.journeys.hiring import DAY, HOUR

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    var: Path = tmp_path_factory.mktemp("story")
    for url in _clone():
        with chromium() as browser, set_stage(url, var, browser) as made:
            yield made


def test_the_main_story(stage: Stage) -> None:
    ada, visit = request_a_visit(stage)
    ben = accept(stage, visit)
    end = travel_and_work(stage, ada, ben, visit)
    pay_and_rate(stage, ada, ben, visit, end)
    see_the_score(stage, ben, end)
    see_the_milestone(stage, end)
    decide_a_dispute(stage)
    assert stage.town.troubles() == []
    assert stage.town.owed("revenue:basic") == 0


def test_axe_finds_nothing_on_the_pages_of_the_story(stage: Stage) -> None:
    assert stage.shots > 30
    assert stage.found == []


def request_a_visit(stage: Stage) -> tuple[Page, str]:
    page = stage.context().new_page()
    page.goto(f"{stage.url}/")
    stage.look(page, "front")
    page.goto(f"{stage.url}/request")
    stage.look(page, "request-empty")
    page.select_option("select[name=compound]", "liuan-2")
    page.locator("select[name=home]").wait_for()
    page.select_option("select[name=home]", index=1)
    tomorrow = (stage.now + DAY).date().isoformat()
    choose(page, f"input[name=day][value='{tomorrow}']")
    page.wait_for_load_state("networkidle")
    choose(page, "input[name=time][value='09:00']")
    expect(page.locator("#rq-sum")).to_contain_text("9:00")
    stage.look(page, "request-chosen")
    page.fill("input[name=name]", "晓婷")
    page.fill("input[name=phone]", "138 7123 4567")
    page.locator(".dock button[formaction='/request/code']").click()
    code = page.locator("[data-demo-code]").inner_text()
    stage.look(page, "request-code", again=False)
    page.fill("input[name=code]", code)
    page.locator(".dock button").last.click()
    page.wait_for_url(re.compile("/visits/V-"))
    stage.look(page, "visit-asking")
    return page, page.url.rsplit("/", 1)[-1]


def choose(page: Page, selector: str) -> None:
    """Tap the label a hidden radio button lies in."""
    page.locator(f"label:has({selector})").first.click()


def accept(stage: Stage, visit: str) -> Page:
    stage.set_clock(stage.now + 6 * MINUTE)
    query = select(Offer.code).join(Visit).where(Visit.code == visit, Offer.state == "live")
    offer = stage.town.rows(query)[0]
    page = stage.enter(stage.ben.code, Role.WORKER, at=stage.spot("liuan-2"))
    page.goto(f"{stage.url}/worker/offers")
    stage.look(page, "worker-offers")
    page.goto(f"{stage.url}/worker/offers/{offer}")
    stage.look(page, "worker-offer")
    page.locator("form[action$='/accept'] button").click()
    page.wait_for_url(f"**/worker/visits/{visit}")
    stage.look(page, "worker-agreed")
    return page


def travel_and_work(stage: Stage, ada: Page, ben: Page, visit: str) -> datetime:
    start = stage.town.visit(visit).starts_at
    assert start is not None
    stage.set_clock(start - 45 * MINUTE)
    show(stage, ada, f"/visits/{visit}", "visit-promised")
    show(stage, ben, "/worker", "worker-today")
    ben.locator("form[action$='/trip'] button").click()
    ben.locator("form[action$='/arrive']").first.wait_for()
    stage.set_clock(start - 20 * MINUTE)
    show(stage, ada, f"/visits/{visit}", "visit-on-the-way")
    stage.set_clock(start - 3 * MINUTE)
    show(stage, ben, f"/worker/visits/{visit}", "worker-on-the-way")
    ben.locator("form[action$='/arrive'] button").first.click()
    ben.locator("form[action$='/start']").wait_for()
    stage.look(ben, "worker-at-the-door")
    ada.goto(f"{stage.url}/visits/{visit}")
    said = re.sub(r"\D", "", ada.locator("#h-code + *").inner_text())
    assert said == stage.town.visit(visit).start_code
    stage.set_clock(start)
    ben.reload()
    ben.fill("form[action$='/start'] input[name=code]", said)
    ben.locator("form[action$='/start'] button[type=submit], form[action$='/start'] button").last.click()
    ben.locator(".worklist").wait_for()
    tick(stage, ada, ben, visit, start)
    return start + 120 * MINUTE


def show(stage: Stage, page: Page, path: str, name: str) -> None:
    page.goto(f"{stage.url}{path}")
    stage.look(page, name)


def tick(stage: Stage, ada: Page, ben: Page, visit: str, start: datetime) -> None:
    ticks = ben.locator(".worklist label.tick")
    with ben.expect_response("**/item"):
        for number in range(ticks.count() // 2):
            ticks.nth(number).click()
    stage.set_clock(start + 70 * MINUTE)
    show(stage, ada, f"/visits/{visit}", "visit-at-work")
    show(stage, ben, f"/worker/visits/{visit}", "worker-list")
    stage.set_clock(start + 120 * MINUTE)
    ben.reload()
    for box in ben.locator(".worklist label.tick").all():
        if not box.locator("input").is_checked():
            box.click()
    ben.locator("form[action$='/finish'] button").first.click()
    ben.locator("form[action$='/cash']").wait_for()


def pay_and_rate(stage: Stage, ada: Page, ben: Page, visit: str, end: datetime) -> None:
    stage.look(ben, "worker-done")
    ben.locator("form[action$='/cash'] button").click()
    ben.locator("form[action$='/cash']").wait_for(state="detached")
    stage.set_clock(end + 5 * MINUTE)
    show(stage, ada, f"/visits/{visit}", "visit-done")
    choose(ada, "input[name=stars][value='5']")
    ada.locator("#rate, [form=rate]").first.wait_for()
    ada.locator("button[form=rate], #rate button").last.click()
    expect(ada.locator("form[action$='/confirm']")).to_have_count(0)
    stage.look(ada, "visit-rated")
    show(stage, ben, f"/worker/visits/{visit}/rate", "worker-rates")
    choose(ben, "input[name=stars][value='5']")
    ben.locator("form[action$='/rate'] button").last.click()
    ben.wait_for_url(f"**/worker/visits/{visit}")
    assert stage.town.visit(visit).review == "revealed"


def see_the_score(stage: Stage, ben: Page, end: datetime) -> None:
    before = shown_score(stage, ben)
    stage.set_clock(end + DAY)
    after = shown_score(stage, ben)
    assert after > before, (before, after)
    stage.look(ben, "worker-score")
    show(stage, ben, "/worker/money", "worker-money")


def shown_score(stage: Stage, ben: Page) -> float:
    ben.goto(f"{stage.url}/worker/score")
    found = re.search(r"\d\.\d\d", ben.locator("main").inner_text())
    assert found
    return float(found[0])


def see_the_milestone(stage: Stage, end: datetime) -> None:
    stage.set_clock(end + DAY + HOUR)
    query = select(Milestone).where(Milestone.worker == stage.ben.person, Milestone.kind == "visits_10")
    stage.set_clock(stage.town.rows(query)[0].evaluate_at + HOUR)
    tenth = stage.town.rows(query)[0]
    assert tenth.state == "vested"
    page = stage.enter(stage.rita.account_code, Role.RECRUITER)
    show(stage, page, "/recruiter", "recruiter-today")
    show(stage, page, "/recruiter/statement", "recruiter-statement")
    assert page.locator(f"a[href='/recruiter/milestones/{tenth.code}']").count() > 0
    show(stage, page, f"/recruiter/milestones/{tenth.code}", "recruiter-computed")


def decide_a_dispute(stage: Stage) -> None:
    """A second visit, done today: its customer complains, Ben answers, the desk decides."""
    stage.set_clock(stage.now + DAY)
    customer = stage.customers[0]
    start = stage.now.replace(minute=0, second=0, microsecond=0) + 20 * HOUR
    second = stage.town.request(customer, start, stage.now)
    stage.set_clock(stage.now + 6 * MINUTE)
    ben = stage.town.take(second, stage.now)
    end = stage.town.do(second, ben)
    stage.set_clock(end + 2 * HOUR)
    complainer = stage.enter(customer.code, Role.CUSTOMER)
    show(stage, complainer, "/visits", "visits")
    show(stage, complainer, f"/visits/{second}/problem", "problem")
    show(stage, complainer, f"/visits/{second}/problem?kind=work", "problem-work")
    complainer.fill("textarea[name=words]", "卫生间没有打扫。")
    complainer.locator("button[form=problem]").click()
    complainer.wait_for_url(re.compile("/cases/D-"))
    stage.look(complainer, "case-opened")
    case = complainer.url.rsplit("/", 1)[-1]
    page = stage.enter(stage.ben.code, Role.WORKER)
    show(stage, page, f"/worker/cases/{case}", "worker-case")
    page.fill("form[action$='/say'] textarea[name=words]", "卫生间的门锁着。")
    page.locator("form[action$='/say'] button").last.click()
    page.wait_for_load_state("networkidle")
    desk = stage.enter(stage.account_of(Role.OPS_LEAD), Role.OPS_LEAD, desk=True)
    show(stage, desk, "/ops/board", "desk-board")
    show(stage, desk, "/ops/disputes", "desk-disputes")
    show(stage, desk, f"/ops/disputes/{case}", "desk-case")
    decide(desk, case)
    stage.look(desk, "desk-decided")
    show(stage, desk, f"/ops/visits/{second}", "desk-visit")
    show(stage, complainer, f"/cases/{case}", "case-decided")


def decide(desk: Page, case: str) -> None:
    form = desk.locator(f"form[action='/ops/disputes/{case}/decide']:has(select)").first
    desk.locator(f"details:has(form[action='/ops/disputes/{case}/decide'] select) > summary").first.click()
    form.locator("select[name=remedy]").select_option("part_refund")
    form.locator("input[name=yuan]").fill("20")
    form.locator("textarea[name=reason]").fill("记录显示清单里漏了一项。")
    form.locator("button").last.click()
    desk.wait_for_load_state("networkidle")
    expect(desk.locator("main")).to_contain_text("20")
