from django import template

from blog.models import BlogPage

register = template.Library()


@register.simple_tag
def latest_articles(count: int = 3):
    return BlogPage.objects.for_lists()[:count]


@register.simple_tag
def articles_about(treatment, count: int = 3):
    """Return the newest articles linked to this treatment page."""
    return BlogPage.objects.for_lists().filter(related_treatments__treatment_id=treatment.pk)[:count]
