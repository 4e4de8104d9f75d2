"""Small things that make a page look careless: a space inside Chinese, a number torn from its unit, a code for a name."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import render_template_string
from flask.testing import FlaskClient

from app.house import House

APP = Path(__file__).resolve().parents[2] / "app"
CATALOGUES = sorted((APP / "translations" / "zh").glob("*.po"))
TEMPLATES = sorted(path for path in (APP / "templates").rglob("*.html") if path.parent.name not in {"design", "ops"})
HAN = r"[\u4e00-\u9fff]"
SPACED = re.compile(rf"[。，；：！？、] +{HAN}|{HAN} +[。，；：！？、]|{HAN}, ?{HAN}")
SENTENCES = re.compile(r"[.!?]'[^{}]*\) }} (?:{[{%]|<a)")
LATIN_MARK = re.compile(r"}}[,:;.] {{")
TORN = re.compile(r"(?:%\(\w+\)[sd]|\d) (?:小时|分钟|家|次|项|条)")


def _chinese(path: Path) -> list[str]:
    """Every Chinese text of a catalogue, plural forms one by one."""
    with path.open("rb") as file:
        texts = [one.string for one in read_po(file) if one.id]
    return [str(text) for one in texts for text in (one if isinstance(one, list | tuple) else (one,))]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_chinese_has_no_spaces_around_its_own_marks(path: Path) -> None:
    assert [text for text in _chinese(path) if SPACED.search(text)] == []


@pytest.mark.parametrize("name", ["access", "customer", "recruiter", "worker"])
def test_a_number_stays_with_its_unit(name: str) -> None:
    assert [text for text in _chinese(APP / "translations" / "zh" / f"{name}.po") if TORN.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_two_sentences_are_set_by_the_language(path: Path) -> None:
    """Between two sentences stands ``{{ sp }}``: a space in English, nothing in Chinese."""
    text = path.read_text()
    assert SENTENCES.findall(text) == []
    assert LATIN_MARK.findall(text) == [], "between two values stands {{ _(', ') }} or ui.dot()"


def test_the_rules_bite() -> None:
    for bad in ("做完了。 再来", "擦窗 ，昨天", "擦窗,昨天"):
        assert SPACED.search(bad)
    assert SENTENCES.search("{{ _('Done.') }} {{ _('Thank you.') }}")
    assert not SENTENCES.search("{{ _('Done.') }}{{ sp }}{{ _('Thank you.') }}")
    assert TORN.search("%(n)s 小时")
    assert not TORN.search("%(n)s\u00a0小时")


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "这里没有东西"), ("en", "There is nothing here")])
def test_an_error_page_is_named_in_words(client: FlaskClient, language: str, words: str) -> None:
    page = client.get("/nowhere", headers={"Accept-Language": language}).get_data(as_text=True)
    assert f"<title>{words}" in page


def test_an_arrow_points_away_from_its_word(house: House) -> None:
    asked = '{% import "components/ui.html" as ui %}{{ ui.link("on", "/", glyph="right") }}|{{ ui.link("back", "/", glyph="left") }}'
    with house.test_request_context():
        on, back = render_template_string(asked).split("|")
    assert on.index(">on<") < on.index("i-right")
    assert back.index("i-left") < back.index("back<")
