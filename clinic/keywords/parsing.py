"""Read lists of keywords, however they were written. Pure.

Phrases may stand between commas, semicolons, bars or line ends, in quotes of any kind, in bulleted or numbered lines,
or in a table of a keyword tool with a header. A number after a phrase is how many searches it has a month.
"""

import csv
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from clinic.text import drop_unwanted

from .matching import spelling_of

MAX_LENGTH = 100  # of a phrase, in characters
MAX_WORDS = 12
MAX_SEARCHES = 2_000_000_000

_DOUBLE_QUOTES = re.compile("[“”„‟«»″＂]|''|``")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_META = re.compile(r"""<meta\b[^>]*\bcontent\s*=\s*(["'])(.*?)\1[^>]*>""", re.I | re.S)
_LABEL = re.compile(
    r"^\W*(?:(?:meta|seo|focus|target|main|our|top|the|list of|primary|secondary|new)\s+)*"
    r"(?:key\s?words?|key\s?phrases?|search terms?|queries|tags?)(?:\s+(?:list|for [^:]{1,40}))?\s*[:=]\s*",
    re.I,
)
_BULLET = re.compile(
    r"^[\s>]*(?:(?:[-*•‣◦▪▫●○■□►▸✓✔➤→·–—+]+|\[[ xX✓]?\]|\(?\d{1,4}[.)\]:]|#\d{1,4}[.):]?|\(?[a-zA-Z][)]|[a-z]\.)"
    r"(?:\s+|(?=\")))+"
)
_INLINE_NUMBER = re.compile(r"(?:^|\s)\(?(\d{1,3})[.)]\s+")
_COUNT = r"(?P<count>\d{1,3}(?:[,.' ]\d{3})+|\d+(?:\.\d+)?)(?P<kilo>\s?[kKmM]\b)?"
_UNIT = (
    r"(?:\s*(?:monthly\s+searches|searches|search|avg|volume|vol\.?|hits|per\s+month|a\s+month|/\s?month|/\s?mon?\b|monthly|"
    r"pm|p\.\s?m\.)(?:\s*(?:per|a|/)\s*month|\s*/\s*mon?)?)?"
)
_RANGE = r"(?:\s?[–—-]\s?\d[\d.,]*\s?[kKmM]?)?"
_SEPARATOR = r"(?=\s*(?:$|[,;|\n\t\"]))"
_COUNT_IN_BRACKETS = _COUNT.replace("count", "count2").replace("kilo", "kilo2")
# "phrase – 2,400", "phrase: 2.4k searches", "phrase (90)", "phrase [90/mo]"
_SEARCHES = re.compile(
    rf"(?:\"?\s*(?:\s[–—-]+|[=:→]|\s>)\s*{_COUNT}{_RANGE}{_UNIT}"
    rf"|(?:\"\s*|\s+)[(\[]\s*(?:vol(?:ume)?\.?:?\s*|sv:?\s*)?{_COUNT_IN_BRACKETS}{_RANGE}"
    rf"{_UNIT}\s*[)\]])\"?{_SEPARATOR}",
    re.I | re.M,
)
_NUMBER_AT_END = re.compile(r"(?:,\s*|\t\s*|\s*\|\s*|;\s*)(?P<count>\d{1,3}(?:,\d{3})+)[ \t\"|]*$", re.M)
# Two columns of plain text, if all lines look like it. "botox 2026" is no count.
_ENDS_IN_NUMBER = re.compile(r"([^,;|\t\n]*[^\W\d][^,;|\t\n]*?)\s+(?!20\d\d\s*$)(\d{2,}|\d{1,3}(?:,\d{3})+)\s*")
_MARK = "\x1f"
_ITEM = re.compile(r'"([^"\n]*)"|[^",;|\n\t]+')
_ALONE = re.compile(rf"\"?\s*{_COUNT}{_RANGE}{_UNIT}\s*\"?", re.I)

_PHRASE_HEADERS = {
    *"keyword,keywords,query,queries,top queries,search term,search terms,search query,phrase,phrases".split(","),
    *"keyphrase,keyword phrase,search keyword,term,suggestion,keyword ideas,top query,keyword name".split(","),
}
_SEARCHES_HEADERS = re.compile(
    r"(?:avg\.?|average|global|us|local|est\.?|estimated)?\s*(?:monthly\s+)?"
    r"(?:search(?:es)?(?:\s+(?:volume|vol\.?|per month))?|(?:search\s+)?volume|vol\.?|sv|searches/mo(?:nth)?)"
    r"(?:\s*\(.*\))?",
    re.I,
)


@dataclass(frozen=True)
class ParsedKeyword:
    phrase: str
    monthly_searches: int | None = None

    @property
    def spelling(self) -> str:
        return spelling_of(self.phrase)


@dataclass(frozen=True)
class SkippedText:
    text: str
    reason: str  # "long": more than a search; "number": a number without a phrase; "empty": no letter in it


@dataclass
class ParsedList:
    """Hold the keywords in their order, each once, and what was left out."""

    keywords: list[ParsedKeyword] = field(default_factory=list)
    skipped: list[SkippedText] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


def decode_list(content: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 as keyword tools write it, or Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content[:400].count(b"\0") > len(content[:400]) // 4:
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def parse_keywords(text: str, *, may_be_html: bool = True) -> ParsedList:
    """Return the keywords of a list. Nothing is dropped in silence.

    Tags separate phrases, unless the text is known to be plain.
    """
    text = _clean(text, may_be_html)
    rows = _read_table(text)
    return _collect(_read_rows(rows) if rows else _read_lines(text))


def _clean(text: str, may_be_html: bool) -> str:
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n")
    text = drop_unwanted(re.sub("[\u2028\u2029\x0b\x0c\x85]", "\n", text))
    if may_be_html and _TAG.search(text):
        text = _META.sub(lambda match: f"\n{match[2]}\n", text)
        text = html.unescape(_TAG.sub("\n", text))
    elif may_be_html and re.search(r"&(?:amp|quot|#\d+|#x[0-9a-f]+|[lr][sd]quo|apos|nbsp);", text, re.I):
        text = _SPACES.sub(" ", html.unescape(text))
    return _DOUBLE_QUOTES.sub('"', text.replace(_MARK, " "))


# Tables of keyword tools


def _read_table(text: str) -> list[list[str]]:
    """Return the rows from the header on, or nothing if the text has no header."""
    lines = [line for line in text.split("\n") if line.strip() and not re.fullmatch(r"[\s|:+-]+", line)]
    for at, line in enumerate(lines[:12]):
        for delimiter in "\t,;|":
            header = _cells([line], delimiter)
            if header and _find_columns(header[0]) and _is_table(header[0], len(lines) - at):
                return [header[0], *_cells(lines[at + 1 :], delimiter)]
    return []


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    if delimiter == "|":
        lines = [line.strip().strip("|") for line in lines]
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []
    return [[cell.strip() for cell in row] for row in rows]


def _find_columns(header: list[str]) -> tuple[int, int | None] | None:
    names = [" ".join(name.casefold().strip(" \"'#").split()) for name in header]
    phrase = next((at for at, name in enumerate(names) if name in _PHRASE_HEADERS), None)
    if phrase is None:
        return None
    searches = (at for at, name in enumerate(names) if at != phrase and _SEARCHES_HEADERS.fullmatch(name))
    return phrase, next(searches, None)


def _is_table(header: list[str], lines: int) -> bool:
    """Return whether a line that names the phrase begins a table, rather than a list with that word in it."""
    return lines > 1 and all(len(name) < 60 for name in header)


def _read_rows(rows: list[list[str]]) -> Iterator[ParsedKeyword]:
    phrase_at, searches_at = _find_columns(rows[0]) or (0, None)
    for row in rows[1:]:
        if len(row) <= phrase_at or not row[phrase_at]:
            continue
        searches = _to_number(row[searches_at]) if searches_at is not None and len(row) > searches_at else None
        yield ParsedKeyword(_trim(row[phrase_at]), searches)


# Lists


def _read_lines(text: str) -> Iterator[ParsedKeyword]:
    if text.count('"') == 2 and re.fullmatch(r'\W*"[^"]*[,;][^"]*"\W*', text):
        text = text.replace('"', "")  # quotes around the whole list
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(map(_ENDS_IN_NUMBER.fullmatch, lines)):
        text = "\n".join(_ENDS_IN_NUMBER.sub(r"\1\t\2", line) for line in lines)
    for line in _unfold(text):
        cleaned = _LABEL.sub("", line)
        for piece in _split_numbered(cleaned):
            yield from _read_line(_BULLET.sub("", piece))


def _unfold(text: str) -> Iterator[str]:
    """Yield the lines. A quoted phrase may run over a line end when the list was wrapped."""
    lines = text.split("\n")
    held = ""
    for line in lines:
        joined = f"{held} {line.strip()}" if held else line
        is_open = joined.count('"') % 2 == 1 and joined.rstrip()[-1:] not in (",", ";", '"')
        is_wrapped = is_open and joined.count('"') > 1 and joined.rfind('"') < len(joined.rstrip()) - 1
        if is_wrapped and not held and len(lines) > 1:
            held = joined
            continue
        held = ""
        yield joined
    if held:
        yield held


def _split_numbered(line: str) -> list[str]:
    """Split "1. botox 2. fillers" at its numbers."""
    numbers = list(_INLINE_NUMBER.finditer(line))
    counts = [int(match[1]) for match in numbers]
    if len(counts) < 2 or counts[0] > 1 or line[: numbers[0].start()].strip():
        return [line]
    if any(after != before + 1 for before, after in pairwise(counts)):
        return [line]
    ends = [*(match.start() for match in numbers[1:]), len(line)]
    return [line[match.end() : end] for match, end in zip(numbers, ends, strict=True)]


def _read_line(line: str) -> Iterator[ParsedKeyword]:
    line = _NUMBER_AT_END.sub(_mark_searches, line)
    line = _SEARCHES.sub(_mark_searches, line)
    if line.count('"') % 2:
        line = line.replace('"', ",") if "," not in line and ";" not in line else line.replace('"', " ")
    line = re.sub(r"\s/\s|\s[•·●|]\s|(?<!\S)#(?=[^\W\d])", ",", line)
    held: ParsedKeyword | None = None
    for item in _items(line):
        phrase, searches = _unmark(item)
        if held and held.monthly_searches is None and (number := _alone(item)) is not None:
            held = replace(held, monthly_searches=number)
            continue
        if held:
            yield held
        held = ParsedKeyword(phrase, searches)
    if held:
        yield held


def _items(line: str) -> Iterator[str]:
    for match in _ITEM.finditer(line):
        text = match[1] if match[1] is not None else match[0]
        if text.startswith(_MARK) or text.strip():
            yield text


def _mark_searches(match: re.Match[str]) -> str:
    groups = match.groupdict()
    number = groups.get("count") or groups.get("count2") or ""
    kilo = (groups.get("kilo") or groups.get("kilo2") or "").strip()
    return f"{_MARK}{number.replace(',', '').replace(' ', '')}{kilo}{_MARK},"


def _unmark(item: str) -> tuple[str, int | None]:
    phrase, _mark, rest = item.partition(_MARK)
    number = rest.partition(_MARK)[0]
    return _trim(phrase), _to_number(number) if number else None


def _alone(item: str) -> int | None:
    """Return the number that stands alone in an item."""
    phrase, _mark, rest = item.partition(_MARK)
    text = rest.partition(_MARK)[0] if not phrase.strip() and rest else item
    match = _ALONE.fullmatch(text.strip())
    return _to_number(text) if match else None


def _to_number(text: str) -> int | None:
    """Return a count as a whole number: "2,400", "2.4k", and the lower end of "1K – 10K"."""
    match = re.match(rf"\s*[<>~≈]?\s*{_COUNT}", text)
    if not match:
        return None
    digits, kilo = match["count"], (match["kilo"] or "").strip().lower()
    if re.fullmatch(r"\d{1,3}(?:[,.' ]\d{3})+", digits):
        digits = re.sub(r"[,.' ]", "", digits)
    value = float(digits) * {"k": 1000, "m": 1_000_000}.get(kilo, 1)
    return round(value) if value <= MAX_SEARCHES else None


def _trim(phrase: str) -> str:
    """Return the phrase without what stood around it in the list."""
    phrase = " ".join(phrase.split()).strip(' ,;|"\t')
    if re.match(r"\[.*\]$", phrase) or (phrase.startswith("(") and phrase.endswith(")")):
        phrase = phrase[1:-1]
    if phrase.startswith("+"):  # the broad match of advertisements
        phrase = re.sub(r"(?<!\S)\+(?=\w)", "", phrase)
    phrase = phrase.strip(" ,;|.…'‘’`´[]*_\"{}").strip()
    opened, closed = phrase.count("("), phrase.count(")")
    if opened != closed:
        phrase = phrase.strip("() ")
    return re.sub(r"\s+(?:etc\.?|\.\.\.)$", "", phrase, flags=re.I)


def _collect(found: Iterable[ParsedKeyword]) -> ParsedList:
    result, seen = ParsedList(), {}
    for keyword in found:
        phrase = keyword.phrase
        spelling = spelling_of(phrase)
        if reason := _why_skipped(phrase):
            if phrase:
                result.skipped.append(SkippedText(phrase, reason))
        elif spelling in seen:
            result.repeated.append(phrase)
            at = seen[spelling]
            if result.keywords[at].monthly_searches is None:
                result.keywords[at] = replace(result.keywords[at], monthly_searches=keyword.monthly_searches)
        else:
            seen[spelling] = len(result.keywords)
            result.keywords.append(keyword)
    return result


def _why_skipped(phrase: str) -> str:
    if not any(character.isalnum() for character in phrase):
        return "empty"
    if not any(character.isalpha() for character in phrase):
        return "number"
    if len(phrase) > MAX_LENGTH or len(phrase.split()) > MAX_WORDS:
        return "long"
    return ""
