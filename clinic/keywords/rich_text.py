"""Walk over the rich text of a page in which editors can put links."""

from collections.abc import Callable
from typing import Any

from wagtail.blocks import Block, ListBlock, RichTextBlock, StructBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

Change = Callable[[str], str | None]


def list_sources(page: Page) -> list[str]:
    """Return the stored HTML of each rich text of the page."""
    sources: list[str] = []
    change_first(page, lambda source: sources.append(source))
    return sources


def change_first(page: Page, change: Change) -> bool:
    """Offer each rich text to ``change`` until it returns a new one, and put that into the page.

    Return whether it did. The page is not saved. What ``unlinked_fields`` of the page names is left out.
    """
    for field in page._meta.get_fields():
        if field.name in getattr(page, "unlinked_fields", ()):
            continue
        if isinstance(field, RichTextField) and _takes_links(field.features):
            if (changed := change(getattr(page, field.name) or "")) is not None:
                setattr(page, field.name, changed)
                return True
        elif isinstance(field, StreamField):
            is_changed, raw = _walk(field.stream_block, getattr(page, field.name).get_prep_value(), change)
            if is_changed:
                setattr(page, field.name, field.stream_block.to_python(raw))
                return True
    return False


def _takes_links(features: list[str] | None) -> bool:
    return features is None or "link" in features


def _walk(block: Block, value: Any, change: Change) -> tuple[bool, Any]:
    """Return whether a rich text in the stored value was changed, and the value."""
    if isinstance(block, RichTextBlock):
        changed = change(value) if isinstance(value, str) and _takes_links(block.features) else None
        return changed is not None, value if changed is None else changed
    places: list[tuple[Any, Any, Block]] = []  # container, key, block
    if isinstance(block, StructBlock) and isinstance(value, dict):
        places = [(value, name, child) for name, child in block.child_blocks.items() if name in value]
    elif isinstance(block, BaseStreamBlock) and isinstance(value, list):
        children = block.child_blocks
        places = [(item, "value", children[item["type"]]) for item in value if item.get("type") in children]
    elif isinstance(block, ListBlock) and isinstance(value, list):
        for at, item in enumerate(value):
            is_wrapped = isinstance(item, dict) and item.get("type") == "item"
            places.append((item, "value", block.child_block) if is_wrapped else (value, at, block.child_block))
    for container, key, child in places:
        is_changed, container[key] = _walk(child, container[key], change)
        if is_changed:
            return True, value
    return False, value
