"""Read an article of the old site, saved as plain text, Markdown or HTML. No Django here.

The result is plain values. ``docs/importing.md`` lists the rules with examples. The stages, from top to bottom:

1. Lines: repair the encoding, read markup, and make one ``Line`` of each line with words.
2. Kinds: every line gets a kind, one letter, and regular expressions over these letters find the parts of a page:
   T short line, P running text, R same words as the line above, C name of a category, D small print with a date,
   N other small print, Q search keywords; page furniture: A headline of a contact block, K contact data or hours,
   L headline of links, M "Read more", S headline of a section below the article, F anything else,
   W a single word of a menu or form.
3. Top: choose the title among all lines above the text, and place what stands around it.
4. Fields: keywords, the foot of the page, and small print.
5. Body: headings, paragraphs, lists and tables.

Every line has one place: a field, the body, or left out with a reason. What no rule reads stays in the body.
"""

import codecs
import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape, unescape
from html.parser import HTMLParser
from itertools import groupby, pairwise, takewhile
from pathlib import Path
from textwrap import shorten
from typing import Literal

import ftfy

from clinic.keywords.parsing import parse_keywords
from clinic.text import drop_unwanted

MAX_BYTES = 1024 * 1024
SUMMARY_CHARS, SLUG_CHARS, KEYWORD_CHARS = 155, 240, 100
TOP_LINES, MAX_LINES = 60, 5000
# With more lines of text than this below it, page furniture is inside the article.
MAX_STRAY_LINES = 3
# Increase it when a rule changes which lines are the body: then keys of earlier imports no longer compare.
KEY_VERSION = "2"

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x80-\x84\x86-\x9f]")
GLYPHS = "•●▪■◦‣⁃∙·○□✓✔✅➤►▶→»\uf0b7\uf0a7§"
EMOJI = "\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff"
LOST_BYTE = re.compile("â€(?![\u0080-\uffff])|Â(?=\\s|$)")
KEYCAP = re.compile(r"(\d)\ufe0f?\u20e3\s*")
EMOJI_AROUND = re.compile(rf"^(?:[{EMOJI}]\ufe0f?\s*)+|(?:\s*[{EMOJI}]\ufe0f?)+$")
BARE_MARK = re.compile(rf"(?!·)[{GLYPHS}*+–-]|[(\[]?\d{{1,2}}[.)\]]")
MARK = re.compile(
    r"(?:[(\[]?(?P<number>\d{1,2})\s?[.)\]](?!\d)|(?-i:(?P<letter>[a-z]))[.)](?=\s)"
    rf"|[{GLYPHS}]|[{EMOJI}]\ufe0f?(?=\s)|[-–—*+~o](?=\s)|[-–—](?=[^\W\d_]|[\"“])|\*(?=[A-Z]))\s*(?P<text>.*\w.*)"
)
# Cells of a table: between bars, behind a tab or wide space, or without a space behind each comma.
COLUMNS = re.compile(r"\S(?:\s*\t\s*|(?P<spaces>[ \u00a0]{3,}))(?=\S)")
BARS = re.compile(r"[|¦\u2500-\u257f]")
COMMAS = re.compile(r"[^,;]+(?:[,;](?!\s|\d{3}\b)[^,;]+){2,}")
MARKUP = re.compile(r"<[/!a-z]|[{}\[\]\\`\ufffd]|\*\*|__|^#{1,6}\s|^>|&#?\w+;|={3,}|â€|Ã[\x80-\xbf]", re.IGNORECASE)
UNREAD = "unread"  # the tag of a line that no rule may read
SENTENCE_END = re.compile(
    r"""(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bvs)(?<![ap]\.m)(?<!e\.g)(?<!i\.e)"""
    r"""([.!?…])["'”’)\]]*(?=\s+["'“‘(]?[A-Z0-9])"""
)
SMALL_WORDS = frozenset("a an and as at but by for from if in is of on or our the to up vs with your".split())
QUESTION_WORDS = frozenset("how what when where which who whom whose why".split())
# A line that ends in one of these words introduces a list.
UNFINISHED = frozenset(
    "are is include includes including to for of with as be by and the or than if when where you your that these this"
    " those following from can may should who".split()
)

# Each pattern of small print reads one piece of a line, from where the piece before it ended.
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
MONTH_AND_YEAR = rf"(?:(?:{MONTH}|spring|summer|fall|autumn|winter)\s+\d{{4}}|\d{{4}}-\d\d)"
NTH = r"\d{1,2}(?:st|nd|rd|th)?"
CLOCK = r"\d{1,2}:\d{2}[:\d]*\s*(?:Z|[ap]\.?m\.?|[+-]\d\d:?\d\d)?(?:\s*(?:[ECMP][SD]?T|UTC|GMT)\b)?"
DATE = (
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?(?:the\s+)?(?P<value>{MONTH}\s+{NTH}\s*,?\s+\d{{4}}"
    rf"|{NTH}[\s-]+(?:of\s+)?{MONTH}[\s,-]+\d{{4}}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d\d)"
    rf"(?:(?:T|,?\s+(?:at\s+|@\s*)?){CLOCK})?(?:(?<=[+-]\d\d:\d\d)|(?![\w/]))"
)
ENDS = (
    r"(?=\s*(?:[|·•/]|\s[–—-]\s|,?\s(?:by|in|on|under)\s|\sat\s\d|\s(?:(?:publish(?:ed)?|post(?:ed)?) )?date\s*:"
    r"|\s(?:leave a |(?:\d+|no) comments?)|$))"
)
NAME = rf"(?P<value>(?-i:[A-Z])[^|·•/!?]{{1,60}}?){ENDS}"
ACCOUNT = (
    r"(?:the )?(?:site |web ?)?(?:admin(?:istrator)?|webmaster|editor|staff|guest|super ?user|user|root)"
    r"|the [\w&' ]{2,40} (?:team|staff)"
    r"|(?:(?<=author: )|(?<=\bby ))(?-i:[a-z][\w.]*)"
)
CATEGORY = (
    r"(?:blog )?categor(?:y|ies)\s*[:=–—-]|topics?\s*:|(?<=[\w,–—|·•-] )(?:in|under)"
    r"|(?:this (?:entry|post) was )?(?:posted|published|filed) (?:in|under)\s*:?"
)
DONE = r"(?:written|posted|published|created|authored|answered|contributed|shared|submitted|prepared)"
WHO = rf"(?:{DONE} )?by\s*:?|author\s*[:=]"
WHEN = rf"(?:first |date )?(?:{DONE}|sent|(?:[a-z]+ )?date)"
CHANGED = r"(?:updated|modified|edited|reviewed|revised|effective)"
REVIEW = r"(?:(?:medical|clinical|fact)\w*[ -])?(?:reviewed|edited|checked|approved|illustrated) by"
COUNT = (
    r"(?:(?:[\d.,]+k?|no|a)(?:\s*[–-]\s*\d+)?[\s-]*(?:min(?:ute)?s?\.?(?: read)?|views?|likes?|shares?|hits?|claps?"
    r"|notes?|comments?(?: on [^|]{3,150}(?=\||$))?|responses?|replies)"
    r"|leave a (?:comment|reply)|comments off(?: on [^|]{3,150}(?=\||$))?"
    r"|(?:hits|views|comments|read(?:ing)? time)\s*:\s*\d+(?: min\w*)?|min(?:ute)? read"
    rf"|(?:{DONE} )?(?:\d+\s?(?:[dhwm]|hrs?|days?|weeks?|months?|years?)(?: ago)?|an? \w+ ago)"
    rf"|(?:{MONTH} {NTH} at |(?:{DONE} )?at )?{CLOCK}h?)"
)
AGE = re.compile(r"\d+\s?(?:[dhwm]|hrs?|days?|weeks?|months?|years?)\b(?: ago)?\W*$")
# The place and day at the beginning of a press release.
DATELINE = re.compile(
    rf"\(?(?:(?-i:[A-Z])[\w.]*[ ,)]+){{0,5}}[(–—-]*\s*{DATE}\)?\s*(?:/[\w ]+/\s*)?[–—-]", re.IGNORECASE
)
SMALL_PRINT = {
    field: re.compile(rf"(?:{pattern})[\s|·•,;:/.–—-]*", re.IGNORECASE)
    for field, pattern in {
        "updated": rf"(?:last )?{CHANGED}(?: on)?\s*:?\s*{DATE}",
        "date": rf"(?:{WHEN}(?: on)?\s*[:=]?\s*|on )?{DATE}",
        "account": rf"(?:(?:{WHO})\s+)?(?P<value>{ACCOUNT}){ENDS}",
        "category": rf"(?:{CATEGORY})\s*{NAME}",
        "reviewer": rf"(?:{REVIEW}:?\s+{NAME}|asked by [^|]{{2,80}}$)",
        "author": rf"(?:{WHO})\s+{NAME}",
        "count": rf"(?P<value>{COUNT})(?!\w)",
        "part of a date": rf"(?P<value>{MONTH}\s+{NTH}|{NTH}\s+{MONTH}|rev(?:\.|ised|ision)?\s+\d[\d/.]*"
        rf"|{MONTH_AND_YEAR}(?=\s*[|·•])|(?:(?<=\W\s)|(?:last )?{CHANGED}(?: in)?\s*:?\s*){MONTH_AND_YEAR})"
        r"(?=\s*(?:[|·•]|$))",
        # Bars set this name off. It is a category, or the author.
        "name": r"(?<![\w,.:] )(?P<value>(?-i:[A-Z])[\w&,.'’ -]{1,60}?)(?=\s*(?:[|·•]|\s/\s|$))",
    }.items()
}
PART_OF_DATE = SMALL_PRINT["part of a date"]
DATE_FIELDS = {"date", "updated", "not a day of the calendar"}
DATE_FORMATS = ("%b %d %Y", "%d %b %Y", "%Y %m %d", "%m %d %Y", "%m %d %y", "%d %m %Y")
CATEGORIES = set(
    "skin care|skincare|laser treatment|laser treatments|hair removal|laser hair removal|botox|fillers|lip fillers|acne"
    "|injectables|facials|body contouring|microneedling|chemical peels|med spa|beauty|wellness|news".split("|")
)
TOPICS = {word for name in CATEGORIES for word in name.split()}
NOT_NAMES = (
    SMALL_WORDS | QUESTION_WORDS | TOPICS | set("my her his patient instructions information education guide".split())
)
CREDENTIAL = (
    r"(?:M\.?D|D\.?O|R\.?N|N\.?P|P\.?A(?:-?C)?|FNP|DNP|APRN|LPN|LVN|BSN|MSN|Ph\.?D|CRNA|FAAD|LE|CANS)(?:-[A-Z]+)?\.?"
)
TITLED = re.compile(rf"(?:Dr|Prof)\.? [A-Z].{{2,40}}|[A-Z][^|,]{{2,40}},? {CREDENTIAL}(?:,? {CREDENTIAL})*")
ABOUT_AUTHOR = re.compile(
    rf"(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w.'’-]*){{1,2}})(?:,? {CREDENTIAL})*,?"
    r" (?:(?:is|was) (?:an?|the|our|one)|has|loves|works)\b"
)
PERSON = re.compile(r"[A-Z][a-zà-ÿ'’]+(?:[ -](?:[A-Z][a-zà-ÿ'’]+|[A-Z]\.?|[A-Z]['’][A-Z][a-z]+|Mc[A-Z][a-z]+)){1,2}")
KEYWORDS_LABEL = re.compile(
    r"(?:(?:[a-z-]+\s+){0,2}?key[\s-]?(?:words?|phrases?)|(?:(?:seo|meta|post|blog)\s+)?tags?|tagged|labels|hashtags)"
    r"(?:\s*[:=]|\s+[–—-](?=\s)|(?=\s*[\"“”„«])|(?<=tagged)(?: with| in)?\s*(?::|(?<=\s))"
    r"|(?<=tags)(?=\s[^,.•|·]+[,•|·])|$)"
    r"\s*(?P<rest>.*)",
    re.IGNORECASE,
)
# "Posted in Skin Care. Tagged peel, glow": small print and keywords on one line.
BEFORE_TAGS = re.compile(
    r"(?:(?i:(?:this (?:entry|post) was )?(?:posted |filed )?(?:in|under)[: ]|categor(?:y|ies):) ?[A-Z].{1,60}?"
    r"|(?i:(?:posted|written) by) [A-Z].{2,80}?)(?=(?:[ .|·:,]| and )+(?:Tags?|Tagged|Labels|tagged)\b)"
)
BEHIND_TAGS = re.compile(
    r"(?:\.? Bookmark the permalink\.?|\s*[|·•]\s*(?:leave a (?:comment|reply)|comments off|(?:\d+|no) comments?))$",
    re.IGNORECASE,
)
LONE_LABEL = re.compile(
    r"(?:(?:written|posted|published|filed) )?(?:by|on|in|under)|author|date|published|posted|category"
    r"|(?:last )?updated",
    re.IGNORECASE,
)
IN_CATEGORY = re.compile(r"in (?P<value>(?-i:[A-Z])[\w&, -]{2,40})", re.IGNORECASE)
HASHTAGS = re.compile(r"(?:#[^\W_][\w-]*[\s,;]*){2,}")
TITLE_LABEL = re.compile(r"(?:(?:page |post |blog )?title|headline)\s*[:=]\s*(?P<value>\S.*)", re.I)
SUBJECT = re.compile(r"subject(?: line)?\s*:\s*(?:(?:re|fwd?)\s*:\s*)*(?P<value>\S.*)", re.IGNORECASE)
GREETING = re.compile(r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b", re.IGNORECASE)
# A name that ends in one of these words is that of a site, more often than a title.
SITE = re.compile(
    r"(?:[A-Z][\w&'’]*\s){1,4}(?:News(?:letter)?|Letter|Clinic|Spa|Studio|Blog|Journal|Aesthetics|Center|Institute"
    r"|Dermatology|Medspa|Magazine|Bar|Room|Laser)"
)
ASKED, ANSWERED = (re.compile(rf"{label}\s?[:.)]\s*(?P<text>\S.*)") for label in ("Q(?:uestion)?", "A(?:nswer)?"))
QUOTED_QUESTION = re.compile(r"""[:,]\s+["“'‘][^"“”]{1,200}\?["”'’]$""")
QUOTE = re.compile("[\"“”„‟«»″]|''|``")

# Page furniture: only whole lines count, and none of them ends like a sentence unless the pattern does.

SITE_NAME = r"oc beauty med ?spa"
DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\.?|week(?:day|end)s?|daily|holidays?)"
TIME = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?|noon)"
TO = r"\s*(?:-|–|—|to|until|and|&|,)\s*"
STREET = r"(?:Street|St|Avenue|Ave|Boulevard|Blvd|Road|Rd|Drive|Dr|Lane|Ln|Highway|Hwy|Parkway|Pkwy|Way|Court|Plaza)"
POSTS = r"(?:blog )?(?:posts?|articles?|stor(?:y|ies))"
NETWORK = (
    r"(?:facebook(?:-f)?|twitter|x|instagram|pinterest|reddit|tumblr|vk|linkedin(?:-in)?"
    r"|youtube|tiktok|yelp|whatsapp|e-?mail)"
)
NAMES = {"DAY": DAY, "TIME": TIME, "TO": TO, "STREET": STREET, "POSTS": POSTS, "NETWORK": NETWORK, "SITE": SITE_NAME}


def _read_table(name: str) -> list[list[str]]:
    """Return the rows of a data table beside this module, without comments."""
    text = Path(__file__).with_name(f"legacy_{name}.txt").read_text(encoding="utf-8")
    return [[*map(str.strip, row.split(" | ", 2))] for row in text.splitlines() if row.strip() and row[0] != "#"]


# Each row: kind, reason, pattern.
FURNITURE = [
    (kind, reason, re.compile(re.sub("|".join(NAMES), lambda name: NAMES[name[0]], pattern), re.IGNORECASE))
    for kind, reason, pattern in _read_table("furniture")
]
MENU_WORD = re.compile(r"(?:you are here:?\s*)?(?:home|blog|news|articles?|journal|posts)", re.IGNORECASE)

# Shapes of a page

HEAD = re.compile(r"(?:[FRLHKWMS]*(?:T{1,2}|P)[FRLHKWMS]*(?=[DN]))?(?:[DNQFRLHK]|[WC](?!P)|T(?=[DN]))*")
EXCERPT_AND_SMALL_PRINT = re.compile("P?[RFWC]*[DN][DNRFWC]*")
# Two of three: the title twice, a date, "Read more".
TEASER_SHAPE = r"C?(?:[TPC]R[CD]*[TP]{0,3}M|[TPC]RC?D[CD]*(?:[TP](?![RCD]))?|TC?D[CD]*[TP]{0,3}M|DC?TR?[TP]{0,3}M)"
PIECE = re.compile(
    rf"(?P<teaser>{TEASER_SHAPE})|(?P<contact>A[TP]{{1,2}}K)|(?P<links>L(?:(?!{TEASER_SHAPE})[TCD])*)"
    r"|(?P<line>[AKFWMS])|(?P<text>.)"
)


class NotAnArticleError(ValueError):
    """Say, to the person who runs the import, why a text is not an article."""


@dataclass
class Line:
    """Hold one line that has words.

    ``number`` is its number in the file, ``gap`` how many blank lines are above it, ``indent`` its columns from the
    left. ``tag`` is the HTML tag that markup gave it, if any. A row of a table has ``cells``.
    """

    number: int
    text: str
    gap: int = 0
    indent: int = 0
    tag: str = ""
    cells: tuple[str, ...] = ()
    kind: str = "T"
    place: Literal["title", "date", "category", "author", "keywords", "body", "left out"] = "body"
    reason: str = ""

    def leave_out(self, reason: str) -> None:
        self.place, self.reason = "left out", reason


@dataclass(frozen=True)
class Block:
    """Hold a part of the body.

    A list may hold other lists among its texts: each belongs to the item before it. A table has rows of cells.
    """

    tag: Literal["h2", "h3", "h4", "p", "ul", "ol", "table"]
    texts: tuple["str | Block | tuple[str, ...]", ...]

    @property
    def flat_texts(self) -> Iterator[str]:
        for text in self.texts:
            if isinstance(text, Block):
                yield from text.flat_texts
            elif isinstance(text, str):
                yield text
            else:
                yield from text

    @property
    def outline(self) -> str:
        """Return the block as one line of text: "Wash (face · neck) · Dry"."""
        parts = [f"({text.outline})" if isinstance(text, Block) else f"· {text}" for text in self.texts]
        return " ".join(parts).removeprefix("· ")

    @property
    def html(self) -> str:
        """Return HTML for rich text, which has no tables."""
        if self.tag not in ("ul", "ol"):
            return f"<{self.tag}>{escape(self.texts[0], quote=False)}</{self.tag}>"
        items: list[str] = []
        for text in self.texts:
            if isinstance(text, Block):
                items[-1] += text.html
            else:
                items.append(escape(text, quote=False))
        return f"<{self.tag}>{''.join(f'<li>{item}</li>' for item in items)}</{self.tag}>"


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
    def headings(self) -> list[str]:
        return [block.texts[0] for block in self.blocks if block.tag in ("h2", "h3", "h4")]

    @property
    def questions(self) -> list[str]:
        return [*filter(is_question, self.headings)]

    @property
    def lists(self) -> list[Block]:
        return [block for block in self.blocks if block.tag in ("ul", "ol")]

    @property
    def tables(self) -> list[Block]:
        return [block for block in self.blocks if block.tag == "table"]

    @property
    def slug(self) -> str:
        """Return the old address.

        The old site wrote a hyphen for every mark: "don-ts" for "Don'ts".
        """
        words = unicodedata.normalize("NFKD", re.sub(r"[^\w\s-]+", "-", self.title))
        slug = re.sub(r"[-\s]+", "-", words.encode("ascii", "ignore").decode().lower())
        return slug[:SLUG_CHARS].strip("-_") or f"article-{self.key[-8:]}"

    @property
    def words(self) -> list[str]:
        """Return the words of title and body."""
        return re.findall(
            r"\w+", " ".join([self.title, *(text for b in self.blocks for text in b.flat_texts)]).casefold()
        )

    @property
    def key(self) -> str:
        """Return a hash of title and body, behind the version of the rules.

        It stays the same among other teasers or under another date.
        """
        body = [line.text for line in self.lines if line.place == "body"]
        digest = sha256(" ".join([self.title, *body]).casefold().encode()).hexdigest()
        return f"{KEY_VERSION}:{digest[: 63 - len(KEY_VERSION)]}"

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
    if data.startswith(b"%PDF-"):
        raise NotAnArticleError("this is a PDF file; open it, copy its text and paste that")
    if data.startswith(b"PK\x03\x04"):
        raise NotAnArticleError("this is a document of a word processor; save it as plain text first")
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
    if text.lstrip("\ufeff \t\r\n").casefold().startswith("{\\rtf"):
        raise NotAnArticleError("this is rich text; save it as plain text first")
    if "<content:encoded>" in text or text.lstrip("\ufeff \t\r\n").startswith(("<?xml version", "<rss")):
        raise NotAnArticleError("this is an export file; open its articles one by one, copy their text and paste that")
    lines, others = read_lines(text)
    if not lines:
        raise NotAnArticleError("the file is empty")
    _set_kinds(lines)
    titles = _find_titles(lines)
    start = _place_head(lines, titles)
    article = LegacyArticle(title=_clean_title([line.text for line in lines if line.place == "title"][-1]), lines=lines)
    _leave_out_author_boxes(lines, start)
    article.keywords = _place_keywords(lines, start)
    _mark_sections(lines, start)
    _place_foot(lines, start)
    _leave_out_remains(lines)
    _place_small_print(article)
    _report_unread(lines)
    article.blocks = _read_blocks(lines)
    _refuse_without_text(article, twice=len(titles) > 1)
    article.lines = sorted([*lines, *others], key=lambda line: line.number)
    return article


# 1. Lines: encoding, shortcodes, HTML, Markdown

FRONT_MATTER = re.compile(r"\A\s*(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)\n(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
KNOWN_SETTING = re.compile(r"(?:title|date|published|author|by|categor|tags|keywords|topics)", re.IGNORECASE)
META = re.compile(r"[\w -]{1,30}\s*[:=].*|\s*- .*|\s*")
# The text between these shortcodes belongs to a picture or a button.
PICTURE_CODE = re.compile(
    r"\[(?P<name>(?:wp_)?caption|gallery|video|audio|embed|[\w-]{0,20}button[\w-]{0,20}|btn)\b[^\]]{0,600}\](?P<text>.{0,600}?)\[/(?P=name)\]",
    re.DOTALL | re.IGNORECASE,
)
SHORTCODE = re.compile(
    r"\[(?P<close>/)?(?P<name>[a-z][\w-]*)(?P<rest>(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'|“[^”]*”|[^\s\]]+))*)\s*/?\](?!\()",
    re.I,
)
LONE_CODES = frozenset("gallery toc playlist more nextpage".split())
BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section summary table tbody td tfoot th thead title tr"
    " ul".split()
)
TABLE_TAGS = ("table", "tbody", "thead", "tfoot", "tr", "td", "th")
EMPTY_TAGS = frozenset("br hr img meta link input source wbr col area base".split())
HEADING = re.compile("h[1-6]")
HTML = re.compile(rf"</?(?:{'|'.join(sorted(BLOCK_TAGS - {'title'}, key=len, reverse=True))}|br)\b[^<>]*>", re.I)
# What these elements hold is no part of the text.
OUTSIDE = {
    **dict.fromkeys(("nav", "menu"), "menu"),
    "aside": "beside the text",
    "footer": "page footer",
    **dict.fromkeys(("form", "button", "select", "textarea", "label"), "form"),
    "figcaption": "caption of a picture",
    **dict.fromkeys(("script", "style", "noscript", "template", "svg", "iframe", "object"), "markup: code of the page"),
}
# Parts of a page by the names that themes give them.
AROUND = re.compile(
    r"(?<![\w-])(?:[\w-]*(?:share|sharing|breadcrumbs?|related|post-nav(?:igation)?|nav-links|comments?-(?:list|area|form)"
    r"|cookie|newsletter|author-(?:box|bio))[\w-]*|social(?:-links|-icons)?|sidebar|comments?|navigation|menu|footer"
    r"|wp-block-buttons?|et_pb_button[\w-]*|[\w-]*button-wrapper)(?![\w-])"
)
LINK_LABELS = {"category": "Category", "author": "Author", "tag": "Tags"}
INLINE = re.compile(r"<(?P<tag>b|strong|em|i|u)>(?P<text>[^<>]*)</(?P=tag)>|<br\s*/?>", re.IGNORECASE)
TARGET = r"(?P<target>(?:https?:|mailto:|tel:|/|#)[^\s()<>\"']*)"
LINK = re.compile(
    rf"(?P<image>!)?\[(?P<text>[^\[\]]*)\]\({TARGET}(?:\s+\"[^\"]*\")?\)|<(?P<bare>https?://[^\s<>]+)>", re.I
)
EMPHASIS = re.compile(r"(\*\*|__|(?<![\w*])\*|(?<![\w_])_)(?=\S)(?P<text>[^*_]*?[^\s*_])\1(?![\w*])")
ATX = re.compile(r"(?P<level>#{1,6})\s+(?P<text>.*\w.*?)\s*#*")
# A heading between marks: "* Light peels *", "~~ Light peels ~~".
FRAMED = re.compile(r"(?P<mark>[*~=•✨-]+) (?P<text>[^\W_][^*~=|]{1,80}) (?P=mark)")
# A heading in an outline of a text: "H2: Who should wait".
OUTLINE = re.compile(r"[\[(]?h(?P<level>[1-6])[\])]?\s*[:–—-]\s*(?P<text>\S.*)", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,6}|#x[\da-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)


def read_lines(text: str) -> tuple[list[Line], list[Line]]:
    """Return the lines with words, and others to report: markup, links, pictures, and lines without words."""
    text = re.sub(r"\r\n?", "\n", text)
    if max(text.count("\n"), len(HTML.findall(text)) // 4) > MAX_LINES:
        raise NotAnArticleError(f"the text has more than {MAX_LINES} lines; an article is a few pages of text")
    text = repair(text)
    text, others = _take_shortcodes(text)
    tags, marks = len(HTML.findall(text)), len(re.findall(r"^#{1,6} \S", text, re.MULTILINE))
    if tags > 1 and marks > 1 and tags < 4 * marks:  # Markdown with some tags, such as <details>
        text, tags = HTML.sub(" ", text), 0
    if tags > 1:
        reader = _HTMLReader()
        reader.feed(text)
        reader.close()
        reader.end_line()
        reader.end_row()
        lines = reader.lines
        others += reader.others
    else:
        lines, rest = _read_plain_lines(_read_front_matter(text))
        others += rest
    for line in [line for line in lines if line.place != "body"]:
        others.append(line)
    parts = [part for line in lines if line.place == "body" for part in _split_line(line)]
    for line in parts:
        if line.tag == "b" or HEADING.fullmatch(line.tag):
            line.text = EMOJI_AROUND.sub("", line.text) or line.text
    return _join_labels(_read_top(parts)), others


OPEN = frozenset("a an and the of for to your our with from vs vs. &".split())


def _read_top(lines: list[Line]) -> list[Line]:
    """Join a title of two lines above the text, and divide columns there: "Jane Doe, MD      Spring 2017"."""
    small = _words_in_small_letters(lines)
    text = next((index for index, line in enumerate(lines) if is_prose(line.text)), 0)
    divided: list[Line] = []
    for line in lines[:text]:
        above = divided[-1].text if divided and not (divided[-1].tag or line.tag or line.gap) else ""
        if word_count(above) > 1 and above.casefold().split()[-1] in OPEN and _kind(line.text)[0] == "T":
            divided[-1].text = f"{above} {line.text}"  # a title broken at a width
            continue
        bars = " | ".join(line.cells)
        fields = {field for field, _value in read_small_print(bars)} - {"name"}
        has_date = bool(fields) and fields <= DATE_FIELDS | {"part of a date"}
        if len(line.cells) != 2 or read_small_print(line.text) or not has_date:
            divided.append(line)
        elif divided and is_person(line.cells[0], small):
            divided.append(replace(line, text=bars, cells=()))
        else:
            divided += [replace(line, text=line.cells[0], cells=()), replace(line, text=line.cells[1], cells=(), gap=0)]
    return divided + lines[text:]


def _join_labels(lines: list[Line]) -> list[Line]:
    """Join a label that stands alone with the line below it, if both are small print: "Written by", "Jane Doe"."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        label = above.text.rstrip(":") if above and not above.tag.startswith("h") else ""
        if LONE_LABEL.fullmatch(label) and word_count(line.text) <= 6 and not line.tag.startswith("h"):
            text = f"{label} {line.text}" if label.endswith(("y", "n")) else f"{label}: {line.text}"
            if read_small_print(text) or IN_CATEGORY.fullmatch(text):
                above.text = text
                continue
        joined.append(line)
    return joined


def repair(text: str) -> str:
    """Return the text without wrong encodings: "Itâ€™s" becomes "It’s". Many programs drop the last byte of a quote."""
    text = KEYCAP.sub(r"\1. ", text)
    return "\n".join(line if line.isascii() else repair_line(line) for line in text.split("\n"))


def repair_line(line: str) -> str:
    return ftfy.fix_encoding(LOST_BYTE.sub(lambda byte: "â€\x9d" if byte[0] == "â€" else "", line))


def _take_shortcodes(text: str) -> tuple[str, list[Line]]:
    """Remove the shortcodes of WordPress and its page builders, and keep what they enclose."""
    taken: list[Line] = []
    closed = {match["name"].casefold() for match in SHORTCODE.finditer(text) if match["close"]}
    position, number = 0, 1

    def take(match: re.Match) -> str:
        nonlocal position, number
        name = match["name"].casefold()
        is_picture = match.re is PICTURE_CODE
        is_code = is_picture or match["rest"] or name in closed | LONE_CODES or "_" in name
        if not is_code:
            return match[0]
        number += text.count("\n", position, match.start())
        position = match.start()
        reason = "picture or button" if is_picture else "markup: shortcode"
        taken.append(Line(number, " ".join(match[0].split()), place="left out", reason=reason))
        return "\n" * match[0].count("\n")

    text = PICTURE_CODE.sub(take, text)
    position, number = 0, 1
    return SHORTCODE.sub(take, text), taken


def _read_front_matter(text: str) -> str:
    """Write the settings at the top of a Markdown file as labeled lines: "tags: [a, b]" becomes "tags: a, b"."""
    match = FRONT_MATTER.match(text)
    if not match or not all(META.fullmatch(line) for line in match["body"].split("\n")):
        return text
    rows: list[str] = []
    for line in match["body"].split("\n"):
        item = re.fullmatch(r"\s*- (.*)", line)
        if item and rows:
            last = max(index for index, row in enumerate(rows) if row)
            rows[last] = (
                rows[last].rstrip() + ("" if rows[last].rstrip().endswith(":") else ",") + " " + item[1].strip("\"'")
            )
            rows.append("")
        else:
            key, _, value = line.partition(":" if ":" in line else "=")
            rows.append(f"{key.strip()}: {value.strip().strip('[]').strip()}" if value or key.strip() else "")
    # A theme stores the address of its author: "jane-doe".
    rows = [
        re.sub(r"^(author: )([a-z]+(?:-[a-z]+)+)$", lambda m: m[1] + m[2].replace("-", " ").title(), row)
        for row in rows
    ]
    rows = [re.sub(r"^(title: )[\"'](.*)[\"']$", r"\1\2", row) for row in rows]
    known = (not row or KNOWN_SETTING.match(row) or _kind(row)[1] == "setting" for row in rows)
    rows = [row if is_known else f"setting: {row}" for row, is_known in zip(rows, known, strict=True)]
    return "\n".join(["", *rows, "", text[match.end() :]])


def _read_plain_lines(text: str) -> tuple[list[Line], list[Line]]:
    """Read lines of plain text or Markdown. Remove invisible characters.

    A bullet alone joins the line below it. One mark that repeats, such as "---", only separates.
    """
    lines: list[Line] = []
    others: list[Line] = []
    gap, mark = 1, ""
    for number, raw in enumerate(text.split("\n"), start=1):
        for part in raw.splitlines() or [""]:  # a soft break from a word processor
            shown = drop_unwanted(CONTROL.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", part)))).expandtabs(1)
            original = CONTROL.sub(" ", INVISIBLE.sub("", part))
            words, tag = _read_markup(" ".join(shown.split()), number, others)
            if BARE_MARK.fullmatch(words) and not mark:
                mark = words
            elif words and any(char.isalnum() for char in mark + words):
                indent = len(original.expandtabs(4)) - len(original.expandtabs(4).lstrip())
                cells = _read_cells(words, drop_unwanted(original).strip())
                lines.append(Line(number, f"{mark} {words}".strip(), gap, indent, tag, cells))
                gap, mark = 0, ""
            else:
                if re.fullmatch(r"={3,}", words) and lines and not gap and not is_prose(lines[-1].text):
                    lines[-1].tag = "h1"
                gap += 1
                if len(set(words) - {" "}) > 1:
                    others.append(Line(number, words, gap, place="left out", reason="not understood, no words"))
    if mark.strip("([.])").isdigit():
        lines.append(Line(number, mark, gap))
    return lines, others


def _read_markup(text: str, number: int, others: list[Line]) -> tuple[str, str]:
    """Return a line without Markdown and simple tags, and the tag that it has by its markup."""

    def take(match: re.Match) -> str:
        words = match["bare"] or match["text"]
        if not match["bare"]:
            reason = "picture: add it by hand" if match["image"] else f"link of “{words}”: add it by hand"
            shown = match[0] if match["image"] else match["target"]
            others.append(Line(number, shown, place="left out", reason=reason))
        return "" if match["image"] else words

    text = re.sub(r"^([-*+] )\[[ xX]\] ", r"\1", LINK.sub(take, text))
    heading = ATX.fullmatch(text) or OUTLINE.fullmatch(text)
    tag = f"h{len(heading['level']) if heading.re is ATX else heading['level']}" if heading else ""
    text = heading["text"] if heading else re.sub(r"^(?:>\s)+", "", text)
    bold = re.fullmatch(r"(\*\*|__|<b>|<strong>)(?P<text>[^*_<>]+?)(?:\*\*|__|</b>|</strong>)", text)
    if framed := FRAMED.fullmatch(text):
        bold, text = framed, framed["text"]
    plain = ENTITY.sub(
        lambda entity: " ".join(unescape(entity[0]).split()) or " ",
        INLINE.sub(lambda match: match["text"] or " ", EMPHASIS.sub(r"\g<text>", text)),
    )
    return " ".join(re.sub(r"\\([*_#\[\]()>.!+-])", r"\1", plain).split()), tag or ("b" if bold else "")


def _read_cells(text: str, raw: str) -> tuple[str, ...]:
    """Return the cells of a row of a table, or nothing."""
    if BARS.search(text):
        cells = BARS.split(re.sub(rf"^\s*{BARS.pattern}|{BARS.pattern}\s*$", "", text))  # an empty cell counts
    elif _has_columns(raw):
        cells = COLUMNS.sub(lambda match: match[0][0] + "\n", raw).split("\n")
    elif COMMAS.fullmatch(text) and not is_prose(text):
        cells = re.split("[,;]", text)
    else:
        return ()
    return tuple(" ".join(cell.split()) for cell in cells)


def _has_columns(text: str) -> bool:
    """Return whether tabs or wide spaces divide a line. Neither counts behind the mark of a list."""
    match = COLUMNS.search(_without_mark(text))
    return match is not None and not (match["spaces"] and is_prose(text))


def _without_mark(text: str) -> str:
    match = MARK.fullmatch(text)
    return match["text"] if match else text


def _split_line(line: Line) -> list[Line]:
    """Return several lines for small print and keywords on one line."""
    before = BEFORE_TAGS.match(line.text)
    if not before or line.tag:
        return [line]
    keywords = re.sub(r"^(?:[ .|·:,]|and )+", "", line.text[before.end() :])
    behind = BEHIND_TAGS.search(keywords)
    texts = [before[0], BEHIND_TAGS.sub("", keywords), behind[0].strip(" .|·•") if behind else ""]
    return [replace(line, text=text, gap=line.gap if text == before[0] else 0) for text in filter(None, texts)]


MAX_DEPTH = 60  # of open tags, and of lists inside lists


class _HTMLReader(HTMLParser):
    """Read HTML as lines: items get the mark of a list, rows of tables get cells, headings get a tag.

    A line break outside of paragraphs counts, as in the classic editor of WordPress.
    """

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.others: list[Line] = []
        self.open: list[tuple[str, str]] = []  # tag, and why its text is left out, if so
        self.counts: list[int | None] = []  # for each open list, its last number, or None for bullets
        self.cells: list[str] = []  # of the open row
        self.cell_start = 0  # lines before the open cell
        self.has_header = False  # the open table, and so holds data
        self.parts: list[str] = []
        self.strong = 0
        self.gap, self.number, self.mark = 1, 1, ""
        self.link: tuple[str, int] = ("", 0)  # its target, and where its words begin
        self.after_link = False

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag in BLOCK_TAGS or tag == "br":
            if tag in TABLE_TAGS and self.is_in("td", "th"):
                self.end_cell()  # it was not closed, or it holds a table
            self.end_line()
            if tag in ("tr", "table"):
                self.end_row()
            self.gap += tag != "br"
        if tag in ("td", "th"):
            self.cell_start = len(self.lines)
        self.has_header = tag == "th" or (self.has_header and tag != "table")
        if tag in ("ul", "ol"):
            self.counts.append(0 if tag == "ol" else None)
        elif tag == "li" and self.counts:
            count = self.counts[-1]
            self.counts[-1] = None if count is None else count + 1
            self.mark = "•" if count is None else f"{count + 1}."
        elif tag == "img":
            words = " ".join(filter(None, (values.get("alt"), values.get("src"))))
            self.report(words or "img", "picture: add it by hand")
        elif tag == "a" and re.fullmatch(TARGET, values.get("href") or "") and not values["href"].startswith("#"):
            self.parts += [" "] if self.after_link else []
            self.link = (values["href"], len(self.parts))
        if len(self.open) < MAX_DEPTH and tag not in EMPTY_TAGS:
            names = f"{values.get('class') or ''} {values.get('id') or ''} {values.get('role') or ''}"
            around = AROUND.search(names) if tag in ("div", "section", "ul", "ol", "p", "span") else None
            reason = OUTSIDE.get(tag, "beside the text" if around else "")
            is_foot_of_article = tag == "footer" and self.is_in("article")  # with its keywords
            self.open.append((tag, "" if is_foot_of_article else reason))

    def handle_endtag(self, tag):
        self.after_link = tag == "a"
        if tag == "a" and self.link[0]:
            words = " ".join("".join(self.parts[self.link[1] :]).split())
            if not self.outside():
                self.report(self.link[0], f"link of “{words}”: add it by hand")
                kind = re.search("/(category|author|tag)/", self.link[0])
                if kind and not "".join(self.parts[: self.link[1]]).strip():
                    self.parts, self.mark = [f"{LINK_LABELS[kind[1]]}: {words}"], " "
            self.link = ("", 0)
        if tag in ("td", "th"):
            self.end_cell()
        elif tag in BLOCK_TAGS:
            self.end_line()
            self.gap += 1
            if tag in TABLE_TAGS:
                self.end_row()
        if tag in ("ul", "ol") and self.counts:
            self.counts.pop()
        if self.is_in(tag):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        self.after_link = self.after_link and not data.strip()
        if self.outside() == "markup: code of the page":
            self.report(shorten(data, 200, placeholder="…"), "markup: code of the page")
            return
        if self.is_in("table") and not self.is_in("td", "th") and not data.strip():
            return
        if self.is_in("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "title"):
            self.add(data)
            return
        for index, part in enumerate(data.split("\n")):
            if index:
                self.end_line()
                self.gap += 1
                self.number = self.getpos()[0] + index
            self.add(part)
        self.gap = min(self.gap, 9)

    def handle_comment(self, data):
        self.report(data, "markup: comment")

    def add(self, data):
        if data.strip() and not any(part.strip() for part in self.parts[:3]):
            self.number = max(self.number, self.getpos()[0])
            self.strong = 0
        self.parts.append(data)
        self.strong += len("".join(data.split())) if self.is_in("b", "strong") else 0

    def is_in(self, *tags) -> bool:
        return any(tag in tags for tag, _reason in self.open)

    def outside(self) -> str:
        return next((reason for _tag, reason in self.open if reason), "")

    def report(self, text, reason):
        if any(char.isalnum() for char in text):
            words = " ".join(drop_unwanted(CONTROL.sub(" ", text)).split())
            self.others.append(Line(self.getpos()[0], words, place="left out", reason=reason))

    def end_cell(self):
        """Take the lines of a cell for the row. Without a header, a cell with several lines only lays out the page."""
        self.end_line()
        inside = self.lines[self.cell_start :]
        is_data = len(inside) == 1 or (self.has_header and sum(len(line.text) for line in inside) <= 200)
        is_plain = all(line.tag in ("p", "b", "") and not line.cells and line.place == "body" for line in inside)
        if inside and is_data and is_plain:
            del self.lines[self.cell_start :]
            self.cells.append(" ".join(line.text for line in inside))
        elif not inside:
            self.cells.append("")
        self.cell_start = len(self.lines)

    def end_row(self):
        cells, self.cells = tuple(self.cells), []
        words = [*filter(None, cells)]
        if words:
            self.lines.append(Line(self.number, " | ".join(words), self.gap, cells=cells if len(words) > 1 else ()))
            self.gap = 0

    def end_line(self):
        words = " ".join(drop_unwanted(CONTROL.sub(" ", INVISIBLE.sub("", "".join(self.parts)))).split())
        strong, self.parts = self.strong >= len(words.replace(" ", "")) > 0, []
        if not any(char.isalnum() for char in words):
            return
        if self.counts and self.is_in("li") and not self.mark and self.lines and not self.outside():
            self.lines[-1].text += f" {words}"  # a second paragraph of an item
            return
        tag = next(
            (tag for tag, _reason in reversed(self.open) if tag in ("title", "p", "li") or HEADING.fullmatch(tag)), ""
        )
        line = Line(self.number, f"{self.mark} {words}".strip(), self.gap, 4 * len(self.counts))
        line.tag = "b" if strong and tag in ("p", "") else "" if tag == "li" else tag
        if self.is_in("blockquote") and not line.tag:
            line.tag = "p"  # nobody quotes a heading
        if reason := self.outside():
            line.text = words
            line.leave_out(reason)
        self.lines.append(line)
        self.gap, self.mark = 0, ""


# 2. Kinds


def _set_kinds(lines: list[Line]) -> None:
    listed, has_text = False, False
    for line, above in zip(lines, [None, *lines], strict=False):
        line.kind, line.reason = ("T", "") if line.tag.startswith("h") else _kind(line.text)
        is_row = len(line.cells) > 1 and above is not None and len(above.cells) > 1
        if line.kind in "DN" and has_text and (is_row or PART_OF_DATE.fullmatch(line.text)):
            line.kind = "T"  # a row of a table, "Visit | 10 minutes | 45 minutes", or a heading
        if line.kind == "T" and not has_text and (pieces := read_small_print(_without_mark(line.text))):
            line.text = _without_mark(line.text)  # a list of date and author below the title
            line.kind = "D" if DATE_FIELDS & dict(pieces).keys() else "N"
        has_text = has_text or line.kind == "P"
        # A sentence that comes twice is text, not the title of a teaser.
        if above and line.kind in "TPC" and not line.text.endswith("."):
            line.kind = "R" if _title_key(line.text) == _title_key(above.text) else line.kind
        if listed and line.kind in "KWCM":  # "Our hours are:" in an article has a list below it
            line.kind, line.reason = "T", ""
        else:
            listed = line.kind in "TP" and line.text.endswith(":")
    _find_running_headers(lines)
    _leave_out_table_of_contents(lines)
    kinds_above = ""
    for above, line, below in zip([Line(0, ""), *lines], lines, [*lines[1:], Line(0, "")], strict=False):
        kinds_above += above.kind
        name = line.text if "P" in kinds_above else _without_mark(line.text)
        if line.kind == "T" and TITLED.fullmatch(name.title() if name.isupper() else name):
            line.text = name
            line.kind = "N" if "P" not in kinds_above or re.search("[DN]", above.kind + below.kind) else "T"
        if line.kind == "T" and IN_CATEGORY.fullmatch(line.text):
            near = above.kind + below.kind
            line.kind = "N" if re.search("[DN]", near) or KEYWORDS_LABEL.fullmatch(below.text) else "T"


def _kind(text: str) -> tuple[str, str]:
    bare = text.strip(" :!,|·<>«»‹›←→").replace("’", "'") if len(text) <= 400 else ""
    for kind, reason, pattern in FURNITURE:
        if pattern.fullmatch(bare):
            return kind, reason
    if pieces := read_small_print(text):
        return ("D" if DATE_FIELDS & dict(pieces).keys() else "N"), ""
    if _is_breadcrumb(text):
        return "F", "breadcrumb"
    if (len(text) < 100 and re.match(r"[←‹«]|<<? ", text)) or re.search(r"[→›»]$|\s>>?$", text):
        return ("P", "") if is_prose(text) else ("L", "links to other posts")
    if text.casefold() in CATEGORIES:
        return "C", ""
    return ("P" if is_prose(text) else "T"), ""


def without_credentials(name: str) -> str:
    """Return a name in small letters, without titles: "Dr. Jane Smith, RN" becomes "jane smith"."""
    return re.sub(rf"^(?:Dr|Prof)\.?\s+|,?\s+{CREDENTIAL}(?=,|\s|$)", "", name).strip(" ,").casefold()


def _is_breadcrumb(text: str) -> bool:
    """Return whether a line is a path: "Home > Blog > Peels", or a menu on one line: "Home | About | Blog"."""
    parts = [part.strip() for part in re.split(r"\s*[|»›>→•·]\s*|\s+/\s+", text) if part.strip()]
    if len(text) > 200 or len(parts) < 2 or is_prose(text):
        return False
    menu = sum(MENU_WORD.fullmatch(part) is not None or _kind(part)[0] in "WAF" for part in parts)
    return MENU_WORD.fullmatch(parts[0]) is not None or (len(parts) > 2 and 2 * menu >= len(parts))


PAGE_NUMBER = re.compile(r"(?:page )?\d{1,3}(?: ?(?:of|/) ?\d+)?", re.IGNORECASE)
NUMBERED_HEADER = re.compile(
    rf"(?P<header>\S.{{2,100}}?)\W+(?-i:Page|PAGE) {PAGE_NUMBER.pattern.removeprefix('(?:page )?')}", re.I
)


def _find_running_headers(lines: list[Line]) -> None:
    """Find the headers of printed pages: they repeat, and a page number is beside them."""
    numbers = [index for index, line in enumerate(lines) if PAGE_NUMBER.fullmatch(line.text)]
    counts_up = [int(re.search(r"\d+", lines[index].text)[0]) for index in numbers]
    if counts_up != sorted(set(counts_up)):
        numbers = [index for index in numbers if not lines[index].text.isdigit()]  # of likes and comments
    shared = Counter(match["header"] for line in lines if (match := NUMBERED_HEADER.fullmatch(line.text)))
    for line in lines:
        if (match := NUMBERED_HEADER.fullmatch(line.text)) and shared[match["header"]] > 1:
            line.kind, line.reason = "H", "header of a printed page"
    counts = Counter(_title_key(line.text) for line in lines if line.kind != "P" and not line.tag)
    headers: set[str] = set()
    for index in numbers:
        beside = [lines[other] for other in (index - 1, index + 1) if 0 <= other < len(lines)]
        found = {_title_key(line.text) for line in beside if line.kind != "P" and counts[_title_key(line.text)] > 1}
        if found or re.match("page", lines[index].text, re.I):
            lines[index].kind, lines[index].reason = "H", "header of a printed page"
        headers |= found
    for line in lines:
        if _title_key(line.text) in headers and line.kind != "P":
            line.kind, line.reason = "H", "header of a printed page"


def _title_key(text: str) -> str:
    """Return the words in lower case, without the name of the site.

    Browsers add that name to a title.
    """
    words = re.sub(rf"\s*[|·–—-]\s*{SITE_NAME}$", "", _clean_title(text).casefold())
    return " ".join(re.findall(r"\w+", words)) or text


def _clean_title(text: str) -> str:
    label = TITLE_LABEL.fullmatch(text) or SUBJECT.fullmatch(text)
    return EMOJI_AROUND.sub("", label["value"] if label else text) or text


# 3. Top of the page


def _find_titles(lines: list[Line]) -> list[int]:
    """Return the indexes of the title, of which the last stands right above small print or text."""
    end = _find_text(lines)
    small = _words_in_small_letters(lines)
    candidates = {
        index: _score_title(lines, index, end, small) for index, line in enumerate(lines[:end]) if _may_be_title(line)
    }
    headers = [line for line in lines[:end] if line.kind == "H" and word_count(line.text) > 1]
    if not candidates and headers:  # the title itself is the header of each page
        for line in headers:
            line.kind, line.reason = "T", ""
        return _find_titles(lines)
    if not candidates:
        raise NotAnArticleError("no title was found: an article begins with its title on a line of its own")
    best = max(candidates, key=lambda index: (candidates[index], -index))
    for index, line in enumerate(
        lines[: max(end, best + 4)]
    ):  # a name beside small print, which is not the title after all
        name = _without_mark(line.text)
        is_name = line.kind == "T" and line.tag != "h1" and is_person(name, small)
        if is_name and index != best and _is_beside_small_print(lines, index):
            line.kind, line.text = "N", name
    key = _title_key(lines[best].text)
    titles = [index for index in range(end) if _title_key(lines[index].text) == key and _may_be_title(lines[index])]
    below = range(titles[-1] + 2, min(titles[-1] + 9, len(lines)))
    kinds = "".join(line.kind for line in lines)
    # The title may come again below an excerpt and small print.
    titles += [
        index
        for index in below
        if _title_key(lines[index].text) == key and EXCERPT_AND_SMALL_PRINT.fullmatch(kinds, titles[-1] + 1, index)
    ]
    return titles


def _find_text(lines: list[Line]) -> int:
    """Return the index behind which no title can be: behind an explicit title, or at the first running text."""
    keys = [_title_key(line.text) for line in lines[: TOP_LINES + 3]]
    top = lines[:TOP_LINES]
    is_mail = any(line.reason == "email" or SUBJECT.fullmatch(line.text) for line in top)
    start = next((i for i, line in enumerate(top) if is_mail and line.kind in "PT" and GREETING.match(line.text)), 0)
    while start and start < len(top) and (top[start].kind == "P" or GREETING.match(top[start].text)):
        start += 1
    is_text = (
        i >= start and line.kind == "P" and (ends_sentence(line.text) or keys[i] not in keys[i + 1 : i + 4])
        for i, line in enumerate(top)
    )
    text = [*is_text, True].index(True)
    plain = any(line.kind == "T" and line.tag != "h1" and _may_be_title(line) for line in top[:text])
    explicit = [i for i, line in enumerate(top) if line.tag == "h1" and (i < text or not plain)]
    explicit = explicit or [i for i, line in enumerate(top) if line.tag == "title" or TITLE_LABEL.fullmatch(line.text)]
    if not explicit:
        return text
    last = max(filter(lambda i: i < text and lines[i].tag == "h1", explicit), default=explicit[0])  # the first: a logo
    return max(i for i, key in enumerate(keys[: last + 4]) if key == keys[last]) + 1


def _may_be_title(line: Line) -> bool:
    text = _clean_title(line.text)
    if (line.kind not in "TPCRL" and line.tag != "h1") or not 3 <= len(text) <= 200:
        return False
    if "." in SENTENCE_END.findall(text):
        return False
    if line.kind == "L" and line.reason and text[0] in "←‹«<→":
        return False
    begins = text[0].isalnum() or (text[0] in "\"'“‘«(¿¡$&#" and not re.match(r"#[!# ]", text))
    return begins and not text.endswith((",", ";", ":", "{", "}", ">", "\\"))


def _score_title(lines: list[Line], index: int, end: int, small: set[str]) -> float:
    """Return how much speaks for this line as the title: markup, repetition, small print beside it, and its shape."""
    line, text = lines[index], lines[index].text
    key, words = _title_key(text), word_count(text)
    top = [other for position, other in enumerate(lines[: end + 3]) if position != index]
    repeats = any(_title_key(other.text) == key and other.kind in "TPCRL" for other in top[: end - 1])
    below = "".join(other.kind for other in lines[index + 1 : index + 4])
    above = "".join(other.kind for other in lines[max(0, index - 3) : index])
    in_menu = _is_in_menu(lines, index) and not repeats
    is_long = words > 9 and not is_title_case(text) and not is_question(text)
    weights = {
        30: TITLE_LABEL.fullmatch(text),
        20: line.tag == "h1",
        6: line.tag == "title",
        -3.3: SUBJECT.fullmatch(text),
        -3.1: SITE.fullmatch(text),
        4: repeats or any(_ends_path(other, text) for other in top),
        3: below[:1] in ("D", "N") and not SUBJECT.fullmatch(text),
        2: re.match(r"[^DN][DN]", below),
        1.9: re.search(r"(?:^|[^TPCR])[DN]$", above),  # small print with nothing above it that could be a title
        1.5: words > 1
        and not in_menu
        and all(other.kind not in "TR" or word_count(other.text) < 2 for other in lines[:index]),
        1.1: below[:1] == "P" or index + 1 == end or GREETING.match(lines[index + 1].text),
        1: words >= 4,
        -1.5: line.kind == "C",
        -2: words == 1 and below[:1] not in ("D", "N"),
        -3: not repeats and not _shares_words(text, lines[index + 1 :]),
        -3.5: lines[index + 1 : index + 2] and AGE.match(lines[index + 1].text),  # the account that posted it
        -4: line.kind == "P" or ends_sentence(text) or is_long,
        -5: in_menu or "://" in text or any(_ends_path(line, other.text) for other in top if other.kind in "TR"),
        -6: is_person(text, small) and _is_beside_small_print(lines, index),
    }
    return sum(weight for weight, applies in weights.items() if applies)


def _shares_words(text: str, below: list[Line]) -> bool:
    """Return whether the text below has a word of this one, as it has of a title, but seldom of the name of a site."""

    def is_text(line: Line) -> bool:
        return line.kind == "P" or word_count(line.text) > 6 or KEYWORDS_LABEL.fullmatch(line.text) is not None

    stems = {word.rstrip("s")[:5] for word in re.findall(r"\w{3,}", text.casefold()) if word not in NOT_NAMES - TOPICS}
    words = re.findall(r"\w{3,}", " ".join(line.text for line in below if is_text(line)).casefold())
    return bool(stems & {word.rstrip("s")[:5] for word in words})


def _ends_path(line: Line, text: str) -> bool:
    """Return whether a text is an end of a breadcrumb, of a browser's title, or of an address."""
    path = re.sub(r"\W+", "-", text.casefold())
    parts = re.split(r"\s*[»›>/→|]\s*|\s[–—-]\s", line.text)
    is_part = len(parts) > 1 and _title_key(text) in (_title_key(parts[0]), _title_key(parts[-1]))
    is_part = is_part or re.search(rf" on [\"“]?{re.escape(text)}[\"”]?$", line.text) is not None  # "5 comments on …"
    return is_part or (len(path) > 8 and "/" in line.text and path in line.text.casefold())


def _is_beside_small_print(lines: list[Line], index: int) -> bool:
    """Return whether small print is one or two lines away, on this side of the text."""
    above = "".join(line.kind for line in lines[max(0, index - 2) : index])
    below = "".join(line.kind for line in lines[index + 1 : index + 3])
    near = re.search(r"[DN][^P]?$", above) or re.match(r"[^P]?[DN]", below)
    return not lines[index].cells and near is not None


def _is_in_menu(lines: list[Line], index: int) -> bool:
    """Return whether a line is one of three or more short ones in a row. The last of them may be the title."""

    def is_short(line: Line) -> bool:
        return line.kind in "TWCAFKML" and word_count(line.text) <= 3 and not is_question(line.text)

    before = len([*takewhile(is_short, reversed(lines[:index]))])
    after = len([*takewhile(is_short, lines[index + 1 :])])
    return is_short(lines[index]) and before + after >= 2 and after > 0


def _words_in_small_letters(lines: list[Line]) -> set[str]:
    """Return the words that are no names: those the text has in small letters, and words of topics."""
    words = " ".join(line.text for line in lines)
    return {*re.findall(r"(?<![\w’'])[^\W\d_A-Z][\w’']*", words)} | NOT_NAMES


def is_person(text: str, small: set[str]) -> bool:
    """Return whether a text names a person: with a title, or by two or three words never seen in small letters."""
    text = text.title() if text.isupper() else text
    if TITLED.fullmatch(text):
        return True
    return PERSON.fullmatch(text) is not None and not {word.casefold() for word in re.findall(r"\w{2,}", text)} & small


def _place_head(lines: list[Line], titles: list[int]) -> int:
    """Place the lines above the text, and return where the text begins.

    They end with the small print under the title.
    """
    last = titles[-1]
    _place_lines_beside_date(lines, last)
    paths = [re.split(r"\s*[»›>/|]\s*", line.text) for line in lines[:last] if line.reason == "breadcrumb"]
    named = {part for path in paths for part in path[1:-1]}  # between the ends of a breadcrumb are categories
    kinds = "".join(
        "Q" if ":" in line.text and KEYWORDS_LABEL.fullmatch(line.text) else "N" if line.text.isdigit() else line.kind
        for line in lines
    )
    end = HEAD.match(kinds, last + 1).end()
    for line in lines[end : end + 2] if kinds[end : end + 2] == "TR" else ():
        line.tag = line.tag or "p"  # an excerpt that repeats
    for index, line in enumerate(lines[:end]):
        if _title_key(line.text) == _title_key(lines[last].text):
            line.place = "title"
        elif (line.kind == "C" or line.text in named) and not (index < titles[0] and _is_in_menu(lines, index)):
            line.place = "category"
        elif line.place != "body" or (KEYWORDS_LABEL.fullmatch(line.text) and index > titles[0] - 4):
            continue
        elif (line.kind in "TP" and index > last) or (
            line.kind == "P" and index > titles[0] and ends_sentence(line.text)
        ):  # between title and date stands no heading
            line.tag = line.tag or "p"
        elif line.kind not in "DN":
            line.leave_out(line.reason or "not understood, above the text")
    return end


def _place_lines_beside_date(lines: list[Line], title: int) -> None:
    """Place a month, a category of one word and the author's job, which stand between title and date."""
    small = _words_in_small_letters(lines)
    for index in range(title + 1, min(title + 7, len(lines) - 1)):
        line, below = lines[index], lines[index + 1]
        if line.kind == "P":
            return
        if re.fullmatch(MONTH_AND_YEAR, line.text, re.IGNORECASE):
            line.kind = "N"
            line.leave_out("small print: part of a date")
        elif line.kind != "T" or line.tag or below.kind not in "DN":
            continue
        elif word_count(line.text) <= 2 and is_title_case(line.text) and not PERSON.fullmatch(line.text):
            line.place = "category"
        elif below.kind == "D" and index > title + 1 and is_person(lines[index - 1].text, small):
            line.leave_out("about the author")


def _leave_out_table_of_contents(lines: list[Line]) -> None:
    """Leave out lines in a row that come again below as headings."""
    kinds = "".join(line.kind for line in lines)
    keys = [_title_key(_without_mark(line.text)) for line in lines]
    headings = {
        keys[i]: i for i, line in enumerate(lines) if kinds[i + 1 : i + 2] == "P" or HEADING.fullmatch(line.tag)
    }
    is_entry = [kinds[i] != "P" and headings.get(key, 0) > i + 1 for i, key in enumerate(keys[:TOP_LINES])]
    runs = (
        [i for i, _is_entry in run] for found, run in groupby(enumerate(is_entry), key=lambda pair: pair[1]) if found
    )
    for entries in runs:
        if len({keys[i] for i in entries}) < max(3, len(entries)):
            continue
        headline = entries[0] - 1
        is_furniture = headline >= 0 and lines[headline].kind == "T" and _kind(lines[headline].text)[0] == "F"
        for index in [headline, *entries] if is_furniture else entries:
            lines[index].kind = "F"
            lines[index].leave_out("table of contents")


# 4. Keywords, sections below the text, foot of the page, small print


def split_keywords(text: str) -> tuple[str, ...]:
    """Return the phrases of a list, each once. See ``clinic.keywords.parsing``."""
    return tuple(keyword.phrase for keyword in parse_keywords(text, may_be_html=False).keywords)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, whatever its capitals, as first written."""
    seen: dict[str, str] = {}
    for name in filter(None, names):
        seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


def _place_keywords(lines: list[Line], start: int) -> tuple[str, ...]:
    names: list[str] = []
    last_text = max((index for index, line in enumerate(lines) if line.kind == "P"), default=0)
    for index, line in enumerate(lines):
        label = KEYWORDS_LABEL.fullmatch(line.text)
        if line.place != "body" or line.tag.startswith("h"):
            continue
        if not label:
            if HASHTAGS.fullmatch(line.text) or (index > max(last_text, start) and _is_plain_keyword_list(line)):
                names += _take_keywords(lines[index : index + 1], line.text)
            continue
        parts, end = [label["rest"]], index + 1
        while end < len(lines) and _continues_keywords(parts, lines[end], lines[index + 1].gap):
            if [line.kind for line in lines[end + 1 : end + 2]] == ["R"] or KEYWORDS_LABEL.fullmatch(lines[end].text):
                break  # the title of a teaser, or another label
            parts.append(lines[end].text)
            end += 1
        names += _take_keywords(lines[index:end], (" " if label["rest"] else ", ").join(parts))
    return _distinct(names)


def _take_keywords(lines: list[Line], text: str) -> tuple[str, ...]:
    found = split_keywords(text)
    if not found or not _are_keywords(found, text):
        return ()
    for line in lines:
        line.kind, line.place, line.reason = "Q", "keywords", ""
    return found


def _is_plain_keyword_list(line: Line) -> bool:
    """Return whether a line right below the text is a list of phrases without a label."""
    names = line.text.split(", ")
    shaped = all(starts_small(name) and word_count(name) <= 4 and not re.match("(?:and|or) ", name) for name in names)
    return (
        line.kind == "T"
        and not line.tag
        and (len(names) > 2 or (len(names) == 2 and line.gap > 0))
        and shaped
        and not ends_sentence(line.text)
    )


def _continues_keywords(parts: list[str], line: Line, gap: int) -> bool:
    """Return whether a line goes on with keywords.

    ``gap`` is that of the first line below a label that stands alone.
    """
    if line.kind not in "TPC" or (ends_sentence(line.text) and not QUOTE.search(line.text)):
        return False
    is_open = parts[-1].endswith((",", ";", "|")) or bool(QUOTE.match(line.text))
    if parts[0]:
        return is_open or (line.gap == 0 and re.search(r"[,;|]", line.text) is not None)
    is_alike = (
        len(parts) > 1
        and (starts_small(parts[1]) == starts_small(line.text) or line.text.isupper())
        and word_count(line.text) <= 5
    )
    return is_open or len(parts) == 1 or (line.gap <= gap and is_alike and not is_question(line.text))


def _are_keywords(names: tuple[str, ...], text: str) -> bool:
    """Return whether the names are a list of phrases.

    They may also be a sentence that begins with the word "Keywords".
    """
    quoted = len(QUOTE.findall(text)) > 1
    most_words = 15 if quoted else 4 if ends_sentence(text) else 8
    return all(len(name) <= KEYWORD_CHARS and word_count(name) <= most_words for name in names)


def _leave_out_author_boxes(lines: list[Line], start: int) -> None:
    """Leave out the author's name below the text, if the sentence under it is about them: "Jane is our nurse"."""
    small_print = " ".join(line.text for line in lines[:start] if line.kind in "DN").casefold()
    for line, about in pairwise(lines[start:]):
        name = re.sub(rf"^(?:{WHO}|about)\s+", "", line.text, flags=re.IGNORECASE)
        words = "|".join(re.escape(word) for word in re.findall(r"[A-Z]\w+", name))
        is_author = line.kind in "TN" and word_count(name) < 6 and name.casefold() in small_print
        begins = rf"(?:(?:{words})\b\.? ?)+(?:,? {CREDENTIAL})*,? (?:is|has|was|loves|works)\b"
        if words and is_author and re.match(begins, about.text):
            for one in (line, about):
                one.kind = "F"
                one.leave_out("about the author")
    last = next(line for line in reversed(lines) if line.kind == "P" or line is lines[0])
    about = ABOUT_AUTHOR.match(last.text)
    if about and last.place == "body" and about["name"].casefold() in small_print:
        last.kind = "F"
        last.leave_out("about the author")


def _mark_sections(lines: list[Line], start: int) -> None:
    """Mark comments, a box about the author, archives and the like: from their headline to the end of the page.

    The same words may be a heading of the article. Then text follows, and little page furniture.
    """
    kinds = "".join(line.kind for line in lines)
    first_text = kinds.find("P", start)
    for index in range(first_text + 1, len(lines) if first_text >= 0 else 0):
        if kinds[index] not in "S" and not _is_count_of_comments(lines[index]):
            continue
        rest = kinds[index + 1 :]
        furniture = len(re.findall("[AKLMFWS]", rest)) + sum(_is_comment_line(line) for line in lines[index + 1 :])
        is_teasers = lines[index].reason == "links to other posts" and _are_teasers(lines[index + 1 :])
        if rest.count("P") > 1 and 3 * furniture < len(rest) and not is_teasers:
            continue
        if kinds[index] == "S" and rest[:1] == "P" and not furniture:
            continue
        reason = "comments"
        for line in lines[index:]:
            reason = line.reason if line.kind in "SL" and line.reason else reason
            if line.place == "body" and line.kind not in "QA":
                line.kind, line.reason = "F", line.reason or reason
        return


def _are_teasers(lines: list[Line]) -> bool:
    """Return whether nothing follows but titles with a short text right below each, and space between them."""
    pairs = [*zip(lines[::2], lines[1::2], strict=False)]
    return len(lines) == 2 * len(pairs) and all(
        title.kind == "T" and title.gap and text.kind == "P" and not text.gap and len(text.text) <= 250
        for title, text in pairs
    )


def _is_count_of_comments(line: Line) -> bool:
    return re.fullmatch(r"(?:\d+|no) (?:comments?|responses?|replies)", line.text, re.IGNORECASE) is not None


def _is_comment_line(line: Line) -> bool:
    return line.kind == "D" or re.search(r"\b(?:says|said|wrote):?$|\bon \w+ \d", line.text) is not None


def _place_foot(lines: list[Line], start: int) -> None:
    """Leave out every teaser, and the foot of the page.

    The foot is at least two lines of furniture, and what follows them. Up to three lines of text may stand in between.
    Running text among them stays in the body, with a remark.
    """
    kinds = "".join("N" if line.kind == "H" else line.kind for line in lines)
    pieces = groupby(PIECE.finditer(kinds, start), key=lambda piece: piece.lastgroup == "text")
    runs = [(is_text, [*run]) for is_text, run in pieces]
    foot = _find_foot(lines, kinds, runs)
    for is_text, run in runs:
        if is_text and run[0].start() > foot:
            _place_stray(lines, run[0].start(), run[-1].end())
        for piece in () if is_text else run:
            for line in lines[piece.start() : piece.end()]:
                if line.place != "body":
                    continue
                if piece.lastgroup == "teaser":
                    line.leave_out("teaser of another post")
                elif piece.start() >= foot:
                    line.leave_out(line.reason or lines[piece.start()].reason)
                else:
                    line.reason = ""


def _leave_out_remains(lines: list[Line]) -> None:
    """Leave out headers of printed pages, and short lines at the very end, behind keywords, categories or the like."""
    last = max((index for index, line in enumerate(lines) if line.kind == "P" or MARK.fullmatch(line.text)), default=0)
    below = re.search("[QDN]|CC", "".join(line.kind for line in lines[last + 1 :]))
    first = last + 1 + below.start() if below else len(lines)
    for index, line in enumerate(lines):
        if line.place == "body" and (line.kind == "H" or (index >= first and line.kind in "TWCFML")):
            line.leave_out(line.reason or "not understood, below the text")


def _find_foot(lines: list[Line], kinds: str, runs: list[tuple[bool, list[re.Match]]]) -> int:
    """Return where the last furniture begins that has no more than a few lines of text below it."""
    foot = lone = len(kinds)
    for is_text, run in runs:
        first, last = run[0].start(), run[-1].end()
        if is_text:
            text = [line for line in lines[first:last] if line.kind not in "QDNH"]
            is_article = len(text) > MAX_STRAY_LINES and (len(text) > 8 or any(map(_is_substantial, text)))
            foot = len(kinds) if is_article else foot
            lone = len(kinds) if is_article or any(line.kind == "P" for line in text) else lone
        elif kinds[first:last].strip("WM") and (last - first > 1 or last == len(kinds.rstrip("DNQ"))):
            foot = min(foot, first, lone)
        elif kinds[first:last].strip("WMA"):
            lone = min(lone, first)  # furniture, if more follows
    return len(kinds[:foot].rstrip("WMND")) if foot < len(kinds) else foot


def _is_substantial(line: Line) -> bool:
    return SENTENCE_END.search(line.text) is not None or len(line.text) > 100


def _place_stray(lines: list[Line], start: int, end: int) -> None:
    """Place text below the top of the foot.

    Between two headlines of contact blocks it belongs to the first.
    """
    in_contact = [line.kind for line in (lines[start - 1], *lines[end : end + 1])] == ["A", "A"]
    strays = [line for line in lines[start:end] if line.kind not in "QDN"]
    is_text = any(map(_is_substantial, strays))
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
    text = re.sub(rf"^\((.*)\)$|[{EMOJI}]\ufe0f?\s*", r"\1", text)
    if len(text) > 200 or (
        text.endswith((".", "!", "?")) and not re.search(r"m\.$|\b(?:in|under):? [A-Z][\w &]{2,30}\.$", text)
    ):
        return []
    text = text.removesuffix(".")
    while position < len(text):
        matches = ((field, pattern.match(text, position)) for field, pattern in SMALL_PRINT.items())
        field, match = next(((field, match) for field, match in matches if match), ("", None))
        if not match:
            return []
        value = match.groupdict().get("value") or match[0]
        if field in ("date", "updated") and not read_date(value):
            field = "not a day of the calendar"
        found.append((field, value.strip()))
        position = match.end()
    is_sure = any(field != "name" or TITLED.fullmatch(value) for field, value in found)
    return found if is_sure and found != [("name", text)] else []


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


def _read_name(text: str) -> list[tuple[str, str]]:
    inside = IN_CATEGORY.fullmatch(text)
    return [("category", inside["value"])] if inside else [("name", text)]


def _place_small_print(article: LegacyArticle) -> None:
    """Fill date, author and categories.

    The day of an update counts only where there is no other date. A name without a label is a person, or else a
    category.
    """
    small = _words_in_small_letters(article.lines)
    lines = [line for line in article.lines if line.place == "body" and line.kind in "DN"]
    first_text = next((line for line in article.lines if line.kind == "P" and line.place == "body"), Line(0, ""))
    small_print = [(line, read_small_print(line.text) or _read_name(line.text)) for line in lines]
    pieces = [(field, value, line) for line, found in small_print for field, value in found]
    people = [value for field, value, _line in pieces if field == "name" and is_person(value, small)]
    # Below the text, another date is that of another post, and the name beside it its title.
    above = [piece for piece in pieces if piece[2].number < first_text.number]
    near = above if any(field in DATE_FIELDS for field, _value, _line in above) else pieces
    unlabeled = [value for field, value, _line in near if field == "name" and value not in people]
    names = [line.text for line in article.lines if line.place == "category"]
    names += [value for field, value, _line in pieces if field == "category"]
    names += [value for value in unlabeled if not re.search(r"\d", value)]
    article.categories = _distinct(name.strip(" []") for value in names for name in re.split("[,;/]", value))
    authors = [value for field, value, _line in pieces if field == "author"]
    article.author = next(iter([*authors, *people]), "")
    dates = sorted((piece for piece in pieces if piece[0] in ("date", "updated")), key=lambda piece: piece[0])
    _field, words, date_line = dates[0] if dates else ("", "", None)
    if not words and (dateline := DATELINE.match(first_text.text)):
        words = dateline["value"]
    article.date = read_date(words)
    last_text = max((line.number for line in article.lines if line.kind == "P" and line.place == "body"), default=0)
    for line in article.lines:
        if line.text == article.author and line.place == "body" and line.kind == "T" and line.number > last_text:
            line.leave_out("small print: author")
    for line, found in small_print:
        fields = [field for field, _value in found]
        if line is date_line and len(found) == 1:
            line.place = "date"
        elif fields in (["author"], ["name"]) and found[0][1] == article.author:
            line.place = "author"
        elif fields == ["category"]:
            line.place = "category"
        else:
            line.leave_out(
                "small print: "
                + ", ".join(
                    "category without a label" if field == "name" and value in unlabeled else field
                    for field, value in found
                )
            )


# 5. Body


def _report_unread(lines: list[Line]) -> None:
    """Give a reason to each line of the body that is a table's or has markup.

    Markup inside a sentence is text: it may be what the sentence is about.
    """
    body = [line for line in lines if line.place == "body"]
    for line, above, below in zip(body, [None, *body], [*body[1:], None], strict=False):
        if line.reason:
            continue
        if line.cells:
            is_table = any(other and len(other.cells) == len(line.cells) > 1 for other in (above, below))
            line.reason = "a row of a table" if is_table else "not understood, a row of a table"
        elif (MARKUP.match if is_prose(line.text) else MARKUP.search)(re.sub(r"\[\d+\]", "", _without_mark(line.text))):
            line.reason = "not understood, markup"


def word_count(text: str) -> int:
    return len(re.findall(r"\w+", text))


def is_question(text: str) -> bool:
    """Return whether a text asks. A sentence that ends in the question of somebody else does not."""
    if QUOTED_QUESTION.search(text):
        return False
    return text.rstrip("\"'”’)] ").endswith("?")


def ends_sentence(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith((".", "!", "…"))


def is_prose(text: str) -> bool:
    """Return whether a line is running text.

    That is a full sentence, several of them, or a long line.
    """
    marks = SENTENCE_END.findall(text)
    if len(text) > 140 or QUOTED_QUESTION.search(text):
        return True
    if is_question(text):
        return any(mark != "?" for mark in marks) or (bool(marks) and len(text) > 100)
    if text.endswith("!") and is_title_case(text) and not marks:
        return False  # a headline that shouts
    if ends_sentence(text):
        return word_count(text) >= 5 or bool(marks)
    return word_count(text) > 9 and bool(marks)


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
    words, parts = word_count(text), text.casefold().split()
    if is_prose(text) or len(text) > 100 + 50 * is_question(text):
        return False
    if not re.search(r"[^\W\d_]", text) or re.search(r"[$€£]\s?\d[\d.,]*$|\w\.(?:jpe?g|png|gif|webp|pdf)$", text, re.I):
        return False
    if is_question(text):
        return True
    if text.endswith(":"):
        return (
            over_prose and words <= (6 if parts[0] in QUESTION_WORDS else 3) and parts[-1].rstrip(":") not in UNFINISHED
        )
    if text.endswith((".", "!")):
        return text.isupper() or (text.endswith("!") and is_title_case(text))
    if text.endswith((",", ";", "…")) or re.search(r"@|https?:|\d{3}[-. ]\d{4}|\d\s?[ap]m\b|^[\"“‘].*[\"”’]$", text):
        return False
    if parts[0] not in QUESTION_WORDS and (
        starts_small(text) or (parts[-1] in UNFINISHED and not over_prose and not text.isupper())
    ):
        return False
    return words <= (16 if is_title_case(text) else 12) and not (starts_small(text) and words < 3)


def _read_blocks(lines: list[Line]) -> tuple[Block, ...]:
    """Read the body. The first rule that applies takes one or more lines."""
    body = _without_lone_marks(_unwrapped(lines))
    _mark_numbered_headings(body)
    blocks: list[Block] = []
    index = 0
    while index < len(body):
        found, count = next(filter(None, (rule(body, index) for rule in BODY_RULES)))
        blocks += found
        index += count
    return tuple(blocks)


Taken = tuple[list[Block], int]  # what a rule made, and of how many lines


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Return copies of the lines of the body, with broken paragraphs joined.

    A line that is not understood has the tag ``UNREAD``, unless it is marked or goes on a paragraph.
    """
    body = [line for line in lines if line.place == "body"]
    width = max((len(line.text) for line in body if not line.cells), default=0)
    broken = sum(bool(SENTENCE_END.search(line.text)) and not ends_sentence(line.text) for line in body)
    wrapped = (60 <= width <= 120 and _is_wrapped(lines)) or (30 <= width < 60 and broken > 2)
    vocabulary = {*re.findall(r"[\w-]+", " ".join(line.text for line in lines).casefold())}
    parts: list[Line] = []
    last = ""
    for line, above in zip(lines, [None, *lines], strict=False):
        if line.place != "body":
            continue
        adjoins = above is not None and above.place == "body" and not line.gap and wrapped and not line.tag
        full = len(last) + 1 + len(line.text.split()[0]) > width
        is_long = len(last) >= min(50, width * 0.6) or MARK.fullmatch(last)
        goes_on = is_long and starts_small(line.text) and not ends_sentence(last) and not last.endswith(":")
        is_marked = MARK.fullmatch(line.text) is not None
        is_unread = line.reason.startswith("not understood") and not is_marked
        if adjoins and (full or goes_on) and not is_question(last) and not is_marked and not line.cells:
            parts[-1].text = _join(parts[-1].text, line.text, vocabulary)
        else:
            parts.append(replace(line, tag=UNREAD if is_unread and not line.cells else line.tag))
        last = "" if line.cells or line.tag else line.text
    return parts


def _is_wrapped(lines: list[Line]) -> bool:
    """Return whether lines were broken at a width: some end inside a sentence, and the next one goes on."""
    pairs = [
        (above.text, line.text)
        for above, line in pairwise(lines)
        if not line.gap
        and line.place == above.place == "body"
        and len(above.text) >= 50
        and not MARK.fullmatch(line.text)
    ]
    return any(not ends_sentence(above) and not above.endswith((":", "?")) for above, _line in pairs)


def _join(above: str, below: str, vocabulary: set[str]) -> str:
    """Join two parts of a broken line. A hyphen goes if it only divided a word."""
    divided = re.search(r"(?P<first>[^\W\d_]+)-$", above)
    second = re.match(r"[^\W\d_]+", below)
    if divided and second and starts_small(below):
        halves = {divided["first"].casefold(), second[0].casefold()}
        return (
            above + below
            if halves <= vocabulary - {f"{divided['first']}-".casefold()} and len(divided["first"]) > 3
            else above[:-1] + below
        )
    return f"{above} {below}"


def _without_question_labels(body: list[Line]) -> list[Line]:
    """Remove "Q:" before a question and "A:" before the answer below it."""
    shown = [replace(line) for line in body]
    for question, answer in pairwise(shown):
        asked, answered = ASKED.fullmatch(question.text), ANSWERED.fullmatch(answer.text)
        if asked and answered and is_question(question.text):
            question.text, answer.text = asked["text"], answered["text"]
    return shown


def _without_lone_marks(body: list[Line]) -> list[Line]:
    """Remove the marks of headings: dashes, or "1." before every one of them.

    A real count stays.
    """
    marks = [MARK.fullmatch(line.text) for line in body]
    numbers = [match["number"] for match in marks if match and match["number"]]
    uncounted = len(numbers) > 1 and set(numbers) == {"1"}
    bulleted = sum(match is not None for match in marks) - len(numbers) > 1
    shown = []
    body = _without_question_labels(body)
    for line, match, below, above in zip(body, marks, [*body[1:], Line(0, "")], [None, *marks], strict=False):
        is_emoji = EMOJI_AROUND.match(line.text) is not None
        is_single = not above or (is_emoji and not EMOJI_AROUND.match(above.string))
        removable = match and is_single and not line.tag and (uncounted if match["number"] else bulleted or is_emoji)
        is_lone = removable and not MARK.fullmatch(below.text) and is_prose(below.text)
        shown.append(
            replace(line, text=match["text"]) if is_lone and is_heading(match["text"], over_prose=True) else line
        )
    return shown


def _mark_numbered_headings(body: list[Line]) -> None:
    """Mark numbered lines, each over text, as headings.

    If one of them is a heading, the others are, although some are sentences: "3. You wake up at night."
    """
    numbered = [(line, below, match) for line, below in pairwise(body) if (match := MARK.fullmatch(line.text))]
    numbered = [(line, below, match) for line, below, match in numbered if match["number"]]
    counts_up = [int(match["number"]) for _line, _below, match in numbered] == [*range(1, len(numbered) + 1)]
    over_text = all(is_prose(below.text) and not MARK.fullmatch(below.text) for _line, below, _match in numbered)
    short = all(
        len(match["text"]) <= 80 and not SENTENCE_END.search(match["text"]) and line.tag in ("", "b")
        for line, _below, match in numbered
    )
    if counts_up and over_text and short and any(is_heading(m["text"], over_prose=True) for _l, _b, m in numbered):
        for line, _below, _match in numbered:
            line.tag = "h2"


def _read_tagged(body: list[Line], start: int) -> Taken | None:
    """Read a line whose markup says what it is."""
    tag, text = body[start].tag, body[start].text
    below = body[start + 1] if start + 1 < len(body) else None
    if HEADING.fullmatch(tag):
        level = min(max(int(tag[1]), 2), 4)
        return [Block(f"h{level}", (text,))], 1
    if tag == "b":
        is_title = below is not None and not MARK.fullmatch(text) and len(text) <= 120 and not is_prose(text)
        return [Block("h2" if is_title and not text.endswith((":", ",")) else "p", (text,))], 1
    return ([Block("p", (text,))], 1) if tag in ("p", UNREAD) and not MARK.fullmatch(text) else None


def _read_rows(body: list[Line], start: int) -> Taken | None:
    """Read two or more rows with the same number of cells as a table, and a lone row as text."""
    cells = body[start].cells
    if not cells:
        return None
    rows = [line.cells for line in takewhile(lambda line: len(line.cells) == len(cells), body[start:])]
    if len(cells) < 2 or len(rows) < 2:
        return [Block("p", (body[start].text,))], 1
    return [Block("table", tuple(rows))], len(rows)


def _read_marked(body: list[Line], start: int) -> Taken | None:
    """Read marked lines as a list, with lists inside it.

    Numbers have to count up from 1, or say "1." every time.
    """
    run = [*takewhile(lambda line: MARK.fullmatch(line.text) and not (line.cells or line.tag[:1] == "h"), body[start:])]
    if len(run) > 1 and int(MARK.fullmatch(run[0].text)["number"] or 0) > 1 and not run[1].text[0].isdigit():
        return None  # a heading with a number, over bullets
    run = run[: _find_end_of_list(run)]
    if len(run) < 2:
        text = MARK.fullmatch(run[0].text)["text"] if run else ""
        return ([Block("ul", (text,))], 1) if run and run[0].text[0] in GLYPHS else None
    blocks = _nest([_read_item(line) for line in run])
    if blocks is None:
        return [Block("p", (line.text,)) for line in run], len(run)  # a list would count from 1 again
    return [blocks], len(run)


@dataclass(frozen=True)
class _Item:
    glyph: str  # "1" for every number, "a" for every letter
    number: int
    indent: int
    text: str


def _read_item(line: Line) -> _Item:
    match = MARK.fullmatch(line.text)
    number = ord(match["letter"]) - ord("a") + 1 if match["letter"] else int(match["number"] or 0)
    glyph = "a" if match["letter"] else "1" if number else re.sub(f"[{EMOJI}]", "✓", line.text[0])
    return _Item(glyph, number, line.indent, match["text"])


def _find_end_of_list(run: list[Line]) -> int:
    """Return how many lines are one list: bullets below a number belong to it if the count goes on, or if indented."""
    items = [_read_item(line) for line in run]
    inside: set[str] = set()
    for index, item in enumerate(items[1:], start=1):
        if bool(item.number) == bool(items[0].number) or item.glyph in inside:
            continue
        is_nested = item.indent > items[0].indent + 1
        counts_on = not item.number and any(later.number > 1 for later in items[index:])
        if not (is_nested or counts_on):
            return index
        inside.add(item.glyph)
    return len(run)


def _nest(items: list[_Item], depth: int = 0) -> Block | None:
    """Return a list, with lists inside it where the marks change or go to the right. Return None for a wrong count."""
    first = items[0]
    texts: list[str | Block] = []
    numbers: list[int] = []
    index = 0
    while index < len(items):
        item = items[index]
        deeper = [*takewhile(lambda other: _is_deeper(other, first), items[index:])] if index and depth < 5 else []
        if deeper:
            inner = _nest(deeper, depth + 1)
            texts += [inner] if inner else [other.text for other in deeper]
            index += len(deeper)
        else:
            texts.append(item.text)
            numbers.append(item.number)
            index += 1
    if first.number and numbers not in ([*range(1, len(numbers) + 1)], [1] * len(numbers)):
        return None
    return Block("ol" if first.number else "ul", tuple(texts))


def _is_deeper(item: _Item, first: _Item) -> bool:
    return item.indent > first.indent + 1 or (item.glyph != first.glyph and item.indent >= first.indent)


def _read_fragments(body: list[Line], start: int) -> Taken | None:
    """Read a list without marks.

    That is short lines under a colon or a question, two in lower case, or four of any kind.
    """
    intro = body[start - 1].text if start else ""
    under_colon = intro.endswith(":")
    if _is_unfinished(intro) and (sentences := _read_short_sentences(body, start)):
        return sentences
    run = [line.text for line in _until_gap([*takewhile(_may_be_item, body[start:])])]
    below = body[start + len(run)].text if start + len(run) < len(body) else ""
    under_question = is_question(intro) and len(run) > 1
    small = bool(run) and starts_small(run[0])
    if small:  # a list that begins in small letters ends in small letters
        run = run[: max(index for index, text in enumerate(run) if starts_small(text)) + 1]
    elif (
        run
        and (is_prose(below) or MARK.fullmatch(below))
        and _stands_out(run[-1], run[:-1], body[start : start + len(run)])
    ):
        run = run[:-1]  # the heading of the text below
    if not run or not (under_colon or len(run) >= (2 if small or under_question else 3)):
        return None
    if not under_colon and not under_question and not small:
        items = run[1:]
        if len({ends_sentence(text) for text in items}) > 1:
            return None  # headings, each over a short sentence
        if starts_small(items[0]):
            items = items[: max(index for index, text in enumerate(items) if starts_small(text)) + 1]
        tag = "h2" if is_heading(run[0], over_prose=False) else "p"
        return [Block(tag, (run[0],)), Block("ul", tuple(items))], 1 + len(items)
    return [Block("ul", tuple(run))], len(run)


def _until_gap(lines: list[Line]) -> list[Line]:
    """Return the lines up to the first that stands further away than the lines before it: another heading."""
    for index in range(1, len(lines)):
        is_apart = lines[index].gap > lines[index - 1].gap == 0 and not starts_small(lines[index].text)
        if is_apart and index + 1 < len(lines):
            return lines[:index]
    return lines


def _is_unfinished(text: str) -> bool:
    """Return whether a line ends like "Call us if:", and goes on in the lines below."""
    last = text.casefold().rstrip(":…").split()[-1:]
    return bool(last) and last[0] in UNFINISHED and not is_prose(f"{text.rstrip(':')}x")


def _read_short_sentences(body: list[Line], start: int) -> Taken | None:
    """Read the short sentences below "Call us if:", two or more close together."""
    run = [*takewhile(lambda line: _is_short_sentence(line), body[start:])]
    if len(run) > 1 and any(line.gap for line in run[1:]):
        gap = run[1].gap
        run = [run[0], *takewhile(lambda line: line.gap <= gap, run[1:])]
    if len(run) < 2 or 2 * sum(ends_sentence(line.text) for line in run) < len(run):
        return None
    return [Block("ul", tuple(line.text for line in run))], len(run)


def _is_short_sentence(line: Line) -> bool:
    text = line.text
    if line.tag or line.cells or MARK.fullmatch(text) or len(text) > 100 or text.endswith((":", "?")):
        return False
    return not SENTENCE_END.search(text) and (ends_sentence(text) or _may_be_item(line))


def _may_be_item(line: Line) -> bool:
    text = line.text
    if (
        line.tag
        or line.cells
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


def _is_shouted(text: str, others: list[str]) -> bool:
    """Return whether a line of two or more words, and no other below the first, has only capitals."""
    is_single = text.isupper() and len(others) > 1 and not any(map(str.isupper, others[1:]))
    return is_single and word_count(text) > 1 and not re.search(r"\d", text)


def _stands_out(text: str, others: list[str], lines: Iterable[Line]) -> bool:
    """Return whether a line is a heading among items.

    It begins like a question, only it has capitals, or only it has space above.
    """
    if not others or text.casefold().split()[0] in QUESTION_WORDS or _is_shouted(text, others):
        return True
    gaps = [line.gap for line in lines]
    if len(gaps) > 1 and (gaps[-1] > max(gaps[1:-1] or gaps[:1]) or gaps[-1] > gaps[-2] == 0):
        return True
    return word_count(text) > 1 and is_title_case(text) and not any(map(is_title_case, others))


def _read_single(body: list[Line], index: int) -> Taken:
    text = body[index].text
    below = body[index + 1] if index + 1 < len(body) else None
    match = MARK.fullmatch(text)
    words = match["text"] if match else text
    over_prose = below is not None and is_prose(below.text)
    above = body[index - 1].text if index and not MARK.fullmatch(body[index - 1].text) else ""
    is_answer = is_question(above) and not is_question(text) and not over_prose
    is_link = body[index].kind == "L"
    is_title = (
        below
        and not is_link
        and not is_answer
        and (not match or match["number"])
        and is_heading(words, over_prose=over_prose)
    )
    return [Block("h2" if is_title else "p", (text,))], 1


BODY_RULES = (_read_tagged, _read_rows, _read_marked, _read_fragments, _read_single)


def _refuse_without_text(article: LegacyArticle, *, twice: bool) -> None:
    paragraphs = [line for line in article.lines if line.place == "body" and is_prose(line.text)]
    if not paragraphs:
        raise NotAnArticleError("there is a title but no text: not one full sentence was found below it")
    if len(paragraphs) == 1 and not (twice or article.date or article.lists or len(article.left_out) > 2):
        raise NotAnArticleError(
            "this does not look like an article of the old site: no date, no second title, and too little text"
        )
