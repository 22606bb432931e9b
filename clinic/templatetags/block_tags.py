from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.blocks import Block
from wagtail.models import Site

from clinic.media.renditions import get_large_url
from clinic.models import ClinicProfile
from clinic.pages.blocks import find_blocks
from clinic.site.context import site_context
from clinic.templatetags.clinic_tags import style

register = template.Library()


@register.simple_tag
def block_assets(page) -> SafeString:
    """Load the styles and scripts that only some blocks need, on pages that have such a block."""
    return _load(find_blocks(page))


@register.simple_tag
def block_assets_of(block: Block) -> SafeString:
    return _load([block])


def _load(blocks: list[Block]) -> SafeString:
    sheets = {block.meta.sheet for block in blocks if hasattr(block.meta, "sheet")}
    scripts = {block.meta.script for block in blocks if hasattr(block.meta, "script")}
    return format_html(
        "{}{}",
        SafeString("".join(map(style, sorted(sheets)))),
        format_html_join("", '<script src="{}" defer></script>', ((static(name),) for name in sorted(scripts))),
    )


@register.simple_tag(takes_context=True)
def block_clinic(context) -> ClinicProfile:
    """Return the profile of the request's site, or of the default site where a block is rendered without a request."""
    if request := context.get("request"):
        return site_context(request).profile
    return ClinicProfile.for_site(Site.objects.get(is_default_site=True))


@register.simple_tag
def large_url(image) -> str:
    return get_large_url(image)
