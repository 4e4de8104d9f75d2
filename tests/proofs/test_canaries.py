"""T4: personal data stay where they belong. Canaries in every personal field, looked for everywhere, at every state.

`ALLOWED` says where each canary may sing; anything else is a leak, and in the states after which it no longer may
(the worker from a day after the visit) it must have fallen silent.
"""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notice_texts import texts_of
from notices.models import Notice, StaffTask
from tests.proofs.crawling import Person, crawl, heard
from tests.proofs.worlds import CANARIES, World, story

STATES = (
    "open",
    "offering",
    "assigned early",
    "assigned late",
    "en route",
    "in progress",
    "done",
    "day after",
    "settled",
)
LATE = STATES[3:8]
TAKEN = STATES[2:]
DOOR = ("address", "building", "unit", "access notes", "note", "home point")
PARTIES = ("ada", "ben")
TELLING = ("offering", "assigned late", "en route", "settled")
HOUSE = ("olu", "fin", "adam")  # the list of people: names, roles, codes; no phones, no homes

# canary → who may hear it → in which states
ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "customer name": {"ada": STATES, "ben": LATE, **dict.fromkeys(HOUSE, STATES)},
    "customer phone": {"ada": STATES},
    **{name: {"ada": STATES, "ben": LATE} for name in DOOR},
    "worker name": {"ben": STATES, "ada": TAKEN, **dict.fromkeys(HOUSE, STATES)},
    "worker phone": {"ben": STATES},
    "worker home": {"ben": STATES},
    "position": {"ada": ("en route",)},
}


def listeners(world: World, state: str, *, everybody: bool) -> list[Person]:
    """Who listens. The short form sends those with no part in the visit only at its most telling states."""
    return [one for one in world.people if everybody or state in TELLING or one.name in PARTIES]


def leaks_of(world: World, people: list[Person], state: str) -> set[tuple[str, str, str, str]]:
    found = set()
    for person in people:
        for canary, addresses in crawl(world.house, person, world.known, CANARIES).items():
            if state not in ALLOWED.get(canary, {}).get(person.name, ()):
                found |= {(state, person.name, canary, address) for address in addresses}
    return found


def told_apart(leaks: set[tuple[str, str, str, str]]) -> list[str]:
    """The leaks, one line for each canary, listener and address, with the states."""
    rows = {leak[1:] for leak in leaks}
    when = {row: [state for state in STATES if (state, *row) in leaks] for row in rows}
    return [
        f"{canary}: {person} at {where}, {', '.join(when[person, canary, where])}"
        for person, canary, where in sorted(rows)
    ]


def told_to_others(session: Session) -> set[tuple[str, str]]:
    """Canaries in what is sent or queued: parameters, and words in both languages."""
    notices = session.scalars(select(Notice)).all()
    words = [text for locale in ("zh", "en") for text in texts_of(session, notices, locale)]
    kept = [str(notice.params) for notice in notices] + [str(one.params) for one in session.scalars(select(StaffTask))]
    sent = [f"{one.subject} {one.body}" for one in words]
    assert len(notices) >= 6
    return {(canary, text) for text in [*kept, *sent] for canary in heard(text, CANARIES)}


def test_canaries_sing_only_where_allowed(
    world: World, torture: bool, told: dict, capfd: pytest.CaptureFixture[str]
) -> None:
    """T4: names, phones, addresses, notes, points: nobody hears them before, after or beside their turn."""
    leaks: set[tuple[str, str, str, str]] = set()
    states = []
    for state, now in story(world):
        world.tell(now)
        states.append(state)
        leaks |= leaks_of(world, listeners(world, state, everybody=torture), state)
    assert tuple(states) == STATES
    told |= {"states": len(states), "people": len(world.people), "leaks": len(leaks)}
    assert not leaks, "\n".join(told_apart(leaks))
    assert told_to_others(world.session) == set()
    spoken = capfd.readouterr()
    assert heard(spoken.out + spoken.err, CANARIES) == set()
