"""Hold the treatments that a patient can ask for.

The treatments app registers them; the request form shows them.
"""

from collections.abc import Callable
from typing import NamedTuple


class OfferedTreatment(NamedTuple):
    """Hold a treatment on offer. ``area`` names its area, or is empty."""

    id: int
    title: str
    slug: str
    area: str


_sources: list[Callable[[], list[OfferedTreatment]]] = []


def register_treatments(get_offered: Callable[[], list[OfferedTreatment]]) -> None:
    """Add a source of treatments. Call it in ``AppConfig.ready()``."""
    _sources.append(get_offered)


def get_offered_treatments() -> list[OfferedTreatment]:
    """Return the treatments that visitors can see, in order of their areas."""
    return [treatment for get_offered in _sources for treatment in get_offered()]
