"""Measure the board of keywords in this process, and publishing, with many pages and keywords.

``python -m tests.performance.keyword_board 5000 2000`` fills an empty database and prints the milliseconds and the
queries of each section. It ends with status 1 above ``LIMIT``, ``MAX_QUERIES`` or ``MAX_SLOWER``.
"""

import os
import random
import statistics
import sys
import time

import django

LIMIT, MAX_QUERIES = 300, 20  # milliseconds and queries of the board
MAX_SLOWER = 50  # milliseconds that publishing takes longer
ROUNDS = 5
GROUP_SIZE = 3  # phrases


def fill(pages: int, keywords: int) -> None:
    """Make live pages and keywords, and the rows that the worker would have written about them."""
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from wagtail.models import Page

    from clinic.keywords.vocabulary import get_vocabulary
    from clinic.models import AlikePages, Keyword, KeywordGroup, PageReading, StandardPage
    from tests import factories

    chance, now = random.Random(15), timezone.now()  # noqa: S311  the same rows each time
    home = factories.make_home()
    start = home.numchild + 1
    kind = ContentType.objects.get_for_model(StandardPage)
    rows = [
        Page(
            title=f"Page {number}", draft_title=f"Page {number}", slug=f"page-{number}", depth=home.depth + 1,
            path=Page._get_path(home.path, home.depth + 1, start + number), url_path=f"{home.url_path}page-{number}/",
            content_type=kind, locale=home.locale, live=True, last_published_at=now,
        )
        for number in range(pages)
    ]  # fmt: skip
    Page.objects.bulk_create(rows, batch_size=500)
    Page.objects.filter(pk=home.pk).update(numchild=home.numchild + pages)
    made = list(Page.objects.filter(path__in=[row.path for row in rows[:1]])) and list(
        Page.objects.child_of(home).filter(slug__startswith="page-").order_by("path")
    )
    for page in made:
        StandardPage(page_ptr=page).save_base(raw=True)
    groups = KeywordGroup.objects.bulk_create(
        [KeywordGroup(name=f"keyword {number}") for number in range(keywords // GROUP_SIZE + 1)], batch_size=500
    )
    phrases = [f"phrase {number}" for number in range(keywords)]
    Keyword.objects.bulk_create(
        [
            Keyword(phrase=phrase, spelling=phrase, normalized=phrase, subject=phrase, group=groups[at // GROUP_SIZE])
            for at, phrase in enumerate(phrases)
        ],
        batch_size=500,
    )
    digest = get_vocabulary().digest
    PageReading.objects.bulk_create(
        [PageReading(page=page, due_at=None, read_at=now, matched_at=now, vocabulary=digest) for page in made],
        batch_size=500,
    )
    _write_findings(made, groups, chance)
    _write_logs(pages, now)
    pairs = {tuple(sorted(chance.sample([page.pk for page in made], 2))) for _pair in range(pages // 20)}
    AlikePages.objects.bulk_create([AlikePages(first_id=a, second_id=b, percent=93) for a, b in sorted(pairs)])


def _write_findings(pages: list, groups: list, chance: random.Random) -> None:
    """Write about twenty mentions, ten links and one keyword for each page. Two thirds of the groups have a page."""
    from clinic.models import PageEvidence, PageKeyword, PageLink

    owners = dict(zip((group.pk for group in groups[::3] + groups[1::3]), pages, strict=False))
    PageKeyword.objects.bulk_create(
        [PageKeyword(page=page, group_id=group, is_live=True, role="primary") for group, page in owners.items()],
        batch_size=500,
    )
    keys = [group.pk for group in groups]
    evidence, links = [], []
    for page in pages:
        for group in chance.sample(keys, min(20, len(keys))):
            is_headline, is_mention = chance.random() < 0.05, chance.random() < 0.4
            evidence.append(
                PageEvidence(
                    page=page, group_id=group, in_title=is_headline, is_headline=is_headline, in_body=True,
                    excerpt="the words around a phrase " * 4, mention="a phrase" if is_mention else "",
                )
            )  # fmt: skip
        for target in chance.sample(pages, min(10, len(pages))):
            group = chance.choice(keys) if chance.random() < 0.1 else None
            links.append(PageLink(page=page, target=target, words="read more about it", group_id=group))
    PageEvidence.objects.bulk_create(evidence, batch_size=500)
    PageLink.objects.bulk_create(links, batch_size=500)


def _write_logs(count: int, now) -> None:
    """Write what visitors searched for here and in Google, and what they missed."""
    from clinic.keywords.console_models import SearchPeriod, SearchResult
    from clinic.keywords.search_console import QUERIES, refresh_traffic
    from clinic.models import MissingAddress, SearchPhrase

    day = now.date()
    period = SearchPeriod.objects.create(first_day=day, last_day=day)
    for model, rows in {
        SearchResult: [{"period": period, "kind": QUERIES, "clicks": 1, "impressions": n} for n in range(count)],
        SearchPhrase: [{"zero_hits": n + 1, "last_day": day} for n in range(count)],
        MissingAddress: [{"times": n + 1, "first_day": day, "last_day": day} for n in range(count)],
    }.items():
        name = {SearchResult: "query", SearchPhrase: "words", MissingAddress: "path"}[model]
        model.objects.bulk_create([model(**{name: f"word {n}"}, **row) for n, row in enumerate(rows)], batch_size=500)
    refresh_traffic()


def make_client():
    """Return a client of an editor who is signed in."""
    from django.test import Client

    from tests import factories

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(factories.make_user("editor", username=f"editor-{time.time_ns()}"))
    return client


def measure(client, address: str) -> tuple[float, int]:
    """Return the median milliseconds and the queries of an address of the admin."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    times = []
    for _round in range(ROUNDS + 1):  # the first one fills caches
        start = time.perf_counter()
        response = client.get(address)
        times.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200, response
    reset_queries()  # in development Django keeps a limited number of them
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return statistics.median(times[1:]), len(captured)


def measure_publishing() -> tuple[float, float]:
    """Return the median milliseconds of publishing a page: with what the keyword desk does then, and without it."""
    from django.db import transaction
    from wagtail.signals import page_published

    from clinic.keywords import page_reading, publishing
    from clinic.models import StandardPage

    pages = list(StandardPage.objects.order_by("pk")[:2])
    medians = []
    receivers = page_published.receivers
    own = {publishing.__name__, page_reading.__name__}
    without = [one for one in receivers if getattr(one[1](), "__module__", "") not in own]
    for page, connected in zip(pages, (receivers, without), strict=True):
        page_published.receivers = connected
        page_published.sender_receivers_cache.clear()
        times = []
        for _round in range(4 * ROUNDS):
            revision = page.save_revision()
            start = time.perf_counter()
            with transaction.atomic():
                revision.publish()
            times.append((time.perf_counter() - start) * 1000)
        medians.append(statistics.median(times))
    page_published.receivers = receivers
    return medians[0], medians[1]


def main(pages: int, keywords: int) -> int:
    from django.core.management import call_command
    from django.urls import reverse

    from clinic.keywords.board_sections import list_sections
    from clinic.models import PageReading

    call_command("migrate", verbosity=0)
    if not PageReading.objects.exists():
        fill(pages, keywords)
    client, board = make_client(), reverse("keyword_board")
    found = {section.slug: measure(client, f"{board}?section={section.slug}") for section in list_sections()}
    for name, (milliseconds, queries) in found.items():
        print(f"{name:24}{milliseconds:8.0f} ms{queries:5} queries")  # noqa: T201
    slower = measure_publishing()
    print(f"publishing {slower[0]:.0f} ms, without the keyword desk {slower[1]:.0f} ms")  # noqa: T201
    is_slow = max(found.values())[0] > LIMIT or slower[0] - slower[1] > MAX_SLOWER
    return int(is_slow or max(queries for _milliseconds, queries in found.values()) > MAX_QUERIES)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.dev")
    django.setup()
    sys.exit(main(*map(int, sys.argv[1:] or ("5000", "2000"))))
