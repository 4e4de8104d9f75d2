"""What staff did, over the API: for leads and administrators; the chain is walked when they ask; cases about sums."""

import pytest

from tests.app.api.town import Town

AUDIT = "/api/v1/ops/audit"


def test_a_lead_reads_what_staff_did_and_has_the_chain_walked(town: Town) -> None:
    checked = town.program().post(f"{AUDIT}/check", json={"reason": "asked by the owner"}, headers=town.headers["olu"])
    assert (checked.status_code, checked.json["fault"], checked.json["row"]) == (200, "", 0)
    page = town.program().get(AUDIT, headers=town.headers["olu"]).json
    assert page["rows"][0]["act"] == "audit_checked"
    assert page["rows"][0]["reason"] == "asked by the owner"


@pytest.mark.parametrize("name", ["agent", "ada", "mallory"])
def test_nobody_else_reads_it(town: Town, name: str) -> None:
    assert town.program().get(AUDIT, headers=town.headers[name]).status_code == 403


def test_cases_about_sums_are_for_the_books(town: Town) -> None:
    assert town.program().get("/api/v1/ops/incentives", headers=town.headers["olu"]).status_code == 200
    assert town.program().get("/api/v1/ops/incentives", headers=town.headers["agent"]).status_code == 403
