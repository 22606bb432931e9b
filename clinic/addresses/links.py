"""Find the pages, announcements and other places that link to pages, or use a picture, a document or a snippet."""

from collections.abc import Collection
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_latest_str
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, ReferenceIndex

from clinic.undo.models import TrashPage


class Place(NamedTuple):
    """Hold where a link is: its title, its kind, its fields, and where it is edited.

    Without permission to edit the place, its title is not told.
    """

    title: str
    kind: str
    fields: str
    edit_url: str | None
    is_trashed: bool


def find_places(items: Collection[Model], user: AbstractBaseUser) -> list[Place]:
    """Return what links to these pages or uses these items, but for the items themselves and redirects."""
    keys = {item.pk for item in items if isinstance(item, Page)}
    finder = AdminURLFinder(user)
    places = []
    references = ReferenceIndex.get_references_to_in_bulk(list(items)).order_by("base_content_type", "object_id")
    for source, rows in references.group_by_source_object():
        if isinstance(source, Redirect) or (isinstance(source, Page) and source.pk in keys):
            continue
        fields = dict.fromkeys(str(row.describe_source_field()) for row in rows)
        kind = source.page_type_display_name if isinstance(source, Page) else capfirst(str(source._meta.verbose_name))
        url = finder.get_edit_url(source)
        title = get_latest_str(source) if url else _("one that you cannot open")
        is_trashed = isinstance(source, Page) and TrashPage.holds(source)
        places.append(Place(title, kind, ", ".join(fields), url, is_trashed))
    return places
