"""The line of search phrases that marketing put under an article."""

import re
from dataclasses import dataclass

from .furniture import recognise
from .reading import Line
from .wording import ends_sentence, is_prose, word_count

LABEL = re.compile(
    r"(?:(?:seo|meta|focus|main|target|related|primary|search)\s+)?(?:key[\s-]?(?:words?|phrases?)|(?:hash)?tags?)"
    r"(?:\s*\([^)]*\))?\s*(?:[:：=]|\s[–—-](?=\s)|(?=\s*[\"“”„«])|$)\s*(?P<rest>.*)",
    re.IGNORECASE,
)
ANY_QUOTE = re.compile("[\"“”„‟«»″]|''|``")
WELL_QUOTED = re.compile(r'[\s,;|.]*(?:"[^"]+"[\s,;|.]*)+')
BETWEEN_QUOTED = re.compile(r'"\s*[,;|]?\s*"|"\s*[,;|]\s*|\s*[,;|]\s*"')
SEPARATOR = re.compile(r"[,;|•·]|\s/\s")
HASHTAGS = re.compile(r"(?:#[\w-]+[\s,]*){2,}")
TRIM = " ,;|.#'‘’`\"•·"
# Longer ones are sentences, not phrases somebody searches for. The database takes 100 characters.
MAX_CHARS, MAX_WORDS, MAX_WORDS_IN_A_LIST, MAX_LINES = 100, 8, 15, 100


@dataclass(frozen=True)
class KeywordLines:
    start: int
    end: int
    names: tuple[str, ...]


def split_keywords(text: str) -> tuple[str, ...]:
    """The phrases of a list with straight, curly, mismatched or no quotes, between commas, semicolons or bars.

    A comma inside a well-quoted phrase belongs to it: "Botox in Irvine, CA".
    """
    quoted = ANY_QUOTE.sub('"', text)
    if HASHTAGS.fullmatch(quoted):
        parts = quoted.split("#")
    elif WELL_QUOTED.fullmatch(quoted) and quoted.count('"') > 2:
        parts = re.findall(r'"([^"]+)"', quoted)
    else:
        parts = [part for piece in BETWEEN_QUOTED.split(quoted) for part in SEPARATOR.split(piece)]
    return distinct(" ".join(part.split()).strip(TRIM) for part in parts)


def find_keywords(lines: list[Line], start: int, teasers: set[int]) -> list[KeywordLines]:
    """Every list of keywords below ``start``; one list may go over several lines."""
    found, index, foot = [], start, _foot(lines, teasers)
    while index < len(lines):
        here = None if index in teasers else _labelled(lines, index, teasers, foot) or _unlabelled(lines, index, foot)
        if here:
            found.append(here)
        index = here.end if here else index + 1
    return found


def distinct(names) -> tuple[str, ...]:
    """Each name once, whatever its capitals, as first written."""
    seen: dict[str, str] = {}
    for name in names:
        if name:
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


def _labelled(lines: list[Line], start: int, teasers: set[int], foot: int) -> KeywordLines | None:
    match = LABEL.fullmatch(lines[start].text)
    if not match:
        return None
    parts, end = [match["rest"]] if match["rest"] else [], start + 1
    while end < min(len(lines), start + MAX_LINES) and end not in teasers and _continues(parts, lines[end].text):
        parts.append(lines[end].text)
        end += 1
    run_on = any(part.endswith((",", ";", "|")) for part in parts)
    names = distinct(name for part in ([" ".join(parts)] if run_on else parts) for name in split_keywords(part))
    return KeywordLines(start, end, names) if _plausible(names, parts, last=end >= foot) else None


def _unlabelled(lines: list[Line], index: int, foot: int) -> KeywordLines | None:
    """A last line of nothing but quoted phrases, or of nothing but hashtags."""
    text = lines[index].text
    if index + 1 < foot or not (WELL_QUOTED.fullmatch(ANY_QUOTE.sub('"', text)) or HASHTAGS.fullmatch(text)):
        return None
    names = split_keywords(text)
    if len(names) < 3 or not _plausible(names, [text], last=True):
        return None
    return KeywordLines(index, index + 1, names)


def _foot(lines: list[Line], teasers: set[int]) -> int:
    """From here on nothing is the article's."""
    index = len(lines)
    while index and (
        index - 1 in teasers or recognise(lines[index - 1].text) or LABEL.fullmatch(lines[index - 1].text)
    ):
        index -= 1
    return index


def _continues(parts: list[str], text: str) -> bool:
    """The list goes on in this line: a separator stood at the end, or more phrases of the same kind follow."""
    if recognise(text) or LABEL.fullmatch(text) or (is_prose(text) and ends_sentence(text)):
        return False
    listed = bool(ANY_QUOTE.match(text)) or text.startswith((",", ";", "#"))
    if listed or (parts and parts[-1].endswith((",", ";", "|"))):
        return True
    if not parts:
        return SEPARATOR.search(text) is not None or (word_count(text) <= MAX_WORDS and not is_prose(text))
    return all(_is_one_phrase(part) for part in [*parts, text])


def _is_one_phrase(text: str) -> bool:
    return (
        word_count(text) <= 5 and not SEPARATOR.search(text) and not ANY_QUOTE.search(text) and not ends_sentence(text)
    )


def _plausible(names: tuple[str, ...], parts: list[str], last: bool) -> bool:
    """A list of phrases, and no sentence that begins with the word “Keywords”."""
    text = " ".join(parts)
    marked = len(ANY_QUOTE.findall(text)) >= 4 or HASHTAGS.fullmatch(text) is not None
    sentence = text.endswith((".", "!", "?"))
    words = MAX_WORDS_IN_A_LIST if marked or (len(names) >= 4 and not sentence) else MAX_WORDS
    if not names or any(len(name) > MAX_CHARS or word_count(name) > words for name in names):
        return False
    return marked or (last and len(names) >= 3 if sentence else last or len(names) >= 2)
