"""Our own description: OpenAPI 3.1, every operation in it, shown by ourselves. Answers: `tests/app/api`."""

from pathlib import Path

from app.house import House


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
