"""Everything also through the API: a verb that a form of a page calls is called by an operation too."""

import ast
from pathlib import Path

import app.api
import app.pages

FLOORS = {
    "accounts", "core", "dispatch", "disputes", "money", "notices", "places", "ratings", "recruiting", "workers",
}  # fmt: skip
ELSEWHERE = {
    "digits": "the demo shows the code on its page; a program reads the message",
    "actor_of": "a page books and signs in at once; the API does it in two steps",
    "is_first": "asked by the verb itself",
    "read_policy": "no verb",
    "get_zone": "no verb",
    "preferred_of": "asked by the page to draw a name",
    "board_day": "a read",
    "names_of": "names for a page",
    "close_tasks": "part of asking by hand",
    "take_role": "a browser takes a role for half an hour; a token acts in the one it was made for",
    "give_back": "likewise",
    "clean_photo": "part of handing in a photo",
}


def imported(tree: ast.Module) -> dict[str, str]:
    return {
        one.asname or one.name: one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FLOORS
        for one in node.names
    }


def modules(package) -> list[ast.Module]:
    folder = Path(package.__path__[0])
    return [ast.parse(path.read_text()) for path in sorted(folder.glob("*.py"))]


def is_form(node: ast.FunctionDef) -> bool:
    return any("methods=['POST']" in ast.unparse(one) for one in node.decorator_list)


def called(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_every_verb_of_a_form_has_an_operation() -> None:
    offered = set(ELSEWHERE)
    for tree in modules(app.api):
        offered |= set(imported(tree).values())
        offered |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    missing, forms = {}, 0
    for tree in modules(app.pages):
        verbs = imported(tree)
        for node in [one for one in tree.body if isinstance(one, ast.FunctionDef) and is_form(one)]:
            forms += 1
            left = {verbs[name] for name in called(node) & set(verbs) if name[0].islower()} - offered
            if left:
                missing[node.name] = left
    assert missing == {}
    assert forms > 40
