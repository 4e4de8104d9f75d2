"""One's own account: homes, workers one knows, money between us, messages."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from app.api.acting import CUSTOMER
from app.api.shapes import (
    AfterSchema,
    PlaceSchema,
    codes_and_numbers,
    fen,
    flag,
    instant,
    number,
    one,
    page_of,
    text,
)
from app.api.spec import ApiPart, operation
from app.auth import current_actor
from app.house import current_now
from app.place_key import place_key
from app.registry import SIGNED_IN, Policy
from app.session import current_session
from core.actors import Role
from core.errors import NotFound
from dispatch.blocks import block_pair, unblock_pair
from dispatch.customer_story import Known, known_workers
from money.accounts import CREDIT_CUSTOMER
from money.funds import debt_of
from money.ledger import owed
from notices.notices import list_notices, mark_all_read, mark_read
from places.places import list_places
from places.shown import NO_VISIT, Viewer, place_for

bp = ApiPart("me", __name__, "One's own account")
KNOWN = Policy({Role.CUSTOMER}, "a worker one knows")
OWN_NOTICE = Policy(SIGNED_IN.roles, "own message")


class HomeSchema(Schema):
    """One of one's own homes."""

    code = text()
    place = one(PlaceSchema)
    created_at = instant()


class KnownSchema(Schema):
    """A worker who has been here; ``never`` when one does not want them again."""

    code = text()
    name = text()
    visits = number()
    last = instant(none=True)
    never = flag()


class BalanceSchema(Schema):
    """What we owe the customer as credit, and what they owe us in fees."""

    credit_fen = fen()
    debt_fen = fen()


class NoticeSchema(Schema):
    """A message: its kind, what it is about, codes and numbers."""

    code = text()
    kind = text()
    about = text()
    params = codes_and_numbers()
    created_at = instant()
    read_at = instant(none=True)


NOTICES = page_of(NoticeSchema)


@operation(bp, "/me/homes", policy=CUSTOMER, answer=HomeSchema(many=True))
def get_homes() -> list[dict[str, Any]]:
    """List one's own homes."""
    viewer, key = Viewer(current_actor(), current_now()), place_key()
    return [
        {"code": place.code, "place": place_for(place, viewer, NO_VISIT, key), "created_at": place.created_at}
        for place in list_places(current_session(), current_actor().code)
    ]


@operation(bp, "/me/workers", policy=CUSTOMER, answer=KnownSchema(many=True))
def get_known() -> list[Known]:
    """List the workers one knows, the most frequent first."""
    return known_workers(current_session(), current_actor())


@operation(bp, "/me/workers/<worker>/never", policy=KNOWN, method="PUT", status=204, idempotent="natural")
def put_never(worker: str) -> None:
    """Never be matched with this worker again; nobody is told."""
    block_pair(current_session(), current_actor().code, _known(worker).code, "customer", "me", current_now())


@operation(bp, "/me/workers/<worker>/never", policy=KNOWN, method="DELETE", status=204, idempotent="natural")
def delete_never(worker: str) -> None:
    """Take one's own "never again" back."""
    unblock_pair(current_session(), current_actor().code, _known(worker).code, "customer")


@operation(bp, "/me/balance", policy=CUSTOMER, answer=BalanceSchema)
def get_balance() -> dict[str, int]:
    """Show the credit one has and the fees one owes."""
    session, code = current_session(), current_actor().code
    return {"credit_fen": owed(session, CREDIT_CUSTOMER, code), "debt_fen": debt_of(session, code)}


@operation(bp, "/me/notices", policy=SIGNED_IN, query=AfterSchema, answer=NOTICES)
def get_notices(query: dict[str, str]) -> Any:
    """List one's messages, newest first."""
    return list_notices(current_session(), current_actor().code, query["after"])


@operation(bp, "/me/notices/read", policy=SIGNED_IN, method="POST", status=204, idempotent="natural")
def post_all_read() -> None:
    """Mark all one's messages as read."""
    mark_all_read(current_session(), current_actor().code, current_now())


@operation(bp, "/me/notices/<notice>/read", policy=OWN_NOTICE, method="POST", status=204, idempotent="natural")
def post_read(notice: str) -> None:
    """Mark one message as read."""
    mark_read(current_session(), current_actor().code, notice, current_now())


def _known(worker: str) -> Known:
    found = next((one for one in known_workers(current_session(), current_actor()) if one.code == worker), None)
    if found is None:
        raise NotFound
    return found
