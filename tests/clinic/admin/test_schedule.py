"""Check the publishing schedule: what it lists on which day, and for whom."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from clinic.admin.schedule import Month
from clinic.keywords.grouping import add_keywords
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Announcement, Keyword, PageKeyword, SpecialHours
from tests import factories

URL = "/admin/schedule/"
NOW = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)  # a Sunday, noon in Los Angeles


@pytest.fixture
def client(client, profile):
    with time_machine.travel(NOW, tick=False):
        client.force_login(factories.make_user("editor"))
        yield client


def read(client, month=""):
    """Return the entries of a month by day, as a reader sees them."""
    soup = BeautifulSoup(client.get(URL, {"month": month} if month else {}).content, "html.parser")
    days = soup.select(".clinic-schedule__day")
    return {
        " ".join(day.h3.get_text(" ").split()): [" ".join(one.get_text(" ").split()) for one in day.select("li")]
        for day in days
        if day.select("li") or "--today" in str(day["class"])
    }


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def schedule(page, moment):
    page.go_live_at = moment
    page.save_revision(approved_go_live_at=moment)


def test_month_lists_pages_announcements_and_hours(client, treatment_index):
    draft = factories.make_treatment("Botox", live=False)
    live = factories.make_treatment("Fillers", expire_at=at(2026, 12, 24, 20, 30))
    begun = factories.make_treatment("Peels", live=False)
    schedule(draft, at(2026, 12, 1, 17))
    schedule(live, at(2026, 12, 2, 18))
    begun.go_live_at = at(2026, 12, 3, 17)
    begun.save_revision()
    Announcement.objects.create(text="Closed soon", starts_at=at(2026, 11, 20, 8), ends_at=at(2026, 12, 6, 8))
    hours = factories.opening_hours()
    SpecialHours.objects.create(
        opening_hours=hours, first_day=date(2026, 12, 30), last_day=date(2027, 1, 2), reason="Party"
    )
    assert read(client, "2026-12") == {
        "Tue, Dec 1": ["9 am · Goes live Botox"],
        "Wed, Dec 2": ["10 am · Changes go live Fillers"],
        "Thu, Dec 3": ["9 am · Draft for this time, not scheduled yet Peels"],
        "Sun, Dec 6": ["midnight · Announcement ends Closed soon"],
        "Thu, Dec 24": ["12:30 pm · Comes off the site Fillers"],
        "Wed, Dec 30": ["Closed Party"],
        "Thu, Dec 31": ["Closed Party"],
    }
    assert read(client)["Fri, Nov 20"] == ["midnight · Announcement begins Closed soon"]


def test_scheduled_page_ends_as_its_version_says(client, treatment_index):
    new = factories.make_treatment("New", live=False)
    new.expire_at = at(2026, 12, 20, 20)
    schedule(new, at(2026, 12, 5, 17))
    before = factories.make_treatment("Before", expire_at=at(2026, 12, 4, 20))
    later, kept = (factories.make_treatment(title, expire_at=at(2026, 12, 22, 20)) for title in ("Later", "Kept"))
    before.expire_at, later.expire_at, kept.expire_at = None, at(2027, 1, 8, 20), None
    for page in (before, later, kept):
        schedule(page, at(2026, 12, 6, 17))
    assert read(client, "2026-12") == {
        "Fri, Dec 4": ["12 pm · Comes off the site Before"],
        "Sat, Dec 5": ["9 am · Goes live New"],
        "Sun, Dec 6": [f"9 am · Changes go live {title}" for title in ("Before", "Kept", "Later")],
        "Sun, Dec 20": ["12 pm · Comes off the site New"],
    }
    assert read(client, "2027-01") == {"Fri, Jan 8": ["12 pm · Comes off the site Later"]}


def test_end_that_is_typed_in_a_draft_is_listed(client, treatment_index):
    live = factories.make_treatment("Live", expire_at=at(2026, 12, 23, 20))
    same = factories.make_treatment("Same", expire_at=at(2026, 12, 24, 20))
    new = factories.make_treatment("New", live=False)
    live.expire_at = new.expire_at = at(2026, 12, 21, 20)
    new.go_live_at = at(2026, 12, 1, 17)
    for page in (live, same, new):
        page.save_revision(changed=True)
    text = "12 pm · Comes off the site, in a draft that is not published"
    assert read(client, "2026-12") == {
        "Tue, Dec 1": ["9 am · Draft for this time, not scheduled yet New"],
        "Mon, Dec 21": [f"{text} Live", f"{text} New"],
        "Wed, Dec 23": ["12 pm · Comes off the site Live"],
        "Thu, Dec 24": ["12 pm · Comes off the site Same"],
    }


def test_today_is_marked_in_words(client):
    assert read(client) == {"Sun, Nov 29 Today": []}
    with time_machine.travel(at(2026, 12, 1, 7, 30), tick=False):  # still November at the clinic
        client.force_login(factories.make_user("editor"))
        assert "Mon, Nov 30 Today" in read(client)


def test_nights_of_the_clock_keep_order_and_day(client, treatment_index):
    moments = {"Second": at(2026, 11, 1, 9, 30), "First": at(2026, 11, 1, 8, 30), "Last": at(2026, 12, 1, 7, 59)}
    for title, moment in moments.items():
        schedule(factories.make_treatment(title, live=False), moment)
    schedule(factories.make_treatment("Next month", live=False), at(2026, 12, 1, 8))
    schedule(factories.make_treatment("Spring", live=False), at(2026, 3, 8, 10, 30))
    assert read(client, "2026-11") == {
        "Sun, Nov 1": ["1:30 am · Goes live First", "1:30 am · Goes live Second"],
        "Sun, Nov 29 Today": [],
        "Mon, Nov 30": ["11:59 pm · Goes live Last"],
    }
    assert read(client, "2026-03") == {"Sun, Mar 8": ["3:30 am · Goes live Spring"]}


@pytest.mark.parametrize(
    "month", ["0001-01", "9999-12", "2026-13", "x", "２０２６-12", "2026-12-01", "-1", "\0", "1999-12"]
)
def test_other_months_show_this_one(client, month):
    assert "Sun, Nov 29 Today" in read(client, month)


@pytest.mark.parametrize(("text", "before", "after"), [("2000-01", None, "2000-02"), ("2100-12", "2100-11", None)])
def test_first_and_last_month_have_an_end(text, before, after):
    month = Month.read(text, date(2026, 11, 29))
    assert [one and one.parameter for one in (month.previous, month.next)] == [before, after]


@pytest.mark.parametrize("month", ["2000-01", "2026-12", "2100-12"])
def test_far_dates_break_nothing(client, treatment_index, month):
    page = factories.make_treatment("Botox", expire_at=at(9999, 12, 31, 23, 59))
    page.go_live_at = at(1, 1, 1)
    page.save_revision()
    Announcement.objects.create(text="Ever", starts_at=at(1, 1, 1), ends_at=at(9999, 12, 31, 23))
    hours = factories.opening_hours()
    SpecialHours.objects.create(opening_hours=hours, first_day=date.min, last_day=date.max, reason="Long")
    assert client.get(URL, {"month": month}).status_code == 200


def test_planned_keywords_name_their_pages(client, treatment_index):
    keyword, other = add_keywords([ParsedKeyword("lip <b>flip</b>"), ParsedKeyword("peels")])
    Keyword.objects.filter(pk=keyword.pk).update(status=Keyword.Status.PLANNED)
    PageKeyword.objects.create(page=factories.make_treatment("Lips", live=False), group=keyword.group)
    page = client.get(URL)
    planned = BeautifulSoup(page.content, "html.parser").select(".clinic-schedule__planned li")
    assert [" ".join(one.get_text(" ").split()) for one in planned] == ["lip <b>flip</b> Normal · Lips"]
    assert other.phrase not in planned[0].get_text()


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_desk_and_clinicians_do_not_see_it(client, role):
    client.force_login(factories.make_user(role))
    assert client.get(URL).url == reverse("wagtailadmin_home")


def test_pages_that_a_user_may_not_edit_are_left_out(client, treatment_index, blog_index):
    user = factories.make_user("editor")
    group = user.groups.get()
    GroupPagePermission.objects.filter(group=group).update(page=blog_index)
    client.force_login(user)
    schedule(factories.make_treatment("Botox", live=False), at(2026, 12, 1, 17))
    schedule(factories.make_article("Article", live=False), at(2026, 12, 1, 18))
    assert read(client, "2026-12") == {"Tue, Dec 1": ["10 am · Goes live Article"]}
    assert Page.objects.filter(title="Botox").exists()
