"""Find the pages, announcements and other places that link to pages."""

from collections.abc import Collection
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.utils.text import capfirst
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, ReferenceIndex


class Place(NamedTuple):
    """Hold where a link is: its title, its kind, its fields, and where it is edited."""

    title: str
    kind: str
    fields: str
    edit_url: str | None


def find_places(pages: Collection[Page], user: AbstractBaseUser) -> list[Place]:
    """Return what links to these pages, but for the pages themselves and redirects."""
    keys = {page.pk for page in pages}
    finder = AdminURLFinder(user)
    places = []
    references = ReferenceIndex.get_references_to_in_bulk(list(pages)).order_by("base_content_type", "object_id")
    for source, rows in references.group_by_source_object():
        if isinstance(source, Redirect) or (isinstance(source, Page) and source.pk in keys):
            continue
        fields = dict.fromkeys(str(row.describe_source_field()) for row in rows)
        kind = source.page_type_display_name if isinstance(source, Page) else capfirst(str(source._meta.verbose_name))
        places.append(Place(str(source), kind, ", ".join(fields), finder.get_edit_url(source)))
    return places
