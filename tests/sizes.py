"""Choose how much a long test does.

It does little by default, and everything with FULL=1 in the environment.
"""

import os
from typing import TypeVar

Size = TypeVar("Size")


def size(default: Size, full: Size) -> Size:
    return full if os.environ.get("FULL") else default
