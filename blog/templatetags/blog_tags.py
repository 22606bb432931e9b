from django import template

from blog.models import BlogIndexPage, BlogPage

register = template.Library()


def listed():
    return BlogPage.objects.for_lists()


@register.simple_tag
def latest_articles(count: int = 3):
    return listed()[:count]


@register.simple_tag
def articles_about(treatment, count: int = 3):
    """The newest articles that name this treatment page."""
    return listed().filter(related_treatments__treatment_id=treatment.pk)[:count]


@register.simple_tag
def blog_feed_url() -> str:
    index = BlogIndexPage.objects.live().first()
    return f"{index.url}feed/" if index else ""
