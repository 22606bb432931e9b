"""Where the article ends: the furniture of the page below it.

Read from the last line upwards. A line is furniture by its own words, or as part of a teaser, or because it stands
in a block of furniture. Running text that nothing recognises stays with the article, wherever it stands.
"""

from dataclasses import dataclass, field

from .furniture import CONTACT, HOURS, IN_BLOCK, LINKS, TEASER, Furniture, recognise
from .meta import LABELLED_CATEGORY, POSTED, SURE_CATEGORIES, Meta, category_names, read_meta
from .reading import Line
from .teasers import Teaser
from .wording import ends_sentence, inner_ends, is_prose, is_title_case, key, looks_like_title, starts_small, word_count

# More text than this below a block of furniture means that the block stands inside the article.
MAX_STRAY_PROSE, MAX_STRAY = 2, 6
REACH = 3
# “We would love to hear from you!” below a telephone number.
GREETING_WORDS = 15


@dataclass
class Tail:
    """Reasons by index of line; ``metas`` holds category and date lines that stand below the article."""

    reasons: dict[int, str] = field(default_factory=dict)
    metas: dict[int, Meta] = field(default_factory=dict)
    stray: list[int] = field(default_factory=list)


@dataclass
class Page:
    """The lines below the header, with all that their own words tell."""

    lines: list[Line]
    start: int
    teasers: list[Teaser]
    keywords: set[int]

    def __post_init__(self):
        self.kinds = [recognise(line.text) for line in self.lines]
        self.teased = {index for teaser in self.teasers for index in range(teaser.start, teaser.end)}

    def text(self, index: int) -> str:
        return self.lines[index].text

    def reason(self, index: int) -> str:
        known = self.kinds[index]
        return TEASER if index in self.teased else known.reason if known else ""

    def weak(self, index: int) -> bool:
        known = self.kinds[index]
        return index not in self.teased and known is not None and known.weak

    def contact(self, index: int | None) -> Furniture | None:
        """The line's kind if it is of the contact block or the hours."""
        known = self.kinds[index] if index is not None and index not in self.teased else None
        return known if known and known.reason in (CONTACT, HOURS) else None

    def in_block(self, index: int) -> bool:
        """A teaser, or a contact line with another one near it."""
        if index in self.teased:
            return True
        near = range(max(self.start, index - REACH), min(len(self.lines), index + REACH + 1))
        return self.contact(index) is not None and any(i != index and self.contact(i) for i in near)


def find_tail(page: Page) -> Tail:
    tail, waiting, below = Tail(), [], None
    for index in range(len(page.lines) - 1, page.start - 1, -1):
        if page.reason(index):
            if waiting and not _may_bridge(page, index, waiting, below):
                break
            _absorb(page, tail, index, waiting, below)
            waiting, below = [], index
        elif index in page.keywords:
            if waiting:
                break
        elif not waiting and (meta := _labelled_meta(page.text(index), bool(tail.reasons))):
            tail.metas[index] = meta
        else:
            waiting.append(index)
            if _too_much(page, waiting):
                break
    _give_back(page, tail)
    _add_whole_teasers(page, tail)
    return tail


def _is_text(page: Page, index: int) -> bool:
    text = page.text(index)
    return is_prose(text) or ends_sentence(text)


def _may_be_link(text: str) -> bool:
    """The title of another post, under a headline such as “Recent posts”."""
    return looks_like_title(text) and not text.endswith(".") and (not is_prose(text) or is_title_case(text))


def _too_much(page: Page, waiting: list[int]) -> bool:
    return len(waiting) > MAX_STRAY or sum(is_prose(page.text(i)) for i in waiting) > MAX_STRAY_PROSE


def _may_bridge(page: Page, index: int, waiting: list[int], below: int | None) -> bool:
    """Whether the furniture goes on above lines that nothing recognises."""
    if page.weak(index):
        return False
    known = page.kinds[index]
    if known and known.anchor and known.reason == LINKS:
        return all(_may_be_link(page.text(i)) for i in waiting)
    text = any(_is_text(page, i) for i in waiting)
    opened = page.contact(index)
    if text and opened and opened.anchor:
        return _encloses(page, index, below)
    return not text or page.in_block(index)


def _encloses(page: Page, index: int, below: int | None) -> bool:
    """Two lines of one contact block. The same headline again opens another block."""
    return bool(page.contact(index) and page.contact(below)) and key(page.text(index)) != key(page.text(below))


def _absorb(page: Page, tail: Tail, index: int, waiting: list[int], below: int | None) -> None:
    """Decide on the lines between two pieces of furniture, ``waiting`` being in order from below."""
    tail.reasons[index] = page.reason(index)
    opened, enclosed = page.contact(index), _encloses(page, index, below)
    links = page.reason(index) == LINKS
    reason = page.reason(index) if opened or links else IN_BLOCK
    for i in waiting:
        text = page.text(i)
        if opened:
            short = not inner_ends(text) and word_count(text) <= GREETING_WORDS
        else:
            short = _may_be_link(text) if links else not _is_text(page, i)
        if enclosed or (short and i + 1 not in tail.stray):
            tail.reasons[i] = reason
        else:
            tail.stray.append(i)


def _labelled_meta(text: str, above_furniture: bool) -> Meta | None:
    """A category or date line under the article. Unlabelled, only the two categories the clinic has count."""
    if above_furniture and key(text) in SURE_CATEGORIES:
        return Meta(categories=category_names(text))
    if not LABELLED_CATEGORY.match(text) and not (POSTED.match(text) and not text.casefold().startswith("on ")):
        return None
    return read_meta(text)


def _give_back(page: Page, tail: Tail) -> None:
    """Lines under “… such as:” are the article's list, even where they look like a menu or like hours."""
    top = min(tail.reasons, default=None)
    if top is None or top == page.start:
        return
    under_colon = page.text(top - 1).endswith(":")
    for index in range(top, len(page.lines)):
        known = page.kinds[index]
        if index not in tail.reasons or index in page.teased or not known or known.anchor:
            return
        may_be_item = known.weak or known.reason in (CONTACT, HOURS)
        if not (under_colon and may_be_item) and not (known.weak and starts_small(page.text(index))):
            return
        del tail.reasons[index]


def _add_whole_teasers(page: Page, tail: Tail) -> None:
    """A teaser with title twice, date and link is one wherever it stands."""
    for teaser in page.teasers:
        if teaser.evidence == 3:
            tail.reasons.update(dict.fromkeys(range(teaser.start, teaser.end), TEASER))
