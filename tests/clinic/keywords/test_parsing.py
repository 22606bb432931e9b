"""Read lists of keywords of many shapes. Each shape stands with the phrases that a person reads in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.keywords.parsing import ParsedKeyword, decode_list, parse_keywords
from tests.clinic.keywords.examples import CLINIC_LINE, CLINIC_PHRASES

pytestmark = pytest.mark.same_everywhere

ABC = ["botox", "lip filler", "laser"]
SHAPES = {
    "commas": ("botox, lip filler, laser", ABC),
    "commas and a period": ("Botox, lip filler, laser.", ["Botox", "lip filler", "laser"]),
    "semicolons": ("botox; lip filler;laser;", ABC),
    "lines": ("botox\nlip filler\nlaser", ABC),
    "windows lines with gaps": ("botox\r\n\r\n  lip filler  \r\n\r\nlaser\r\n", ABC),
    "old mac lines": ("botox\rlip filler\rlaser", ABC),
    "line separators": ("botox\u2028lip filler\u2029laser", ABC),
    "tabs": ("botox\tlip filler\tlaser", ABC),
    "bars": ("botox | lip filler | laser", ABC),
    "straight quotes": ('"botox", "lip filler", "laser"', ABC),
    "mixed quotes": ('“botox", "lip filler”, „laser“', ABC),
    "guillemets": ("«botox», «lip filler», «laser»", ABC),
    "single quotes": ("'botox', ‘lip filler’, 'laser'", ABC),
    "quotes without commas": ('"botox" "lip filler" "laser"', ABC),
    "quotes around all": ('"botox, lip filler, laser"', ABC),
    "one quote missing": ('"botox, "lip filler", laser', ABC),
    "comma in quotes": ('"Botox in Irvine, CA"\n"laser"', ["Botox in Irvine, CA", "laser"]),
    "hyphens": ("- botox\n- lip filler\n- laser", ABC),
    "round bullets": ("• botox\n•lip filler\n\t• laser", ["botox", "lip filler", "laser"]),
    "bullets in a line": ("botox • lip filler • laser", ABC),
    "stars and checks": ("* botox\n✓ lip filler\n[x] laser", ABC),
    "numbers": ("1. botox\n2. lip filler\n3. laser", ABC),
    "numbers in brackets": ("(1) botox\n(2) lip filler\n(3) laser", ABC),
    "numbers in a line": ("1. botox 2. lip filler 3. laser", ABC),
    "letters": ("a) botox\nb) lip filler\nc) laser", ABC),
    "hashtags": ("#botox #lipfiller #laser", ["botox", "lipfiller", "laser"]),
    "a label": ("Keywords: botox, lip filler, laser", ABC),
    "a longer label": ("Our focus keywords for Botox pages: botox, lip filler, laser", ABC),
    "a label on its own line": ("SEO Keywords:\nbotox\nlip filler\nlaser", ABC),
    "match types": ("[botox]\n+lip +filler\n“laser”", ABC),
    "json": ('["botox", "lip filler", "laser"]', ABC),
    "a meta tag": ('<meta name="keywords" content="botox, lip filler, laser">', ABC),
    "html list": ("<ul><li>botox</li><li><b>lip filler</b></li><li>laser</li></ul>", ABC),
    "markdown table": ("| Keyword | Notes |\n|---|---|\n| botox | x |\n| lip filler | |\n| laser | y |", ABC),
    "spaces of all kinds": ("botox,\u00a0lip\u00a0filler,\u3000laser\u200b", ABC),
    "twice": ("botox, BOTOX, “Botox”, lip filler, laser, Lip  Filler", ABC),
    "two kinds of apostrophes": ("men's botox\nmen’s botox", ["men's botox"]),
    "words with digits and hyphens": ("covid-19 botox\n2 syringe filler\n3.5 ml filler\nspf 50", [
        "covid-19 botox", "2 syringe filler", "3.5 ml filler", "spf 50",
    ]),
    "and, slashes, ampersands": ("botox & filler, before/after botox, botox and filler", [
        "botox & filler", "before/after botox", "botox and filler",
    ]),
    "the word keyword in a phrase": ("keyword research\nbotox", ["keyword research", "botox"]),
    "questions": ("Does botox hurt?\nHow long does filler last?", ["Does botox hurt?", "How long does filler last?"]),
    "other alphabets": ("بوتوكس, ботокс, ボトックス, épilation laser", [
        "بوتوكس", "ботокс", "ボトックス", "épilation laser",
    ]),
    "marks without a space": ("-botox\n*lip filler\n–laser", ABC),
    "numbers without a space": ("1.botox\n2.lip filler\n3)laser", ABC),
    "emoji": ("💉 botox, lip filler 💋, laser", ["💉 botox", "lip filler 💋", "laser"]),
    "the end of a list": ("botox, lip filler, laser, etc.", ["botox", "lip filler", "laser"]),
    "and before the last": ("botox, lip filler, and laser", ABC),
    "or before the last": ('"botox", "lip filler", or "laser"', ABC),
    "commas of other scripts": ("botox，lip filler、laser", ABC),
    "semicolons of other scripts": ("botox；lip filler؛laser", ABC),
    "a heading": ("Keyword\nbotox, lip filler, laser", ABC),
    "a heading before lines": ("Search terms\nbotox\tlip filler\nlaser", ABC),
    "a heading before rows": ("query\nbotox, filler\nlaser, peel", ["botox", "filler", "laser", "peel"]),
    "a heading in the list": ("botox\nlip filler\nKeyword\nlaser", ABC),
    "a bold heading": ("**Key phrases**\n- botox\n- lip filler\n- laser", ABC),
    "a heading before quotes": ('Keywords\n"botox, lip filler, laser"', ABC),
    "a heading before the clinic's line": (f"Keywords\n{CLINIC_LINE}", CLINIC_PHRASES),
    "a label with a name": ("botox keywords:\n- lip filler\n- laser", ["lip filler", "laser"]),
    "a label for treatments": ("Treatments: botox, lip filler, laser", ABC),
    "a label for services": ("Our services:\nbotox\nlip filler\nlaser", ABC),
    "a bold label": ("**Target keywords:** botox, lip filler, laser", ABC),
    "quoted lines of a mail": ("> botox\n> lip filler\n> laser", ABC),
    "emoji as marks": ("✅ botox\n✔️ lip filler\n👉laser", ABC),
    "numbers and dashes": ("1 - botox\n2 - lip filler\n3 – laser", ABC),
    "capital letters": ("A. botox\nB. lip filler\nC. laser", ABC),
    "roman numbers": ("i. botox\nii. lip filler\niii. laser", ABC),
    "markers below a title": ("my list\n(a) botox\n(b) laser", ["my list", "botox", "laser"]),
    "a letter of the phrase": ("J. Plasma\nbotox", ["J. Plasma", "botox"]),
    "a column of numbers": ("1,botox\n2,lip filler\n3,laser", ABC),
    "numbers after one space": ("botox 92660\nbotox 92618\nspf 50", ["botox 92660", "botox 92618", "spf 50"]),
    "ages": ("botox at 30\nbotox at 40", ["botox at 30", "botox at 40"]),
    "numbers that repeat": ("botox 101\nfillers 101", ["botox 101", "fillers 101"]),
    "years": ("botox (2026)\nbotox – 2026\nlip [2025]", ["botox (2026)", "botox – 2026", "lip [2025]"]),
    "years in front": ("2026 - botox\n2025 - laser", ["2026 - botox", "2025 - laser"]),
    "a comma in a number": ("botox 1,000 units\nsap - 1,200 units, laser", [
        "botox 1,000 units", "sap - 1,200 units", "laser",
    ]),
    "a number of keywords": ("Keywords (3): botox, lip filler, laser", ABC),
    "arrows and waves as marks": ("=> botox\n~ lip filler\n🔹 laser", ABC),
    "a list above a table": ("botox, lip filler\nKeyword,Volume\nlaser,30", ABC),
    "many lines above a table": (
        "".join(f"word {letter}\n" for letter in "abcdefghijklmnop") + "Keyword,Volume\nlaser,30",
        [*(f"word {letter}" for letter in "abcdefghijklmnop"), "laser"],
    ),
    "two tables": ("Keyword,Volume\nbotox,90\nlip filler,30\nKeyword\tSearches\nlaser\t10", ABC),
    "a short row": ("No,Keyword\n1,botox\nlip filler\n3,laser", ABC),
    "a header word among phrases": ("botox\nkeyword, lip filler\nlaser", ["botox", "keyword", "lip filler", "laser"]),
    "a header alone": ("botox\nlip filler\nlaser\nKeyword,Volume", ABC),
    "a cell on two lines": ('Keyword,Notes\nbotox,"a\nb"\nlip filler,\nlaser,x', ABC),
    "a drawn table": ("+------+----+\n| Keyword | x |\n+------+----+\n| botox | 1 |\n+------+----+", ["botox"]),
}  # fmt: skip

COUNTS = {
    "a dash": ("botox – 2,400\nlip filler - 90", [("botox", 2400), ("lip filler", 90)]),
    "brackets": ("botox (2400), lip filler (90)", [("botox", 2400), ("lip filler", 90)]),
    "a colon and a unit": ("botox: 1.2k searches/mo\nlip filler: 90 per month", [("botox", 1200), ("lip filler", 90)]),
    "a second column": ("botox\t2,400\nlip filler\t90", [("botox", 2400), ("lip filler", 90)]),
    "a column after a comma": ("botox, 2,400\nlip filler, 90", [("botox", 2400), ("lip filler", 90)]),
    "a column of spaces": ("botox      2400\nlip filler   90", [("botox", 2400), ("lip filler", 90)]),
    "quotes before a dash": ('"botox" – 2,400, "lip filler" – 90', [("botox", 2400), ("lip filler", 90)]),
    "a year is no count": ("botox 2026\nlip filler 2025", [("botox 2026", None), ("lip filler 2025", None)]),
    "in front": ("1,200 botox\n90 lip filler", [("botox", 1200), ("lip filler", 90)]),
    "in front, in brackets": ("(2,400) botox\n(90) lip filler", [("botox", 2400), ("lip filler", 90)]),
    "in front of one line": ("1,200 botox\nlaser", [("1,200 botox", None), ("laser", None)]),
    "numbers of the phrases": ("3 areas botox\n50 units botox", [("3 areas botox", None), ("50 units botox", None)]),
    "doubled quotes": (
        'Keyword,Volume\n"botox ""irvine""",90\n"""men\'s"" botox",10',
        [
            ("botox irvine", 90),
            ("men's botox", 10),
        ],
    ),
    "only some": ("botox (90)\nlaser", [("botox", 90), ("laser", None)]),
    "a comma for thousands": ("botox 2,400; lip filler 1,200", [("botox", 2400), ("lip filler", 1200)]),
    "commas of two kinds": ("botox 2,400, lip filler 1,200", [("botox", 2400), ("lip filler", 1200)]),
    "more than": ("botox – 2,400+\nlip filler (90+)", [("botox", 2400), ("lip filler", 90)]),
    "about": ("botox – ~2,400\nlip filler ~90", [("botox", 2400), ("lip filler", 90)]),
    "arrows": ("botox -> 2,400\nlip filler => 90", [("botox", 2400), ("lip filler", 90)]),
    "spaces for thousands": ("botox – 2 400\nlip filler – 1\u2009200", [("botox", 2400), ("lip filler", 1200)]),
    "in front, with tabs": ("2400\tbotox\n90\tlip filler", [("botox", 2400), ("lip filler", 90)]),
    "in front, with dashes": ("2,400 - botox\n90 - lip filler", [("botox", 2400), ("lip filler", 90)]),
    "in front, with commas": ("1.2k,botox\n90,lip filler", [("botox", 1200), ("lip filler", 90)]),
    "some in a column of spaces": ("botox   2400\nspf 50", [("botox", 2400), ("spf 50", None)]),
    "bars": ("botox | 2,400 | x\nlip filler | 90 | y", [("botox", 2400), ("x", None), ("lip filler", 90), ("y", None)]),
    "a year with a unit": ("botox – 2026 searches", [("botox", 2026)]),
    "a column of tabs among others": ("botox\t2,400\t3.1\nlip filler\t90\t2", [("botox", 2400), ("lip filler", 90)]),
    "a count after what looks like a label": ("botox treatments: 90", [("botox treatments", 90)]),
    "commas of a phrase": ("Keyword,Volume\nbotox, irvine,20", [("botox, irvine", 20)]),
    "commas of a phrase in the last column": ("Volume,Keyword\n20,botox, irvine", [("botox, irvine", 20)]),
    "commas of a count": ("Keyword,Volume\nbotox,2,400\nlip filler,90,,", [("botox", 2400), ("lip filler", 90)]),
    "a quote that is a slip": ('Keyword,Volume\n"botox,90\nlip filler,30', [("botox", 90), ("lip filler", 30)]),
    "a country in the header": ("Keyword;Vol [US]\nbotox;90", [("botox", 90)]),
    "from and to": ("Keyword Idea,Max Volume,Min Volume\nbotox,900,90", [("botox", 90)]),
    "each month": ("Key phrase\tMonthly Volume\nbotox\t90", [("botox", 90)]),
    "a bold header": ("| **Keyword** | **Volume** |\n|:--|--:|\n| botox | 90 |", [("botox", 90)]),
    "the world and here": ("Keyword,Global volume,Volume\nbotox,900,90", [("botox", 90)]),
    "the world alone": ("Keyword,Global volume\nbotox,900", [("botox", 900)]),
    "html table": (
        "<table><thead><tr><th>Keyword</th>\n<th>Volume</th></tr></thead>\n<tr>\n<td>Botox in Irvine, CA</td>"
        "<td>2,400</td></tr><tr><td><b>laser</b>\nhair removal<td>90</table>",
        [("Botox in Irvine, CA", 2400), ("laser hair removal", 90)],
    ),
    "html table without a header": ("<table><tr><td>botox</td><td>2,400</td></tr></table>", [("botox", 2400)]),
    "google's planner": (
        "Keyword Stats 2026-11-01 at 10_00_00\nOctober 1, 2025 - September 30, 2026\n"
        "Keyword\tCurrency\tAvg. monthly searches\tThree month change\tCompetition\n"
        "botox\tUSD\t1K – 10K\t0%\tLow\nlip filler\tUSD\t90\t∞\tMedium\n",
        [("botox", 1000), ("lip filler", 90)],
    ),
    "semrush": (
        "Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD)\n"
        'botox,"Informational, Commercial","2,400","0.81,0.81",52,3.10\nlip filler,Commercial,90,"1,1",20,2',
        [("botox", 2400), ("lip filler", 90)],
    ),
    "ahrefs": (
        '#,"Keyword","Country","Difficulty","Volume","CPC"\n'
        '1,"botox","us","52","2400","3.1"\n2,"lip filler","us",,"90",',
        [("botox", 2400), ("lip filler", 90)],
    ),
    "ubersuggest": (
        "No,Keyword,Search Volume,CPC,Paid Difficulty\n1,botox,2400,3,10\n2,lip filler,90,2,5",
        [("botox", 2400), ("lip filler", 90)],
    ),
    "search console": (
        "Top queries,Clicks,Impressions,CTR,Position\nbotox,3,40,7.5%,9.1\nlip filler,0,5,0%,31",
        [("botox", None), ("lip filler", None)],
    ),
    "semicolons and german numbers": (
        "Keyword;Search Volume\nbotox;2.400\nlip filler;90",
        [("botox", 2400), ("lip filler", 90)],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shape_is_read(name):
    text, phrases = SHAPES[name]
    parsed = parse_keywords(text)
    assert [keyword.phrase for keyword in parsed.keywords] == phrases
    assert not parsed.skipped


@pytest.mark.parametrize("name", COUNTS)
def test_searches_are_read(name):
    text, found = COUNTS[name]
    parsed = parse_keywords(text)
    assert [(keyword.phrase, keyword.monthly_searches) for keyword in parsed.keywords] == found


def test_line_of_the_clinic_gives_25_keywords():
    parsed = parse_keywords(CLINIC_LINE)
    assert [keyword.phrase for keyword in parsed.keywords] == CLINIC_PHRASES
    assert len(CLINIC_PHRASES) == 25
    assert not parsed.skipped
    assert not parsed.repeated


def test_hundreds_of_lines_are_read():
    text = "\n".join(f"{number}. phrase {number} of a list – {number},000" for number in range(1, 901))
    parsed = parse_keywords(text)
    assert len(parsed.keywords) == 900
    assert parsed.keywords[899] == ParsedKeyword("phrase 900 of a list", 900_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("300", "number"),
        ("?!", "empty"),
        ("word " * 13, "long"),
        ("x" * 101, "long"),
        ("botox, 12, 13", "number"),
        ("ﷺ" * 90, "long"),
    ],
)
def test_what_is_left_out_is_told(text, reason):
    assert [one.reason for one in parse_keywords(text).skipped] == [reason]


@pytest.mark.parametrize(
    "title",
    [
        "Keyword Stats 2026-11-01 at 10_00_00", "October 1, 2025 - September 30, 2026", "2025-10-01 – 2026-09-30",
        "Search terms report", "Keyword overview", "Semrush export 2026-11-01,,",
    ],
)  # fmt: skip
def test_title_above_a_table_is_no_keyword(title):
    parsed = parse_keywords(f"{title}\nbotox\nKeyword,Volume\nlaser,90")
    assert [keyword.phrase for keyword in parsed.keywords] == ["botox", "laser"]
    assert [(one.text, one.reason) for one in parsed.skipped] == [(title, "above")]
    assert not parse_keywords("botox overview\nlaser").skipped


def test_repeated_phrase_is_told():
    assert parse_keywords("botox, laser, BOTOX").repeated == ["BOTOX"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_file_is_decoded(encoding):
    text = "Keyword\tVolume\nmen’s botox\t90\ncafé spa\t10\n"
    phrases = [keyword.phrase for keyword in parse_keywords(decode_list(text.encode(encoding))).keywords]
    assert phrases == ["men’s botox", "café spa"]


def test_plain_text_keeps_its_tags():
    (keyword,) = parse_keywords('"peel <b>now</b>"', may_be_html=False).keywords
    assert keyword.phrase == "peel <b>now</b>"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text):
    parsed = parse_keywords(text)
    for keyword in parsed.keywords:
        assert 0 < len(keyword.phrase) <= 100
        assert "\n" not in keyword.phrase


phrases = st.lists(
    st.lists(st.sampled_from("botox lip filler men’s laser in Irvine 2 best of".split()), min_size=1, max_size=4)
    .map(" ".join)
    .filter(lambda phrase: any(letter.isalpha() for letter in phrase) and not phrase[0].isdigit()),
    min_size=2,
    max_size=20,
    unique_by=lambda phrase: phrase.replace("’", "'").casefold(),
)


@settings(max_examples=100, deadline=None)
@given(phrases, st.sampled_from([", ", "; ", "\n", "\n- ", " | ", "\t"]), st.sampled_from(["{}", '"{}"', "“{}”"]))
def test_no_phrase_is_lost_in_any_shape(words, separator, quotes):
    words = [phrase for phrase in words if not phrase.split()[-1].isdigit()]
    text = separator.join(quotes.format(phrase) for phrase in words)
    found = [keyword.phrase for keyword in parse_keywords(text).keywords]
    assert found == words


def test_long_hostile_text_is_read_in_time():
    for text in (
        "(" * 50_000,
        '"' * 50_000,
        "a-" * 50_000,
        "1. " * 30_000,
        " - 1" * 30_000,
        "<" * 50_000,
        "a (1 " * 20_000,
        "a" + " " * 50_000 + "b",
        "\t" * 50_000 + "a",
        "<tr" * 50_000 + "<b>",
        "<meta " * 50_000 + "<b>",
        "<tr><td>" * 30_000,
        "-" * 50_000 + "\nkeyword,volume\na,1",
        "keyword,volume\na" + ",1,100" * 50_000,
        "keyword,volume\n" + '"a\n' * 50_000,
        "1 - " + "a" * 50_000 + ",\n2 - b",
    ):
        parse_keywords(text)
