"""Which lines are headings, judged by their words and by what stands around them."""

import re

from .model import Block, Heading, Paragraph
from .passage import NUMBER, Passage
from .reading import Line
from .wording import QUESTION_WORDS, WORD, is_question, is_title_case, looks_like_heading, starts_small, word_count

# Words that open a heading more often than an item of a list.
OPENERS = QUESTION_WORDS | frozenset(
    WORD.findall(
        "is are can do does did should will our your the final conclusion summary risks benefits tips before "
        "after choosing preparing getting caring about book side types"
    )
)
# A line that breaks off with one of these leads in to a list, unless it is a question without its mark.
UNFINISHED = frozenset(
    WORD.findall("are is include includes including following to for of with as be by and the from or than")
)
LEADS_IN = re.compile(
    r"\b(?:these|those|this|following|follows|here|below|includes?|including|are|is|you|we|such as)\b", re.IGNORECASE
)
POINTS_BACK = re.compile(
    r"(?:these|those|this|they|all of|each of|any of|such|both|most of these|every one)\b", re.IGNORECASE
)
LABEL_WORDS = 5


def single(passage: Passage, index: int) -> Block:
    """A line on its own: a heading if it reads like one and something follows, else a paragraph."""
    text = passage.lines[index].text
    if index + 1 < len(passage.lines) and is_heading(unnumbered(text), over_text=passage.prose_at(index + 1)):
        return Heading(text)
    return Paragraph(text)


def unnumbered(text: str) -> str:
    match = NUMBER.fullmatch(text)
    return match["text"] if match else text


def is_heading(text: str, *, over_text: bool) -> bool:
    if text.endswith(":"):
        return over_text and _is_label(text[:-1])
    words = text.casefold().split()
    unfinished = words[-1] in UNFINISHED and words[0] not in QUESTION_WORDS
    return looks_like_heading(text) and not unfinished


def _is_label(text: str) -> bool:
    """“Side effects:” over a paragraph is a heading; “You will need these:” is not."""
    return word_count(text) <= LABEL_WORDS and looks_like_heading(text) and not LEADS_IN.search(text)


def headings_at_end(passage: Passage, start: int, run: list[Line]) -> int:
    """1 if the last line of a run of short lines is the heading of the text below the run, else 0."""
    end = start + len(run)
    if not run or not passage.prose_at(end):
        return 0
    last = run[-1]
    if starts_small(last.text) or not is_heading(last.text, over_text=True):
        return 0
    if is_question(last.text):
        return 1
    return int(not POINTS_BACK.match(passage.lines[end].text) and stands_out(last, run[:-1]))


def stands_out(line: Line, others: list[Line]) -> bool:
    """Set apart from its neighbours like a heading: by space, capitals, length or its first word."""
    if not others:
        return True
    if line.gap > max(other.gap for other in others[1:] or others):
        return True
    if (
        is_title_case(line.text)
        and word_count(line.text) > 1
        and not any(is_title_case(other.text) for other in others)
    ):
        return True
    mean = sum(word_count(other.text) for other in others) / len(others)
    return word_count(line.text) >= max(4, 2 * mean) or _opens_like_heading(line, others)


def _opens_like_heading(line: Line, others: list[Line]) -> bool:
    opener = line.text.split()[0].casefold()
    return opener in OPENERS and all(other.text.split()[0].casefold() != opener for other in others)
