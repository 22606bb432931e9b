"""Test that the lists in "Reports" are searched, sorted and filtered."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.addresses.models import MissingAddress
from clinic.search.models import SearchPhrase
from clinic.sitecheck.models import SiteCheck, SiteFinding
from clinic.triage.models import State

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 1), date(2026, 11, 30)


@pytest.fixture
def addresses(home):
    MissingAddress.objects.create(path="/botox", times=2, first_day=LAST, last_day=LAST, referrer="https://b.example/")
    MissingAddress.objects.create(path="/peel", times=9, first_day=FIRST, last_day=FIRST, referrer="/blog/")
    MissingAddress.objects.create(path="/a", times=9, first_day=FIRST, last_day=LAST, state=State.IGNORED)


@pytest.fixture
def searches(home):
    SearchPhrase.objects.create(words="botox", searches=2, zero_hits=2, last_day=LAST)
    SearchPhrase.objects.create(words="peel", searches=9, hits=4, clicks=3, last_day=FIRST)
    SearchPhrase.objects.create(words="acne", searches=9, last_day=LAST, state=State.IGNORED)


@pytest.fixture
def findings(home):
    old, run = (SiteCheck.objects.create(finished_at=timezone.now(), pk=pk) for pk in (1, 2))
    SiteFinding.objects.create(check_run=old, kind="orphan", place="Before", detail="x")
    SiteFinding.objects.create(check_run=run, kind="orphan", place="Botox", detail="lonely")
    SiteFinding.objects.create(check_run=run, kind="no_alt", place="Peel", detail="a picture")


@pytest.fixture
def show(admin_client):
    """Return a function that opens a report, and returns the names of its lines."""

    def show(name, **parameters):
        return [str(row) for row in admin_client.get(reverse(name), parameters).context["object_list"]]

    return show


def test_missing_addresses_are_sorted_searched_and_filtered(addresses, show):
    assert show("missing_addresses") == ["/peel", "/a", "/botox"]
    assert show("missing_addresses", ordering="path") == ["/a", "/botox", "/peel"]
    assert show("missing_addresses", ordering="times") == ["/botox", "/peel", "/a"]
    assert show("missing_addresses", ordering="-first_day") == ["/botox", "/peel", "/a"]
    assert show("missing_addresses", q="EXAMPLE") == ["/botox"]
    assert show("missing_addresses", q="blog", ordering="path") == ["/peel"]
    assert show("missing_addresses", q="nowhere") == []
    assert show("missing_addresses", state="ignored") == ["/a"]
    assert show("missing_addresses", state="ignored", q="peel") == []


def test_searches_are_sorted_searched_and_filtered(searches, show):
    assert show("search_log") == ["peel", "acne", "botox"]
    assert show("search_log", ordering="words") == ["acne", "botox", "peel"]
    assert show("search_log", ordering="-zero_hits") == ["botox", "peel", "acne"]
    assert show("search_log", ordering="-clicks") == ["peel", "botox", "acne"]
    assert show("search_log", q="OTO") == ["botox"]
    assert show("search_log", q="e", state="open") == ["peel"]


def test_findings_are_those_of_the_last_check_sorted_and_searched(findings, show):
    assert [line.partition(": ")[2] for line in show("site_check")] == ["a picture", "lonely"]
    assert [line.partition(": ")[2] for line in show("site_check", ordering="place")] == ["lonely", "a picture"]
    assert len(show("site_check", q="BOTOX")) == 1
    assert show("site_check", q="Before") == []
    assert show("site_check", q="peel", kind="orphan") == []
