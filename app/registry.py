"""One registry: every route says who may do what to whose objects, how often, audited or not, repeatable or not.

A page module writes ``@route(bp, "/w/offers/<code>", policy=Policy({Role.WORKER}, "own offer"))`` and nothing else;
the door then checks the role before the view runs, limits the rate, keeps idempotency keys, opens and commits the
transaction. A route of the application without a declaration stops the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal

from flask import Blueprint

from app.house import House
from core.actors import STAFF, Role

Rate = Literal["read", "write", "sign_in", "none"]
Idempotent = Literal["key", "natural", "none"]
View = Callable[..., Any]


@dataclass(frozen=True)
class Policy:
    """Who may ask (roles), and on whose objects: the sentence is for people, the verb's fetch enforces it."""

    roles: frozenset[Role]
    objects: str = ""

    def __init__(self, roles: Iterable[Role], objects: str = "") -> None:
        object.__setattr__(self, "roles", frozenset(roles))
        object.__setattr__(self, "objects", objects)

    @property
    def public(self) -> bool:
        """True when nobody has to sign in."""
        return Role.ANONYMOUS in self.roles


_PEOPLE = frozenset(Role) - {Role.SYSTEM, Role.ANONYMOUS}
PUBLIC = Policy(_PEOPLE | {Role.ANONYMOUS}, "public")
SIGNED_IN = Policy(_PEOPLE, "own account")
DESK = Policy(STAFF, "all")


@dataclass(frozen=True)
class Declared:
    """What one route declared."""

    rule: str
    methods: tuple[str, ...]
    policy: Policy
    rate: Rate
    audit: bool
    idempotent: Idempotent
    api: bool = False
    transaction: bool = True

    @property
    def about_object(self) -> bool:
        """True when the address names an object: outsiders get 404, never 403."""
        return "<" in self.rule


class UndeclaredRoute(Exception):  # noqa: N818  (it names the mistake)
    """A route of the application has no policy; the start stops here."""


def route(
    bp: Blueprint,
    rule: str,
    *,
    policy: Policy,
    methods: Iterable[str] = ("GET",),
    rate: Rate | None = None,
    **more: Any,
) -> Callable[[View], View]:
    """Register a view with its policy.

    ``more``: ``audit`` (an audit row must be there when it commits), ``idempotent`` ("key": ``Idempotency-Key`` or
    the hidden field ``_key`` is honoured; "natural": repeating changes nothing; "none"), ``api``, ``transaction``.
    """
    verbs = tuple(sorted(set(methods)))
    reading = set(verbs) <= {"GET", "HEAD"}
    declared = Declared(
        rule=rule, methods=verbs, policy=policy, rate=rate or ("read" if reading else "write"),
        audit=more.pop("audit", False), idempotent=more.pop("idempotent", "natural" if reading else "key"),
        api=more.pop("api", False), transaction=more.pop("transaction", True),
    )  # fmt: skip

    def register(view: View) -> View:
        guarded = guard(view, declared)
        bp.route(rule, methods=list(verbs), **more)(guarded)
        return guarded

    return register


def guard(view: View, declared: Declared) -> View:
    """Return the view behind its door, carrying its declaration."""
    from app.doors import enter

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return enter(declared, lambda: view(*args, **kwargs))

    guarded.declared = declared  # type: ignore[attr-defined]  # read back by collect()
    return guarded


def configure_static(app: House) -> None:
    """Declare Flask's own route for static files: public, uncounted, without a transaction."""
    declared = Declared("/static/<path:filename>", ("GET",), PUBLIC, "none", False, "natural", transaction=False)
    app.view_functions["static"] = guard(app.view_functions["static"], declared)


def collect(app: House) -> None:
    """Read the declaration of every route of the application; ``UndeclaredRoute`` names those without one."""
    app.declared = {}
    missing = []
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "declared", None)
        if declared is None:
            missing.append(f"{rule.endpoint} ({rule.rule})")
        else:
            app.declared[rule.endpoint] = declared
    if missing:
        raise UndeclaredRoute("Routes without a policy: " + ", ".join(sorted(missing)))


@dataclass(frozen=True)
class Described:
    """One line of the routes' table."""

    endpoint: str
    rule: str
    methods: tuple[str, ...]
    roles: frozenset[Role]
    objects: str
    declared: Declared


def describe(app: House) -> list[Described]:
    """Return every route with its policy, by address: for `python -m app routes` and the routes × cast test."""
    lines = []
    for rule in app.url_map.iter_rules():
        declared = app.declared[rule.endpoint]
        methods = tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        policy = declared.policy
        lines.append(Described(rule.endpoint, rule.rule, methods, policy.roles, policy.objects, declared))
    return sorted(lines, key=lambda line: (line.rule, line.methods))
