"""Run a program that ends with its parent: `python -m tools.tethered PROGRAM ARGUMENTS…`.

Without this, a parent killed with -9 would leave its web server behind, holding the port. On Linux the kernel is
asked to send SIGTERM when the parent dies; elsewhere the program is simply run.
"""

import ctypes
import os
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


def main(command: list[str]) -> None:
    """Tie this process to its parent, then become `command`."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The parent has ended already.")
    os.execv(command[0], command)  # noqa: S606 (becoming that program is the purpose)


if __name__ == "__main__":
    main(sys.argv[1:])
