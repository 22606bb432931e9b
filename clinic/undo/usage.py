"""Say where a picture, a document, a page or a snippet is used."""

from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_latest_str
from wagtail.models import Page, ReferenceIndex

from .models import TrashPage

MAX_PLACES = 20


class Place(NamedTuple):
    """Hold where something is used. Without permission to open it, ``url`` is empty."""

    title: str
    url: str
    kind: str
    fields: str
    is_trashed: bool


def find_places(item: Model, user) -> list[Place]:
    """Return the places that use the item, each once."""
    finder = AdminURLFinder(user)
    groups = ReferenceIndex.get_grouped_references_to(item)
    return [build_place(source, references, finder) for source, references in groups]


def build_place(source: Model, references: list[ReferenceIndex], finder: AdminURLFinder) -> Place:
    kind = capfirst(references[0].model_name)
    url = finder.get_edit_url(source) or ""
    return Place(
        title=get_latest_str(source) if url else _("one that you cannot open"),
        url=url,
        kind=kind,
        fields=", ".join(dict.fromkeys(str(reference.describe_source_field()) for reference in references)),
        is_trashed=isinstance(source, Page) and TrashPage.holds(source),
    )


def find_item(context: dict[str, Any]) -> Model:
    """Return what a confirmation page is about, in a list of several the one of this line."""
    if items := context.get("items"):
        return items[context["forloop"]["counter0"] if "forloop" in context else 0]["item"]
    return context.get("object") or context["page"]
