"""Read an article of the old site, saved as plain text. No Django here.

The result is plain values.
Every line gets a kind, one letter, and regular expressions over these letters find the parts of a page:
T short line, P running text, R same words as the line above, C name of a category, D small print with a date,
N other small print, Q search keywords; page furniture: A headline of a contact block, K contact data or hours,
L headline of links, M "Read more", F anything else, W a single word of a menu or form.
Every line has one place: a field, the body, or left out with a reason. What no rule reads stays in the body.
"""

import codecs
import datetime
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from itertools import groupby, takewhile
from pathlib import Path
from textwrap import shorten
from typing import Literal

from clinic.text import drop_unwanted

MAX_BYTES = 1024 * 1024
SUMMARY_CHARS, SLUG_CHARS, KEYWORD_CHARS = 155, 240, 100
TOP_LINES = 60
# With more lines of text than this below it, page furniture is inside the article.
MAX_STRAY_LINES = 3

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x80-\x84\x86-\x9f]")
GLYPHS = "•●▪■◦‣⁃∙·○□✓✔✅➤►▶→»\uf0b7\uf0a7§"
BARE_MARK = re.compile(rf"[{GLYPHS}*+–—-]|[(\[]?\d{{1,2}}[.)\]]")
MARK = re.compile(
    r"(?:[(\[]?(?P<number>\d{1,2})\s?[.)\]](?!\d)"
    rf"|[{GLYPHS}]|[-–—*+o](?=\s)|[-–—](?=[^\W\d_]|[\"“])|\*(?=[A-Z]))\s*(?P<text>.*\w.*)"
)
# Cells of a table: between bars, behind a tab or wide space, or without a space behind each comma.
COLUMNS = re.compile(r"\S(?:\s*\t\s*|(?P<spaces>[ \u00a0]{3,}))\S")
BARS = re.compile(r"[|¦\u2500-\u257f]")
COMMAS = re.compile(r"[^,;]+(?:[,;](?!\s|\d{3}\b)[^,;]+){2,}")
MARKUP = re.compile(r"<[/!a-z]|[{}\[\]\\`\ufffd]|\*\*|__|^#{1,6}\s|^>|&#?\w+;|={3,}|â€|Ã[\x80-\xbf]", re.IGNORECASE)
UNREAD = "\t"  # in front of a line that no rule may read; lines themselves have no tab
SENTENCE_END = re.compile(
    r"""(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bvs)(?<![ap]\.m)(?<!e\.g)(?<!i\.e)"""
    r"""([.!?…])["'”’)\]]*(?=\s+["'“‘(]?[A-Z0-9])"""
)
SMALL_WORDS = frozenset("a an and as at but by for from if in is of on or our the to up vs with your".split())
QUESTION_WORDS = frozenset("how what when where which who whom whose why".split())
# A line that ends in one of these words introduces a list.
UNFINISHED = frozenset("are is include includes including to for of with as be by and the or than".split())

# Each pattern of small print reads one piece of a line, from where the piece before it ended.
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
NTH = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = (
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?(?P<value>{MONTH}\s+{NTH}\s*,?\s+\d{{4}}"
    rf"|{NTH}[\s-]+(?:of\s+)?{MONTH}[\s,-]+\d{{4}}|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d\d))"
    r"(?:(?:T|,?\s+(?:at\s+)?)\d{1,2}:\d{2}[:\d]*\s*(?:Z|[ap]\.?m\.?)?)?(?![\w/])"
)
NAME = r"(?P<value>(?-i:[A-Z])[^|·•!?]{1,60}?)(?=\s*(?:[|·•]|\s[–—-]\s|,?\s(?:by|in|on)\s|$))"
CATEGORY = r"(?:blog )?categor(?:y|ies)\s*[:=–—-]|(?:posted|published|filed) (?:in|under)\s*:?|(?<=[\w,] )in"
SMALL_PRINT = {
    field: re.compile(rf"(?:{pattern})[\s|·•,;–—-]*", re.IGNORECASE)
    for field, pattern in {
        "updated": rf"(?:last )?(?:updated|modified|edited|reviewed)(?: on)?\s*:?\s*{DATE}",
        "date": rf"(?:(?:first )?(?:posted|published|written|created|date)(?: on)?\s*:?\s*|on )?{DATE}",
        "category": rf"(?:{CATEGORY})\s*{NAME}",
        "author": rf"(?:(?:(?:written|posted|published|reviewed) )?by\s*:?|author\s*:)\s+{NAME}",
        "count": r"(?P<value>(?:\d+|no)[\s-]*(?:min(?:ute)?s?\.?(?: read)?|views?|likes?|shares?))(?!\w)",
        # A bar sets this name off.
        "category without a label": r"(?<![\w,.:] )(?P<value>(?-i:[A-Z])[\w&,' -]{2,40}?)(?=\s*(?:[|·•]|$))",
    }.items()
}
DATE_FIELDS = {"date", "updated", "not a day of the calendar"}
DATE_FORMATS = ("%b %d %Y", "%d %b %Y", "%Y %m %d", "%m %d %Y", "%m %d %y")
CATEGORIES = set(
    "skin care|skincare|laser treatment|laser treatments|hair removal|laser hair removal|botox|fillers|lip fillers|acne"
    "|injectables|facials|body contouring|microneedling|chemical peels|med spa|beauty|wellness|news".split("|")
)
KEYWORDS_LABEL = re.compile(
    r"(?:(?:seo|meta|focus|main|search)\s+)?(?:key[\s-]?(?:words?|phrases?)|tags?)"
    r"(?:\s*[:=]|\s+[–—-](?=\s)|(?=\s*[\"“”„«])|$)\s*(?P<rest>.*)",
    re.IGNORECASE,
)
QUOTE = re.compile("[\"“”„‟«»″]|''|``")
ALL_QUOTED = re.compile(r'[\s,;|.]*(?:"[^"]+"[\s,;|.]*)+')

# Page furniture: only whole lines count, and none of them ends like a sentence unless the pattern does.

SITE_NAME = r"oc beauty med ?spa"
DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\.?|week(?:day|end)s?|daily|holidays?)"
TIME = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?|noon)"
TO = r"\s*(?:-|–|—|to|until|and|&|,)\s*"
STREET = r"(?:Street|St|Avenue|Ave|Boulevard|Blvd|Road|Rd|Drive|Dr|Lane|Ln|Highway|Hwy|Parkway|Pkwy|Way|Court|Plaza)"
POSTS = r"(?:blog )?(?:posts?|articles?|stor(?:y|ies))"
NETWORK = r"(?:facebook|twitter|instagram|pinterest|linkedin|youtube|tiktok|yelp|whatsapp|e-?mail)"
NAMES = {"DAY": DAY, "TIME": TIME, "TO": TO, "STREET": STREET, "POSTS": POSTS, "NETWORK": NETWORK, "SITE": SITE_NAME}
# Each line of the file: kind, reason, pattern.
FURNITURE_RULES = Path(__file__).with_name("legacy_furniture.txt").read_text(encoding="utf-8")
FURNITURE = [
    (kind, reason.strip(), re.compile(re.sub("|".join(NAMES), lambda name: NAMES[name[0]], pattern), re.IGNORECASE))
    for kind, reason, pattern in (rule.split(" | ", 2) for rule in FURNITURE_RULES.strip().splitlines())
]

# Shapes of a page

HEAD = re.compile(r"(?:[DNFR]|[WC](?!P))*")
# Two of three: the title twice, a date, "Read more".
TEASER_SHAPE = r"C?(?:[TPC]R[CD]*[TP]{0,3}M|[TPC]RC?D[CD]*(?:[TP](?![RCD]))?|TC?D[CD]*[TP]{0,3}M|DC?TR?[TP]{0,3}M)"
PIECE = re.compile(
    rf"(?P<teaser>{TEASER_SHAPE})|(?P<contact>A[TP]{{1,2}}K)|(?P<links>L(?:(?!{TEASER_SHAPE})[TCD])*)"
    r"|(?P<line>[AKFWM])|(?P<text>.)"
)


class NotAnArticleError(ValueError):
    """Say, to the person who runs the import, why a text is not an article."""


@dataclass
class Line:
    """Hold one line that has words.

    ``number`` is its number in the file, ``gap`` how many blank lines are above it.
    """

    number: int
    text: str
    gap: int
    is_row: bool = False
    kind: str = "T"
    place: Literal["title", "date", "category", "author", "keywords", "body", "left out"] = "body"
    reason: str = ""

    def leave_out(self, reason: str) -> None:
        self.place, self.reason = "left out", reason


@dataclass(frozen=True)
class Block:
    tag: Literal["h2", "p", "ul", "ol"]
    texts: tuple[str, ...]

    @property
    def html(self) -> str:
        texts = [escape(text, quote=False) for text in self.texts]
        inner = "".join(f"<li>{text}</li>" for text in texts) if self.tag in ("ul", "ol") else texts[0]
        return f"<{self.tag}>{inner}</{self.tag}>"


@dataclass
class LegacyArticle:
    title: str
    lines: list[Line]
    date: datetime.date | None = None
    author: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def left_out(self) -> list[Line]:
        return [line for line in self.lines if line.place == "left out"]

    @property
    def to_check(self) -> list[Line]:
        """Return the lines of the article about which a rule was in doubt."""
        return [line for line in self.lines if line.reason and line.place != "left out"]

    @property
    def html(self) -> str:
        return "".join(block.html for block in self.blocks)

    @property
    def slug(self) -> str:
        """Return the old address.

        The old site wrote a hyphen for every mark: "don-ts" for "Don'ts".
        """
        words = unicodedata.normalize("NFKD", re.sub(r"[^\w\s-]+", "-", self.title))
        slug = re.sub(r"[-\s]+", "-", words.encode("ascii", "ignore").decode().lower())
        return slug[:SLUG_CHARS].strip("-_") or f"article-{self.key[:8]}"

    @property
    def key(self) -> str:
        """Return a hash of title and body.

        It stays the same among other teasers or under another date.
        """
        body = [line.text for line in self.lines if line.place == "body"]
        return sha256(" ".join([self.title, *body]).casefold().encode()).hexdigest()

    @property
    def description(self) -> str:
        """Return the first sentences, at most ``SUMMARY_CHARS`` characters."""
        return first_sentences(next((block.texts[0] for block in self.blocks if block.tag == "p"), ""), SUMMARY_CHARS)


def decode(data: bytes) -> str:
    """Return the text of a file.

    It may be in UTF-8, UTF-16 with its mark, or Windows-1252.
    """
    if len(data) > MAX_BYTES:
        raise NotAnArticleError(f"the file is larger than {MAX_BYTES // 1024} KiB; an article is a few pages of text")
    if not data.strip():
        raise NotAnArticleError("the file is empty")
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not is_utf16 and CONTROL.search(data.decode("latin-1")):
        raise NotAnArticleError("the file is binary, not plain text")
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(char.isalpha() for char in text):
            raise NotAnArticleError("the file has no words in it")
        return text
    raise NotAnArticleError("the file is neither UTF-8 nor Windows-1252 text")


def parse(text: str) -> LegacyArticle:
    """Read an article of the old site.

    Raise NotAnArticleError if the text is not one.
    """
    beginning = text.lstrip("\ufeff \t\r\n")[:5].casefold()
    if beginning.startswith(("<", "{\\rtf")):
        name = "an HTML page" if beginning[0] == "<" else "rich text"
        raise NotAnArticleError(f"this is {name}; save it as plain text first")
    lines, wordless = _read_lines(text)
    if not lines:
        raise NotAnArticleError("the file is empty")
    _set_kinds(lines)
    titles = _find_titles(lines)
    start = _place_head(lines, titles)
    article = LegacyArticle(title=[line.text for line in lines if line.place == "title"][-1], lines=lines)
    article.keywords = _place_keywords(lines, start)
    _place_foot(lines, start)
    _place_small_print(article)
    _report_unread(lines)
    article.blocks = _read_blocks(lines)
    _refuse_without_text(article, twice=len(titles) > 1)
    article.lines = sorted([*lines, *wordless], key=lambda line: line.number)
    return article


def _read_lines(text: str) -> tuple[list[Line], list[Line]]:
    """Return the lines with words, and others to report. Remove invisible characters.

    A bullet alone joins the line below it. One mark that repeats, such as "---", only separates.
    """
    lines: list[Line] = []
    wordless: list[Line] = []
    gap, mark = 1, ""
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        for part in raw.splitlines() or [""]:  # a soft break from a word processor
            words = INVISIBLE.sub("", unicodedata.normalize("NFC", part))
            raw_words = drop_unwanted(CONTROL.sub(" ", words)).strip()
            words = " ".join(raw_words.split())
            if BARE_MARK.fullmatch(words) and not mark:
                mark = words
            elif words and any(char.isalnum() for char in mark + words):
                lines.append(Line(number, f"{mark} {words}".strip(), gap, is_row=_has_columns(raw_words)))
                gap, mark = 0, ""
            else:
                gap += 1
                if len(set(words) - {" "}) > 1:
                    wordless.append(Line(number, words, gap, place="left out", reason="not understood, no words"))
    if mark.strip("([.])").isdigit():
        lines.append(Line(number, mark, gap))
    return lines, wordless


def _has_columns(text: str) -> bool:
    """Return whether tabs or wide spaces divide a line. Neither counts behind the mark of a list."""
    match = COLUMNS.search(_without_mark(text))
    return match is not None and not (match["spaces"] and is_prose(text))


def _without_mark(text: str) -> str:
    match = MARK.fullmatch(text)
    return match["text"] if match else text


def _set_kinds(lines: list[Line]) -> None:
    listed = False
    for line, above in zip(lines, [None, *lines], strict=False):
        line.kind, line.reason = _kind(line.text)
        # A sentence that comes twice is text, not the title of a teaser.
        if above and line.kind in "TPC" and not line.text.endswith("."):
            line.kind = "R" if _title_key(line.text) == _title_key(above.text) else line.kind
        if listed and line.kind in "KWC":  # "Our hours are:" in an article has a list below it
            line.kind, line.reason = "T", ""
        else:
            listed = line.kind in "TP" and line.text.endswith(":")


def _kind(text: str) -> tuple[str, str]:
    bare = text.strip(" :!,|<>«»‹›←→").replace("’", "'") if len(text) <= 400 else ""
    for kind, reason, pattern in FURNITURE:
        if pattern.fullmatch(bare):
            return kind, reason
    if pieces := read_small_print(text):
        return ("D" if DATE_FIELDS & dict(pieces).keys() else "N"), ""
    if text.casefold() in CATEGORIES:
        return "C", ""
    return ("P" if is_prose(text) else "T"), ""


def _title_key(text: str) -> str:
    """Return the words in lower case, without the name of the site.

    Browsers add that name to a title.
    """
    words = re.sub(rf"\s*[|·–—-]\s*{SITE_NAME}$", "", text.casefold())
    return " ".join(re.findall(r"\w+", words)) or text


# Top of the page


def _find_titles(lines: list[Line]) -> list[int]:
    """Return the indexes of the title.

    It is the first line that comes twice, or else the first that may be a title.
    """
    seen: dict[str, int] = {}
    for index, line in enumerate(lines[:TOP_LINES]):
        key = _title_key(line.text)
        if key in seen:
            return [seen[key], index]
        if line.kind == "P" and all(_title_key(other.text) != key for other in lines[index + 1 : index + 4]):
            break
        if line.kind in "TPC" and _may_be_title(line.text):
            seen[key] = index
    top = [index for index, line in enumerate(lines[:TOP_LINES]) if line.kind in "TP"]
    if top and lines[top[0]].kind == "T" and _may_be_title(lines[top[0]].text):
        return top[:1]
    raise NotAnArticleError("no title was found: an article begins with its title on a line of its own")


def _may_be_title(text: str) -> bool:
    if not 3 <= len(text) <= 200 or "." in SENTENCE_END.findall(text):
        return False
    begins = text[0].isalnum() or (text[0] in "\"'“‘«(¿¡$&#" and not re.match(r"#[!# ]", text))
    return begins and not text.endswith((",", ";", ":", "{", "}", ">", "\\"))


def _place_head(lines: list[Line], titles: list[int]) -> int:
    """Place the lines above the text, and return where the text begins.

    They end with the small print under the title.
    """
    end = HEAD.match("".join(line.kind for line in lines), titles[-1] + 1).end()
    for line in lines[:end]:
        if _title_key(line.text) == _title_key(lines[titles[-1]].text):
            line.place = "title"
        elif line.kind == "C":
            line.place = "category"
        elif line.kind not in "DN":
            line.leave_out(line.reason or "not understood, above the text")
    return end


# Keywords


def split_keywords(text: str) -> tuple[str, ...]:
    """Return the phrases of a list, each once.

    Quotes of any kind, commas, semicolons, bars or hashes separate them. A comma inside a phrase with both quotes
    belongs to it: "Botox in Irvine, CA".
    """
    quoted = QUOTE.sub('"', text)
    if ALL_QUOTED.fullmatch(quoted) and quoted.count('"') > 2:
        phrases = re.findall(r'"([^"]+)"', quoted)
    else:
        phrases = re.split(r'[",;|•·#]|\s/\s', quoted)
    return _distinct(" ".join(phrase.split()).strip(" ,;|.'‘’`") for phrase in phrases)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, whatever its capitals, as first written."""
    seen: dict[str, str] = {}
    for name in filter(None, names):
        seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


def _place_keywords(lines: list[Line], start: int) -> tuple[str, ...]:
    names: list[str] = []
    for index in range(start, len(lines)):
        label = KEYWORDS_LABEL.fullmatch(lines[index].text)
        if not label or lines[index].place != "body":
            continue
        parts, end = [label["rest"]], index + 1
        while end < len(lines) and _continues_keywords(parts, lines[end]):
            if [line.kind for line in lines[end + 1 : end + 2]] == ["R"]:
                break  # the title of a teaser
            parts.append(lines[end].text)
            end += 1
        text = (" " if label["rest"] else ", ").join(parts)
        found = split_keywords(text)
        if not found or not _are_keywords(found, text):
            continue
        names += found
        for line in lines[index:end]:
            line.kind, line.place, line.reason = "Q", "keywords", ""
    return _distinct(names)


def _continues_keywords(parts: list[str], line: Line) -> bool:
    if line.kind not in "TPC" or (ends_sentence(line.text) and not QUOTE.search(line.text)):
        return False
    is_open = parts[-1].endswith((",", ";", "|")) or bool(QUOTE.match(line.text))
    if not parts[0]:  # the label stands alone
        return is_open or len(parts) == 1 or line.gap == 0
    return is_open or (line.gap == 0 and re.search(r"[,;|]", line.text) is not None)


def _are_keywords(names: tuple[str, ...], text: str) -> bool:
    """Return whether the names are a list of phrases.

    They may also be a sentence that begins with the word "Keywords".
    """
    quoted = len(QUOTE.findall(text)) > 1
    most_words = 15 if quoted else 4 if ends_sentence(text) else 8
    return all(len(name) <= KEYWORD_CHARS and word_count(name) <= most_words for name in names)


# Foot of the page and small print


def _place_foot(lines: list[Line], start: int) -> None:
    """Leave out every teaser, and the foot of the page.

    The foot is at least two lines of furniture, and what follows them. Up to three lines of text may stand in between.
    Running text among them stays in the body, with a remark.
    """
    kinds = "".join(line.kind for line in lines)
    pieces = groupby(PIECE.finditer(kinds, start), key=lambda piece: piece.lastgroup == "text")
    runs = [(is_text, [*run]) for is_text, run in pieces]
    foot = _find_foot(kinds, runs)
    for is_text, run in runs:
        if is_text and run[0].start() > foot:
            _place_stray(lines, run[0].start(), run[-1].end())
        for piece in () if is_text else run:
            for line in lines[piece.start() : piece.end()]:
                if piece.lastgroup == "teaser":
                    line.leave_out("teaser of another post")
                elif piece.start() >= foot:
                    line.leave_out(line.reason or lines[piece.start()].reason)
                else:
                    line.reason = ""


def _find_foot(kinds: str, runs: list[tuple[bool, list[re.Match]]]) -> int:
    foot = len(kinds)
    for is_text, run in runs:
        first, last = run[0].start(), run[-1].end()
        if is_text:
            foot = len(kinds) if len(re.sub("[QDN]", "", kinds[first:last])) > MAX_STRAY_LINES else foot
        elif kinds[first:last].strip("WM") and (last - first > 1 or last == len(kinds)):
            foot = min(foot, first)
    return foot


def _place_stray(lines: list[Line], start: int, end: int) -> None:
    """Place text below the top of the foot.

    Between two headlines of contact blocks it belongs to the first.
    """
    in_contact = [line.kind for line in (lines[start - 1], *lines[end : end + 1])] == ["A", "A"]
    strays = [line for line in lines[start:end] if line.kind not in "QDN"]
    is_text = any(line.kind == "P" and (SENTENCE_END.search(line.text) or len(line.text) > 100) for line in strays)
    for line in strays:
        if is_text and not in_contact:
            line.reason = "kept, but it stands among page furniture"
        else:
            line.leave_out("contact block" if in_contact else "not understood, among page furniture")


def read_small_print(text: str) -> list[tuple[str, str]]:
    """Return field and words of each piece of a line.

    Return nothing if a piece of it is not small print.
    """
    found: list[tuple[str, str]] = []
    position = 0
    if len(text) > 200 or (text.endswith((".", "!", "?")) and not text.endswith("m.")):
        return []
    while position < len(text):
        matches = ((field, pattern.match(text, position)) for field, pattern in SMALL_PRINT.items())
        field, match = next(((field, match) for field, match in matches if match), ("", None))
        if not match:
            return []
        if field in ("date", "updated") and not read_date(match["value"]):
            field = "not a day of the calendar"
        found.append((field, match["value"]))
        position = match.end()
    return found if any(field != "category without a label" for field, _value in found) else []


def read_date(words: str) -> datetime.date | None:
    """Return the day, or None if there is no such day."""
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)|\bof\b|[.,/-]", " ", words.casefold())
    plain = " ".join(re.sub(r"([a-z]{3})[a-z]*", r"\1", plain).split())
    for form in DATE_FORMATS:
        try:
            return datetime.datetime.strptime(plain, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _place_small_print(article: LegacyArticle) -> None:
    """Fill date, author and categories.

    The day of an update counts only where there is no other date.
    """
    lines = [line for line in article.lines if line.place == "body" and line.kind in "DN"]
    small_print = [(line, read_small_print(line.text)) for line in lines]
    pieces = [(field, value, line) for line, found in small_print for field, value in found]
    names = [line.text for line in article.lines if line.place == "category"]
    names += [name for field, value, _line in pieces if "category" in field for name in re.split("[,;/]", value)]
    article.categories = _distinct(map(str.strip, names))
    article.author = next((value for field, value, _line in pieces if field == "author"), "")
    dates = sorted((piece for piece in pieces if piece[0] in ("date", "updated")), key=lambda piece: piece[0])
    _field, words, date_line = dates[0] if dates else ("", "", None)
    article.date = read_date(words)
    for line, found in small_print:
        if line is date_line and len(found) == 1:
            line.place = "date"
        elif found == [("author", article.author)] or [field for field, _value in found] == ["category"]:
            line.place = found[0][0]
        else:
            line.leave_out("small print: " + ", ".join(field for field, _value in found))


# Body


def _report_unread(lines: list[Line]) -> None:
    """Give a reason to each line of the body that is a table's or has markup.

    Markup inside a sentence is text: it may be what the sentence is about.
    """
    for line in lines:
        if line.place != "body" or line.reason:
            continue
        if line.is_row or BARS.search(line.text) or (COMMAS.fullmatch(line.text) and not is_prose(line.text)):
            line.is_row, line.reason = True, "not understood, a row of a table"
        elif (MARKUP.match if is_prose(line.text) else MARKUP.search)(_without_mark(line.text)):
            line.reason = "not understood, markup"


def word_count(text: str) -> int:
    return len(re.findall(r"\w+", text))


def is_question(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith("?")


def ends_sentence(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith((".", "!", "…"))


def is_prose(text: str) -> bool:
    """Return whether a line is running text.

    That is a full sentence, several of them, or a long line.
    """
    marks = SENTENCE_END.findall(text)
    if len(text) > 140:
        return True
    if is_question(text):
        return any(mark != "?" for mark in marks) or (bool(marks) and len(text) > 100)
    if ends_sentence(text):
        return word_count(text) >= 5 or bool(marks)
    return word_count(text) > 12 and bool(marks)


def is_title_case(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_][\w'’]*", text) if word.casefold() not in SMALL_WORDS]
    return bool(words) and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def starts_small(text: str) -> bool:
    return text.lstrip("\"'“‘([")[:1].islower()


def first_sentences(text: str, limit: int) -> str:
    """Return as many whole sentences as fit into ``limit``.

    Cut a longer first sentence behind a word.
    """
    if len(text) <= limit:
        return text
    ends = [match.end() for match in SENTENCE_END.finditer(text) if match.end() <= limit]
    return text[: ends[-1]] if ends else shorten(text, limit, placeholder="…")


def is_heading(text: str, *, over_prose: bool) -> bool:
    words, first = word_count(text), text.casefold().split()[0]
    if is_prose(text) or len(text) > 100 + 50 * is_question(text):
        return False
    if not re.search(r"[^\W\d_]", text) or re.search(r"[$€£]\s?\d[\d.,]*$|\w\.(?:jpe?g|png|gif|webp|pdf)$", text, re.I):
        return False
    if is_question(text):
        return True
    if text.endswith(":"):
        return over_prose and words <= 3
    if text.endswith((".", "!")):
        return text.isupper() or (text.endswith("!") and is_title_case(text))
    if text.endswith((",", ";", "…")) or re.search(r"@|https?:|\d{3}[-. ]\d{4}|\d\s?[ap]m\b", text) or text[0] in '"“‘':
        return False
    if first not in QUESTION_WORDS and (starts_small(text) or text.casefold().split()[-1] in UNFINISHED):
        return False
    return words <= (16 if is_title_case(text) else 12) and not (starts_small(text) and words < 3)


def _read_blocks(lines: list[Line]) -> tuple[Block, ...]:
    """Read the body. The first rule that applies takes one or more lines."""
    texts = _without_lone_marks(_unwrapped(lines))
    blocks: list[Block] = []
    index = 0
    while index < len(texts):
        found, count = next(filter(None, (rule(texts, index) for rule in BODY_RULES)))
        blocks += found
        index += count
    return tuple(blocks)


Taken = tuple[list[Block], int]  # what a rule made, and of how many lines


def _unwrapped(lines: list[Line]) -> list[str]:
    """Return the lines of the body, with broken paragraphs joined.

    A line that is not understood begins with ``UNREAD``, unless it is marked or goes on a paragraph.
    """
    width = max((len(line.text) for line in lines if line.place == "body"), default=0)
    texts: list[str] = []
    last = ""
    for line, above in zip(lines, [None, *lines], strict=False):
        if line.place != "body":
            continue
        adjoins = above is not None and above.place == "body" and not line.gap and 60 <= width <= 120
        full = len(last) + 1 + len(line.text.split()[0]) > width
        goes_on = len(last) >= 50 and starts_small(line.text) and not ends_sentence(last) and not last.endswith(":")
        is_marked = MARK.fullmatch(line.text) is not None
        is_unread = line.reason.startswith("not understood") and not is_marked
        if adjoins and (full or goes_on) and not is_question(last) and not is_marked and not line.is_row:
            texts[-1] += f" {line.text}"
        else:
            texts.append(f"{UNREAD}{line.text}" if is_unread else line.text)
        last = "" if line.is_row else line.text
    return texts


def _without_lone_marks(texts: list[str]) -> list[str]:
    """Remove the marks of headings: dashes, or "1." before every one of them.

    A real count stays.
    """
    marks = [MARK.fullmatch(text) for text in texts]
    numbers = [match["number"] for match in marks if match and match["number"]]
    uncounted = len(numbers) > 1 and set(numbers) == {"1"}
    bulleted = sum(match is not None for match in marks) - len(numbers) > 1
    shown = []
    for text, match, below, above in zip(texts, marks, [*texts[1:], ""], [None, *marks], strict=False):
        removable = match and not above and (uncounted if match["number"] else bulleted)
        is_lone = removable and not MARK.fullmatch(below) and is_prose(below)
        shown.append(match["text"] if is_lone and is_heading(match["text"], over_prose=True) else text)
    return shown


def _read_unread(texts: list[str], start: int) -> Taken | None:
    text = texts[start].removeprefix(UNREAD)
    return ([Block("p", (text,))], 1) if text != texts[start] else None


def _read_marked(texts: list[str], start: int) -> Taken | None:
    """Read marked lines as a list.

    Numbers have to count up from 1, or say "1." every time.
    """
    matches = (MARK.fullmatch(texts[index]) for index in range(start, len(texts)))
    is_numbered = bool(MARK.fullmatch(texts[start]) and MARK.fullmatch(texts[start])["number"])
    run = [*takewhile(lambda match: match and bool(match["number"]) == is_numbered, matches)]
    items = tuple(match["text"] for match in run)
    if len(run) < 2:
        return ([Block("ul", items)], 1) if run and texts[start][0] in GLYPHS else None
    if not is_numbered:
        return [Block("ul", items)], len(run)
    numbers = [int(match["number"]) for match in run]
    if numbers in ([*range(1, len(run) + 1)], [1] * len(run)):
        return [Block("ol", items)], len(run)
    return [Block("p", (match.string,)) for match in run], len(run)  # a list would count from 1 again


def _read_fragments(texts: list[str], start: int) -> Taken | None:
    """Read a list without marks.

    That is short lines under a colon, two in lower case, or four of any kind.
    """
    run = [*takewhile(_may_be_item, (texts[index] for index in range(start, len(texts))))]
    under_colon = start > 0 and texts[start - 1].endswith(":")
    small = bool(run) and starts_small(run[0])
    if small:  # a list that begins in small letters ends in small letters
        run = run[: max(index for index, text in enumerate(run) if starts_small(text)) + 1]
    elif run and is_prose("".join(texts[start + len(run) : start + len(run) + 1])) and _stands_out(run[-1], run[:-1]):
        run = run[:-1]  # the heading of the text below
    if not run or not (under_colon or len(run) >= (2 if small else 4)):
        return None
    if not under_colon and not small and _stands_out(run[0], run[1:]):
        return [Block("h2", (run[0],)), Block("ul", tuple(run[1:]))], len(run)
    return [Block("ul", tuple(run))], len(run)


def _may_be_item(text: str) -> bool:
    if (
        text.startswith(UNREAD)
        or len(text) > 120
        or is_prose(text)
        or is_question(text)
        or text.endswith(":")
        or MARK.fullmatch(text)
    ):
        return False
    if starts_small(text):
        return not is_heading(text, over_prose=False)
    return not ends_sentence(text) or word_count(text) <= 3


def _stands_out(text: str, others: list[str]) -> bool:
    """Return whether a line is a heading among items.

    It begins like a question, or only it has capitals.
    """
    if not others or text.casefold().split()[0] in QUESTION_WORDS:
        return True
    return word_count(text) > 1 and is_title_case(text) and not any(map(is_title_case, others))


def _read_single(texts: list[str], index: int) -> Taken:
    text = texts[index]
    below = texts[index + 1] if index + 1 < len(texts) else ""
    match = MARK.fullmatch(text)
    words = match["text"] if match else text
    is_title = below and (not match or match["number"]) and is_heading(words, over_prose=is_prose(below))
    return [Block("h2" if is_title else "p", (text,))], 1


BODY_RULES = (_read_unread, _read_marked, _read_fragments, _read_single)


def _refuse_without_text(article: LegacyArticle, *, twice: bool) -> None:
    paragraphs = [line for line in article.lines if line.place == "body" and is_prose(line.text)]
    if not paragraphs:
        raise NotAnArticleError("there is a title but no text: not one full sentence was found below it")
    if len(paragraphs) == 1 and not (twice or article.date or len(article.left_out) > 2):
        raise NotAnArticleError(
            "this does not look like an article of the old site: no date, no second title, and too little text"
        )
