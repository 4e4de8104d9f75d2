"""The doors: pages, JSON API, command line, clock. The only floor that knows Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.house import House
    from app.settings import Settings


def create_app(settings: Settings | None = None) -> House:
    """Build the web application. A route without a policy stops it here."""
    from app import (
        api,
        context,
        formats,
        i18n,
        limits,
        logs,
        metrics,
        output,
        pages,
        registry,
        security,
        session,
        shrinking,
    )
    from app.house import House
    from app.settings import read_settings

    made = settings or read_settings()
    app = House("app", static_folder="static")
    app.settings, app.clock = made, made.clock
    logs.configure_logs(made)
    session.configure_session(app)
    security.configure_security(app)
    limits.configure_limits(app)
    i18n.configure_i18n(app)
    formats.configure_formats(app)
    context.configure_context(app)
    output.configure_output(app)
    metrics.configure_metrics(app)
    pages.configure_pages(app)
    api.configure_api(app)
    registry.configure_static(app)
    shrinking.configure_shrinking(app)
    registry.collect(app)
    return app
