"""Documents that can be checked are checked."""

import re
from pathlib import Path

from tools.print_docs import states_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_states_page_is_fresh():
    assert (ROOT / "docs" / "states.md").read_text() == states_page(), "Run: python -m tools.print_docs"


def test_links_between_documents_lead_somewhere():
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target and not target.startswith(("mailto:", "/")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_every_make_target_the_readme_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named <= targets | {""}


def test_files_named_in_documents_exist():
    """`package/file.py` in backticks is a promise."""
    missing = []
    for page in PAGES:
        for name in re.findall(r"`([a-z_]+/[a-z_/]+\.(?:py|html|css|js|txt|po))`", page.read_text()):
            if not (ROOT / name).exists():
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert missing == []
