"""Read the files that Google's Search Console exports. Pure.

An export is a ZIP with a table of queries, one of pages and others, or one such table. Looker Studio and the API write
tables that name the query and the page together. The language of the account decides the headers and the numbers.
Whatever is left out is told by a code, which the views put into words.
"""

import csv
import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from clinic.personal import DOMAIN, fold, looks_personal, redact_path
from clinic.text import drop_unwanted, unquote_all

from .matching import spelling_of
from .parsing import decode_list

QUERIES, PAGES, PAIRS = "queries", "pages", "pairs"
MAX_UPLOAD = 20 * 1024 * 1024  # bytes
MAX_TABLE = 25 * 1024 * 1024  # bytes of one table, unpacked
MAX_UNPACKED = 3 * MAX_TABLE  # bytes of all tables of a ZIP
MAX_FILES = 40  # in a ZIP
MAX_ROWS = 100_000  # of a table
MAX_QUERY = 200  # characters
MAX_PATH = 500
MAX_COUNT = 2_000_000_000
MAX_POSITION = 10_000
MAX_EXAMPLES = 20  # of the lines that were left out

_SUBJECTS = {
    "query": "query,queries,top queries,top query,search query,search term,search terms,keyword,keywords,suchanfragen,"
    "suchanfrage,häufigste suchanfragen,requêtes,requête,requêtes les plus fréquentes,principales requêtes,consultas,"
    "consulta,consultas principales,principales consultas,principais consultas,query principali,query più frequenti,"
    "query di ricerca,populairste zoekopdrachten,meest voorkomende zoekopdrachten,zoekopdrachten,"
    "najpopularniejsze zapytania,上位のクエリ,热门查询,常见查询,熱門查詢,인기 검색어,cụm từ tìm kiếm hàng đầu",
    "page": "page,pages,top pages,top page,landing page,url,urls,address,seiten,seite,häufigste seiten,"
    "pages principales,pages les plus populaires,pages les plus fréquentes,páginas,página,"
    "páginas principales,principais páginas,páginas mais acessadas,"
    "pagine,pagine principali,pagine più frequenti,populairste pagina's,pagina's,"
    "najpopularniejsze strony,上位のページ,热门网页,熱門網頁,인기 페이지,trang hàng đầu",
    "date": "date,day,datum,tag,fecha,data,jour,日付,日期,날짜,ngày",
}
_METRICS = {
    "clicks": "clicks,url clicks,klicks,clics,cliques,clic,klikken,kliknięcia,クリック数,点击次数,點擊,"
    "클릭수,số lần nhấp",
    "impressions": "impressions,impressionen,impresiones,impressões,impressioni,vertoningen,wyświetlenia,表示回数,"
    "展示次数,曝光,노출수,lượt hiển thị",
    "position": "position,average position,avg. position,durchschnittliche position,position moyenne,posición,"
    "posición media,posição,posição média,posizione,posizione media,positie,pozycja,掲載順位,排名,게재순위,vị trí",
}
_OTHER_METRIC = re.compile(r"ctr|url ctr|site ctr|klickrate|clickthrough rate|click through rate", re.I)
_KNOWN_OTHERS = re.compile(
    r"countr|country|devices?|search appearance|filter|länder|geräte|darstellung|pays|appareils?|apparence|pa[ií]s|"
    r"dispositiv|aspecto|aparência|paesi|aspetto|landen|apparaten",
    re.I,
)
_SUBJECT_OF = {name: kind for kind, names in _SUBJECTS.items() for name in names.split(",")}
_METRIC_OF = {name: kind for kind, names in _METRICS.items() for name in names.split(",")}
_BEFORE = re.compile(r"previous|vorherig|vorig|précédent|anterior|precedent", re.I)
_RANGE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2,4})\s*[-–]\s*(\d{1,2})/(\d{1,2})/(\d{2,4})")
_ISO_DAY = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})\b")
_GROUPED = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+|\d+")
# What a damaged ZIP raises, by the way it is packed.
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, OSError, EOFError, ValueError)


@dataclass
class Line:
    """Hold a line of a table: a query, the path of a page, or both."""

    query: str
    path: str
    clicks: int = 0
    impressions: int = 0
    weighted: float = 0.0  # the position times the impressions
    position_of_one: float = 0.0

    @property
    def position(self) -> float | None:
        found = self.weighted / self.impressions if self.impressions else self.position_of_one
        return round(found, 2) or None


@dataclass(frozen=True)
class Skipped:
    """Hold a line that was left out: its number in the file, its text, and why."""

    number: int
    text: str
    reason: str


@dataclass
class Table:
    """Hold what one file says."""

    name: str
    kind: str = ""
    fault: str = ""  # why the whole file was left out
    about: str = ""  # what the fault names, such as the columns
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    skipped_count: Counter[str] = field(default_factory=Counter)
    personal: int = 0
    compared: str = ""  # the period that was taken of two
    first_day: date | None = None
    last_day: date | None = None

    def skip(self, number: int, text: str, reason: str) -> None:
        self.skipped_count[reason] += 1
        if len(self.skipped) < MAX_EXAMPLES:
            self.skipped.append(Skipped(number, text[:120], reason))

    def see_day(self, day: date | None) -> None:
        if day:
            self.first_day = min(self.first_day or day, day)
            self.last_day = max(self.last_day or day, day)


@dataclass
class Export:
    """Hold what an upload says: at most one table of each kind, and what was left out."""

    tables: dict[str, Table] = field(default_factory=dict)
    refused: list[Table] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None
    hosts: frozenset[str] = frozenset()

    def add(self, table: Table) -> None:
        if table.fault:
            self.refused.append(table)
        elif table.kind in self.tables:
            self.refused.append(Table(table.name, fault="second", about=self.tables[table.kind].name))
        elif table.kind:
            self.tables[table.kind] = table
        for day in (table.first_day, table.last_day):
            if day:
                self.first_day = min(self.first_day or day, day)
                self.last_day = max(self.last_day or day, day)


def is_personal(query: str) -> bool:
    """Return whether the text may say who typed it. People also look for the address of a site, and of no person."""
    return looks_personal(query) and not DOMAIN.fullmatch(fold(query))


def is_personal_page(url: str) -> bool:
    plain = unquote_all(to_path(url) or url)
    return redact_path(plain) != plain


def read_export(name: str, content: bytes, hosts: Collection[str] = ()) -> Export:
    """Return what the upload says. No content makes it fail: faults are in ``refused``.

    ``hosts`` are those of the site. A file may be about other sites as well.
    """
    export = Export(hosts=frozenset(map(_plain_host, hosts)))
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        export.refused.append(Table(name, fault="empty"))
    elif len(content) > MAX_UPLOAD:
        export.refused.append(Table(name, fault="large"))
    elif content.startswith(b"PK"):
        _read_zip(name, content, export)
    else:
        _read_file(name, content, export)
    return export


def _read_zip(name: str, content: bytes, export: Export) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
            if any(one.filename == "[Content_Types].xml" for one in members):
                export.refused.append(Table(name, fault="excel"))
                return
            if len(members) > MAX_FILES:
                export.refused.append(Table(name, fault="many"))
                return
            left = MAX_UNPACKED
            for member in members:
                left -= _read_member(archive, member, export, min(left, MAX_TABLE))
    except (*_BROKEN, RuntimeError):
        export.refused.append(Table(name, fault="broken"))
    if not export.tables and not export.refused:
        export.refused.append(Table(name, fault="nothing"))


def _is_hidden(path: str) -> bool:
    return path.startswith("__MACOSX/") or PurePosixPath(path).name.startswith(".")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, export: Export, limit: int) -> int:
    """Read one file of a ZIP, and return how many bytes were unpacked.

    The size that a ZIP states may be a lie: at most ``limit`` bytes and one are unpacked.
    """
    name = drop_unwanted(PurePosixPath(member.filename).name)[:100] or "?"
    try:
        with archive.open(member) as packed:
            content = packed.read(limit + 1)
    except _BROKEN:
        export.refused.append(Table(name, fault="broken"))
        return 0
    except RuntimeError:  # a password
        export.refused.append(Table(name, fault="locked"))
        return 0
    if len(content) > limit:
        export.refused.append(Table(name, fault="large"))
    elif content.startswith(b"PK"):
        export.refused.append(Table(name, fault="nested"))
    elif content.strip(b"\0 \t\r\n"):
        _read_file(name, content, export, is_packed=True)
    else:
        export.ignored.append(name)
    return len(content)


def _read_file(name: str, content: bytes, export: Export, is_packed: bool = False) -> None:
    text = drop_unwanted(decode_list(content).replace("\r\n", "\n").replace("\r", "\n"))
    table = read_table(name, text, export.hosts)
    if table.fault == "columns" and (filters := _read_filters(text)):
        export.filters += filters
    elif table.fault == "columns" and is_packed and _is_known_other(name, text):
        export.ignored.append(name)
    elif table.kind == "" and not table.fault:  # the table of days says which period it is
        export.add(table)
        export.ignored.append(name)
    else:
        export.add(table)


def _is_known_other(name: str, text: str) -> bool:
    """Return whether a file of a ZIP is one that every export has, and that says nothing about queries."""
    return bool(_KNOWN_OTHERS.search(name) or _KNOWN_OTHERS.search(text[:60]))


def _read_filters(text: str) -> list[str]:
    """Return the filters of an export, such as "Query: +botox". Its period and search type are none."""
    rows = list(_read_rows(text[:5000], _find_delimiter(text)))
    if not rows or [cell.strip().casefold() for _number, row in rows[:1] for cell in row] not in _FILTER_HEADERS:
        return []
    pairs = [row for _number, row in rows[1:] if len(row) > 1]
    return [f"{name}: {'…' if is_personal(value) else value}"[:200] for name, value, *_rest in pairs]


_FILTER_HEADERS = (
    ["filter", "value"],
    ["filter", "wert"],
    ["filtre", "valeur"],
    ["filtro", "valor"],
    ["filtro", "valore"],
)


def read_table(name: str, text: str, hosts: Collection[str] = ()) -> Table:
    """Return the lines of a table. Lines of the same query and page are added up.

    Lines of other sites are left out, unless the table has none of ours: the site may run under another name.
    """
    table = Table(name)
    delimiter = _find_delimiter(text)
    rows = _read_rows(text, delimiter)
    try:
        header = next((row for _number, row in rows if any(cell.strip() for cell in row)), [])
        columns = _find_columns(header, table)
        if not columns:
            return table
        filled = list(islice((one for one in rows if any(cell.strip() for cell in one[1])), MAX_ROWS + 1))
        if len(filled) > MAX_ROWS:
            table.fault = "long"
            return table
        own = {_host_of(_cell(row, columns, "page")) for _number, row in filled}.intersection(hosts)
        for number, row in filled:
            _read_row(table, columns, number, row, own)
    except csv.Error:
        table.fault, table.lines = "broken", {}
    if table.kind and not table.fault and not table.lines and not table.personal:
        table.fault = "no_lines"
    return table


def _find_delimiter(text: str) -> str:
    lines = [line for line in text[:20_000].split("\n")[:5] if line.strip()]
    if lines and (match := re.fullmatch(r"\"?sep=(.)\"?\s*", lines[0])):
        return match[1]
    return max(",;\t|", key=lambda mark: lines[0].count(mark) if lines else 0)


def _read_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the numbers of their lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        if reader.line_num == 1 and delimiter.join(row).strip('"').startswith("sep="):
            continue
        yield reader.line_num, row


def _find_columns(header: list[str], table: Table) -> dict[str, int]:
    """Return where each column is, and set the kind of the table. No columns are a fault."""
    names = [" ".join(unicodedata.normalize("NFC", cell).casefold().split()) for cell in header]
    columns: dict[str, int] = {}
    compared: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        if (kind := _SUBJECT_OF.get(name)) or (kind := _METRIC_OF.get(name)):
            columns.setdefault(kind, at)
        elif kind := _compared_metric(name):
            compared.setdefault(kind, []).append(at)
    for kind, places in compared.items():
        columns.setdefault(kind, _pick_newer(header, places, table, kind))
    has = columns.keys()
    if not has & {"query", "page"}:
        # A table of days is no result, but says which period the export is about.
        if "date" in has and "clicks" in has:
            return columns
        # A file without headings has a query there.
        names = ["…" if is_personal(cell) else cell for cell in header]
        table.fault, table.about = "columns", ", ".join(names)[:200]
        return {}
    if missing := [kind for kind in ("clicks", "impressions") if kind not in has]:
        table.fault, table.about = "missing", ", ".join(missing)
        return {}
    table.kind = PAIRS if {"query", "page"} <= has else QUERIES if "query" in has else PAGES
    return columns


def _compared_metric(name: str) -> str:
    """Return the metric of a column of an export that compares two periods: "last 28 days clicks"."""
    if _OTHER_METRIC.search(name) or "difference" in name:
        return ""
    found = [word for word in _METRIC_OF if name.endswith(f" {word}") or name.startswith(f"{word} ")]
    return _METRIC_OF[max(found, key=len)] if found else ""


def _pick_newer(header: list[str], places: list[int], table: Table, kind: str) -> int:
    names = [header[at] for at in places]
    ranges = [_RANGE.search(name) for name in names]
    ends = [_to_date(match[6], match[4], match[5]) if match else None for match in ranges]
    if all(ends):
        best = max(range(len(places)), key=lambda one: ends[one] or date.min)
        match = ranges[best]
        if match:
            table.see_day(_to_date(match[3], match[1], match[2]))
            table.see_day(ends[best])
    else:
        best = next((one for one, name in enumerate(names) if not _BEFORE.search(name)), 0)
    if kind == "clicks":
        words = [word for word in _METRIC_OF if _METRIC_OF[word] == kind]
        table.compared = re.sub(rf"\s*(?:{'|'.join(map(re.escape, words))})\s*$", "", names[best], flags=re.I)[:80]
    return places[best]


def _to_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _cell(row: list[str], columns: dict[str, int], kind: str) -> str:
    at = columns.get(kind)
    return row[at].strip() if at is not None and at < len(row) else ""


def _read_row(table: Table, columns: dict[str, int], number: int, row: list[str], own: Collection[str]) -> None:
    cell = partial(_cell, row, columns)
    if match := _ISO_DAY.match(cell("date")):
        table.see_day(_to_date(match[1], match[2], match[3]))
    if not table.kind:
        return
    text = " | ".join(value for value in (cell("query"), cell("page")) if value) or ", ".join(row)
    query = " ".join(cell("query").split())
    if is_personal(query) or is_personal_page(cell("page")):
        table.personal += 1
        return
    if reason := _find_fault(table.kind, query, cell("page"), own):
        table.skip(number, text, reason)
        return
    clicks, impressions = to_count(cell("clicks")), to_count(cell("impressions"))
    if clicks is None or impressions is None:
        table.skip(number, text, "number")
        return
    path = to_path(cell("page")) if table.kind != QUERIES else ""
    key = (spelling_of(query) or query, path)
    line = table.lines.setdefault(key, Line(query, path))
    position = to_position(cell("position"))
    line.clicks = min(line.clicks + clicks, MAX_COUNT)
    line.impressions = min(line.impressions + impressions, MAX_COUNT)
    line.weighted += position * impressions
    line.position_of_one = line.position_of_one or position


def _find_fault(kind: str, query: str, page: str, own: Collection[str]) -> str:
    if kind != PAGES and not query:
        return "no_query"
    if len(query) > MAX_QUERY:
        return "long"
    if kind != QUERIES and not to_path(page):
        return "no_page"
    if own and kind != QUERIES and _host_of(page) not in ("", *own):
        return "other_site"
    return ""


def _host_of(url: str) -> str:
    try:
        return _plain_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def _plain_host(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")


def to_count(text: str) -> int | None:
    """Return a whole number of any language: "1,234", "1.234", "1 234", "1’234", "12.0". None is none."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").strip()
    text = re.sub(r"(?<=\d)[.,]0{1,2}$", "", " ".join(text.split()))
    if len(text) > 20 or not _GROUPED.fullmatch(text):
        return None
    number = int(re.sub(r"\D", "", text))
    return number if number <= MAX_COUNT else None


def to_position(text: str) -> float:
    """Return the position, with a point or a comma. Zero stands for none."""
    match = re.fullmatch(r"\d{1,5}(?:[.,]\d+)?", unicodedata.normalize("NFKC", text).strip())
    found = float(match[0].replace(",", ".")) if match else 0.0
    return found if found <= MAX_POSITION else 0.0


def to_path(url: str) -> str:
    """Return the path of a page's address without query and fragment, or "" if it is none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("", "http", "https") or not (parts.netloc or parts.path.startswith("/")):
        return ""
    path = drop_unwanted(unquote(parts.path)).strip() or "/"
    path = path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"
    return path if len(path) <= MAX_PATH else ""


def add_up(lines: Iterable[Line]) -> list[Line]:
    """Return the queries of lines that name queries and pages."""
    found: dict[str, Line] = {}
    for line in lines:
        one = found.setdefault(spelling_of(line.query), Line(line.query, ""))
        one.clicks += line.clicks
        one.impressions += line.impressions
        one.weighted += line.weighted
        one.position_of_one = one.position_of_one or line.position_of_one
    return list(found.values())
