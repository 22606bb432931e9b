"""Find searches without a page, pages without a search, and pages that were left alone, for the board.

Each list costs two queries: one counts all of it, one reads the first rows.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, PageViewRestriction

from clinic.undo.models import TrashPage

from .evidence import ROWS, Findings
from .models import Keyword, KeywordGroup, PageKeyword, find_primary, find_refused

STALE_AFTER = timedelta(days=365)


class PageWithoutKeyword(models.Model):
    """Store that a page needs no keyword, such as a privacy notice."""

    page = models.OneToOneField("wagtailcore.Page", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        verbose_name = _("page that needs no keyword")

    def __str__(self):
        return str(self.page_id)


@dataclass(frozen=True)
class StalePage:
    page: Page
    group: KeywordGroup
    is_live: bool


def list_gaps() -> QuerySet[KeywordGroup]:
    """Return the groups without a live page, the most important first.

    Each has ``best`` (the highest priority of its phrases), ``searches`` a month and ``phrases_count``.
    """
    wanted = ~Q(keywords__status=Keyword.Status.PARKED) & Q(keywords__merged_into=None)
    groups = list_groups_without_page().annotate(
        best=Min("keywords__priority", filter=wanted),
        searches=Sum("keywords__monthly_searches", filter=wanted),
        phrases_count=Count("keywords", filter=wanted),
    )
    return groups.order_by("best", F("searches").desc(nulls_last=True), "-phrases_count", "name", "pk")


def list_shown_owners() -> QuerySet[PageKeyword]:
    """Return the rows of the page for a group that everybody can find, for ``Exists`` in a query of groups."""
    owners = find_primary(OuterRef("pk")).exclude(page__keyword_reading__is_indexed=False)
    for path in PageViewRestriction.objects.values_list("page__path", flat=True):
        owners = owners.exclude(page__path__startswith=path)
    return owners


def list_groups_without_page() -> QuerySet[KeywordGroup]:
    return without_page(KeywordGroup.objects.filter(merged_into=None))


def without_page(groups: QuerySet[KeywordGroup]) -> QuerySet[KeywordGroup]:
    """Keep the groups without a page that everybody can find. Those with no phrase for us do not count."""
    wanted = Keyword.objects.filter(group=OuterRef("pk"), merged_into=None).exclude(status=Keyword.Status.PARKED)
    return groups.filter(~Exists(list_shown_owners()), Exists(wanted))


def find_gaps(limit: int = ROWS) -> Findings[KeywordGroup]:
    return Findings(list_groups_without_page().count(), list(list_gaps()[:limit]))


def list_pages_without_keyword() -> QuerySet[Page]:
    """Return the live public pages that answer no search."""
    pages = TrashPage.exclude_from(Page.objects.live().public().filter(depth__gt=1))
    return pages.filter(
        ~Exists(PageKeyword.objects.filter(page=OuterRef("pk"))),
        ~Exists(PageWithoutKeyword.objects.filter(page=OuterRef("pk"))),
        alias_of=None,
    )


def find_pages_without_keyword(limit: int = ROWS) -> Findings[Page]:
    """Return the newest first."""
    pages = list_pages_without_keyword()
    return Findings(pages.count(), list(pages.order_by("-first_published_at", "pk")[:limit]))


def list_stale_pages() -> QuerySet[PageKeyword]:
    """Return the rows of pages for keywords that are not live any more, or were published more than a year ago."""
    is_old = Q(is_live=True, page__last_published_at__lt=timezone.now() - STALE_AFTER)
    is_gone = Q(~Exists(find_primary(OuterRef("group"))), page__live=False, page__first_published_at__isnull=False)
    rows = PageKeyword.objects.filter(is_old | is_gone, role=PageKeyword.Role.PRIMARY, group__merged_into=None)
    # A page in the trash is nobody's page for anything, but its keyword lacks one: a gap.
    for trash in TrashPage.objects.values_list("path", flat=True):
        rows = rows.exclude(page__path__startswith=trash)
    return rows


def find_stale_pages(limit: int = ROWS) -> Findings[StalePage]:
    rows = list_stale_pages()
    found = rows.select_related("page", "group").order_by("is_live", "page__last_published_at", "pk")[:limit]
    return Findings(rows.count(), [StalePage(row.page, row.group, row.is_live) for row in found])


def list_refused_pages() -> QuerySet[PageKeyword]:
    """Return the rows of pages that were published for a keyword while another page was the page for it."""
    return find_refused().filter(Exists(find_primary(OuterRef("group"))), group__merged_into=None)


def find_refused_pages(limit: int = ROWS) -> Findings[PageKeyword]:
    rows = list_refused_pages()
    return Findings(rows.count(), list(rows.select_related("page", "group").order_by("-refused_at", "pk")[:limit]))
