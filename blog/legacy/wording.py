"""What the wording of a line tells: a sentence, a heading, a fragment. Knows nothing of other lines."""

import re
from textwrap import shorten

SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*(?=\s|$)""")
ABBREVIATION = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|St|vs|No|approx|e\.g|i\.e|etc|a\.m|p\.m|U\.S|M\.D|Jr|Inc)\.$", re.IGNORECASE
)
NEW_SENTENCE = re.compile(r"""\s+["'“‘(]?[A-Z0-9]""")
WORD = re.compile(r"\w+")
SMALL_WORDS = frozenset(
    WORD.findall("a an and are as at be but by for from if in is it of on or our per the to up vs via with your")
)
QUESTION_WORDS = frozenset(WORD.findall("how what when where which who whom whose why"))
# A heading is one line about the text below; longer lines are sentences that lost their full stop.
HEADING_WORDS, TITLE_CASE_WORDS, HEADING_CHARS, QUESTION_CHARS, TITLE_CHARS = 12, 16, 100, 150, 200
LONG_LINE = 140
# Letters and blanks among the characters of a sentence.
PLAIN_SHARE = 0.65
CONTACT_DATA = re.compile(
    r"@\w|https?://|www\.|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}|\d{1,2}(:\d\d)?\s*[ap]\.?m\b", re.IGNORECASE
)


def key(text: str) -> str:
    """The words alone, in small letters: equal for two lines that say the same."""
    return " ".join(WORD.findall(text.replace("’", "'").casefold())) or text


def word_count(text: str) -> int:
    return len(WORD.findall(text))


def has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def is_question(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith("?")


def ends_sentence(text: str) -> bool:
    """Ends with a full stop, an exclamation mark or an ellipsis; a question mark does not count."""
    return text.rstrip("\"'”’)] ").endswith((".", "!", "…"))


def _ends(text: str) -> list[re.Match]:
    """Where a sentence ends and another one begins in the same line."""
    return [
        match
        for match in SENTENCE_END.finditer(text)
        if NEW_SENTENCE.match(text, match.end()) and not ABBREVIATION.search(text, 0, match.start() + 1)
    ]


def inner_ends(text: str) -> list[str]:
    """The marks that end a sentence before another one begins in the same line."""
    return [match[0][0] for match in _ends(text)]


def first_sentences(text: str, limit: int) -> str:
    """As many whole sentences as fit into ``limit`` characters; a longer first one is cut behind a word."""
    if len(text) <= limit:
        return text
    whole = [match.end() for match in _ends(text) if match.end() <= limit]
    return text[: whole[-1]] if whole else shorten(text, limit, placeholder="…")


def is_prose(text: str) -> bool:
    """Certainly running text: a full sentence, several of them, or a long line."""
    if len(text) > QUESTION_CHARS or (len(text) > LONG_LINE and not is_question(text)):
        return True
    inner = inner_ends(text)
    if is_question(text):
        return any(mark != "?" for mark in inner) or (bool(inner) and len(text) > HEADING_CHARS)
    if ends_sentence(text):
        return bool(inner) or word_count(text) >= 5
    return bool(inner) and word_count(text) > HEADING_WORDS


def reads(text: str) -> bool:
    """Running text in a human language; long lines of code or data are none."""
    plain = sum(char.isalpha() or char.isspace() for char in text)
    return (
        word_count(text) >= 5 and plain >= PLAIN_SHARE * len(text) and (ends_sentence(text) or bool(inner_ends(text)))
    )


def is_title_case(text: str) -> bool:
    big = [word for word in re.findall(r"[^\W\d_][\w'’]*", text) if word.casefold() not in SMALL_WORDS]
    return bool(big) and sum(word[0].isupper() for word in big) >= 0.8 * len(big)


def starts_small(text: str) -> bool:
    first = text.lstrip("\"'“‘([")
    return first[:1].islower()


def is_short(text: str) -> bool:
    """A line that may be an item of a list."""
    return len(text) <= 120 and word_count(text) <= 18 and not is_prose(text)


def looks_like_title(text: str) -> bool:
    """May stand over an article. Sentences and lines of code may not."""
    if not 3 <= len(text) <= TITLE_CHARS or word_count(text) > 35 or not any(char.isalpha() for char in text):
        return False
    begins = text[0].isalnum() or (text[0] in "\"'“‘«(¿¡$&#" and not text.startswith(("#!", "# ", "##")))
    return begins and not text.endswith((",", ";", ":", "{", "}", ">", "\\"))


def looks_like_heading(text: str) -> bool:
    if is_prose(text) or len(text) > QUESTION_CHARS or not has_words(text):
        return False
    if is_question(text):
        return True
    if text.endswith((",", ";", ":", ".", "…")):
        return text.endswith(".") and text.isupper()
    if CONTACT_DATA.search(text) or (text[0] in "\"“'‘" and text[-1] in "\"”'’"):
        return False
    return _is_heading_statement(text)


def _is_heading_statement(text: str) -> bool:
    words = word_count(text)
    if len(text) > HEADING_CHARS:
        return False
    if text.endswith("!"):
        return is_title_case(text) and words <= HEADING_WORDS
    if starts_small(text):
        return words >= 3 and text.split()[0].casefold() in QUESTION_WORDS
    return words <= (TITLE_CASE_WORDS if is_title_case(text) else HEADING_WORDS)
