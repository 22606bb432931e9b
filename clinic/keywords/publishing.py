"""Keep what pages answer in step with what is published."""

from django.contrib import messages
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from .grouping import describe_again
from .models import PageKeyword, WordRule, find_primary


def release_keywords(instance: Page, **kwargs) -> None:
    PageKeyword.objects.filter(page=instance.pk).update(is_live=False, claimed_at=None)


def claim_keywords(instance: Page, **kwargs) -> None:
    """Claim the keywords of a page that went live without being saved whole, such as one from the trash."""
    for row in PageKeyword.objects.filter(page=instance.pk, is_live=False).select_related("page"):
        row.save()


def compare_again(**kwargs) -> None:
    transaction.on_commit(describe_again, robust=True)


@hooks.register("after_publish_page")
def explain_refusals(request: HttpRequest, page: Page) -> None:
    """Tell the editor which keywords have another page."""
    refused = PageKeyword.objects.filter(page=page.pk, refused_at__isnull=False, role=PageKeyword.Role.SUPPORTING)
    for row in refused.select_related("group"):
        holder = find_primary(row.group).select_related("page").first()
        if holder:
            text = _(
                "This page supports “%(keyword)s”, because “%(page)s” is the page for it. If this page should be "
                "instead, choose “The page for it” and type a reason."
            )
            messages.warning(request, text % {"keyword": row.group, "page": holder.page.get_admin_display_title()})


def connect() -> None:
    page_unpublished.connect(release_keywords, dispatch_uid="clinic.keywords")
    page_published.connect(claim_keywords, dispatch_uid="clinic.keywords")
    for signal in (post_save, post_delete):
        signal.connect(compare_again, sender=WordRule, dispatch_uid="clinic.keywords")
