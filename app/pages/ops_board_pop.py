"""The popover of the board: for an open visit whom to ask and what it means, for a taken one why it went there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import auth
from app.formats import clock, minutes, named, percent
from app.pages.ops_board_rows import board_href
from app.pages.ops_words import codes_in, reasons_text, sentences, short_home, signed, term_name, terms_of
from app.place_key import place_key
from app.session import current_session
from app.words import gettext as _
from app.words import ngettext
from core.errors import Conflict, NotFound
from dispatch.asking import Able, Asking, who_could
from dispatch.board_rows import BoardDay
from dispatch.models import Visit
from dispatch.round_story import why_in_round
from dispatch.states import UNMATCHED
from dispatch.visit_file import taken_offer
from dispatch.visits import find_visit
from places.shown import NO_VISIT, Viewer, place_for
from workers.names import worker_names


@dataclass(frozen=True)
class Pop:
    """What the popover shows. ``able`` is whom one would ask; ``rows`` are the other possible people."""

    code: str
    title: str
    sub: str
    state: str
    side: str
    able: Able | None
    effects: Sequence[tuple[str, str]]
    sums: Sequence[tuple[str, str]]
    others: Sequence[dict[str, Any]]
    terms: Sequence[tuple[str, str]]
    lines: Sequence[str]
    rivals: Sequence[tuple[str, Sequence[str]]]
    nobody: str
    close: str
    round_code: str = ""


def pop_for(board: BoardDay, code: str, worker: str, now: datetime) -> Pop | None:
    """Return the popover for a visit, or None when there is no such visit."""
    try:
        visit = find_visit(current_session(), code)
    except NotFound:
        return None
    return _asking(board, visit, worker, now) if visit.state in UNMATCHED else _taken(board, visit, now)


def _asking(board: BoardDay, visit: Visit, worker: str, now: datetime) -> Pop:
    try:
        found = who_could(current_session(), auth.current_actor(), visit.code, now)
    except Conflict:
        found = Asking((), {}, 0)
    free = [one for one in found.able if not one.asked]
    able = next((one for one in free if one.code == worker), free[0] if free else None)
    where = short_home(_place(visit, now))
    title = _("%(what)s to %(who)s, %(time)s", what=where, who=able.name, time=clock(able.start)) if able else where
    return Pop(
        code=visit.code,
        title=title,
        sub=_what(board, visit),
        state=visit.state,
        side=_side(able.start if able else visit.window_from),
        able=able,
        effects=_effects(visit, able) if able else (),
        sums=_sums(able) if able else (),
        others=[_other(board, visit, one, able) for one in found.able],
        terms=[(term_name(name), signed(amount)) for name, amount in able.terms] if able else (),
        lines=(),
        rivals=(),
        nobody=reasons_text(sorted(found.reasons.items(), key=lambda one: -one[1])),
        close=board_href(board.wish),
    )


def _effects(visit: Visit, able: Able) -> list[tuple[str, str]]:
    """What gets better and what worse; nothing promised is ever moved by asking."""
    kept = visit.window_from <= able.start <= visit.window_until
    told = [
        ("better", _("fills one gap, the customer keeps the time") if kept else _("fills one gap, at another time"))
    ]
    if able.added_minutes <= 0:
        told.append(("better", _("no extra way for anybody")))
    else:
        kind = "better" if able.added_minutes <= 15 else "worse"
        told.append((kind, _("%(name)s travels %(n)s min more", name=able.name, n=able.added_minutes)))
    told.append(("better", _("nobody else moves")))
    if able.chance < 0.5:
        told.append(("worse", _("will probably say no (%(p)s yes)", p=percent(able.chance))))
    if able.trial:
        told.append(("worse", _("still in the trial visits")))
    return told


def _sums(able: Able) -> list[tuple[str, str]]:
    return [
        (_("fixed"), "1"),
        (_("broken"), "0"),
        (_("worth"), _("%(n)s min", n=signed(able.worth))),
        (_("says yes"), percent(able.chance)),
    ]


def _other(board: BoardDay, visit: Visit, one: Able, chosen: Able | None) -> dict[str, Any]:
    text = _("way %(way)s, worth %(n)s", way=signed(one.added_minutes), n=signed(one.worth))
    return {
        "name": one.name,
        "trial": one.trial,
        "start": one.start,
        "text": _("asked, waiting") if one.asked else text,
        "on": chosen is not None and one.code == chosen.code,
        "href": board_href(board.wish, visit=visit.code, worker=one.code),
    }  # fmt: skip


def _taken(board: BoardDay, visit: Visit, now: datetime) -> Pop:
    """Why a visit went to its worker: the terms of the accepted offer, the sentences and rivals of its round."""
    offer = taken_offer(current_session(), visit.code)
    round_code = offer.round_code if offer else ""
    start = visit.starts_at or visit.window_from
    who = visit.worker.name if visit.worker else ""
    lines, rivals = _round_lines(visit.code, round_code)
    title = (
        _("%(what)s: why %(who)s", what=short_home(_place(visit, now)), who=who)
        if who
        else short_home(_place(visit, now))
    )
    return Pop(
        code=visit.code,
        title=title,
        sub=_(", ").join((_what(board, visit), clock(start))),
        state=visit.state,
        side=_side(start),
        able=None,
        effects=(),
        sums=(),
        others=(),
        terms=[(name, signed(amount)) for name, amount in terms_of(offer.why)] if offer else (),
        lines=lines,
        rivals=rivals,
        nobody="" if offer else _("Not decided by a round."),
        close=board_href(board.wish),
        round_code=round_code,
    )


def _round_lines(visit: str, code: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The rivals of the round's choice, in words; the terms are told apart."""
    if not code:
        return [], []
    try:
        why = why_in_round(current_session(), auth.current_actor(), code, visit)
    except Conflict:
        return [], []
    if why is None:
        return [], []
    told = [sentence for rival in why.rivals for sentence in rival.sentences]
    names = worker_names(current_session(), {*codes_in(told), *(rival.worker for rival in why.rivals)})
    rivals = [
        (names.get(rival.worker, rival.worker), sentences(rival.sentences[:2], why.epoch, names))
        for rival in why.rivals
    ]
    count = ngettext("%(num)s other could have come", "%(num)s others could have come", len(rivals))
    return [count if rivals else _("Nobody else could have come.")], rivals


def _what(board: BoardDay, visit: Visit) -> str:
    return f"{named(board.services.get(visit.service))} {minutes(visit.minutes)}"


def _place(visit: Visit, now: datetime) -> Any:
    return place_for(visit.job.place, Viewer(auth.current_actor(), now), NO_VISIT, place_key())


def _side(start: datetime) -> str:
    """Where the popover stands, so that it does not hide the bar it is about."""
    return "west" if int(clock(start).split(":")[0]) >= 15 else "east"
