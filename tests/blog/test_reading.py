from blog.reading import Reading


def test_every_second_level_heading_gets_an_anchor():
    reading = Reading.of("<h2>What is it?</h2><p>Text</p><h3>Detail</h3><h2>How often?</h2>")
    assert [heading.id for heading in reading.headings] == ["what-is-it", "how-often"]
    assert '<h2 id="what-is-it">What is it?</h2>' in reading.html
    assert "<h3>Detail</h3>" in reading.html


def test_equal_headings_get_different_anchors():
    reading = Reading.of("<h2>Why?</h2><h2>Why?</h2>")
    assert [heading.id for heading in reading.headings] == ["why", "why-2"]


def test_heading_without_latin_letters_still_has_an_anchor():
    assert Reading.of("<h2>你好</h2>").headings[0].id == "section"


def test_empty_heading_is_left_out_of_the_contents():
    assert Reading.of("<h2> </h2>").headings == ()


def test_escaped_text_stays_escaped():
    assert "&lt;script&gt;" in Reading.of("<p>&lt;script&gt;</p>").html


def test_reading_takes_at_least_a_minute_and_rounds_up():
    assert Reading.of("").minutes == 1
    assert Reading.of("word " * 221).minutes == 2
