"""Test the line above every page that is shown for a time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinic.models import Announcement
from tests import factories

STARTS = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)  # a Monday, noon in Los Angeles
ENDS = datetime(2026, 11, 7, 1, 0, tzinfo=UTC)  # Friday, 5 pm in Los Angeles
MINUTE = timedelta(minutes=1)


@pytest.fixture
def announcement(profile):
    return Announcement.objects.create(text="Closed for training on Friday.", starts_at=STARTS, ends_at=ENDS)


@pytest.fixture
def log_in(client, profile):
    def log_in_as(role):
        client.force_login(factories.make_user(role))
        return client

    return log_in_as


def announcement_on(client, path="/"):
    """Return the announcement on the page, or None."""
    return BeautifulSoup(client.get(path).content, "html.parser").select_one("aside.announcement")


def form_data(**fields):
    known = {
        "text": "Closed for training on Friday.",
        "link_page": "",
        "first_day": "2026-11-02",
        "from_time": "12:00",
        "last_day": "2026-11-06",
        "until_time": "17:00",
    }
    return {**known, **fields}


@pytest.mark.parametrize("path", ["/", "/treatments/", "/blog/", "/consultation/", "/search/"])
def test_every_page_shows_running_announcement(client, announcement, treatment_index, blog_index, path):
    with time_machine.travel(STARTS + MINUTE, tick=False):
        line = announcement_on(client, path)
    assert line.get_text(" ", strip=True) == "Closed for training on Friday. Until Fri, Nov 6, 5 pm."
    assert not line.has_attr("hidden")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [(STARTS - MINUTE, False), (STARTS, True), (ENDS - MINUTE, True)],
)
def test_announcement_is_hidden_before_its_start(client, announcement, moment, shown):
    with time_machine.travel(moment, tick=False):
        line = announcement_on(client)
    assert line.has_attr("hidden") is not shown
    assert (int(line["data-from"]), int(line["data-until"])) == (STARTS.timestamp(), ENDS.timestamp())


def test_cached_page_hides_announcement_after_its_end(client, announcement):
    with time_machine.travel(ENDS - MINUTE, tick=False) as clock:
        assert not announcement_on(client).has_attr("hidden")
        clock.move_to(ENDS)
        assert announcement_on(client).has_attr("hidden")


@pytest.mark.parametrize("moment", [ENDS, STARTS - timedelta(days=14)])
def test_past_and_distant_announcements_are_left_out(client, announcement, moment):
    with time_machine.travel(moment, tick=False):
        assert announcement_on(client) is None


@time_machine.travel(STARTS, tick=False)
def test_new_announcement_shows_on_next_request(client, profile, django_capture_on_commit_callbacks):
    assert announcement_on(client) is None
    with django_capture_on_commit_callbacks(execute=True):
        Announcement.objects.create(text="We moved.", starts_at=STARTS, ends_at=ENDS)
    assert "We moved." in announcement_on(client).get_text()


@time_machine.travel(STARTS, tick=False)
def test_announcement_links_only_to_live_page(client, announcement, django_capture_on_commit_callbacks):
    article = factories.make_article("About the training")
    with django_capture_on_commit_callbacks(execute=True):
        announcement.link_page = article
        announcement.save()
    link = announcement_on(client).a
    assert (link["href"], link.get_text()) == (article.url, "Read more: About the training")
    with django_capture_on_commit_callbacks(execute=True):
        article.unpublish()
    assert announcement_on(client).a is None


@time_machine.travel(STARTS, tick=False)
def test_announcement_text_is_escaped(client, profile):
    Announcement.objects.create(text="<b>Closed</b>", starts_at=STARTS, ends_at=ENDS)
    assert "<b>Closed</b>" in announcement_on(client).get_text()


@time_machine.travel(STARTS, tick=False)
def test_announcement_changes_version_of_hours_json(client, profile, django_capture_on_commit_callbacks):
    before = client.get("/hours.json").json()
    assert before["announcements"].strip() == ""
    with django_capture_on_commit_callbacks(execute=True):
        Announcement.objects.create(text="We moved.", starts_at=STARTS, ends_at=ENDS)
    after = client.get("/hours.json").json()
    assert "We moved." in after["announcements"]
    assert after["version"] != before["version"]


@pytest.mark.parametrize("ends_at", [STARTS, STARTS - MINUTE])
def test_end_before_start_is_refused(profile, ends_at):
    announcement = Announcement(text="Backwards.", starts_at=STARTS, ends_at=ends_at)
    with pytest.raises(ValidationError) as refusal:
        announcement.full_clean()
    assert refusal.value.message_dict["ends_at"] == ["The end must be after the start."]
    with pytest.raises(IntegrityError, match="clinic_announcement_ends_after_it_starts"), transaction.atomic():
        announcement.save()


@time_machine.travel(STARTS, tick=False)
@pytest.mark.parametrize("role", ["editor", "manager", "admin"])
def test_editors_can_add_change_and_delete(log_in, role):
    client = log_in(role)
    assert client.post("/admin/snippets/clinic/announcement/add/", form_data()).status_code == 302
    announcement = Announcement.objects.get()
    address = f"/admin/snippets/clinic/announcement/edit/{announcement.pk}/"
    assert client.post(address, form_data(text="Open on Friday.")).status_code == 302
    assert Announcement.objects.get().text == "Open on Friday."
    client.post(f"/admin/snippets/clinic/announcement/delete/{announcement.pk}/")
    assert not Announcement.objects.exists()


@time_machine.travel(STARTS, tick=False)
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"last_day": "2026-11-01"}, "last_day"),
        ({"last_day": "2026-11-02", "until_time": "12:00"}, "until_time"),
        ({"last_day": "2026-11-02", "until_time": "11:59"}, "until_time"),
        ({"last_day": "1999-11-02"}, "last_day"),
        ({"last_day": "9999-12-31"}, "last_day"),
        ({"first_day": "0001-01-01"}, "first_day"),
        ({"first_day": ""}, "first_day"),
        ({"last_day": "Friday"}, "last_day"),
        ({"until_time": "5 o'clock"}, "until_time"),
    ],
)
def test_form_shows_wrong_time_at_its_field(log_in, fields, wrong):
    response = log_in("editor").post("/admin/snippets/clinic/announcement/add/", form_data(**fields))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [wrong]
    assert not Announcement.objects.exists()


@time_machine.travel(STARTS, tick=False)
@pytest.mark.parametrize(
    ("fields", "starts", "ends", "said"),
    [
        ({}, STARTS, ENDS, "Until Fri, Nov 6, 5 pm."),
        ({"until_time": ""}, STARTS, datetime(2026, 11, 7, 8, 0, tzinfo=UTC), "Through Friday, Nov 6."),
        (
            {"from_time": "", "until_time": "", "last_day": "2026-11-02"},
            datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
            datetime(2026, 11, 3, 8, 0, tzinfo=UTC),
            "Through Monday, Nov 2.",
        ),
        # The clocks change on the first of November: that day has 25 hours.
        (
            {"first_day": "2026-11-01", "from_time": "", "until_time": "", "last_day": "2026-11-03"},
            datetime(2026, 11, 1, 7, 0, tzinfo=UTC),
            datetime(2026, 11, 4, 8, 0, tzinfo=UTC),
            "Through Tuesday, Nov 3.",
        ),
        ({"until_time": "23:59"}, STARTS, datetime(2026, 11, 7, 7, 59, tzinfo=UTC), "Until Fri, Nov 6, 11:59 pm."),
    ],
)
def test_announcement_that_ends_at_midnight_says_through(
    log_in, fields, starts, ends, said, django_capture_on_commit_callbacks
):
    client = log_in("editor")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/admin/snippets/clinic/announcement/add/", form_data(**fields))
    row = Announcement.objects.get()
    assert (row.starts_at, row.ends_at) == (starts, ends)
    assert announcement_on(client).get_text(" ", strip=True) == f"Closed for training on Friday. {said}"
    form = client.get(f"/admin/snippets/clinic/announcement/edit/{row.pk}/").context["form"]
    shown = {name: form[name].value() for name in ("first_day", "from_time", "last_day", "until_time")}
    assert {name: str(value)[:10].removesuffix(":00") if value else "" for name, value in shown.items()} == {
        name: form_data(**fields)[name] for name in shown
    }


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (STARTS - MINUTE, "scheduled"),
        (STARTS, "running now"),
        (ENDS - MINUTE, "running now"),
        (ENDS, "over"),
        (ENDS + timedelta(days=400), "over"),
    ],
)
def test_list_says_running_now_or_over(log_in, announcement, moment, state):
    with time_machine.travel(moment, tick=False):
        page = BeautifulSoup(log_in("editor").get("/admin/snippets/clinic/announcement/").content, "html.parser")
    cells = [cell.get_text(" ", strip=True) for cell in page.select("main tbody td")]
    assert state in cells
    year = ", 2026" if moment.year > 2026 else ""
    assert f"Mon, Nov 2{year}, 12 pm" in cells
    assert f"Until Fri, Nov 6{year}, 5 pm" in cells


@time_machine.travel(STARTS - timedelta(days=90), tick=False)
def test_preview_shows_the_announcement_as_while_it_runs(log_in, announcement):
    client = log_in("editor")
    address = f"/admin/snippets/clinic/announcement/preview/{announcement.pk}/"
    assert client.post(address, form_data(text="Open late.", until_time="")).json() == {
        "is_valid": True,
        "is_available": True,
    }
    line = announcement_on(client, f"{address}?mode=")
    assert line.get_text(" ", strip=True) == "Open late. Through Friday, Nov 6."
    assert not line.has_attr("hidden")


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_desk_cannot_change_announcements(log_in, announcement, role):
    client = log_in(role)
    for path in ("", "add/", f"edit/{announcement.pk}/", f"delete/{announcement.pk}/"):
        assert client.post(f"/admin/snippets/clinic/announcement/{path}", form_data()).status_code in (302, 403)
    assert Announcement.objects.get().text == "Closed for training on Friday."
    assert "Add an announcement" not in client.get("/admin/").content.decode()


def test_dashboard_offers_editors_an_announcement(log_in):
    assert "Add an announcement" in log_in("editor").get("/admin/").content.decode()
