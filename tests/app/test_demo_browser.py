"""The small browser reads forms as a real one would, and says what it missed."""

import pytest

from app.demo_browser import DemoBrowser, Form, Page, PageError, _page

HTML = """<html><head><title>no</title><style>no</style></head><body><h1>Hello</h1><a href="/there">there</a>
<form id="f" action="/save" method="post"><input type="hidden" name="csrf_token" value="t"><input name="who" value="Ada">
<input type="radio" name="day" value="1"><input type="radio" name="day" value="2" checked>
<input type="radio" name="day" value="3" disabled><input type="checkbox" name="done" value="a"><input type="file" name="photo">
<select name="home"><option value="">which?</option><option value="1-1" selected>one</option></select>
<select name="first"><option value="x">x</option><option value="y">y</option></select>
<textarea name="note">so &amp; so</textarea><button name="go" value="now" formaction="/save/draft">Draft</button></form>
<input name="late" value="l" form="f"><button form="f" formaction="/save/other">Other</button></body></html>"""


@pytest.fixture
def page() -> Page:
    return _page("http://house/page", 200, HTML.encode())


def test_a_form_is_sent_as_it_stands(page: Page) -> None:
    assert page.form("/save").filled({}) == [
        ("csrf_token", "t"), ("who", "Ada"), ("day", "2"), ("home", "1-1"), ("first", "x"), ("note", "so & so"),
        ("late", "l"),
    ]  # fmt: skip


def test_answers_take_the_place_of_what_was_there(page: Page) -> None:
    sent = page.form("/save").filled({"day": "1", "done": ["a", "b"], "who": ""})
    assert [value for name, value in sent if name == "day"] == ["1"]
    assert [value for name, value in sent if name == "done"] == ["a", "b"]
    assert ("who", "") in sent


def test_a_button_leads_elsewhere_with_the_same_form(page: Page) -> None:
    assert page.find("/save/draft") is page.find("/save/other") is page.form("/save")
    assert page.find("/nowhere") is None


def test_what_cannot_be_chosen_is_not_offered(page: Page) -> None:
    assert page.form("/save").values("day") == ["1", "2"]


def test_words_are_what_people_read(page: Page) -> None:
    assert page.text.startswith("Hello there")
    assert "no" not in page.text.split()
    assert page.links == ["/there"]


def test_a_missing_form_is_said_in_one_sentence(page: Page) -> None:
    with pytest.raises(PageError, match=r"no form to …/pay \(it has: /save"):
        page.form("/pay")


def test_a_house_that_does_not_answer_is_said() -> None:
    with pytest.raises(PageError, match="does not answer"):
        DemoBrowser("http://127.0.0.1:9").open("/")


def test_an_empty_form_sends_only_answers() -> None:
    assert Form("/x", "post").filled({"a": "1"}) == [("a", "1")]
