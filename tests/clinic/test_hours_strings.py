"""Test 300 texts that people type as opening times.

``hours_strings.tsv`` says what the manager of a clinic means: the times of a day, or "?" for a text that has to be
asked about, with words that the question has to hold, separated by bars. ``\\n`` is a line break.
"""

import csv
import re
from pathlib import Path

import pytest

from clinic.hours.formatting import format_spans
from clinic.hours.parsing import NotationError, parse_spans
from tests.opening_hours import span

pytestmark = pytest.mark.same_everywhere

TABLE = Path(__file__).with_name("hours_strings.tsv")
DAYS = {"closed": (), "24 hours": (span("00:00", "00:00"),)}
TIME = r"(?:midnight|\d{1,2}(?::\d\d)? [ap]m)"
SUGGESTION = re.compile(rf"{TIME} – {TIME}(?:, {TIME} – {TIME})*")


def rows():
    with TABLE.open(newline="", encoding="utf-8") as file:
        for typed, meaning, words in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            yield typed.replace("\\n", "\n"), meaning, [word.strip() for word in words.split("|")]


ROWS = list(rows())
QUESTIONS = [typed for typed, meaning, _words in ROWS if meaning == "?"]


def question(text):
    with pytest.raises(NotationError) as caught:
        parse_spans(text)
    return str(caught.value)


def test_table_has_300_different_strings():
    assert len({typed for typed, _meaning, _words in ROWS}) == len(ROWS) >= 300


@pytest.mark.parametrize(("typed", "meaning", "words"), ROWS)
def test_typed_hours_are_read_right_or_asked(typed, meaning, words):
    if meaning == "?":
        asked = question(typed)
        assert not [word for word in words if word not in asked], asked
    else:
        expected = DAYS[meaning] if meaning in DAYS else tuple(span(*pair.split("-")) for pair in meaning.split())
        assert parse_spans(typed) == expected


@pytest.mark.parametrize("typed", QUESTIONS)
def test_question_says_what_can_be_typed(typed):
    """Take each suggestion of the question literally."""
    asked = re.sub("“[^”]*”", "", question(typed))
    suggestions = SUGGESTION.findall(asked)
    assert suggestions or re.search(r"Type (closed|24 hours)\.", asked)
    for suggestion in suggestions:
        assert format_spans(parse_spans(suggestion)) == suggestion
