"""Test what surrounds every page, and that changes show at once."""

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError

from clinic.hours.parsing import parse_spans
from clinic.models import OpeningHours, SeasonalHours, SpecialHours
from tests import factories

FRIDAY_NOON = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # noon in Los Angeles
FRIDAY_EVENING = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)  # 5 pm in Los Angeles


@pytest.fixture
def weekdays(profile):
    """Open Monday to Friday from 9 to 4."""
    return factories.opening_hours()


def home_html(client) -> str:
    return " ".join(client.get("/").content.decode().split())


def page_state(client) -> SimpleNamespace:
    """Return the badge's text, whether it says open, and today's row."""
    page = BeautifulSoup(client.get("/").content, "html.parser")
    data = json.loads(page.find(id="hours-data").string)
    now = [claim for claim in data["claims"] if claim[0] <= data["now"]]
    row = [key for begins, key in data["days"] if begins <= data["now"]]
    return SimpleNamespace(badge=now[-1][2], is_open=bool(now[-1][1]), today=row[-1])


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_open_badge_shows_closing_time(client, weekdays):
    assert (page_state(client).badge, page_state(client).is_open) == ("until 4 pm", True)


@time_machine.travel(FRIDAY_EVENING, tick=False)
def test_closed_badge_shows_next_opening(client, weekdays):
    assert (page_state(client).badge, page_state(client).is_open) == ("opens Monday 9 am", False)


@pytest.mark.parametrize("moment", [FRIDAY_NOON, FRIDAY_EVENING])
def test_html_without_script_claims_no_open_state(client, weekdays, moment):
    with time_machine.travel(moment, tick=False):
        page = BeautifulSoup(client.get("/").content, "html.parser")
    for script in page.find_all("script"):
        script.decompose()
    for claim in ("Open now", "Closed ·", "opens Monday", "today"):
        assert claim not in page.get_text(" ")
    assert {badge.get_text(strip=True) for badge in page.select("[data-open-state]")} == {""}
    assert all(badge.has_attr("hidden") for badge in page.select("[data-open-state]"))


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_equal_days_fold_and_today_is_marked(client, weekdays):
    html = home_html(client)
    assert f'<tr data-day="{page_state(client).today}"> <th scope="row">Mon – Fri</th> <td>9 am – 4 pm</td>' in html
    assert '<th scope="row">Sat – Sun</th> <td>Closed</td>' in html


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_special_day_beats_week_and_shows_reason(client, profile):
    factories.opening_hours(special_hours=[SpecialHours(first_day=date(2026, 3, 6), reason="Staff training")])
    html = home_html(client)
    assert (page_state(client).badge, page_state(client).is_open) == ("opens Monday 9 am", False)
    assert (
        f'<li data-day="{page_state(client).today}"><strong>Fri, Mar 6:</strong> closed (Staff training)</li>' in html
    )


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_special_days_beyond_two_weeks_are_unlisted(client, profile):
    factories.opening_hours(
        special_hours=[
            SpecialHours(first_day=date(2026, 3, 19), reason="Near"),
            SpecialHours(first_day=date(2026, 3, 20), reason="Too far"),
        ]
    )
    page = BeautifulSoup(client.get("/").content, "html.parser")
    listed = {line.get_text(" ", strip=True) for line in page.select(".hours__exceptions li")}
    assert listed == {"Thu, Mar 19: closed (Near)"}


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_season_has_own_table_with_today(client, profile):
    winter = SeasonalHours(
        name="Winter hours", first_day=date(2026, 2, 1), last_day=date(2026, 3, 10), friday=parse_spans("1 pm – 5 pm")
    )
    factories.opening_hours(seasons=[winter])
    page = BeautifulSoup(client.get("/").content, "html.parser")
    captions = [caption.get_text() for caption in page.select("footer table.hours caption")]
    assert captions == ["Winter hours, Feb 1 – Mar 10", "All other days"]
    (row,) = page.select(f'footer tr[data-day="{page_state(client).today}"]')
    assert row.get_text(" ", strip=True) == "Fri 1 pm – 5 pm"
    assert (page_state(client).badge, page_state(client).is_open) == ("opens today 1 pm", False)


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_today_is_marked_in_one_season_only(client, profile):
    march, week = (
        SeasonalHours(name=name, first_day=date(2026, 3, 6), last_day=last, friday=parse_spans("1 pm – 5 pm"))
        for name, last in (("March", date(2026, 3, 31)), ("One week", date(2026, 3, 12)))
    )
    factories.opening_hours(seasons=[march, week])
    page = BeautifulSoup(client.get("/").content, "html.parser")
    (row,) = page.select(f'footer tr[data-day="{page_state(client).today}"]')
    assert row.find_parent("table").caption.get_text() == "One week, Mar 6 – Mar 12"


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_edited_hours_show_on_next_request(client, weekdays, django_capture_on_commit_callbacks):
    assert "9 am – 4 pm" in home_html(client)
    with django_capture_on_commit_callbacks(execute=True):
        hours = OpeningHours.objects.get()
        hours.friday = parse_spans("10 am – 6:30 pm")
        hours.save()
    assert "10 am – 6:30 pm" in home_html(client)
    assert (page_state(client).badge, page_state(client).is_open) == ("until 6:30 pm", True)


def test_new_article_shows_on_cached_home_page(client, home, django_capture_on_commit_callbacks):
    assert "Fresh from the press" not in home_html(client)
    with django_capture_on_commit_callbacks(execute=True):
        factories.make_article("Fresh from the press").save_revision().publish()
    assert "Fresh from the press" in home_html(client)


def test_unknown_hours_are_not_called_closed(client, profile):
    html = home_html(client)
    assert "Please contact us for our hours." in html
    assert "Closed" not in html


@pytest.mark.parametrize("model", [SpecialHours, SeasonalHours])
def test_last_day_before_first_is_refused(weekdays, model):
    row = model(opening_hours=weekdays, first_day=date(2026, 3, 6), last_day=date(2026, 3, 5))
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert refusal.value.message_dict["last_day"] == ["The last day is before the first."]


def test_unknown_time_zone_is_refused(profile):
    profile.time_zone = "Pacific"
    with pytest.raises(ValidationError, match="not a time zone"):
        profile.full_clean()
