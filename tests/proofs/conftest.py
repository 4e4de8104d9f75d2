"""Proofs of what the house promises. Short by default; `make torture` runs the long forms and prints a report.

`torture` is True for the long form. `told` takes the figures of a proof; each proof leaves one line in the report.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proofs.worlds import world

LONG = "HOURHAND_TORTURE"
REPORT = "HOURHAND_TORTURE_REPORT"
_PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture(scope="session")
def torture() -> bool:
    """Whether the long form is wanted."""
    return bool(os.environ.get(LONG))


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Figures of this proof for the report; the first line of the test's docstring is the promise."""
    figures: dict[str, Any] = {}
    begun = time.monotonic()
    yield figures
    if REPORT not in os.environ:
        return
    promise = (request.function.__doc__ or request.node.name).strip().split("\n", maxsplit=1)[0]
    line = {
        "name": request.node.name, "promise": promise, "passed": request.node.stash.get(_PASSED, False),
        "seconds": round(time.monotonic() - begun, 1), "figures": figures,
    }  # fmt: skip
    with Path(os.environ[REPORT]).open("a") as report:
        report.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


__all__ = ["told", "torture", "world"]
