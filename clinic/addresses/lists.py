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
    **dict.fromkeys(
        ["302", "303", "307", "temporary", "temp", "seeother", "no", "false", "0", "found"], Kind.TEMPORARY
    ),
    **dict.fromkeys(["410", "gone", "removed", "deleted", "410 gone"], Kind.GONE),
}
PATTERN = re.compile(r"\.\*|[*^$]|\(\?|\\")
# A host without "https://" before it. A file has an ending that no domain has.
BARE_HOST = re.compile(r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?=/|$)", re.IGNORECASE)
FILE_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm|pdf|docx?|jpe?g|png|gif|xml|txt)$", re.IGNORECASE)
# A line of the settings of Apache's web server: "Redirect 301 /old /new".
APACHE = re.compile(
    r"\s*Redirect(?P<suffix>Permanent|Temp|Match)?\s+(?:(?P<kind>\d{3}|permanent|temp|seeother|gone)\s+)?"
    r"(?P<old>\"[^\"]*\"|[/^]\S*)(?:\s+(?P<new>\S+))?\s*",
    re.IGNORECASE,
)
MAX_TITLES = 5  # lines above the headings
AROUND = " \u00a0\ufeff\"'“”"


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
    delimiter = find_delimiter([line for _number, line in lines[:SAMPLE] if not APACHE.fullmatch(line)])
    rows = ((number, split_apache(line) or split_line(line, delimiter)) for number, line in lines)
    return read_rows(rows, DELIMITERS.get(delimiter, ""))


def split_apache(line: str) -> list[str]:
    """Return the cells of a line of Apache's settings, if it is one. Apache redirects for now unless told otherwise."""
    if not (match := APACHE.fullmatch(line)):
        return []
    suffix = (match["suffix"] or "").lower()
    kind = match["kind"] or ("permanent" if suffix == "permanent" else "temporary")
    return [match["old"], match["new"] or "", kind]


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
        cells = [strip_cell(str(cell if cell is not None else "")) for cell in cells[:MAX_CELLS]]
        if any(cells):
            cleaned.append((number, cells))
        if len(cleaned) > MAX_LINES + 1:
            raise NoListError("too long")
    if not cleaned:
        raise NoListError("empty")
    place = find_header([cells for _number, cells in cleaned[: MAX_TITLES + 1]])
    header = [] if place is None else cleaned[place][1]
    columns = read_header(header) if header else {"old": 0, "new": 1, "kind": 2}
    body = cleaned if place is None else cleaned[place + 1 :]
    return AddressList([read_line(number, cells, columns) for number, cells in body], header, separator)


def strip_cell(cell: str) -> str:
    """Return a cell without what stands around it. An address may end with ">", and none begins with "<"."""
    cell = one_line(cell).strip(AROUND)
    return cell[1:].removesuffix(">").strip(AROUND) if cell.startswith("<") else cell


def find_header(rows: list[list[str]]) -> int | None:
    """Return the place of the line that names the columns. Only titles may be above it: lines with one cell."""
    for place, cells in enumerate(rows):
        if is_header(cells):
            return place
        if sum(map(bool, cells)) > 1 or any("/" in cell for cell in cells):
            break
    return None


def is_header(cells: list[str]) -> bool:
    """Return whether a line names the columns: with known names alone, or with one for each address.

    Addresses may look like names, and no line may be lost.
    """
    names = {name for name in map(name_of, cells) if name}
    old, new = names & OLD_NAMES, names & NEW_NAMES
    known = OLD_NAMES | NEW_NAMES | TYPE_NAMES | IS_PATTERN_NAMES
    return bool(old and new) or (bool(old or (new and len(names) > 1)) and names <= known)


def name_of(cell: str) -> str:
    return re.sub(r"[\W_]+", " ", cell).strip().lower()


def read_header(cells: list[str]) -> dict[str, int]:
    """Return where each column is."""
    names = list(map(name_of, cells))
    found = {"pattern": next((place for place, name in enumerate(names) if name in IS_PATTERN_NAMES), -1)}
    for column, known in (("new", NEW_NAMES), ("old", OLD_NAMES), ("kind", TYPE_NAMES)):
        places = [place for place, name in enumerate(names) if name in known and place not in found.values()]
        found[column] = places[0] if places else -1
    if found["old"] < 0:
        found["old"] = next((place for place in range(len(names)) if place not in found.values()), -1)
    if found["new"] < 0 and found["kind"] < 0:
        found["new"] = next((place for place in range(len(names)) if place not in found.values()), -1)
    return found


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
