"""Tie a process to the one that started it."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def end_with_parent(number: int, parent: int) -> None:
    """Get a signal from the kernel when the parent ends, also by kill -9.

    Only on Linux. An orphan would keep its port and its jobs while its successor starts.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before
        os.kill(os.getpid(), number)


def end_with_supervisor() -> None:
    """End when the supervisord of ``make serve`` ends. The Makefile sets the variable."""
    if parent := os.environ.get("SUPERVISOR_PID"):
        end_with_parent(signal.SIGTERM, int(parent))
