"""Find the pictures of a page that nobody has described."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from wagtail.blocks import ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page


def find_without_alt(page: Page) -> Iterator[str]:
    """Yield the title of each picture that is not decorative and has no alt text."""
    image_model = get_image_model()
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            for image in find_in_block(field.stream_block, getattr(page, field.name)):
                if not image.decorative and not (image.contextual_alt_text or "").strip():
                    yield image.title
        elif field.concrete and field.related_model is image_model:
            image = getattr(page, field.name)
            if image and not image.description.strip():
                yield _("%(picture)s (%(field)s)") % {"picture": image.title, "field": field.verbose_name}


def find_in_block(block: Any, value: Any) -> Iterator[Any]:
    """Yield the pictures in a value of a block, and in all blocks in it."""
    if isinstance(block, ImageBlock):
        if value:
            yield value
    elif isinstance(block, StreamBlock):
        for child in value or ():
            yield from find_in_block(child.block, child.value)
    elif isinstance(block, ListBlock):
        for child in value or ():
            yield from find_in_block(block.child_block, child)
    elif isinstance(block, StructBlock):
        for name, child_block in block.child_blocks.items():
            yield from find_in_block(child_block, value.get(name))
