"""Logs: one line per happening, JSON in production; no personal data, no codes of the phone, no tokens."""

from __future__ import annotations

import logging
import sys

import structlog

from app.settings import Env, Settings


def configure_logs(settings: Settings, *, quiet: bool = False) -> None:
    """Write to standard error, where the parent keeps it; ``quiet``: only what is wrong, for commands."""
    shape: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if settings.env is not Env.PRODUCTION:
        shape = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
