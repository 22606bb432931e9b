"""Say how much a long proof does: less by default, all of it with ``FULL=1``."""

import os


def size(default: int, full: int) -> int:
    """Return ``full`` if the environment asks for full proofs, else ``default``."""
    return full if os.environ.get("FULL") else default
