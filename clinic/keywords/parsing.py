"""Read lists of keywords, however they were written. Pure.

Phrases may stand between commas, semicolons, bars or line ends, in quotes of any kind, in bulleted or numbered lines,
or in a table of a keyword tool with a header. A number in a column of its own, after a dash, in brackets or with a
comma for thousands is how many searches a phrase has a month. Any other number is a part of the phrase: "spf 50".
"""

import csv
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from string import ascii_lowercase

from clinic.text import drop_unwanted

from .matching import spelling_of

MAX_LENGTH = 100  # of a phrase, in characters
MAX_SPELLING = 2 * MAX_LENGTH
MAX_WORDS = 12
MAX_SEARCHES = 2_000_000_000

_DOUBLE_QUOTES = re.compile("[“”„‟«»″＂]|''|``")
_COMMAS = str.maketrans("，、،；؛｜：", ",,,;;|:")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ROW = re.compile(r"<tr\b[^<>]*>(.*?)(?=</?tr\b|</?table\b|$)", re.I | re.S)
_CELL = re.compile(r"<t[dh]\b[^<>]*>", re.I)
_META = re.compile(r"""<meta\b[^<>]*\bcontent\s*=\s*(["'])(.*?)\1[^<>]*>""", re.I | re.S)
_DOTS = "-*•‣◦▪▫●○■□►▸✓✔✅☑➤➜→➡👉⭐★☆◆❖🔹🔸🔷🔶·–—"
_BULLET = re.compile(
    rf"^[\s>]*(?:(?:[{_DOTS}]+\ufe0f?(?=\w)|\d{{1,4}}[.)\]:](?=[^\W\d])"
    rf"|(?:[{_DOTS}>+~=]+\ufe0f?|\[[ xX✓]?\]|\(?\d{{1,4}}[.)\]:]|#\d{{1,4}}[.):]?|\(?[a-zA-Z][)]|[a-z]\.)"
    r"(?:\s+|(?=\"))))+|^>\s*"
)
# "1 - botox", "B. filler", "iii. laser", where the lines count up.
_MARKER = re.compile(r"\s*\(?(\d{1,4}|[a-zA-Z]|[ivxIVX]{1,5})(?:[.):]|\s[–—-])\s+(?=\S)")
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()
_INLINE_NUMBER = re.compile(r"(?:^|\s)\(?(\d{1,3})[.)]\s+")
_THOUSANDS = r"\d{1,3}(?:[,.']\d{3})+"
_COUNT = r"(?P<count>(?>\d{1,3}(?:[,.' ]\d{3})+|\d+(?:\.\d+)?))(?P<kilo>\s?[kKmM]\b)?\+?"
_UNIT = (
    r"(?:\s*(?:monthly\s+searches|searches|search|avg|volume|vol\.?|hits|per\s+month|a\s+month|/\s?month|/\s?mon?\b|monthly|"
    r"pm|p\.\s?m\.)(?:\s*(?:per|a|/)\s*month|\s*/\s*mon?)?)?"
)
_RANGE = r"(?:\s?[–—-]\s?\d[\d.,]*\s?[kKmM]?\+?)?"
_SEPARATOR = r"(?=\s*(?:$|[,;|\n\t\"]))"
_NO_YEAR = rf"(?!20[1-3]\d\s*[)\]]?{_SEPARATOR})"
_ABOUT = r"(?:[~≈<>]\s?)?"


def _count(number: int) -> str:
    """Return the pattern of a count. No two groups of a pattern may have the same name."""
    return _COUNT.replace("<count", f"<count{number}").replace("<kilo", f"<kilo{number}")


# A number after one space is a part of the phrase ("spf 50"), unless something says that it is a count.
_SEARCHES = re.compile(
    # "phrase – 2,400", "phrase: 2.4k searches", "phrase => 90", "phrase   90", "phrase ~90"
    rf"(?:\"?(?:\s*(?:\s[–—-]+>?|=>?|[:→]|\s>)\s*{_ABOUT}|\ {{2,}}{_ABOUT}|\ [~≈<]\s?)"
    rf"{_NO_YEAR}{_count(1)}{_RANGE}{_UNIT}"
    # "phrase (90)", "phrase [90/mo]"
    rf"|(?:\"\s*|\s+)[(\[]\s*(?:vol(?:ume)?\.?:?\s*|sv:?\s*)?{_ABOUT}{_NO_YEAR}{_count(2)}{_RANGE}{_UNIT}\s*[)\]]"
    # "phrase 2,400", also in a column
    rf"|(?:(?<=[^\s,;|])\ |\s?[\t|]\s?)(?={_THOUSANDS}\b){_count(3)}{_UNIT})\"?{_SEPARATOR}",
    re.I | re.M,
)
_NUMBER_AT_END = re.compile(r"(?:,\s*|\t\s*|\s*\|\s*|;\s*)(?P<count>\d{1,3}(?:,\d{3})+)[ \t\"|]*$", re.M)
_COUNT_FIRST = re.compile(
    rf"\s*(?:[(\[]\s*{_count(1)}\s*[)\]]|{_count(2)}\s*(?:[\t,;|:]|\s[–—-]+\s)|(?={_THOUSANDS}\s){_count(3)}\s)"
    r"\s*(?P<phrase>[^,;|\t]+)"
)
_THOUSANDS_FIRST = re.compile(rf"\s*{_THOUSANDS}\s")
_COUNT_BEFORE_WORD = re.compile(rf"\s*{_count(1)}\s+(?P<phrase>[^\W\d][^,;|\t]*)")
_MARK = "\x1f"
_COMMA = "\x1e"  # of a number within a phrase: "botox 1,000 units"
_COMMA_IN_PHRASE = re.compile(r"(?:(?<=\s)|^)\d{1,3}(?:,\d{3})+(?=\s+[^\W\d])")
_EDGES = " ,;|.…'‘’`´*_\"{}"
_ITEM = re.compile(r'(?:(?<=[,;])\s*(?:and|or|&)\s+)?(?:"([^"\n]*)"|([^",;|\n\t]+))', re.I)
_ALONE = re.compile(rf"\"?\s*{_ABOUT}{_COUNT}{_RANGE}{_UNIT}\s*\"?", re.I)
# "Our keywords for Botox: …", "Services: …". What a count follows is a phrase: "botox treatments: 90".
_LABEL = re.compile(
    r"^\W*(?:(?:meta|seo|focus|target|main|our|top|the|list of|primary|secondary|new)\s+)*"
    r"(?:(?:\w[\w'’-]*\s+){0,4}(?:key\s?words?|key\s?phrases?|search terms?|queries|tags?)"
    r"|treatments?|services?|procedures?|topics?|phrases)(?:\s+(?:list|for [^:]{1,40}))?(?:\s*\(\d+\))?"
    rf"[\s*_]*[:=](?!\s*{_ABOUT}{_COUNT}{_RANGE}{_UNIT}{_SEPARATOR})[\s*_]*",
    re.I,
)

_PHRASE_HEADER = re.compile(
    r"(?:(?:top|search|seed|target|related)\s)?(?:key\s?words?|key\s?phrases?|quer(?:y|ies)|terms?|phrases?)"
    r"(?:\s(?:ideas?|lists?|phrases?|names?|suggestions?))?|suggestions?"
)
_SEARCHES_HEADER = re.compile(
    r"(?:(?:avg\.?|average|global|us|local|est\.?|estimated|min\.?|max\.?|total|monthly)\s+)*"
    r"(?:search(?:es)?(?:\s+(?:volume|vol\.?|per month))?|(?:search\s+)?volume|vol\.?|sv|searches/mo(?:nth)?)"
    r"(?:\s*[(\[].*[)\]])?"
)
_WIDER = ("global", "max", "total")  # columns of searches that another one is better than
_DATE = r"(?:[a-z]{3,9}\.?\s\d{1,2},\s\d{4}|\d{1,2}\.?\s[a-z]{3,9}\.?\s\d{4}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})"
# What keyword tools write above a table.
_TITLE = re.compile(
    rf"\W*(?:keyword stats\b.*|{_DATE}(?:\s*(?:[–—-]|to)\s*{_DATE})?"
    r"|[^,;|\t]*\b(?:reports?|overview|export)(?:\s[\d\s/_.:–—-]+)?)\W*",
    re.I,
)
FIRST_LINES = 12  # further down, a header of a table has to name the searches too


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
    # "long": more than a search; "number": a number without a phrase; "empty": no letter in it; "above": a title
    # above a table
    reason: str


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
    lines = [line for line in _clean(text, may_be_html).split("\n") if line.strip()]
    rules = {line for line in lines if "--" in line and re.fullmatch(r"[\s|:+=-]+", line)}
    return _collect(_read([line for line in lines if line not in rules]))


def _read(lines: list[str]) -> Iterator[ParsedKeyword | SkippedText]:
    """Yield what stands above the first table, which may be a list, and each table."""
    headers = [*_find_headers(lines), (len(lines), "")]
    above = lines[: headers[0][0]]
    titles = dict.fromkeys(line for line in above if len(headers) > 1 and len(line) < 200 and _TITLE.fullmatch(line))
    yield from (SkippedText(" ".join(line.split()), "above") for line in titles)
    yield from _read_list([line for line in above if line not in titles])
    for (start, delimiter), (end, _delimiter) in pairwise(headers):
        yield from _read_table(lines[start:end], delimiter)


def _clean(text: str, may_be_html: bool) -> str:
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n")
    text = drop_unwanted(re.sub("[\u2028\u2029\x0b\x0c\x85]", "\n", text))
    if may_be_html and _TAG.search(text):
        text = _ROW.sub(_flatten_row, _META.sub(lambda match: f"\n{match[2]}\n", text))
        text = html.unescape(_TAG.sub("\n", text))
    elif may_be_html and re.search(r"&(?:amp|quot|#\d+|#x[0-9a-f]+|[lr][sd]quo|apos|nbsp);", text, re.I):
        text = _SPACES.sub(" ", html.unescape(text))
    return _DOUBLE_QUOTES.sub('"', text.replace(_MARK, " ").translate(_COMMAS))


def _flatten_row(match: re.Match[str]) -> str:
    """Return a row of a table in HTML as a line, with tabs between its cells."""
    cells = _CELL.split(match[1])[1:]
    return "\n" + "\t".join(" ".join(_TAG.sub(" ", cell).split()) for cell in cells) + "\n"


# Tables of keyword tools


def _find_headers(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the number of each line that is the header of a table, and what stands between its cells."""
    for at, line in enumerate(lines):
        for delimiter in "\t,;|":
            header = _cells(line, delimiter) if delimiter in line else []
            columns = _find_columns(header) if len(header) > 1 and all(len(name) < 60 for name in header) else None
            is_above_cells = at < FIRST_LINES and any(delimiter in line for line in lines[at + 1 : at + 2])
            if columns and (is_above_cells or columns[1] is not None):
                yield at, delimiter
                break


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "|":
        line = line.strip().strip("|")
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    except csv.Error:  # a cell longer than a list may be
        return [line.strip()]


def _name_of(cell: str) -> str:
    return " ".join(cell.casefold().strip(" \t\"'#*_:").split())


def _find_columns(header: list[str]) -> tuple[int, int | None] | None:
    names = [_name_of(cell) for cell in header]
    phrase = next((at for at, name in enumerate(names) if _PHRASE_HEADER.fullmatch(name)), None)
    if phrase is None:
        return None
    searches = [at for at, name in enumerate(names) if at != phrase and _SEARCHES_HEADER.fullmatch(name)]
    return phrase, min(searches, key=lambda at: names[at].startswith(_WIDER), default=None)


def _read_table(lines: list[str], delimiter: str) -> Iterator[ParsedKeyword]:
    header, *rows = _rows(lines, delimiter)
    phrase_at, searches_at = _find_columns(header) or (0, None)
    for row in rows:
        extra = max(0, len(row) - len(header))
        count_at = searches_at
        if searches_at is not None and searches_at > phrase_at and extra:
            if _ALONE.fullmatch(row[searches_at]):
                extra = 0  # the row is longer at its end
            count_at = searches_at + extra
        # The commas of the phrase may lack quotes. A row that ends before its phrase is one.
        cells = row[phrase_at : phrase_at + extra + 1] if len(row) > phrase_at else row
        searches = _to_number(row[count_at]) if count_at is not None and count_at < len(row) else None
        if phrase := _trim(", ".join(cells)):
            yield ParsedKeyword(phrase, searches)


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of each line. A quoted cell may run over a line end; any other single quote is a slip."""
    width, held = len(_cells(lines[0], delimiter)), ""
    for line in [*lines, ""]:
        is_odd = line.count('"') % 2 == 1
        if held:
            row = _cells(f"{held} {line}", delimiter)
            if is_odd and len(row) == width:
                held = ""
                yield row
                continue
            yield _fit(_cells(held.replace('"', ""), delimiter), width)
        held = line if is_odd else ""
        if line and not is_odd:
            yield _fit(_cells(line, delimiter), width)


def _fit(row: list[str], width: int) -> list[str]:
    """Return a row without what makes it too long: empty cells at its end, and the comma of "2,400"."""
    while len(row) > width and not row[-1]:
        row.pop()
    extra, fitted = len(row) - width, row[:1]
    for before, cell in pairwise(row):
        if extra > 0 and re.fullmatch(r"\d{1,3}", before) and re.fullmatch(r"\d{3}", cell):
            fitted[-1] += cell
            extra -= 1
        else:
            fitted.append(cell)
    return fitted


# Lists


def _read_list(lines: list[str]) -> Iterator[ParsedKeyword]:
    lines = [line for line in (_LABEL.sub("", line) for line in lines) if line.strip() and not _is_heading(line)]
    text = re.sub(" {2,}", "  ", "\n".join(_move_counts(_drop_markers(lines))))
    text = re.sub(" *\t[ \t]*", "\t", text)
    if text.count('"') == 2 and re.fullmatch(r'\W*"[^"]*[,;][^"]*"\W*', text):
        text = text.replace('"', "")  # quotes around the whole list
    for line in _unfold(text):
        for piece in _split_numbered(line):
            yield from _read_line(_BULLET.sub("", piece))


def _is_heading(line: str) -> bool:
    return bool(_PHRASE_HEADER.fullmatch(_name_of(line)))


def _drop_markers(lines: list[str]) -> list[str]:
    """Drop what counts the lines: 1, 2, 3, or A, B, C, or i, ii, iii."""
    matches = {at: match for at, line in enumerate(lines) if (match := _MARKER.match(line))}
    markers = [match[1].casefold() for match in matches.values()]
    numbers = list(map(str, range(1, len(markers) + 1)))
    if len(markers) < 2 or markers not in [known[: len(markers)] for known in (numbers, list(ascii_lowercase), _ROMAN)]:
        return lines
    return [line[matches[at].end() :] if at in matches else line for at, line in enumerate(lines)]


def _move_counts(lines: list[str]) -> list[str]:
    """Put the counts behind the phrases, if all lines have them in front."""
    # A number after which only a space follows is a count where another line has one with a comma for thousands.
    has_thousands = any(map(_THOUSANDS_FIRST.match, lines))
    found = [_COUNT_FIRST.fullmatch(line) or (has_thousands and _COUNT_BEFORE_WORD.fullmatch(line)) for line in lines]
    matches = [match for match in found if match and not _why_skipped(match["phrase"])]
    counts = [_read_count(match) for match in matches]
    numbers = [number for number, _kilo in counts]
    if len(lines) < 2 or len(matches) < len(lines) or all(re.fullmatch(r"20[1-3]\d", number) for number in numbers):
        return lines
    is_counting = numbers == list(map(str, range(1, len(numbers) + 1)))
    return [
        match["phrase"] if is_counting else f"{match['phrase']}\t{number}{kilo}"
        for match, (number, kilo) in zip(matches, counts, strict=True)
    ]


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
    line = _COMMA_IN_PHRASE.sub(lambda match: match[0].replace(",", _COMMA), line)
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
        text = match[1] if match[1] is not None else match[2]
        if text.startswith(_MARK) or text.strip():
            yield text


def _read_count(match: re.Match[str]) -> tuple[str, str]:
    """Return the number of whichever count the pattern found, and its "k" or "m"."""
    groups = {name.rstrip("123"): value for name, value in match.groupdict().items() if value}
    return groups["count"], groups.get("kilo", "").strip()


def _mark_searches(match: re.Match[str]) -> str:
    number, kilo = _read_count(match)
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
    phrase = " ".join(phrase.replace(_COMMA, ",").split()).strip(_EDGES)
    if re.fullmatch(r"\[[^][]*\]|\([^()]*\)", phrase):
        phrase = phrase[1:-1]
    if phrase.startswith("+"):  # the broad match of advertisements
        phrase = re.sub(r"(?<!\S)\+(?=\w)", "", phrase)
    phrase = phrase.strip(_EDGES)
    for opening, closing in ("()", "[]"):
        if phrase.count(opening) != phrase.count(closing):
            phrase = phrase.strip(f"{opening}{closing}{_EDGES}")
    if phrase.count('"') % 2:  # its pair stood at an edge
        phrase = phrase.replace('"', "")
    return re.sub(r"(?:^|\s+)(?:and )?etc$", "", phrase, flags=re.I)


def _collect(found: Iterable[ParsedKeyword | SkippedText]) -> ParsedList:
    result = ParsedList()
    seen: dict[str, int] = {}
    for keyword in found:
        if isinstance(keyword, SkippedText):
            result.skipped.append(keyword)
            continue
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
    # A single character may stand for many in the spelling.
    is_long = len(phrase) > MAX_LENGTH or len(spelling_of(phrase)) > MAX_SPELLING
    if is_long or len(phrase.split()) > MAX_WORDS:
        return "long"
    return ""
