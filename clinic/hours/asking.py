"""Ask about opening times that cannot be read, with what to type instead. Pure.

The texts are lowercase. A hint says what kind of text belongs into the field. A repair turns another notation into the
one that is read; the person who typed the text confirms it.
"""

import re

EXAMPLE = "Write the times like 9 am – 4 pm, or closed."

_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?|mo|tu|we|th|sa|su|m(?:tu?)?wt?h?f"
_MONTH = r"(?:jan|feb|mar|apr|may(?!be)|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"

# The first pattern that the text contains decides.
HINTS = [
    (re.compile(pattern, re.VERBOSE), message)
    for pattern, message in (
        (
            r"""^(?:we(?:\ are|['’]re)\ |the\ |clinic\ |office\ )*
            (?:c[losed]{3,6}|clsd|shut|off|none|no|nil|n/?a|no\ hours|not\ open|x{1,3}|0|zero|holiday|vacation|day\ off)
            (?:\ all\ day|\ today|\ for\ (?:the\ day|today|now))?[\ .!]*$|^temporarily\ closed""",
            "Is it closed on this day? Type closed.",
        ),
        (
            r"""^(?=(?:\D|24|7)*$).*
            (?:\b24\ ?[-/x]?\ ?(?:h|hrs?|hours?|7)\b|\b24/24\b|\balways\b
            |\ba?round\ the\ clock|day\ and\ night|non-?stop|all\ day)""",
            "Is it open day and night? Type 24 hours.",
        ),
        (
            rf"""\b(?:{_DAY})\b|^[mtwf]\b|\b(?:[mtwf]|th)\s?[-–/,&]\s?(?:[mtwf]|th)\b|\bm\s?(?:to|thru|through)\s?f\b|\bweek
            |\bdaily\b|\b(?:every|each|other)\ ?day|\bdays\b|\b{_MONTH}\ \d|\bholidays?\b|christmas|thanksgiving|easter
            |new\ year""",
            "This line is for one day. Type only its times, like 9 am – 4 pm, or closed.",
        ),
        (
            r"""appoint|\bappts?\b|\bapt\b|\bcall\b|phone|\brequest|\bbook|reserv|\bvar(?:y|ies)\b|\btb[adc]\b|unknown
            |flexible|\bask\b|walk.?ins?|online|virtual|^\?+$""",
            "A day has hours or is closed. Type the hours when patients can come, like 9 am – 4 pm, or closed. "
            "An announcement can say that patients need an appointment.",
        ),
        (
            r"\blunch|\bbreak|except|exclud|\bbut\b|\bminus\b|\bwithout\b|siesta|closed\ \S|\S\ closed\ ",
            "Type only the times when it is open. With a break, they are like 9 am – 12 pm, 1 pm – 5 pm.",
        ),
        (
            r"\b(?:sunrise|dawn|early)\b.*\b(?:late|close|closing|dark|dusk|sunset)\b",
            "When does it open and close? Write both times, like 9 am – 4 pm.",
        ),
        (
            r"""\b(?:late|later|close|closing|onwards?|on|eod|cob|dark|dusk|sunset|open\ end)\b|\bend\ of
            |\blast\ |^after\b|^from\ \S+(?:\ [ap]\.?m\.?)?$|[-–—]\s?(?:\?+|\.{2,})?$""",
            "When does it close? Write both times, like 9 am – 4 pm.",
        ),
        (
            r"^(?:open\ )?(?:until|till?|by|before|up\ to)\b|\b(?:sunrise|dawn|early)\b|^\?*\s?[-–—]",
            "When does it open? Write both times, like 9 am – 4 pm.",
        ),
        (
            r"^(?=.*\b(?:or|maybe|perhaps)\b)[^-–—]*(?:[-–—]|\bto\b)[^-–—]*$",
            "Which of the times is it? Write one opening and one closing time, like 9 am – 4 pm.",
        ),
    )
]

NUMBERS = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(1, 13)), strict=True)
)

REPAIRS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(?=.*\d)(?:(?:we['’]re |we are )?open|(?:office |opening )?hours?|hrs?|times?)\b\s*[:\-–]?\s*", ""),
        (rf"\b(?:{'|'.join(NUMBERS)})\b", lambda match: NUMBERS[match[0]]),
        (r"\bbetween (.+?) and ", r"\1 – "),
        (r"\bfrom\s+", ""),
        (r"\s*\(?\b(?:[pmce][sd]?t|pacific(?: time)?|local time|sharp)\b\)?", ""),
        (r"(\d)h(\d\d)\b", r"\1:\2"),
        (r"(?<=\d),(?=(?:00|15|30|45)\b)", ":"),
        (r"(?<=\d)[.,]5(?=\s|[-–—]|$)", ":30"),
        (r"(\d)\s*(?:o['’]?clock|uhr|hours?|hrs?|h)\b", r"\1"),
        (r"\bo(?=\d)|(?<=[\d:.])o(?=[\do:.]|\b)|(?<=\do)o\b|(?<=[:.]o)o\b", "0"),
        (r"(\d)\s*([ap])(?: m)?\b(?!\.?m)", r"\1 \2m"),
        (r"(?<![:.\d])(\d{1,2})(\d\d)(?!\d)", r"\1:\2"),
        (r"\b12\s*n(?:oo)?n?\b|\bnoonday\b|\bmid-?day\b", "noon"),
        (r"\b12midnight\b", "midnight"),
        (r"\b(?:about|around|approx(?:imately)?|circa)\b\.?\s*|^~\s*|(?<=[\dm])[ -]?ish\b", ""),
        (r"\s*(?:~|→|⇒|[-–=]*>|\.{2,}|[_=]|\bthrough\b|\bthru\b|['‘’]?\btil\b|\bbis\b)\s*", " – "),
        (r"(?<=[\dm])\s*to\s*(?=\d)", " to "),
        (r"[.!:*?]+$", ""),
        (r",?\s*(?:\bthen\b|\bplus\b|\balso\b|\bor\b|[+|•·])\s*", ", "),
    )
]

_GAP = re.compile(r"(?<=m|\d|n)\s*/\s*|(?<=[ap]m)\s*(?=\d)|(?<=[ap]m)\s+(?=noon)|(?<=\d)\s+(?=\d)|(?<=noon)\s+(?=\d)")
_HAS_DASH = re.compile(r"[-\u2010-\u2015\u2212]|\b(?:to|until|till)\b")
_OPEN_END = re.compile(r"\s*\+$")


def find_hint(text: str) -> str:
    """Return what to type instead of a text that holds no times of a day, or ""."""
    return next((message for pattern, message in HINTS if pattern.search(text)), "")


def remove_open_end(text: str) -> str:
    """Return the text without a "+" at its end, or ""."""
    return _OPEN_END.sub("", text) if _OPEN_END.search(text) else ""


def repair(text: str) -> str:
    """Return the text in the notation that is read, as far as it can be told."""
    for pattern, replacement in REPAIRS:
        text = pattern.sub(replacement, text)
    return _GAP.sub(", " if _HAS_DASH.search(text) else " – ", text).strip()
