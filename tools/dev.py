"""The one door for those who run or change Hourhand: `python3 tools/dev.py` lists what it can do.

This file must be readable by any Python 3, so that an old one gets a sentence instead of a syntax error.
"""

import sys
from pathlib import Path

OLDEST = (3, 11)


def start() -> int:
    """Check the Python version, then hand over to `tools/commands.py`."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sentence = "Hourhand needs Python 3.11 or newer and this is " + found
        print(sentence + "; run: apt-get install python3.11-venv", file=sys.stderr)
        return 1
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from tools.commands import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(start())
