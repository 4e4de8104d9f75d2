"""The road network as one mode sees it: speeds by class, snapping, search trees and paths."""

from collections import OrderedDict
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from geo.modes import PACES, FloatMatrix, Mode
from geo.points import EARTH_RADIUS_M, Point
from geo.roads import FloatArray, IntArray, RoadGraph

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

_SPEEDS_KMH: Final[dict[Mode, tuple[float, ...]]] = {
    # 0 = may not be used. Order of `CLASSES`; door-to-door means in a dense city, lights included.
    Mode.EBIKE: (0, 0, 20, 18, 20, 18, 20, 18, 19, 17, 17, 15, 12, 6),
    Mode.BUS: (40, 30, 28, 22, 22, 18, 20, 16, 17, 14, 13, 9, 5, 4.5),
    Mode.WALK: (0, 0, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5),
}
_TREES_AT_ONCE: Final = 64
_UNREACHABLE_S: Final = 24 * 3600.0


class ModeNetwork:
    """Junctions and times of one mode; only its largest connected part is used, so every pair has an answer."""

    def __init__(self, roads: RoadGraph, mode: Mode, remembered_trees: int) -> None:
        """Nothing is computed before the first question."""
        self._roads = roads
        self._mode = mode
        self._limit = remembered_trees
        self._trees: OrderedDict[int, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def way_seconds(self) -> FloatArray:
        """Seconds along every way; 0 where the mode may not go."""
        metres_per_second = np.array(_SPEEDS_KMH[self._mode])[self._roads.way_class] / 3.6
        safe = np.where(metres_per_second > 0, metres_per_second, 1.0)
        return np.where(metres_per_second > 0, np.maximum(self._roads.metres, 0.1) / safe, 0.0)

    @cached_property
    def _chosen(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each used pair of junctions (low × count + high, sorted) the quickest way between them."""
        heads, tails = self._roads.heads.astype(np.int64), self._roads.tails.astype(np.int64)
        usable = np.flatnonzero((self.way_seconds > 0) & (heads != tails))
        pair = np.minimum(heads, tails) * len(self._roads.nodes) + np.maximum(heads, tails)
        order = usable[np.lexsort((self.way_seconds[usable], pair[usable]))]
        keys, first = np.unique(pair[order], return_index=True)
        return keys, order[first]

    @cached_property
    def _graph(self) -> "csr_array":
        """Symmetric matrix of seconds between neighbouring junctions."""
        from scipy.sparse import csr_array

        keys, ways = self._chosen
        count = len(self._roads.nodes)
        low, high = np.divmod(keys, count)
        seconds = np.concatenate([self.way_seconds[ways]] * 2)
        both = (np.concatenate([low, high]), np.concatenate([high, low]))
        return csr_array((seconds, both), shape=(count, count))

    @cached_property
    def reachable(self) -> IntArray:
        """Numbers of the junctions in the largest connected part."""
        from scipy.sparse.csgraph import connected_components

        _, labels = connected_components(self._graph, directed=False)
        return np.flatnonzero(labels == np.bincount(labels).argmax()).astype(np.int32)

    @cached_property
    def _index(self) -> "cKDTree":
        from scipy.spatial import cKDTree

        return cKDTree(self._flat(self._roads.nodes[self.reachable]))

    def _flat(self, degrees: FloatMatrix) -> FloatMatrix:
        """Metres north and east on a plane laid through the middle of the network."""
        rad = np.radians(degrees)
        return np.stack([rad[:, 0], rad[:, 1] * self._squeeze], axis=1) * EARTH_RADIUS_M

    @cached_property
    def _squeeze(self) -> float:
        """How much shorter a degree of longitude is than one of latitude in the middle of the network."""
        return float(np.cos(np.radians(self._roads.nodes[:, 0].mean())))

    def snap(self, degrees: FloatMatrix) -> tuple[IntArray, FloatArray]:
        """Nearest usable junction of each (lat, lon) row, and the seconds of the walk to it."""
        with self._lock:
            index = self._index  # built once, whoever comes first
        metres, position = index.query(self._flat(degrees))
        walk = PACES[Mode.WALK]
        leg = np.asarray(metres, dtype=np.float64) * (walk.detour / walk.metres_per_second)
        return self.reachable[position], leg

    def block(self, sources: IntArray, targets: IntArray) -> FloatMatrix:
        """Seconds between junctions; the side with fewer distinct junctions is searched from."""
        if np.unique(targets).size < np.unique(sources).size:
            return self.block(targets, sources).T
        trees: dict[int, NDArray[np.float32]] = {}
        distinct = [int(node) for node in np.unique(sources)]
        with self._lock:
            for node in distinct:
                if (known := self._trees.get(node)) is not None:
                    self._trees.move_to_end(node)
                    trees[node] = known[targets]
        missing = [node for node in distinct if node not in trees]
        for at in range(0, len(missing), _TREES_AT_ONCE):
            some = missing[at : at + _TREES_AT_ONCE]
            for node, tree in zip(some, self._grow(some), strict=True):
                trees[node] = tree[targets]
        return np.stack([trees[int(node)] for node in sources]).astype(np.float64)

    def _grow(self, nodes: list[int]) -> NDArray[np.float32]:
        """Search trees from these junctions, remembered up to the limit."""
        from scipy.sparse.csgraph import dijkstra

        found = np.asarray(dijkstra(self._graph, directed=True, indices=nodes), dtype=np.float32)
        found[np.isinf(found)] = _UNREACHABLE_S
        with self._lock:
            for node, tree in zip(nodes, found, strict=True):
                self._trees[node] = tree.copy()
            while len(self._trees) > self._limit:
                self._trees.popitem(last=False)
        return found

    def path(self, source: int, target: int) -> tuple[Point, ...]:
        """Points of the quickest way between two junctions, both included."""
        from scipy.sparse.csgraph import dijkstra

        found = dijkstra(self._graph, directed=True, indices=[source], return_predecessors=True)
        before = found[1][0]
        nodes = [target]
        while nodes[-1] != source and before[nodes[-1]] >= 0:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        points = [Point(*(float(x) for x in self._roads.nodes[source]))]
        for a, b in pairwise(nodes):
            points.extend(self._between(a, b)[1:])
        return tuple(points)

    def _between(self, a: int, b: int) -> tuple[Point, ...]:
        """The vertices of the quickest way between two neighbouring junctions, in the direction a → b."""
        keys, ways = self._chosen
        key = min(a, b) * len(self._roads.nodes) + max(a, b)
        way = int(ways[np.searchsorted(keys, key)])
        points = self._roads.way_points(way)
        return points if int(self._roads.heads[way]) == a else points[::-1]
