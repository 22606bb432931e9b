"""Test the import with the files in ``legacy/``.

They have the format of the old site. All but the first were written for these tests.
"""

import contextlib
import re
import unicodedata
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path
from time import process_time

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blog.legacy_import import (
    CONTROL,
    ENTITY,
    INVISIBLE,
    MAX_BYTES,
    Block,
    NotAnArticleError,
    decode,
    first_sentences,
    parse,
    read_date,
    repair,
    split_keywords,
)

pytestmark = pytest.mark.same_everywhere

ARTICLES = Path(__file__).parent / "legacy"
ARTICLE_FILES = sorted(path for path in ARTICLES.glob("*.txt") if path.name != "contact-page.txt")
PROSE = "One sentence explains the matter to everybody. A second one follows it."
TOP = "A Title of Our Own\n\nA Title of Our Own\nApr 06, 2022\n\n"
FURNITURE = (ARTICLES / "how-can-botox-help-with-migraine-headaches.txt").read_text().split("\n\n\n\n")[-1]


# Words that name a field and are no part of its value.
LABELS = set("author posted in category categories keywords key words tags by seo oc beauty medspa".split())
DATE_LABEL = re.compile(r"^(?:posted|published|updated|on|[: ])*", re.IGNORECASE)
CONTACT = "Contact Us\n\nHours\n\nMon - Fri: 9-4\n"
TEASERS = [
    "Softer Lines\n\nNov 18, 2021\n\nThere is a line that\n\nRead more",
    "Softer Lines\nSofter Lines\nSkin Care\nNov 18, 2021\nThere is a line that goes all the way through",
    "Softer Lines\n\nSofter Lines\n\nThere is a line. It is long...\n\nContinue Reading »",
    "Softer Lines\n\nSofter Lines\n\nNov 18, 2021|Skin Care\n\nThere is a line... Read More",
    "Nov 18, 2021\n\nSofter Lines\n\nThere is a line that goes on and\n\nREAD MORE",
    "Related Posts\n\nSofter Lines\n\nLaugh About It!",
    "Previous Post\nSofter Lines\nNext Post\nWhy We Laugh",
]


def read(name):
    return parse(decode((ARTICLES / f"{name}.txt").read_bytes()))


def article_of(*lines, top=TOP, bottom=FURNITURE):
    return parse(top + "\n\n".join(lines) + "\n\n" + bottom)


def blocks_of(*lines):
    return list(article_of(*lines).blocks)


def heading(text):
    return Block("h2", (text,))


def paragraph(text):
    return Block("p", (text,))


def bullets(*items):
    return Block("ul", items)


def numbers(*items):
    return Block("ol", items)


def headings(article):
    return [block.texts[0] for block in article.blocks if block.tag == "h2"]


def lists(article):
    return [block for block in article.blocks if block.tag in ("ul", "ol")]


def text_of(article):
    return [text for block in article.blocks for text in block.flat_texts]


def html_of(article):
    return "".join(block.html for block in article.blocks if block.tag != "table")


def left_out(article):
    return [(line.number, line.text, line.reason) for line in article.left_out]


def words(texts):
    return Counter(word for text in texts for word in re.findall(r"[^\W_]+", text.casefold()))


def assert_nothing_lost(text, article):
    """Check that each word is in one line, and shown in draft or report."""
    # Encodings are repaired line by line, and a lone "\r" ends a line as well.
    text = ENTITY.sub(lambda entity: unescape(entity[0]), repair(re.sub(r"\r\n?", "\n", text)))
    visible = INVISIBLE.sub("", unicodedata.normalize("NFC", CONTROL.sub(" ", text)))
    assert words([visible]) == words(line.text for line in article.lines)
    body = words(line.text for line in article.lines if line.place == "body")
    shown = words(text_of(article))
    assert not shown - body
    assert all(re.fullmatch(r"\d{1,2}|o", mark) for mark in body - shown)
    assert all(line.reason for line in article.left_out)
    fields = words([article.title, article.author, *article.categories, *article.keywords])
    for line in article.lines:
        if line.place in ("title", "category", "author", "keywords"):
            assert set(words([line.text])) <= set(fields) | LABELS, line
        if line.place == "date":
            assert read_date(DATE_LABEL.sub("", line.text)) == article.date, line


# The real article


def test_title_date_and_keywords_of_the_real_article():
    article = read("how-can-botox-help-with-migraine-headaches")
    assert article.title == "How can Botox help with migraine headaches?"
    assert article.date == date(2022, 4, 6)
    assert article.categories == ()
    assert len(article.keywords) == 25
    assert article.keywords[0] == "Botox Near Me"
    assert article.keywords[-1] == "skin medical spa"
    assert article.to_check == []


def test_headings_of_the_real_article():
    assert headings(read("how-can-botox-help-with-migraine-headaches")) == [
        "What is a migraine, exactly?",
        "Does it matter if you're a man or a woman when it comes to migraines?",
        "What is the definition of a persistent migraine?",
        "How may migraine episodes be avoided?",
        "Botox has both cosmetic and therapeutic properties",
        "How can Botox help with migraines?",
        "Injectables for migraine therapy",
        "What to expect after Botox treatment",
        "When the treatment's outcome is reasonable?",
        "Botox for migraine pain has side effects?",
        "To avoid migraines, how often should you get Botox injections?",
        "It's possible that your insurance won't cover it",
        "Why choosing us in OC Beauty medspa?",
    ]


def test_broken_list_of_the_real_article():
    article = read("how-can-botox-help-with-migraine-headaches")
    assert lists(article) == [bullets("above the nose", "back of the head", "upper back")]
    before = article.blocks[article.blocks.index(lists(article)[0]) - 1]
    assert before.texts[0].endswith("The following locations are typically to be used as injection sites:")


def test_furniture_of_the_real_article_is_left_out():
    lines = left_out(read("how-can-botox-help-with-migraine-headaches"))
    assert Counter(reason for _number, _text, reason in lines) == {
        "teaser of another post": 10,
        "contact block": 3,
        "opening hours": 4,
    }
    assert lines[0] == (100, "Baby Botox or Preventative Botox", "teaser of another post")


# Other shapes


def test_category_stands_above_the_title_and_above_a_teaser():
    article = read("category-on-top")
    assert article.title == "Six Sessions To Smoother Legs"
    assert (article.date, article.categories, article.keywords) == (date(2023, 1, 30), ("Laser Treatments",), ())
    assert (44, "Skin Care", "teaser of another post") in left_out(article)
    assert text_of(article)[-1].startswith("Contact us when you would like to know")


def test_one_before_every_heading_is_no_count():
    assert headings(read("category-on-top")) == [
        "Why Patients Choose The Laser",
        "Precision",
        "Speed",
        "Lasting Results",
        "Is It Permanent?",
        "How To Prepare",
        "Ask For Your Plan",
    ]


def test_numbered_instructions_are_ordered_lists():
    article = read("byte-order-mark")
    assert article.title == "Don'ts and Dos After a Peel"
    assert [(block.tag, len(block.texts)) for block in lists(article)] == [("ol", 3), ("ol", 2)]
    assert lists(article)[0].texts[0].startswith("Avoid touching the face. Fingers carry bacteria")
    assert headings(article)[1:] == ["Don’ts of the first week", "Dos of the first week", "Does it hurt?"]


def test_keywords_without_quotes_are_told_apart_once():
    names = ("chemical peel near me", "peel aftercare", "facial in Irvine", "Medical Spa")
    assert read("byte-order-mark").keywords == names


def test_title_in_small_letters_and_keywords_over_several_lines():
    article = read("small-letters")
    assert article.title == "why does my skin need a routine?"
    assert article.categories == ("Skin Care", "Facials")
    assert article.keywords == ("skin care routine", "facial near me", "serum or cream first")
    assert lists(article) == [
        bullets("a soft towel", "sunscreen", "lip balm"),
        bullets("forehead;", "cheeks;", "and chin."),
    ]
    assert text_of(article)[-1].startswith("Keywords matter because patients type them")


def test_long_foot_of_a_page_is_left_out():
    article = read("small-letters")
    assert left_out(article)[0][1] == "Share this post"
    assert len(article.left_out) == 24
    assert article.to_check == []


def test_lines_without_blank_lines_between():
    article = read("dashes-and-bullets")
    assert (article.title, article.date) == ("Who Is Lip Filler For", date(2023, 2, 2))
    assert article.categories == ("Injectables",)
    assert headings(article) == [
        "What lip fillers are",
        "Who should think about it",
        "Who had better wait",
        "Top reasons people give",
        "A Face In Balance",
        "Softer Lines",
        "Nobody Needs To Know",
        "After the visit",
    ]
    assert [len(block.texts) for block in lists(article)] == [3, 3]
    assert article.keywords == ("lip fillers in oc", "Lip Filler Newport Beach", "lip fillers near me")


def test_hard_wrapped_windows_file_with_menu_and_footer():
    article = read("hard-wrapped")
    assert article.title == "What Acne Scars Tell - And How They Fade"
    assert (article.date, article.categories) == (date(2022, 4, 6), ("Laser Treatments",))
    assert headings(article) == [
        "1. Know your scar",
        "2. Calm the skin first",
        "3. Choose the tool",
        "Results & Risks",
        "Does insurance pay?",
    ]
    assert lists(article)[0].tag == "ol"
    assert lists(article)[0].texts[1].endswith("where the laser would be too much")
    assert text_of(article)[0].endswith("and no treatment without a few patient weeks.")
    assert text_of(article)[-1].startswith("Visit us or contact us for a free consultation.")


def test_words_of_the_furniture_inside_an_article_stay():
    article = read("no-date")
    assert headings(article) == ["WHY MEN COME", "Contact Us", "Read more", "What to bring"]
    assert lists(article) == [bullets("Mon - Fri : 09:00 am – 04:00 pm", "Sat : Closed")]
    assert article.date is None
    assert article.to_check == []


def test_parts_in_another_order_are_found():
    article = read("other-order")
    assert (article.title, article.slug) == ("Sunscreen Is Not Only For July", "sunscreen-is-not-only-for-july")
    assert (article.date, article.author) == (date(2022, 10, 3), "Jane Doe")
    assert article.categories == ("Skin Care", "Facials")
    assert article.keywords == ("sunscreen near me", "SPF 50 face cream", "Skin spa")
    assert headings(article) == ["Three habits that help", "What about makeup?"]
    assert [len(block.texts) for block in lists(article)] == [3]
    assert text_of(article)[-1].startswith("Come in and we will look")
    assert (20, "Updated: Jan 5, 2023", "small print: updated") in left_out(article)


def test_article_with_nothing_but_text_is_read():
    article = read("bare")
    assert article.title == "A Short Note On Retinol"
    assert (article.date, article.author, article.categories, article.keywords) == (None, "", (), ())
    assert [block.tag for block in article.blocks] == ["p", "p"]
    assert article.left_out == []


def test_wrapped_lines_of_a_windows_file_are_joined():
    article = read("windows")
    assert (article.date, article.categories) == (date(2023, 10, 11), ("Injectables",))
    assert [block.tag for block in article.blocks] == ["p", "h2", "p", "p", "ul"]
    assert article.blocks[0].texts[0].endswith("doesn’t tell you anything you could not have read on a poster.")
    assert article.keywords == (
        "lip filler near me",
        "filler consultation",
        "first filler",
        "med spa in Newport Beach",
    )
    assert (
        4,
        "Oct 11th 2023 | Injectables | 3 min read",
        "small print: date, category without a label, count",
    ) in left_out(article)


def test_hostile_html_stays_text():
    article = read("hostile-html")
    tree = BeautifulSoup(html_of(article), "html.parser")
    assert {tag.name for tag in tree.find_all(True)} <= {"h2", "p", "ul", "li"}
    assert all(not tag.attrs for tag in tree.find_all(True))
    shown = tree.get_text()
    for hostile in (
        "<script src",
        '<b onmouseover="alert(2)">',
        "javascript:alert(3)",
        "<script>alert(6)</script>",
        "{{ settings",
    ):
        assert hostile in shown
    assert article.slug == "peels-img-src-x-onerror-alert-1-and-you"
    assert len(article.keywords) == 3


@pytest.mark.parametrize("path", ARTICLE_FILES, ids=lambda path: path.stem)
def test_no_line_of_a_file_is_lost(path):
    text = decode(path.read_bytes())
    assert_nothing_lost(text, parse(text))


@pytest.mark.parametrize("path", ARTICLE_FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_make_no_difference(path, encoding, newline):
    text = re.sub(r"\r\n|\r", "\n", decode(path.read_bytes()))
    again = parse(decode(text.replace("\n", newline).encode(encoding)))
    assert again == parse(text)


# The top


@pytest.mark.parametrize(
    "top",
    [
        "My Peel Story\n\nMy Peel Story\nApr 06, 2022\n",
        "My Peel Story\nApril 6, 2022\n",
        "Apr 06, 2022\n\nMy Peel Story\n",
        "Skin Care\n\nMy Peel Story\n\nMy Peel Story\n\n2022-04-06\n",
        "Skin Care\n\nMy Peel Story\n\n06 Apr 2022\n",
        "My Peel Story | OC Beauty Medspa\n\nMy Peel Story\n\nPosted on 4/6/2022 in Skin Care by Jane Doe\n",
        "Home\nServices\n(949) 555-0142\nMy Peel Story\n\nMY PEEL STORY\n\nMy Peel Story\nWednesday, April 6th, 2022\n",
        "My Peel Story\n\nMy Peel Story\n\nBy OC Beauty Medspa\n\nSkin Care\n\nApr 06, 2022 · 5 min read\n\nShare\n",
        "My Peel Story\n\nMy Peel Story\n\nCategories: Skin Care\n\nUpdated: May 1, 2022\nPublished: Apr 6, 2022\n",
        "My Peel Story\u200b\n\n\u00a0My Peel\u00a0Story \nApr\u00a006, 2022\n",
    ],
)
def test_title_and_date_are_found(top):
    article = article_of(PROSE, top=f"{top}\n")
    assert (article.title, article.date) == ("My Peel Story", date(2022, 4, 6))
    assert article.categories == (("Skin Care",) if "Skin Care" in top else ())
    assert article.blocks == (paragraph(PROSE),)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Apr 06, 2022", date(2022, 4, 6)),
        ("Sept. 5 2021", date(2021, 9, 5)),
        ("6th of April 2022", date(2022, 4, 6)),
        ("04/06/22", date(2022, 4, 6)),
        ("2022-04-06T09:30:00Z", date(2022, 4, 6)),
        ("Feb 29, 2024", date(2024, 2, 29)),
        ("Feb 29, 2023", None),
    ],
)
def test_date_forms(line, day):
    assert article_of(PROSE, top=f"My Peel Story\n\nMy Peel Story\n{line}\n\n").date == day


def test_day_that_no_calendar_has_is_reported():
    article = article_of(PROSE, top="My Peel Story\n\nMy Peel Story\nFeb 30, 2022\n\n")
    assert article.date is None
    assert left_out(article)[0] == (4, "Feb 30, 2022", "small print: not a day of the calendar")


def test_title_once_without_a_date_is_enough_when_the_page_is_of_the_site():
    article = article_of(PROSE, top="My Peel Story\n\n")
    assert article.title == "My Peel Story"
    assert article.blocks == (paragraph(PROSE),)


def test_first_heading_under_the_date_is_no_category():
    article = article_of("Why It Works", PROSE)
    assert article.categories == ()
    assert headings(article) == ["Why It Works"]


# Headings and lists


@pytest.mark.parametrize(
    "line",
    [
        "What is it?",
        "What Is It And How Does It Work",
        "The first visit",
        "WHAT TO EXPECT.",
        "Side effects:",
        "Go Now!",
    ],
)
def test_short_line_above_text_is_a_heading(line):
    assert blocks_of(PROSE, line, PROSE)[1] == heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "It works.",
        "We are fully committed to you!",
        "Are you tired of shaving? You are not alone.",
        "“The best visit I ever had”",
        "Here is what you will need:",
        "If you have any question at all then our nurses are there for you every day",
        "Keywords: they matter, because without them nobody would find us, and so we think of them.",
        "31 injections in one place, and then a pause of about twelve weeks.",
    ],
)
def test_sentence_is_a_paragraph(line):
    assert blocks_of(PROSE, line, PROSE)[1] == paragraph(line)


def test_last_line_is_no_heading():
    assert blocks_of(PROSE, "Ready to start?")[-1] == paragraph("Ready to start?")


@pytest.mark.parametrize("mark", ["•", "• ", "-", "- ", "* ", "– ", "· ", "\t•\t", "✓ ", "o\t", "•\n"])
def test_marked_lines_are_a_list(mark):
    assert bullets("Water and soap", "A towel") in blocks_of(PROSE, f"{mark}Water and soap", f"{mark}A towel", PROSE)


@pytest.mark.parametrize("mark", ["{}. ", "{}) ", "({}) ", "{}.", "{}.\n", "  {}.  "])
def test_counted_lines_are_an_ordered_list(mark):
    lines = [mark.format(number) + text for number, text in enumerate(["Wash", "Dry", "Wait a day."], start=1)]
    assert blocks_of(PROSE, *lines, PROSE)[1] == Block("ol", ("Wash", "Dry", "Wait a day."))


def test_counted_lines_with_text_between_are_headings():
    assert headings(article_of("1. Wash the face", PROSE, "2. Dry it", PROSE)) == ["1. Wash the face", "2. Dry it"]


def test_count_that_goes_on_after_a_break_keeps_its_numbers():
    blocks = blocks_of("1. Wash", "2. Dry", PROSE, "3. Wait", "4. Go out", PROSE)
    assert blocks[2:4] == [paragraph("3. Wait"), paragraph("4. Go out")]


def test_decimal_number_and_lone_dash_are_text():
    lines = ["1.5 ml is enough for most of them.", "– Our nurse in Newport Beach"]
    assert blocks_of(*lines, PROSE)[:2] == [paragraph(line) for line in lines]


def test_capitals_under_a_colon_are_a_list_up_to_the_next_heading():
    lines = ["Forehead lines", "Frown lines", "Bunny lines"]
    blocks = blocks_of("We treat these:", *lines, "What happens next", PROSE)
    assert blocks[1:3] == [bullets(*lines), heading("What happens next")]
    assert blocks_of("We treat these:", *lines, "These are the usual ones.")[1] == bullets(*lines)


def test_small_fragments_without_a_colon_are_a_list():
    assert blocks_of(PROSE, "the temples", "the neck", PROSE)[1] == bullets("the temples", "the neck")


def test_long_run_of_fragments_is_a_list_with_its_heading():
    blocks = blocks_of("Benefits of Laser", "No downtime", "Quick sessions", "Lasting effect", "Is it safe?", PROSE)
    items = bullets("No downtime", "Quick sessions", "Lasting effect")
    assert blocks[:3] == [heading("Benefits of Laser"), items, heading("Is it safe?")]


@pytest.mark.parametrize(
    "line",
    [
        "| Botox | $12 |",
        "Botox | $12",
        "│ Botox │ $12 │",
        "Botox\t$12",
        "Botox      $12",
        "Treatment,Price,Time",
        "Treatment;Price;Time",
        "[ ] Wash",
        "{{ settings.phone }}",
        "{% include 'x' %}",
    ],
)
def test_line_that_is_not_understood_is_a_reported_paragraph(line):
    article = article_of(PROSE, line, PROSE)
    text = " ".join(line.split())
    assert article.blocks == (paragraph(PROSE), paragraph(text), paragraph(PROSE))
    assert [(line.number, line.text) for line in article.to_check] == [(8, text)]


def table(*rows):
    return Block("table", rows)


@pytest.mark.parametrize(
    "lines",
    [
        "| Area | Units |\n|------|-------|\n| Chin | 6 |",
        "Area | Units\nChin | 6",
        "+------+-------+\n| Area | Units |\n+------+-------+\n| Chin | 6     |\n+------+-------+",
        "│ Area │ Units │\n│ Chin │ 6 │",
        "Area\tUnits\nChin\t6",
        "Area\t\tUnits\n\nChin\t\t6",
        "Area      Units\nChin      6",
        "<table><tr><th>Area</th><th>Units</th></tr><tr><td>Chin</td><td>6</td></tr></table>",
        "<table>\n<tbody>\n<tr>\n<td>Area</td>\n<td><b>Units</b></td>\n</tr>\n<tr><td>Chin</td><td>6</td></tr></tbody></table>",
    ],
)
def test_rows_of_equal_cells_are_a_table(lines):
    article = article_of(PROSE, lines, PROSE)
    assert list(article.blocks) == [paragraph(PROSE), table(("Area", "Units"), ("Chin", "6")), paragraph(PROSE)]
    assert [line.reason for line in article.to_check] == ["a row of a table"] * 2


def test_rows_of_unequal_cells_are_reported_paragraphs():
    article = article_of(PROSE, "Chin | 6 | $60", "Neck | 40", PROSE)
    assert article.blocks[1:3] == (paragraph("Chin | 6 | $60"), paragraph("Neck | 40"))
    assert [line.reason for line in article.to_check] == ["not understood, a row of a table"] * 2


@pytest.mark.parametrize(
    "line", ["1.\tWash", "•\tWash", "\t\tWash it at home", "They come   in spring. They go in May."]
)
def test_tab_behind_a_mark_and_wide_space_in_a_sentence_are_no_columns(line):
    assert article_of(PROSE, line, PROSE).to_check == []


def nested(tag, *texts):
    return Block(tag, texts)


@pytest.mark.parametrize(
    "lines",
    [
        "1. Wash\n• face\n• neck\n2. Dry",
        "1. Wash\n- face\n- neck\n2. Dry",
        "1) Wash\n   - face\n   - neck\n2) Dry",
        "1.\tWash\no\tface\no\tneck\n2.\tDry",
        "1. Wash\n\n• face\n\n• neck\n\n2. Dry",
        "<ol><li>Wash<ul><li>face</li><li>neck</li></ul></li><li>Dry</li></ol>",
        "<ol>\n<li>Wash\n<ul>\n<li>face</li>\n<li>neck</li>\n</ul>\n</li>\n<li>Dry</li>\n</ol>",
    ],
)
def test_bullets_below_a_number_are_a_list_inside(lines):
    inside = nested("ol", "Wash", nested("ul", "face", "neck"), "Dry")
    article = article_of(PROSE, lines, PROSE)
    assert list(article.blocks) == [paragraph(PROSE), inside, paragraph(PROSE)]
    assert "<ol><li>Wash<ul><li>face</li><li>neck</li></ul></li><li>Dry</li></ol>" in html_of(article)


@pytest.mark.parametrize(
    "lines",
    [
        "● Skin\n   ○ gauze\n   ○ balm\n● Food",
        "• Skin\no gauze\no balm\n• Food",
        "- Skin\n  - gauze\n  - balm\n- Food",
        "* Skin\n\t* gauze\n\t* balm\n* Food",
        "<ul><li>Skin<ul><li>gauze</li><li>balm</li></ul></li><li>Food</li></ul>",
    ],
)
def test_other_bullets_to_the_right_are_a_list_inside(lines):
    assert nested("ul", "Skin", nested("ul", "gauze", "balm"), "Food") in article_of(PROSE, lines, PROSE).blocks


def test_bullets_after_the_last_number_are_a_list_of_their_own():
    blocks = article_of(PROSE, "1. Wash\n2. Dry\n• soap\n• towel", PROSE).blocks
    assert blocks[1:3] == (numbers("Wash", "Dry"), bullets("soap", "towel"))


# Markup


@pytest.mark.parametrize(
    ("line", "block"),
    [
        ("## What It Costs", heading("What It Costs")),
        ("### What it costs ###", Block("h3", ("What it costs",))),
        ("**What It Costs**", heading("What It Costs")),
        ("__What It Costs__", heading("What It Costs")),
        ("<h3>What It Costs</h3>", Block("h3", ("What It Costs",))),
        ("# What It Costs", heading("What It Costs")),
        ("<p><strong>What It Costs</strong></p>", heading("What It Costs")),
        (
            "<p>This is a paragraph. It has <b>two</b> sentences.</p>",
            paragraph("This is a paragraph. It has two sentences."),
        ),
        ("It is **not** a *cream*, and _not_ a pill. Ask.", paragraph("It is not a cream, and not a pill. Ask.")),
        ("> She said it works. We agree.", paragraph("She said it works. We agree.")),
        ("Before &amp; After", heading("Before & After")),
        ("It&#8217;s over, &quot;they&quot; say&hellip; Why?", paragraph('It’s over, "they" say… Why?')),
        ("Itâ€™s easy â€“ and itâ€™s quick. Ask us.", paragraph("It’s easy – and it’s quick. Ask us.")),
        ("Itâ€™s Easy", heading("It’s Easy")),
        ("The cafÃ© is next door. Take a seat.", paragraph("The café is next door. Take a seat.")),
        ("They call it â€œbaby Botoxâ€. It lasts less.", paragraph("They call it “baby Botox”. It lasts less.")),
        ("[su_note]Call us first.[/su_note] Then come in.", paragraph("Call us first. Then come in.")),
        ("5 * 3 * 2 is 30. A_b_c is a name.", paragraph("5 * 3 * 2 is 30. A_b_c is a name.")),
    ],
)
def test_markup_is_read(line, block):
    article = article_of(PROSE, line, PROSE)
    assert list(article.blocks) == [paragraph(PROSE), block, paragraph(PROSE)]
    assert article.to_check == []


@pytest.mark.parametrize(
    ("line", "text", "reason"),
    [
        (
            "[Book now](https://example.com/book) and come in. We wait.",
            "https://example.com/book",
            "link of “Book now”",
        ),
        ("<p><a href='/book'>Book now</a> and come in. We wait.</p>", "/book", "link of “Book now”"),
        ("![A face](face.jpg)\n", None, ""),
        ("![A face](/face.jpg)", "![A face](/face.jpg)", "picture"),
        ("<p><img src='/face.jpg' alt='A face'></p>", "A face /face.jpg", "picture"),
        ("[gallery ids='1,2']", "[gallery ids='1,2']", "markup: shortcode"),
        (
            "[caption id='1']<img src='a.jpg'> A face[/caption]",
            "[caption id='1']<img src='a.jpg'> A face[/caption]",
            "picture",
        ),
        ("[vc_row]\nIt works. Ask us.\n[/vc_row]", "[vc_row]", "markup: shortcode"),
        ("<p>Hello there, all.</p><script>alert(1)</script>", "alert(1)", "markup: code of the page"),
        ("<p>Hello there, all.</p><!-- wp:paragraph -->", "wp:paragraph", "markup: comment"),
        ("<nav><ul><li>Home page</li></ul></nav><p>Hello there, all.</p>", "Home page", "menu"),
        ("<p>Hello there, all.</p><footer><p>Made by us.</p></footer>", "Made by us.", "page footer"),
        ("<p>Hello there, all.</p><div class='social-share'>Tell a friend</div>", "Tell a friend", "beside the text"),
    ],
)
def test_what_no_text_can_hold_is_left_out_and_listed(line, text, reason):
    article = article_of(PROSE, line, PROSE, bottom="")
    found = [(left.text, left.reason) for left in [*article.left_out, *article.to_check]]
    if text is None:
        assert article.to_check
    else:
        assert any(left == text and why.startswith(reason) for left, why in found), found


@pytest.mark.parametrize(
    "line",
    ["He wrote [sic] in the note. We kept it.", "Pick one [or both] of them. It is fine.", "See [1] for more. Or [2]."],
)
def test_brackets_in_a_sentence_are_no_shortcode(line):
    assert paragraph(line) in article_of(PROSE, line, PROSE).blocks


# The faults of earlier imports, each as a rule


@pytest.mark.parametrize(
    "excerpt",
    [
        "Everything you need to know about how long it lasts",
        "Most people see results for three to four months.",
        "a short guide to the things that nobody tells you before",
        "It hurts less than you think, and it is over soon",
    ],
)
@pytest.mark.parametrize("date_line", ["", "Jun 29, 2023\n"])
def test_excerpt_that_repeats_is_not_the_title(excerpt, date_line):
    article = parse(
        f"How Long Does Botox Last?\n{date_line}\n{excerpt}\n\n{excerpt}\n\n"
        f"Botox relaxes a muscle. {PROSE}\n\n{PROSE}\n"
    )
    assert article.title == "How Long Does Botox Last?"
    assert headings(article) == []


@pytest.mark.parametrize(
    "title", ["Botox aftercare", "Sunburn", "Neck lines", "What is a peel?", "Peels: a short guide"]
)
def test_question_below_the_date_is_not_the_title(title):
    article = parse(
        f"{title}\nJun 29, 2023\nWhat should you avoid?\n{PROSE}\nWhat helps?\n{title} is our topic. {PROSE}\n"
    )
    assert article.title == title


@pytest.mark.parametrize(
    "question", ["What should you avoid?", "What helps?", "Who can have it?", "When is it too late?"]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n"])
@pytest.mark.parametrize(
    "items", [("Alcohol", "Hot yoga"), ("Alcohol", "Hot yoga", "Face massage"), ("Ice", "Sleep", "Water", "Sun hats")]
)
def test_short_lines_after_a_question_are_a_list(question, gap, items):
    text = gap.join([PROSE, question, *items, PROSE])
    assert parse(TOP + text).blocks[1:3] == (heading(question), bullets(*items))


def test_groups_of_short_lines_are_told_apart_by_the_space_above():
    text = f"{PROSE}\n\nWhere it stays\n\nTemples\nNose\n\nWhere it goes\n\nLips\nCorners\n\nOur offer\n\n{PROSE}"
    found = parse(TOP + text).blocks[1:-1]
    lists = bullets("Temples", "Nose"), bullets("Lips", "Corners")
    assert found == (heading("Where it stays"), lists[0], heading("Where it goes"), lists[1], heading("Our offer"))


def test_short_answer_to_a_question_is_no_heading():
    blocks = article_of(PROSE, "What does it cost?", "$30 a month", "The bottom line", PROSE).blocks
    assert blocks[1:3] == (heading("What does it cost?"), bullets("$30 a month", "The bottom line"))
    blocks = parse(f"{TOP}{PROSE}\n\nWhat does it cost?\n$30 a month\n\nThe bottom line\n\n{PROSE}").blocks
    assert blocks[1:4] == (heading("What does it cost?"), paragraph("$30 a month"), heading("The bottom line"))


def test_text_after_each_short_line_makes_it_a_heading():
    assert headings(article_of("What helps?", "Ice", PROSE, "Sleep", PROSE)) == ["What helps?", "Ice", "Sleep"]


@pytest.mark.parametrize(
    "intro",
    "Call us if:|Come back when:|You should not have it if you:|Tell us whether you:|We ask you to:|This includes:"
    "|Please avoid these:|Wait with it if you are:|Good for:|Bring with you:".split("|"),
)
def test_unfinished_line_with_a_colon_is_no_heading(intro):
    sentences = ("You have trouble swallowing.", "An eyelid droops.")
    assert blocks_of(PROSE, intro, *sentences, PROSE)[1] == paragraph(intro)
    assert blocks_of(PROSE, intro, PROSE)[1] == paragraph(intro)


def test_short_sentences_under_an_unfinished_line_are_a_list():
    sentences = ("You have trouble swallowing.", "An eyelid droops.", "The pain gets worse.")
    assert blocks_of(PROSE, "Call us if:", *sentences, "Does it last?", PROSE)[2] == bullets(*sentences)


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Jane Smith, RN | Jun 29, 2023", "Jane Smith, RN"),
        ("Jun 29, 2023 | Jane Smith", "Jane Smith"),
        ("Dr. Jane Smith | Skin Care", "Dr. Jane Smith"),
        ("Jane Smith · Jun 29, 2023 · 4 min read", "Jane Smith"),
        ("By Jane Smith, NP, on June 29, 2023", "Jane Smith, NP"),
        ("Posted by Jane at 9:12 AM", "Jane"),
        ("Written By Jane Smith", "Jane Smith"),
        ("Jane Smith\nJun 29, 2023", "Jane Smith"),
        ("Jane Smith, PA-C\nJun 29, 2023", "Jane Smith, PA-C"),
        ("DR. JANE SMITH\nJUN 29, 2023", "DR. JANE SMITH"),
        ("Written by\nJane Smith\nJun 29, 2023", "Jane Smith"),
        ("Jun 29, 2023 / Jane Smith / No Comments", "Jane Smith"),
        ("by admin | Jun 29, 2023", ""),
        ("Posted by editor on Jun 29, 2023", ""),
    ],
)
def test_name_of_an_author_is_no_category(line, author):
    article = parse(f"Peels in Winter\n{line}\n\n{PROSE}\n\n{PROSE}\n")
    assert article.author == author
    assert article.categories == (("Skin Care",) if "Skin Care" in line else ())
    assert article.blocks == (paragraph(PROSE), paragraph(PROSE))


@pytest.mark.parametrize(
    ("line", "categories"),
    [
        ("by admin | Jun 29, 2023 | Skin Care, Laser | 0 comments", ("Skin Care", "Laser")),
        ("by Jane | Jun 29, 2023 | Body", ("Body",)),
        ("Posted on Jun 29, 2023 in Skin Care by Jane", ("Skin Care",)),
        ("Jun 29, 2023 | Injectables | 3 min read", ("Injectables",)),
        ("June 29, 2023 / Jane Smith / Men / No Comments", ("Men",)),
        ("Jun 29, 2023\nin Planning", ("Planning",)),
        ("Posted: Jun 29, 2023 · Filed Under: Lips, Botox", ("Lips", "Botox")),
        ("Written by Jane @ Jun 29, 2023", ()),
        ("June 29, 2023 at 8:00 am", ()),
        ("12 views | Jun 29, 2023 | 2 likes", ()),
    ],
)
def test_byline_has_date_and_categories(line, categories):
    article = parse(f"Peels in Winter\n{line}\n\n{PROSE}\n\n{PROSE}\n")
    assert article.categories == categories
    assert article.date == date(2023, 6, 29) or "@" in line
    assert article.blocks[-2:] == (paragraph(PROSE), paragraph(PROSE))


@pytest.mark.parametrize(
    "above",
    [
        "Home > Blog > Peels in Winter",
        "Home » Blog » Peels in Winter",
        "You are here: Home / Blog / Peels in Winter",
        "Home / Skin Care",
        "Blog › Peels",
        "Home\nAbout\nServices\nBlog\nBook Now",
        "Skip to content\nOC Beauty\nBotox\nFillers\nLasers\nBook Online",
        "Home | About | Treatments | Blog | Contact",
        "Menu\nClose\nMy Account\nCart (0)\nSearch",
        "All Posts\nSearch\nLog in / Sign up",
        "https://example.com/blog/peels-in-winter\nexample.com",
        "We use cookies to give you the best experience. By staying you agree.",
    ],
)
def test_menu_or_path_above_the_title_is_left_out(above):
    article = parse(f"{above}\n\nPeels in Winter\nJun 29, 2023\n\n{PROSE}\n\n{PROSE}\n")
    assert (article.title, article.date, article.categories) == ("Peels in Winter", date(2023, 6, 29), ())
    assert article.blocks == (paragraph(PROSE), paragraph(PROSE))
    assert [line.text for line in article.left_out] == above.split("\n")


@pytest.mark.parametrize(
    "below",
    [
        "Comments\nWrite a comment...",
        "0 comments\nComments\nWrite a comment...",
        "Recent Posts\nSee All\nWinter Lips\nComments\nWrite a comment...",
        "Leave a Reply\nYour email address will not be published.\nName\nEmail\nWebsite\nPost Comment",
        "2 Comments\nAnna on July 1, 2023 at 9:12 am\nDoes it sting? I am a coward.\nReply",
        "One thought on “Peels in Winter”\nAnna says:\nI loved mine, thank you all.\nReply\nLeave a Reply",
        "No comments:\nPost a Comment\nNewer Post\nOlder Post",
        "Add new comment\nYour name\nSubject\nComment\nSave",
        "Share this:\nTwitter\nFacebook\nLike this:\nLoading...",
        "About the Author\nAnna is a nurse, and she lives near the sea.\nRelated Posts\nWinter Lips",
        "Archives\nMay 2023\nApril 2023\nCategories\nAll\nRSS Feed",
        "← Older\nNewer →",
        "You are receiving this email because you are a patient.\nUnsubscribe",
    ],
)
def test_what_stands_below_the_text_is_left_out(below):
    article = parse(f"Peels in Winter\nJun 29, 2023\n\n{PROSE}\n\n{PROSE}\n\n{below}\n")
    assert article.blocks == (paragraph(PROSE), paragraph(PROSE))
    lines = [line.text for line in article.lines if line.place == "left out"]
    assert [line for line in below.split("\n") if line not in lines] == []


@pytest.mark.parametrize("word", ["Comments", "Categories", "Archives", "Related articles", "About me", "Discussion"])
def test_heading_of_the_text_is_no_section_below_it(word):
    article = parse(f"Peels in Winter\nJun 29, 2023\n\n{PROSE}\n\n{word}\n\n{PROSE}\n\nDoes it last?\n\n{PROSE}\n")
    assert headings(article) == [word, "Does it last?"]


def test_article_without_blank_lines_is_read():
    article = parse(
        f"Peels in Winter\nJun 29, 2023\nWhat is it?\n{PROSE}\nAlcohol and heat\n{PROSE}\nNo sun\n{PROSE}\n"
    )
    assert headings(article) == ["What is it?", "Alcohol and heat", "No sun"]


@pytest.mark.parametrize("line", ["Botox - $12", "Botox ........ $1,200", "12 34 56", "IMG_2041.jpg"])
def test_price_number_and_file_are_no_headings(line):
    assert blocks_of(PROSE, line, PROSE)[1] == paragraph(line)


# Keywords


@pytest.mark.parametrize(
    "line",
    [
        '"a b", "c d", "e f"',
        '“a b", "c d”,  “e f“',
        "a b, c d, e f",
        "a b; c d; e f;",
        "'a b', ‘c d’, 'e f'",
        '"a b" "c d" "e f"',
        '"a b, c d, e f"',
        '"a b, "c d", e f"',
        "a b | c d | e f",
        "A B, a b".lower() + ", c d, e f, A B",
    ],
)
def test_keywords_are_split(line):
    assert split_keywords(line) == ("a b", "c d", "e f")


def test_comma_inside_a_quoted_keyword_stays():
    assert split_keywords('"Botox in Irvine, CA", “laser”') == ("Botox in Irvine, CA", "laser")


@pytest.mark.parametrize("label", ["Keywords:", "Keywords :", "KEYWORDS", "Key words -", "Tags:", "SEO Keywords:"])
def test_labels_of_keywords(label):
    article = article_of(PROSE, f'{label} "skin spa", "face spa"')
    assert article.keywords == ("skin spa", "face spa")
    assert article.blocks == (paragraph(PROSE),)


def test_article_goes_on_below_its_keywords():
    article = article_of(PROSE, 'Keywords: "skin spa", "face spa"', "We hope to see you. Until then!")
    assert article.keywords == ("skin spa", "face spa")
    assert text_of(article)[-1] == "We hope to see you. Until then!"


# The foot


def test_unknown_lines_of_the_contact_block_are_left_out():
    foot = (
        "Contact Us\n\nCome in whenever you like. We are there.\n\n(949) 555-0142\n\nWe would love to hear from you!\n"
    )
    article = article_of(PROSE, bottom=foot)
    assert article.blocks == (paragraph(PROSE),)
    assert Counter(reason for _number, _text, reason in left_out(article)) == {
        "contact block": 3,
        "not understood, among page furniture": 1,
    }


def test_text_below_the_furniture_is_kept_and_pointed_at():
    note = "What stands on this site is no medical advice. Results differ from person to person."
    article = article_of(PROSE, bottom=f"{FURNITURE}\n\n{note}\n")
    assert text_of(article) == [PROSE, note]
    assert [(line.number, line.text) for line in article.to_check] == [(41, note)]


def test_contact_heading_of_the_article_is_not_that_of_the_page():
    article = article_of("Contact Us", PROSE)
    assert article.blocks == (heading("Contact Us"), paragraph(PROSE))
    assert len(article.left_out) == 17


@pytest.mark.parametrize("teaser", TEASERS)
def test_teasers_of_other_posts(teaser):
    article = article_of(PROSE, bottom=f"{teaser}\n\n{CONTACT}")
    assert article.blocks == (paragraph(PROSE),)
    assert article.categories == ()


# What is no article


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\xef\xbb\xbf", "no words"),
        (b"GIF89a\x01\x00\x01", "binary"),
        (b"a\x1bb", "binary"),
        (b"\x81\x8d", "neither UTF-8 nor Windows-1252"),
        (b"x" * (MAX_BYTES + 1), "larger than 1024 KiB"),
        (b"--- 123 ---", "no words"),
    ],
)
def test_bytes_that_are_no_text(data, message):
    with pytest.raises(NotAnArticleError, match=message):
        decode(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ((ARTICLES / "contact-page.txt").read_text(), "no title"),
        ("A Title of Our Own\n\nA Title of Our Own\nApr 06, 2022\n", "not one full sentence"),
        (TOP + FURNITURE, "not one full sentence"),
        ("name,visits\nana,3\nlea,4\n", "not one full sentence"),
        ("import os\n\n\ndef main():\n    print('Hello. This is it, at last.')\n", "does not look like"),
        ("# made by a tool\nalpha==1.0\n# made by a tool\nbeta==2.0\n", "not one full sentence"),
        (f"Dear Sir,\n\n{PROSE}\n\n{PROSE}\n", "no title"),
        (f"{PROSE}\n\n{PROSE}\n\n{PROSE}\n", "no title"),
        ('{"title": "One sentence. And another."}', "no title"),
        ("<html><p>One sentence. And another.</p></html>", "no title"),
        (r"{\rtf1 One sentence. And another.}", "rich text"),
    ],
)
def test_text_that_is_no_article(text, message):
    with pytest.raises(NotAnArticleError, match=message):
        parse(text)


# Keys, summaries, HTML


def test_key_is_of_the_article_and_not_of_the_page_around_it():
    plain = article_of("Why It Works", PROSE, bottom="")
    assert article_of("Why It Works", PROSE.upper(), top="A TITLE of our own\nMay 1, 2023\n\n").key == plain.key
    assert article_of("Why It Works", PROSE + " More.").key != plain.key


def test_summary_ends_with_a_sentence_or_behind_a_word():
    assert first_sentences("See Dr. Doe. Then rest. Then come again.", 25) == "See Dr. Doe. Then rest."
    assert first_sentences("One very long sentence without an end", 22) == "One very long…"
    assert first_sentences("Short.", 22) == "Short."


def test_html_escapes_text():
    article = article_of("If 5 < 6 & 7 > 6, then <script>alert('x')</script> is text.", "- a < b", "- c & d")
    assert html_of(article) == (
        "<p>If 5 &lt; 6 &amp; 7 &gt; 6, then &lt;script&gt;alert('x')&lt;/script&gt; is text.</p>"
        "<ul><li>a &lt; b</li><li>c &amp; d</li></ul>"
    )


# Properties

SENTENCES = [
    "Contact us today and we will find a day for you.",
    "We love our customers, and they love us.",
    "Call us at (949) 555-0142.",
    "By continuing to use sunscreen you keep what you won.",
    "Read more about it in the leaflet that we give you.",
    "Share this with a friend who needs it.",
    "Copyright law does not protect a face, sadly.",
    "Our hours are Mon - Fri : 09:00 am – 04:00 pm.",
    "10 minutes is all the way it takes, and then you go.",
    "Keywords matter, tags matter, but patients matter most.",
    "Sign up for our newsletter and you will hear from us.",
    "Categories: there are three of them, and you are in one.",
    "On Apr 06, 2022 we opened the clinic in Newport Beach.",
    "By Christmas most of the scars have faded, says our nurse.",
    "Nov 18, 2021 was the day on which she came to us.",
    "Is it safe? Yes, and we will show you why.",
    "Next: rinse with water that is neither hot nor cold.",
]
SHORT_LINES = [
    *(
        "What is it?",
        "Why We Do It",
        "the nose",
        "upper back",
        "Forehead",
        "- soap",
        "• water",
        "1. Wash",
        "2. Dry",
        "2.",
        "•",
    ),
    *(
        "We treat:",
        "Contact Us",
        "Facebook",
        "Sat : Closed",
        "Nov 18, 2021",
        "Read more",
        "Skin Care",
        "Keywords",
        "---",
    ),
    *(
        '"a b", "c d"',
        "Keywords: x y, z",
        "Tags:",
        "Category: Facials",
        "By Jane Doe",
        "A Title of Our Own",
        "\t\tindented",
    ),
    *(
        "Baby Botox or Preventative Botox",
        "Hours",
        "Related Posts",
        "hello@example.com",
        "#skin #spa",
        "©",
        "1) x",
        "o y",
    ),
]
line_breaks = st.sampled_from(["\n", "\n\n", "\r\n", "\n\n\n", "\n \t\n"])
some_lines = st.sampled_from(SENTENCES + SHORT_LINES) | st.text(max_size=60)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(some_lines, line_breaks), max_size=25), st.booleans())
@example([("•", "\n"), ("---", "\n"), ("2.", "\n")], True)
@example([("a\x0bb\x0cc\u2028d", "\n")], False)
@example([("\x80ß\r\x80", "\n")], False)
@example([("Â", "\r\n"), ("Soft andÂ", "\r\n"), ("calm", "\n")], False)
def test_every_line_has_a_place(parts, furniture):
    text = TOP + PROSE + "\n\n" + "".join(line + end for line, end in parts) + (FURNITURE if furniture else "")
    article = parse(text)
    assert_nothing_lost(text, article)
    assert parse(text) == article


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text):
    try:
        article = parse(text)
    except NotAnArticleError:
        return
    assert_nothing_lost(text, article)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(SENTENCES) | st.sampled_from(["What is it?", "We treat:", "the nose", "- soap", "1. Wash"]),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["", '\n\nKeywords: "skin spa", "face spa"']),
    st.booleans(),
    st.sampled_from([FURNITURE, "", *(f"{teaser}\n\n{CONTACT}" for teaser in TEASERS), CONTACT]),
)
@example([SENTENCES[0], SENTENCES[0]], "", True, f"{TEASERS[0]}\n\n{CONTACT}")
def test_no_sentence_of_an_article_is_lost(lines, keywords, prose_first, furniture):
    """Test between title and furniture, whatever the words are."""
    lines = [PROSE, *lines] if prose_first else [*lines, PROSE]
    article = parse(TOP + "\n\n".join(lines) + keywords + "\n\n" + furniture)
    body = text_of(article)
    assert all(any(line in text for text in body) for line in lines if line in SENTENCES)
    assert furniture != FURNITURE or len(article.left_out) == 17


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data):
    try:
        text = decode(data)
    except NotAnArticleError:
        return
    assert text.strip()


HTML_PARTS = [
    "<p>{}</p>",
    "<div>{}</div>",
    "<h2>{}</h2>",
    "<li>{}</li>",
    "<ul><li>{}</li></ul>",
    "<td>{}</td>",
    "<b>{}",
]
HTML_PARTS += [
    "<p>{}<br>",
    "{}\n",
    "</p>{}",
    "<blockquote><p>{}</p></blockquote>",
    "<table><tr><td>{}</td></tr></table>",
]
HTML_PARTS += [
    "<nav>{}</nav>",
    "<footer>{}",
    "<a href='/x'>{}</a>",
    "<span class='share'>{}</span>",
    "<ol><li><p>{}</p></li></ol>",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HTML_PARTS), st.sampled_from(SENTENCES)), min_size=1, max_size=12))
def test_no_sentence_of_an_html_page_is_lost(parts):
    """Test with broken nesting as well: each sentence is in the body, or listed."""
    html = "".join(part.format(sentence) for part, sentence in parts)
    article = parse(f"<h1>A Title of Our Own</h1><p>Apr 06, 2022</p><p>{PROSE}</p><p>{PROSE}</p>{html}")
    shown = " ".join([*text_of(article), *(line.text for line in article.lines)])
    assert [sentence for _part, sentence in parts if sentence not in shown] == []


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="<>/apbilud h123=\"'&;\n[]()#*_-|\t.A1", max_size=300))
def test_any_markup_is_read_or_refused(text):
    try:
        article = parse(f"{TOP}{PROSE}\n\n{text}")
    except NotAnArticleError:
        return
    tree = BeautifulSoup(html_of(article), "html.parser")
    assert {tag.name for tag in tree.find_all(True)} <= {"h2", "h3", "h4", "p", "ul", "ol", "li"}
    assert all(not tag.attrs for tag in tree.find_all(True))


@pytest.mark.parametrize(
    "part", ["[gallery ", "<div>x", "<b>x", "[a](", "- a\n", "a | b\n", "Comments\n", '"', "&a", "<!--", "1. a\n"]
)
def test_large_text_is_read_or_refused_soon(part):
    started = process_time()
    with contextlib.suppress(NotAnArticleError):
        parse(TOP + PROSE + "\n\n" + part * (200_000 // len(part)))
    assert process_time() - started < 20


@pytest.mark.parametrize(
    "sentence",
    [
        'My first question is always the same: "Who did this to you?"',
        "Patients lean in and ask, “Will anybody notice?”",
        "Your mother-in-law will say, 'Have you been on vacation?'",
    ],
)
def test_sentence_that_ends_in_a_quoted_question_is_text(sentence):
    assert blocks_of(sentence, PROSE) == [paragraph(sentence), paragraph(PROSE)]


@pytest.mark.parametrize(
    "question", ["Is “baby Botox” real?", "“Can I fly home the same day?”", "Why do they say “less”?"]
)
def test_question_with_quotes_is_a_heading(question):
    assert blocks_of(PROSE, question, PROSE)[1] == heading(question)


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Q: Does it sting?", "A: For a minute, then the cream works."), ("Q. Who decides?", "A. You do, at every step.")],
)
def test_labels_of_question_and_answer_are_removed(question, answer):
    assert blocks_of(PROSE, question, answer)[1:] == [heading(question[3:]), paragraph(answer[3:])]


def test_question_label_without_an_answer_stays():
    assert paragraph("A: This is not an answer to anybody.") in blocks_of(PROSE, "A: This is not an answer to anybody.")


def test_letters_count_items_below_a_number():
    inside = Block("ol", ("On the nose.", "On the chin."))
    lines = "1. Put on the balm.\n   a. On the nose.\n   b. On the chin.\n2. Wait for an hour."
    assert blocks_of(PROSE, lines)[1:] == [Block("ol", ("Put on the balm.", inside, "Wait for an hour."))]


@pytest.mark.parametrize("mark", ["a)", "a."])
def test_lettered_lines_are_a_list(mark):
    lines = f"{mark} Ice it.\n{mark.replace('a', 'b')} Rest it."
    assert blocks_of(PROSE, lines)[1:] == [Block("ol", ("Ice it.", "Rest it."))]


def test_headings_with_numbers_may_stand_over_bullets():
    lines = ["1. Wash", PROSE, "2. Dry", "• with a towel\n• without rubbing", "3. Rest", PROSE]
    assert [block.texts[0] for block in blocks_of(*lines) if block.tag == "h2"] == ["1. Wash", "2. Dry", "3. Rest"]


@pytest.mark.parametrize("row", ["Visit | 10 minutes | 45 minutes", "March 3 | 2 hours | 5 likes"])
def test_row_of_a_table_is_no_small_print(row):
    article = article_of(PROSE, f"Kind | Short | Long\n{row}")
    assert [table.texts[1] for table in article.tables] == [tuple(row.split(" | "))]


@pytest.mark.parametrize(
    "table",
    [
        "| | Gel | Cream |\n|---|---|---|\n| Weeks | 8 | 12 |",
        "<table><tr><th></th><th>Gel</th><th>Cream</th></tr><tr><td>Weeks</td><td>8</td><td>12</td></tr></table>",
    ],
)
def test_empty_cell_keeps_its_column(table):
    article = parse(f"A Title of Our Own\n\nApr 06, 2022\n\n{PROSE}\n\n{table}\n\n{PROSE}\n")
    assert article.tables == [Block("table", (("", "Gel", "Cream"), ("Weeks", "8", "12")))]


@pytest.mark.parametrize("label", ["H2: Who Waits", "[H2] - Who Waits", "h2: Who Waits"])
def test_outline_label_makes_a_heading(label):
    assert blocks_of(PROSE, label, PROSE)[1] == heading("Who Waits")


def test_headline_that_shouts_is_the_title():
    article = parse(f"Get Your Skin Ready for the Summer Sun!\n\nApr 06, 2022\n\n{PROSE}\n\n{PROSE}\n")
    assert article.title == "Get Your Skin Ready for the Summer Sun!"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            "This entry was posted in Lips and tagged balm, lips, gloss. Bookmark the permalink.",
            ("balm", "lips", "gloss"),
        ),
        ("Tagged With: balm, gloss", ("balm", "gloss")),
        ("TAGS balm • gloss", ("balm", "gloss")),
        ("Posted by Ann Lee at 9:00 AM 2 comments: Labels: balm, gloss", ("balm", "gloss")),
    ],
)
def test_keywords_inside_a_line_are_read(line, names):
    assert parse(f"{TOP}{PROSE}\n\n{PROSE}\n\n{line}\n").keywords == names


def test_sentence_about_the_author_is_left_out():
    top = "A Title of Our Own\n\nBy Ann Lee, RN on Apr 06, 2022\n\n"
    article = parse(f"{top}{PROSE}\n\n{PROSE}\n\nAnn Lee, RN\nAnn is our nurse and has two cats.\n")
    assert "Ann is our nurse and has two cats." in [line.text for line in article.left_out]


def test_sentence_about_somebody_else_stays():
    lines = [PROSE, "Ann Lee", "Ann is a patient of ours and has two cats."]
    assert "Ann is a patient of ours and has two cats." in " ".join(block.texts[0] for block in blocks_of(*lines))


def test_number_of_likes_is_no_page_number():
    article = parse(
        f"Skin Letter\n\nA Title of Our Own\nApr 06, 2022\n17\nA Title of Our Own\n4\n\n{PROSE}\n\n{PROSE}\n"
    )
    assert article.title == "A Title of Our Own"


def test_header_with_a_page_number_is_left_out():
    header = "Our Clinic    Page"
    article = parse(f"{TOP}{PROSE}\n\n{header} 1\n\n{PROSE} Once more.\n\n{header} 2\n")
    assert [line.text for line in article.left_out if "Page" in line.text] == ["Our Clinic Page 1", "Our Clinic Page 2"]


def test_day_without_a_year_is_left_out_above_the_text_alone():
    article = parse(f"A Title of Our Own\nJul 19\nBy Ann Lee\n\n{PROSE}\n\nMarch 3\n\n{PROSE}\n")
    assert article.headings == ["March 3"]
    assert "Jul 19" in [line.text for line in article.left_out]


@pytest.mark.parametrize("line", ["Submitted by jcole on Tue, 04/06/2022 - 14:22", "Posted by annl on Apr 06, 2022"])
def test_name_of_an_account_is_no_author(line):
    article = parse(f"A Title of Our Own\n{line}\n\n{PROSE}\n\n{PROSE}\n")
    assert (article.author, article.date) == ("", date(2022, 4, 6))


def test_title_may_come_again_below_excerpt_and_small_print():
    top = "A Title of Our Own\nOne of us tells a story.\nAnn Lee\nApr 06, 2022 — 3 min read\nA Title of Our Own\n"
    assert parse(f"{top}\n{PROSE}\n\nThe end\n\n{PROSE}\n").headings == ["The end"]


def test_buttons_and_sources_of_quotes_are_no_headings():
    button = '<div class="wp-block-button"><a href="/book">Book a peel</a></div>'
    quote = f"<blockquote><p>{PROSE}</p><cite>Our founder</cite></blockquote>"
    article = parse(f"<h1>A Title of Our Own</h1><p>Apr 06, 2022</p><p>{PROSE}</p>{button}{quote}<p>{PROSE}</p>")
    assert article.headings == []
    assert "Book a peel" in [line.text for line in article.left_out]
    assert paragraph("Our founder") in article.blocks


TEXT = f"{PROSE}\n\nWhat it costs\n\n{PROSE} Once more.\n"


@pytest.mark.parametrize(
    ("line", "author", "day", "categories"),
    [
        ("By Ann Lee|2021-11-08T09:12:44-08:00November 8th, 2021|Lips|0 Comments", "Ann Lee", "2021-11-08", ["Lips"]),
        ("Leave a Comment / Lips / By Ann Lee / May 3, 2020", "Ann Lee", "2020-05-03", ["Lips"]),
        ("May 3, 2020 by Ann Lee Leave a Comment", "Ann Lee", "2020-05-03", []),
        ("May 3, 2020 by Ann Lee 3 Comments", "Ann Lee", "2020-05-03", []),
        ("Comments Off on A Title of Our Own | May 3, 2020", "", "2020-05-03", []),
        ("Posted 2 years ago by Ann Lee", "Ann Lee", "None", []),
        ("Prepared by Ann Lee, RN on May 3, 2020", "Ann Lee, RN", "2020-05-03", []),
        ("by spa_admin | May 3, 2020 | Lips | 4 comments", "", "2020-05-03", ["Lips"]),
        ("Ann Lee, RN\tSpring 2019", "Ann Lee, RN", "None", []),
        ("⏱ 5 min read | 📅 May 3, 2020 | ✍ Ann Lee", "Ann Lee", "2020-05-03", []),
        (
            "Published on May 3rd, 2020 at 4:30 pm by Ann Lee under Lips, Brows",
            "Ann Lee",
            "2020-05-03",
            ["Lips", "Brows"],
        ),
        ("Posted at 14:22h in Lips by Ann Lee", "Ann Lee", "None", ["Lips"]),
        ("Written by Ann Lee on May 3, 2020. Posted in Lips.", "Ann Lee", "2020-05-03", ["Lips"]),
        ("(May 3, 2020)", "", "2020-05-03", []),
        ("• Ann Lee\n• May 3, 2020\n• 3 min read", "Ann Lee", "2020-05-03", []),
        ("June 2021 · Lips · By the Glow Team", "", "None", ["Lips"]),
        ("Read time: 4 minutes\n03 May\nAnn Lee", "Ann Lee", "None", []),
        ("FILED IN:\nBrides\nLashes\nMay 3, 2020\nPOSTED BY\nAnn Lee", "Ann Lee", "2020-05-03", ["Lashes", "Brides"]),
    ],
)
def test_more_forms_of_small_print_are_read(line, author, day, categories):
    article = parse(f"A Title of Our Own\n{line}\n\n{TEXT}")
    assert (article.author, str(article.date), [*article.categories]) == (author, day, categories)
    assert article.headings == ["What it costs"]


@pytest.mark.parametrize(
    "heading",
    ["💉 What it costs", "## ✨ What it costs", "**💰 What it costs**", "* What it costs *", "*** What it costs ***"],
)
def test_marks_around_a_heading_are_removed(heading):
    assert parse(f"{TOP}{PROSE}\n\n- one\n- two\n\n{heading}\n\n{PROSE} Once more.\n").headings == ["What it costs"]


@pytest.mark.parametrize("title", ["💉 {}", "{} ✨", "# ⭐️ {}", "✨💉{} 💉✨"])
def test_emoji_around_a_title_are_removed(title):
    assert parse(f"{title.format('A Title of Our Own')}\n\n{TEXT}May 3, 2020\n").title == "A Title of Our Own"


@pytest.mark.parametrize(
    "title", ["What to Expect From Your\nFirst Visit", "Peels and\nLasers: A Guide", "First Visit    Rev. 3"]
)
def test_title_in_lines_or_columns_is_read(title):
    article = parse(f"{title}\n\nMay 3, 2020\n\n{TEXT}")
    assert article.title == title.replace("\n", " ").removesuffix("    Rev. 3")


def test_date_at_the_beginning_of_a_press_release_counts():
    lines = ["IRVINE, Calif., May 12, 2023 — ", "Irvine, CA (May 12, 2023) - ", "LOS ANGELES, May 12, 2023 /Wire/ -- "]
    articles = [parse(f"A Title of Our Own\n\n{line}{TEXT}") for line in lines]
    assert [article.date for article in articles] == [date(2023, 5, 12)] * 3
    assert all(line in article.blocks[0].texts[0] for line, article in zip(lines, articles, strict=True))


def test_numbered_sentences_among_numbered_headings_are_headings():
    parts = [
        f"{count}. {text}\n{PROSE} Reason {count}." for count, text in enumerate(["You tire", "You wake at 3 a.m."], 1)
    ]
    assert parse(TOP + "\n\n".join([PROSE, *parts])).headings == ["1. You tire", "2. You wake at 3 a.m."]


def test_title_is_the_last_headline_of_first_level_above_the_text():
    page = f"<h1>Our Clinic</h1><p>Home</p><h1>A Title of Our Own</h1><p>May 3, 2020</p><p>{PROSE}</p><p>{PROSE}</p>"
    assert parse(page).title == "A Title of Our Own"


def test_contents_may_stand_below_an_excerpt():
    headings = ["Before", "During", "After"]
    text = "\n\n".join(f"{heading}\n\n{PROSE} {heading}." for heading in headings)
    assert parse(TOP + f"{PROSE}\n\n" + "\n".join(headings) + f"\n\n{text}").headings == headings


def test_last_sentence_about_the_author_is_left_out():
    article = parse(
        f"A Title of Our Own\nBy Ann Lee\n\n{TEXT}\n—\nAnn Lee, RN, is a nurse with ten years of practice.\n"
    )
    assert [line.reason for line in article.left_out if line.text.startswith("Ann Lee,")] == ["about the author"]


def test_titles_with_a_sentence_each_below_related_posts_are_left_out():
    teasers = "\n\n".join(f"{title}\nThis is what we know about it by now." for title in ("Peels", "Pellets"))
    article = parse(f"{TOP}{TEXT}\nYou Might Also Enjoy...\n\n{teasers}\n")
    assert article.headings == ["What it costs"]
    assert len(article.left_out) == 5


def test_text_below_a_link_inside_the_article_stays():
    rest = f"Softer Lines\n\n{PROSE} Here.\n\nThe end\n\n{PROSE} There."
    article = parse(f"{TOP}{TEXT}\nYou May Also Like\n\n{rest}\n")
    assert [text for text in rest.split("\n\n") if text not in " ".join(b.texts[0] for b in article.blocks)] == []


@pytest.mark.parametrize(
    ("lines", "author", "day", "categories"),
    [
        ("Last updated on the 4th of May, 2016 by Ann Lee, RN", "Ann Lee, RN", "2016-05-04", []),
        ("by: Ann Lee, RN | last reviewed: 2023-08 | reading time: 4 mins", "Ann Lee, RN", "None", []),
        ("By Ann Lee\nUpdated March 2022", "Ann Lee", "None", []),
        ("MARCH 2022", "", "None", []),
        ("Fillers\nBy Ann Lee\nMay 3, 2020", "Ann Lee", "2020-05-03", ["Fillers"]),
        ("Ann Lee, RN\nNurse & Owner at Glow\nMay 3, 2020\n+ Follow", "Ann Lee, RN", "2020-05-03", []),
    ],
)
def test_lines_between_title_and_text_are_no_text(lines, author, day, categories):
    article = parse(f"A Title of Our Own\n{lines}\n\n{TEXT}")
    assert (article.author, str(article.date), [*article.categories]) == (author, day, categories)
    assert [block.texts[0] for block in article.blocks] == [PROSE, "What it costs", f"{PROSE} Once more."]


def test_category_is_named_in_the_breadcrumb():
    article = parse(f"Home » Skin Diary » A Title of Our Own\nSkin Diary\nA Title of Our Own\nMay 3, 2020\n\n{TEXT}")
    assert article.categories == ("Skin Diary",)


def test_heading_in_capitals_ends_a_list_without_marks():
    items = ["People with heart disease", "People with Raynaud's", "Anyone who is pregnant"]
    lines = [PROSE, "WHO SHOULD WAIT", *items, "OUR TAKE", f"{PROSE} Once more."]
    article = parse(TOP + "\n".join(lines))
    assert article.headings == ["WHO SHOULD WAIT", "OUR TAKE"]
    assert [[*block.flat_texts] for block in article.lists] == [items]


def test_abbreviation_goes_on_keywords_below_their_label():
    assert parse(f"{TOP}{TEXT}\nTAGS\nchest\nIPL\nsun damage\n").keywords == ("chest", "IPL", "sun damage")


def test_link_to_another_post_is_no_heading():
    article = parse(f"{TOP}{TEXT}\nRelated: How Long Does It Last?\n\n{PROSE} At last.\n")
    assert article.headings == ["What it costs"]


def test_export_file_is_refused():
    with pytest.raises(NotAnArticleError, match="export file"):
        parse(f"<title>A</title>\n<content:encoded><![CDATA[{PROSE}]]></content:encoded>")


def test_cell_with_several_lines_lays_out_the_page_or_belongs_to_a_header():
    text = f"<p>{PROSE}</p><p>{PROSE} Once more.</p>"
    page = f"<h1>A Title of Our Own</h1><table><tr><td>Home<br>Blog</td><td>{text}</td></tr></table>"
    assert [block.texts[0] for block in parse(page).blocks][-2:] == [PROSE, f"{PROSE} Once more."]
    table = "<table><tr><th>Peel</th><th>Visits</th></tr><tr><td>Light</td><td>three,<br>weekly</td></tr></table>"
    article = parse(f"<h1>A Title of Our Own</h1><p>May 3, 2020</p>{text}{table}{text}")
    assert article.tables[0].texts == (("Peel", "Visits"), ("Light", "three, weekly"))


def test_tilde_marks_an_item():
    article = parse(f"{TOP}{PROSE}\n\nWhat to bring\n~ Water\n~ A hat\n\n{PROSE} Once more.\n")
    assert [[*block.flat_texts] for block in article.lists] == [["Water", "A hat"]]


@pytest.mark.parametrize(
    "foot",
    [
        "About Ann Lee\nAnn Lee, RN, has treated faces since 2009.",
        "Mon-Fri 9am-5pm | Sat 10am-2pm\n(949) 555-0100",
        "Accept all cookies\nReject all\nManage preferences\nWe value your privacy",
        "Older post: Softer Lines\nNewer post: Why We Laugh",
        "You might also be interested in\nSofter Lines\nWhy We Laugh",
        "Was this helpful?\nYes No\nLast modified: May 9, 2023",
        "Book Now\nGift Cards\nFollow Us\n@glow",
        "Share This Story, Choose Your Platform!\nFacebookXRedditPinterestEmail",
        "Helpful\n14 people found this helpful\nReport\nSee all 23 answers",
        "+ show comments\n- hide comments\nadd a comment\nbrowse by category:\nBrides",
    ],
)
def test_more_furniture_below_the_text_is_left_out(foot):
    article = parse(f"A Title of Our Own\nApr 06, 2022\nBy Ann Lee\n\n{TEXT}\n{foot}\n")
    assert [block.texts[0] for block in article.blocks] == [PROSE, "What it costs", f"{PROSE} Once more."]


def test_comment_link_behind_keywords_is_no_keyword():
    article = parse(f"{TOP}{TEXT}\nPosted in Lips | Tagged filler, botox | Leave a comment\n")
    assert (article.categories, article.keywords) == (("Lips",), ("filler", "botox"))


def test_title_of_another_post_is_no_category():
    assert parse(f"{TOP}{TEXT}\nKeep reading\nSofter Lines | May 2, 2020\n").categories == ()


def test_title_ends_the_title_of_a_browser():
    assert parse(f"A Title of Our Own - Glow Spa\nGlow Spa\nA Title of Our Own\n\n{TEXT}").title == "A Title of Our Own"
