"""T3 among recruiters: what belongs to one is answered to another exactly as what never was, alive or ended, page or API."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.session import db
from core.actors import Role
from tests.app.api.conftest import wild_town
from tests.app.api.town import Town
from tests.cast import bearer, csrf, sign_in
from tests.proofs.crawling import Person
from tests.proofs.test_objects_of_others import address, routes, send

WORDS = {"screening": "worker", "workers": "worker", "recruits": "worker", "screenings": "sheet", "sheets": "sheet",
         "milestones": "milestone", "leads": "lead"}  # fmt: skip
OURS = ("milestone", "screening_sheet", "lead", "attribution", "worker", "clawback", "screening_photo")
ENDED = (
    "update milestone set state = 'forfeited'", "update lead set worker = 'W-0000000009'",
    "update attribution set state = 'reassigned'", "update worker set state = 'withdrawn'",
)  # fmt: skip


def people(town: Town) -> Iterator[tuple[Person, str]]:
    """Both recruiters, as browser and as program, each with the name of the other."""
    for side, other in ((town.one, town.two.recruiter.name), (town.two, town.one.recruiter.name)):
        with town.house.app_context(), Session(db.engine) as session:
            yield Person("browser", sign_in(town.program(), session, side.recruiter), Role.RECRUITER), other
            yield Person("program", town.program(), Role.RECRUITER, bearer(session, side.recruiter)), other


def kept(town: Town) -> list[object]:
    with town.house.app_context(), Session(db.engine) as session:
        query = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t"
        return [session.execute(text(query.format(name))).scalar() for name in OURS]


@pytest.mark.parametrize("state", ["alive", "ended"])
def test_recruiters_learn_nothing_of_one_another(wild_town: Town, state: str, told: dict) -> None:
    """T3: recruits, sheets, leads and sums of another recruiter are as if they were not, on every route, in every state."""
    if state == "ended":
        with wild_town.house.app_context(), Session(db.engine) as session, session.begin():
            session.execute(text("set local session_replication_role = replica"))
            for change in ENDED:
                session.execute(text(change))
    before, wrong, words = kept(wild_town), [], set()
    for person, other in people(wild_town):
        token = "" if person.headers else csrf(person.client)
        theirs = wild_town.codes_for(other)
        for line, method, word in routes(wild_town, Role.RECRUITER, api=bool(person.headers)):  # type: ignore[arg-type]
            code = theirs.get(WORDS.get(word, ""))
            if not code:
                continue
            words.add(word)
            answers = [send(person, token, method, address(line.rule, one), line.rule)
                       for one in (code, f"{code.split('-')[0]}-0000000000")]  # fmt: skip
            told["asked"] = told.get("asked", 0) + 1
            if answers[0] != answers[1] or answers[0][0] not in {404, 422}:
                wrong.append((person.name, method, line.rule, answers[0][0], answers[1][0]))
    told["of"] = sorted(words)
    assert wrong == []
    assert told["asked"] >= 20
    assert {"milestones", "screening", "recruits"} <= words
    assert kept(wild_town) == before


__all__ = ["wild_town"]
