"""Check what is read of the files that Search Console, Looker Studio and the API write."""

import io
import zipfile
from datetime import date

import pytest

from clinic.keywords import console_files
from clinic.keywords.console_files import PAGES, PAIRS, QUERIES, is_personal, read_export, to_count, to_path

pytestmark = pytest.mark.same_everywhere

HEADER = "Top queries,Clicks,Impressions,CTR,Position\n"


def read(text, encoding="utf-8", name="table.csv"):
    return read_export(name, text.encode(encoding))


def lines(export, kind=QUERIES):
    table = export.tables[kind]
    return [(one.query, one.path, one.clicks, one.impressions, one.position) for one in table.lines.values()]


def make_zip(files, **kwargs) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **kwargs) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


EXPECTED = [("botox irvine", "", 1234, 12345, 7.5)]
SHAPES = {
    "english": HEADER + 'botox irvine,"1,234","12,345",10%,7.5\n',
    "plain numbers": HEADER + "botox irvine,1234,12345,0.0999,7.5\n",
    "bom": "\ufeff" + HEADER + "botox irvine,1234,12345,10%,7.5\n",
    "returns": HEADER.replace("\n", "\r\n") + "botox irvine,1234,12345,10%,7.5\r\n",
    "old returns": HEADER.replace("\n", "\r") + "botox irvine,1234,12345,10%,7.5\r",
    "german": "Häufigste Suchanfragen,Klicks,Impressionen,CTR,Position\nbotox irvine,1.234,12.345,\"7,5 %\",\"7,5\"\n",
    "german semicolons": "Suchanfragen;Klicks;Impressionen;CTR;Position\nbotox irvine;1.234;12.345;7,5 %;7,5\n",
    "french": "Requêtes les plus fréquentes,Clics,Impressions,CTR,Position\n"
    "botox irvine,1\u202f234,12\u00a0345,7 %,\"7,5\"\n",
    "spanish": "Consultas principales,Clics,Impresiones,CTR,Posición\nbotox irvine,1.234,12.345,\"7,5 %\",\"7,5\"\n",
    "portuguese": "Principais consultas,Cliques,Impressões,CTR,Posição\nbotox irvine,1.234,12.345,7%,\"7,5\"\n",
    "italian": "Query principali,Clic,Impressioni,CTR,Posizione media\nbotox irvine,1.234,12.345,7%,\"7,5\"\n",
    "japanese": "上位のクエリ,クリック数,表示回数,CTR,掲載順位\nbotox irvine,1234,12345,5%,7.5\n",
    "swiss": HEADER + "botox irvine,1'234,12’345,10%,7.5\n",
    "tabs": HEADER.replace(",", "\t") + "botox irvine\t1,234\t12,345\t10%\t7.5\n",
    "excel says the delimiter": "sep=;\nQuery;Clicks;Impressions;CTR;Position\nbotox irvine;1234;12345;10%;7,5\n",
    "other order": "Impressions,Position,Query,Clicks\n12345,7.5,botox irvine,1234\n",
    "capitals and spaces": " TOP  QUERIES ,CLICKS,IMPRESSIONS,CTR,POSITION\nbotox irvine,1234,12345,1%,7.5\n",
    "quoted header": '"Top queries","Clicks","Impressions","CTR","Position"\n'
    '"botox irvine","1,234","12,345","10%","7.5"\n',
    "blank lines": "\n" + HEADER + "\n\nbotox irvine,1234,12345,10%,7.5\n,,,,\n",
    "decimals of a table program": HEADER + "botox irvine,1234.0,12345.00,0.1,7.5\n",
    "twice": HEADER + "botox irvine,1000,12000,1%,7.5\nBotox  Irvine,234,345,1%,7.5\n",
    "compared": "Top queries,Last 28 days Clicks,Previous 28 days Clicks,Last 28 days Impressions,"
    "Previous 28 days Impressions,Last 28 days CTR,Previous 28 days CTR,Last 28 days Position,Previous 28 days "
    "Position\nbotox irvine,1234,9,12345,99,1%,2%,7.5,9\n",
    "compared, older first": "Top queries,2/1/26 - 2/28/26 Clicks,3/1/26 - 3/31/26 Clicks,2/1/26 - 2/28/26 Impressions,"
    "3/1/26 - 3/31/26 Impressions,2/1/26 - 2/28/26 Position,3/1/26 - 3/31/26 Position\n"
    "botox irvine,9,1234,99,12345,9,7.5\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_of_tables_read_alike(name):
    assert lines(read(SHAPES[name])) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_read_alike(encoding):
    assert lines(read(HEADER + "lèvres,1,2,3%,4\n", encoding)) == [("lèvres", "", 1, 2, 4.0)]


@pytest.mark.parametrize(
    "header",
    [
        "query,page,clicks,impressions,ctr,position",
        "Query,Landing Page,Url Clicks,Impressions,URL CTR,Average Position",
        "Suchanfrage,Seite,Klicks,Impressionen,CTR,Position",
    ],
)
def test_query_and_page_together_are_pairs(header):
    text = f"{header}\nbotox,https://clinic.example/treatments/botox?utm=1#top,3,40,0.07,2.5\nbotox,/about,1,2,,9\n"
    found = [("botox", "/treatments/botox/", 3, 40, 2.5), ("botox", "/about/", 1, 2, 9.0)]
    assert lines(read(text), PAIRS) == found


def test_days_are_added_up():
    text = "date,query,page,clicks,impressions,position\n2026-08-02,botox,/a,1,10,2\n2026-08-01,botox,/a,2,30,4\n"
    export = read(text)
    assert lines(export, PAIRS) == [("botox", "/a/", 3, 40, 3.5)]
    assert (export.first_day, export.last_day) == (date(2026, 8, 1), date(2026, 8, 2))


def test_zip_gives_tables_days_and_filters():
    day = "Date,Clicks,Impressions,CTR,Position\n2026-08-01,1,2,50%,3\n2026-10-31,1,2,50%,3\n"
    files = {
        "Queries.csv": HEADER + "botox,1,2,50%,3\n",
        "Pages.csv": "Top pages,Clicks,Impressions,CTR,Position\nhttps://clinic.example/,1,2,50%,3\n",
        "Countries.csv": "Country,Clicks,Impressions,CTR,Position\nUnited States,1,2,50%,3\n",
        "Devices.csv": "Device,Clicks,Impressions,CTR,Position\nMobile,1,2,50%,3\n",
        "Search appearance.csv": "Search Appearance,Clicks,Impressions,CTR,Position\n",
        "Chart.csv": day,
        "Filters.csv": "Filter,Value\nSearch type,Web\nQuery,+botox\n",
        "__MACOSX/._Queries.csv": b"\0\5\26\7",
    }
    export = read_export("export.zip", make_zip(files))
    assert lines(export) == [("botox", "", 1, 2, 3.0)]
    assert lines(export, PAGES) == [("", "/", 1, 2, 3.0)]
    assert (export.first_day, export.last_day) == (date(2026, 8, 1), date(2026, 10, 31))
    assert export.filters == ["Search type: Web", "Query: +botox"]
    assert set(export.ignored) == {"Countries.csv", "Devices.csv", "Search appearance.csv", "Chart.csv"}
    assert not export.refused


def lie_about_size() -> bytes:
    packed = make_zip({"Queries.csv": HEADER + "botox,1,2,3%,4\n" * 200_000})
    return packed.replace((len(HEADER) + 15 * 200_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def locked() -> bytes:
    packed = bytearray(make_zip({"Queries.csv": HEADER}))
    packed[6] |= 1
    at = packed.index(b"PK\1\2")
    packed[at + 8] |= 1
    return bytes(packed)


REFUSED = {
    "empty": b"",
    "empty ": b"\xef\xbb\xbf \n\n",
    "columns": b"a,b,c\n1,2,3\n",
    "columns ": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "columns  ": bytes(range(256)) * 8,
    "columns   ": b"{" * 5000,
    "missing": b"Top queries,CTR\nbotox,1%\n",
    "no_lines": HEADER.encode(),
    "no_lines ": HEADER.encode() + b"botox,none,lots,1%,2\n",
    "broken": HEADER.encode() + b'"' + b"x" * 200_000,
    "broken ": make_zip({"Queries.csv": HEADER})[:60],
    "broken  ": b"PK\3\4" + b"\0" * 40,
    "nested": make_zip({"inner.zip": make_zip({"Queries.csv": HEADER})}),
    "nothing": make_zip({"Queries.csv": ""}),
    "excel": make_zip({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
    "many": make_zip({f"{number}.csv": HEADER for number in range(60)}),
    "large": make_zip({"Queries.csv": b" " * (console_files.MAX_TABLE + 5)}, compresslevel=9),
    "locked": locked(),
    "second": make_zip({"a.csv": HEADER + "a,1,1,1,1\n", "b.csv": HEADER + "b,1,1,1,1\n"}),
    "long": HEADER.encode() + b"a,1,1,1,1\n" * (console_files.MAX_ROWS + 1),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_other_files_are_refused(fault):
    assert [table.fault for table in read_export("file", REFUSED[fault]).refused] == [fault.strip()]


def test_stated_size_of_zip_is_not_believed():
    export = read_export("file.zip", lie_about_size())
    assert [table.fault for table in export.refused] == ["broken"]


def test_many_large_tables_are_not_all_unpacked():
    table = b" " * (console_files.MAX_TABLE - 10)
    export = read_export("bomb.zip", make_zip({f"{number}.csv": table for number in range(6)}, compresslevel=1))
    assert "large" in [found.fault for found in export.refused]


def test_lines_that_cannot_be_read_are_told():
    text = (
        HEADER + f"botox,1,2,3%,4\n,5,6,7%,8\nlips,many,2,3%,4\nhair,1,-2,3%,4\n{'x' * 201},1,2,3%,4\nskin,1.5,2,3%,4\n"
    )
    table = read(text).tables[QUERIES]
    assert [one.query for one in table.lines.values()] == ["botox"]
    told = [(one.number, one.reason) for one in table.skipped]
    assert told == [(3, "no_query"), (4, "number"), (5, "number"), (6, "long"), (7, "number")]


@pytest.mark.parametrize(
    "query",
    ["jane@example.com botox", "jane (at) example", "949-555-0142", "(949) 555 0142", "call 9495550142", "555-0142",
     "+44 20 7946 0958", "714–555–0188", "714\u2011555\u20110188", "714_555_0188", "714*555*0188", "714,555,0188",
     "5550 0188", "tel:5550188", "ana at hotmail dot com", "ana @ hotmail.com", "ana＠hotmail.com", "ana hotmail.com",
     "ana lima born june 7 1984", "12 harbor blvd apt 3", "mrn b1234"],
)  # fmt: skip
def test_queries_with_contact_details_are_dropped(query):
    assert is_personal(query)
    export = read(HEADER + f'"{query}",1,2,3%,4\nbotox,1,2,3%,4\n')
    assert [line[0] for line in lines(export)] == ["botox"]
    assert export.tables[QUERIES].personal == 1


@pytest.mark.parametrize(
    "query",
    [
        "botox 2026",
        "20 units botox 200",
        "92660 med spa",
        "2026 2027",
        "botox @ home",
        "1550 nm laser",
        "clinic.example",
    ],
)
def test_other_numbers_stay(query):
    assert not is_personal(query)


@pytest.mark.parametrize(
    ("page", "is_kept"),
    [("/x/ana@x.example/", False), ("/x/ana%2540x.example/", False), ("/call/714/555/0188/", False),
     ("/2026/11/30/lips/", True), ("/lips/?gclid=12345678", True)],
)  # fmt: skip
def test_pages_with_contact_details_are_dropped(page, is_kept):
    table = read(f"Top pages,Clicks,Impressions\nhttps://clinic.example{page},1,2\n/a/,1,2\n").tables[PAGES]
    assert (len(table.lines), table.personal) == ((2, 0) if is_kept else (1, 1))


def test_file_without_headings_tells_no_query():
    (table,) = read("ana@hotmail.com,1,2\nbotox,1,2\n").refused
    assert table.about == "…, 1, 2"


@pytest.mark.parametrize(
    ("hosts", "kept", "left_out"),
    [
        (["clinic.example"], ["/a/", "/b/", "/e/"], 2),
        (["Clinic.Example", "other.example"], ["/a/", "/b/", "/e/"], 2),
        (["unknown.example"], ["/a/", "/b/", "/c/", "/d/", "/e/"], 0),
        ([], ["/a/", "/b/", "/c/", "/d/", "/e/"], 0),
    ],
)
def test_pages_of_other_sites_are_left_out(hosts, kept, left_out):
    urls = (
        "https://clinic.example/a/,http://WWW.clinic.example:80/b/,https://shop.clinic.example/c/,https://x.example/d/"
    )
    text = "Top pages,Clicks,Impressions\n" + "".join(f"{url},1,2\n" for url in [*urls.split(","), "/e/"])
    table = read_export("a.csv", text.encode(), hosts).tables[PAGES]
    assert [one.path for one in table.lines.values()] == kept
    assert table.skipped_count["other_site"] == left_out


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_zip_is_refused_however_it_is_packed(packing):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.writestr("Queries.csv", HEADER + "botox,1,2,3%,4\n" * 500)
    content = packed.getvalue()
    for start in range(40, 110):
        damaged = content[:start] + bytes(byte ^ 0xA5 for byte in content[start : start + 9]) + content[start + 9 :]
        export = read_export("a.zip", damaged)
        assert export.tables or export.refused


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("1,234", 1234), ("1.234.567", 1234567), ("12.0", 12), ("1.000", 1000), ("１２", 12), ("", None),
     ("-1", None), ("1.5", None), ("1,23", None), ("9" * 30, None), ("1e9", None), ("3000000000", None), ("٣", 3)],
)  # fmt: skip
def test_counts_of_any_language(text, count):
    assert to_count(text) == count


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://clinic.example", "/"),
        ("https://clinic.example/a%20b", "/a b/"),
        ("http://clinic.example/a/file.pdf", "/a/file.pdf"),
        ("/about/#team", "/about/"),
        ("javascript:alert(1)", ""),
        ("botox", ""),
        ("https://[", ""),
        ("https://clinic.example/" + "a" * 600, ""),
        ("", ""),
    ],
)
def test_paths_of_addresses(url, path):
    assert to_path(url) == path
