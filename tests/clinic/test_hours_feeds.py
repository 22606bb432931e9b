"""Test the iCalendar file of special hours, read back with a package."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from icalendar import Calendar

from clinic.hours.feeds import build_ics
from clinic.hours.schedule import DAY, HORIZON_DAYS, DatedException, Span

STAMP = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
THANKSGIVING = date(2026, 11, 26)
CHRISTMAS_EVE = date(2026, 12, 24)
MORNING = (Span(time(9), time(12)),)
NAME = "OC Beauty Medspa"


def made(*exceptions, stamp=STAMP, name=NAME):
    return build_ics(exceptions, name=name, host="www.example.com", stamp=stamp)


def read(*exceptions, **kwargs):
    return Calendar.from_ical(made(*exceptions, **kwargs))


def event(exception, **kwargs):
    (found,) = read(exception, **kwargs).walk("VEVENT")
    return found


def on(day, *spans, reason=""):
    return DatedException(day, day, spans, reason)


@pytest.mark.parametrize(
    ("exception", "summary"),
    [
        (on(THANKSGIVING, reason="Thanksgiving Day"), "OC Beauty Medspa closed: Thanksgiving Day"),
        (on(THANKSGIVING), "OC Beauty Medspa closed"),
        (on(CHRISTMAS_EVE, *MORNING, reason="Christmas Eve"), "OC Beauty Medspa open 9 am – 12 pm: Christmas Eve"),
        (
            on(CHRISTMAS_EVE, Span(time(13), time(15)), *MORNING),
            "OC Beauty Medspa open 9 am – 12 pm, 1 pm – 3 pm",
        ),
        (on(CHRISTMAS_EVE, Span(time(0), time(0))), "OC Beauty Medspa open 24 hours"),
        (
            DatedException(CHRISTMAS_EVE, date.max, reason="Moving"),
            "OC Beauty Medspa closed until further notice: Moving",
        ),
    ],
)
def test_the_summary_says_who_what_and_why(exception, summary):
    assert str(event(exception)["summary"]) == summary


def test_an_event_lasts_whole_days_and_its_end_is_exclusive():
    found = event(DatedException(CHRISTMAS_EVE, date(2027, 1, 3)))
    assert found.decoded("dtstart") == CHRISTMAS_EVE
    assert found.decoded("dtend") == date(2027, 1, 4)
    assert found["dtstart"].params["VALUE"] == found["dtend"].params["VALUE"] == "DATE"


def test_an_event_leaves_its_reader_free():
    assert event(on(THANKSGIVING))["transp"] == "TRANSPARENT"


def test_exception_until_further_notice_ends_past_the_horizon():
    coming = event(DatedException(CHRISTMAS_EVE, date.max))
    running = event(DatedException(date(2020, 1, 1), date.max))
    assert coming.decoded("dtend") == CHRISTMAS_EVE + (HORIZON_DAYS + 1) * DAY
    assert running.decoded("dtend") == STAMP.date() + (HORIZON_DAYS + 1) * DAY


def test_the_uid_comes_from_the_dates_and_the_host_alone():
    before = event(on(THANKSGIVING, reason="Thanksgiving Day"))
    after = event(on(THANKSGIVING, *MORNING, reason="Turkey"), stamp=STAMP + timedelta(days=3), name="Other")
    assert before["uid"] == after["uid"] == "hours-2026-11-26-2026-11-26@www.example.com"


def test_the_uid_of_an_open_end_does_not_move_with_its_cap():
    exception = DatedException(date(2020, 1, 1), date.max)
    assert event(exception)["uid"] == event(exception, stamp=STAMP + timedelta(days=30))["uid"]


def test_every_event_has_its_own_uid():
    exceptions = [on(THANKSGIVING + n * DAY) for n in range(10)]
    assert len({found["uid"] for found in read(*exceptions).walk("VEVENT")}) == 10


def test_the_stamp_is_written_in_utc():
    found = event(on(THANKSGIVING), stamp=STAMP.astimezone(ZoneInfo("America/Los_Angeles")))
    assert found["dtstamp"].to_ical() == found["last-modified"].to_ical() == b"20261122T093000Z"


def test_a_naive_stamp_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        made(on(THANKSGIVING), stamp=datetime(2026, 11, 22))  # noqa: DTZ001


def test_the_head_names_the_calendar_and_how_often_to_come_back():
    lines = made().decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert set(lines) >= {
        "VERSION:2.0",
        "PRODID:-//www.example.com//Opening hours//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:OC Beauty Medspa: special hours",
        "X-WR-CALNAME:OC Beauty Medspa: special hours",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    }


def test_the_same_hours_make_the_same_bytes():
    assert made(on(THANKSGIVING), on(CHRISTMAS_EVE)) == made(on(THANKSGIVING), on(CHRISTMAS_EVE))


def test_no_line_is_longer_than_75_bytes():
    lines = made(on(THANKSGIVING, reason="Ärztetag 🎄 " * 20)).split(b"\r\n")
    assert max(map(len, lines)) <= 75


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
@example('Closed, for “good”; see you\\n soon: 50% "off"')
@example("First line\nsecond line\n\nlast")
@example("Über Öl, Ärzte & 🎄👩🏽‍⚕️ 日本語 ")
@example("x" * 200)
@example("🎄" * 200)
@example("two\u2028lines and a no-break\xa0space")
def test_any_reason_comes_back_as_it_was(reason):
    assume("\\N" not in reason)  # icalendar writes a backslash with an N as a line break.
    expected = f"{NAME} closed: {reason}" if reason else f"{NAME} closed"
    assert str(event(on(THANKSGIVING, reason=reason))["summary"]) == expected


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Smith, Jones; & Söhne", r"Smith\, Jones\; & Söhne"),
        (r"Back\slash", r"Back\\slash"),
        ("Two\nlines", "Two lines"),
        ("Colon: it is", "Colon: it is"),
    ],
)
def test_a_name_with_signs_is_escaped_everywhere(name, written):
    lines = made(on(THANKSGIVING), name=name).decode().split("\r\n")
    assert {f"NAME:{written}: special hours", f"X-WR-CALNAME:{written}: special hours"} < set(lines)
    assert f"SUMMARY:{written} closed" in "\n".join(lines)
