"""Teasers of other posts: a title (often twice), a date, an excerpt that breaks off, “Read more”."""

from dataclasses import dataclass

from .dates import is_date
from .furniture import ends_with_read_more, is_read_more, recognise
from .meta import known_categories, read_meta
from .reading import Line
from .wording import inner_ends, is_prose, is_title_case, key, looks_like_title

EXCERPT_CHARS = 600
EXCERPT_LINES = 3


@dataclass(frozen=True)
class Teaser:
    start: int
    end: int
    evidence: int  # how many of: title twice, date, “Read more”


def find_teasers(lines: list[Line], start: int) -> list[Teaser]:
    """Every run of lines below ``start`` that has at least two marks of a teaser."""
    teasers, index = [], start
    while index < len(lines):
        teaser = _teaser_at(lines, index)
        if teaser:
            teasers.append(teaser)
        index = teaser.end if teaser else index + 1
    return teasers


def _teaser_at(lines: list[Line], start: int) -> Teaser | None:
    index = start
    dated = is_date(lines[index].text)
    if dated or (known_categories(lines[index].text) and is_title_case(lines[index].text)):
        index += 1
    if index >= len(lines) or not _may_be_title(lines[index].text):
        return None
    twice = index + 1 < len(lines) and key(lines[index].text) == key(lines[index + 1].text)
    index += 2 if twice else 1
    index, small_print = _skip_small_print(lines, index)
    dated = dated or small_print
    end = _excerpt_end(lines, index)
    more = end is not None
    evidence = twice + dated + more
    if evidence < 2 and not (more and _cut_off(lines, index, end)):
        return None
    return Teaser(start, end if more else _open_end(lines, index, sure=twice and dated), evidence)


def _may_be_title(text: str) -> bool:
    """A headline. A sentence may be one if it is written with capitals and without a full stop."""
    known = recognise(text)
    if not looks_like_title(text) or is_read_more(text) or is_date(text) or (known and not known.weak):
        return False
    return not is_prose(text) or (is_title_case(text) and not text.endswith(".") and "." not in inner_ends(text))


def _skip_small_print(lines: list[Line], index: int) -> tuple[int, bool]:
    dated = False
    while index < len(lines):
        meta = read_meta(lines[index].text)
        if not meta and not known_categories(lines[index].text):
            break
        dated = dated or bool(meta and meta.dated)
        index += 1
    return index, dated


def _excerpt_end(lines: list[Line], index: int) -> int | None:
    """Behind the “Read more” that closes the excerpt, if one comes soon enough."""
    for offset in range(index, min(index + EXCERPT_LINES + 1, len(lines))):
        text = lines[offset].text
        if is_read_more(text) or ends_with_read_more(text):
            return offset + 1
        if len(text) > EXCERPT_CHARS or _next_title(lines, offset) or _opens_block(text):
            return None
    return None


def _open_end(lines: list[Line], index: int, *, sure: bool) -> int:
    """Without “Read more” an excerpt belongs to the teaser if it breaks off, or if more furniture follows."""
    if index >= len(lines) or _next_title(lines, index) or _opens_block(lines[index].text):
        return index
    text = lines[index].text
    last = index + 1 >= len(lines) or _next_title(lines, index + 1) or _opens_block(lines[index + 1].text)
    whole = 40 <= len(text) <= EXCERPT_CHARS and (_breaks_off(text) or (sure and last))
    return index + 1 if whole else index


def _breaks_off(text: str) -> bool:
    return not text.endswith((".", "!", "?", ":")) or text.endswith(("...", "…"))


def _cut_off(lines: list[Line], index: int, end: int) -> bool:
    """One line stands between title and “Read more”, and it breaks off in mid-sentence."""
    text = lines[index].text
    if end - index == 1:
        return ends_with_read_more(text) and not is_read_more(text)
    return end - index == 2 and _breaks_off(text) and len(text) >= 40


def _next_title(lines: list[Line], index: int) -> bool:
    """Another teaser begins here: its title stands twice, or its date follows."""
    if index + 1 >= len(lines) or is_prose(lines[index].text):
        return False
    return key(lines[index].text) == key(lines[index + 1].text) or is_date(lines[index + 1].text)


def _opens_block(text: str) -> bool:
    known = recognise(text)
    return known is not None and not known.weak
