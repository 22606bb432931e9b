"""Read a list of old addresses and their new ones from a file or a pasted text. Pure.

Each line is read by itself: a quote that is not closed, or a cell too many, spoils one line and no other.
"""

import csv
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from clinic.text import one_line

MAX_LINES = 10_000
MAX_CELLS = 50
DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}
SAMPLE = 200  # lines that decide what separates the cells

OLD_NAMES = set(
    "old|from|source|old url|old address|old path|old link|redirect from|source url|request|request url|url|address|"
    "path|link|page|origin".split("|")
)
NEW_NAMES = set(
    "new|to|target|destination|new url|new address|new path|new link|redirect to|redirect|target url|destination url|"
    "location|action data".split("|")
)
TYPE_NAMES = set("type|status|code|status code|http status|http code|redirect type|permanent|action code".split("|"))
IS_PATTERN_NAMES = {"regex", "is regex"}


class Kind(StrEnum):
    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    GONE = "gone"


KINDS = {
    **dict.fromkeys(["", "301", "308", "permanent", "yes", "true", "1", "moved permanently", "url"], Kind.PERMANENT),
    **dict.fromkeys(["302", "303", "307", "temporary", "no", "false", "0", "found"], Kind.TEMPORARY),
    **dict.fromkeys(["410", "gone", "removed", "deleted", "410 gone"], Kind.GONE),
}
PATTERN = re.compile(r"\.\*|[*^$]|\(\?|\\")
# A host without "https://" before it. A file has an ending that no domain has.
BARE_HOST = re.compile(r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?=/|$)", re.IGNORECASE)
FILE_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm|pdf|docx?|jpe?g|png|gif|xml|txt)$", re.IGNORECASE)
AROUND = " \u00a0\ufeff\"'<>“”"


class NoListError(ValueError):
    """Say in words why a file cannot be read as a list."""


class Line(NamedTuple):
    """Hold one line. With a fault it has no addresses, and ``text`` is what was read."""

    number: int
    text: str
    old: str = ""  # a path, with its query
    new: str = ""  # a path or a whole address, "" if gone
    kind: Kind = Kind.PERMANENT
    old_host: str = ""
    fault: str = ""


class AddressList(NamedTuple):
    lines: list[Line]
    header: list[str]  # the cells of the first line, if it names the columns
    separator: str


def decode(data: bytes) -> str:
    """Return the text of a file. Raise NoListError if it is none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif data[:400].count(b"\0") > len(data[:400]) // 4:
        encodings = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise NoListError("not text")


def read_text(text: str) -> AddressList:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip(AROUND + "\t,;|")]
    delimiter = find_delimiter([line for _number, line in lines[:SAMPLE]])
    return read_rows(((number, split_line(line, delimiter)) for number, line in lines), DELIMITERS.get(delimiter, ""))


def split_line(line: str, delimiter: str) -> list[str]:
    if not delimiter:
        return line.split()
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return line.split(delimiter)


def find_delimiter(lines: list[str]) -> str:
    """Return what separates the cells of most lines, or "" for spaces."""
    counts = {delimiter: sum(len(split_line(line, delimiter)) > 1 for line in lines) for delimiter in DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ""


def read_rows(rows: Iterable[tuple[int, list[str]]], separator: str = "") -> AddressList:
    """Read rows of cells. Raise NoListError if there are none, or too many."""
    cleaned = []
    for number, cells in rows:
        cells = [one_line(str(cell if cell is not None else "")).strip(AROUND) for cell in cells[:MAX_CELLS]]
        if any(cells):
            cleaned.append((number, cells))
        if len(cleaned) > MAX_LINES + 1:
            raise NoListError("too long")
    if not cleaned:
        raise NoListError("empty")
    columns, header = read_header(cleaned[0][1])
    body = cleaned[1:] if header else cleaned
    return AddressList([read_line(number, cells, columns) for number, cells in body], header, separator)


def read_header(cells: list[str]) -> tuple[dict[str, int], list[str]]:
    """Return where each column is, and the cells of the line if it names the columns."""
    names = [re.sub(r"[\W_]+", " ", cell).strip().lower() for cell in cells]
    columns = {"old": 0, "new": 1, "kind": 2}
    if not any(name in OLD_NAMES | NEW_NAMES for name in names):
        is_address = any("/" in cell or FILE_ENDING.search(cell) for cell in cells)
        return columns, [] if is_address else cells
    found = {"pattern": next((place for place, name in enumerate(names) if name in IS_PATTERN_NAMES), -1)}
    for column, known in (("new", NEW_NAMES), ("old", OLD_NAMES), ("kind", TYPE_NAMES)):
        places = [place for place, name in enumerate(names) if name in known and place not in found.values()]
        found[column] = places[0] if places else -1
    if found["old"] < 0:
        found["old"] = next((place for place in range(len(names)) if place not in found.values()), -1)
    if found["new"] < 0 and found["kind"] < 0:
        found["new"] = next((place for place in range(len(names)) if place not in found.values()), -1)
    return found, cells


def read_line(number: int, cells: list[str], columns: dict[str, int]) -> Line:
    def get(column: str) -> str:
        place = columns.get(column, -1)
        return cells[place] if 0 <= place < len(cells) else ""

    text = " → ".join(cell for cell in (get("old"), get("new")) if cell) or " ".join(cells)
    old, new, kind = get("old"), get("new"), get("kind").lower()
    if KINDS.get(new.lower()) is Kind.GONE:
        new, kind = "", "410"
    if kind not in KINDS:
        # Without a header, a third cell may be a remark.
        kind = "?" if "pattern" in columns else ""
    if not old:
        return Line(number, text, fault="no_old")
    if get("pattern").lower() in ("1", "true", "yes") or PATTERN.search(old):
        return Line(number, text, fault="pattern")
    if kind == "?":
        return Line(number, text, fault="kind")
    if not new and KINDS[kind] is not Kind.GONE:
        return Line(number, text, fault="no_new")
    try:
        host, path = split_address(old)
        new = new and clean_target(new)
    except ValueError:
        return Line(number, text, fault="unreadable")
    return Line(number, text, path, "" if KINDS[kind] is Kind.GONE else new, KINDS[kind], host)


def split_address(address: str) -> tuple[str, str]:
    """Return the host, or "", and the path with its query. Raise ValueError if it is no address."""
    if not address.startswith("/") and BARE_HOST.match(address) and not FILE_ENDING.search(address):
        address = f"//{address}"
    parts = urlsplit(address)
    if parts.scheme not in ("", "http", "https"):
        raise ValueError(address)
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return (parts.hostname or ""), urlunsplit(("", "", path, parts.query, ""))


def clean_target(address: str) -> str:
    """Return a path of this site, or a whole address of another one."""
    if not address.startswith("/") and BARE_HOST.match(address) and not FILE_ENDING.search(address):
        return f"https://{address}"
    if re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
        urlsplit(address)
        return address
    return address if address.startswith("/") else f"/{address}"
