"""Compare what the board finds on labeled pages with what somebody from marketing noted about them.

The code was written with the 40 pages of the first set. The second one was written when the code was finished.
"""

import re
from pathlib import Path

import pytest
import yaml

from clinic.keywords import evidence
from clinic.keywords.page_reading import read_everything_due
from clinic.models import Keyword, KeywordGroup, PageKeyword, Person, StandardPage, WordRule
from tests import factories

SETS = {
    name: yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text())
    for name in ("labeled_pages", "labeled_pages_2")
}
CITY = (
    "<p>People from {place} come to us after work, since we are open until seven on two evenings. You tell us what you "
    "see in the mirror and what you would like to keep. We look at your face at rest and in motion, explain what can "
    "change and what cannot, and write down the price before anything begins. Most visits take half an hour.</p>"
    "<p>From {place} you reach us in twenty minutes. The garage under the house is free for two hours, and the lift "
    "brings you to our floor. If you are late, call us and we will make room.</p>"
)


@pytest.fixture(scope="module", params=SETS)
def compared(request, django_db_setup, django_db_blocker):
    """Return what each list of the board contains, by the keys of pages and keywords, and what it should."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        data = SETS[request.param]
        pages = make_pages(data, make_keywords(data))
        read_everything_due()
        keys = {page.pk: key for key, page in pages.items()}
        found = {
            "conflicts": {(keys[row.page.pk], row.group.name) for row in evidence.find_conflicts(100).rows},
            "stray_links": {(keys[row.page.pk], row.group.name) for row in evidence.find_stray_links(100).rows},
            "gaps": {(keys[row.page.pk], row.group.name) for row in evidence.find_silent_pages(100).rows},
            "alike": {
                tuple(sorted((keys[row.first.pk], keys[row.second.pk]))) for row in evidence.find_alike_pages(100).rows
            },
            "links": {(keys[row.page.pk], row.group.name) for row in evidence.find_link_suggestions(100).rows},
        }
        yield found, data["expected"]
        transaction.set_rollback(True)


def make_keywords(data):
    for name in data["people"]:
        Person.objects.create(name=name, role="Nurse")
    WordRule.objects.create(words="OC", kind="alias", means="Orange County")
    for name in data["places"]:
        WordRule.objects.create(words=name, kind="place")
    groups = {}
    for name, phrases in data["keywords"].items():
        groups[name] = KeywordGroup.objects.create(name=name)
        for phrase in phrases:
            Keyword.objects.create(phrase=phrase, group=groups[name])
    return groups


def make_page(kind, title, intro, **fields):
    if kind == "treatment":
        return factories.make_treatment(title, introduction=intro, **fields)
    if kind == "article":
        return factories.make_article(title, intro=intro, **fields)
    return factories.make_home().add_child(instance=StandardPage(title=title, introduction=intro, **fields))


def make_pages(data, groups):
    pages = {}
    for row in data["pages"]:
        fields = {name: row[name] for name in ("title", "seo_title", "intro", "sources") if name in row}
        text = CITY.format(place=row["place"]) if row["text"] == "city" else row["text"]
        text = re.sub(r"<link to=(\w+)>(.*?)</link>", lambda match: link_to(pages[match[1]], match[2]), text)
        pages[row["key"]] = page = make_page(row["kind"], **fields, body=[("text", text)])
        for name, role in (("is", "primary"), ("supports", "supporting")):
            if name in row:
                PageKeyword.objects.create(page=page, group=groups[row[name]], role=role)
    return pages


def link_to(page, words):
    return f'<a linktype="page" id="{page.pk}">{words}</a>'


def test_there_are_forty_pages():
    assert len(SETS["labeled_pages"]["pages"]) == 40


@pytest.mark.parametrize("name", ["conflicts", "stray_links", "gaps", "alike"])
def test_lists_have_what_marketing_noted(compared, name):
    found, noted = compared
    expected = {tuple(sorted(pair)) if name == "alike" else tuple(pair) for pair in noted[name]}
    right = found[name] & expected
    assert len(right) >= 0.95 * len(expected), f"not found: {expected - found[name]}"
    assert len(right) >= 0.95 * len(found[name]), f"found in error: {found[name] - expected}"


def test_links_are_suggested_where_they_may_be(compared):
    found, noted = compared
    expected = {tuple(pair) for pair in noted["links"]}
    assert found["links"] <= expected
    assert len(found["links"]) >= 0.95 * len(expected), f"not found: {expected - found['links']}"
