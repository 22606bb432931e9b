"""Describe the clinic, the site, its pages and what their blocks show in terms of schema.org."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Page

from clinic.media.renditions import SHAPES
from clinic.site.context import site_context

from . import nodes
from .graph import Shown
from .nodes import Node, refer
from .texts import to_text


def clinic_node(shown: Shown) -> Iterator[Node]:
    yield site_context(shown.request).business


def website_node(shown: Shown) -> Iterator[Node]:
    search_url = shown.make_full(reverse("search")) + "?q={search_term_string}"
    name = site_context(shown.request).profile.name
    yield nodes.website_node(url=shown.root, name=name, search_url=search_url)


def page_node(shown: Shown) -> Iterator[Node]:
    """Describe the page itself, the way to it and the picture at its top."""
    page, is_home = shown.page, shown.url == shown.root
    breadcrumbs = nodes.breadcrumb_node(
        url=shown.url, crumbs=[(title, shown.make_full(url)) for title, url in get_breadcrumbs(shown)]
    )
    picture = get_top_picture(shown)
    changed_at = page and page.content_date
    yield nodes.page_node(
        url=shown.url,
        root=shown.root,
        types=[getattr(page, "schema_type", None) or shown.get("schema_type") or "WebPage"],
        name=shown.get("head_heading") or getattr(page, "heading", "") or shown.get("head_title"),
        description=get_lead(shown),
        inLanguage=get_language(),
        about=(is_home and refer(f"{shown.root}#clinic")) or None,
        breadcrumb=breadcrumbs and refer(breadcrumbs["@id"]),
        image=[name_picture(picture)] if picture else None,
        primaryImageOfPage=refer(picture["@id"]) if is_credited(picture) else None,
        dateModified=changed_at and format_instant(shown, changed_at),
    )
    yield breadcrumbs
    yield picture if is_credited(picture) else {}


def get_breadcrumbs(shown: Shown) -> list[tuple[str, str]]:
    """Return what the breadcrumbs of the page show: titles and addresses."""
    return shown.get("breadcrumbs") or (shown.page.breadcrumbs if shown.page else [])


def get_lead(shown: Shown) -> str:
    """Return the text under the heading."""
    if shown.page and not shown.get("head_heading"):
        return shown.page.opening_text
    return shown.get("head_lead") or ""


def format_instant(shown: Shown, instant: Any) -> str:
    """Return an instant on the clinic's clock, with its offset."""
    return instant.astimezone(site_context(shown.request).profile.zone).isoformat(timespec="seconds")


def get_top_picture(shown: Shown) -> Node:
    page = shown.page
    if not page or not page.top_shape or not page.top_image:
        return {}
    image = page.top_image
    return describe_picture(shown, image, page.top_shape, description=image.description, credit=image.credit)


def describe_picture(shown: Shown, image: Any, shape: str, **terms: Any) -> Node:
    """Return the largest JPEG that the page offers of a picture, or an empty node if it cannot be shown."""
    prefetch_related_objects([image], "renditions")  # the page asks for its other sizes
    rendition = image.get_rendition(SHAPES[shape].filters[-1])
    if not rendition.width:
        return {}
    url = shown.make_full(rendition.url)
    return nodes.picture_node(url=url, width=rendition.width, height=rendition.height, **terms)


def is_credited(picture: Node) -> bool:
    """Return whether the page shows who made the picture. Google asks for that of each ``ImageObject``."""
    return bool(picture.get("creditText"))


def name_picture(picture: Node) -> Node | str:
    """Return a reference to a picture that has a node, or the address of one that has none."""
    return refer(picture["@id"]) if is_credited(picture) else picture["url"]


def person_node(shown: Shown, person: Any, **terms: Any) -> Node:
    return nodes.person_node(
        root=shown.root,
        key=person.pk,
        name=person.name,
        honorificSuffix=person.credentials,
        **terms,
    )


# What blocks show


def find_values(page: Any, *kinds: str) -> Iterator[tuple[str, Any]]:
    """Yield kind and value of the blocks of these kinds in the body of a page."""
    body = getattr(page, "body", None)
    if body and not {child["type"] for child in body.raw_data}.isdisjoint(kinds):
        yield from ((block.block_type, block.value) for block in body if block.block_type in kinds)


def read_questions(rows: Any) -> list[tuple[str, str]]:
    """Return questions and answers as plain text."""
    return [(row["question"], to_text(row["answer"].source)) for row in rows]


def questions_node(shown: Shown) -> Iterator[Node]:
    for _kind, value in find_values(shown.page, "questions"):
        yield nodes.questions_node(url=shown.url, questions=read_questions(value["questions"]))


def people_nodes(shown: Shown) -> Iterator[Node]:
    people = [one for _kind, value in find_values(shown.page, "people") for one in value["people"] if one]
    prefetch_related_objects([person.photo for person in people if person.photo], "renditions")
    for person in people:
        photo = describe_picture(shown, person.photo, "portrait") if person.photo else {}
        terms = {"jobTitle": person.role, "description": person.bio}
        yield person_node(shown, person, image=photo and name_picture(photo), **terms)


def find_pictures(shown: Shown) -> Iterator[Node]:
    """Yield the pictures in the body, with caption and credit."""
    rows = []
    for kind, value in find_values(shown.page, "picture", "gallery"):
        rows += [(value, "wide")] if kind == "picture" else [(row, "card") for row in value["pictures"]]
    rows = [(row["image"], row["caption"], shape) for row, shape in rows if row["image"]]
    prefetch_related_objects([image for image, _caption, _shape in rows], "renditions")
    for image, caption, shape in rows:
        text = "" if image.decorative else image.contextual_alt_text
        node = describe_picture(shown, image, shape, description=text, caption=caption, credit=image.credit)
        if node:
            yield node


def picture_nodes(shown: Shown) -> Iterator[Node]:
    """Describe the pictures in the body, and add them to the page."""
    for picture in find_pictures(shown):
        yield picture if is_credited(picture) else {}
        yield {"@id": shown.webpage_id, "image": [name_picture(picture)]}


def list_pages(shown: Shown, pages: Iterable[Page], start: int = 1) -> Iterator[Node]:
    """Describe the list of pages that this one shows."""
    items = [(page.title, shown.make_full(page.url)) for page in pages if page.url]
    if listed := nodes.list_node(url=shown.url, items=items, start=start):
        yield listed
        yield {"@id": shown.webpage_id, "mentions": refer(listed["@id"])}


BUILDERS = (clinic_node, website_node, page_node, questions_node, people_nodes, picture_nodes)
