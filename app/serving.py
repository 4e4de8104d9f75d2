"""Serving the pages: gunicorn with threads on Linux, waitress elsewhere."""

from __future__ import annotations

import sys
from typing import Any

from app.settings import Settings


def serve(settings: Settings, host: str, port: int) -> None:
    """Answer requests until told to stop."""
    if sys.platform == "win32":
        _waitress(settings, host, port)
    else:
        _gunicorn(settings, host, port)


def _gunicorn(settings: Settings, host: str, port: int) -> None:
    from gunicorn.app.base import BaseApplication

    from app import create_app
    from app.warm import warm_up

    options: dict[str, Any] = {
        "bind": f"{host}:{port}", "workers": settings.web_processes, "threads": settings.web_threads,
        "worker_class": "gthread", "timeout": 30, "graceful_timeout": 10, "keepalive": 5, "proc_name": "hourhand-web",
        "limit_request_line": 8190, "preload_app": True, "loglevel": "warning", "forwarded_allow_ips": "127.0.0.1",
    }  # fmt: skip

    class Server(BaseApplication):
        """gunicorn, told what to do by us instead of by a command line."""

        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            warm_up(settings.city)
            return create_app(settings)

    Server().run()


def _waitress(settings: Settings, host: str, port: int) -> None:
    import waitress

    from app import create_app

    threads = settings.web_threads * settings.web_processes
    waitress.serve(create_app(settings), host=host, port=port, threads=threads)
