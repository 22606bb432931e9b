"""Test that lists stay fast: their queries, and the desk list's index.

The times at 1,000 articles and 100,000 cases: ``tests/performance/measure.py``.
"""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.models import BlogPage
from bookings.models import Appointment, Case, Event, EventKind, Message, SearchWord, Status
from bookings.services import get_stage, prefetch_visits
from clinic.management.commands import make_load_data
from tests import booking_invariants, factories
from tests.counting import queries_for
from tests.performance import measure, plans

DESK_PATHS = ["/admin/case/", "/admin/case/?status=new", "/admin/"]


def make_load(articles=0, requests=0, **options):
    call_command("make_load_data", articles=articles, requests=requests, stdout=io.StringIO(), **options)


def test_desk_queries_do_not_grow_with_cases(client, profile):
    client.force_login(factories.make_user("frontdesk"))
    factories.make_treatment("Lip fillers")

    def add(count, seed):
        make_load(requests=count, seed=seed)
        Case.objects.update(status=Status.NEW, outcome="", closed_at=None, name="Ana")
        for case in Case.objects.all():
            SearchWord.objects.add(case, ["ana"])
        return [queries_for(client, "/admin/case/", q="ana"), *(queries_for(client, path) for path in DESK_PATHS)]

    add(1, seed=1)  # The clinic's hours are in the cache from now on.
    assert add(4, seed=2) == add(35, seed=3)


@pytest.mark.parametrize("path", ["/blog/", "/blog/feed/"])
def test_blog_queries_do_not_grow_with_articles(client, profile, blog_index, path):
    make_load(articles=9)
    queries_for(client, path)
    few = queries_for(client, path)
    make_load(articles=21)
    assert queries_for(client, path) <= few + 1  # there is a second page now


@pytest.fixture
def measured(client, profile, monkeypatch):
    """Return the addresses of the desk that are measured, and a function that asks for one."""
    monkeypatch.setattr(make_load_data, "DAYS", 20)
    factories.make_treatment("Lip fillers")
    make_load(requests=60)
    client.force_login(factories.make_user("manager"))
    return measure.desk_addresses(), lambda path: measure.ask(client, path)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan; PostgreSQL chooses by its statistics")
def test_no_page_of_the_desk_reads_a_whole_table(measured):
    addresses, ask = measured
    for name, path in addresses.items():
        with CaptureQueriesContext(connection) as captured:
            assert ask(path).status_code == 200
        for sql in filter(plans.is_about_patients, (query["sql"] for query in captured)):
            assert plans.find_whole_tables(sql, plans.get_plan(sql)) == [], (name, sql)


def test_no_page_of_the_desk_takes_more_than_twenty_queries(measured):
    addresses, ask = measured
    for name, path in addresses.items():
        ask(path)
        with CaptureQueriesContext(connection) as captured:
            ask(path)
        assert len(captured) <= measure.MAX_QUERIES, name


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan; PostgreSQL chooses by its statistics")
def test_whole_tables_are_recognized(db):
    for narrow in ({}, {"message": "x"}, {"network": ""}):
        query = str(Case.objects.filter(**narrow).order_by().values("pk").query).replace("= x", "= 'x'")
        query = query.replace('network" = ', "network\" = ''")
        assert plans.find_whole_tables(query, plans.get_plan(query)), query


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan; PostgreSQL chooses by its statistics")
def test_due_messages_are_found_by_index(db):
    plan = Message.objects.filter(state__in=["queued", "sending"], due_at__lte=timezone.now()).explain()
    assert "bookings_message_due" in plan


@pytest.mark.parametrize("name", ["ﷺ" * 120, "".join(chr(0x3300 + number) for number in range(88)) + "ﷺ" * 32])
def test_longest_name_fits_into_the_index(home, name):
    # PostgreSQL refuses index entries above 2.7 kB, and these letters become up to eighteen once normalized.
    case = factories.make_case(name=name, email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 50}.example.com")
    assert case in Case.objects.search(case.email)


# The made-up data


def test_load_data_makes_cases_in_every_stage(profile, monkeypatch):
    monkeypatch.setattr(make_load_data, "DAYS", 20)  # so that a few cases are fresh and old ones
    treatment = factories.make_treatment("Lip fillers")
    make_load(requests=150)
    assert Case.objects.count() == 150
    stages = {"new", "contacting", "booked", "checked_in", "treated", "closed"}
    assert {get_stage(case) for case in Case.objects.prefetch_related(prefetch_visits())} == stages
    states = {"held", "booked", "checked_in", "treated", "no_show"}
    assert set(Appointment.objects.values_list("state", flat=True)) == states
    assert booking_invariants.check() == []
    assert Case.objects.filter(treatments__page=treatment).exists()
    assert Event.objects.filter(kind=EventKind.STAGE, data__to=Status.CLOSED).exists()
    case = Case.objects.exclude(phone="").first()
    assert case.consents.count() == 1
    for query in (case.name, case.phone, case.email, case.reference):
        assert case in Case.objects.search(query)


def test_load_articles_are_real_pages(client, profile, blog_index):
    factories.make_treatment("Lip fillers")
    make_load(articles=2)
    assert BlogPage.objects.live().child_of(blog_index).count() == 2
    blog_index.refresh_from_db()
    assert blog_index.get_children().count() == 2
    assert client.get(BlogPage.objects.first().url).status_code == 200


def test_same_seed_makes_the_same_data(profile, time_machine):
    time_machine.move_to("2027-06-07 16:00Z", tick=False)
    made = []
    for _run in range(2):
        Case.objects.all().delete()
        make_load(requests=20)
        visits = Appointment.objects.values_list("case__reference", "state", "starts_at")
        made.append((set(Case.objects.values_list("reference", "name", "status", "created_at")), set(visits)))
    assert made[0] == made[1]


def test_load_data_can_be_added_twice(profile, blog_index):
    make_load(articles=2, requests=5)
    make_load(articles=2, requests=5)
    assert (BlogPage.objects.count(), Case.objects.count()) == (4, 10)


def test_load_data_is_refused_beside_patients(profile):
    factories.make_case(email="ana@somewhere.example.org")
    with pytest.raises(CommandError, match="not made up"):
        make_load(requests=1)
    make_load(requests=1, yes=True)
    assert Case.objects.count() == 2


def test_load_articles_need_a_blog(home):
    with pytest.raises(CommandError, match="load_demo"):
        make_load(articles=1)


def test_copies_of_cases_are_whole(profile, monkeypatch):
    monkeypatch.setattr(make_load_data, "MAX_MADE", 60)
    factories.make_treatment("Lip fillers")
    make_load(requests=100)
    assert Case.objects.count() == 100
    assert booking_invariants.check() == []
    copy = Case.objects.filter(reference__startswith="C").first()
    assert [*Case.objects.search(copy.reference)] == [copy]
    assert copy in Case.objects.search(copy.name)
    assert copy.created_at < Case.objects.exclude(reference__startswith="C").earliest("created_at").created_at
    assert copy.closed_at > copy.created_at
    assert copy.events.count() == copy.events.filter(at__range=(copy.created_at, copy.closed_at)).count() > 0
    factories.make_case()  # Its keys come after those of the copies.
