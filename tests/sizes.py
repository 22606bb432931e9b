import os


def size(default: int, full: int) -> int:
    """Return ``full`` when the variable FULL is set, else ``default``."""
    return full if os.environ.get("FULL") else default
