"""Small things only: functions of 40 lines, 6 parameters and 8 branches, files of 400 lines, templates of 150. No waivers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "accounts", "app", "benchmarks", "catalogue", "core", "dispatch", "disputes", "geo", "matching", "money", "notices", "places",
    "ratings", "recruiting", "simulation", "tools", "workers",
)  # fmt: skip
DOORS = ("app/", "tools/", "core/clock.py")


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([each for each in given if each.arg not in ("self", "cls")])


def complexity(node: ast.AST) -> int:
    """Branches of the function itself, nested functions apart (as mccabe counts, comprehensions and conditions too)."""
    found = 1
    todo = list(ast.iter_child_nodes(node))
    while todo:
        each = todo.pop()
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        found += isinstance(each, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case))
        todo += ast.iter_child_nodes(each)
    return found


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize(("measure", "most"), [(lines, 40), (parameters, 6), (complexity, 8)])
def test_functions_are_small(measure, most):
    assert [f"{name}: {measure(node)}" for name, node in functions() if measure(node) > most] == []


def test_files_are_small():
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def test_templates_are_small():
    paths = (ROOT / "app" / "templates").rglob("*.*")
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in paths}
    assert {name: size for name, size in sizes.items() if size > 150} == {}


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            yield f"{node.func.value.id}.{node.func.attr}"


def test_nobody_below_the_doors_reads_a_clock_or_rolls_dice():
    banned = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    found = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if name.startswith(DOORS):
            continue
        found += [
            f"{name}: {call}"
            for call in _calls(ast.parse(path.read_text()))
            if call in banned or call.startswith("random.")
        ]
    assert found == []
