"""The desk as a place to work: words instead of codes, links to every page, an inbox for everybody of the staff."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.case_words import item_rows
from app.house import House
from app.pages.ops_event_words import fact_word, kind_word
from app.pages.ops_owner_words import owner_names
from app.pages.ops_tick_words import TICKS
from app.wiring import wiring
from core.actors import Role
from core.events import Event
from disputes.evidence import Item
from notices.tasks import open_task
from tests import factories as make
from tests.customers import Put, clock_of
from tests.desk import Desk, desk_of

CSS = Path(__file__).resolve().parents[3] / "app" / "static" / "css"
OPS = CSS.parents[1] / "templates" / "ops"
STATES = "maybe|set|move|live|done|care|stop|held|now|next|past"


@pytest.fixture
def at(house: House) -> Iterator[Put]:
    for put in clock_of(house):
        put(make.MONDAY_NOON)
        yield put


@pytest.fixture
def desk(house: House, house_session, at: Put) -> Desk:
    make.make_house(house_session)
    return desk_of(house, house_session)


@pytest.fixture
def purse(house: House, desk: Desk) -> Desk:
    """Somebody at finance."""
    return desk_of(house, desk.session, Role.FINANCE)


def test_every_tick_is_called_something(house: House) -> None:
    assert {tick.name for tick in wiring().ticks} <= set(TICKS)


def test_every_fact_is_called_something(house: House) -> None:
    kinds = [kind for kind, made in Event.registry.items() if not made.__module__.startswith("tests")]
    with house.test_request_context("/"):
        assert [kind for kind in kinds if fact_word(kind) == kind] == []


def test_the_second_entry_of_a_kind_is_called_like_the_first(house: House) -> None:
    with house.test_request_context("/"):
        assert kind_word("vest_2") == kind_word("vest") != "vest"
        assert kind_word("unheard_of_2") == "unheard_of_2"


def test_owners_are_called_by_name(house: House, house_session) -> None:
    make.make_house(house_session)
    worker = make.make_worker(house_session, "林美玲")
    with house.test_request_context("/", headers={"Accept-Language": "en"}):
        found = owner_names(house_session, {worker.code, "liuan", "liuan/2026-11", "liuan/soon", "W-NOBODY", ""})
    assert found[worker.code] == "林美玲"
    assert found["liuan/2026-11"] == f"{found['liuan']}, 11/2026"
    assert found["liuan/soon"] == found["liuan"]
    assert not {"W-NOBODY", ""} & set(found)


@pytest.mark.parametrize("sheet", ["plans", "ops"])
def test_no_sheet_styles_a_bare_word_of_a_state(sheet: str) -> None:
    """``.move`` alone would hit the trips on the board as well, which carry their state as a class."""
    rules = re.findall(rf"(?:^|[}},]\s*)\.({STATES})(?=[\s{{:,])", (CSS / f"{sheet}.css").read_text(), re.MULTILINE)
    assert rules == []


def test_people_lead_to_how_they_get_in(desk: Desk) -> None:
    worker = make.make_worker(desk.session, "林美玲")
    desk.session.commit()
    link = f'href="/ops/people/{worker.account_code}/access"'
    assert link in desk.text("/ops/people")
    assert link in desk.text(f"/ops/workers/{worker.code}")


def test_finance_has_an_inbox_of_its_own(purse: Desk) -> None:
    due = make.MONDAY_NOON + timedelta(hours=3)
    mine = open_task(purse.session, Role.FINANCE, "incentive_overdrawn", "liuan", due, make.MONDAY_NOON,
                     budget="liuan/2026-11")  # fmt: skip
    other = open_task(purse.session, Role.OPS_AGENT, "dispute", "D-ELSEWHERE1", due, make.MONDAY_NOON)
    purse.session.commit()
    page = purse.text("/ops/exceptions")
    assert mine.code in page
    assert other.code not in page
    assert "/ops/ledger?q=liuan%2F2026-11" in page
    assert 'href="/ops/exceptions"' in purse.text("/ops/ledger")


def test_only_the_desk_does_what_is_suggested(purse: Desk) -> None:
    task = open_task(purse.session, Role.FINANCE, "books_differ", "ledger", make.MONDAY_NOON, make.MONDAY_NOON)
    purse.session.commit()
    said = {"reason": "looked", "act": "start_trial"}
    assert purse.post(f"/ops/exceptions/{task.code}/do", **said).status_code == 404
    assert purse.post(f"/ops/exceptions/{task.code}/close", reason="put right").status_code == 303


def test_a_deadline_that_is_over_stands_before_now(desk: Desk) -> None:
    late, soon = make.MONDAY_NOON - timedelta(hours=2), make.MONDAY_NOON + timedelta(hours=2)
    for due, about in ((late, "E-ONCELATER0"), (soon, "E-INGOODTIME")):
        task = open_task(desk.session, Role.OPS_LEAD, "emergency_review", about, due, late)
        desk.session.commit()
        page = desk.text(f"/ops/exceptions?task={task.code}")
        story = page[page.index('class="drawer"') :]
        assert (story.index("the deadline") < story.index('class="now"')) == (due == late)


@pytest.mark.parametrize("page", sorted(OPS.glob("*.html")), ids=lambda path: path.stem)
def test_figures_keep_their_heading_on_a_phone(page: Path) -> None:
    """Where a table folds its head is not seen: a bare figure would say nothing."""
    assert re.findall(r'<td class="amt num">', page.read_text()) == []


def test_the_record_says_a_day_only_when_it_changes(house: House) -> None:
    start = make.MONDAY_NOON
    items = [Item(start + timedelta(hours=hours), "record", "arrived") for hours in (0, 1, 24, 25)]
    with house.test_request_context("/", headers={"Accept-Language": "en"}):
        times = [row["time"] for row in item_rows(items, "D-1", start)]
        full = [row["time"] for row in item_rows(items, "D-1")]
    assert [" " in time for time in times] == [False, False, True, False]
    assert all(" " in time for time in full)


@pytest.mark.parametrize("page", sorted(OPS.glob("*.html")), ids=lambda path: path.stem)
def test_a_list_in_a_sentence_is_set_by_the_language(page: Path) -> None:
    """A comma between two words comes from the catalogue: an English one looks careless in Chinese."""
    assert re.findall(r"~ ', '|', ' ~|join\(', '\)", page.read_text().replace("_(', ')", "")) == []
