"""Counters for Prometheus: requests of this process, and what the database knows about the house."""

from __future__ import annotations

import time
from datetime import datetime

from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.orm import Session

from app.health import examine
from app.house import House, house

REGISTRY = CollectorRegistry()
_LABELS = ("endpoint", "method", "status")
REQUESTS = Counter("hourhand_requests_total", "Requests answered", _LABELS, registry=REGISTRY)
SECONDS = Histogram("hourhand_request_seconds", "Time to answer", ("endpoint",), registry=REGISTRY)
PARKED = Gauge("hourhand_parked", "Rows that wait for a person", ("kind",), registry=REGISTRY)
WAITING = Gauge("hourhand_waiting", "Rows that wait for the clock", ("kind",), registry=REGISTRY)
LATE = Gauge("hourhand_round_late", "1 when a round is three periods late", ("round",), registry=REGISTRY)


def configure_metrics(app: House) -> None:
    """Count every request; labels are endpoints, never addresses with codes in them."""
    app.before_request(_begin)
    app.after_request(_end)


def render_metrics(session: Session, now: datetime) -> bytes:
    """Return everything in Prometheus' own text."""
    report = examine(session, now, house().clock.speed)
    for kind, count in report.parked.items():
        PARKED.labels(kind).set(count)
    for kind, count in report.waiting.items():
        WAITING.labels(kind).set(count)
    for one in report.rounds:
        LATE.labels(one.name).set(int(one.late))
    return generate_latest(REGISTRY)


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(answer: Response) -> Response:
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, request.method, str(answer.status_code)).inc()
    if "begun" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.begun)
    return answer
