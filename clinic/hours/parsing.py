"""Read the opening times of one day as the staff type them. Pure.

An example is "9 am – 12 pm, 1 pm – 5 pm". A text is read if it has one meaning under these rules. Everything
else is asked about, with an example.

* A time is clear with am or pm, as noon or midnight, or on the 24-hour clock. An hour of 0 or above 12 and a leading
  zero show the 24-hour clock, for both times of an opening: "9 – 17", "09:00 – 12:00". Beside am, pm or noon, a
  leading zero shows nothing: "09:00 – 4 pm" has one meaning, "07:00 – 09:00 pm" has two.
* Any other time may be am or pm. Before a clear closing time it lies at most twelve hours earlier ("1 – 5 pm"), after
  a clear opening time on the same day ("9 am – 4"). It is not taken for an opening before 7 am that lasts until noon
  or longer: "1 – 12 pm" may be meant until midnight.
* Openings are written in order. A clear opening settles what the one beside it leaves open: "9–12, 1–5 pm". It does
  not settle it for an early or late opening that may be a usual one out of order: "1–5, 9–12 pm".
* An opening past midnight needs two clear times: "10 pm – 2 am". It starts at noon or later, ends before noon and
  lasts at most 16 hours. The rest of a longer one belongs to the next day.
* "0 – 24" is the whole day. A raised or circled digit is not read, since it may be a footnote.
"""

import re
import unicodedata
from datetime import time
from itertools import pairwise, product
from typing import Literal, NamedTuple

from clinic.hours.asking import EXAMPLE, find_hint, remove_open_end, repair
from clinic.hours.formatting import format_span, format_spans
from clinic.hours.schedule import Span

MAX_LENGTH = 200
MAX_SPANS = 6
HOUR, NOON, DAY = 60, 12 * 60, 24 * 60  # minutes
MIDDLE_OF_THE_DAY = 13 * HOUR
EARLY, LATE = 7 * HOUR, 21 * HOUR  # usual openings lie between them
MAX_NIGHT = 16 * HOUR
DECORATED = ("<super>", "<sub>", "<circle>", "<fraction>")
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
CLOSED = {"", "closed", *DASHES}
ALL_DAY = {"24 hours", "24h", "24/7", "open 24 hours", "all day"}

_BETWEEN_OPENINGS = re.compile(r"\s*[,;&\n]\s*|\s+and\s+")
_BETWEEN_TIMES = re.compile(rf"\s*[{DASHES}]+\s*|\s+(?:to|until|till)\s+")
_TIME = re.compile(
    r"(?:12[ ])?(?P<word>noon|midnight)"
    r"|(?P<hour>\d{1,2}) (?:[:.](?P<minute>[0-5]\d))? [ ]? (?:(?P<half>[ap])\.?m\.?)?",
    re.ASCII | re.VERBOSE,
)


class NotationError(ValueError):
    """Refuse a text that has no clear meaning.

    The message is a question for the person who typed the text.
    """


class _UnreadableError(NotationError):
    """Refuse a text that does not consist of pairs of times."""


class _Time(NamedTuple):
    """List the minutes after midnight that a time may mean.

    The reading of the 24-hour clock comes first.
    """

    minutes: tuple[int, ...]
    shows: Literal["12-hour", "24-hour", "leading zero", "midnight", "nothing"]

    @property
    def is_clear(self) -> bool:
        return self.shows != "nothing"


class _Reading(NamedTuple):
    """Describe one possible meaning of an opening, in minutes after midnight.

    Past midnight `closes` is more than `DAY`.
    """

    opens: int
    closes: int
    is_guess: bool

    @property
    def is_plausible(self) -> bool:
        """Return whether it ends on its day, or is a usual night."""
        is_night = self.opens >= NOON and self.closes < DAY + NOON and self.closes - self.opens <= MAX_NIGHT
        return self.closes <= DAY or is_night

    @property
    def is_usual(self) -> bool:
        return self.opens >= EARLY and self.closes <= LATE

    def as_span(self) -> Span:
        return Span(*(time(minutes % DAY // HOUR, minutes % HOUR) for minutes in (self.opens, self.closes)))


def parse_spans(text: str) -> tuple[Span, ...]:
    """Return the spans of one day, earliest first, or none when closed.

    Spans that touch are merged. Raise NotationError when the text is not clear.
    """
    if len(text.strip()) > MAX_LENGTH:
        raise NotationError(f"This text is too long. Please keep it to {MAX_LENGTH} characters.")
    plain_characters = (
        c if unicodedata.decomposition(c).startswith(DECORATED) else unicodedata.normalize("NFKC", c) for c in text
    )
    visible = "".join(c for c in "".join(plain_characters) if unicodedata.category(c) != "Cf")
    plain = "\n".join(" ".join(line.split()) for line in visible.lower().splitlines()).strip()
    if plain in CLOSED:
        return ()
    if plain in ALL_DAY:
        return (_Reading(0, DAY, is_guess=False).as_span(),)
    try:
        return _read_openings(plain)
    except _UnreadableError as error:
        raise _question_about(plain, error) from None


def _question_about(plain: str, error: NotationError) -> NotationError:
    """Return what to ask about a text that is no list of openings."""
    if until := remove_open_end(plain):
        try:
            example = format_spans(_read_openings(until))
        except NotationError:
            example = "9 am – 5 pm"
        return NotationError(f"When does it close? Write it without the +, like {example}.")
    if hint := find_hint(plain):
        return NotationError(hint)
    try:
        return NotationError(f"Did you mean {format_spans(_read_openings(repair(plain)))}? Write it like that.")
    except _UnreadableError:
        return error
    except NotationError as question:
        return question


def _read_openings(plain: str) -> tuple[Span, ...]:
    pieces = _BETWEEN_OPENINGS.split(plain)
    if "" in pieces:
        raise NotationError(
            f"Is an opening missing next to a comma in {_quoted(plain)}? Write it like 9 am – 12 pm, 1 pm – 5 pm."
        )
    if len(pieces) > MAX_SPANS:
        raise NotationError(f"A day can have at most {MAX_SPANS} openings, and this has {len(pieces)}. Combine some.")
    times = [_read_times(piece) for piece in pieces]
    readings = [_readings(piece, *pair) for piece, pair in zip(pieces, times, strict=True)]
    chosen = _choose_in_order(pieces, readings)
    openings: list[_Reading] = []
    for opening in chosen:
        if openings and openings[-1].closes == opening.opens:
            opening = opening._replace(opens=openings.pop().opens)
        openings.append(opening)
    if not all(one.is_plausible for one in openings):
        raise NotationError("Together these hours run into the next day. Give each day only its own hours.")
    return tuple(one.as_span() for one in openings)


def _choose_in_order(pieces: list[str], readings: list[list[_Reading]]) -> list[_Reading]:
    """Return the reading of each opening. Raise NotationError if one is unclear or in the wrong place."""
    chosen: list[_Reading] = []
    for n, piece in enumerate(pieces):
        try:
            chosen.append(_choose(piece, readings[n], chosen[-1:], readings[n + 1 :]))
        except NotationError as question:
            raise _question_about_all(piece, readings) or question from None
    _check_order(pieces, readings, chosen)
    return chosen


def _question_about_all(piece: str, readings: list[list[_Reading]]) -> NotationError | None:
    """Return a question with the only usual reading of several openings as its example."""
    usual = [one for one in product(*readings) if all(opening.is_usual for opening in one) and _is_apart(sorted(one))]
    if len(readings) == 1 or len(usual) != 1:
        return None
    in_order = sorted(usual[0])
    example = format_spans([one.as_span() for one in in_order])
    if all(len(one) == 1 for one in readings):
        return NotationError(f"{_quoted(piece)} is not in order. Write the openings in order, like {example}.")
    order = "it" if in_order == list(usual[0]) else "the openings in order,"
    return NotationError(f"Is {_quoted(piece)} morning or evening? Write {order} like {example}.")


def _is_apart(openings: list[_Reading]) -> bool:
    return all(one.closes < later.opens for one, later in pairwise(openings))


def _check_order(pieces: list[str], readings: list[list[_Reading]], chosen: list[_Reading]) -> None:
    """Raise NotationError if an opening may be a usual one in the wrong place."""
    for n, opening in enumerate(chosen):
        for other in readings[n]:
            in_order = sorted([*chosen[:n], other, *chosen[n + 1 :]])
            is_apart = all(one.closes <= later.opens for one, later in pairwise(in_order))
            if not opening.is_usual and other.is_usual and is_apart:
                raise NotationError(
                    f"Is {_quoted(pieces[n])} morning or evening? Write the openings in order, "
                    f"like {format_spans([one.as_span() for one in in_order])}."
                )


def _choose(piece: str, readings: list[_Reading], earlier: list[_Reading], later: list[list[_Reading]]) -> _Reading:
    """Return the one reading that fits between the openings beside it.

    It opens after the opening before closes, and closes before the next clear one opens. Raise NotationError if none or
    several fit, or if a guess runs past midnight.
    """
    after = earlier[-1].closes if earlier else 0
    before = next((one[0].opens for one in later if len(one) == 1), 2 * DAY)
    fitting = [one for one in readings if after <= one.opens and one.closes <= before]
    if len(readings) == 1 and not fitting:
        raise NotationError(
            f"{_quoted(piece)} overlaps with the opening next to it. "
            "Write the openings in order, like 9 am – 12 pm, 1 pm – 5 pm."
        )
    if len(fitting) != 1 or (fitting[0].is_guess and fitting[0].closes > DAY):
        raise _ambiguous(piece, readings)
    return fitting[0]


def _ambiguous(piece: str, readings: list[_Reading]) -> NotationError:
    likely = [one for one in readings if one.closes - one.opens < DAY]
    if len({one.opens for one in likely}) == 1:
        best = min(likely, key=lambda one: one.closes)
    else:
        best = min(likely, key=lambda one: (not one.is_usual, abs((one.opens + one.closes) / 2 - MIDDLE_OF_THE_DAY)))
    return NotationError(f"Is {_quoted(piece)} morning or evening? Write it like {format_span(best.as_span())}.")


def _read_times(piece: str) -> tuple[_Time, _Time]:
    sides = _BETWEEN_TIMES.split(piece)
    if len(sides) != 2 or "" in sides:
        raise _UnreadableError(f"{_quoted(piece)} needs an opening time and a closing time. {EXAMPLE}")
    opening, closing = sides
    return _read_time(opening), _read_time(closing)


def _readings(piece: str, opening: _Time, closing: _Time) -> list[_Reading]:
    _check_twelve(piece, opening, closing)
    if (opening.minutes, closing.minutes) == ((0,), (DAY,)):
        return [_Reading(0, DAY, is_guess=False)]
    shown = {opening.shows, closing.shows}
    is_24_hour = "24-hour" in shown or ("leading zero" in shown and "12-hour" not in shown)
    is_unclear_opening = len(opening.minutes) > 1 and not (is_24_hour and opening.is_clear)
    if is_24_hour:
        likely = _pair(
            *(side._replace(minutes=side.minutes[: 1 if side.is_clear else 2]) for side in (opening, closing))
        )
        opening, closing = (side._replace(minutes=side.minutes[:1]) for side in (opening, closing))
    else:
        likely = _pair(opening, closing)
    readings = _pair(opening, closing)
    if not readings[0].is_guess:
        found = _find_plausible(piece, readings)
    elif opening.is_clear or (is_24_hour and readings[0].closes <= DAY):
        found = [one for one in readings if one.closes <= DAY]
    else:  # "8 – midnight" is said of a long day as well as of an evening
        found = [one for one in readings if one.closes - one.opens <= NOON or (closing.is_clear and one.closes == DAY)]
    if not found:
        raise NotationError(f"Does {_quoted(piece)} run past midnight? Write it like {_either(likely)}.")
    if is_unclear_opening and all(one.opens < EARLY and one.closes >= NOON for one in found):
        until_midnight = [_Reading(found[0].opens + NOON, DAY, is_guess=True)]
        raise _ambiguous(piece, until_midnight if found[0].closes == NOON else found)
    if not opening.is_clear and not closing.is_clear and piece.count(":") + piece.count(".") == 2:
        raise _ambiguous(piece, found)  # "6:00 – 8:00" may also be meant on the 24-hour clock
    return found


def _check_twelve(piece: str, opening: _Time, closing: _Time) -> None:
    """Raise NotationError if a 12 or 24 does not say which midnight or noon it is."""
    if opening.minutes == (DAY,):
        raise _UnreadableError(f"Does {_quoted(piece)} open at midnight? Write it like midnight – 8 am.")
    if (opening.minutes, closing.minutes) == ((NOON,), (NOON, 0)):
        raise NotationError(f"Does {_quoted(piece)} close at midnight? Write it like 12 pm – midnight.")
    if (opening.minutes, closing.minutes) == ((NOON, 0), (NOON,)):
        raise NotationError(
            f"Does {_quoted(piece)} begin or end at midnight? Write it like midnight – 12 pm or 12 pm – midnight."
        )


def _either(readings: list[_Reading]) -> str:
    """Return the plausible readings, the usual ones and then the shortest first."""
    plausible = sorted(
        (one for one in readings if one.is_plausible), key=lambda one: (not one.is_usual, one.closes - one.opens)
    )
    return " or ".join(format_span(one.as_span()) for one in plausible) or "10 pm – 2 am"


def _pair(opening: _Time, closing: _Time) -> list[_Reading]:
    """Return all readings of two times. The first is no guess if both are clear."""
    readings: list[_Reading] = []
    for opens, closes in product(opening.minutes, closing.minutes):
        is_guess = not (opening.is_clear and closing.is_clear) or bool(readings)
        end = closes or DAY
        readings.append(_Reading(opens, end if opens < end else end + DAY, is_guess))
    return readings


def _find_plausible(piece: str, readings: list[_Reading]) -> list[_Reading]:
    """Return the readings of two clear times that may be meant."""
    clear = readings[0]
    if (clear.closes - clear.opens) % DAY == 0:
        raise NotationError(
            f"{_quoted(piece)} closes when it opens. Write 24 hours, closed, or times like 9 am – 4 pm."
        )
    if not clear.is_plausible:
        likely = [clear._replace(closes=clear.closes - NOON)]
        in_the_morning = clear._replace(opens=clear.opens - NOON, closes=clear.closes - DAY)
        if in_the_morning.is_usual:  # "9 pm – 5 pm"
            likely.append(in_the_morning)
        raise NotationError(
            f"Does {_quoted(piece)} run past midnight? Write it like {_either(likely)}, "
            "or give the hours after midnight to the next day."
        )
    return [one for one in readings if one == clear or one.closes <= DAY]


def _read_time(text: str) -> _Time:
    match = _TIME.fullmatch(text)
    hour, minute = (int(match[name] or 0) for name in ("hour", "minute")) if match else (0, 0)
    minutes = hour * HOUR + minute
    if match is None or minutes > DAY or (match["half"] and not 1 <= hour <= 12):
        raise _UnreadableError(f"{_quoted(text)} is not a time that we can read. {EXAMPLE}")
    if match["word"]:
        return _Time((NOON,), "12-hour") if match["word"] == "noon" else _Time((0,), "midnight")
    if match["half"]:
        return _Time((hour % 12 * HOUR + minute + (NOON if match["half"] == "p" else 0),), "12-hour")
    if hour not in range(1, 13):
        return _Time((minutes,), "24-hour")
    return _Time((minutes, (minutes + NOON) % DAY), "leading zero" if match["hour"].startswith("0") else "nothing")


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"
