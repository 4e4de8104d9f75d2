"""T3: everything about somebody else's object is answered exactly as if there were no such object: 404, reading or acting.

For every route about an object, somebody of a role that is let in asks for an object that exists and is another's,
for one that never was, and for one that is gone. What an act needs is filled in from what the refusals ask for.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from accounts.tokens import list_tokens
from app.registry import Described, describe
from core.actors import Role
from dispatch.absences import take_time_off
from dispatch.models import Assignment, Offer
from dispatch.visits import find_visit
from disputes.disputes import open_dispute
from disputes.schemas import OpenInput
from notices.models import Notice
from tests.cast import csrf
from tests.proofs.conftest import LONG
from tests.proofs.crawling import Person
from tests.proofs.worlds import START, World, story

OUTSIDERS = {
    Role.CUSTOMER: "mallory",
    Role.WORKER: "wen",
    Role.RECRUITER: "rita",
    Role.FINANCE: "fin",
    Role.ADMIN: "adam",
}
KNOWN_TO = {("wen", "/api/v1/worker/visits/<other>/why-not")}  # Wen was asked too, and may hear why it is not hers
VALUES: dict[str, object] = {
    "reason": "illness", "words": "canary", "code": "1234", "lat": 30.59, "lon": 114.3, "stars": 5, "state": "done",
    "start": "2026-11-27T02:00:00+00:00", "visit_code": "V-0000000000", "topic": "quality", "agree": True,
    "items": {}, "statement": "x", "item": "floor", "text": "x", "note": "x", "until": "2026-11-28T00:00:00+00:00",
}  # fmt: skip
FORMS: dict[str, dict[str, object]] = {
    "cancel": {"reason": "illness"}, "decline": {"reason": "too_far"}, "abort": {"reason": "safety"},
    "start": {"code": "1234"}, "position": {"lat": 30.59, "lon": 114.3}, "rate": {"stars": 5},
    "problem": {"topic": "quality", "words": "x"}, "say": {"words": "x"}, "appeal": {"words": "x"},
    "answer": {"agree": "yes"}, "reschedule": {"day": "2026-11-28", "part": "morning"}, "case": {"words": "x"},
}  # fmt: skip
CHOICES = {"reason": ("illness", "too_far", "safety", "plans_changed"), "topic": ("quality", "late")}
_PLACE = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


def objects(world: World) -> dict[str, str]:
    """Things of Ada and Ben, by the first words of addresses."""
    session, now = world.session, START + timedelta(hours=3)
    visit = find_visit(session, world.visit)
    case = open_dispute(session, world.ada.actor, OpenInput(visit.code, "quality", "not clean"), now)
    absence = take_time_off(
        session, world.ben.actor, world.ben.worker.code, (now + timedelta(hours=48), now + timedelta(hours=50)), now
    )
    session.flush()
    offer = session.scalars(select(Offer).where(Offer.worker_id == world.ben.worker.id)).first()
    notice = session.scalars(select(Notice).where(Notice.to == world.ada.account)).first()
    token = list_tokens(session, world.ada.actor)[0]
    assert offer
    assert notice
    made = {
        "visits": visit.code, "offers": offer.code, "cases": case.code, "jobs": visit.job.code, "notices": notice.code,
        "tokens": token.code, "workers": world.ben.worker.code, "people": world.ben.worker.code, "off": str(absence.id),
        "time-off": str(absence.id), "screening": world.ben.worker.code, "recruits": world.ben.worker.code,
    }  # fmt: skip
    session.commit()
    return made


def routes(world: World, role: Role, *, api: bool) -> Iterator[tuple[Described, str, str]]:
    """Every route about an object this role is let into, with each of its methods and the word before the object."""
    for line in describe(world.house):
        if line.declared.about_object and role in line.roles and not line.declared.policy.public:
            word = line.rule.split("<")[0].rstrip("/").rsplit("/", maxsplit=1)[-1]
            if line.declared.api is api:
                for method in line.methods:
                    yield line, method, word


def address(rule: str, code: str) -> str:
    first = _PLACE.sub(code, rule, count=1)
    return _PLACE.sub("X-0000000001", first)


def send(person: Person, token: str, method: str, path: str, rule: str) -> tuple[int, str]:
    """The answer to a request filled in as well as we can: status and text."""
    if person.headers:
        return send_json(person, method, path)
    form = {"csrf_token": token, **FORMS.get(rule.rsplit("/", maxsplit=1)[-1], {})}
    with person.client.open(path, method=method, data=None if method == "GET" else form) as answer:
        return answer.status_code, plain(answer.text, path)


def send_json(person: Person, method: str, path: str) -> tuple[int, str]:
    body: dict[str, object] = {}
    answer = None
    for turn in range(6):
        sent = None if method in {"GET", "DELETE"} else body
        answer = person.client.open(path, method=method, json=sent, headers=dict(person.headers))
        wanted = (answer.json or {}).get("fields", {}) if answer.status_code == 422 else {}
        if not wanted:
            break
        for name, codes in wanted.items():
            if "unknown_field" in codes:
                body.pop(name, None)
            elif "not_a_choice" in codes:
                body[name] = CHOICES.get(name, ("",))[turn % len(CHOICES.get(name, ("",)))]
            else:
                body[name] = VALUES.get(name, "x")
    assert answer is not None
    return answer.status_code, plain(answer.text, path)


def plain(text: str, path: str) -> str:
    """The answer without what differs every time: codes, keys, nonces."""
    for part in path.split("/"):
        text = text.replace(part, "·") if re.fullmatch(r"[A-Z]-\w+", part) else text
    text = re.sub(r'(?:nonce|value|content)="[^"]*"', "", text)  # a nonce may hold signs that cut it into short pieces
    return re.sub(r"[\w.\-+/=]{20,}|\d+", "", text)


def wrong_answers(person: Person, world: World, own: dict[str, str], told: dict) -> list[tuple[object, ...]]:
    token = csrf(person.client) if not person.headers else ""
    found: list[tuple[object, ...]] = []
    for line, method, word in routes(world, person.role, api=bool(person.headers)):
        if word not in own or (person.name, line.rule) in KNOWN_TO:
            continue
        never = "999999999" if own[word].isdigit() else f"{own[word][:2]}0000000000"
        others = send(person, token, method, address(line.rule, own[word]), line.rule)
        guessed = send(person, token, method, address(line.rule, never), line.rule)
        told["asked"] = told.get("asked", 0) + 1
        told["refused for their form first"] = told.get("refused for their form first", 0) + (others[0] == 422)
        if others != guessed or others[0] not in {404, 422}:
            found.append((person.name, method, line.rule, others[0], guessed[0]))
    return found


ENDED = (
    "update visit set state = 'cancelled'", "update offer set state = 'withdrawn'", "update dispute set state = 'withdrawn'",
    "update api_token set revoked_at = created_at where id = (select min(id) from api_token)",
    "update notice set read_at = created_at", "update worker set state = 'left' where code = '{worker}'",
)  # fmt: skip
"""The other end of the life of everything asked for. Nothing is ever deleted here: this is as gone as things become."""


def end_everything(world: World) -> None:
    world.session.execute(text("set local session_replication_role = replica"))
    for change in ENDED:
        world.session.execute(text(change.format(worker=world.ben.worker.code)))
    world.session.commit()
    world.session.expire_all()


@pytest.mark.parametrize("ended", [False, True] if LONG in os.environ else [False])
def test_nobody_learns_of_or_touches_what_is_anothers(world: World, told: dict, ended: bool) -> None:
    """T3: somebody else's object, alive or ended, and one that never was get the same answer on every route."""
    for state, now in story(world):
        world.tell(now)
        if state == "done":
            break
    own = objects(world)
    if ended:
        end_everything(world)
    before = {row.id: row.status for row in world.session.scalars(select(Assignment))}
    wrong = []
    for person in world.people:
        if OUTSIDERS.get(person.role) == person.name:
            wrong += wrong_answers(person, world, own, told)
    assert not wrong, "\n".join(map(str, wrong))
    assert told["asked"] > 60
    world.session.expire_all()
    assert {row.id: row.status for row in world.session.scalars(select(Assignment))} == before
