"""Every text has its Chinese; the language is chosen as promised."""

import re

import pytest
from babel.messages.catalog import Catalog
from flask.testing import FlaskClient

from app.house import House
from app.i18n import read_catalogue, tidy_locale
from app.messages import MESSAGES, sentence
from app.missing_words import field_codes, missing_words, raised_sentences, used_words


def test_nothing_is_left_in_english() -> None:
    assert missing_words() == {}


def test_a_translation_in_another_context_does_not_count() -> None:
    words = next(one for one in used_words() if one.context is None and one.text)
    other = Catalog(locale="zh")
    other.add(words.text, "…", context="elsewhere")
    assert words.text in missing_words(other)
    other.add(words.text, "…")
    assert words.text not in missing_words(other)


def test_placeholders_are_kept() -> None:
    for message in read_catalogue():
        if message.id and isinstance(message.id, str) and isinstance(message.string, str):
            assert set(re.findall(r"%\(\w+\)s|\{\w+\}", message.id)) == set(
                re.findall(r"%\(\w+\)s|\{\w+\}", message.string)
            )


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [("en", "en"), ("zh-CN,zh;q=0.9", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN"), ("de,en;q=0.5", "en")],
)
def test_browser_language(client: FlaskClient, wanted: str, lang: str) -> None:
    assert f'<html lang="{lang}"' in client.get("/sign-in", headers={"Accept-Language": wanted}).text


def test_refusals_are_said_in_the_readers_language(house: House) -> None:
    english = raised_sentences()[0][0]
    with house.test_request_context("/", headers={"Accept-Language": "zh"}):
        assert sentence("some_code", english) != english
        assert sentence("visit_accept_not_now", "…") == "现在已经不能这样做了。"
        assert all(str(text) for text in MESSAGES.values())
    with house.test_request_context("/", headers={"Accept-Language": "en"}):
        assert sentence("some_code", english) == english


def test_tidy_locale() -> None:
    assert [tidy_locale(one) for one in ("zh-CN", "en_US", "fr", "")] == ["zh", "en", "zh", "zh"]


def test_every_field_code_has_its_sentence() -> None:
    assert field_codes() - set(MESSAGES) == set()
