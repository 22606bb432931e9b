"""Test when pages go live: what editors choose, what they read, and what the dashboard lists."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from blog.models import BlogPage
from clinic.hours.formatting import format_when
from clinic.models import StandardPage
from tests import factories

NOW = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)  # a Sunday, noon in Los Angeles
HERE = timezone.get_fixed_timezone(-480)
TUESDAY = "2026-12-01 09:00"
TUESDAY_9_AM = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def editor(client, profile):
    with time_machine.travel(NOW, tick=False):
        client.force_login(factories.make_user("editor"))
        yield client


def article_form(**fields):
    empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    known = {
        "title": "Peels",
        "slug": "peels",
        "body": streamfield([]),
        "sources": rich_text(""),
        **dict.fromkeys(("related_treatments", "picked_articles", "page_keywords", "comments"), empty),
    }
    return nested_form_data({**known, **fields})


def send(client, page, *, publish=True, **fields):
    action = {"action-publish": "1"} if publish else {}
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), article_form(**action, **fields))


def words(client, address="/admin/") -> str:
    return " ".join(BeautifulSoup(client.get(address).content, "lxml").main.get_text(" ").split())


def draft(**fields):
    page = factories.make_article("Peels", slug="peels", live=False, date=None, **fields)
    page.save_revision()
    return page


# The field


@pytest.mark.parametrize("field", ["go_live_at", "expire_at"])
@pytest.mark.parametrize("moment", ["9999-12-31 23:59", "9999-12-31 09:00", "2101-01-01 09:00", "20261-12-01 09:00"])
def test_time_of_another_century_is_asked_about(editor, field, moment):
    page = draft()
    response = send(editor, page, **{field: moment})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    page.refresh_from_db()
    assert (page.live, page.revisions.count()) == (False, 1)


@pytest.mark.parametrize("field", ["go_live_at", "expire_at"])
def test_time_of_this_century_is_taken(editor, field):
    assert send(editor, draft(), **{field: "2100-12-31 09:00"}).status_code == 302


def test_scheduled_article_goes_live_on_its_day(editor):
    page = draft()
    assert send(editor, page, go_live_at=TUESDAY).status_code == 302
    revision = page.revisions.get(approved_go_live_at__isnull=False)
    assert revision.approved_go_live_at == TUESDAY_9_AM
    with time_machine.travel(TUESDAY_9_AM + timedelta(seconds=30), tick=False):
        revision.publish()
    page.refresh_from_db()
    assert page.date == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-11-24 09:00", "Tue, Nov 24, 9 am is in the past."),
        ("2026-11-29 11:59", "Sun, Nov 29, 11:59 am is in the past."),
        ("2026-11-29 12:00", "Sun, Nov 29, 12 pm is in the past."),
        ("2025-01-01 00:00", "Wed, Jan 1, 2025, midnight is in the past."),
        ("1999-12-31 23:59", "Fri, Dec 31, 1999, 11:59 pm is in the past."),
    ],
)
@pytest.mark.parametrize("publish", [True, False])
def test_past_time_is_refused_in_words(editor, typed, said, publish):
    page = draft()
    answer = send(editor, page, publish=publish, go_live_at=typed)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert "leave it blank to publish now" in answer.content.decode()
    assert not Page.objects.get(pk=page.pk).live


def test_past_time_is_refused_for_each_page_type(editor, home):
    page = home.add_child(instance=StandardPage(title="About", live=False))
    fields = {"title": "About", "slug": "about", "body": streamfield([]), "go_live_at": "2026-11-24 09:00"}
    sent = nested_form_data(
        {
            **fields,
            "page_keywords": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        }
    )
    answer = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), sent)
    assert "Tue, Nov 24, 9 am is in the past." in answer.content.decode()


def test_old_time_does_not_block_a_later_edit(editor):
    page = draft()
    send(editor, page, go_live_at=TUESDAY)
    with time_machine.travel(TUESDAY_9_AM + timedelta(hours=1), tick=False):
        page.revisions.get(approved_go_live_at__isnull=False).publish()
        editor.force_login(factories.make_user("editor"))
        assert send(editor, page, title="Peels, again", go_live_at=TUESDAY).status_code == 302
    assert Page.objects.get(pk=page.pk).title == "Peels, again"


def test_editor_sees_goes_live_and_no_required_date(editor):
    page = draft()
    form = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    labels = [re.search(rf'for="id_{name}"[^>]*>\s*([^<]*?)\s*<', form)[1] for name in ("go_live_at", "expire_at")]
    assert labels == ["Goes live", "Comes off the site"]
    assert "required" not in re.search(r'<input[^>]*name="date"[^>]*>', form)[0]


# The date that readers see


@pytest.mark.parametrize("instant", [datetime(2026, 3, 2, 7, 59, tzinfo=UTC), datetime(2026, 3, 1, 8, 0, tzinfo=UTC)])
def test_date_is_the_day_of_going_live(profile, instant):
    page = draft()
    assert page.date is None
    with time_machine.travel(instant, tick=False):
        page.save_revision().publish()
    page.refresh_from_db()
    assert page.date == date(2026, 3, 1)  # on the clinic's clock


def test_date_stays_when_an_article_is_published_again(profile):
    page = draft()
    for day in (1, 5, 9):
        with time_machine.travel(datetime(2026, 3, day, 20, 0, tzinfo=UTC), tick=False):
            page = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
            page.date = None
            page.save_revision().publish()
    assert BlogPage.objects.get(pk=page.pk).date == date(2026, 3, 1)


@pytest.mark.parametrize("day", [date(2019, 5, 6), date(2026, 11, 29), date(2030, 1, 1)])
def test_typed_date_is_kept(editor, day):
    page = draft()
    assert send(editor, page, date=day.isoformat()).status_code == 302
    assert BlogPage.objects.get(pk=page.pk).date == day


# The dashboard and the lists


@pytest.mark.parametrize(
    ("go_live", "said"),
    [
        ("2026-11-29 12:01", "goes live today 12:01 pm"),
        ("2026-11-30 09:00", "goes live tomorrow 9 am"),
        (TUESDAY, "goes live Tue 9 am"),
        ("2026-12-05 17:30", "goes live Sat 5:30 pm"),
        ("2026-12-06 00:00", "goes live Sun, Dec 6, midnight"),
        ("2027-01-04 09:00", "goes live Mon, Jan 4, 2027, 9 am"),
    ],
)
def test_dashboard_says_when_a_page_goes_live(editor, go_live, said):
    page = draft()
    send(editor, page, go_live_at=go_live)
    for address in ("/admin/", f"/admin/pages/{page.get_parent().pk}/", "/admin/page-lists/scheduled/"):
        assert said in words(editor, address), address
    panel = BeautifulSoup(editor.get("/admin/").content, "lxml").select_one("#editor, .clinic-panel")
    assert "draft" not in panel.get_text().lower().replace("unpublished drafts", "")


def test_live_page_says_when_its_changes_go_live(editor):
    page = factories.make_article("Peels", slug="peels")
    send(editor, page, title="Peels, new", go_live_at=TUESDAY)
    assert "live, changes go live Tue 9 am" in words(editor)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"live": False}, "draft"),
        ({"live": True}, "live"),
        ({"live": True, "has_unpublished_changes": True}, "live, with changes"),
        ({"live": True, "expire_at": NOW + timedelta(days=2)}, "live until Tue 12 pm"),
        ({"live": False, "expired": True}, "expired"),
    ],
)
def test_lists_say_what_a_page_is(editor, fields, said):
    page = factories.make_article("Peels", **fields)
    tags = BeautifulSoup(editor.get(f"/admin/pages/{page.get_parent().pk}/").content, "lxml").select("td .w-status")
    assert said in [" ".join(tag.get_text(" ").split()).partition(": ")[2] for tag in tags]


@pytest.mark.parametrize(("days", "is_abandoned"), [(0, False), (13, False), (15, True), (400, True)])
def test_abandoned_drafts_are_listed(editor, days, is_abandoned):
    page = draft()
    Page.objects.filter(pk=page.pk).update(latest_revision_created_at=NOW - timedelta(days=days))
    shown = words(editor)
    assert ("Drafts untouched for 14 days Peels" in shown) is is_abandoned
    assert ("Peels" in words(editor, "/admin/page-lists/abandoned/")) is is_abandoned
    assert ("Peels" in words(editor, "/admin/page-lists/unpublished/")) is not is_abandoned
    links = [link["href"] for link in BeautifulSoup(editor.get("/admin/").content, "lxml").select(".clinic-todo a")]
    delete = reverse("wagtailadmin_pages:delete", args=[page.pk])
    assert any(link.startswith(delete) for link in links) is is_abandoned


def test_scheduled_page_is_not_abandoned(editor):
    page = draft()
    send(editor, page, go_live_at="2027-12-01 09:00")
    Page.objects.filter(pk=page.pk).update(latest_revision_created_at=NOW - timedelta(days=99))
    assert "untouched" not in words(editor)


@pytest.mark.parametrize("kind", ["unpublished", "abandoned", "undescribed"])
def test_more_leads_to_the_whole_list(editor, kind):
    for number in range(8):
        page = factories.make_article(f"Article {number}", live=kind == "undescribed")
        if kind != "undescribed":
            page.save_revision()
    if kind == "abandoned":
        Page.objects.filter(depth=4).update(latest_revision_created_at=NOW - timedelta(days=30))
    dashboard = BeautifulSoup(editor.get("/admin/").content, "lxml")
    section = dashboard.select_one(f'[aria-labelledby="todo-{kind}"]')
    more = section.find("a", string=None, href=f"/admin/page-lists/{kind}/")
    count = int(re.search(r"and (\d+) more", more.get_text())[1])
    rows = BeautifulSoup(editor.get(more["href"]).content, "lxml").select("main tbody tr")
    assert len(rows) == count + 5
    assert {f"Article {number}" for number in range(8)} <= {row.a.get_text(strip=True) for row in rows}


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_lists_of_pages_are_for_who_edits_pages(client, profile, role):
    client.force_login(factories.make_user(role))
    assert client.get("/admin/page-lists/abandoned/").status_code == 302


def test_unknown_list_is_not_found(editor):
    assert editor.get("/admin/page-lists/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 29, 23, 59, tzinfo=HERE), "today 11:59 pm"),
        (datetime(2026, 11, 30, 0, 0, tzinfo=HERE), "tomorrow midnight"),
        (datetime(2026, 12, 5, 9, 0, tzinfo=HERE), "Sat 9 am"),
        (datetime(2026, 12, 6, 9, 0, tzinfo=HERE), "Sun, Dec 6, 9 am"),
        (datetime(2026, 11, 28, 9, 0, tzinfo=HERE), "Sat, Nov 28, 9 am"),
        (datetime(2027, 1, 1, 9, 30, tzinfo=HERE), "Fri, Jan 1, 2027, 9:30 am"),
    ],
)
def test_near_moments_are_named_by_their_weekday(moment, text):
    assert format_when(moment, datetime(2026, 11, 29, 12, 0, tzinfo=HERE)) == text
