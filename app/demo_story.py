"""The main story, act by act, as its people play it in their browsers: no JavaScript, only pages and forms.

Each act returns one sentence about what happened, or raises: :class:`PageError` for a page that does not do its
part, :class:`StoryError` for a house that does not.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from app.demo_browser import DemoBrowser, Form, PageError
from app.demo_facts import Asked, Facts, Finished, Score, Someone
from core.actors import Role
from core.clock import Clock
from dispatch.states import VisitState
from disputes.states import DisputeState

T = TypeVar("T")
PATIENCE = 60.0  # seconds the clock may take for its part
LEAD = timedelta(minutes=58)  # a start at short notice needs 45 minutes; a minute passes in a second
EARLY = timedelta(minutes=90)
DEMO_CODE = re.compile(r"data-demo-code>\s*(\d{6})")


class StoryError(Exception):
    """The house did not do its part; the sentence says what was waited for, and what to look at next."""

    def __init__(self, why: str, next_step: str) -> None:
        super().__init__(f"{why}; {next_step}")


class Story:
    """The people, their browsers and what they know of each other. The acts are called in the order of ``ACTS``."""

    def __init__(self, base_url: str, facts: Facts, clock: Clock) -> None:
        self.base_url, self.facts, self.clock = base_url, facts, clock
        self.customer = DemoBrowser(base_url)
        self.worker = DemoBrowser(base_url)
        self.visit = ""
        self.compounds: list[str] = []
        self.helper = Someone("", "", "")
        self.before = Score(0.0, 0.0, 0)
        self.second: Finished | None = None
        self.case = ""

    def now(self) -> datetime:
        """Return the business time."""
        return self.clock.now()

    def browser_of(self, account: str, role: Role) -> DemoBrowser:
        """Return a browser signed in as somebody, by the demo's own door, reading English."""
        browser = DemoBrowser(self.base_url)
        browser.open("/demo/people")
        browser.send("/demo/enter", {"account": account, "role": role.value})
        browser.send("/preferences", {"locale": "en"})
        return browser

    def wait(self, look: Callable[[], T | None], why: str, next_step: str, seconds: float = PATIENCE) -> T:
        """Look again and again until there is something; ``StoryError`` when there is nothing in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = look()
            if found:
                return found
            time.sleep(0.25)
        raise StoryError(f"{why} within {seconds:.0f} s", next_step)


def free_now(story: Story) -> str:
    """A few workers say that they are free for the next hours."""
    idle = story.facts.idle_workers(story.now())
    if not idle:
        raise StoryError("no worker of the demo city is on shift and free", "look at simulation/hiring.py: shifts_of")
    for someone, _home in idle:
        browser = story.browser_of(someone.account, Role.WORKER)
        browser.open("/worker/hours")
        browser.send("/worker/hours/free", {"hours": "4"})
    story.compounds = story.facts.compounds_near([home for _someone, home in idle])
    return f"{len(idle)} workers are free now"


def request_visit(story: Story) -> str:
    """A stranger chooses what, where and when; the phone number and its code come last."""
    form, slug, start = _first_start(story)
    home = next(value for value in form.values("home") if value)
    phone = f"139{secrets.randbelow(10**8):08d}"
    sent = story.customer.send("/request/code", {"home": home, "time": start, "name": "Ada", "phone": phone})
    code = DEMO_CODE.search(sent.source)
    if code is None:
        raise PageError(f"{sent.path} shows no demo code (it says: {sent.gist})")
    page = story.customer.send("/request", {"home": home, "time": start, "phone": phone, "code": code[1]})
    if not page.path.startswith("/visits/"):
        raise PageError(f"the request did not become a visit: {page.path} says: {page.gist}")
    story.visit = page.path.removeprefix("/visits/")
    return f"{story.visit} at {start} in {slug}, phone proved with the code shown on the page"


def _first_start(story: Story) -> tuple[Form, str, str]:
    """Return the request form of a compound somebody can reach soon, and the earliest start it offers."""
    for slug in story.compounds:
        wish = {"service": "standard", "minutes": 120, "compound": slug}
        form = story.customer.open("/request", wish).form("/request")
        local = story.now().astimezone(story.facts.zone)
        if local.date().isoformat() not in [one.value for one in form.controls if one.name == "day" and one.on]:
            continue
        soon = [time for time in sorted(form.values("time")) if _lead(local, time) >= LEAD]
        if soon:
            return form, slug, soon[0]
    raise StoryError("no compound near the free workers has a start today", "look at /request and at dispatch/slots.py")


def _lead(local: datetime, text: str) -> timedelta:
    """Return how far ahead a clock time of today is; a day part counts as none."""
    hour, colon, minute = text.partition(":")
    if not colon:
        return timedelta()
    return local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0) - local


def be_offered(story: Story) -> str:
    """The clock's round finds somebody and asks."""
    asked = _await_offer(story)
    return f"round {asked.round} asks {asked.worker.name} ({asked.offer})"


def _await_offer(story: Story) -> Asked:
    offers = story.wait(
        lambda: story.facts.live_offers(story.visit),
        "no round of the clock has offered the visit",
        f"is the clock running? see log/clock.log and /ops/visits/{story.visit}",
    )
    return offers[0]


def accept(story: Story) -> str:
    """The worker opens the offer and takes it; one that ran out is followed by the next."""
    for _try in range(6):
        asked = _await_offer(story)
        story.helper = asked.worker
        story.worker = story.browser_of(asked.worker.account, Role.WORKER)
        page = story.worker.open(f"/worker/offers/{asked.offer}")
        if page.find("/accept") is None:
            continue
        page = story.worker.try_send("/accept", {})
        if page.status == 200 and page.path == f"/worker/visits/{story.visit}":
            return f"{asked.worker.name} takes it"
    raise StoryError("no offer could be taken in six tries", f"see /ops/visits/{story.visit}")


def travel(story: Story) -> str:
    """The worker sets out, not earlier than 90 minutes before, and arrives with the customer's code."""
    visit = story.facts.visit(story.visit)
    start = visit.starts_at or visit.window_from
    patience = PATIENCE + max(0.0, (start - EARLY - story.now()).total_seconds() / story.clock.speed)
    story.wait(lambda: story.now() >= start - EARLY, "the time to set out did not come", "see HOURHAND_CLOCK", patience)
    story.worker.open(_visit_page(story))
    story.worker.send("/trip")
    story.worker.open(_visit_page(story))
    story.worker.send("/arrive", {"code": _code_said(story)})
    return "set out, and at the door with the customer's four digits"


def _visit_page(story: Story) -> str:
    return f"/worker/visits/{story.visit}"


def _code_said(story: Story) -> str:
    """Return the start code, which the customer's page must show."""
    code = story.facts.visit(story.visit).start_code
    page = story.customer.open(f"/visits/{story.visit}")
    if code not in "".join(page.text.split()):
        raise PageError(f"{page.path} does not show the start code (it says: {page.gist})")
    return code


def work(story: Story) -> str:
    """The worker starts with the code, ticks the list and finishes."""
    story.worker.open(_visit_page(story))
    story.worker.send("/start", {"code": _code_said(story)})
    items = story.worker.open(_visit_page(story)).form("/finish").values("done")
    story.worker.send("/item", {"done": items[: len(items) // 2]})
    story.worker.open(_visit_page(story))
    story.worker.send("/finish", {"done": items})
    return f"begun with the code, {len(items)} lines ticked, finished"


def cash(story: Story) -> str:
    """The worker notes the customer's cash; the minute for undoing goes by and the visit is charged."""
    story.worker.open(_visit_page(story))
    story.worker.send("/cash")
    visit = story.facts.visit(story.visit)
    if visit.cash_kept_at is None:
        raise StoryError("the cash was not noted", f"see /ops/visits/{story.visit}")
    return f"¥{visit.total_fen / 100:.2f} in cash, ¥{visit.worker_fen / 100:.2f} of it the worker's"


def confirm_and_rate(story: Story) -> str:
    """The customer confirms and rates; the worker rates too, and both are revealed."""
    story.before = story.facts.score(story.helper.code)
    story.customer.open(f"/visits/{story.visit}")
    story.customer.send("/confirm")
    story.customer.open(f"/visits/{story.visit}")
    story.customer.send("/rate", {"stars": "5", "comment": "Very thorough."})
    story.worker.open(f"{_visit_page(story)}/rate")
    story.worker.send("/rate", {"stars": "5"})
    if story.facts.visit(story.visit).state not in (VisitState.COMPLETED, VisitState.SETTLED):
        raise StoryError("the confirmed visit is not completed", f"see /ops/visits/{story.visit}")
    return "confirmed, five stars from both sides"


def see_score(story: Story) -> str:
    """The score has moved, and the worker's page explains what it is made of."""
    after = story.facts.score(story.helper.code)
    if after.ratings <= story.before.ratings or after.weight <= story.before.weight:
        raise StoryError("the rating did not count", "see ratings/scores.py: count_rating")
    page = story.worker.open("/worker/score")
    for words in ("Your score is the average of your ratings", "What would change it", "batches"):
        if words not in page.text:
            raise PageError(f"{page.path} does not explain “{words}” (it says: {page.gist})")
    old = _stars(story.before.score) if story.before.ratings else "none"
    return f"{old} → {_stars(after.score)} stars on {after.ratings} ratings; the page explains the parts"


def _stars(score: float) -> str:
    return f"{1 + 4 * score:.3f}"


def see_milestone(story: Story) -> str:
    """The recruiter's statement has the recruit's line; each sum says how it was computed."""
    browser = story.browser_of(story.facts.recruiter_account(story.helper.recruiter), Role.RECRUITER)
    page = browser.open("/recruiter/statement")
    if story.helper.name not in page.text:
        raise PageError(f"{page.path} has no line for {story.helper.name} (it says: {page.gist})")
    sums = story.facts.milestones(story.helper.recruiter)
    for code in list(sums)[:3]:
        browser.open(f"/recruiter/milestones/{code}")
    mine = sum(owner == story.helper.code for owner in sums.values())
    earned = f"{mine} sums so far" if mine else "what may come; nothing is earned before acceptance"
    return f"{story.helper.name}’s line: {earned}; {len(sums)} sums of all recruits, each says how it was computed"


def open_case(story: Story) -> str:
    """The customer of an earlier visit says that the work was not done well."""
    second = story.facts.finished_visit(story.now(), [story.visit])
    story.second = second
    browser = story.browser_of(second.customer, Role.CUSTOMER)
    browser.open(f"/visits/{second.visit}/problem", {"kind": "work"})
    said = {"topic": "quality", "words": "The bathroom was left out.", "wish": "refund"}
    page = browser.send("/problem", said)
    if not page.path.startswith("/cases/"):
        raise PageError(f"no case came of it: {page.path} says: {page.gist}")
    story.case = page.path.removeprefix("/cases/")
    return f"{story.case} about {second.visit}"


def answer_case(story: Story) -> str:
    """The worker of that visit answers."""
    if story.second is None:
        raise StoryError("there is no case to answer", "the step before failed")
    browser = story.browser_of(story.second.worker.account, Role.WORKER)
    browser.open(f"/worker/cases/{story.case}")
    browser.send("/say", {"words": "The bathroom was locked."})
    return f"{story.second.worker.name} answers"


def decide_case(story: Story) -> str:
    """The desk decides: part of the money comes back from the guarantee fund, with a reason."""
    browser = story.browser_of(story.facts.account_with(Role.OPS_LEAD), Role.OPS_LEAD)
    browser.open(f"/ops/disputes/{story.case}")
    said = {"remedy": "part_refund", "yuan": "20", "rating_effect": "none", "reason": "The list shows it was left out."}
    browser.send("/decide", said)
    state = story.facts.dispute_state(story.case)
    if state not in (DisputeState.DECIDED, DisputeState.REMEDIED):
        raise StoryError(f"the case is {state}, not decided", f"see /ops/disputes/{story.case}")
    return "¥20.00 back from the guarantee fund, reason given"


def close_books(story: Story) -> str:
    """The ledger adds up to nothing, and the house has kept nothing of anybody's work."""
    total, kept, rows = story.facts.books()
    if total or kept:
        raise StoryError(f"the ledger sums to {total} fen, revenue:basic is {kept} fen", "see /ops/ledger")
    return f"{rows} postings sum to 0; revenue:basic 0"


ACTS: tuple[tuple[str, Callable[[Story], str]], ...] = (
    ("workers say they are free", free_now),
    ("a request, the phone code last", request_visit),
    ("the clock's round offers it", be_offered),
    ("the worker accepts", accept),
    ("on the way, at the door", travel),
    ("the work", work),
    ("paid in cash", cash),
    ("confirmed and rated", confirm_and_rate),
    ("the score moves and is explained", see_score),
    ("the recruiter's statement", see_milestone),
    ("a dispute about an earlier visit", open_case),
    ("its worker answers", answer_case),
    ("the desk decides", decide_case),
    ("the ledger", close_books),
)
