"""schemathesis against our own description: no server error, no undeclared status, no answer off schema."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from app.house import House
from tests.cast import assemble, bearer

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
EXAMPLES = 6


@pytest.mark.parametrize("name", ["ada", "ben", "rita", "olu", "fin", "nobody"])
def test_answers_are_as_described(house: House, house_session: Session, name: str) -> None:
    schema = openapi.from_wsgi("/api/v1/openapi.json", house)
    cast = assemble(house_session)
    headers = bearer(house_session, getattr(cast, name)) if name != "nobody" else {}
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        def run(case: object) -> None:
            case.headers = {**(case.headers or {}), **headers}  # type: ignore[attr-defined]
            case.call_and_validate(checks=CHECKS)  # type: ignore[attr-defined]

        run()


def test_description_is_openapi_31_and_complete(house: House) -> None:
    spec = house.test_client().get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    operations = {
        (method.upper(), path.replace("{", "<").replace("}", ">"))
        for path, item in spec["paths"].items()
        for method in item
        if method != "parameters"
    }
    declared = {
        (method, one.rule if one.rule.startswith("/api/v1") else f"/api/v1{one.rule}")
        for one in house.declared.values()
        if one.api
        for method in one.methods
    }
    assert operations == declared
    for item in spec["paths"].values():
        for method, one in item.items():
            assert method == "parameters" or one.get("summary"), one


def test_swagger_is_served_by_ourselves(house: House) -> None:
    page = house.test_client().get("/api/docs").text
    assert "//" not in page.replace("<!doctype html>", "").replace("http://www.w3.org", "")
    for path in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/static/vendor/swagger-ui-dist/{path}" in page
        assert (Path(house.static_folder or "") / "vendor/swagger-ui-dist" / path).exists()
