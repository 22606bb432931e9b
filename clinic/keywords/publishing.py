"""Keep what pages answer in step with what is published."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from .grouping import describe_again
from .models import (
    Keyword,
    KeywordGroup,
    PageKeyword,
    WordRule,
    find_primary,
    find_refused,
    lock_groups,
    promote_refused,
)

MAX_MESSAGES = 10


@transaction.atomic
def release_keywords(instance: Page, **kwargs) -> None:
    """Give up the keywords of a page that left the site. A page that was refused meanwhile takes the place."""
    rows = PageKeyword.objects.filter(page=instance.pk)
    groups = list(rows.values_list("group", flat=True))
    lock_groups(groups)
    rows.update(is_live=False, claimed_at=None, took_over=False)
    promote_refused(groups)


@transaction.atomic
def release_keyword(instance: PageKeyword, **kwargs) -> None:
    """Give the keyword that was removed from a page to a page that was refused."""
    lock_groups([instance.group_id])
    promote_refused([instance.group_id])


def remove_empty_group(instance: Keyword, **kwargs) -> None:
    """Delete the group that lost its last phrase. A page would be the page for nothing."""
    KeywordGroup.objects.filter(pk=instance.group_id, keywords=None, merged_into=None).delete()


@transaction.atomic
def claim_keywords(instance: Page, **kwargs) -> None:
    """Claim the keywords of a page that went live without being saved whole, such as one from the trash."""
    rows = PageKeyword.objects.filter(page=instance.pk, is_live=False, group__merged_into=None).select_related("page")
    lock_groups(rows.values_list("group", flat=True))
    for row in rows:
        row.save()


def compare_again(**kwargs) -> None:
    transaction.on_commit(describe_again, robust=True)


def explain_refusals(request: HttpRequest, pages: QuerySet[Page]) -> None:
    """Tell the editor which keywords of the pages have another page."""
    refused = list(
        find_refused().filter(page__in=pages).select_related("group", "page").order_by("page", "sort_order", "pk")
    )
    for row in refused[:MAX_MESSAGES]:
        if holder := find_primary(row.group).select_related("page").first():
            text = _(
                "“%(page)s” supports “%(keyword)s”, because “%(other)s” is the page for it. If “%(page)s” should be "
                "instead, choose “The page for it” there and type a new reason."
            )
            titles = {"page": row.page.get_admin_display_title(), "other": holder.page.get_admin_display_title()}
            messages.warning(request, text % {"keyword": row.group, **titles})
    if left := max(0, len(refused) - MAX_MESSAGES):
        text = ngettext("%(count)s more keyword has another page.", "%(count)s more keywords have other pages.", left)
        messages.warning(request, text % {"count": left})


@hooks.register("after_publish_page")
def explain_after_publishing(request: HttpRequest, page: Page) -> None:
    explain_refusals(request, Page.objects.filter(pk=page.pk))


@hooks.register("after_edit_page")
def explain_after_approval(request: HttpRequest, page: Page) -> None:
    """Tell it after a step of a workflow, which publishes the page if it was the last one."""
    if "action-workflow-action" in request.POST:
        explain_after_publishing(request, page)


@hooks.register("after_bulk_action")
def explain_after_publishing_many(request: HttpRequest, action_type: str, objects: list, action) -> None:
    if action.model is Page and action_type == "publish":
        pages = [page.path for page in objects]
        below = action.cleaned_form.cleaned_data.get("include_descendants")
        wanted = Q(path__in=pages)
        for path in pages if below else ():
            wanted |= Q(path__startswith=path)
        explain_refusals(request, Page.objects.filter(wanted))


def connect() -> None:
    page_unpublished.connect(release_keywords, dispatch_uid="clinic.keywords")
    page_published.connect(claim_keywords, dispatch_uid="clinic.keywords")
    post_delete.connect(release_keyword, sender=PageKeyword, dispatch_uid="clinic.keywords")
    post_delete.connect(remove_empty_group, sender=Keyword, dispatch_uid="clinic.keywords")
    for signal in (post_save, post_delete):
        signal.connect(compare_again, sender=WordRule, dispatch_uid="clinic.keywords")
