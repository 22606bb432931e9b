"""Measure what the board of keywords reads, with many pages and keywords.

``python -m tests.performance.keyword_board 5000 2000`` fills an empty database and prints the milliseconds and the
queries of each list. It ends with status 1 above ``LIMIT`` or ``MAX_QUERIES``.
"""

import os
import random
import statistics
import sys
import time

import django

LIMIT, MAX_QUERIES, ROUNDS = 300, 12, 5  # milliseconds and queries of all lists together
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


def read_board() -> dict[str, tuple[int, float]]:
    """Return the total and the milliseconds of each list."""
    from clinic.keywords import evidence

    lists = (
        evidence.find_conflicts, evidence.find_stray_links, evidence.find_silent_pages, evidence.find_alike_pages,
        evidence.find_link_suggestions,
    )  # fmt: skip
    found = {}
    for find in lists:
        start = time.perf_counter()
        total = find().total
        found[find.__name__] = total, (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    state = evidence.get_reading_state()
    found["get_reading_state"] = state.waiting, (time.perf_counter() - start) * 1000
    return found


def measure() -> tuple[float, int]:
    """Return the milliseconds and the queries of all lists together."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    times = [sum(milliseconds for _total, milliseconds in read_board().values()) for _round in range(ROUNDS)]
    reset_queries()  # in development Django keeps a limited number of them
    with CaptureQueriesContext(connection) as captured:
        read_board()
    return statistics.median(times), len(captured)


def main(pages: int, keywords: int) -> int:
    from django.core.management import call_command

    from clinic.models import PageReading

    call_command("migrate", verbosity=0)
    if not PageReading.objects.exists():
        fill(pages, keywords)
    for name, (total, milliseconds) in read_board().items():
        print(f"{name:24}{total:8}{milliseconds:8.0f} ms")  # noqa: T201
    milliseconds, queries = measure()
    print(f"{'all':32}{milliseconds:8.0f} ms{queries:5} queries")  # noqa: T201
    return int(milliseconds > LIMIT or queries > MAX_QUERIES)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.dev")
    django.setup()
    sys.exit(main(*map(int, sys.argv[1:] or ("5000", "2000"))))
