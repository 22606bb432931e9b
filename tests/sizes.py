import os


def size(default, full):
    """Return ``full`` if the environment has ``FULL``, else ``default``: long proofs are smaller in everyday runs."""
    return full if os.environ.get("FULL") else default
