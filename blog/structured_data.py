"""Describe an article in terms of schema.org."""

from typing import Any

from clinic.site.context import site_context

from .models import BlogPage


def article_node(request, page) -> dict[str, Any]:
    """Return the BlogPosting of an article. Its publisher is the clinic, which has a node of its own."""
    if not isinstance(page, BlogPage) or not page.full_url:
        return {}
    node = {
        "@type": "BlogPosting",
        "@id": f"{page.full_url}#article",
        "mainEntityOfPage": page.full_url,
        "headline": page.title,
        "description": page.meta_description,
        "datePublished": page.date and page.date.isoformat(),
        "dateModified": page.last_published_at and page.last_published_at.isoformat(),
        "image": _sharing_url(page),
        "author": page.author and {"@type": "Person", "name": page.author.name, "jobTitle": page.author.role},
        "publisher": {"@id": site_context(request).business.get("@id")},
    }
    return {term: value for term, value in node.items() if value}


def _sharing_url(page: BlogPage) -> str:
    """Return the address of the picture that the page's head names, too."""
    if not page.sharing_image:
        return ""
    rendition = page.sharing_image.get_rendition("fill-1200x630|format-jpeg")
    return rendition.full_url if rendition.width else ""
