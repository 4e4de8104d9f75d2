"""Quotes: a price kept for half an hour, for the browser session that asked; used once."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.codes import new_code
from core.errors import Conflict, NotFound
from core.policies import read_policy
from money.models import Quote
from money.policy import PricePolicy
from money.pricing import Priced, PriceLine


def make_quote(session: Session, asked: Mapping[str, Any], priced: Priced, session_hash: str, now: datetime) -> Quote:
    """Write down a price. ``asked`` is the validated request, ``session_hash`` who may come back for it."""
    policy = read_policy(session, PricePolicy, now, str(asked.get("zone", "")))
    quote = Quote(
        code=new_code("Q"),
        created_at=now,
        expires_at=now + timedelta(minutes=policy.quote_minutes),
        session_hash=session_hash,
        asked=dict(asked),
        lines=[line.as_json() for line in priced.lines],
        total_fen=priced.total_fen,
        worker_fen=priced.worker_fen,
        policy_version=priced.policy_version,
    )
    session.add(quote)
    session.flush()
    return quote


def get_quote(session: Session, code: str, session_hash: str, now: datetime) -> Quote:
    """Return the quote to the session that asked for it.

    ``NotFound`` for any other session; ``Conflict`` (``quote_expired``) when it is too old and was not used.
    A used quote is still returned: its ``job_code`` says what became of it.
    """
    quote = session.scalars(select(Quote).where(Quote.code == code)).first()
    if quote is None or not hmac.compare_digest(quote.session_hash, session_hash):
        raise NotFound
    if not quote.job_code and quote.expires_at <= now:
        raise Conflict("quote_expired", "This quote has expired. Please ask for a new one.")
    return quote


def use_quote(session: Session, quote: Quote, job_code: str) -> None:
    """Tie the quote to its job; ``Conflict`` (``quote_used``, with the job's code) when it has one already."""
    used = session.scalar(
        update(Quote)
        .where(Quote.id == quote.id, Quote.job_code == "")
        .values(job_code=job_code)
        .returning(Quote.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(quote)
    if used is None:
        raise Conflict("quote_used", "This quote has already become a job.", job=quote.job_code)


def priced_of(quote: Quote) -> Priced:
    """Return the price a quote promises."""
    lines = tuple(PriceLine(line["kind"], line["fen"], line["params"]) for line in quote.lines)
    return Priced(lines, quote.total_fen, quote.worker_fen, quote.policy_version)
