"""schemathesis against our own description, in the town: no server error, no undeclared status, no answer off schema.

Every operation is asked by somebody of each kind its policy names (with real codes in the address every other time)
and once by an outsider.
"""

from collections.abc import Iterator
from typing import Any

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

from app.registry import Declared
from core.actors import Role
from tests.app.api.town import Town

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
EXAMPLES = 3
LAST = ("cancel", "reschedule", "give-back", "abort", "leave", "pause", "withdraw", "lockout", "decision", "dismiss")


def declared(town: Town) -> dict[tuple[str, str], Declared]:
    return {
        (method, one.rule.replace("<", "{").replace(">", "}").removeprefix("/api/v1")): one
        for one in town.house.declared.values()
        if one.api
        for method in one.methods
    }


def operations(town: Town, name: str) -> Iterator[Any]:
    """The operations this member may call, those that end things last; for "nobody" all of them."""
    known = declared(town)
    role = town.members()[name].role if name != "nobody" else Role.ANONYMOUS
    schema = openapi.from_wsgi("/api/v1/openapi.json", town.house)
    found = [result.ok() for result in schema.get_all_operations()]
    found.sort(key=lambda one: (one.path.endswith("everywhere"), one.path.endswith(LAST), one.path, one.method))
    for operation in found:
        policy = known[operation.method.upper(), operation.path.removeprefix("/api/v1")].policy
        if name == "nobody" or (role in policy.roles and not policy.public):
            yield operation


def play(town: Town, name: str, operation: Any, examples: int) -> None:
    headers, codes = town.headers.get(name, {}), town.codes_for(name)
    turn = iter(range(10**6))

    @given(case=operation.as_strategy())
    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def run(case: Any) -> None:
        case.headers = {**(case.headers or {}), **headers}
        if case.path_parameters and next(turn) % 2 == 0:
            case.path_parameters = {part: codes.get(part, value) for part, value in case.path_parameters.items()}
        case.call_and_validate(checks=CHECKS)

    run()


@pytest.mark.parametrize("name", ["ada", "ben", "rita", "olu", "fin"])
def test_members_get_what_is_described(wild_town: Town, name: str) -> None:
    for operation in operations(wild_town, name):
        play(wild_town, name, operation, EXAMPLES)


def test_strangers_get_what_is_described(wild_town: Town) -> None:
    for operation in operations(wild_town, "nobody"):
        play(wild_town, "nobody", operation, 1)
