"""Production, demo and test differ where they must, and nowhere else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker

from app import create_app
from app.house import House, network
from app.session import db
from app.settings import Env
from core.actors import Role
from tests.cast import csrf, fresh_phone, make_member
from tests.fixtures_app import settings_for


def made(url: str, var: Path, env: Env, **changes: object) -> Iterator[House]:
    app = create_app(settings_for(url, var, env=env, **changes))
    app.config["RATE_LIMITS"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def production(house_url: str, tmp_path: Path) -> Iterator[House]:
    yield from made(house_url, tmp_path, Env.PRODUCTION, base_url="https://h.example", proxies=1,
                    tile_url="https://{s}.tiles.example/{z}/{x}/{y}.png")  # fmt: skip


@pytest.fixture
def demo(house_url: str, tmp_path: Path) -> Iterator[House]:
    yield from made(house_url, tmp_path, Env.DEMO)


@pytest.fixture
def demo_alone(fresh_database: str, tmp_path: Path) -> Iterator[House]:
    """The demo in a house where nobody lives yet."""
    yield from made(fresh_database, tmp_path, Env.DEMO)


def code_page(client: FlaskClient, **environ: str) -> str:
    base = environ.pop("base", "http://localhost")
    form = {"phone": fresh_phone(), "csrf_token": csrf_of(client, base)}
    client.post("/sign-in", data=form, base_url=base, headers={"Referer": base + "/sign-in"})
    return client.get("/sign-in/code", base_url=base).text


def csrf_of(client: FlaskClient, base: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in", base_url=base).text)
    assert found
    return found[1]


def test_production_shows_no_codes_and_no_samples(production: House) -> None:
    client = production.test_client()
    assert "data-demo-code" not in code_page(client, base="https://h.example")
    for path in ("/design", "/demo/people"):
        assert client.get(path, base_url="https://h.example").status_code == 404
    headers = client.get("/sign-in", base_url="https://h.example").headers
    assert "max-age" in headers["Strict-Transport-Security"]
    assert "https://*.tiles.example" in headers["Content-Security-Policy"]


def test_production_cookie_is_bound_to_the_host(production: House) -> None:
    cookie = production.test_client().get("/sign-in", base_url="https://h.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-hourhand=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_metrics_are_for_this_machine_and_staff(production: House) -> None:
    client = production.test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    local = client.get("/metrics")
    assert local.status_code == 200
    assert "hourhand_requests_total" in local.text


def test_demo_shows_the_code_and_lets_one_take_over_roles(demo_alone: House) -> None:
    client = demo_alone.test_client()
    assert re.search(r"data-demo-code>\d{6}<", code_page(client))
    assert "/demo/enter" not in client.get("/demo/people").text
    with demo_alone.app_context():
        factory = sessionmaker(db.engine)
    with factory.begin() as session:
        pat = make_member(session, "Pat", Role.OPS_LEAD)
    people = client.get("/demo/people").text
    assert re.findall(r'action="/demo/enter"', people) == ['action="/demo/enter"']
    assert "Pat" in people
    assert f'value="{pat.account}"' in people
    form = {"account": pat.account, "role": "ops_lead", "csrf_token": csrf(client)}
    assert client.post("/demo/enter", data=form).location == "/ops/board"
    assert client.get("/account").status_code == 200


def test_health_needs_nobody_signed_in(demo: House) -> None:
    answer = demo.test_client().get("/health")
    assert answer.status_code in {200, 503}
    assert set(answer.json) == {"healthy", "rounds", "parked", "waiting", "now", "audit"}


def test_an_absent_database_is_a_pause_and_no_crash(tmp_path: Path) -> None:
    app = create_app(settings_for("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = "x"
    for path in ("/health", "/account", "/sign-in"):
        page = client.get(path)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer x"}).json["code"] == "busy"


@pytest.mark.parametrize(("address", "seen"), [("203.0.113.9", "203.0.113.9"),
                                               ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")])  # fmt: skip
def test_network_of_an_address(house: House, address: str, seen: str) -> None:
    with house.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert network() == seen
