"""Opening hours and yearly holidays as the staff type them: "9 am – 12 pm, 1 pm – 5 pm", "4th Thursday in November".

Whatever has one clear meaning is accepted. The rest is refused with a sentence that says what to type instead.

How times are read when am and pm are missing:

* An hour of 0 or above 12 means the 24-hour clock, for both times of its span: "9 – 17", "22:00 – 2:00". But
  "13:00 – 5:00" may be a slip for 5 pm; only a leading zero vouches for such a long night.
* Two times with minutes are the 24-hour clock ("9:00 – 12:00"), unless that would be the small hours
  ("1:00 – 5:00") or end before it begins ("9:00 – 5:00"). A leading zero vouches for the small hours.
* Where one time has am or pm, the other is taken to lie on the same day and, when it is the opening, at most
  twelve hours earlier.
* What is then still in doubt may be settled by the order in which the spans are written: in "9-12, 1pm-5pm" the
  first can only be the morning.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import time
from itertools import product
from typing import NamedTuple

from clinic.hours.formatting import WEEKDAYS, format_span, format_spans, format_time
from clinic.hours.holidays import DAYS_IN_WEEK, LAST, DayOfYear, DaysFrom, NthWeekday, Rule
from clinic.hours.schedule import Span

MAX_LENGTH = 200
MAX_SPANS = 6
MAX_DAYS_FROM = 365  # DaysFrom looks no further than the neighbouring years
HOUR, NOON, DAY = 60, 12 * 60, 24 * 60  # minutes
SMALL_HOURS_END = 6 * HOUR
MIDDLE_OF_THE_DAY = 13 * HOUR

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
CLOSED = {"", "closed", "closed all day", "not open", "none", "n/a", *DASHES}
ALL_DAY = {"24 hours", "24 hours a day", "24 hrs", "24 h", "24h", "24/7", "all day", "all day long", "around the clock"}

_FLAGS = re.ASCII | re.IGNORECASE | re.VERBOSE
_BETWEEN_SPANS = re.compile(r"[,;&/+\n] | (?<![a-z]) and (?![a-z])", _FLAGS)
_BETWEEN_TIMES = re.compile(rf"[{DASHES}]+ | (?<![a-z]) (?: to|until|till|through|thru ) (?![a-z])", _FLAGS)
_LEAD_IN = re.compile(r"(?: open\s )? (?: from\s )?", _FLAGS)
_TIME = re.compile(
    r"""
    (?: 12 (?: [:.]00 )? \s? )? (?P<word> noon | midday | midnight )
    |
    (?P<hour> \d{1,2} )
    (?: \s? [:.h] \s? (?P<minute> \d{1,2} ) | (?P<compact> \d\d ) )?  # 9:30, 9.30, 9h30 or 0930
    (?P<seconds> [:.] \d+ )?
    (?P<h> \s? h (?: rs? )? )?
    (?: \s? (?P<half> [ap] ) (?: \.? \s? m )? \.? )?
    """,
    _FLAGS,
)


class NotationError(ValueError):
    """Its text is the sentence for whoever typed."""


# The hours of a day


def parse_spans(text: str) -> tuple[Span, ...]:
    """The spans of one day, earliest first and those that touch made one; none when closed. Else NotationError."""
    plain = _plain(text)
    if _is_closed(plain):
        return ()
    pieces = [plain] if _is_all_day(plain) else _pieces(plain)
    if not pieces:
        raise NotationError(f"{_quoted(plain)} does not say from when to when. Write it like 9 am – 4 pm.")
    if len(pieces) > MAX_SPANS:
        raise NotationError(
            f"A day has room for {MAX_SPANS} openings, and here are {len(pieces)}. Please combine some."
        )
    openings = _in_written_order([_parse_piece(piece) for piece in pieces])
    return tuple(_span(opening) for opening in _joined(openings))


def format_notation(spans: Sequence[Span]) -> str:
    """What the field shows: "9 am – 12 pm, 1 pm – 5 pm", "24 hours" or "Closed".

    `parse_spans` reads it back, for whole minutes and spans that neither overlap nor touch.
    """
    return format_spans(sorted(spans))


def check_week(weekly: Mapping[int, tuple[Span, ...]]) -> dict[int, str]:
    """For each weekday (0 is Monday) into whose hours the night before runs, a sentence about it."""
    clashes = {day: _clash(weekly, day) for day in range(DAYS_IN_WEEK)}
    return {day: sentence for day, sentence in clashes.items() if sentence}


def _clash(weekly: Mapping[int, tuple[Span, ...]], day: int) -> str:
    before = (day - 1) % DAYS_IN_WEEK
    nights = [span for span in weekly.get(before, ()) if span.closes_next_day]
    for night, morning in product(nights, sorted(weekly.get(day, ()))):
        if morning.opens < night.closes:
            return (
                f"{WEEKDAYS[before]}’s {format_span(night)} runs into {WEEKDAYS[day]}’s {format_span(morning)}. "
                f"Let {WEEKDAYS[before]} close by {format_time(morning.opens)}, "
                f"or {WEEKDAYS[day]} open at {format_time(night.closes)}."
            )
    return ""


class _Time(NamedTuple):
    """A time as typed: the minutes after midnight it may stand for, that of the 24-hour clock first."""

    minutes: tuple[int, ...]
    is_worded: bool = False  # has am or pm, or is noon or midnight
    has_minutes: bool = False
    has_leading_zero: bool = False

    @property
    def is_loose(self) -> bool:
        return len(self.minutes) > 1

    @property
    def is_24_hour(self) -> bool:
        return not self.is_loose and not self.is_worded


class _Range(NamedTuple):
    """Minutes after the midnight before; past midnight `closes` is more than `DAY`."""

    opens: int
    closes: int

    @property
    def length(self) -> int:
        return self.closes - self.opens


class _Pair(NamedTuple):
    """An opening and a closing time as typed, and what they may mean."""

    text: str
    readings: tuple[_Range, ...]
    is_sure: bool


class _Opening(NamedTuple):
    """What a pair means, and how it was typed."""

    range: _Range
    text: str


def _plain(text: str) -> str:
    """The text with ordinary digits and single spaces, line by line, and without invisible characters."""
    if len(text.strip()) > MAX_LENGTH:
        raise NotationError(f"This text is too long. Please keep it to {MAX_LENGTH} characters.")
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "\n".join(" ".join(line.split()) for line in visible.splitlines()).strip()


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"


def _pieces(plain: str) -> list[str]:
    pieces = (piece.strip().rstrip(" .") for piece in _BETWEEN_SPANS.split(plain))
    return [piece for piece in pieces if piece]


def _is_closed(text: str) -> bool:
    return (text.lower().rstrip(".") or text) in CLOSED


def _is_all_day(text: str) -> bool:
    return _LEAD_IN.sub("", text.lower(), count=1).rstrip(".") in ALL_DAY


def _parse_piece(piece: str) -> _Pair:
    if _is_all_day(piece):
        return _Pair(piece, (_Range(0, DAY),), is_sure=True)
    if _is_closed(piece):
        raise NotationError(
            f"{_quoted(piece)} cannot stand beside opening hours. Write only closed, or only the hours."
        )
    times = [side.strip() for side in _BETWEEN_TIMES.split(_LEAD_IN.sub("", piece, count=1))]
    if len(times) != 2 or not all(times):
        raise NotationError(f"{_quoted(piece)} does not say from when to when. Write it like 9 am – 4 pm.")
    pair = _pair(piece, _parse_time(times[0]), _parse_time(times[1], closing=True))
    if pair.is_sure and not pair.readings[0].length:
        raise _closes_as_it_opens(piece, pair.readings[0].opens)
    return pair


def _closes_as_it_opens(piece: str, opens: int) -> NotationError:
    if opens == 0:
        return NotationError(f"Is {_quoted(piece)} the whole day or not open at all? Write 24 hours or closed.")
    return NotationError(
        f"{_quoted(piece)} closes at the minute it opens. Write it like 9 am – 4 pm, or 24 hours for the whole day."
    )


def _parse_time(text: str, *, closing: bool = False) -> _Time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise NotationError(f"{_quoted(text)} is not a time we can read. Write it like 9 am, 9:30 am or 17:00.")
    if match["word"]:
        midnight = DAY if closing else 0
        return _Time((midnight if match["word"].lower() == "midnight" else NOON,), is_worded=True)
    hour, minute = int(match["hour"]), _minute(match)
    if match["half"]:
        return _Time((_with_am_or_pm(match, hour) + minute,), is_worded=True)
    return _time_without_am_or_pm(match, hour * HOUR + minute, closing)


def _minute(match: re.Match[str]) -> int:
    minute = match["minute"] or match["compact"] or "00"
    if match["seconds"]:
        raise NotationError(
            f"Please leave out the seconds in {_quoted(match[0])}. Hours and minutes, like 9:30, will do."
        )
    if len(minute) == 1:
        raise NotationError(f"The minutes in {_quoted(match[0])} need two digits. Write it like 9:05 or 9:50.")
    if int(minute) >= HOUR:
        raise NotationError(f"{_quoted(match[0])} is not a time: the minutes go from 00 to 59. Write it like 9:45.")
    return int(minute)


def _with_am_or_pm(match: re.Match[str], hour: int) -> int:
    if hour not in range(1, 13):
        raise NotationError(
            f"{_quoted(match[0])} is not a time: with am or pm the hour goes from 1 to 12. Write it like 4 pm or 16:00."
        )
    return hour % 12 * HOUR + (NOON if match["half"].lower() == "p" else 0)


def _time_without_am_or_pm(match: re.Match[str], minutes: int, closing: bool) -> _Time:
    if minutes > DAY:
        raise NotationError(f"{_quoted(match[0])} is not a time: a day ends at 24:00. Write it like 5 pm or 17:00.")
    if minutes == DAY and not closing:
        raise NotationError(
            f"A day cannot open at {_quoted(match[0])}, only close. For the start of the day write 00:00."
        )
    is_12_hour = HOUR <= minutes < NOON + HOUR
    return _Time(
        (minutes, (minutes + NOON) % DAY) if is_12_hour else (minutes,),
        has_minutes=bool(match["minute"] or match["compact"] or match["h"]),
        has_leading_zero=match[0].startswith("0"),
    )


def _pair(text: str, opening: _Time, closing: _Time) -> _Pair:
    readings = tuple(_Range(o, c if o <= c else c + DAY) for o, c in product(opening.minutes, closing.minutes))
    if opening.is_24_hour or closing.is_24_hour or (opening.is_worded and closing.is_worded):
        if _may_be_a_slip(closing, night=readings[0], day=readings[-1]):
            return _Pair(text, readings, is_sure=False)
        return _Pair(text, readings[:1], is_sure=True)
    if opening.is_loose and closing.is_loose:
        return _loose_pair(text, opening, closing, readings)
    readings = tuple(r for r in readings if r.length and (closing.is_loose or _is_at_most_half_a_day(r)))
    same_day = tuple(r for r in readings if r.closes <= DAY)
    return _Pair(text, same_day or readings, is_sure=len(same_day) == 1)


def _may_be_a_slip(closing: _Time, *, night: _Range, day: _Range) -> bool:
    """13:00 – 5:00, where a closing at 5 pm would be on the same day."""
    return night.closes > DAY >= day.closes and day.length > 0 and not closing.has_leading_zero


def _loose_pair(text: str, opening: _Time, closing: _Time, readings: tuple[_Range, ...]) -> _Pair:
    """Neither time has am or pm, nor an hour that only the 24-hour clock has."""
    has_leading_zero = opening.has_leading_zero or closing.has_leading_zero
    on_24_hour_clock = readings[0]
    if (
        (opening.has_minutes and closing.has_minutes)
        and opening.minutes[0] < closing.minutes[0]
        and (has_leading_zero or on_24_hour_clock.opens >= SMALL_HOURS_END)
    ):
        return _Pair(text, (on_24_hour_clock,), is_sure=has_leading_zero)
    return _Pair(text, tuple(r for r in readings if 0 < r.length <= NOON), is_sure=False)


def _is_at_most_half_a_day(reading: _Range) -> bool:
    # "8 – midnight" is said of a long day as well as of an evening.
    return reading.length <= NOON or reading.closes == DAY


def _in_written_order(pairs: Sequence[_Pair]) -> list[_Opening]:
    openings: list[_Opening] = []
    for n, pair in enumerate(pairs):
        after = openings[-1].range.closes if openings else 0
        before = next((later.readings[0].opens for later in pairs[n + 1 :] if later.is_sure), 2 * DAY)
        opening = _Opening(_reading_between(pair, after, before), pair.text)
        if after >= DAY and opening.range.opens < SMALL_HOURS_END and opening.range.closes <= openings[-1].range.opens:
            raise _needs_a_day(openings[-1], opening)
        openings.append(opening)
    return openings


def _needs_a_day(night: _Opening, morning: _Opening) -> NotationError:
    if night.range.closes == DAY and morning.range.opens == 0 and morning.range.closes < night.range.opens:
        whole = format_span(_span(_Range(night.range.opens, morning.range.closes)))
        return NotationError(f"Is {_quoted(morning.text)} the night after? Then write both as one: {whole}.")
    return NotationError(
        f"Is {_quoted(morning.text)} before or after {_quoted(night.text)}? "
        "If before, write it first; if after, write it under the next day."
    )


def _reading_between(pair: _Pair, after: int, before: int) -> _Range:
    if pair.is_sure:
        return pair.readings[0]
    fitting = [reading for reading in pair.readings if after <= reading.opens and reading.closes <= before]
    # A night is never guessed, but that it is possible makes a day doubtful: 9-5 may be 9 pm – 5 am.
    if len(fitting) != 1 or fitting[0].closes > DAY:
        raise _needs_am_or_pm(pair)
    return fitting[0]


def _needs_am_or_pm(pair: _Pair) -> NotationError:
    likely = min(pair.readings, key=lambda r: abs((r.opens + r.closes) / 2 - MIDDLE_OF_THE_DAY))
    closes = likely.closes if likely.closes == DAY else likely.closes % DAY
    on_24_hour_clock = " – ".join(f"{m // HOUR:02}:{m % HOUR:02}" for m in (likely.opens, closes))
    return NotationError(
        f"Is {_quoted(pair.text)} morning or evening? Write it like {format_span(_span(likely))} or {on_24_hour_clock}."
    )


def _joined(openings: Sequence[_Opening]) -> list[_Range]:
    """Sorted, with those that touch made one."""
    joined: list[_Opening] = []
    for opening in sorted(openings):
        last = joined[-1] if joined else None
        if last and opening.range.opens < last.range.closes:
            raise NotationError(
                f"{_quoted(last.text)} and {_quoted(opening.text)} overlap. "
                "Let one close before the other opens, like 9 am – 12 pm, 1 pm – 4 pm."
            )
        if last and opening.range.opens == last.range.closes:
            opening = _Opening(_Range(joined.pop().range.opens, opening.range.closes), opening.text)
        joined.append(opening)
    return [_within_24_hours(opening.range) for opening in joined]


def _within_24_hours(opening: _Range) -> _Range:
    if opening.length >= DAY and opening != (0, DAY):
        raise NotationError(
            "Together these hours run into the next day’s. Give each day only its own, or write 24 hours."
        )
    return opening


def _span(opening: _Range) -> Span:
    return Span(*(time(minutes % DAY // HOUR, minutes % HOUR) for minutes in opening))


# The day of a yearly holiday

# Not the calendar module: its names follow the locale of the process.
MONTHS = tuple("January February March April May June July August September October November December".split())
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", LAST: "last"}
NUMBER_WORDS = {
    **{word: n for n, word in enumerate("first second third fourth fifth".split(), start=1)},
    **{word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)},
    "a": 1,
}
FILLERS = {"the", "every", "on"}

_ONLY_NUMBERS = re.compile(rf"[{DASHES}\d\s./]+", re.ASCII)
_YEAR = re.compile(r"\b\d{4}\b", re.ASCII)
_NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th)?", re.ASCII)
_MONTH = rf"(?P<month>{'|'.join(MONTHS).lower()})"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS).lower()})"
_FROM_BASE = r"(?P<way>after|before) (?P<base>.+)"
_NTH_WEEKDAY = re.compile(rf"(?P<nth>\d+|last) {_WEEKDAY} (?:(?:in|of) )?{_MONTH}", re.ASCII)
_DAY_MONTH = re.compile(rf"(?P<day>\d+) (?:of )?{_MONTH}", re.ASCII)
_MONTH_DAY = re.compile(rf"{_MONTH} (?P<day>\d+)", re.ASCII)
_DAYS_FROM = re.compile(rf"(?:(?P<count>\d+) )?(?P<unit>day|week)s? {_FROM_BASE}", re.ASCII)
_WEEKDAY_FROM = re.compile(rf"(?:next |1 )?{_WEEKDAY} {_FROM_BASE}", re.ASCII)


def parse_rule(text: str) -> Rule:
    """The rule of a day that comes back every year: "25 December", "day after the 4th Thursday in November"."""
    plain = _plain(text)
    if not plain:
        raise NotationError("Write the day of the holiday, like 25 December or 4th Thursday in November.")
    if _ONLY_NUMBERS.fullmatch(plain):
        raise NotationError(
            f"Write the month in {_quoted(plain)} as a word, like 25 December. "
            "In numbers, some people put the day first and some the month."
        )
    if _YEAR.search(plain):
        raise NotationError(
            f"Leave out the year in {_quoted(plain)}: it counts for every year. Write it like 25 December."
        )
    words = _rule_words(plain)
    rule = _parse_days_from(words) or _parse_weekday_from(words) or _parse_date(words)
    if rule is None:
        raise NotationError(
            f"{_quoted(plain)} is not a yearly day we can read. "
            "Write one day, like 25 December or 4th Thursday in November."
        )
    return rule


def format_rule(rule: Rule) -> str:
    """The words that `parse_rule` reads back; TypeError for a rule that has none, such as a list of dates."""
    match rule:
        case DayOfYear(month, day):
            return f"{day} {MONTHS[month - 1]}"
        case NthWeekday(nth, weekday, month):
            return f"{ORDINALS[nth]} {WEEKDAYS[weekday]} in {MONTHS[month - 1]}"
        case DaysFrom(DaysFrom(base, inner), days):
            return format_rule(DaysFrom(base, inner + days))
        case DaysFrom(base, 0):
            return format_rule(base)
        case DaysFrom(base, days):
            article = "the " if isinstance(base, NthWeekday) else ""
            return f"{_days_words(days)} {article}{format_rule(base)}"
    raise TypeError(f"{type(rule).__name__} cannot be written in words.")


def _days_words(days: int) -> str:
    count = "day" if abs(days) == 1 else f"{abs(days)} days"
    return f"{count} {'after' if days > 0 else 'before'}"


def _rule_words(plain: str) -> str:
    """In lower case, names in full, ordinals as numbers, without articles and punctuation."""
    words = re.split(rf"[{DASHES}\s,./]+", plain.lower())
    return " ".join(_rule_word(word) for word in words if word and word not in FILLERS)


def _rule_word(word: str) -> str:
    if number := _NUMBER.fullmatch(word):
        return number[1]
    if word in NUMBER_WORDS:
        return str(NUMBER_WORDS[word])
    names = (name.lower() for name in (*MONTHS, *WEEKDAYS))
    return next((name for name in names if len(word) >= 3 and name.startswith(word)), word)


def _parse_date(words: str) -> DayOfYear | NthWeekday | None:
    if match := _NTH_WEEKDAY.fullmatch(words):
        return _nth_weekday(match)
    if match := _DAY_MONTH.fullmatch(words) or _MONTH_DAY.fullmatch(words):
        return _day_of_year(match)
    return None


def _nth_weekday(match: re.Match[str]) -> NthWeekday:
    nth = LAST if match["nth"] == "last" else int(match["nth"])
    weekday, month = _weekday(match), _month(match)
    if nth not in ORDINALS:
        raise NotationError(
            f"{MONTHS[month - 1]} has no {WEEKDAYS[weekday]} number {_clipped(nth)}. "
            f"Write 1st to 5th or last, like last {WEEKDAYS[weekday]} in {MONTHS[month - 1]}."
        )
    return NthWeekday(nth, weekday, month)


def _day_of_year(match: re.Match[str]) -> DayOfYear:
    day, month = int(match["day"]), _month(match)
    name, last = MONTHS[month - 1], DAYS_IN_MONTH[month - 1]
    if not 1 <= day <= last:
        at_most = "at most " if name == "February" else ""
        raise NotationError(
            f"There is no {_clipped(day)} {name}: {name} has {at_most}{last} days. Write it like {last} {name}."
        )
    return DayOfYear(month, day)


def _parse_days_from(words: str) -> DaysFrom | None:
    match = _DAYS_FROM.fullmatch(words)
    if match is None:
        return None
    days = int(match["count"] or 1) * (DAYS_IN_WEEK if match["unit"] == "week" else 1)
    if not 1 <= days <= MAX_DAYS_FROM:
        raise NotationError(f"Count from 1 to {MAX_DAYS_FROM} days, like 2 days after 25 December.")
    return DaysFrom(_parse_base(match), days * _direction(match))


def _parse_weekday_from(words: str) -> DaysFrom | None:
    match = _WEEKDAY_FROM.fullmatch(words)
    if match is None:
        return None
    base, direction = _parse_base(match), _direction(match)
    if not isinstance(base, NthWeekday):
        weekday, way, day = WEEKDAYS[_weekday(match)], match["way"], format_rule(base)
        raise NotationError(
            f"The {weekday} {way} {day} is not the same number of days away every year, so it cannot be used here. "
            f"Write it like 2 days {way} {day}, or 4th {weekday} in {MONTHS[base.month - 1]}."
        )
    # A Thursday after a Thursday is the next one, a week on.
    days = (direction * (_weekday(match) - base.weekday) - 1) % DAYS_IN_WEEK + 1
    return DaysFrom(base, days * direction)


def _parse_base(match: re.Match[str]) -> DayOfYear | NthWeekday:
    base = _parse_date(match["base"])
    if base is None:
        raise NotationError(
            f"We cannot read what comes after “{match['way']}”. "
            "Write a single day there, like day after the 4th Thursday in November."
        )
    return base


def _direction(match: re.Match[str]) -> int:
    return 1 if match["way"] == "after" else -1


def _weekday(match: re.Match[str]) -> int:
    return WEEKDAYS.index(match["weekday"].capitalize())


def _month(match: re.Match[str]) -> int:
    return MONTHS.index(match["month"].capitalize()) + 1


def _clipped(number: int) -> str:
    return str(number) if number < 1000 else f"{str(number)[:3]}…"
