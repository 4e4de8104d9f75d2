"""Where each role begins, and which addresses may be gone back to."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException

from app.house import house
from core.actors import Role

HOMES = {
    Role.CUSTOMER: "/visits", Role.WORKER: "/worker", Role.RECRUITER: "/recruiter", Role.OPS_AGENT: "/ops/board",
    Role.OPS_LEAD: "/ops/board", Role.FINANCE: "/ops/ledger", Role.ADMIN: "/ops/health",
}  # fmt: skip


def home_of(role: Role) -> str:
    """Return the first page of a role."""
    return HOMES.get(role, "/")


def safe_next(text: str, role: Role) -> str:
    """Return where to go after signing in: an address of ours that exists, else the role's home."""
    local = text.startswith("/") and not text.startswith(("//", "/\\")) and "\n" not in text and "\r" not in text
    path = text.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    if not local or path in ("/", "/sign-in") or not _exists(path):
        return home_of(role)
    return text


def _exists(path: str) -> bool:
    try:
        house().url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return True
