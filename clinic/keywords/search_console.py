"""Keep what Search Console says about keywords, and find what it means for pages.

``refresh_traffic`` does the counting, after an import and after each change of keywords, so that no page counts while
somebody waits.
"""

import hashlib
import json
import threading
import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from clinic.addresses.spelling import canonical

from .console_files import MAX_QUERY, PAIRS, QUERIES, Export, Line, Skipped, Table, add_up
from .console_models import GroupTraffic, IgnoredQuery, SearchPeriod, SearchResult, SearchUpload
from .evidence import Findings
from .matching import Language
from .models import Keyword, PageKeyword, Regrouping, WordRule, get_language

UPLOAD_KEPT = timedelta(days=1)
BATCH = 500
MAX_WORDS = 3 * MAX_QUERY  # characters of the columns that hold the words of a query
_pending = threading.local()


# Uploads that nobody has saved yet


def keep_upload(name: str, export: Export, user) -> SearchUpload:
    """Store what was understood. Uploads of other days that nobody saved are deleted."""
    SearchUpload.objects.filter(uploaded_at__lt=timezone.now() - UPLOAD_KEPT).delete()
    content = zlib.compress(json.dumps(_pack(export)).encode())
    return SearchUpload.objects.create(name=name[:100], uploaded_by=user, content=content)


def open_upload(upload: SearchUpload) -> Export:
    packed = json.loads(zlib.decompress(bytes(upload.content)))
    tables = {kind: _unpack_table(table) for kind, table in packed["tables"].items()}
    refused = [Table(**table) for table in packed["refused"]]
    first_day, last_day = (date.fromisoformat(day) if day else None for day in packed["days"])
    return Export(tables, refused, packed["ignored"], packed["filters"], first_day, last_day)


def _pack(export: Export) -> dict[str, Any]:
    return {
        "tables": {
            kind: {
                "name": table.name,
                "lines": [
                    [one.query, one.path, one.clicks, one.impressions, one.weighted, one.position_of_one]
                    for one in table.lines.values()
                ],
                "skipped": [[one.number, one.text, one.reason] for one in table.skipped],
                "skipped_count": table.skipped_count,
                "personal": table.personal,
                "compared": table.compared,
            }
            for kind, table in export.tables.items()
        },
        "refused": [{"name": one.name, "fault": one.fault, "about": one.about} for one in export.refused],
        "ignored": export.ignored,
        "filters": export.filters,
        "days": [day.isoformat() if day else "" for day in (export.first_day, export.last_day)],
    }


def _unpack_table(packed: dict[str, Any]) -> Table:
    table = Table(packed["name"], compared=packed["compared"], personal=packed["personal"])
    table.lines = {(row[0], row[1]): Line(*row) for row in packed["lines"]}
    table.skipped = [Skipped(*row) for row in packed["skipped"]]
    table.skipped_count.update(packed["skipped_count"])
    return table


# Import


def digest_of(table: Table) -> str:
    """Return what two tables with the same lines share, in any order."""
    rows = sorted([one.query, one.path, one.clicks, one.impressions, one.position] for one in table.lines.values())
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()


def is_known(table: Table) -> bool:
    """Return whether a table with the same lines was saved before, for any days."""
    digest = digest_of(table)
    return any(digest in digests.values() for digests in SearchPeriod.objects.values_list("digests", flat=True))


def save_export(export: Export, *, first_day: date, last_day: date, name: str = "", user=None) -> tuple[Any, list[str]]:
    """Store the tables under their days, and return the period and the kinds of tables that changed.

    Another import of the same days replaces the tables that it has, and leaves the others.
    """
    stored = SearchPeriod.objects.filter(first_day=first_day, last_day=last_day).first()
    known = stored.digests if stored else {}
    digests = {kind: digest_of(table) for kind, table in export.tables.items()}
    changed = [kind for kind, digest in digests.items() if known.get(kind) != digest]
    # Comparing thousands of queries takes seconds, in which nobody else should wait for the database.
    rows = _build_rows(export, changed, has_queries=QUERIES in {**known, **digests}) if changed else {}
    with transaction.atomic():
        period, _made = SearchPeriod.objects.select_for_update().get_or_create(
            first_day=first_day, last_day=last_day, defaults={"imported_by": user}
        )
        for kind, found in rows.items():
            SearchResult.objects.filter(period=period, kind=kind).delete()
            for row in found:
                row.period = period
            SearchResult.objects.bulk_create(found, batch_size=BATCH)
        if changed:
            period.digests = {**period.digests, **digests}
            period.imported_at, period.imported_by = timezone.now(), user
        if name:
            period.name = name
        period.save()
        if changed:
            refresh_traffic()
            period.refresh_from_db()
    return period, changed


def _build_rows(export: Export, kinds: list[str], has_queries: bool) -> dict[str, list[SearchResult]]:
    describe, places = Describer(get_language()), PagePlaces()
    lines = {kind: list(export.tables[kind].lines.values()) for kind in kinds}
    if PAIRS in kinds and not has_queries:
        lines[QUERIES] = add_up(lines[PAIRS])
    return {kind: [_to_row(kind, one, describe, places) for one in found] for kind, found in lines.items()}


def _to_row(kind: str, line: Line, describe: "Describer", places: "PagePlaces") -> SearchResult:
    normalized, subject = describe(line.query)
    return SearchResult(
        kind=kind,
        query=line.query,
        normalized=normalized,
        subject=subject,
        path=line.path,
        page_id=places.find(line.path) if line.path else None,
        clicks=line.clicks,
        impressions=line.impressions,
        position=line.position,
    )


class Describer:
    """Return the words and the subject of queries, each computed once."""

    def __init__(self, language: Language):
        self.language = language
        self.known: dict[str, tuple[str, str]] = {"": ("", "")}

    def __call__(self, query: str) -> tuple[str, str]:
        if query not in self.known:
            language = self.language
            self.known[query] = language.normalize(query)[:MAX_WORDS], language.subject_of(query)[:MAX_WORDS]
        return self.known[query]


class PagePlaces:
    """Find the pages of addresses, also of those that redirect to a page. Costs three queries."""

    def __init__(self) -> None:
        site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
        self.root = site.root_page.url_path.rstrip("/") if site else ""
        self.pages = dict(Page.objects.filter(depth__gt=1).values_list("url_path", "pk"))
        redirects = Redirect.objects.filter(redirect_page__isnull=False)
        self.redirects = dict(redirects.values_list("old_path", "redirect_page_id"))

    def find(self, path: str) -> int | None:
        url_path = f"{self.root}{path}"
        return self.pages.get(url_path) or self.redirects.get(canonical(path))


# Counting


def list_periods() -> QuerySet[SearchPeriod]:
    """Return the period that counts first: the one that ends last, and of those the longest."""
    return SearchPeriod.objects.order_by("-last_day", "first_day", "pk")


def get_current_period() -> SearchPeriod | None:
    return list_periods().first()


@transaction.atomic
def refresh_traffic() -> None:
    """Count anew which queries have a keyword, and what each group gets in the period that counts."""
    period = get_current_period()
    GroupTraffic.objects.exclude(group__merged_into=None).delete()
    if period is None:
        GroupTraffic.objects.all().delete()
        return
    queries = SearchResult.objects.filter(period=period, kind=QUERIES)
    owned = Exists(Keyword.objects.filter(subject=OuterRef("subject")))
    ignored = Exists(IgnoredQuery.objects.filter(normalized=OuterRef("normalized")))
    for name, condition in (("is_owned", owned), ("is_ignored", ignored)):
        queries.filter(condition, **{name: False}).update(**{name: True})
        queries.filter(~condition, **{name: True}).update(**{name: False})
    SearchPeriod.objects.filter(pk=period.pk).update(
        unowned_count=queries.filter(is_owned=False, is_ignored=False).count()
    )
    _count_groups(period)


@dataclass
class _Sum:
    clicks: int = 0
    impressions: int = 0
    weighted: float = 0.0
    top: tuple[int, int, str] = (-1, -1, "")
    landings: dict[tuple[int | None, str], list[int]] = field(default_factory=dict)


def _count_groups(period: SearchPeriod) -> None:
    # A subject that an editor spread over groups counts for the group of its first keyword.
    keywords = Keyword.objects.order_by("-pk").values_list("subject", "group_id")
    group_of = dict(keywords)
    sums: dict[int, _Sum] = {}
    with_keyword = SearchResult.objects.filter(period=period, subject__in=Keyword.objects.values("subject"))
    for subject, query, clicks, impressions, position in with_keyword.filter(kind=QUERIES).values_list(
        "subject", "query", "clicks", "impressions", "position"
    ):
        one = sums.setdefault(group_of[subject], _Sum())
        one.clicks += clicks
        one.impressions += impressions
        one.weighted += (position or 0) * impressions
        one.top = max(one.top, (clicks, impressions, query))
    pairs = with_keyword.filter(kind=PAIRS).values_list("subject", "page_id", "path")
    for subject, page, path, clicks, impressions in pairs.annotate(Sum("clicks"), Sum("impressions")):
        one = sums.setdefault(group_of[subject], _Sum())
        # The old and the new address of a page are one page.
        landing = one.landings.setdefault((page, "" if page else path), [0, 0])
        landing[0] += clicks
        landing[1] += impressions
    rows = [_to_traffic(group, found) for group, found in sums.items()]
    GroupTraffic.objects.exclude(group__in=list(sums)).delete()
    fields = [one.name for one in GroupTraffic._meta.concrete_fields if one.name not in ("id", "group")]
    GroupTraffic.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["group"], update_fields=fields
    )


def _to_traffic(group: int, found: _Sum) -> GroupTraffic:
    traffic = GroupTraffic(group_id=group, clicks=found.clicks, impressions=found.impressions, top_query=found.top[2])
    traffic.position = round(found.weighted / found.impressions, 1) if found.weighted else None
    if found.landings:
        (page, path), counts = max(found.landings.items(), key=lambda item: (item[1], item[0][1]))
        traffic.landing_page_id, traffic.landing_path = page, path
        traffic.landing_clicks, traffic.landing_impressions = counts
    return traffic


def describe_results_again() -> None:
    """Compare the queries of the period that counts anew, after the rules for words changed."""
    period = get_current_period()
    if period is None:
        return
    describe, changed = Describer(get_language()), []
    for row in SearchResult.objects.filter(period=period).exclude(query="").only("query", "normalized", "subject"):
        before = row.normalized, row.subject
        row.normalized, row.subject = describe(row.query)
        if before != (row.normalized, row.subject):
            changed.append(row)
    SearchResult.objects.bulk_update(changed, ["normalized", "subject"], batch_size=BATCH)


def refresh_on_commit(sender, **kwargs) -> None:
    """Count anew after the transaction, once for all its changes."""
    _pending.count = True
    _pending.describe = getattr(_pending, "describe", False) or sender is WordRule
    transaction.on_commit(_refresh_if_pending, robust=True)


def _refresh_if_pending() -> None:
    if not _pending.count:
        return
    describe, _pending.count, _pending.describe = _pending.describe, False, False
    if SearchPeriod.objects.exists():
        if describe:
            describe_results_again()
        refresh_traffic()


def connect() -> None:
    # A change of groups is saved as a Regrouping at its end.
    for sender in (Keyword, Regrouping, WordRule):
        for signal in (post_save, post_delete):
            signal.connect(refresh_on_commit, sender=sender, dispatch_uid="clinic.search_console")


# What it means


def find_unowned(period: SearchPeriod | Subquery) -> QuerySet[SearchResult]:
    """Return the queries of the period that no keyword answers, most impressions first."""
    found = SearchResult.objects.filter(period=period, is_owned=False, is_ignored=False)
    return found.order_by("-impressions", "-clicks", "query")


def find_other_landings() -> QuerySet[PageKeyword]:
    """Return the rows of pages that are the page for a keyword while people land on another one."""
    meant = PageKeyword.objects.filter(
        role=PageKeyword.Role.PRIMARY, is_live=True, group__traffic__landing_clicks__gt=0
    )
    meant = meant.exclude(group__traffic__landing_page=F("page")) | meant.filter(group__traffic__landing_page=None)
    return meant.select_related("page", "group__traffic__landing_page").order_by("-group__traffic__impressions", "pk")


def list_unowned() -> QuerySet[SearchResult]:
    """Return the queries without a keyword, of the period that counts."""
    return find_unowned(Subquery(list_periods().values("pk")[:1]))


def find_queries(limit: int = 5) -> Findings[SearchResult]:
    """Return the first queries without a keyword. Costs at most two queries, however many are stored."""
    period = get_current_period()
    if period is None:
        return Findings(0, [])
    return Findings(period.unowned_count, list(find_unowned(period)[:limit]))


def find_landings(limit: int = 5) -> Findings[PageKeyword]:
    """Return the first rows of pages for a keyword whose visitors land elsewhere. Costs two queries at most."""
    rows = find_other_landings()
    return Findings(rows.count(), list(rows[:limit]))


@transaction.atomic
def ignore_query(query: str, user=None) -> IgnoredQuery:
    normalized = get_language().normalize(query)[:MAX_WORDS]
    row, _made = IgnoredQuery.objects.get_or_create(
        normalized=normalized, defaults={"query": query[:MAX_QUERY], "ignored_by": user}
    )
    refresh_traffic()
    return row


@transaction.atomic
def show_again(row: IgnoredQuery) -> None:
    row.delete()
    refresh_traffic()


@transaction.atomic
def delete_period(period: SearchPeriod) -> None:
    """Delete a period with its results. The one before it counts then, compared by the rules of today."""
    SearchResult.objects.filter(period=period).delete()
    period.delete()
    describe_results_again()
    refresh_traffic()
