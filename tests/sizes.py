"""Choose how much a long test does.

It does little by default, and everything when the variable is set in the environment.
"""

import os
from typing import TypeVar

Size = TypeVar("Size")


def size(default: Size, full: Size, variable: str = "FULL") -> Size:
    return full if os.environ.get(variable) else default
