from blog.reading import read


def test_second_level_headings_get_ids():
    reading = read("<h2>What is it?</h2><p>Text</p><h3>Detail</h3><h2>How often?</h2>")
    assert [heading.id for heading in reading.headings] == ["what-is-it", "how-often"]
    assert '<h2 id="what-is-it">What is it?</h2>' in reading.html
    assert "<h3>Detail</h3>" in reading.html


def test_equal_headings_get_different_ids():
    reading = read("<h2>Why?</h2><h2>Why?</h2>")
    assert [heading.id for heading in reading.headings] == ["why", "why-2"]


def test_non_latin_heading_gets_an_id():
    assert read("<h2>你好</h2>").headings[0].id == "section"


def test_empty_heading_is_left_out():
    assert read("<h2> </h2>").headings == ()


def test_escaped_text_stays_escaped():
    assert "&lt;script&gt;" in read("<p>&lt;script&gt;</p>").html


def test_reading_time_rounds_up():
    assert read("").minutes == 1
    assert read("word " * 221).minutes == 2
