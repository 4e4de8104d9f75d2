"""Short proofs of T5, T10, T12 and T15 on the living application; each has unit tests near its code as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from accounts.models import Account
from app.csv_out import safe_cell
from app.registry import describe
from core.actors import STAFF, Role
from core.audit import AuditRow
from core.events import EventRow
from dispatch.holds import place_hold
from dispatch.models import Position, Visit
from dispatch.reactions import sweep
from dispatch.visits import find_visit
from disputes.disputes import add_statement, open_dispute
from disputes.schemas import OpenInput, StatementInput
from money.invariants import broken_rules
from money.models import LedgerEntry
from ratings.invitations import rate_visit
from ratings.schemas import RatingInput
from tests.cast import csrf
from tests.proofs.crawling import Person, reading
from tests.proofs.test_objects_of_others import VALUES, address, send_json
from tests.proofs.worlds import START, World, story

PAYLOADS = (
    "<script>xss1()</script>", "<img src=x onerror=xss2()>", '"><svg onload=xss3()>', "'><iframe src=//xss4>",
    '" onmouseover="xss5()', "' onfocus='xss6()' autofocus='", "</textarea><script>xss7()</script>", "</title><b id=xss8>",
    "</script><script>xss9()</script>", "<a href='javascript:xss10()'>x</a>", "<!--<b xss11>-->", "<body onload=xss12()>",
    "<math><mtext></mtext><xss13>", "<details open ontoggle=xss14()>", "<form action=//xss15><button>", "<style>*{x:xss16}</style>",
    "<base href=//xss17/>", "<meta http-equiv=refresh content=0;xss18>", "<object data=//xss19></object>", "<marquee onstart=xss20()>",
)  # fmt: skip
POISON = " ".join(PAYLOADS)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")


def lived(world: World, until: str) -> Visit:
    """The story up to a state."""
    for state, now in story(world):
        world.tell(now)
        if state == until:
            break
    return find_visit(world.session, world.visit)


def test_nothing_anybody_writes_runs_in_a_page(world: World, told: dict) -> None:
    """T15: 20 payloads in every free text are text on every page; in files no cell begins like a formula."""
    visit = lived(world, "done")
    session, now = world.session, START + timedelta(hours=3)
    rate_visit(session, world.ada.actor, RatingInput(visit.code, 5, comment=POISON[:500]), now)
    case = open_dispute(session, world.ada.actor, OpenInput(visit.code, "quality", POISON[:900]), now)
    add_statement(session, world.ben.actor, case.code, StatementInput(POISON[:900]), now)
    place = visit.job.place
    place.building, place.unit, place.address, place.access_notes, visit.job.note = [POISON] * 5
    world.ben.worker.name, world.ben.worker.family_name = POISON, '<b>"x'
    for account in session.scalars(select(Account)):
        account.name = POISON
    session.commit()
    world.known.codes |= {"cases": [case.code], "disputes": [case.code]}
    pages, shown, run = 0, 0, []
    for person in [one for one in world.people if "Authorization" not in one.headers]:
        for path, page in html(world, person):
            pages, shown = pages + 1, shown + ("xss2" in page)
            run += [(person.name, path, payload) for payload in PAYLOADS if payload in page]
    told |= {"pages": pages, "pages that showed a payload": shown, "payloads": len(PAYLOADS)}
    assert run == []
    assert shown >= 10
    assert [cell for cell in map(safe_cell, FORMULAS) if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def html(world: World, person: Person) -> Iterator[tuple[str, str]]:
    for line in reading(world.house, api=False):
        if person.role in line.roles:
            for path in world.known.addresses(line.rule):
                with person.client.get(path) as answer:
                    if answer.content_type.startswith("text/html"):
                        yield path, answer.text


@contextmanager
def broken_audit() -> Iterator[None]:
    """While this lasts, no audit row can be written."""

    def refuse(_mapper: object, _connection: object, _row: object) -> None:
        raise RuntimeError("no audit")

    event.listen(AuditRow, "before_insert", refuse)
    yield
    event.remove(AuditRow, "before_insert", refuse)


def trace(session: Session) -> list[object]:
    """What an act would leave behind."""
    session.rollback()
    counts = [session.scalar(select(func.count()).select_from(model)) for model in (AuditRow, EventRow, LedgerEntry)]
    rest = [session.execute(text(f"select md5(string_agg(t::text, '|' order by t::text)) from {name} t")).scalar()
            for name in ("visit", "offer", "worker", "notice", "staff_task", "standing", "dispute", "account")]  # fmt: skip
    return [*counts, *rest]


def test_no_audit_row_no_act(world: World, told: dict) -> None:
    """T12: when its audit row cannot be written, no act of staff leaves anything behind."""
    visit = lived(world, "assigned late")
    world.known.codes |= {"workers": [world.ben.worker.code], "people": [world.ada.account]}
    person = next(one for one in world.people if one.name == "olu" and "Authorization" in one.headers)
    browser = next(one for one in world.people if one.name == "olu" and not one.headers)
    before = trace(world.session)
    answers: dict[str, int] = {}
    with broken_audit(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(VALUES, "reason", "because of a test")
        for line in [one for one in describe(world.house) if one.declared.audit and Role.OPS_LEAD in one.roles]:
            for path in addresses(world, line.rule):
                method = line.methods[0]
                if line.declared.api:
                    answers[f"{method} {path}"] = send_json(person, method, path)[0]
                else:
                    form = {"csrf_token": csrf(browser.client), "reason": "because of a test", "choice": "illness"}
                    answers[f"{method} {path}"] = browser.client.post(path, data=form).status_code
    tried = [path for path, status in answers.items() if status == 500]
    told |= {"audited acts": len(answers), "that came as far as the audit": len(tried)}
    assert {path: status for path, status in answers.items() if status < 400} == {}
    assert len(tried) >= 5
    assert trace(world.session) == before
    assert visit.state == "assigned"


def addresses(world: World, rule: str) -> list[str]:
    if "<act>" in rule:
        found = [rule.replace("<act>", act) for act in ("trip", "cancel", "suspend", "pause", "abort", "release")]
        return [path for one in found for path in world.known.addresses(one)]
    return [
        address(rule, code) for code in [*world.known.codes.get(rule.split("<", maxsplit=1)[0].split("/")[-2], [])]
    ] or ([] if "<" in rule else [rule])


def test_every_act_of_staff_is_audited(world: World) -> None:
    """T12: every changing route that only staff may use declares that it leaves an audit row."""
    missing = [
        f"{line.methods[0]} {line.rule}"
        for line in describe(world.house)
        if line.roles <= STAFF and not {"GET"} & set(line.methods) and not line.declared.audit
    ]
    assert [one for one in missing if not one.endswith("/replay")] == []  # solves again in memory, changes nothing


def test_the_same_act_three_times_is_one_act(world: World, told: dict) -> None:
    """T10: every act of a visit sent three times with its key happens once; the ledger knows it once."""
    lived(world, "offering")
    session, clients = world.session, {one.name: one for one in world.people if "Authorization" in one.headers}
    code, offer = world.visit, world.known.codes["offers"][0]
    digits = find_visit(session, code).start_code
    session.commit()
    work, mine = f"/worker/visits/{code}", f"/visits/{code}"
    three(clients["ben"], f"/worker/offers/{offer}/accept", {})
    world.at(START - timedelta(minutes=20))
    three(clients["ben"], f"{work}/trip", {})
    three(clients["ben"], f"{work}/arrive", {"code": digits})
    world.at(START)
    three(clients["ben"], f"{work}/start", {"code": digits})
    for item in find_visit(session, code).checklist:
        clients["ben"].client.put(
            f"/api/v1{work}/checklist/{item['code']}", json={"state": "done"}, headers=dict(clients["ben"].headers)
        )
    world.at(START + timedelta(hours=2))
    for path in (f"{work}/finish", f"{work}/cash"):
        three(clients["ben"], path, {})
    three(clients["ada"], f"{mine}/confirm", {})
    three(clients["ada"], f"{mine}/rating", {"stars": 5})
    for _ in range(3):
        world.tell(world.at(START + timedelta(hours=27)))
    kinds = dict(
        session.execute(select(EventRow.kind, func.count()).where(EventRow.about == code).group_by(EventRow.kind)).all()
    )
    told |= {"facts": kinds}
    assert {kind: number for kind, number in kinds.items() if number != 1} == {"OffersMade": 2}  # to two workers
    assert {"VisitAssigned", "TripStarted", "WorkDone", "VisitConfirmed", "VisitSettled"} <= set(kinds)
    entries = session.scalars(select(LedgerEntry).where(LedgerEntry.source_id == code)).all()
    assert len({entry.kind for entry in entries}) == len(entries) >= 2
    assert broken_rules(session) == []


def three(person: Person, path: str, body: dict[str, object]) -> None:
    headers = {**person.headers, "Idempotency-Key": f"key{path}"[:80]}
    answers = [person.client.post(f"/api/v1{path}", json=body, headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} <= {200, 201}, (path, answers[0].text)
    assert len({answer.text for answer in answers}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true", "true"]


@pytest.mark.parametrize("contested", [False, True])
def test_positions_are_forgotten_after_a_day(world: World, contested: bool) -> None:
    """T5: a day after the visit no position is left, unless a case about it is open."""
    visit = lived(world, "done")
    session = world.session
    if contested:
        place_hold(session, visit.code, "D-TEST", 100, START + timedelta(hours=2))
    session.commit()
    factory = sessionmaker(session.get_bind())
    for hours, kept in ((3, 1), (25, 1), (30, int(contested))):
        sweep(factory, str(hours), START + timedelta(hours=hours))
        session.expire_all()
        assert session.scalar(select(func.count()).select_from(Position)) == kept
