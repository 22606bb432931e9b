"""Choose how much a long test does: little by default, everything with FULL=1 in the environment."""

import os


def size(default: int, full: int) -> int:
    return full if os.environ.get("FULL") else default
