"""The frame around every page: contact lines and opening hours, and that a change shows at once."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.exceptions import ValidationError

from clinic.models import ClinicProfile, HoursException, OpeningSpan
from tests import factories

FRIDAY_NOON = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # noon in Los Angeles
FRIDAY_EVENING = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)  # 5 pm in Los Angeles


@pytest.fixture
def weekdays(profile):
    """Open Monday to Friday from 9 to 4."""
    profile.opening_spans.all().delete()
    profile.opening_spans = [OpeningSpan(weekday=day, opens=time(9), closes=time(16)) for day in range(5)]
    profile.save()
    return profile


def shown(client) -> str:
    return " ".join(client.get("/").content.decode().split())


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_open_now_says_until_when(client, weekdays, django_capture_on_commit_callbacks):
    assert "Open now · until 4 pm" in shown(client)


@time_machine.travel(FRIDAY_EVENING, tick=False)
def test_closed_says_when_it_opens_next(client, weekdays):
    assert "Closed · opens Monday 9 am" in shown(client)


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_equal_days_are_folded_and_today_is_marked(client, weekdays):
    html = shown(client)
    assert '<tr class="hours__today"> <th scope="row">Mon – Fri</th> <td>9 am – 4 pm</td>' in html
    assert '<th scope="row">Sat – Sun</th> <td>Closed</td>' in html


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_exception_beats_the_week_and_is_listed_with_its_reason(client, weekdays):
    weekdays.hours_exceptions = [HoursException(first_day=date(2026, 3, 6), reason="Staff training")]
    weekdays.save()
    html = shown(client)
    assert "Closed · opens Monday 9 am" in html
    assert "closed (Staff training)" in html


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_exceptions_beyond_two_weeks_are_not_listed(client, weekdays):
    weekdays.hours_exceptions = [HoursException(first_day=date(2026, 3, 21), reason="Too far")]
    weekdays.save()
    assert "Too far" not in shown(client)


@time_machine.travel(FRIDAY_NOON, tick=False)
def test_edited_hours_show_on_the_next_request(client, weekdays, django_capture_on_commit_callbacks):
    assert "9 am – 4 pm" in shown(client)
    with django_capture_on_commit_callbacks(execute=True):
        profile = ClinicProfile.objects.get()
        profile.opening_spans = [OpeningSpan(weekday=4, opens=time(10), closes=time(18, 30))]
        profile.save()
    html = shown(client)
    assert "10 am – 6:30 pm" in html
    assert "Open now · until 6:30 pm" in html


def test_new_article_shows_on_the_home_page_at_once(client, home, django_capture_on_commit_callbacks):
    assert "Fresh from the press" not in shown(client)
    with django_capture_on_commit_callbacks(execute=True):
        factories.make_article("Fresh from the press").save_revision().publish()
    assert "Fresh from the press" in shown(client)


def test_a_patients_request_leaves_the_cached_pages_alone(home, profile, django_capture_on_commit_callbacks):
    from clinic.freshness import content_version

    before = content_version()
    with django_capture_on_commit_callbacks(execute=True):
        factories.make_case()
    assert content_version() == before


def test_profile_without_hours_says_closed(client, home):
    assert "Closed" in shown(client)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_day": date(2026, 3, 6), "last_day": date(2026, 3, 5)}, "last_day"),
        ({"first_day": date(2026, 3, 6), "opens": time(9)}, "closes"),
        ({"first_day": date(2026, 3, 6), "opens": time(9), "closes": time(9)}, "closes"),
    ],
)
def test_nonsense_exception_is_refused_beside_its_field(profile, wrong, field):
    with pytest.raises(ValidationError) as refusal:
        HoursException(profile=profile, **wrong).full_clean()
    assert field in refusal.value.message_dict


def test_unknown_time_zone_is_refused_in_plain_words(profile):
    profile.time_zone = "Pacific"
    with pytest.raises(ValidationError, match="no time zone"):
        profile.full_clean()
