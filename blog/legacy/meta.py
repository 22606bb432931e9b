"""The small print around a title: date, category, author, reading time, counts, sharing buttons."""

import re
from dataclasses import dataclass
from datetime import date

from .dates import date_at_start
from .wording import key, word_count

# Categories that the old site, and sites like it, print as a bare line. Others are recognised by their place.
KNOWN_CATEGORIES = frozenset(
    key(name)
    for name in re.findall(
        r"[^|]+",
        "Skin Care|Skincare|Skin|Laser Treatment|Laser Treatments|Laser|Laser Hair Removal|Hair Removal|Botox"
        "|Botox & Fillers|Botox and Fillers|Fillers|Dermal Fillers|Lip Fillers|Injectables|Facials|Facial"
        "|Facial Treatments|Body Treatments|Body Contouring|Acne|Acne Treatment|Acne Scars|Anti-Aging|Aging"
        "|Microneedling|Chemical Peels|Migraine|Med Spa|Medical Spa|Beauty|Beauty Tips|Wellness|Health"
        "|Health & Wellness|News|Uncategorized",
    )
)
SURE_CATEGORIES = frozenset(key(name) for name in ("Skin Care", "Skincare", "Laser Treatment", "Laser Treatments"))
SEPARATOR = re.compile(r"[\s|·•∙,;/–—-]+")
BARE = re.compile(r"[^|·•∙]+")
BAR = re.compile(r"[|·•∙–—]|\s-\s")
UPDATED = re.compile(r"(?:last\s+)?(?:updated|modified|edited|reviewed)\s*(?:on\b)?\s*:?\s*", re.IGNORECASE)
POSTED = re.compile(
    r"(?:(?:first\s+)?(?:posted|published|written|created|added|date|publication date|date posted)\s*(?:on\b)?\s*:?\s*"
    r"|on\s+)",
    re.IGNORECASE,
)
CATEGORY = re.compile(
    r"(?:(?:blog\s+)?categor(?:y|ies)\s*[:=–—-]\s*|(?:posted|published|filed|listed)\s+(?:in|under)\s*:?\s*|topics?\s*:\s*|in\s+)"
    r"(?P<names>[^|·•∙]+)",
    re.IGNORECASE,
)
LABELLED_CATEGORY = re.compile(
    r"(?:(?:blog\s+)?categor(?:y|ies)\s*[:=–—-]|(?:posted|filed)\s+(?:in|under)\b)", re.IGNORECASE
)
CATEGORY_LABEL = re.compile(r"(?:blog\s+)?categor(?:y|ies)\s*:?", re.IGNORECASE)
AUTHOR = re.compile(
    r"(?:(?:(?:written|posted|published|medically reviewed|reviewed)\s+)?by\s*:?\s+|author\s*:\s*)"
    r"(?P<name>[^|·•∙]+?)(?=\s*(?:[|·•∙–—]|\s-\s|,?\s+(?:on|in)\s|$))",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"(?:(?:reading|read)\s+time\s*:?\s*)?(?:about\s+)?(?:\d[\d,.]*|no)\s*"
    r"(?:-?\s*min(?:ute)?s?\.?(?:\s*read)?|views?|comments?|likes?|shares?|reads?|(?:second|minute|hour|day|week|month|year)s?\s+ago)\b",
    re.IGNORECASE,
)


@dataclass
class Meta:
    """What one line of small print says. ``dated`` tells that a date stands there, even an impossible one."""

    day: date | None = None
    dated: bool = False
    updated: bool = False
    author: str = ""
    categories: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    counted: bool = False
    after_bar: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return self.categories + self.bare

    @property
    def certain(self) -> bool:
        """Something besides bare words was recognised."""
        return bool(self.dated or self.author or self.categories or self.counted)


def category_names(text: str) -> tuple[str, ...]:
    """The names in a list of categories, or nothing when the words are no such list."""
    names = [name.strip(" \"'“”‘’.#") for name in re.split(r"[,;|/]", text)]
    names = [name for name in names if name]
    if len(text) > 160 or text.endswith((".", "!", "?")) or not all(map(_may_be_category, names)):
        return ()
    return tuple(names)


def _may_be_category(name: str) -> bool:
    return len(name) <= 40 and word_count(name) <= 5 and (not name[0].islower() or key(name) in KNOWN_CATEGORIES)


def known_categories(text: str) -> tuple[str, ...]:
    """The names when every one of them is a category that such sites are known to have."""
    names = category_names(text)
    return names if names and all(key(name) in KNOWN_CATEGORIES for name in names) else ()


def read_meta(text: str) -> Meta | None:
    """What a line of small print says, or None when a part of it stays unexplained."""
    meta, rest = Meta(), text if len(text) <= 200 else ""
    if not rest:
        return None
    while rest:
        end = _take(rest, meta)
        if end is None:
            return None
        mark = SEPARATOR.match(rest, end)
        meta.after_bar = bool(mark and BAR.search(mark.group()))
        rest = rest[mark.end() if mark else end :]
    return meta if meta.certain else None


def _take(rest: str, meta: Meta) -> int | None:
    """Read one thing from the start of ``rest`` into ``meta``; where it ends."""
    for take in (_take_date, _take_category, _take_author, _take_count, _take_bare):
        if end := take(rest, meta):
            return end
    return None


def _take_date(rest: str, meta: Meta) -> int | None:
    updated, posted = UPDATED.match(rest), POSTED.match(rest)
    label = updated or posted
    start = label.end() if label else 0
    found = date_at_start(rest[start:])
    if not found:
        return None
    if not meta.dated or (meta.updated and not updated):
        meta.day, meta.updated = found.day, bool(updated)
    meta.dated = True
    return start + found.end


def _take_category(rest: str, meta: Meta) -> int | None:
    match = CATEGORY.match(rest)
    if not match or (rest.casefold().startswith("in ") and not meta.dated):
        return None
    names = re.split(r"\s+(?:by|on)\s+", match["names"])[0].rstrip(" -–—")
    if date_at_start(names) or not (found := category_names(names)):
        return None
    meta.categories += found
    return match.start("names") + len(names)


def _take_author(rest: str, meta: Meta) -> int | None:
    match = AUTHOR.match(rest)
    if not match:
        return None
    name = match["name"].strip()
    if not name[:1].isupper() or word_count(name) > 7 or name.endswith(("!", "?")):
        return None
    if name.endswith(".") and not re.search(r"\b[A-Z]\.$", name):
        return None
    meta.author = name
    return match.end("name")


def _take_count(rest: str, meta: Meta) -> int | None:
    match = COUNT.match(rest)
    if match:
        meta.counted = True
    return match.end() if match else None


def _take_bare(rest: str, meta: Meta) -> int | None:
    """Words set off by a bar from a date, an author or a count: they name categories."""
    words = re.split(r"\s+[-–—]\s+", BARE.match(rest).group())[0] if BARE.match(rest) else ""
    set_off = (
        meta.after_bar if meta.certain else bool(BAR.match(rest, len(words)) or BAR.match(rest, len(words.rstrip())))
    )
    names = category_names(words.strip())
    if not set_off or not names or words.rstrip().endswith((".", "!", "?", ":")):
        return None
    meta.bare += names
    return len(words)
