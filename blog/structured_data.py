"""Describe articles and their lists in terms of schema.org."""

from collections.abc import Iterator
from datetime import datetime, time

from clinic.seo.graph import Shown
from clinic.seo.nodes import Node, refer
from clinic.seo.structured_data import (
    find_pictures,
    format_instant,
    get_top_picture,
    list_pages,
    name_picture,
    person_node,
)
from clinic.site.context import site_context

from .models import BlogIndexPage, BlogPage

ZONES_FROM = 1900  # the years before had no time zones


def article_nodes(shown: Shown) -> Iterator[Node]:
    """Yield the article, its author and its blog. Its publisher is the clinic, which has a node of its own."""
    page = shown.page
    if not isinstance(page, BlogPage):
        return
    author = person_node(shown, page.author) if page.author else {}
    pictures = [get_top_picture(shown), *find_pictures(shown)]
    images = {picture["@id"]: name_picture(picture) for picture in pictures if picture}  # one may be shown twice
    blog = page.get_parent()
    blog_url = shown.make_full(blog.url)
    yield {
        "@type": "BlogPosting",
        "@id": f"{shown.url}#article",
        "mainEntityOfPage": refer(shown.webpage_id),
        "url": shown.url,
        "headline": page.title,
        "description": page.intro,
        "datePublished": format_published(page, shown),
        "dateModified": page.content_date and format_instant(shown, page.content_date),
        "image": list(images.values()),
        "author": author and refer(author["@id"]),
        "publisher": refer(f"{shown.root}#clinic"),
        "isPartOf": refer(f"{blog_url}#blog"),
        "articleSection": [category.name for category in page.categories.all()],
    }
    yield author
    yield blog_node(shown, blog.title, blog_url)


def format_published(page: BlogPage, shown: Shown) -> str:
    """Return the date that readers see, with the clinic's offset: the instant it went live, if that was on this day."""
    if not page.date:
        return ""
    zone = site_context(shown.request).profile.zone
    first = page.first_published_at and page.first_published_at.astimezone(zone)
    if first and first.date() == page.date:
        return first.isoformat(timespec="seconds")
    if page.date.year < ZONES_FROM:
        return page.date.isoformat()
    return datetime.combine(page.date, time.min, zone).isoformat(timespec="seconds")


def blog_node(shown: Shown, title: str, url: str, description: str = "") -> Node:
    return {
        "@type": "Blog",
        "@id": f"{url}#blog",
        "url": url,
        "name": title,
        "description": description,
        "publisher": refer(f"{shown.root}#clinic"),
    }


def index_nodes(shown: Shown) -> Iterator[Node]:
    """Yield the blog, and the articles that this page of it shows."""
    page = shown.page
    if not isinstance(page, BlogIndexPage):
        return
    url = shown.make_full(page.url)
    category, articles = shown.get("category"), shown.get("articles")
    yield blog_node(shown, page.title, url, "" if category else page.introduction)
    yield {"@id": shown.webpage_id, "about": refer(f"{url}#blog")}
    if articles is not None:
        yield from list_pages(shown, articles, start=articles.start_index())
