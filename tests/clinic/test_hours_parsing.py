"""Test which opening times are read as typed, and which are not.

The others are asked about.
"""

import re
from datetime import time
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from clinic.hours.formatting import check_week, format_spans
from clinic.hours.parsing import NotationError, parse_spans
from clinic.hours.schedule import Span
from tests.opening_hours import span
from tests.sizes import size

pytestmark = pytest.mark.same_everywhere

PROPERTY = settings(derandomize=True, deadline=None, database=None, max_examples=size(100, 1000))
MINUTES_OF_DAY = 24 * 60


def spans(text):
    """Return spans("09:00-12:00 13:00-17:00")."""
    return tuple(span(*pair.split("-")) for pair in text.split())


def question(text):
    with pytest.raises(NotationError) as caught:
        parse_spans(text)
    return str(caught.value)


READ = {
    # closed, and the whole day
    "": " |\n|closed|CLOSED|-|–|—",
    "00:00-00:00": "24 hours|24h|24/7|all day|Open 24 hours|midnight – noon, noon – midnight"
    "|0-24|00:00 - 24:00|midnight – 24:00",
    # am and pm, noon and midnight
    "09:00-16:00": "9 am – 4 pm|9am-4pm|9AM—4PM|9 a.m. to 4 p.m.|9 am until 4 pm|9:00 AM till 4:00 PM|9.00am - 4.00pm"
    "|9 am -- 4 pm|09:00 – 4 pm|9 am – 16:00|9:00-16:00|9.00 – 16.00|09:00 – 16:00|9 – 16| 9 am – 4 pm ",
    "12:00-16:00": "12 pm – 4 pm|noon – 4 pm|12 noon – 4 pm|12 – 4 pm|noon – 4",
    "00:30-12:30": "12:30 am – 12:30 pm",
    "00:00-06:00": "midnight – 6 am|12 am – 6 am|0 – 6",
    "18:00-00:00": "6 pm – midnight|6 pm – 12 am|6 pm – 12 midnight|18:00 – 24:00|18:00 – 0:00",
    # a time without am or pm, at most twelve hours before a clear closing time
    "13:00-17:00": "1 – 5 pm|1-5pm|13 – 5 pm|1 pm – 5",
    "09:00-21:00": "9 – 9 pm|9 am – 9",
    "11:00-13:00": "11 – 1 pm",
    "00:00-05:00": "12 – 5 am",
    "13:30-17:00": "1:30 – 5 pm",
    # a time without am or pm, on the same day as a clear opening time
    "09:00-16:30": "9 am – 4:30|9 – 16:30",
    "21:00-00:00": "9 pm – 12",
    # the 24-hour clock, for both times
    "09:00-12:00": "09:00 – 12:00|09:00-12|09 – 12",
    "12:00-13:00": "12 – 13",
    "01:00-05:00": "01:00 – 05:00",
    # past midnight with two clear times
    "22:00-02:00": "10 pm – 2 am|22:00 – 02:00|22:00 – 2 am|10 pm – 02:00",
    "13:00-05:00": "13:00 – 05:00|1 pm – 5 am",
    # a leading zero beside am or pm, where only one meaning is left
    "09:00-17:00": "09:00 – 5 pm|09:00 am – 05:00 pm",
    # several openings
    "09:00-12:00 13:00-17:00": "9 am – 12 pm, 01:00 – 05:00 pm"
    "|9 am – 12 pm, 1 pm – 5 pm|9 am – 12 pm;1 pm – 5 pm|9 am – 12 pm and 1 pm – 5 pm"
    "|9 am – 12 pm & 1 pm – 5 pm|9 am – 12 pm\n1 pm – 5 pm|9 am – 12 pm\r\n1 pm – 5 pm"
    "|9–12, 1–5 pm|9-12, 1pm-5pm|9am-12pm, 1-5|9 am – 12, 1 – 5 pm",
    "09:00-17:00 18:00-20:00": "9-5, 6pm-8pm",
    "07:00-09:00 10:00-12:00 13:00-15:00": "7 – 9 am, 10-12, 1 – 3 pm",
    # openings that touch become one
    "09:00-14:00": "9 am – 11 am, 11 am – 1 pm, 1 pm – 2 pm",
    "18:00-02:00": "6 pm – 10 pm, 10 pm – 2 am",
}


@pytest.mark.parametrize(("expected", "text"), [(e, text) for e, texts in READ.items() for text in texts.split("|")])
def test_clear_text_is_read(expected, text):
    assert parse_spans(text) == spans(expected)


@pytest.mark.parametrize(
    "text",
    [
        "９ ａｍ － ４ ｐｍ",
        "9\u00a0am\u202f–\u2009\u20094\u00a0pm",
        "9 am \u2212 4 pm",
        "9 am \u2011 4 pm",
        "９：００－１６：００",
        "\ufeff9\u200b am – 4 pm\u200e",
        "9 ㏂ – 4 ㏘",
    ],
)
def test_odd_characters_count_as_plain_ones(text):
    assert parse_spans(text) == spans("09:00-16:00")


MORNING_OR_EVENING = {
    "9-5": "9 am – 5 pm",
    "9:00-5:00": "9 am – 5 pm",
    "9-5:00": "9 am – 5 pm",
    "1-5": "1 pm – 5 pm",
    "9-12": "9 am – 12 pm",
    "9 – 12:30": "9 am – 12:30 pm",
    "9:00 – 12:00": "9 am – 12 pm",
    "6:00 – 9:30": "6 am – 9:30 am",
    "12:00 – 5:00": "12 pm – 5 pm",
    "10 – 2 am": "10 pm – 2 am",
    "8 – midnight": "8 am – midnight",
    "8 – 12 am": "8 am – midnight",
    "9 am – 12": "9 am – 12 pm",
    "9 am – 11": "9 am – 11 am",
    "midnight – 6": "midnight – 6 am",
    "midnight - 8": "midnight – 8 am",
    "12-midnight": "12 pm – midnight",
    "12 am – 12": "midnight – 12 pm",
    # before 7 am until noon or longer
    "1-12 pm": "1 pm – midnight",
    "6 – noon": "6 pm – midnight",
    "2 – 12:30 pm": "2 am – 12:30 pm",
    "1 – 13": "1 am – 1 pm",
    "6:00 – 14:00": "6 am – 2 pm",
    # a leading zero beside am or pm
    "01:00 – 05:00 pm": "1 pm – 5 pm",
    "07:00 – 09:00 pm": "7 am – 9 pm",
    "1 pm – 05:00": "1 pm – 5 pm",
    "noon – 03:00": "12 pm – 3 pm",
}


@pytest.mark.parametrize(("text", "suggestion"), MORNING_OR_EVENING.items())
def test_morning_or_evening_is_asked_about(text, suggestion):
    assert question(text) == f"Is “{text}” morning or evening? Write it like {suggestion}."


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("9-12, 1-5", "9-12"),
        ("9am-5pm, 6:00-8:00", "6:00-8:00"),
        ("9:00-12:00, 1:00-5:00", "9:00-12:00"),
        ("6am-8am, 9-5", "9-5"),
        ("8am-12pm, 9-5", "9-5"),
        ("1-5, 8pm-10pm", "1-5"),
    ],
)
def test_order_does_not_settle_two_doubts(text, doubtful):
    assert question(text).startswith(f"Is “{doubtful}” morning or evening?")


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("13:00 – 5:00", "1 pm – 5 pm or 1 pm – 5 am"),
        ("14 – 6", "2 pm – 6 pm or 2 pm – 6 am"),
        ("22 – 2", "10 pm – 2 am"),
        ("10 pm – 2", "10 pm – 2 am"),
        ("10 – 0:30", "10 pm – 12:30 am"),
        ("18:00 – 12:30", "6 pm – 12:30 am"),
        ("08:00 – 6:00", "8 am – 6 pm"),
    ],
)
def test_night_with_a_doubtful_time_is_asked_about(text, readings):
    assert question(text) == f"Does “{text}” run past midnight? Write it like {readings}."


@pytest.mark.parametrize("text", ["12 – noon", "12-12 pm", "12:00 – noon"])
def test_twelve_until_noon_is_asked_about(text):
    assert question(text) == (
        f"Does “{text}” begin or end at midnight? Write it like midnight – 12 pm or 12 pm – midnight."
    )


@pytest.mark.parametrize("text", ["noon – 12", "12 pm – 12", "noon – 12:00"])
def test_noon_until_twelve_is_asked_about(text):
    assert question(text) == f"Does “{text}” close at midnight? Write it like 12 pm – midnight."


@pytest.mark.parametrize(
    ("text", "doubtful", "in_order"),
    [
        ("1-5, 9-12pm", "1-5", "9 am – 12 pm, 1 pm – 5 pm"),
        ("1-5pm, 9-12", "9-12", "9 am – 12 pm, 1 pm – 5 pm"),
        ("6-8, 9am-5pm", "6-8", "9 am – 5 pm, 6 pm – 8 pm"),
        ("8-9am, 1-4pm, 5-8, 9-11", "9-11", "8 am – 9 am, 9 am – 11 am, 1 pm – 4 pm, 5 pm – 8 pm"),
    ],
)
def test_usual_opening_out_of_order_is_asked_about(text, doubtful, in_order):
    assert question(text) == (f"Is “{doubtful}” morning or evening? Write the openings in order, like {in_order}.")


LONG_NIGHTS = {
    "9 am - 4 am": "9 am – 4 pm",
    "09:00-05:00": "9 am – 5 pm",
    "9 am – 8:59 am": "9 am – 8:59 pm",
    "08:00 – 2 am": "8 am – 2 pm",
    "9 am – 05:00": "9 am – 5 pm",
    "noon – 4:15 am": "12 pm – 4:15 pm",
    "1 pm – 12 pm": "1 pm – midnight",
    "9 pm – 12 pm": "9 am – 12 pm or 9 pm – midnight",
    "9 pm – 5 pm": "9 am – 5 pm or 9 pm – 5 am",
    "5 pm – 4 pm": "5 pm – 4 am",
}


@pytest.mark.parametrize(("text", "suggestion"), LONG_NIGHTS.items())
def test_unusually_long_night_is_asked_about(text, suggestion):
    assert question(text) == (
        f"Does “{text}” run past midnight? Write it like {suggestion}, "
        "or give the hours after midnight to the next day."
    )
    assert all(parse_spans(one) != () for one in suggestion.split(" or "))


@pytest.mark.parametrize("text", ["24:00 – 8:00", "24:00 – 08:00", "24-24", "24:00-8 am", "24.00 – noon", "24 – 24:00"])
@pytest.mark.parametrize("before", ["", "9 am - 5 pm, "])
def test_24_is_no_opening_time(before, text):
    assert question(before + text) == f"Does “{text}” open at midnight? Write it like midnight – 8 am."


@pytest.mark.parametrize(
    "text", ["9 am – 4 pm,", ", 9 am – 4 pm", ",", "9-12,,1-5", "9 am – 4 pm;", "9 am – 4 pm &", "9 am – 4 pm,\n;"]
)
def test_comma_without_an_opening_is_asked_about(text):
    assert question(text) == (
        f"Is an opening missing next to a comma in “{text}”? Write it like 9 am – 12 pm, 1 pm – 5 pm."
    )


@pytest.mark.parametrize("time", ["²", "1²", "9 am¹", "⑨", "₉", "9½", "9 ªm"])
def test_decorated_digit_is_not_read(time):
    assert question(f"{time} – 5 pm").startswith(f"“{time}” is not a time that we can read.")


@pytest.mark.parametrize(
    "text", ["00:00 – 00:00", "12 am – midnight", "9 am – 9 am", "noon – 12 pm", "13:30 – 1:30 pm"]
)
def test_opening_that_closes_when_it_opens_is_asked_about(text):
    assert question(text).startswith(f"“{text}” closes when it opens. Write 24 hours, closed, or times like")


@pytest.mark.parametrize(
    "text",
    [
        "9 am – 1 pm, 12 pm – 4 pm",
        "9 am – 4 pm, 9 am – 4 pm",
        "10 pm – 2 am, 11 pm – 3 am",
        "10 pm – 1 am, 2 am – 4 am",
        "8 pm – midnight, midnight – 2 am",
        "noon – midnight, midnight – noon",
    ],
)
def test_overlapping_openings_are_asked_about(text):
    assert question(text) == (
        f"“{text.partition(',')[0]}” overlaps with the opening next to it. "
        "Write the openings in order, like 9 am – 12 pm, 1 pm – 5 pm."
    )


@pytest.mark.parametrize(
    ("text", "in_order"),
    [
        ("1 pm – 5 pm, 9 am – 12 pm", "9 am – 12 pm, 1 pm – 5 pm"),
        ("2pm-6pm, 8am-1pm", "8 am – 1 pm, 2 pm – 6 pm"),
        ("5pm-7pm, 8am-12pm, 1pm-4pm", "8 am – 12 pm, 1 pm – 4 pm, 5 pm – 7 pm"),
    ],
)
def test_openings_out_of_order_are_asked_about(text, in_order):
    asked = question(text)
    assert "is not in order" in asked
    assert asked.endswith(f"Write the openings in order, like {in_order}.")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("8-12, 1-5", "8 am – 12 pm, 1 pm – 5 pm"),
        ("8-12, 1-5, 6-9", "8 am – 12 pm, 1 pm – 5 pm, 6 pm – 9 pm"),
        ("8:30-12 & 1:30-5", "8:30 am – 12 pm, 1:30 pm – 5 pm"),
        ("1-5, 9-12", "9 am – 12 pm, 1 pm – 5 pm"),
        ("10-2, 1-5", "10 am – 2 pm"),  # overlaps
    ],
)
def test_question_about_several_openings_names_all(text, meaning):
    assert question(text).endswith(f" like {meaning}.")


@pytest.mark.parametrize(
    "text", ["9 am – 10 pm, 10 pm – 9 am", "9 am – 10 pm, 10 pm – 10 am", "9 am – 10 pm, 10 pm – 4 am"]
)
def test_openings_do_not_add_up_to_a_long_night(text):
    assert question(text).startswith("Together these hours run into the next day.")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("25:00 – 3 pm", "25:00"),
        ("9 am – 24:30", "24:30"),
        ("9:75 – 17:00", "9:75"),
        ("9 am – 13 pm", "13 pm"),
        ("0 am – 4 pm", "0 am"),
        ("9:5 – 17:00", "9:5"),
        ("9:00:00 – 17:00", "9:00:00"),
        ("noonish – 5 pm", "noonish"),
        ("9 am – 5 xm", "5 xm"),
        (".00 – 5 pm", ".00"),
        ("09000 – 1600", "09000"),
        ("mıdnight – 4 pm", "mıdnight"),
        ("9 am – 4 pm, at noon to 5 pm", "at noon"),
    ],
)
def test_time_that_is_none_is_named(text, part):
    assert question(text) == (f"“{part}” is not a time that we can read. Write the times like 9 am – 4 pm, or closed.")


@pytest.mark.parametrize("text", ["hello", "9 am", "...", "9 am – 12 pm – 4 pm", "see below", "noon", "9"])
@pytest.mark.parametrize("before", ["", "9 am – 4 pm, "])
def test_opening_needs_two_times(text, before):
    assert question(before + text) == (
        f"“{text}” needs an opening time and a closing time. Write the times like 9 am – 4 pm, or closed."
    )


@pytest.mark.parametrize("word", ["closed", "24 hours"])
def test_word_for_a_day_does_not_stand_beside_times(word):
    assert question(f"9 am – 4 pm, {word}").startswith(f"“{word}” needs an opening time and a closing time.")


def test_day_has_at_most_six_openings():
    hours = [f"{hour}:00 am – {hour}:30 am" for hour in range(5, 12)]
    assert len(parse_spans(", ".join(hours[:6]))) == 6
    assert "and this has 7" in question(", ".join(hours))


def test_text_has_at_most_200_characters():
    assert parse_spans("9 am – 4" + " " * 189 + "pm") == spans("09:00-16:00")
    assert "too long" in question("9 am – 4" + " " * 191 + "pm")


def test_long_quotation_is_cut():
    assert f"“{'x' * 39}…”" in question("x" * 150)


@pytest.mark.parametrize(
    "pattern",
    ["{}-{}", "{}:15-{}:15", "{}:00 – {}", "{} am – {}", "{} – {} am", "{} pm – {}", "{} – {} pm", "{} – {}:00"],
)
def test_every_suggestion_is_read(pattern):
    for hours in product(range(1, 13), repeat=2):
        try:
            parse_spans(pattern.format(*hours))
        except NotationError as error:
            if found := re.search(r"morning or evening\? Write it like (.+)\.$", str(error)):
                assert parse_spans(found[1]) != ()


@st.composite
def days(draw):
    """Draw the spans of a day: sorted, apart, and only the last a night."""
    edges = sorted(draw(st.sets(st.integers(0, MINUTES_OF_DAY - 1), max_size=12)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    if pairs and draw(st.booleans()):
        opens = pairs[-1][0]
        latest = min(opens + 16 * 60 - MINUTES_OF_DAY, 12 * 60 - 1) if opens >= 12 * 60 else 0
        pairs[-1] = (opens, draw(st.integers(0, latest)))
    return tuple(Span(*(time(*divmod(minutes, 60)) for minutes in pair)) for pair in pairs)


@PROPERTY
@given(days())
@example((span("00:00", "00:00"),))
@example(())
def test_formatted_hours_are_read_back(day):
    assert parse_spans(format_spans(day)) == day


FRAGMENTS = (
    *"9 12 5 0 24 24:00 13 09 ² ⑨ ٩ :30 .00 : am pm a.m. p noon midnight - – to until".split(),
    *", ; and & / \n closed 24/7 open from h . é".split(" "),
    "all day",
)
notations = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join)
tight_notations = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)


@PROPERTY
@given(st.text() | notations | tight_notations)
@example("9 am – 4 pm\x00")
@example("٩ am – ٤ pm")
@example("\ud800")
@example("ﷺ" * 150)
def test_any_text_is_read_or_asked_about(text):
    try:
        day = parse_spans(text)
    except NotationError as error:
        asked = str(error)
    else:
        asked = ""
        assert parse_spans(format_spans(day)) == day
    assert asked[-1:] in ("", ".")


WRITTEN = {
    "am and pm": lambda hour, minute: f"{hour % 12 or 12}:{minute:02} {'am' if hour < 12 else 'pm'}",
    "24-hour clock": lambda hour, minute: f"{hour:02}:{minute:02}",
}


@PROPERTY
@given(st.integers(0, MINUTES_OF_DAY - 1), st.integers(0, MINUTES_OF_DAY - 1), *[st.sampled_from(list(WRITTEN))] * 2)
def test_two_clear_times_are_never_misread(opens, closes, opening_style, closing_style):
    times = divmod(opens, 60), divmod(closes, 60)
    written = list(zip(times, (opening_style, closing_style), strict=True))
    # "10:00" to "12:59" do not show which clock they are on, so they are only clear beside a time that does.
    # "01:00" to "09:59" are asked about where they would also be right with pm.
    hours = [hour for (hour, _minute), style in written if style == "24-hour clock"]
    is_mixed = opening_style != closing_style
    shows_clock = not hours or (not is_mixed and not all(hour in (10, 11, 12) for hour in hours))
    assume(shows_clock or not any(hour in (10, 11, 12) for hour in hours))
    is_doubtful = is_mixed and any(hour in range(1, 10) for hour in hours)
    text = f"{WRITTEN[opening_style](*times[0])} – {WRITTEN[closing_style](*times[1])}"
    try:
        (found,) = parse_spans(text)
    except NotationError:
        assert closes <= opens or is_doubtful
    else:
        assert found == Span(time(*times[0]), time(*times[1]))


# Nights that run into the next day


def test_night_must_not_run_into_the_next_day():
    weekly = {0: spans("22:00-02:00"), 1: spans("09:00-16:00 01:00-03:00")}
    assert check_week(weekly) == {
        1: "Monday’s 10 pm – 2 am runs into Tuesday’s 1 am – 3 am. Let Monday close by 1 am, or Tuesday open at 2 am."
    }


def test_sunday_night_runs_into_monday():
    weekly = {6: spans("20:00-06:30"), 0: spans("06:00-12:00")}
    assert list(check_week(weekly)) == [0]


@pytest.mark.parametrize(
    "weekly",
    [
        {},
        {0: spans("22:00-02:00")},
        {0: spans("22:00-02:00"), 1: spans("02:00-04:00")},  # touches
        {0: spans("18:00-00:00"), 1: spans("00:00-04:00")},
        dict.fromkeys(range(7), spans("00:00-00:00")),
        dict.fromkeys(range(7), spans("09:00-16:00")),
        {0: spans("22:00-02:00"), 2: spans("01:00-04:00")},  # a day lies between
    ],
)
def test_night_may_touch_what_follows(weekly):
    assert check_week(weekly) == {}
