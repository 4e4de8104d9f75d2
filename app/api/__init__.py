"""The JSON API. To add operations: write ``app/api/<name>.py`` with a blueprint ``bp`` and name it in PARTS."""

from __future__ import annotations

from importlib import import_module

from app.api import docs
from app.api.spec import HouseApi
from app.house import House

PARTS = (
    "access",
    "safety",
    "catalogue",
    "booking",
    "visits",
    "ratings",
    "worker_visits",
    "work_acts",
    "hours",
    "earnings",
    "joining",
    "me",
    "cases",
    "recruiting",
    "ops_visits",
    "plans",
    "ops_vetting",
    "ops_cases",
    "ops_money",
    "ops_recruiting",
    "ops_people",
    "ops_audit",
)
VERSION = "1.0.0"


def configure_api(app: House) -> None:
    """Register every part below ``/api/v1`` and its description."""
    app.config.update(API_TITLE="Hourhand", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = HouseApi(app)
    app.extensions["api"] = api
    for name in PARTS:
        api.register_blueprint(import_module(f"app.api.{name}").bp)
    app.register_blueprint(docs.bp)
