"""What the machine tells other machines: health, metrics, the service worker; the component page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, render_template, request, send_from_directory
from prometheus_client import CONTENT_TYPE_LATEST

from app import auth, health
from app.house import House, current_now, house
from app.metrics import render_metrics
from app.registry import PUBLIC, Policy, route
from app.session import current_session
from core.errors import NotFound

bp = Blueprint("machine", __name__)
design = Blueprint("design", __name__)
_LOCAL = {"127.0.0.1", "::1"}


@route(bp, "/health", policy=PUBLIC, rate="none")
def show_health() -> Any:
    """Say whether the database answers, every round is on time and nothing is parked: 200, else 503."""
    report = health.examine(current_session(), current_now(), house().clock.speed)
    return make_response(jsonify(report.as_dict()), 200 if report.healthy else 503)


@route(bp, "/metrics", policy=Policy(PUBLIC.roles, "the machine itself and staff"), rate="none")
def show_metrics() -> Any:
    """Return the counters for Prometheus: to this machine and to staff only."""
    staff = auth.current_actor().is_staff
    if request.remote_addr not in _LOCAL and not staff:
        raise NotFound
    answer = make_response(render_metrics(current_session(), current_now()))
    answer.content_type = CONTENT_TYPE_LATEST
    return answer


@route(bp, "/sw.js", policy=PUBLIC, rate="none", transaction=False)
def service_worker() -> Any:
    """Serve the service worker from the root, so that it may look after every page."""
    return send_from_directory(house().static_folder or "static", "js/sw.js", mimetype="text/javascript")


@route(design, "/design", policy=PUBLIC)
def show_design() -> Any:
    """Show every component in all its states."""
    return render_template("design/index.html")


def configure_design(app: House) -> None:
    """Register the component page where a stranger may look at everything."""
    if app.settings.open_house:
        app.register_blueprint(design)
