"""Test that lists stay fast: their queries, and the desk list's index.

The times at 1,000 articles and 100,000 requests: ``tests/performance/measure.py``.
"""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from blog.models import BlogPage
from bookings.models import Case, Event, Message, Status
from tests import factories
from tests.counting import queries_for

DESK_PATHS = ["/admin/case/", "/admin/case/?status=new", "/admin/case/?q=ana", "/admin/"]


def make_load(articles=0, requests=0, **options):
    call_command("make_load_data", articles=articles, requests=requests, stdout=io.StringIO(), **options)


@pytest.fixture
def desk(client, profile):
    client.force_login(factories.make_user("frontdesk"))
    return client


@pytest.mark.parametrize("path", DESK_PATHS)
def test_desk_asks_as_often_with_60_requests_as_with_5(desk, path):
    factories.make_treatment("Lip fillers")
    make_load(requests=5)
    Case.objects.update(status=Status.NEW, outcome="", closed_at=None, name="Ana", search_text="ana")
    queries_for(desk, path)
    few = queries_for(desk, path)
    make_load(requests=55, seed=2)
    Case.objects.update(status=Status.NEW, outcome="", closed_at=None, name="Ana", search_text="ana")
    assert queries_for(desk, path) == few


@pytest.mark.parametrize("path", ["/blog/", "/blog/feed/"])
def test_blog_asks_as_often_with_30_articles_as_with_9(client, profile, blog_index, path):
    make_load(articles=9)
    queries_for(client, path)
    few = queries_for(client, path)
    make_load(articles=21)
    assert queries_for(client, path) <= few + 1  # there is a second page now


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan; PostgreSQL chooses by its statistics")
class TestDeskIndex:
    """Check that SQLite walks the narrow index in the list's order.

    Sorting, or reading rows to filter, is slow.
    """

    @pytest.mark.parametrize(
        "narrow",
        [
            lambda cases: cases,
            lambda cases: cases.filter(status__in=["closed"]),
            lambda cases: cases.filter(owner=None),
            lambda cases: cases.filter(created_at__gte=timezone.now() - timedelta(days=30)),
            lambda cases: cases.search("garcia"),
            lambda cases: cases.filter(status__in=["closed"]).search("garcia"),
        ],
    )
    def test_list_is_walked_not_sorted(self, db, narrow):
        plan = narrow(Case.objects.all())[:30].explain()
        assert "bookings_desk_list" in plan
        assert "TEMP B-TREE" not in plan

    @pytest.mark.parametrize("narrow", [lambda cases: cases.filter(owner=None), lambda cases: cases.search("garcia")])
    def test_counting_reads_no_row(self, db, narrow):
        assert "COVERING INDEX bookings_desk_list" in narrow(Case.objects.all()).order_by().values("pk").explain()

    def test_unsent_mails_are_found_by_their_state(self, db):
        plan = Message.objects.filter(state__in=["queued", "sending"], due_at__lte=timezone.now()).explain()
        assert "bookings_message_due" in plan


@pytest.mark.parametrize("name", ["ﷺ" * 120, "".join(chr(0x3300 + number) for number in range(88)) + "ﷺ" * 32])
def test_longest_name_fits_into_the_index(home, name):
    """Use letters that become up to eighteen when they are normalized.

    PostgreSQL refuses index entries above 2.7 kB.
    """
    case = factories.make_case(name=name, email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 50}.example.com")
    assert case in Case.objects.search(case.email)


class TestLoadData:
    def test_makes_what_was_asked_for(self, profile, blog_index):
        treatment = factories.make_treatment("Lip fillers")
        make_load(articles=3, requests=40)
        assert BlogPage.objects.live().child_of(blog_index).count() == 3
        assert Case.objects.count() == 40
        assert Case.objects.filter(treatments__page=treatment).exists()
        assert Event.objects.filter(to_status=Status.CLOSED).exists()
        assert Case.objects.first().consents.count() == 1

    def test_articles_are_real_pages(self, client, profile, blog_index):
        factories.make_treatment("Lip fillers")
        make_load(articles=2)
        blog_index.refresh_from_db()
        assert blog_index.get_children().count() == 2
        article = BlogPage.objects.first()
        assert client.get(article.url).status_code == 200

    def test_can_be_run_again(self, profile, blog_index):
        make_load(articles=2, requests=5)
        make_load(articles=2, requests=5)
        assert (BlogPage.objects.count(), Case.objects.count()) == (4, 10)

    def test_refuses_where_patients_wrote(self, profile):
        factories.make_case(email="ana@somewhere.example.org")
        with pytest.raises(CommandError, match="not made up"):
            make_load(requests=1)
        make_load(requests=1, yes=True)
        assert Case.objects.count() == 2

    def test_needs_a_blog_for_articles(self, home):
        with pytest.raises(CommandError, match="load_demo"):
            make_load(articles=1)

    def test_search_finds_what_it_made(self, profile):
        make_load(requests=10)
        case = Case.objects.exclude(phone="").first()
        for query in (case.name, case.phone, case.email, case.reference):
            assert case in Case.objects.search(query)
