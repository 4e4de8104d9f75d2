"""The locks, the front-end files and the list of targets."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tools import assets, commands, console, packages

ROOT = console.ROOT
LOCKS = [packages.DEMO, packages.DEVELOPMENT, packages.INSTALLER, packages.NODE]


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([\w.\-\[\]]+)==(\S+)", (ROOT / lock).read_text()))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text))
    entries = [entry for entry in entries if entry.strip()]
    assert entries
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_development_lock_holds_all_of_the_other() -> None:
    assert pinned(packages.DEMO).items() <= pinned(packages.DEVELOPMENT).items()


def test_the_front_end_lock_names_no_address_and_has_hashes() -> None:
    lock = json.loads(assets.LOCK.read_text())
    modules = {name: entry for name, entry in lock["packages"].items() if name}
    assert modules
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in modules.values())


def test_every_front_end_package_is_copied_and_exactly_pinned() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(wanted) == set(assets.FILES)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_the_manifest_tells_every_file() -> None:
    manifest = json.loads((assets.VENDOR / "manifest.json").read_text())
    found = {path.relative_to(assets.VENDOR).as_posix() for path in assets.VENDOR.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == found - {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((assets.VENDOR / name).read_bytes()).hexdigest() == digest
    assert all(about["licence"] and about["version"] for about in manifest["packages"].values())


def test_every_package_brings_its_licence() -> None:
    for package in assets.FILES:
        folder = assets.VENDOR / package.rsplit("/", maxsplit=1)[-1]
        assert any("licen" in path.name.lower() for path in folder.iterdir()), package


def test_a_sprite_holds_the_icons_asked_for(tmp_path: Path) -> None:
    draft = tmp_path / "draft" / "bootstrap-icons"
    draft.mkdir(parents=True)
    draft.joinpath("bootstrap-icons.svg").write_bytes((assets.MODULES / "bootstrap-icons/bootstrap-icons.svg").read_bytes())
    assets.write_sprite(tmp_path / "draft", ["house", "person-check", "no-such-icon"])
    sprite = (tmp_path / "draft" / assets.SPRITE).read_text()
    assert re.findall(r'<symbol[^>]* id="([^"]+)"', sprite) == ["house", "person-check"]


def test_the_axe_of_the_tests_is_there() -> None:
    assert (assets.MODULES / "axe-core" / "axe.min.js").exists()


def test_make_knows_every_command() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?m)^([a-z-]+):.*## ", text)) - {"help"}
    assert targets == set(commands.COMMANDS)
    assert all(f"$(DEV) {name}" in text for name in targets)


def test_every_command_says_what_it_does() -> None:
    for function in commands.COMMANDS.values():
        assert (function.__doc__ or "").strip().endswith(".")


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main(["fly"])
    assert "invalid choice: 'fly'" in capsys.readouterr().err


def test_trouble_is_said_with_the_last_words() -> None:
    with pytest.raises(console.TroubleError, match=r"(?s)Flying failed:.*no wings"):
        console.run([console.PYTHON, "-c", "raise SystemExit('no wings')"], "Flying")


def test_a_missing_program_is_trouble_too() -> None:
    with pytest.raises(console.TroubleError, match="Flying"):
        console.run([Path("/no/such/program")], "Flying")
