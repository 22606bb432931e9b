"""Test the opening hours as JSON-LD.

They have Google's forms, are sound schema.org, and read back as the schedule.
"""

import json
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.hours.formatting import WEEKDAYS
from clinic.hours.holidays import LAST, DayOfYear, NthWeekday
from clinic.hours.schedule import DAY, DatedException, Holiday, Schedule, Season, Span
from clinic.seo.nodes import DAYS_AHEAD, opening_hours
from tests.schema_org import problems
from tests.sizes import size

pytestmark = pytest.mark.same_everywhere

LA = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 11, 22)  # a Sunday
CLOSED = {"opens": "00:00", "closes": "00:00"}


def spans(*texts):
    """Return the spans of texts such as "09:00-12:00"."""
    return tuple(Span(*map(time.fromisoformat, text.split("-"))) for text in texts)


def schedule(weekly=None, **parts):
    return Schedule(LA, weekly or {}, **parts)


def week(*weekdays):
    return [f"https://schema.org/{WEEKDAYS[day]}" for day in weekdays]


def base(weekly):
    return opening_hours(schedule(weekly), TODAY)["openingHoursSpecification"]


def dated(*exceptions):
    return opening_hours(schedule(exceptions=exceptions), TODAY)["specialOpeningHoursSpecification"]


def seasonal(*seasons, weekly=None):
    found = opening_hours(schedule(weekly, seasons=seasons), TODAY)["openingHoursSpecification"]
    return [one for one in found if "validFrom" in one]


def spec(opens, closes, **when):
    return {"@type": "OpeningHoursSpecification", "opens": opens, "closes": closes, **when}


OFFICE = dict.fromkeys(range(5), spans("09:00-17:00"))
FULL = schedule(
    {0: spans("09:00-12:00", "13:00-17:00"), 2: spans("09:00-12:00", "13:00-17:00"), 4: spans("18:00-02:00")},
    exceptions=(
        DatedException(date(2026, 12, 24), date(2027, 1, 3), reason="Winter closure, with “quotes” & äöü 🎄"),
        DatedException(date(2026, 12, 28), date(2026, 12, 28), spans("09:00-12:00")),
    ),
    seasons=(Season(date(2027, 6, 1), date(2027, 8, 31), {0: spans("00:00-00:00")}, "Summer"),),
    holidays=(
        Holiday(NthWeekday(4, 3, 11), name="Thanksgiving Day"),
        Holiday(NthWeekday(LAST, 0, 5), name="Memorial Day"),
        Holiday(DayOfYear(12, 25), name="Christmas Day"),
    ),
)


# The base week


def test_days_with_equal_hours_are_one_specification_and_closed_days_are_stated():
    assert base({0: spans("09:00-17:00"), 2: spans("09:00-17:00"), 4: spans("10:00-14:00")}) == [
        spec("09:00", "17:00", dayOfWeek=week(0, 2)),
        spec("00:00", "00:00", dayOfWeek=week(1, 3, 5, 6)),
        spec("10:00", "14:00", dayOfWeek=week(4)),
    ]


def test_a_lunch_break_makes_two_specifications_in_order():
    found = base(dict.fromkeys(range(7), spans("13:00-17:00", "09:00-12:00")))
    assert found == [
        spec("09:00", "12:00", dayOfWeek=week(*range(7))),
        spec("13:00", "17:00", dayOfWeek=found[0]["dayOfWeek"]),
    ]


@pytest.mark.parametrize(
    ("span", "opens", "closes"),
    [
        ("18:00-03:00", "18:00", "03:00"),  # past midnight
        ("00:00-00:00", "00:00", "23:59"),  # the whole day
        ("18:00-00:00", "18:00", "23:59"),  # until midnight
        ("09:00-09:00", "09:00", "08:59"),  # round the clock
        ("23:59-00:00", "23:59", "00:00"),  # a minute earlier it would be empty
        ("00:00-08:00", "00:00", "08:00"),
    ],
)
def test_no_open_span_looks_closed(span, opens, closes):
    assert base(dict.fromkeys(range(7), spans(span))) == [spec(opens, closes, dayOfWeek=week(*range(7)))]


def test_no_hours_at_all_say_nothing():
    assert opening_hours(schedule(), TODAY) == {}
    assert opening_hours(schedule({0: ()}), TODAY) == {}


def test_an_empty_week_is_closed_where_a_season_has_hours():
    summer = Season(date(2027, 6, 1), date(2027, 8, 31), OFFICE)
    found = opening_hours(schedule(seasons=(summer,)), TODAY)["openingHoursSpecification"]
    assert found[0] == spec("00:00", "00:00", dayOfWeek=week(*range(7)))


# Seasons


def test_a_season_states_its_whole_week_with_its_dates_and_name():
    dates = {"validFrom": "2027-06-01", "validThrough": "2027-08-31", "name": "Summer"}
    summer = Season(date(2027, 6, 1), date(2027, 8, 31), dict.fromkeys(range(4), spans("08:00-14:00")), "Summer")
    assert seasonal(summer, weekly=OFFICE) == [
        spec("08:00", "14:00", dayOfWeek=week(0, 1, 2, 3), **dates),
        spec("00:00", "00:00", dayOfWeek=week(4, 5, 6), **dates),
    ]


def test_a_season_until_further_notice_has_no_end():
    (open_days, closed_days) = seasonal(Season(date(2027, 1, 1), date.max, OFFICE), weekly=OFFICE)
    assert "validThrough" not in open_days | closed_days


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (TODAY - 30 * DAY, TODAY - DAY, 0),
        (TODAY - 30 * DAY, TODAY, 2),
        (TODAY + DAYS_AHEAD * DAY, date.max, 2),
        (TODAY + (DAYS_AHEAD + 1) * DAY, date.max, 0),
    ],
)
def test_seasons_that_are_over_or_far_off_are_left_out(first, last, count):
    assert len(seasonal(Season(first, last, OFFICE), weekly=OFFICE)) == count


def test_overlapping_seasons_are_cut_to_the_dates_they_rule():
    long = Season(date(2027, 1, 1), date(2027, 12, 31), OFFICE)
    short = Season(date(2027, 3, 1), date(2027, 3, 31), OFFICE)
    found = [(one["validFrom"], one["validThrough"]) for one in seasonal(long, short, weekly=OFFICE)]
    assert list(dict.fromkeys(found)) == [
        ("2027-01-01", "2027-02-28"),
        ("2027-03-01", "2027-03-31"),
        ("2027-04-01", "2027-12-31"),
    ]


def test_a_base_week_that_never_comes_back_is_left_out():
    found = opening_hours(schedule(OFFICE, seasons=(Season(TODAY, date.max, OFFICE),)), TODAY)
    assert all("validFrom" in one for one in found["openingHoursSpecification"])


# Exceptions


def test_exception_has_its_dates_and_its_reason():
    assert dated(DatedException(date(2026, 12, 24), date(2026, 12, 26), reason="Christmas")) == [
        spec("00:00", "00:00", validFrom="2026-12-24", validThrough="2026-12-26", name="Christmas")
    ]


def test_exception_until_further_notice_has_no_end_and_no_reason_no_name():
    assert dated(DatedException(date(2026, 12, 24), date.max)) == [spec("00:00", "00:00", validFrom="2026-12-24")]


def test_special_hours_are_one_specification_for_each_span():
    one_day = {"validFrom": "2026-12-24", "validThrough": "2026-12-24"}
    day = date(2026, 12, 24)
    assert dated(DatedException(day, day, spans("13:00-15:00", "09:00-12:00"))) == [
        spec("09:00", "12:00", **one_day),
        spec("13:00", "15:00", **one_day),
    ]
    assert dated(DatedException(day, day, spans("00:00-00:00"))) == [spec("00:00", "23:59", **one_day)]


def test_holidays_of_the_coming_year_are_exceptions():
    found = opening_hours(FULL, TODAY)["specialOpeningHoursSpecification"]
    assert [(one["validFrom"], one.get("name", "")) for one in found] == [
        ("2026-11-26", "Thanksgiving Day"),
        ("2026-12-24", "Winter closure, with “quotes” & äöü 🎄"),
        ("2026-12-28", ""),
        ("2026-12-29", "Winter closure, with “quotes” & äöü 🎄"),
        ("2027-05-31", "Memorial Day"),
    ]


# The whole


def test_the_clinic_with_its_hours_is_sound_schema_org():
    node = {
        "@context": "https://schema.org",
        "@type": "MedicalClinic",
        "@id": "https://www.example.com/#clinic",
        "name": "OC Beauty Medspa",
        "url": "https://www.example.com/",
        "telephone": "+1-949-555-0100",
        "medicalSpecialty": "https://schema.org/Dermatology",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 Example Drive",
            "addressLocality": "Newport Beach",
            "addressRegion": "CA",
            "postalCode": "92660",
            "addressCountry": "US",
        },
        **opening_hours(FULL, TODAY),
    }
    assert problems(json.loads(json.dumps(node))) == []


class Reader:
    """Read JSON-LD as Google and schema.org document it.

    It knows nothing of how the data was made.
    """

    def __init__(self, found):
        self.special = found.get("specialOpeningHoursSpecification", [])
        regular = found.get("openingHoursSpecification", [])
        self.seasonal = [one for one in regular if "validFrom" in one]
        self.base = [one for one in regular if "validFrom" not in one]

    def hours_on(self, day):
        """Return the openings of a day in minutes, over 1440 for the next day.

        Special hours come before seasons, and seasons before the base week.
        """
        for specifications in (self.special, self.seasonal, self.base):
            ruling = [one for one in specifications if self.is_about(one, day)]
            if ruling:
                times = {(minutes(one["opens"]), minutes(one["closes"])) for one in ruling}
                return sorted((a, b if b > a else b + 1440) for a, b in times if a != b)
        return []

    @staticmethod
    def is_about(one, day):
        from_, through = one.get("validFrom", "0001-01-01"), one.get("validThrough", "9999-12-31")
        days = one.get("dayOfWeek", week(*range(7)))
        return from_ <= day.isoformat() <= through and week(day.weekday())[0] in days


def minutes(text):
    moment = time.fromisoformat(text)
    return moment.hour * 60 + moment.minute


def said_by(schedule, day):
    found = []
    for span in schedule.spans_on(day):
        opens, closes = minutes(span.opens.isoformat()), minutes(span.closes.isoformat())
        closes += 1440 * span.closes_next_day
        early = span.closes in (time(0), span.opens) and closes - opens > 1
        found.append((opens, closes - early))
    return sorted(set(found))


QUARTERS = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
SPANS = st.lists(st.builds(Span, QUARTERS, QUARTERS), max_size=2).map(tuple)
WEEKS = st.dictionaries(st.integers(0, 6), SPANS)
LENGTHS = st.integers(0, 500) | st.none()  # days, or until further notice


def ranges(kind, what):
    def build(start, length, value):
        first = TODAY + start * DAY
        return kind(first, date.max if length is None else first + length * DAY, value)

    return st.lists(st.builds(build, st.integers(-200, 400), LENGTHS, what), max_size=3).map(tuple)


@settings(max_examples=size(40, 150), deadline=timedelta(seconds=2))
@given(weekly=WEEKS, seasons=ranges(Season, WEEKS), exceptions=ranges(DatedException, SPANS))
def test_read_back_it_says_what_the_schedule_says_on_every_day_of_the_year(weekly, seasons, exceptions):
    hours = schedule(weekly, seasons=seasons, exceptions=exceptions, holidays=FULL.holidays)
    found = opening_hours(hours, TODAY)
    reader = Reader(found)
    for day in (TODAY + n * DAY for n in range(DAYS_AHEAD + 1)):
        assert reader.hours_on(day) == said_by(hours, day), day
    assert problems({"@context": "https://schema.org", "@type": "MedicalClinic", **found}) == []
    assert json.loads(json.dumps(found)) == found


def test_the_reader_is_no_yes_man():
    wrong = {"openingHoursSpecification": [spec("09:00", "16:00", dayOfWeek=week(0))]}
    monday = TODAY + DAY
    assert Reader(wrong).hours_on(monday) != said_by(schedule(OFFICE), monday)
    assert Reader({}).hours_on(monday) == []
