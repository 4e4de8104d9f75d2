"""What holds for every operation: sessions and tokens alike, forgery tokens, the same key once, pages of a list."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code
from app.session import db
from tests.app.api.town import Town
from tests.cast import csrf, sign_in

WISH = {"service": "standard", "minutes": 120, "compound": "liuan-2", "building": "1", "unit": "1-101",
        "start": "2026-11-27T01:00:00+00:00"}  # fmt: skip


ONCE_EACH = {  # proofs of who one is, whose codes work once, and looks at something personal, each with its own reason
    "/session/code", "/session", "/session/staff", "/session/second", "/session/facts", "/session/anew", "/me/tokens",
    "/me/number", "/me/number/code", "/me/number/confirm",
    "/me/second-factor", "/me/second-factor/codes", "/me/second-factor/confirm", "/me/second-factor/drop",
    "/ops/people/<account>/phone", "/ops/people/<code>/number",
    "/ops/visits/<visit>/home", "/ops/visits/<visit>/position",
}  # fmt: skip


def test_browser_sessions_work_with_their_forgery_token(town: Town) -> None:
    browser = town.house.test_client()
    with town.house.app_context(), Session(db.engine) as session:
        sign_in(browser, session, town.one.worker)
        assert account_by_code(session, town.one.worker.account).state == "active"
    assert browser.get("/api/v1/worker/day").status_code == 200
    quiet = {"starts": 1290, "ends": 450}
    assert browser.put("/api/v1/worker/hours/quiet", json=quiet).status_code == 403
    token = {"X-CSRFToken": csrf(browser)}
    assert browser.put("/api/v1/worker/hours/quiet", json=quiet, headers=token).status_code == 200


def test_same_key_is_done_once(town: Town) -> None:
    headers = town.headers["mallory"]
    quote = town.program().post("/api/v1/quotes", json=WISH, headers=headers).json["code"]
    key = {**headers, "Idempotency-Key": "one-job"}
    first = town.program().post("/api/v1/jobs", json={"quote_code": quote}, headers=key)
    again = town.program().post("/api/v1/jobs", json={"quote_code": quote}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    other = town.program().post("/api/v1/jobs", json={"quote_code": "Q-1"}, headers=key)
    assert (other.status_code, other.json["fields"]) == (422, {"Idempotency-Key": ["used_for_another_request"]})


def test_every_mutating_operation_takes_a_key_or_is_natural(town: Town) -> None:
    kinds = {one.idempotent for one in town.house.declared.values() if one.api and one.methods != ("GET",)}
    without = {one.rule for one in town.house.declared.values() if one.api and one.idempotent == "none"}
    assert kinds == {"key", "natural", "none"}
    assert without == ONCE_EACH


def test_lists_come_in_pages(town: Town) -> None:
    page = town.program().get("/api/v1/visits", headers=town.headers["ada"]).json
    assert page["after"] == ""
    assert len(page["rows"]) > 3
    first = town.program().get("/api/v1/visits?state=assigned", headers=town.headers["ada"]).json["rows"]
    assert {row["state"] for row in first} == {"assigned"}
    for wrong in ("x", "²", "9" * 20):
        answer = town.program().get(f"/api/v1/visits?after={wrong}", headers=town.headers["ada"])
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_what_no_database_keeps_is_refused(town: Town) -> None:
    assert town.program().get("/api/v1/services/%00").status_code == 404
    answer = town.program().post("/api/v1/quotes", data='{"service": "\\ud800", "minutes": 60}',
                                 content_type="application/json")  # fmt: skip
    assert answer.status_code == 422
    early = {**WISH, "start": "0001-01-01T00:00:00+14:00"}
    assert town.program().post("/api/v1/quotes", json=early).status_code == 422


def selects(town: Town, name: str, path: str) -> int:
    """How many SELECTs one request sends."""
    seen: list[str] = []

    def note(*told) -> None:
        if told[2].lstrip().lower().startswith("select"):
            seen.append(told[2])

    with town.house.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert town.program().get(f"/api/v1{path}", headers=town.headers[name]).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize(
    ("name", "path", "most"),
    [
        ("ada", "/visits", 4), ("ada", "/cases", 6), ("ada", "/me/homes", 4), ("ada", "/me/notices", 4),
        ("ben", "/worker/offers", 6), ("ben", "/worker/visits", 4), ("ben", "/worker/day", 9),
        ("ben", "/worker/payslip", 10), ("ben", "/worker/score", 16), ("rita", "/recruiter/day", 8),
        ("rita", "/recruiter/statement", 13), ("olu", "/ops/board", 14), ("olu", "/ops/visits", 6),
        ("olu", "/ops/cases", 6), ("olu", "/ops/vetting", 6), ("olu", "/ops/tasks", 4), ("fin", "/ops/ledger/entries", 5),
        ("fin", "/ops/milestones/all", 6),
    ],
)  # fmt: skip
def test_lists_cost_a_fixed_number_of_queries(town: Town, name: str, path: str, most: int) -> None:
    found = selects(town, name, path)
    assert found <= most, found
