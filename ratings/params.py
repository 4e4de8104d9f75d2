"""Versions of the score's parameters: rows that never change, read as :class:`ratings.formula.Params`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ratings.formula import Params, Source
from ratings.models import ScoreParams

FIRST = Params()
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def seed_params(session: Session, now: datetime | None = None) -> None:
    """Publish version 1, the starting parameters; does nothing when there is one already."""
    session.execute(
        insert(ScoreParams)
        .values(version=1, at=now or _EPOCH, value=_value(FIRST), published_by="release")
        .on_conflict_do_nothing()
    )


def current_params(session: Session) -> Params:
    """Return the newest version; the starting one is published on first use."""
    row = session.scalars(select(ScoreParams).order_by(ScoreParams.version.desc()).limit(1)).first()
    if row is None:
        seed_params(session)
        return FIRST
    return _params(row)


def publish_params(session: Session, params: Params, by: str, now: datetime) -> Params:
    """Publish ``params`` as the next version; it applies to ratings counted from now on."""
    following = replace(params, version=current_params(session).version + 1)
    session.add(ScoreParams(version=following.version, at=now, value=_value(following), published_by=by))
    session.flush()
    return following


def params_reader(session: Session) -> Callable[[int], Params]:
    """Return a function version → parameters that asks the database once per version."""
    known: dict[int, Params] = {}

    def read(version: int) -> Params:
        if version not in known:
            row = session.get(ScoreParams, version)
            known[version] = _params(row) if row else FIRST
        return known[version]

    return read


def _value(params: Params) -> dict[str, object]:
    return {name: value for name, value in asdict(params).items() if name != "version"}


def _params(row: ScoreParams) -> Params:
    value = dict(row.value)
    sources = {name: Source(**one) for name, one in value.pop("sources", {}).items()}
    return Params(version=row.version, sources=sources, **value)
