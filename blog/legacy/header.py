"""The top of a saved page: title, date, category, and what the website printed around them."""

from dataclasses import dataclass, field

from .furniture import MENU, SHARING, Furniture, recognise
from .meta import CATEGORY_LABEL, SURE_CATEGORIES, Meta, category_names, known_categories, read_meta
from .model import NotAnArticle
from .reading import Line
from .wording import (
    ends_sentence,
    has_words,
    inner_ends,
    is_prose,
    is_question,
    is_title_case,
    key,
    looks_like_heading,
    looks_like_title,
    word_count,
)

TOP_LINES, MAX_STRANGERS = 60, 6
SITE_NAME_MARKS = ("|", "-", "–", "—", "·", ":")
ABOVE_TITLE = "above the title"


@dataclass
class Header:
    """What the top lines are, by index. ``start`` is where the body begins."""

    titles: list[int] = field(default_factory=list)
    metas: dict[int, Meta] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    start: int = 0


def read_header(lines: list[Line]) -> Header:
    pair = _title_twice(lines)
    header = Header(titles=list(pair) if pair else [_single_title(lines)])
    first, last = header.titles[0], header.titles[-1]
    _read_above(lines, header, range(first), twice=bool(pair))
    _read_above(lines, header, range(first + 1, last), twice=True)
    header.start = _read_below(lines, header, last + 1)
    return header


def _title_twice(lines: list[Line]) -> tuple[int, int] | None:
    """The first line that comes again with no running text between; browser titles add the name of the site."""
    seen: dict[str, int] = {}
    for index, line in enumerate(lines[:TOP_LINES]):
        if recognise(line.text) or read_meta(line.text):
            continue
        earlier = next((i for words, i in seen.items() if _same_title(lines[i].text, words, line.text)), None)
        if earlier is not None and _credible(lines, earlier, index):
            return earlier, index
        if is_prose(line.text) and not _comes_again(lines, index):
            return None
        if _may_be_title(line.text):
            seen[key(line.text)] = index
    return None


def _credible(lines: list[Line], first: int, second: int) -> bool:
    """A date follows, or little that nothing recognises stands above and between: two equal lines are no title yet."""
    if any(_is_dated(line.text) for line in lines[second + 1 : second + 4]):
        return True
    others = [line for i, line in enumerate(lines[:second]) if i != first]
    return sum(not recognise(line.text) and not read_meta(line.text) for line in others) <= MAX_STRANGERS


def _is_dated(text: str) -> bool:
    meta = read_meta(text)
    return meta is not None and meta.dated


def _comes_again(lines: list[Line], index: int) -> bool:
    """A title that is a whole sentence stands twice close together, or it is no title."""
    text = lines[index].text
    if not looks_like_title(text) or "." in inner_ends(text):
        return False
    return any(key(line.text) == key(text) for line in lines[index + 1 : index + 4])


def _same_title(earlier: str, words: str, text: str) -> bool:
    return words == key(text) or _with_site_name(earlier, text)


def _with_site_name(longer: str, title: str) -> bool:
    rest = longer[len(title) :].strip()
    return longer.casefold().startswith(title.casefold()) and rest.startswith(SITE_NAME_MARKS) and word_count(rest) <= 6


def _may_be_title(text: str) -> bool:
    return looks_like_title(text) and key(text) not in SURE_CATEGORIES


def _single_title(lines: list[Line]) -> int:
    for index, line in enumerate(lines[:TOP_LINES]):
        if recognise(line.text) or read_meta(line.text) or not has_words(line.text):
            continue
        if known_categories(line.text) and _title_and_date_follow(lines, index + 1):
            continue
        if looks_like_title(line.text) and not (ends_sentence(line.text) and is_prose(line.text)):
            return index
        break
    raise NotAnArticle("no title was found: an article begins with its title on a line of its own")


def _title_and_date_follow(lines: list[Line], index: int) -> bool:
    if index + 1 >= len(lines) or not looks_like_title(lines[index].text):
        return False
    return _is_dated(lines[index + 1].text)


def _read_above(lines: list[Line], header: Header, indices: range, *, twice: bool) -> None:
    """Lines above the title, or between its two copies. All of them have a place: the body begins below."""
    strangers = [i for i in indices if not recognise(lines[i].text) and not read_meta(lines[i].text)]
    for index in indices:
        text = lines[index].text
        meta, known = read_meta(text), recognise(text)
        names = () if known else category_names(text)
        only_one = twice and strangers == [index] and index == indices[-1] and _may_name_category(text)
        if meta:
            header.metas[index] = meta
        elif names and (known_categories(text) or only_one):
            header.metas[index] = Meta(categories=names)
        else:
            header.reasons[index] = known.reason if known else ABOVE_TITLE


def _read_below(lines: list[Line], header: Header, start: int) -> int:
    """Small print under the title; where the body begins."""
    index = start
    while index < len(lines):
        taken = _read_one_below(lines, header, index)
        if not taken:
            return _past_subtitle(lines, header, index)
        index += taken
    return index


def _read_one_below(lines: list[Line], header: Header, index: int) -> int:
    """How many lines from here are small print."""
    text = lines[index].text
    known, meta = recognise(text), read_meta(text)
    if meta:
        header.metas[index] = meta
    elif key(text) in {key(lines[i].text) for i in header.titles}:
        header.titles.append(index)
    elif known and _belongs_to_top(known):
        header.reasons[index] = known.reason
    elif CATEGORY_LABEL.fullmatch(text) and index + 1 < len(lines) and category_names(lines[index + 1].text):
        header.metas[index] = Meta()
        header.metas[index + 1] = Meta(categories=category_names(lines[index + 1].text))
        return 2
    elif _is_bare_category(lines, header, index):
        header.metas[index] = Meta(categories=category_names(text))
    elif not has_words(text):
        header.reasons[index] = "no words"
    else:
        return 0
    return 1


def _belongs_to_top(known: Furniture) -> bool:
    return known.reason == SHARING or (known.reason == MENU and not known.weak)


def _may_name_category(text: str) -> bool:
    plain = text.replace("&", "").replace("-", "").replace(" ", "").replace(",", "").replace("/", "")
    return word_count(text) <= 4 and plain.isalpha() and is_title_case(text) and not is_question(text)


def _is_bare_category(lines: list[Line], header: Header, index: int) -> bool:
    """A category without a label: a name the site is known for, or one that only its place gives away."""
    text = lines[index].text
    if all(key(name) in SURE_CATEGORIES for name in category_names(text)) and category_names(text):
        return True
    if not _may_name_category(text) or index + 1 >= len(lines):
        return False
    below = lines[index + 1]
    if _is_dated(below.text):
        return True
    dated = any(meta.dated for meta in header.metas.values())
    close = lines[index].gap == 0 and below.gap > 0
    heading_below = looks_like_heading(below.text) and bool(known_categories(text))
    return dated and (close or heading_below)


def _past_subtitle(lines: list[Line], header: Header, start: int) -> int:
    """A date may stand under a subtitle; then the lines between stay in the body, and only the date is taken."""
    if any(meta.dated for meta in header.metas.values()):
        return start
    for index in range(start, min(start + 3, len(lines))):
        meta = read_meta(lines[index].text)
        if meta and meta.dated:
            header.metas[index] = meta
            break
        if is_prose(lines[index].text) and index > start:
            break
    return start
