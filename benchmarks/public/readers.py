"""Readers of the public formats: VRPLIB as PyVRP writes it, Solomon's text, Mankowska's JSON. One shape for all.

Units are those of the files. Rounding is the benchmark's own: `dimacs` cuts distances to one decimal, `exact` keeps
three, `plain` keeps all.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody to be visited; `prize` None: must be."""

    place: int
    demand: int
    earliest: float
    latest: float
    service: float
    prize: float | None = None
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle or carer; `longest` is how long a tour may last (our model does not know it)."""

    depot: int
    earliest: float
    latest: float
    capacity: int | None = None
    longest: float | None = None
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Instance:
    """A public instance with its best known cost in the units of the file (None: not comparable)."""

    name: str
    family: str
    distances: tuple[tuple[float, ...], ...]
    clients: tuple[Client, ...]
    vehicles: tuple[Vehicle, ...]
    best: float | None
    routes: tuple[tuple[int, ...], ...] = ()
    note: str = ""


def rounded(points: list[tuple[float, float]], how: str) -> tuple[tuple[float, ...], ...]:
    """Euclidean distances under the rounding of a benchmark."""

    def cut(metres: float) -> float:
        if how == "dimacs":
            return math.floor(metres * 10) / 10
        return round(metres * 1000) / 1000 if how == "exact" else metres

    return tuple(tuple(cut(math.dist(one, other)) for other in points) for one in points)


def _sections(text: str) -> tuple[dict[str, str], dict[str, list[list[float]]]]:
    heads: dict[str, str] = {}
    sections: dict[str, list[list[float]]] = {}
    rows: list[list[float]] | None = None
    for line in text.splitlines():
        words = line.split()
        if not words or words == ["EOF"]:
            continue
        if words[0].endswith("_SECTION"):
            rows = sections.setdefault(words[0].removesuffix("_SECTION"), [])
        elif re.match(r"[A-Z]", words[0]):
            key, _, value = line.partition(":")
            heads[key.strip()] = value.strip()
        elif rows is not None:
            rows.append([float(word) for word in words])
    return heads, sections


def read_vrplib(path: Path) -> Instance:
    """A `.vrp` with the `.sol` beside it."""
    heads, sections = _sections(path.read_text())
    how = "exact" if heads["TYPE"] == "MDVRPTW" else "dimacs"
    points = [(row[1], row[2]) for row in sections["NODE_COORD"]]
    windows = {int(row[0]) - 1: (row[1], row[2]) for row in sections["TIME_WINDOW"]}
    demand = {int(row[0]) - 1: int(row[1]) for row in sections["DEMAND"]}
    prizes = {int(row[0]) - 1: row[1] for row in sections.get("PRIZE", [])}
    services = {int(row[0]) - 1: row[1] for row in sections.get("SERVICE_TIME", [])}
    service = float(heads.get("SERVICE_TIME", 0))
    depots = [int(row[0]) - 1 for row in sections["DEPOT"] if row[0] > 0]
    homes = [int(row[1]) - 1 for row in sections.get("VEHICLES_DEPOT", [])]
    homes = homes or [depots[0]] * int(heads.get("VEHICLES", len(points)))
    longest = float(heads["VEHICLES_MAX_DURATION"]) if "VEHICLES_MAX_DURATION" in heads else None
    capacity = int(heads["CAPACITY"])
    clients = tuple(
        Client(place, demand[place], *windows[place], services.get(place, service), prizes.get(place))
        for place in range(len(points)) if place not in depots
    )  # fmt: skip
    vehicles = tuple(Vehicle(home, *windows[home], capacity, longest) for home in homes)
    routes, best = read_solution(path.with_suffix(".sol"), len(depots), 1000 if how == "exact" else 10)
    return Instance(path.stem, path.parent.name, rounded(points, how), clients, vehicles, best, routes)


def read_solution(path: Path, depots: int, scale: int) -> tuple[tuple[tuple[int, ...], ...], float | None]:
    """Routes (as indices of clients) and cost of a `.sol`; whole costs are `scale` times the unit."""
    if not path.exists():
        return (), None
    routes, cost = [], None
    for line in path.read_text().splitlines():
        words = line.replace(":", " ").split()
        if words[:1] == ["Route"]:
            routes.append(tuple(int(word) - depots for word in words[2:]))
        elif words[:1] == ["Cost"]:
            cost = float(words[1]) / (1 if "." in words[1] else scale)
    return tuple(routes), cost


def read_solomon(path: Path) -> Instance:
    """Solomon's text; the best known is the one for distance first, where it is listed."""
    lines = [line.split() for line in path.read_text().splitlines()]
    many, capacity = (int(word) for word in lines[4])
    rows = [[float(word) for word in line] for line in lines[9:] if len(line) == 7]
    known = json.loads((path.parent / "BKS.json").read_text())
    entry = known.get(f"{path.stem}_distance") or known.get(path.stem)
    by_distance = f"{path.stem}_distance" in known
    clients = tuple(Client(row, int(each[3]), each[4], each[5], each[6]) for row, each in enumerate(rows) if row)
    vehicle = Vehicle(0, rows[0][4], rows[0][5], capacity)
    return Instance(path.stem, "solomon", rounded([(row[1], row[2]) for row in rows], "plain"), clients,
                    (vehicle,) * many, entry["best_known_cost"] if entry else None,
                    note="" if by_distance else "best known has the fewest vehicles, not the shortest way")  # fmt: skip


def read_home_care(path: Path) -> Instance:
    """Mankowska's home care: only patients who need one carer, and only hard windows; the rest is not in our model."""
    data = json.loads(path.read_text())
    single = [
        (row, each) for row, each in enumerate(data["patients"], start=1) if len(each["required_caregivers"]) == 1
    ]
    clients = tuple(
        Client(row, 0, each["time_window"][0], each["time_window"][1], each["required_caregivers"][0]["duration"],
               skills=frozenset({each["required_caregivers"][0]["service"]}))
        for row, each in single
    )  # fmt: skip
    latest = max(client.latest for client in clients) + 1000
    vehicles = tuple(Vehicle(0, 0.0, latest, skills=frozenset(each["abilities"])) for each in data["caregivers"])
    table = tuple(tuple(float(cell) for cell in row) for row in data["distances"])
    double = len(data["patients"]) - len(single)
    return Instance(path.stem, "home care", table, clients, vehicles, None,
                    note=f"{double} patients with two carers left out, windows hard")  # fmt: skip
