from django import template

from clinic.seo.head import Head, build_head, get_titles

register = template.Library()


@register.simple_tag(takes_context=True)
def page_title(context) -> str:
    """Return the text of the title element. It makes no query, since it is not cached."""
    return get_titles(context)[0]


@register.simple_tag(takes_context=True)
def page_head(context) -> Head:
    return build_head(context)
