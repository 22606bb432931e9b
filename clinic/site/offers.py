"""Hold the treatments that a patient can ask for."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class OfferedTreatment(NamedTuple):
    """Hold a treatment on offer. ``area`` names its area, or is empty."""

    id: int
    title: str
    slug: str
    area: str


class TreatmentSource(NamedTuple):
    get_offered: Callable[[], list[OfferedTreatment]]
    get_titles: Callable[[Iterable[int]], dict[int, str]]


_sources: list[TreatmentSource] = []


def register_treatments(
    *, get_offered: Callable[[], list[OfferedTreatment]], get_titles: Callable[[Iterable[int]], dict[int, str]]
) -> None:
    """Add a source of treatments. Call it in ``AppConfig.ready()``."""
    _sources.append(TreatmentSource(get_offered, get_titles))


def get_offered_treatments() -> list[OfferedTreatment]:
    """Return the treatments that visitors can see, in order of their areas."""
    return [treatment for source in _sources for treatment in source.get_offered()]


def get_treatment_titles(ids: Iterable[int]) -> dict[int, str]:
    """Return title by id, also of treatments that went offline.

    The titles are in the order of the pages. Unknown ids are left out.
    """
    ids = set(ids)
    return {pk: title for source in _sources for pk, title in source.get_titles(ids).items()}
