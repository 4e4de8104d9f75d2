"""Every kind of message has words in both languages; none carries what may not be told."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import notice_wording as wording
from app.notice_texts import render, text_of, texts_of, translator
from notices.channels import Recipient
from notices.models import Notice
from notices.notices import enqueue
from places.models import Place
from tests.factories import MONDAY_NOON, assign, make_house, make_offer, make_visit, make_worker

ROOT = Path(__file__).parents[2]
PACKAGES = ("accounts", "workers", "dispatch", "ratings", "disputes", "recruiting", "simulation", "app")
CODES = {"sign_in_code"}  # its words are made where its digits are (app/sending.py)
HAN = re.compile(r"[\u4e00-\u9fff]")


def every_text() -> set[str]:
    names = (*wording.PAPERS.values(), *wording.TIERS.values())
    others = (
        wording.YOUR_VISIT,
        wording.YOUR_WORKER,
        wording.WORKER_NAME,
        wording.LATER,
        wording.VISIT_AT,
        wording.SENT_AS,
    )
    return {text for pair in (wording.FALLBACK, *wording.WORDING.values()) for text in pair} | {*names, *others}


def enqueued_kinds() -> set[str]:
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node) == "enqueue":
                    named = {word.arg: word.value for word in node.keywords}
                    kind = named.get("kind") or (node.args[2] if len(node.args) > 2 else None)
                    inside = ast.walk(kind) if kind is not None else ()
                    found |= {
                        one.value for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    }
    return found


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_every_kind_that_is_sent_has_words() -> None:
    kinds = enqueued_kinds()
    assert len(kinds) > 20
    assert kinds - set(wording.WORDING) - CODES == set()


def test_every_text_is_translated_with_the_same_values() -> None:
    with (ROOT / "app/translations/zh/notices.po").open("rb") as file:
        catalogue = {message.id: message for message in read_po(file) if message.id}
    assert set(catalogue) == every_text()
    for text, message in catalogue.items():
        assert message.context == "notice"
        assert sorted(re.findall(r"%\(\w+\)s", text)) == sorted(re.findall(r"%\(\w+\)s", message.string)), text
        assert text == wording.VISIT_AT or HAN.search(message.string), text
        assert not HAN.search(text), text


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_words_come_even_when_nothing_is_told(locale: str) -> None:
    for kind in (*wording.WORDING, "never_heard_of"):
        text = text_of(kind, {}, locale)
        assert "%" not in text.subject + text.body
        assert bool(HAN.search(text.body)) is (locale == "zh")


def test_values_are_written_for_people() -> None:
    assert "身份证、健康证" in text_of("documents_lapsed", {"papers": ["identity", "health"]}, "zh").body
    assert "Identity card, Insurance" in text_of("documents_lapsed", {"papers": ["identity", "insurance"]}, "en").body
    assert "金牌" in text_of("tier_changed", {"before": "standard", "after": "gold"}, "zh").body
    assert "¥1,396.50" in text_of("recruiter_paid", {"fen": 139650}, "zh").body
    assert "(+0.12)" in text_of("score_weekly", {"stars": 4.61, "change": 0.12}, "en").body
    assert "from 5 Dec 2026" in text_of("application_rejected", {"reapply_on": "2026-12-05"}, "en").body
    assert "11月27日 周五 08:00" in text_of("safety_hold", {"until": "2026-11-27T00:00:00+00:00"}, "zh").body


def test_an_empty_value_is_said_in_general_words() -> None:
    assert "by the day shown there" in text_of("dispute_received", {"due": ""}, "en").body


def test_a_value_is_never_read_as_a_text_of_ours() -> None:
    assert "%(worker)s" in text_of("score_weekly", {"stars": "%(worker)s", "change": 0}, "en").body


def test_english_is_as_written() -> None:
    assert translator("en")("Time to leave") == "Time to leave"
    assert translator("zh")("Time to leave") == "该出发了"
    assert translator("zh")("no such text") == "no such text"


def test_a_visit_is_named_by_service_time_and_worker(session: Session) -> None:
    make_house(session)
    worker = make_worker(session)
    visit = make_visit(session)
    assign(session, visit, worker)
    notice = enqueue(session, visit.customer, "visit_assigned", visit.code, MONDAY_NOON)
    chinese = render(session, notice, Recipient(visit.customer, locale="zh"))
    english = render(session, notice, Recipient(visit.customer, locale="en"))
    assert chinese.body == "【时针】周师傅会来：11月24日 周二 09:00 日常保洁。"
    assert english.body == "Hourhand: 周 will come: Standard clean, Tue 24 Nov, 09:00."


def test_an_offer_is_named_by_its_visit(session: Session) -> None:
    make_house(session)
    worker = make_worker(session)
    offer = make_offer(session, make_visit(session), worker)
    session.flush()
    notice = enqueue(session, worker.account_code, "offer_made", offer.code, MONDAY_NOON)
    assert "日常保洁" in render(session, notice, Recipient("A-1")).body


def test_no_message_tells_where_somebody_lives(session: Session) -> None:
    make_house(session)
    worker = make_worker(session)
    visit = make_visit(session)
    assign(session, visit, worker)
    session.flush()
    home = session.scalars(select(Place)).one()
    home.address = home.access_notes = "CANARY"
    notices = [enqueue(session, visit.customer, kind, visit.code, MONDAY_NOON) for kind in wording.WORDING]
    told = str(texts_of(session, notices, "zh") + texts_of(session, notices, "en"))
    for secret in ("CANARY", "柳岸", "Liu'an", worker.name, visit.start_code, "+86"):
        assert secret not in told


def test_a_list_takes_one_query_for_each_sort_of_thing(session: Session) -> None:
    make_house(session)
    worker = make_worker(session)
    visits = [make_visit(session), make_visit(session, start=MONDAY_NOON + timedelta(days=2))]
    offer = make_offer(session, visits[0], worker)
    session.flush()
    about = [*(visit.code for visit in visits), offer.code, "D-none", "M-1"]
    notices = [Notice(kind="offer_made", about=code, params={}) for code in about]
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(texts_of(session, notices, "zh")) == 5
    assert len(asked) == 3
