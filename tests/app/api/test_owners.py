"""Every operation on an object × {own, somebody else's, guessed} (threat T3): outsiders always get 404."""

import re

import pytest

from app.registry import Described, describe
from core.actors import STAFF, Role
from tests.app.api.town import GUESSED, PLAIN, Side, Town

OPEN_TO_ALL = {"/api/v1/services/<service>", "/api/v1/zones/<zone>", "/api/v1/zones/<zone>/compounds",
               "/api/v1/compounds/<compound>"}  # fmt: skip
BODIES = {
    "cancel": {"reason": "plans_changed"}, "reschedule": {"start": "2026-11-26T01:00:00+00:00"},
    "rating": {"stars": 5}, "statements": {"words": "I see."}, "answer": {"agree": True},
    "appeal": {"words": "Please look again."}, "decline": {"reason": "too_far"}, "position": {"lat": 30.5, "lon": 114.3},
    "arrive": {"lat": 30.5, "lon": 114.3}, "start": {"code": "1234"}, "<item>": {"state": "done"},
    "abort": {"reason": "scope"}, "give-back": {"reason": "family"}, "case": {"words": "Why?"}, "contest": {"words": "Unfair."},
}  # fmt: skip


def lines(town: Town, role: Role) -> list[Described]:
    return [
        line
        for line in describe(town.house)
        if line.declared.api and line.declared.about_object and role in line.roles and line.rule not in OPEN_TO_ALL
    ]


def fill(rule: str, codes: dict[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda found: codes.get(found[1], GUESSED), rule)


def ask(town: Town, name: str, line: Described, codes: dict[str, str]) -> int:
    method, last = line.methods[0], line.rule.rsplit("/", 1)[-1]
    given: dict[str, object] = {}
    if line.rule.endswith("/photos") and "recruiter/screenings" in line.rule:
        given["json"] = {"photos": ["PH-123456"]}
    elif line.rule.endswith("/photos") and method == "POST":
        given["data"] = {"photo": (__import__("io").BytesIO(b"\xff\xd8\xff no photo"), "a.jpg")}
    elif method not in {"GET", "DELETE"}:
        given["json"] = BODIES.get(last, {})
    with town.program().open(fill(line.rule, codes), method=method, headers=town.headers[name], **given) as answer:
        return answer.status_code


def other(town: Town, name: str) -> dict[str, str]:
    """What is somebody else's: of the same part on the other side."""
    sides: tuple[Side, Side] = (town.one, town.two)
    mine = next(side for side in sides if name in side.of)
    theirs = sides[1] if mine is sides[0] else sides[0]
    part = list(mine.of).index(name)
    return PLAIN | list(theirs.of.values())[part]


@pytest.mark.parametrize("name", ["ada", "ben", "rita", "mallory", "bea", "rob"])
def test_what_is_others_is_not_there(town: Town, name: str) -> None:
    member = town.members()[name]
    wrong = []
    for line in lines(town, member.role):
        for codes in (other(town, name), {}):
            status = ask(town, name, line, codes)
            if status != 404:
                wrong.append((line.methods, line.rule, bool(codes), status))
    assert wrong == []


@pytest.mark.parametrize("name", ["ada", "ben", "rita"])
def test_what_is_ones_own_is_there(town: Town, name: str) -> None:
    member = town.members()[name]
    wrong = []
    for line in lines(town, member.role):
        if line.methods == ("GET",) and "quotes" not in line.rule and "tokens" not in line.rule:
            status = ask(town, name, line, town.codes_for(name))
            if status != 200 and "recruits/<worker>/photos" not in line.rule:
                wrong.append((line.methods, line.rule, status))
    assert wrong == []


@pytest.mark.parametrize("name", ["agent", "olu", "fin", "adam"])
def test_the_desk_finds_what_exists_and_nothing_else(town: Town, name: str) -> None:
    role = town.members()[name].role
    assert role in STAFF
    wrong = []
    for line in lines(town, role):
        if line.methods != ("GET",) or line.declared.policy.public or "tokens" in line.rule or "notices" in line.rule:
            continue
        codes = town.codes_for(name)
        known = ask(town, name, line, {**codes, "visit": codes["open"]} if "candidates" in line.rule else codes)
        if known != 200 and not line.rule.endswith(("/photos/<photo>", "/tasks/<task>", "/<run>/visits/<visit>")):
            wrong.append((line.rule, known))
        if ask(town, name, line, {}) != 404:
            wrong.append((line.rule, "guessed"))
    assert wrong == []


def test_quotes_belong_to_who_asked(town: Town) -> None:
    wish = {"service": "standard", "minutes": 120, "compound": "liuan-2", "building": "1", "unit": "1-101",
            "start": "2026-11-25T06:00:00+00:00"}  # fmt: skip
    made = town.program().post("/api/v1/quotes", json=wish, headers=town.headers["ada"])
    assert made.status_code == 201, made.text
    path = f"/api/v1/quotes/{made.json['code']}"
    assert town.program().get(path, headers=town.headers["ada"]).status_code == 200
    assert town.program().get(path, headers=town.headers["mallory"]).status_code == 404
    assert town.program().get(path).status_code == 404
    taken = {"quote_code": made.json["code"]}
    assert town.program().post("/api/v1/jobs", json=taken, headers=town.headers["mallory"]).status_code == 404
