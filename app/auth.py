"""Who is asking: the browser's session or the bearer token, looked up once per request on wall time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import g, request, session

from accounts.models import Account, WebSession
from accounts.sessions import session_actor, start_session
from accounts.tokens import token_actor
from app.house import wall_now
from app.session import current_session
from core.actors import ANONYMOUS, Actor, Role

TOKEN = "token"  # noqa: S105  the name of a field, no secret
BROWSER = "browser"
_KEPT = ("locale", "theme")


@dataclass(frozen=True)
class Asker:
    """The actor of a request, the browser session behind it if there is one, and whether a bearer token spoke."""

    actor: Actor
    web: WebSession | None = None
    bearer: bool = False
    locale: str = ""

    @property
    def account(self) -> Account | None:
        """The signed-in account of a browser."""
        return self.web.account if self.web else None


def identify() -> Asker:
    """Find out who asks, once per request. A bearer token, right or wrong, is never mixed with a cookie."""
    known: Asker | None = g.get("asker")
    if known is not None:
        return known
    header = request.headers.get("Authorization", "")
    found = _by_token(header[7:].strip()) if header.lower().startswith("bearer ") else _by_cookie()
    g.asker = found
    return found


def identify_calmly() -> Asker:
    """Find out who asks, or nobody when that cannot be found out: an error page must come in any case."""
    try:
        return identify()
    except Exception:  # noqa: BLE001  whatever is wrong is being told already
        g.asker = Asker(ANONYMOUS)
        return Asker(ANONYMOUS)


def forget() -> None:
    """Look again at the next question (a retried transaction, a sign-in, a sign-out)."""
    g.pop("asker", None)


def current_actor() -> Actor:
    """Return the actor of this request."""
    return identify().actor


def current_account() -> Account | None:
    """Return the signed-in account, if a browser is asking."""
    return identify().account


def browser_key() -> str:
    """Return the secret that names this browser before anybody signed in; codes are bound to it."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(24)
    return str(session[BROWSER])


def sign_in(account: Account, role: Role, *, strong: bool = False) -> None:
    """Start a session in this browser under a fresh cookie: nothing of the old one survives but looks and language."""
    remember_token(start_session(current_session(), account, role, wall_now(), strong=strong))


def remember_token(token: str) -> None:
    """Put a session's token into a fresh cookie."""
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    session[TOKEN] = token
    session.permanent = True
    forget()


def forget_token() -> None:
    """Drop the token from this browser."""
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    forget()


def _by_cookie() -> Asker:
    token = session.get(TOKEN, "")
    found = session_actor(current_session(), str(token), wall_now()) if token else None
    return Asker(found[0], found[1], locale=found[1].account.locale) if found else Asker(ANONYMOUS)


def _by_token(plain: str) -> Asker:
    actor = token_actor(current_session(), plain, wall_now())
    return Asker(actor or ANONYMOUS, bearer=True)
