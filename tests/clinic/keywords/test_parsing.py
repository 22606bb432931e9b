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
    "other alphabets": ("بوتوكس, ботокс, ボトックス, épilation laser", ["بوتوكس", "ботокс", "ボトックス", "épilation laser"]),
    "emoji": ("💉 botox, lip filler 💋, laser", ["💉 botox", "lip filler 💋", "laser"]),
    "the end of a list": ("botox, lip filler, laser, etc.", ["botox", "lip filler", "laser"]),
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
    "only some": ("botox (90)\nlaser", [("botox", 90), ("laser", None)]),
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
        '#,"Keyword","Country","Difficulty","Volume","CPC"\n1,"botox","us","52","2400","3.1"\n2,"lip filler","us",,"90",',
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
    [("300", "number"), ("?!", "empty"), ("word " * 13, "long"), ("x" * 101, "long"), ("botox, 12, 13", "number")],
)
def test_what_is_left_out_is_told(text, reason):
    assert [one.reason for one in parse_keywords(text).skipped] == [reason]


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
    ):
        parse_keywords(text)
