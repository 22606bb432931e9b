"""The demo site's pictures: sand, sea, low sun and skin, drawn by code so that nobody's photo is borrowed."""

from collections.abc import Mapping
from random import Random

from PIL import Image

from . import coast, treatments, articles, people  # noqa: F401  # isort: skip - they register motifs in this order
from .brushes import Canvas
from .registry import MOTIFS

__all__ = ["MOTIFS", "SIZES", "draw"]

SIZES: Mapping[str, tuple[int, int]] = {
    "person-1": (800, 800),
    "person-2": (800, 800),
    "person-3": (800, 800),
    "social-default": (1200, 630),
}


def draw(name: str, size: tuple[int, int] | None = None) -> Image.Image:
    """The picture of that name, the same at every call, in its own size unless told; KeyError for no such name."""
    if name not in MOTIFS:
        raise KeyError(f"No picture is called {name!r}; there are {', '.join(MOTIFS)}.")
    canvas = Canvas(size or SIZES.get(name, (1600, 1200)), Random(name))  # noqa: S311
    MOTIFS[name](canvas)
    return canvas.grained()
