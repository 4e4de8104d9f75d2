"""``python -m benchmarks pages`` (later: the matcher)."""

from __future__ import annotations

import sys

from benchmarks import pages

if __name__ == "__main__":
    sys.exit(pages.main(sys.argv[2:]))
