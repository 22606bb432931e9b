"""Test /hours.json for the page's script, and /hours.ics for calendars."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from icalendar import Calendar

from clinic.models import PublicHoliday, SpecialHours
from tests import factories

NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)  # a Monday, noon in Los Angeles
CLAIMS = ("Open now", "Closed ·", "opens tomorrow", "opens Monday")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hours(profile):
    hours = factories.opening_hours(
        special_hours=[
            SpecialHours(first_day=date(2026, 11, 4), reason="Training"),
            SpecialHours(first_day=date(2026, 12, 28), last_day=date(2027, 1, 2), reason="Vacation"),
        ],
        public_holidays=[PublicHoliday(name="Thanksgiving Day", decision="closed")],
    )
    hours.save_revision()
    return hours


class TestJson:
    def test_may_be_kept_for_a_minute(self, client, hours):
        response = client.get("/hours.json")
        assert response["Content-Type"] == "application/json"
        assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=60"}

    def test_sets_no_cookie(self, client, hours):
        assert not client.get("/hours.json").cookies

    def test_says_what_is_true_when(self, client, hours):
        data = client.get("/hours.json").json()
        assert set(data) == {
            "now", "url", "version", "until", "claims", "days", "time_zone", "hours", "announcements",
        }  # fmt: skip
        assert data["now"] == NOW.timestamp()
        assert data["url"] == "/hours.json"
        assert data["time_zone"] == "America/Los_Angeles"
        assert datetime.fromtimestamp(data["until"], UTC) == datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
        assert data["claims"][:3] == [
            [NOW.timestamp(), 1, "until 4 pm"],
            [datetime(2026, 11, 3, 0, 0, tzinfo=UTC).timestamp(), 0, "opens tomorrow 9 am"],
            [datetime(2026, 11, 3, 8, 0, tzinfo=UTC).timestamp(), 0, "opens today 9 am"],
        ]
        assert [key for _begins, key in data["days"][:3]] == ["w0", "w0", "x20261104"]
        assert len(data["days"]) == 14

    def test_claims_come_in_order_and_end_before_they_run_out(self, client, hours):
        data = client.get("/hours.json").json()
        moments = [since for since, _is_open, _text in data["claims"]]
        assert moments == sorted(set(moments))
        assert moments[-1] < data["until"]

    def test_tables_are_those_of_the_page_and_claim_nothing(self, client, hours):
        data = client.get("/hours.json").json()
        assert data["hours"].strip() in client.get("/").content.decode()
        assert "Wed, Nov 4:</strong> closed (Training)" in data["hours"]
        assert not [claim for claim in CLAIMS if claim in data["hours"] + data["announcements"]]

    def test_page_carries_the_same(self, client, hours):
        page, data = client.get("/").content.decode(), client.get("/hours.json").json()
        assert f'"version": "{data["version"]}"' in page
        assert f'"until": {data["until"]}' in page

    def test_another_version_comes_with_other_hours_only(self, client, hours, django_capture_on_commit_callbacks):
        before = client.get("/hours.json").json()["version"]
        with django_capture_on_commit_callbacks(execute=True):
            hours.save()
        assert client.get("/hours.json").json()["version"] == before
        with django_capture_on_commit_callbacks(execute=True):
            hours.monday = ()
            hours.save()
        assert client.get("/hours.json").json()["version"] != before

    def test_clinic_that_has_given_no_hours_claims_nothing(self, client, profile):
        data = client.get("/hours.json").json()
        assert (data["claims"], data["days"], data["until"]) == ([], [], 0)
        assert "Please contact us for our hours." in data["hours"]

    def test_clinic_that_is_never_open_says_so(self, client, profile):
        factories.opening_hours(**dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ""))
        data = client.get("/hours.json").json()
        ((_since, is_open, text),) = data["claims"]
        assert not is_open
        assert "until further notice" in text

    @pytest.mark.parametrize("path", ["/hours.json", "/hours.ics"])
    def test_is_only_read(self, client, hours, path):
        assert client.head(path).status_code == 200
        for method in (client.post, client.put, client.delete):
            assert method(path).status_code == 405


class TestCalendar:
    def events(self, client) -> list[tuple[str, date, date]]:
        found = Calendar.from_ical(client.get("/hours.ics").content)
        return [(str(event["summary"]), event["dtstart"].dt, event["dtend"].dt) for event in found.walk("vevent")]

    def test_may_be_kept_for_an_hour(self, client, hours):
        response = client.get("/hours.ics")
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=3600"}

    def test_has_the_days_that_differ_in_the_next_400(self, client, hours):
        assert self.events(client) == [
            ("OC Beauty Medspa closed: Training", date(2026, 11, 4), date(2026, 11, 5)),
            ("OC Beauty Medspa closed: Thanksgiving Day", date(2026, 11, 26), date(2026, 11, 27)),
            ("OC Beauty Medspa closed: Vacation", date(2026, 12, 28), date(2027, 1, 3)),
            ("OC Beauty Medspa closed: Thanksgiving Day", date(2027, 11, 25), date(2027, 11, 26)),
        ]

    def test_same_events_keep_their_names_when_something_else_changes(
        self, client, hours, django_capture_on_commit_callbacks
    ):
        def names():
            return [str(event["uid"]) for event in Calendar.from_ical(client.get("/hours.ics").content).walk("vevent")]

        before = names()
        assert len(set(before)) == 4
        with django_capture_on_commit_callbacks(execute=True):
            hours.monday = ()
            hours.save()
        assert names() == before

    def test_says_when_the_hours_were_changed(self, client, hours):
        with time_machine.travel(datetime(2026, 11, 3, 20, 0, tzinfo=UTC), tick=False):
            found = Calendar.from_ical(client.get("/hours.ics").content)
        assert {event["dtstamp"].dt for event in found.walk("vevent")} == {NOW}

    @pytest.mark.parametrize("given", [False, True])
    def test_without_days_that_differ_it_is_a_calendar_without_events(self, client, profile, given):
        if given:
            factories.opening_hours()
        assert self.events(client) == []
        assert Calendar.from_ical(client.get("/hours.ics").content)["version"] == "2.0"
