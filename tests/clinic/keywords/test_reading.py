"""Check what is read from the HTML of pages, and which phrases are found in it."""

import time

import pytest

from clinic.keywords.matching import Language, PhraseFinder, tokenize
from clinic.keywords.reading import NO_EVIDENCE, Link, PageText, find_evidence, read_page

pytestmark = pytest.mark.same_everywhere

LANGUAGE = Language(
    aliases={("oc",): ("orange", "county")},
    places=frozenset({("orange", "county"), ("irvine",)}),
    ignored=frozenset({("best",), ("treatment",)}),
)
PAGE = """<!doctype html><html><head><title>Lip fillers – Our Clinic</title>
<meta name="Description" content=" Fuller  lips. "><style>p { color: botox }</style></head><body>
<header><h1>Our Clinic</h1><nav><a href="/botox/">Botox</a></nav></header>
<main><nav class="breadcrumbs"><a href="/">Home</a></nav>
<article><header><h1>Lip <b>fill</b>ers</h1><p class="byline">By Rosa</p>
<p class="lead">A fuller border, slowly.</p></header>
<h2>How it works</h2><p>We plan.<!-- botox --> Read <a href="/plan/#top"> our <i>plan</i></a>.</p>
<picture><img src="a.jpg" alt="A nurse’s hands"></picture><img src="b.jpg" alt="">
<ul><li>One</li><li>Two</li></ul><code>botox</code><form><label>Botox <input></label></form><script>"botox"</script>
<p hidden>botox</p></article>
<section><h2>Read next</h2><ul class="cards"><li><div class="card">
<h3><a href="/botox/">Botox</a></h3><img alt="Botox"></div></ul></section>
</main><footer>Botox</footer></body></html>"""


def page(body):
    return read_page(f"<html><body><main>{body}</main></body></html>")


def says(body, phrase):
    words = LANGUAGE.words_of(phrase)
    return find_evidence(page(body), [words], LANGUAGE).get(words, NO_EVIDENCE)


def test_texts_of_a_page_are_told_apart():
    read = read_page(PAGE, "/treatments/lip-fillers/?a=b", "Our Clinic")
    assert read == PageText(
        title="Lip fillers",
        description="Fuller lips.",
        heading="Lip fillers",
        opening="A fuller border, slowly.",
        headings=("How it works", "Read next"),
        alts=("A nurse’s hands",),
        address="treatments\nlip fillers",
        links=(Link("/plan/#top", "our plan"),),
        other_links=(Link("/", "Home"), Link("/botox/", "Botox")),
        body="By Rosa\nA fuller border, slowly.\nWe plan. Read our plan.\nOne\nTwo",
        site_name="Our Clinic",
    )


@pytest.mark.parametrize(
    ("title", "without"),
    [
        ("Botox – Our Clinic", "Botox"),
        ("Our Clinic | Botox", "Botox"),
        ("Botox - OUR CLINIC", "Botox"),
        ("Our Clinic", "Our Clinic"),
        ("Why Our Clinic", "Why Our Clinic"),
        ("Our Clinics", "Our Clinics"),
    ],
)
def test_title_loses_the_name_of_the_clinic(title, without):
    assert read_page(f"<title>{title}</title><p>x", site_name="Our Clinic").title == without


@pytest.mark.parametrize(
    ("body", "heading", "headings"),
    [
        ("<h2>Prices</h2><p>x</p>", "Prices", ()),
        ("<h2>Before</h2><h1>One</h1><h1>Two</h1>", "One", ("Before", "Two")),
        ("<p>x</p>", "", ()),
        ("<h1></h1><h2>Second</h2>", "Second", ()),
        ("<h1><span>Lip</span><br>fillers</h1>", "Lip fillers", ()),
    ],
)
def test_first_heading_is_the_first_h1_or_else_the_first(body, heading, headings):
    read = page(body)
    assert (read.heading, read.headings) == (heading, headings)


def test_page_without_main_is_read_without_its_frame():
    read = read_page(
        "<body><header>Top</header><nav>Menu</nav><h1>Hours</h1><p>We are open.</p><footer>x</footer></body>"
    )
    assert (read.heading, read.body) == ("Hours", "We are open.")


@pytest.mark.parametrize(("content", "is_indexed"), [("noindex", False), ("NONE", False), ("max-snippet:50", True)])
def test_page_that_hides_from_search_engines_says_so(content, is_indexed):
    assert read_page(f'<meta name="robots" content="{content}"><p>x').is_indexed is is_indexed


@pytest.mark.parametrize(
    "html",
    [
        "", "<", "\0", "\ud800", "<?xml version='1.0' encoding='latin-1'?>", "<![foo[", "<main", "</p></main></html>",
        "<div>" * 20_000, "<a href='" + "x" * 5000, "<title>", "<main><a href=x><main><a href=y>", "&#xD800;&#0;&nope;",
        "<main><table><p></table><svg><title>x</title></svg>", "<p " + "a=b " * 5000 + ">", "🙂" * 1000,
    ],
)  # fmt: skip
def test_hostile_html_is_read_without_an_error(html):
    assert isinstance(find_evidence(read_page(html, html, html), [("botox",)], LANGUAGE), dict)


@pytest.mark.parametrize(
    ("body", "phrase"),
    [
        ("<p>Our <b>lip</b> fillers</p>", "lip fillers"),
        ("<p>Our lip-fillers last.</p>", "lip fillers"),
        ("<p>lip fill<wbr>ers</p>", "Lip Filler"),
        ("<p>the lip fillers’ effect</p>", "lip fillers"),
        ("<p>Men&rsquo;s Botox</p>", "mens botox"),
        ("<p>fillers in the OC</p>", "fillers orange county"),
        ("<p>Botox vs. fillers</p>", "botox vs fillers"),
        ("<p>a Botox 🙂 visit. Botox!</p>", "botox near me"),
        ("<p>قبل البوتوكس وبعده</p>", "البوتوكس"),
        ("<p>Crème pour les lèvres</p>", "creme"),
        ("<p>dermal fillers</p>", "best dermal fillers"),
    ],
)
def test_phrase_is_found_however_it_is_written(body, phrase):
    assert says(body, phrase).in_body


@pytest.mark.parametrize(
    ("body", "phrase"),
    [
        ("<p>lip</p><p>fillers</p>", "lip fillers"),
        ("<ul><li>lip</li><li>fillers</li></ul>", "lip fillers"),
        ("<p>lips. Fillers</p>", "lip fillers"),
        ("<p>lips, fillers</p>", "lip fillers"),
        ("<p>slip fillers</p>", "lip fillers"),
        ("<p>lip <!-- fillers --></p>", "lip fillers"),
        ("<p>lip <code>fillers</code></p>", "lip fillers"),
        ("<p>laser</p>", "laser treatment"),
        ("<p>fillers for the lip</p>", "lip fillers"),
    ],
)
def test_other_words_are_not_the_phrase(body, phrase):
    assert not says(body, phrase).in_body


@pytest.mark.parametrize(
    ("title", "is_headline", "in_heading"),
    [
        ("Botox", True, True),
        ("Does Botox hurt?", True, True),
        ("Botox for men", False, True),
        ("Men and Botox", False, True),
        ("Filler", False, False),
    ],
)
def test_title_is_about_its_longest_phrase(title, is_headline, in_heading):
    found = find_evidence(page(f"<h1>{title}</h1>"), [("botox",), ("man", "botox")], LANGUAGE)
    evidence = found.get(("botox",), NO_EVIDENCE)
    assert (evidence.is_headline, evidence.in_heading) == (is_headline, in_heading)


def test_clinic_named_like_a_keyword_is_not_about_it():
    read = read_page("<h1>About Irvine Medspa</h1>", site_name="Irvine Medspa")
    evidence = find_evidence(read, [("medspa",)], LANGUAGE)[("medspa",)]
    assert evidence.in_heading
    assert not evidence.is_headline


def test_excerpt_has_the_words_around_the_first_mention():
    evidence = says(f"<h1>Prices</h1><p>{'before ' * 30}Botox {'after ' * 30}</p><p>Botox</p>", "botox")
    assert evidence.excerpt == "…" + "before " * 8 + "Botox" + " after" * 9 + "…"


def test_excerpt_is_text_as_it_was_typed():
    assert says("<p>a &lt;script&gt; of Botox</p>", "botox").excerpt == "a <script> of Botox"


def test_large_page_is_read_in_a_second():
    body = "".join(
        f"<p>Line {n} of <b>many</b> about <a href='/{n}/'>lip fillers</a> &amp; more.</p>" for n in range(3000)
    )
    start = time.process_time()
    assert says(body, "lip fillers").in_body
    assert len(body) > 200_000
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "phrases",
    [
        (
            "botox",
            "Botox in Irvine",
            "Botox near me",
            "botox near irvine",
            "botox close to the OC",
            "best botox around oc",
        ),
        ("what is botox", "what's botox", "What is Botox treatment?"),
        ("how to get rid of frown lines", "how do I get rid of a frown line"),
        ("botox cost", "how much does botox cost", "what does botox cost near Irvine", "what is the cost of botox?"),
        ("does filler hurt", "filler hurt", "do fillers hurt"),
    ],
)
def test_same_search_has_the_same_subject(phrases):
    assert len({LANGUAGE.subject_of(phrase) for phrase in phrases}) == 1


def test_questions_are_other_searches_than_the_name():
    phrases = (
        "botox", "what is botox", "why botox", "who does botox", "how to get rid of botox", "how botox", "when botox",
        "how much botox do I need", "near infrared botox", "botox cost",
    )  # fmt: skip
    assert len({LANGUAGE.subject_of(phrase) for phrase in phrases}) == len(phrases)


def test_place_after_near_is_the_place():
    assert LANGUAGE.place_in("botox near Irvine") == "irvine"
    assert LANGUAGE.place_in("botox close to me") == "close to me"
    assert not LANGUAGE.place_in("botox near eyes")


def test_finder_does_not_read_behind_the_end_of_a_text():
    finder = PhraseFinder([("lip", "filler"), ("lip", "filler", "swelling", "day")])
    assert [mention.words for mention in finder.find(tokenize("my lip fillers"))] == [("lip", "filler")]
