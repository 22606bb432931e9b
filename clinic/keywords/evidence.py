"""Answer the board of keywords from stored rows: where pages say keywords, and what to do about it.

Each list costs two queries: one counts all of it, one reads the first rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from wagtail.models import Page

from .models import Keyword, KeywordGroup, PageKeyword
from .page_models import AlikePages, IgnoredLink, PageEvidence, PageLink, PageReading

Row = TypeVar("Row")
ROWS = 20
MAX_TOTAL = 10_000  # more are not counted


@dataclass(frozen=True)
class Findings(Generic[Row]):
    """Hold how many there are, ``MAX_TOTAL`` at most, and the first of them."""

    total: int
    rows: list[Row]


@dataclass(frozen=True)
class Owner:
    """Hold the live page for a keyword."""

    pk: int
    title: str


@dataclass(frozen=True)
class Conflict:
    """Hold a page with a keyword in its title or first heading that is another page's."""

    page: Page
    group: KeywordGroup
    owner: Owner
    in_title: bool
    in_heading: bool
    excerpt: str


@dataclass(frozen=True)
class StrayLink:
    """Hold a link whose words are a keyword and that leads to another page than the one for it."""

    page: Page
    target: Page
    group: KeywordGroup
    owner: Owner
    words: str


@dataclass(frozen=True)
class SilentPage:
    """Hold a page for a keyword that says it in neither title, first heading nor opening paragraph."""

    page: Page
    group: KeywordGroup


@dataclass(frozen=True)
class AlikePair:
    """Hold two pages that say the same but for the names of places."""

    first: Page
    second: Page
    percent: int


@dataclass(frozen=True)
class LinkSuggestion:
    """Hold a mention that could be a link to the page for the keyword. ``pk`` is for the buttons."""

    pk: int
    page: Page
    group: KeywordGroup
    owner: Owner
    words: str
    excerpt: str


@dataclass(frozen=True)
class ReadingState:
    """Hold how many pages the worker has still to read, and when it read one last."""

    waiting: int
    last_read_at: datetime | None


def list_conflicts() -> QuerySet[PageEvidence]:
    rows = _with_owner(PageEvidence.objects.filter(is_headline=True, page__live=True, page__alias_of=None))
    rows = rows.filter(page__keyword_reading__is_indexed=True).filter(~Q(page=F("owner_id")))
    answers = PageKeyword.objects.filter(page=OuterRef("page"), group=OuterRef("group"))
    return rows.filter(~Exists(answers))


def find_conflicts(limit: int = ROWS) -> Findings[Conflict]:
    return _find(
        list_conflicts().select_related("page", "group").order_by("group__name", "page__title", "pk"),
        lambda row: Conflict(row.page, row.group, _owner_of(row), row.in_title, row.in_heading, row.excerpt),
        limit,
    )


def list_stray_links() -> QuerySet[PageLink]:
    rows = _with_owner(
        PageLink.objects.filter(group__isnull=False, is_in_text=True, page__live=True, page__alias_of=None)
    )
    return rows.filter(target__live=True).filter(~Q(target=F("owner_id"))).filter(~Q(page=F("owner_id")))


def find_stray_links(limit: int = ROWS) -> Findings[StrayLink]:
    return _find(
        list_stray_links().select_related("page", "target", "group").order_by("group__name", "page__title", "pk"),
        lambda row: StrayLink(row.page, row.target, row.group, _owner_of(row), row.words),
        limit,
    )


def list_silent_pages() -> QuerySet[PageKeyword]:
    """Return the rows of pages that do not say their keyword. What was not compared yet is left out."""
    latest = PageReading.objects.order_by(F("matched_at").desc(nulls_last=True)).values("vocabulary")[:1]
    is_prominent = Q(in_title=True) | Q(in_heading=True) | Q(in_opening=True)
    said = PageEvidence.objects.filter(is_prominent, page=OuterRef("page"), group=OuterRef("group"))
    wanted = Keyword.objects.filter(group=OuterRef("group")).exclude(status=Keyword.Status.PARKED)
    rows = PageKeyword.objects.filter(is_live=True, role=PageKeyword.Role.PRIMARY, page__live=True)
    return rows.filter(~Exists(said), Exists(wanted), page__keyword_reading__vocabulary=latest)


def find_silent_pages(limit: int = ROWS) -> Findings[SilentPage]:
    return _find(
        list_silent_pages().select_related("page", "group").order_by("group__name", "pk"),
        lambda row: SilentPage(row.page, row.group),
        limit,
    )


def list_alike_pages() -> QuerySet[AlikePages]:
    return AlikePages.objects.filter(first__live=True, second__live=True)


def find_alike_pages(limit: int = ROWS) -> Findings[AlikePair]:
    return _find(
        list_alike_pages().select_related("first", "second").order_by("-percent", "pk"),
        lambda row: AlikePair(row.first, row.second, row.percent),
        limit,
    )


def find_link_suggestions(limit: int = ROWS) -> Findings[LinkSuggestion]:
    return _find(
        # In the order of the index: the first rows are read without sorting all.
        list_link_suggestions().select_related("page", "group").order_by("group_id", "page_id"),
        lambda row: LinkSuggestion(row.pk, row.page, row.group, _owner_of(row), row.mention, row.mention_excerpt),
        limit,
    )


def list_link_suggestions() -> QuerySet[PageEvidence]:
    """Return the mentions that should be links, with ``owner_id`` and ``owner_title`` of the page for the keyword."""
    rows = _with_owner(PageEvidence.objects.exclude(mention="").filter(page__live=True, page__alias_of=None))
    rows = rows.filter(~Q(page=F("owner_id")), Exists(PageReading.objects.filter(page=OuterRef("owner_id"))))
    rows = rows.exclude(linked_at__isnull=False, page__has_unpublished_changes=True)
    to_owner = {"page": OuterRef("page"), "target": OuterRef("owner_id")}
    return rows.filter(~Exists(PageLink.objects.filter(**to_owner)), ~Exists(IgnoredLink.objects.filter(**to_owner)))


def get_reading_state() -> ReadingState:
    is_waiting = Q(read_at=None) | Q(due_at__lte=timezone.now())
    return ReadingState(
        **PageReading.objects.aggregate(waiting=Count("pk", filter=is_waiting), last_read_at=Max("read_at"))
    )


def list_evidence_of_owners() -> QuerySet[PageEvidence]:
    """Return what the page for each group says of it."""
    return _with_owner(PageEvidence.objects.all()).filter(page=F("owner_id"))


def get_links_to(page: Page) -> QuerySet[PageLink]:
    """Return the links of other live pages to a page: those of texts have words, and cards have none of their own."""
    rows = PageLink.objects.filter(target=page.pk, page__live=True, page__alias_of=None).exclude(page=page.pk)
    return rows.select_related("page").order_by("words", "page__title", "pk")


def _with_owner(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the rows of groups that have a live page, and add that page."""
    # What follows uses the annotations: each further name of the relation would join the table again.
    return rows.filter(
        group__page_keywords__is_live=True, group__page_keywords__role=PageKeyword.Role.PRIMARY
    ).annotate(owner_id=F("group__page_keywords__page_id"), owner_title=F("group__page_keywords__page__draft_title"))


def _owner_of(row: Any) -> Owner:
    return Owner(row.owner_id, row.owner_title)


def _find(rows: QuerySet[Any], to_finding: Callable[[Any], Row], limit: int) -> Findings[Row]:
    return Findings(rows.order_by()[:MAX_TOTAL].count(), [to_finding(row) for row in rows[:limit]])
