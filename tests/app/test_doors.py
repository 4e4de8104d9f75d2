"""What every door does: one transaction, retried on deadlock, the same request once, the audit row, roles, rates."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Blueprint, Response, make_response, request, session
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from accounts.errors import WrongProof
from accounts.models import GuessLog
from app import create_app
from app.auth import current_actor
from app.house import House, wall_now
from app.registry import DESK, PUBLIC, Policy, collect, route
from app.session import current_session, db
from core.actors import Role
from core.audit import AuditRow, Change, audit
from core.codes import new_code
from core.errors import Conflict
from tests.cast import bearer, csrf, make_member, sign_in
from tests.fixtures_app import settings_for

bp = Blueprint("probe", __name__)
met: dict[str, int] = {}
gate = threading.Barrier(2)


def note(word: str) -> None:
    current_session().add(GuessLog(at=wall_now(), phone=word, network="", challenge="probe"))


@route(bp, "/probe/note", policy=PUBLIC, methods=["POST"])
def write_note() -> Response:
    note(request.form["word"])
    return make_response(f"noted {new_code('X')}", 201)


@route(bp, "/probe/refuse", policy=PUBLIC, methods=["POST"])
def refuse() -> Response:
    note(request.form["word"])
    current_session().flush()
    raise Conflict("offer_expired", "This offer has expired.")


@route(bp, "/probe/remember", policy=PUBLIC, methods=["POST"])
def remember() -> Response:
    note(request.form["word"])
    raise WrongProof({"code": ["code_not_valid"]})


@route(bp, "/probe/answer422", policy=PUBLIC, methods=["POST"])
def answer_with_refusal() -> Response:
    note(request.form["word"])
    return make_response("no", 422)


@route(bp, "/probe/deadlock", policy=PUBLIC, methods=["POST"], idempotent="none")
def deadlock() -> Response:
    """Two requests lock two rows crosswise: PostgreSQL kills one, the door runs it again."""
    word, first, second = request.form["word"], request.form["first"], request.form["second"]
    met[word] = met.get(word, 0) + 1
    note(word)
    session["tries"] = session.get("tries", 0) + 1
    lock = text("select pg_advisory_xact_lock(:key)")
    current_session().execute(lock, {"key": int(first)})
    if met[word] == 1:
        gate.wait(10)
    current_session().execute(lock, {"key": int(second)})
    return make_response(str(session["tries"]), 200)


@route(bp, "/probe/desk/<code>", policy=DESK, methods=["POST"], audit=True)
def desk(code: str) -> Response:
    note(code)
    if request.form.get("own"):
        audit(current_session(), current_actor(), "own_act", code, wall_now(), Change("because"))
    return make_response("done", 200)


@route(bp, "/probe/workers/<code>", policy=Policy({Role.WORKER}, "own"))
def of_workers(code: str) -> str:
    return code


@route(bp, "/probe/workers", policy=Policy({Role.WORKER}, "own"))
def list_of_workers() -> str:
    return "list"


@route(bp, "/probe/break", policy=PUBLIC)
def break_down() -> str:
    raise RuntimeError("secret detail")


@pytest.fixture(scope="module")
def probe(house_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = create_app(settings_for(house_url, tmp_path_factory.mktemp("probe")))
    app.config["RATE_LIMITS"] = False
    app.register_blueprint(bp)
    collect(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def own(probe: House) -> Iterator[Session]:
    with probe.app_context():
        factory = sessionmaker(db.engine)
    with factory() as made:
        yield made


def count(own: Session, word: str) -> int:
    own.rollback()
    return own.scalar(select(func.count()).select_from(GuessLog).where(GuessLog.phone == word)) or 0


def post(client: FlaskClient, path: str, **form: str) -> Response:
    headers = {"Idempotency-Key": form.pop("key")} if "key" in form else {}
    return client.post(path, data={**form, "csrf_token": csrf(client)}, headers=headers)


def test_a_view_that_went_well_is_committed(probe: House, own: Session) -> None:
    assert post(probe.test_client(), "/probe/note", word="well").status_code == 201
    assert count(own, "well") == 1


@pytest.mark.parametrize("path", ["/probe/refuse", "/probe/answer422"])
def test_a_refusal_undoes_everything(probe: House, own: Session, path: str) -> None:
    assert post(probe.test_client(), path, word=path).status_code in {409, 422}
    assert count(own, path) == 0


def test_a_refusal_that_must_be_remembered_is(probe: House, own: Session) -> None:
    assert post(probe.test_client(), "/probe/remember", word="kept").status_code == 422
    assert count(own, "kept") == 1


def test_deadlock_is_run_again_and_done_once(probe: House, own: Session) -> None:
    def ask(pair: tuple[str, str, str]) -> Response:
        return post(probe.test_client(), "/probe/deadlock", word=pair[0], first=pair[1], second=pair[2])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, [("dead-a", "71", "72"), ("dead-b", "72", "71")]))
    assert [(one.status_code, one.text) for one in answers] == [(200, "1")] * 2
    assert met["dead-a"] + met["dead-b"] >= 3
    assert (count(own, "dead-a"), count(own, "dead-b")) == (1, 1)


def test_same_key_gives_the_first_answer(probe: House, own: Session) -> None:
    client = probe.test_client()
    first, second = (post(client, "/probe/note", word="once", key="k1") for _ in range(2))
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert "Idempotency-Replayed" in second.headers
    assert count(own, "once") == 1
    assert post(client, "/probe/note", word="other", key="k1").status_code == 422
    assert post(client, "/probe/note", word="once", key="k2").status_code == 201
    assert count(own, "once") == 2


def test_hidden_field_is_a_key_too_and_keys_are_ones_own(probe: House, own: Session) -> None:
    one, other = probe.test_client(), probe.test_client()
    for client in (one, one, other):
        assert post(client, "/probe/note", word="field", _key="same").status_code == 201
    assert count(own, "field") == 2


def test_a_refused_request_may_be_sent_again_with_its_key(probe: House, own: Session) -> None:
    client = probe.test_client()
    for _ in range(2):
        assert post(client, "/probe/refuse", word="again", key="r1").status_code == 409


def test_parallel_requests_with_one_key_are_done_once(probe: House, own: Session) -> None:
    ada = make_member(own, "Ada", Role.CUSTOMER)
    browser = sign_in(probe.test_client(), own, ada)
    with browser.session_transaction() as cookie:
        stolen = dict(cookie)
    token = csrf(browser)
    with browser.session_transaction() as cookie:
        stolen = dict(cookie)

    def ask(_: int) -> Response:
        client = probe.test_client()
        with client.session_transaction() as cookie:
            cookie.update(stolen)
        form = {"word": "parallel", "csrf_token": token}
        return client.post("/probe/note", data=form, headers={"Idempotency-Key": "p1"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.text for one in answers}) == 1
    assert count(own, "parallel") == 1


def test_staff_act_without_a_reason_is_rolled_back(probe: House, own: Session) -> None:
    olu = sign_in(probe.test_client(), own, make_member(own, "Olu", Role.OPS_LEAD))
    assert post(olu, "/probe/desk/N-1").status_code == 422
    assert count(own, "N-1") == 0


def test_staff_act_leaves_one_audit_row(probe: House, own: Session) -> None:
    olu = sign_in(probe.test_client(), own, make_member(own, "Olu", Role.OPS_LEAD))
    assert post(olu, "/probe/desk/N-2", reason="asked by phone").status_code == 200
    assert post(olu, "/probe/desk/N-3", own="1").status_code == 200
    rows = own.execute(select(AuditRow.about, AuditRow.act, AuditRow.reason).where(AuditRow.about.in_(["N-2", "N-3"])))
    assert sorted(tuple(row) for row in rows) == [
        ("N-2", "probe.desk", "asked by phone"),
        ("N-3", "own_act", "because"),
    ]


def test_outsiders_get_404_on_objects_and_403_on_pages(probe: House, own: Session) -> None:
    ada = sign_in(probe.test_client(), own, make_member(own, "Ada", Role.CUSTOMER))
    ben = sign_in(probe.test_client(), own, make_member(own, "Ben", Role.WORKER))
    assert (ada.get("/probe/workers/W-1").status_code, ada.get("/probe/workers").status_code) == (404, 403)
    assert (ben.get("/probe/workers/W-1").status_code, ben.get("/probe/workers").status_code) == (200, 200)
    stranger = probe.test_client().get("/probe/workers/W-1?x=1")
    assert (stranger.status_code, stranger.location) == (303, "/sign-in?next=/probe/workers/W-1?x%3D1")


def test_a_wrong_bearer_is_refused_even_where_all_may_enter(probe: House, own: Session) -> None:
    client = probe.test_client()
    assert client.get("/api/v1/openapi.json").status_code == 200
    header = {"Authorization": "Bearer hh_nobody"}
    answer = client.post("/api/v1/session/code", json={"phone": "13800138000"}, headers=header)
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert client.get("/api/v1/me", headers=bearer(own, make_member(own, "Ada", Role.CUSTOMER))).status_code == 200


def test_errors_of_ours_tell_nothing(probe: House) -> None:
    client = probe.test_client()
    page = client.get("/probe/break")
    assert (page.status_code, "secret detail" in page.text) == (500, False)
    assert client.get("/probe/break", headers={"Accept": "application/json"}).json["code"] == "server_error"


def test_rates_are_limited_per_class(house_url: str, tmp_path: Path) -> None:
    """What signs in and what writes is counted by all processes together; reading by each for itself."""
    processes = [create_app(settings_for(house_url, tmp_path)) for _ in range(2)]
    clients = [app.test_client() for app in processes]
    with time_machine.travel(datetime(2026, 3, 3, 9, 0, 30, tzinfo=UTC), tick=False):
        codes = [clients[0].get("/staff/sign-in").status_code for _ in range(3)]
        tries = [clients[turn % 2].post("/staff/sign-in", data={}).status_code for turn in range(32)]
        assert codes == [200] * 3
        assert tries == [403] * 30 + [429] * 2
        assert clients[0].get("/staff/sign-in").status_code == 200
    with time_machine.travel(datetime(2026, 3, 3, 9, 1, 0, tzinfo=UTC), tick=False):
        assert clients[0].post("/staff/sign-in", data={}).status_code == 403
    for app in processes:
        app.extensions["limits_engine"].dispose()
        with app.app_context():
            db.engine.dispose()
