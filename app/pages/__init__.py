"""The pages, by role. To add one: write ``app/pages/<name>.py`` with a blueprint ``bp`` and name it in PAGES."""

from __future__ import annotations

from importlib import import_module

from app.house import House
from app.pages.demo_door import configure_demo_door
from app.pages.machine import configure_design

PAGES = (
    "access",
    "account",
    "second_step",
    "safety",
    "machine",
    "public",
    "request",
    "customer",
    "cases",
    "me",
    "moves",
    "worker",
    "worker_offers",
    "worker_visit",
    "worker_hours",
    "worker_money",
    "worker_score",
    "worker_why",
    "worker_join",
    "worker_cases",
    "recruiter",
    "recruiter_screening",
    "recruiter_pay",
    "ops_board",
    "ops_plans",
    "ops_why",
    "ops_visits",
    "ops_looks",
    "ops_audit",
    "ops_people",
    "ops_access",
    "ops_exceptions",
    "ops_disputes",
    "ops_workers",
    "ops_money",
    "ops_payouts",
    "ops_health",
    "ops_incentives",
)


def configure_pages(app: House) -> None:
    """Register every page module's blueprint."""
    for name in PAGES:
        app.register_blueprint(import_module(f"app.pages.{name}").bp)
    configure_design(app)
    configure_demo_door(app)
