"""Check where a text can hold a link, and that the link stands around the words alone."""

import pytest

from clinic.keywords.linking import Names, add_link, lines_of, links_to
from clinic.keywords.matching import Language
from clinic.keywords.reading import PhraseReader

pytestmark = pytest.mark.same_everywhere

LANGUAGE = Language()
READER = PhraseReader(
    frozenset(map(LANGUAGE.words_of, ("lip fillers", "laser", "laser hair removal", "botox", "men's botox"))), LANGUAGE
)
NAMES = Names(["May Laser", "J. R. O’Botox (RN)", "", "***"])


def linked(source, *phrases):
    return add_link(source, map(LANGUAGE.words_of, phrases or ("lip fillers", "laser", "botox")), READER, NAMES, 7)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>We like lip fillers &amp; more lip fillers.</p>", "lip fillers"),
        ("<p>See <a href='/x/'>this</a>: lip-fillers help.</p>", "lip-fillers"),
        ("<li>some <i>lip fillers</i><br/>x</li>", "lip fillers"),
        ("<p>caf&eacute; &lt;b&gt; &nbsp;Lip fillers&hellip;</p>", "Lip fillers"),
        ("<p>the laser’s light</p>", "laser’s"),
        ("<p>After Botox, rest.</p>", "Botox"),
        ("<p>Our Botox visits</p>", "Botox"),
        ("<p>BOTOX® helps. Botox™ too.</p>", "BOTOX"),
        ("<p>Botox(R). It helps.</p>", "Botox"),
        ("<p>Benefits of Botox last.</p>", "Botox"),
        ("<p>“Quoted” and a laser</p>", "laser"),
        ('<p data-x="a > b">a laser</p>', "laser"),
        ("<h2>Laser</h2><p>A laser</p>", "laser"),
        ("<p>🙂 laser 🙂</p>", "laser"),
        ("no tags, a laser", "laser"),
    ],
)
def test_first_free_mention_becomes_a_link(source, words):
    before, _words, after = source.rpartition(words) if "<h2>" in source else source.partition(words)
    assert linked(source) == f'{before}<a linktype="page" id="7">{words}</a>{after}'


@pytest.mark.parametrize(
    "source",
    [
        "<p>See <a href='x'>lip fillers</a></p>",
        '<p>See <a linktype="page" id="3">our <b>lip fillers</b></a></p>',
        "<h2>lip fillers</h2><h4>laser</h4>",
        "<p><code>laser</code></p><pre>laser</pre><kbd>botox</kbd>",
        "<p><q>laser</q> <cite>laser</cite> <del>laser</del></p><blockquote><p>botox</p></blockquote>",
        "<p>“I love my lip fillers,” she says.</p>",
        '<p>"laser" and &quot;laser&quot;</p>',
        "<p>“I <a href='x'>love</a> my laser”</p>",
        "<p>“The first paragraph of a quote says laser.</p>",
        "<p>She said: ‘my laser is fine’.</p>",
        "<p>Ask May Laser or may laser, <b>May</b> Laser, <a href='x'>May</a> Laser.</p>",
        "<p>Dr. Laser and Ms Botox</p>",
        "<p>The Laser Center and the Institute of Laser Medicine</p>",
        "<p>trained at Johns Laser</p>",
        "<p>BOTOX® Cosmetic, Botox™ Cosmetic, Botox<sup>®</sup> Cosmetic</p>",
        "<p>Botox (R) Cosmetic, Botox(TM) <b>Plus</b></p>",
        "<p>the Allergan® Botox</p>",
        "<p>the College of Botox</p>",
        "<p>non-laser, laser-like, laser/light</p>",
        "<p>www.laser.example, laser@example.org, laser.example.org, #laser, info@laser</p>",
        "<p><b>lip</b> fillers, lip fill<i>ers</i>, lip <b>fillers</b></p>",
        "<p>lip</p><p>fillers</p><p>lip<br/>fillers</p>",
        "<p>laser hair removal</p>",
        "<script>laser</script><style>laser</style><textarea>laser</textarea>",
        "<!-- laser --><p>x</p>",
        '<embed embedtype="image" alt="laser"/>',
        "",
    ],
)
def test_no_link_where_it_must_not_be(source):
    assert linked(source) is None


def test_longest_phrase_is_linked():
    source = "<p>laser hair removal</p>"
    assert linked(source, "laser hair removal") == '<p><a linktype="page" id="7">laser hair removal</a></p>'


@pytest.mark.parametrize(
    "source", ["<", "<a", "<a>" * 2000 + "laser", "</p></a>", "&#xFFFFFFF;&#99999999;", "\ue000\ue001"]
)
def test_hostile_text_is_read_without_an_error(source):
    assert linked(source) is None


def test_line_knows_where_its_characters_stand():
    (line,) = lines_of("<p>a &amp; <b>laser</b></p>")
    at = line.text.index("laser")
    assert line.starts[at] == len("<p>a &amp; <b>")


@pytest.mark.parametrize(
    ("source", "is_linked"),
    [
        ('<a linktype="page" id="7">x</a>', True),
        ('<a id="7" linktype="page">x</a>', True),
        ('<a linktype="page" id="77">x</a>', False),
        ('<a linktype="document" id="7">x</a>', False),
        ('<a href="/7/">x</a>', False),
    ],
)
def test_known_links_are_seen(source, is_linked):
    assert links_to(source, 7) is is_linked
