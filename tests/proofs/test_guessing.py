"""T1: a million guesses at phone codes, from a thousand browsers and addresses, over days: the limits hold, nobody gets in.

The guesses go straight at the verbs, as fast as the database takes them; time is simulated.
"""

import os
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from accounts.codes import CodeAsk, CodeProof, ask_code, prove_code
from accounts.errors import WrongProof
from accounts.models import GuessLog, SignInChallenge
from accounts.policy import AccessPolicy
from core.errors import TooMany
from tests.proofs.conftest import LONG

START = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PEPPER = "p" * 40
LIMITS = AccessPolicy()
AT_ONCE = 500  # guesses of one transaction


@dataclass(frozen=True)
class Attack:
    """How many guesses, from how many browsers (each with its address), at how many numbers, over how long."""

    guesses: int
    browsers: int
    numbers: int
    span: timedelta


SHORT = Attack(300, 60, 4, timedelta(minutes=75))
FULL = Attack(1_000_000, 1_000, 100, timedelta(days=5))
CROWD = 70  # numbers that are all guessed at within one minute


@dataclass
class Attackers:
    """A thousand browsers that know each other: who asked for a code guesses it, and now and then somebody else does."""

    session: Session
    attack: Attack
    dice: random.Random = field(default_factory=lambda: random.Random(20261121))
    codes: dict[str, tuple[str, int, datetime, int]] = field(
        default_factory=dict
    )  # number → code, browser, made, tries
    came_of: Counter[str] = field(default_factory=Counter)

    def guess(self, number: str, now: datetime) -> None:
        code, owner, _, tries = self.codes.get(number, ("", 0, START, 9))
        if not code or tries >= LIMITS.tries_per_code or now >= self.codes[number][2] + timedelta(minutes=5):
            self.ask(number, now)
            code, owner, _, tries = self.codes.get(number, ("C-0000000000", self.any_browser(), START, 9))
        browser = owner if self.dice.random() < 0.98 else self.any_browser()
        self.came_of[self.outcome(code, browser, now)] += 1
        if number in self.codes:
            self.codes[number] = (*self.codes[number][:3], tries + 1)

    def outcome(self, code: str, browser: int, now: datetime) -> str:
        typed = f"{self.dice.randrange(10**6):06d}"
        try:
            prove_code(self.session, CodeProof(code, typed, f"b{browser}", address(browser)), now, PEPPER)
        except WrongProof:
            return "wrong"
        except TooMany:
            return "refused"
        return "got in"

    def ask(self, number: str, now: datetime) -> None:
        browser = self.any_browser()
        try:
            made = ask_code(self.session, CodeAsk(number, f"b{browser}", address(browser)), now)
        except TooMany:
            self.came_of["no code sent"] += 1
        else:
            self.codes[number] = (made.code, browser, now, 0)

    def any_browser(self) -> int:
        return self.dice.randrange(self.attack.browsers)


def address(browser: int) -> str:
    return f"10.{browser // 250}.{browser % 250}.9"


def numbers(most: int) -> list[str]:
    return [f"+8613{number % 10}{13_000_000 + number * 7:08d}" for number in range(most)]


def burst(attackers: Attackers) -> None:
    """First all at once, so that the breaker of the whole system has to trip: five guesses at every number in a minute."""
    targets = numbers(CROWD)
    for turn in range(5 * len(targets)):
        attackers.guess(targets[turn % len(targets)], START + timedelta(seconds=55 * turn / (5 * len(targets))))
    attackers.session.commit()


def most_in(times: list[datetime], span: timedelta) -> int:
    """The most of these instants, in their order, that any span of this length holds."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - span:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("attack", [FULL if LONG in os.environ else SHORT], ids=["guesses"])
def test_guessing_gets_nobody_in(fresh_database: str, told: dict, attack: Attack) -> None:
    """T1: 10⁶ guesses from 1,000 browsers and addresses: ≤ 5 tries per code, ≤ 25 per number and day, the breaker trips."""
    engine, targets = create_engine(fresh_database), numbers(attack.numbers)
    with Session(engine) as session:
        attackers = Attackers(session, attack)
        burst(attackers)
        assert attackers.came_of["refused"] > 0
        tripped = attackers.came_of["wrong"]
        step = attack.span / attack.guesses
        for turn in range(attack.guesses):
            attackers.guess(attackers.dice.choice(targets), START + timedelta(days=2) + step * turn)
            if turn % AT_ONCE == 0:
                session.commit()
        session.commit()
        told |= {"guesses": attack.guesses, "stopped at once after": tripped, **attackers.came_of}
        told |= limits_kept(session)
    engine.dispose()
    assert tripped == LIMITS.guesses_everywhere_minute
    assert attackers.came_of["got in"] == 0


def limits_kept(session: Session) -> dict[str, int]:
    """The most that was ever evaluated per code, number and day, address and hour, and minute."""
    per_code = session.scalar(select(func.max(SignInChallenge.tries))) or 0
    by_number, by_address, all_times = defaultdict(list), defaultdict(list), []
    for at, phone, network in session.execute(
        select(GuessLog.at, GuessLog.phone, GuessLog.network).order_by(GuessLog.at)
    ):
        by_number[phone].append(at)
        by_address[network].append(at)
        all_times.append(at)
    by_number.pop("", None)  # codes that never were belong to no number
    found = {
        "tries of a code": per_code,
        "guesses at a number in a day": max(most_in(times, timedelta(days=1)) for times in by_number.values()),
        "guesses of an address in an hour": max(most_in(times, timedelta(hours=1)) for times in by_address.values()),
        "guesses of all in a minute": most_in(all_times, timedelta(minutes=1)),
    }
    assert found["tries of a code"] <= LIMITS.tries_per_code
    assert found["guesses at a number in a day"] <= LIMITS.guesses_per_number_day
    assert found["guesses of an address in an hour"] <= LIMITS.guesses_per_network_hour
    assert found["guesses of all in a minute"] <= LIMITS.guesses_everywhere_minute
    return found
