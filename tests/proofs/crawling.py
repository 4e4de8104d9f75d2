"""Looking for canaries: every address of the house, asked by everybody, and where a canary may sing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from app.house import House
from app.registry import Described, describe
from core.actors import Role

NO_DATA = ("/static/", "/map/basemap", "/design", "/sw.js", "/api/docs", "/api/v1/openapi.json", "/c/<compound>/qr.svg")
PUBLIC_ONCE = "anybody"  # what everybody gets alike is asked for by nobody in particular
BROKEN = "server error"
_PLACE = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True)
class Person:
    """Somebody who looks: name in the table, browser or program, role."""

    name: str
    client: FlaskClient
    role: Role
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Known:
    """Codes that are tried in addresses, by the name of the address's place or the first word before it."""

    codes: dict[str, list[str]]

    def addresses(self, rule: str) -> Iterator[str]:
        """The rule with every code that fits; none when nothing is known."""
        names = _PLACE.findall(rule)
        if not names:
            yield rule
            return
        words = [word for word in rule.split("/") if word and not word.startswith("<")]
        before = rule.split("<", maxsplit=1)[0].rstrip("/").rsplit("/", maxsplit=1)[-1]
        keys = [before, names[0], *words]
        found = next((self.codes[key] for key in keys if key in self.codes), [])
        for code in found if len(names) == 1 else []:
            yield _PLACE.sub(code, rule, count=1)


def reading(house: House, *, api: bool) -> list[Described]:
    return [
        line
        for line in describe(house)
        if "GET" in line.methods and line.declared.api is api and not line.rule.startswith(NO_DATA)
    ]


def heard(text: str, canaries: Mapping[str, str]) -> set[str]:
    """The canaries in a text; figures are found however they are grouped, a point when both of its numbers are."""
    squeezed = re.sub(r"[\s\-]|%20|&nbsp;", "", text)
    return {
        name for name, canary in canaries.items() if all(part in text or part in squeezed for part in canary.split("|"))
    }


def crawl(house: House, person: Person, known: Known, canaries: Mapping[str, str]) -> dict[str, set[str]]:
    """Every reading route this person is let into; canary → addresses where it sang.

    What everybody gets alike is asked for by nobody in particular. Doors that stay shut are another test's business.
    """
    found: dict[str, set[str]] = {}
    for line in reading(house, api=bool(person.headers)):
        public = line.declared.policy.public
        if person.role not in line.roles or (public and person.name != PUBLIC_ONCE):
            continue
        for address in known.addresses(line.rule):
            with person.client.get(address, headers=dict(person.headers)) as answer:
                if answer.status_code >= 500 and address != "/health":
                    found.setdefault(BROKEN, set()).add(address)
                text = answer.get_data().decode(errors="replace") + str(answer.headers)
            for name in heard(text, canaries):
                found.setdefault(name, set()).add(address)
    return found
