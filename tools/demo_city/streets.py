"""From the published street segments to packed ways: projection, joining, chaining, thinning."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.points import Point
from geo.roads import CLASSES, UNITS_PER_DEGREE, RoadGraph, roads_from_lines

Floats = NDArray[np.float64]
Node = tuple[int, int]
"""A junction or bend: (lat, lon) in whole 1e-5 degrees. Segments are joined where these are equal."""

_WGS84_A, _WGS84_F = 6_378_137.0, 1 / 298.257223563
_UTM_SCALE, _UTM_EASTING, _UTM_50_MERIDIAN = 0.9996, 500_000.0, 117.0
_TOLERANCE_UNITS = 1.6


def read_segments(parquet: Path) -> tuple[list[str], Floats]:
    """Highway class and (lat, lon) of both ends of every segment, shape (n, 2, 2), degrees."""
    table = import_module("pyarrow.parquet").read_table(parquet, columns=["highway", "geometry"])
    blobs = table["geometry"].to_pylist()
    flat = np.array([line_ends(blob) for blob in blobs]).reshape(-1, 2, 2)
    lat, lon = wgs84_from_utm50(flat[..., 0], flat[..., 1])
    return [str(name) for name in table["highway"].to_pylist()], np.stack([lat, lon], axis=-1)


def line_ends(blob: bytes) -> Floats:
    """The four numbers of a two-point WKB line (little endian). Raises ValueError for anything else."""
    if len(blob) != 41 or blob[:9] != b"\x01\x02\x00\x00\x00\x02\x00\x00\x00":
        raise ValueError("Expected a little-endian WKB line of two points.")
    return np.frombuffer(blob, dtype="<f8", offset=9, count=4)


def wgs84_from_utm50(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Inverse transverse Mercator of UTM zone 50N (Krüger's series, order n⁴; error below a millimetre)."""
    n = _WGS84_F / (2 - _WGS84_F)
    radius = _WGS84_A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360,
        n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440,
        17 * n**3 / 480 - 37 * n**4 / 840,
        4397 * n**4 / 161_280,
    )
    delta = (
        2 * n - 2 * n**2 / 3 - 2 * n**3 + 116 * n**4 / 45,
        7 * n**2 / 3 - 8 * n**3 / 5 - 227 * n**4 / 45,
        56 * n**3 / 15 - 136 * n**4 / 35,
        4279 * n**4 / 630,
    )
    xi, eta = northing / (_UTM_SCALE * radius), (easting - _UTM_EASTING) / (_UTM_SCALE * radius)
    xi_0, eta_0 = xi.copy(), eta.copy()
    for j, b in enumerate(beta, start=1):
        xi_0 -= b * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
        eta_0 -= b * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
    chi = np.arcsin(np.sin(xi_0) / np.cosh(eta_0))
    lat = chi + sum(d * np.sin(2 * j * chi) for j, d in enumerate(delta, start=1))
    lon = math.radians(_UTM_50_MERIDIAN) + np.arctan2(np.sinh(eta_0), np.cos(xi_0))
    return np.degrees(lat), np.degrees(lon)


def build_roads(names: Sequence[str], ends: Floats) -> RoadGraph:
    """Join, keep the largest connected part, chain bends into ways, thin, sort, pack."""
    edges = largest_part(unique_edges(names, ends))
    lines = [(name, thin(line)) for name, line in chains(edges)]
    lines = [(name, line if line[0] <= line[-1] else line[::-1]) for name, line in lines]
    lines.sort(key=lambda item: (CLASSES.index(item[0]), *hilbert_like(item[1][0]), item[1]))
    return roads_from_lines([(name, [as_point(node) for node in line]) for name, line in lines])


def as_point(node: Node) -> Point:
    """A node as a point."""
    return Point(node[0] / UNITS_PER_DEGREE, node[1] / UNITS_PER_DEGREE)


def hilbert_like(node: Node) -> tuple[int, int]:
    """A sort key that keeps neighbours together: a stripe of about 1 km, walked to and fro."""
    stripe = node[0] // 1000
    return stripe, node[1] if stripe % 2 else -node[1]


def unique_edges(names: Sequence[str], ends: Floats) -> dict[tuple[Node, Node], str]:
    """Undirected segments between different nodes; of doubles the wider class stays."""
    units = np.rint(ends * UNITS_PER_DEGREE).astype(int)
    edges: dict[tuple[Node, Node], str] = {}
    for name, ((lat_a, lon_a), (lat_b, lon_b)) in zip(names, units.tolist(), strict=True):
        a, b = sorted([(lat_a, lon_a), (lat_b, lon_b)])
        if a != b:
            edges[a, b] = min(name, edges.get((a, b), name), key=CLASSES.index)
    return edges


def largest_part(edges: dict[tuple[Node, Node], str]) -> dict[tuple[Node, Node], str]:
    """Only the edges of the largest connected part."""
    beside = neighbours(edges)
    seen: set[Node] = set()
    best: set[Node] = set()
    for start in sorted(beside):
        if start not in seen:
            part = flood(start, beside)
            seen |= part
            best = max(best, part, key=len)
    return {pair: name for pair, name in edges.items() if pair[0] in best}


def flood(start: Node, beside: dict[Node, list[Node]]) -> set[Node]:
    """Every node that can be reached from `start`."""
    part, todo = {start}, [start]
    while todo:
        for node in beside[todo.pop()]:
            if node not in part:
                part.add(node)
                todo.append(node)
    return part


def neighbours(edges: Iterable[tuple[Node, Node]]) -> dict[Node, list[Node]]:
    """Who touches whom."""
    beside: dict[Node, list[Node]] = defaultdict(list)
    for a, b in edges:
        beside[a].append(b)
        beside[b].append(a)
    return beside


def chains(edges: dict[tuple[Node, Node], str]) -> Iterable[tuple[str, list[Node]]]:
    """Runs of one class through nodes where just two segments of that class meet; loops come as they are."""
    chaining = Chaining(edges)
    for stop in sorted(node for node in chaining.beside if not chaining.passes(node)):
        for other in chaining.beside[stop]:
            if chaining.is_left(stop, other):
                yield chaining.name_of(stop, other), chaining.run_from(stop, other)
    while chaining.left:  # closed rings without any junction
        a, b = min(chaining.left)
        yield chaining.name_of(a, b), chaining.run_from(a, b)


class Chaining:
    """The segments, and which of them no run has taken yet."""

    def __init__(self, edges: dict[tuple[Node, Node], str]) -> None:
        """Nothing is taken at first."""
        self._edges = edges
        self.left = set(edges)
        self.beside = neighbours(edges)

    def name_of(self, a: Node, b: Node) -> str:
        """The class of the segment between two neighbours."""
        return self._edges[min(a, b), max(a, b)]

    def is_left(self, a: Node, b: Node) -> bool:
        """Whether no run has taken this segment."""
        return (min(a, b), max(a, b)) in self.left

    def passes(self, node: Node) -> bool:
        """Whether a run goes straight on here."""
        others = self.beside[node]
        return len(others) == 2 and len({self.name_of(node, other) for other in others}) == 1

    def run_from(self, a: Node, b: Node) -> list[Node]:
        """Take the run that begins with a → b."""
        line = [a, b]
        self.left.remove((min(a, b), max(a, b)))
        while self.passes(line[-1]) and line[-1] != line[0]:
            after = next(node for node in self.beside[line[-1]] if node != line[-2])
            self.left.remove((min(line[-1], after), max(line[-1], after)))
            line.append(after)
        return line


def thin(line: list[Node]) -> list[Node]:
    """Drop bends that move the line by less than about 1.6 m (Douglas-Peucker); ends stay."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        low, high = todo.pop()
        offsets = [(off_line(line[at], line[low], line[high]), at) for at in range(low + 1, high)]
        far, at = max(offsets, default=(0.0, low))
        if far > _TOLERANCE_UNITS:
            keep.add(at)
            todo += [(low, at), (at, high)]
    return [line[at] for at in sorted(keep)]


def off_line(node: Node, a: Node, b: Node) -> float:
    """Distance of a node from the segment a-b, in units of 1e-5 degrees of latitude."""
    shrink = 0.86  # cosine of the city's latitude
    px, py = (node[1] - a[1]) * shrink, float(node[0] - a[0])
    dx, dy = (b[1] - a[1]) * shrink, float(b[0] - a[0])
    length = dx * dx + dy * dy
    share = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
    return math.hypot(px - share * dx, py - share * dy)
