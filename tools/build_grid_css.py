"""Write app/static/css/grid.css: positions as classes, because our pages allow no style attributes.

``.x-N`` and ``.w-N`` count 5-minute steps on the desk's lane (07:00 to 21:00, N 0..168); ``.p-N`` is a width,
``.at-N`` a place and ``.f-N`` a share, all in percent (N 0..100). Run ``python tools/build_grid_css.py``.
"""

from __future__ import annotations

from pathlib import Path

STEPS = 14 * 12
TARGET = Path(__file__).resolve().parent.parent / "app" / "static" / "css" / "grid.css"


def grid_css() -> str:
    """Return the whole stylesheet; the same text every time."""
    lines = ["/* Written by tools/build_grid_css.py. Do not edit by hand. */"]
    for step in range(STEPS + 1):
        share = f"{step * 100 / STEPS:.3f}".rstrip("0").rstrip(".")
        lines.append(f".x-{step}{{left:{share}%}}.w-{step}{{width:{share}%}}")
    lines += [f".p-{n}{{width:{n}%}}.at-{n}{{left:{n}%}}.f-{n}{{flex:{n} 0 0}}" for n in range(101)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(grid_css(), encoding="utf-8")
