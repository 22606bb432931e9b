"""Read the articles in ``articles/``, which were written for these tests, and compare each field with its label.

Beside each text stands a label: title, date, author, categories, headings, lists, table, keywords, small print,
paragraphs and the lines that are no part of the article. The first part of a file's name is its format.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from blog.legacy_import import LegacyArticle, decode, parse

ARTICLES = sorted((Path(__file__).parent / "articles").glob("*.txt"))
FIELDS = "title date author categories headings lists table keywords left_out".split()
# Lines of these reasons hold markup or an address. Labels hold words.
NO_WORDS = ("markup", "link", "picture")


@cache
def read(path: Path) -> LegacyArticle:
    return parse(decode(path.read_bytes()))


@cache
def label_of(path: Path) -> dict:
    return yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))


def found_left_out(article: LegacyArticle, label: dict) -> list[str]:
    """Return the labeled lines that are not in the body, and all others that were left out, but for small print."""
    labeled = Counter(label.get("left_out", []))
    outside = [line.text for line in article.lines if line.place not in ("body", "title")]
    # A caption or a button stands inside its shortcode.
    outside += [
        text for text in labeled for line in article.left_out if re.search(rf"[\]>] ?{re.escape(text)}\[", line.text)
    ]
    others = [line for line in article.left_out if not line.reason.startswith(NO_WORDS) and line.tag != "title"]
    others = Counter(line.text for line in others if any(map(str.isalnum, line.text)))
    return sorted(
        ((labeled & Counter(outside)) + (others - labeled - Counter(label.get("small_print", [])))).elements()
    )


def found_in(article: LegacyArticle, label: dict) -> dict:
    return {
        "title": article.title,
        "date": str(article.date or ""),
        "author": article.author,
        "categories": list(article.categories),
        "headings": article.headings,
        "lists": [[*block.flat_texts] for block in article.lists],
        "table": [list(row) for block in article.tables for row in block.texts],
        "keywords": list(article.keywords),
        "left_out": found_left_out(article, label),
    }


def expected_in(label: dict) -> dict:
    expected = {field: label.get(field, [] if isinstance(label.get(field, []), list) else "") for field in FIELDS}
    return expected | {
        "date": label.get("date", ""),
        "author": label.get("author", ""),
        "left_out": sorted(label.get("left_out", [])),
    }


def test_sixty_articles_in_fifteen_formats_are_labeled():
    assert len(ARTICLES) >= 60
    assert len({path.stem.split("-")[0] for path in ARTICLES}) >= 15


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_labeled_article_is_read_right(path):
    assert found_in(read(path), label_of(path)) == expected_in(label_of(path))


def test_every_field_is_right_in_95_percent_of_all_articles():
    right = Counter()
    for path in ARTICLES:
        found, expected = found_in(read(path), label_of(path)), expected_in(label_of(path))
        right.update(field for field in FIELDS if found[field] == expected[field])
    assert {field: right[field] / len(ARTICLES) for field in FIELDS if right[field] < 0.95 * len(ARTICLES)} == {}


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_no_sentence_of_a_labeled_article_is_lost(path):
    article = read(path)
    body = " ".join(text for block in article.blocks for text in block.flat_texts)
    sentences = [one for text in label_of(path)["paragraphs"] for one in re.split(r"(?<=[.!?:]) ", text)]
    assert [sentence for sentence in sentences if sentence not in body] == []


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_small_print_of_a_labeled_article_is_no_text(path):
    body = [line.text for line in read(path).lines if line.place == "body"]
    assert [text for text in label_of(path).get("small_print", []) if text in body] == []


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_every_line_that_is_left_out_says_why(path):
    assert [line for line in read(path).left_out if not line.reason] == []
