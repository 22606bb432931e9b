"""One article out of the text of a saved page."""

from dataclasses import replace

from .body import read_body
from .header import Header, read_header
from .keywords import KeywordLines, distinct, find_keywords
from .meta import Meta
from .model import LegacyArticle, ListBlock, NotAnArticle, Paragraph, Place, PlacedLine
from .passage import BARE_MARK
from .reading import Line, numbered_lines
from .tail import Page, Tail, find_tail
from .teasers import find_teasers
from .wording import has_words, reads

FORMATS = {"<": "an HTML page; save it as plain text first", "{\\rtf": "a rich text file; save it as plain text first"}
NOT_KEPT = "author or small print, to be set by hand"
NO_WORDS = "no words"
SECOND_DATE = "another date"
# Without a second title, a date or the site's furniture a text has to look like an article by its length.
PARAGRAPHS_WITHOUT_PROOF, FURNITURE_PROVES = 2, 3


class Ledger:
    """Gives every line exactly one place. The first claim counts; what nobody claims is the body."""

    def __init__(self, lines: list[Line]):
        self.lines = lines
        self._claims: dict[int, tuple[Place, str]] = {}

    def claim(self, index: int, place: Place, reason: str = "") -> None:
        self._claims.setdefault(index, (place, reason))

    def claimed(self, index: int) -> bool:
        return index in self._claims

    def body(self) -> list[Line]:
        """The lines nobody claimed. One that stood under a claimed line no longer adjoins the line above."""
        return [
            replace(line, gap=max(line.gap, int(index - 1 in self._claims)))
            for index, line in enumerate(self.lines)
            if index not in self._claims
        ]

    def placed(self) -> tuple[PlacedLine, ...]:
        return tuple(
            PlacedLine(line.no, line.text, *self._claims.get(index, ("body", "")))
            for index, line in enumerate(self.lines)
        )


def parse(text: str) -> LegacyArticle:
    """Read an article of the old site. Raises ``NotAnArticle`` when the text is none."""
    _refuse_other_formats(text)
    lines = numbered_lines(text)
    if not lines:
        raise NotAnArticle("the file is empty")
    header = read_header(lines)
    teasers = find_teasers(lines, header.start)
    teased = {index for teaser in teasers for index in range(teaser.start, teaser.end)}
    keywords = find_keywords(lines, header.start, teased)
    tail = find_tail(
        Page(lines, header.start, teasers, {i for found in keywords for i in range(found.start, found.end)})
    )
    return _article(lines, header, keywords, tail)


def _article(lines: list[Line], header: Header, keywords: list[KeywordLines], tail: Tail) -> LegacyArticle:
    metas = header.metas | tail.metas
    dated = _date_line(metas)
    ledger = Ledger(lines)
    for index in header.titles:
        ledger.claim(index, "title")
    for index, meta in metas.items():
        ledger.claim(index, *_place_of(meta, index == dated))
    for found in keywords:
        for index in range(found.start, found.end):
            ledger.claim(index, "keywords")
    for index, reason in (header.reasons | tail.reasons).items():
        ledger.claim(index, "left out", reason)
    _claim_empty_marks(ledger, header.start)
    article = LegacyArticle(
        title=lines[header.titles[-1]].text,
        date=metas[dated].day if dated is not None else None,
        categories=distinct(name for _, meta in sorted(metas.items()) for name in meta.names),
        keywords=distinct(name for found in keywords for name in found.names),
        blocks=read_body(ledger.body()),
        lines=ledger.placed(),
        warnings=_warnings(lines, metas, dated, tail),
    )
    of_the_site = len(tail.reasons) >= FURNITURE_PROVES
    _refuse_without_text(article, proven=len(header.titles) > 1 or dated is not None or of_the_site)
    return article


def _date_line(metas: dict[int, Meta]) -> int | None:
    """The line with the day of publication; the day of an update only where there is no other."""
    dated = [index for index, meta in sorted(metas.items()) if meta.dated and meta.day]
    return min(dated, key=lambda index: (metas[index].updated, index), default=None)


def _place_of(meta: Meta, is_date: bool) -> tuple[Place, str]:
    if is_date:
        return "date", ""
    if meta.names or meta == Meta():
        return "category", ""
    return "left out", SECOND_DATE if meta.dated else NOT_KEPT


def _claim_empty_marks(ledger: Ledger, start: int) -> None:
    """Rules of dashes, and marks of a list with nothing behind them."""
    for index in range(start, len(ledger.lines)):
        if not has_words(ledger.lines[index].text) and not _marks_next(ledger, index):
            ledger.claim(index, "left out", NO_WORDS)


def _marks_next(ledger: Ledger, index: int) -> bool:
    if not BARE_MARK.fullmatch(ledger.lines[index].text) or index + 1 >= len(ledger.lines):
        return False
    return has_words(ledger.lines[index + 1].text) and not ledger.claimed(index + 1)


def _warnings(lines: list[Line], metas: dict[int, Meta], dated: int | None, tail: Tail) -> tuple[str, ...]:
    warnings = [
        f"line {lines[index].no}: “{lines[index].text}” is no day of the calendar"
        for index, meta in sorted(metas.items())
        if meta.dated and not meta.day
    ]
    if dated is None:
        warnings.append("no date found: set it before publishing")
    warnings += [
        f"line {lines[index].no} stands among the page furniture and was kept as text: check it"
        for index in sorted(tail.stray)
    ]
    if any("â€" in line.text or "\ufffd" in line.text for line in lines):
        warnings.append("some characters look damaged: check quotation marks and dashes")
    return tuple(warnings)


def _refuse_other_formats(text: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")[:200].casefold()
    for mark, name in FORMATS.items():
        if start.startswith(mark):
            raise NotAnArticle(f"this is {name}")


def _refuse_without_text(article: LegacyArticle, *, proven: bool) -> None:
    paragraphs = [block.text for block in article.blocks if isinstance(block, Paragraph) and reads(block.text)]
    items = [item for block in article.blocks if isinstance(block, ListBlock) for item in block.items if reads(item)]
    if not paragraphs and not items:
        raise NotAnArticle("there is a title but no text: not one full sentence was found below it")
    if not proven and (len(paragraphs) < PARAGRAPHS_WITHOUT_PROOF or _mostly_not_prose(article)):
        raise NotAnArticle(
            "this does not look like an article of the old site: no date, the title stands only once, nothing of the "
            "site around it, and too little running text"
        )


def _mostly_not_prose(article: LegacyArticle) -> bool:
    body = [line.text for line in article.lines if line.place == "body"]
    return sum(len(text) for text in body if reads(text)) * 2 < sum(map(len, body))
