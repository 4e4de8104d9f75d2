"""``python -m benchmarks`` measures the matcher; ``… pages`` a running demo, ``… dask`` a local cluster."""

from __future__ import annotations

import sys

from benchmarks import measure, pages

if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["pages"]:
        sys.exit(pages.main(words[1:]))
    if words[:1] == ["dask"]:
        from benchmarks import cluster

        sys.exit(cluster.main(words[1:]))
    sys.exit(measure.main(words))
