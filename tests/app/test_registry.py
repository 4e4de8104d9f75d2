"""A route without a policy stops the start; one with a policy does not."""

from pathlib import Path

import pytest
from flask import Blueprint

from app import create_app
from app.house import House
from app.registry import PUBLIC, Policy, UndeclaredRoute, collect, describe, route
from core.actors import Role
from tests.fixtures_app import settings_for


def test_every_route_is_declared(house: House) -> None:
    lines = describe(house)
    assert {line.rule for line in lines} >= {"/sign-in", "/api/v1/me", "/static/<path:filename>", "/health"}
    assert all(line.roles for line in lines)


def test_route_without_policy_stops_the_start(house_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(house_url, tmp_path))
    app.add_url_rule("/careless/<code>", "careless", lambda code: code)
    with pytest.raises(UndeclaredRoute, match="careless"):
        collect(app)


def test_route_with_policy_does_not() -> None:
    app = House("small")
    bp = Blueprint("small", __name__)
    app.view_functions["static"] = route(bp, "/x", policy=PUBLIC)(lambda: "x")
    route(bp, "/w/offers/<code>", policy=Policy({Role.WORKER}, "own offer"))(_offer)
    app.register_blueprint(bp)
    collect(app)
    declared = app.declared["small._offer"]
    assert declared.about_object
    assert (declared.rate, declared.idempotent, declared.audit) == ("read", "natural", False)


def _offer(code: str) -> str:
    return code


def test_writing_routes_are_repeatable_by_key_unless_said() -> None:
    bp = Blueprint("small", __name__)
    made = route(bp, "/w/offers/<code>/accept", policy=Policy({Role.WORKER}), methods=["POST"])(_offer)
    assert (made.declared.rate, made.declared.idempotent) == ("write", "key")
