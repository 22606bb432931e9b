"""The pictures by name; each motif enters itself."""

from collections.abc import Callable

from .brushes import Canvas

MOTIFS: dict[str, Callable[[Canvas], None]] = {}


def motif(paint_it: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
    """Register a picture under the name of its function."""
    MOTIFS[paint_it.__name__.replace("_", "-")] = paint_it
    return paint_it
