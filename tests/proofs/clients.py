"""People with programs, over HTTP, who write down what the house has acknowledged: that may never be lost or doubled."""

import itertools
import random
import threading
import time
from dataclasses import dataclass, field

import httpx

AGAIN = {502, 503, 504}
PATIENCE = 600  # times a fifth of a second


@dataclass
class Log:
    """What was acknowledged: jobs with their visits, acceptances as (offer, visit), and how often we had to ask again."""

    jobs: dict[str, list[str]] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    retries: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


class Person(threading.Thread):
    """Somebody who keeps asking until there is an answer, always with the same key for the same wish."""

    def __init__(self, base: str, tokens: list[str], log: Log, done: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=base, timeout=10)
        self.tokens, self.log, self.done = tokens, log, done
        self.chance = random.Random(seed)
        self.keys = (f"{seed}-{number}" for number in itertools.count())

    def run(self) -> None:
        with self.client:
            for token in itertools.cycle(self.tokens):
                if self.done.wait(self.chance.uniform(0.1, 0.5)):
                    return
                self.turn(token)

    def turn(self, token: str) -> None:
        raise NotImplementedError

    def ask(self, token: str, method: str, path: str, **more: object) -> httpx.Response | None:
        """The answer, asked for with the same key until there is one; None after two minutes of silence."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": next(self.keys)}
        for _ in range(PATIENCE):
            try:
                answer = self.client.request(method, f"/api/v1{path}", headers=headers, **more)
                if answer.status_code not in AGAIN:
                    return self._checked(answer)
            except httpx.TransportError:
                pass
            self.log.retries += 1
            time.sleep(0.2)
        self.log.wrong.append(f"silence {path}")
        return None

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code >= 500:
            self.log.wrong.append(f"{answer.status_code} {answer.request.url.path}")
        self.log.refused += answer.status_code in {409, 422}
        return answer


class Customer(Person):
    """Looks for a slot, asks for a price, says yes."""

    homes: tuple[str, ...] = ()

    def turn(self, token: str) -> None:
        home = self.chance.choice(self.homes)
        wish = {"service": "standard", "minutes": 120, "compound": home}
        slots = self.ask(token, "GET", "/slots", params=wish)
        if slots is None or slots.status_code != 200 or not slots.json():
            return
        start = self.chance.choice(slots.json())["start"]
        quote = self.ask(token, "POST", "/quotes", json={**wish, "building": "1", "unit": "1-101", "start": start})
        if quote is None or quote.status_code != 201:
            return
        job = self.ask(token, "POST", "/jobs", json={"quote_code": quote.json()["code"]})
        if job is not None and job.status_code == 201:
            self.log.jobs[job.json()["code"]] = job.json()["visits"]


class Worker(Person):
    """Says yes to every offer."""

    def turn(self, token: str) -> None:
        offers = self.ask(token, "GET", "/worker/offers")
        if offers is None or offers.status_code != 200:
            return
        found = offers.json()
        rows = found["rows"] if isinstance(found, dict) else found
        for offer in rows:
            yes = self.ask(token, "POST", f"/worker/offers/{offer['code']}/accept")
            if yes is not None and yes.status_code == 200:
                self.log.accepted[offer["code"]] = yes.json()["code"]
