"""Keep the addresses of categories: they are routes of the index, and Wagtail records pages only."""

from django.db.models.signals import post_delete, pre_save

from clinic.addresses.recording import redirect_route

from .models import BlogCategory, BlogIndexPage


def redirect_renamed(instance: BlogCategory, **kwargs) -> None:
    old_slug = BlogCategory.objects.filter(pk=instance.pk).values_list("slug", flat=True).first()
    if old_slug and old_slug != instance.slug:
        for index in BlogIndexPage.objects.all():
            redirect_route(index, index.get_category_route(old_slug), index.get_category_route(instance.slug))


def redirect_deleted(instance: BlogCategory, **kwargs) -> None:
    for index in BlogIndexPage.objects.all():
        redirect_route(index, index.get_category_route(instance.slug), "")


def connect() -> None:
    pre_save.connect(redirect_renamed, sender=BlogCategory, dispatch_uid="blog.addresses")
    post_delete.connect(redirect_deleted, sender=BlogCategory, dispatch_uid="blog.addresses")
