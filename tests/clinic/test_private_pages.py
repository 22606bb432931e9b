"""Check that a page with a view restriction shows nowhere, and nothing of it."""

import io
import itertools
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone
from PIL import Image
from wagtail.models import PageViewRestriction

from blog.models import BlogCategory
from clinic.models import Announcement, ClinicImage, ContactPage, HomeFeaturedTreatment, StandardPage
from tests import factories
from tests.editing.crawl import Visitor

WORDS = {
    "title": "Xylophone", "search_description": "Marimba words", "listing_summary": "Vibraphone words",
    "seo_title": "Glockenspiel", "introduction": "Celesta words",
}  # fmt: skip
KINDS = ["treatment", "article", "standard", "contact", "treatment_index", "blog_index", "child"]
RESTRICTIONS = ["login", "password", "groups"]


def fill_in(page):
    file = io.BytesIO()
    Image.new("RGB", (64, 48)).save(file, "JPEG")
    picture = ContentFile(file.getvalue(), name="marimba.jpg")
    page.listing_image = ClinicImage.objects.create(title="Marimba", description="Marimba", file=picture)
    for name, value in WORDS.items():
        field = "intro" if name == "introduction" and not hasattr(page, name) else name
        setattr(page, field, value)
    page.slug, page.show_in_menus = "xylophone", True
    page.save_revision().publish()
    return page


@pytest.fixture
def site(home, profile):
    """Make a site in which every page is linked from wherever a page can be linked."""
    category = BlogCategory.objects.create(name="Percussion", slug="percussion")
    treatment = factories.make_treatment("Peel", slug="peel", area="Skin")
    other = factories.make_treatment("Other", slug="other", area="Skin")
    article = factories.make_article("Story", slug="story", categories=[category])
    reading = factories.make_article("Reading", slug="reading", date=date(2026, 3, 3))
    article.related_treatments.create(treatment=treatment)
    reading.related_treatments.create(treatment=treatment)
    reading.picked_articles.create(article=article)
    for page in (article, reading):
        page.save()
    for featured in (treatment, other):
        HomeFeaturedTreatment.objects.create(page=home, treatment=featured)
    standard = home.add_child(instance=StandardPage(title="About", slug="about"))
    child = standard.add_child(instance=StandardPage(title="Team", slug="team"))
    contact = home.add_child(instance=ContactPage(title="Contact", slug="contact"))
    pages = {
        "treatment": treatment, "article": article, "standard": standard, "contact": contact, "child": child,
        "treatment_index": treatment.get_parent().specific, "blog_index": article.get_parent().specific,
    }  # fmt: skip
    now = timezone.now()
    for page in pages.values():
        Announcement.objects.create(
            text="News", link_page=page, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1)
        )
    return pages


def read_everything() -> dict[str, str]:
    """Return what a visitor, a search engine and a feed reader get, by address."""
    visitor = Visitor()
    addresses = {*visitor.crawl().pages, "/blog/feed/", "/blog/feed/atom/", "/sitemap.xml", "/hours.json", "/nothing/"}
    addresses |= {f"/search/?q={word}" for word in ("peel", "story", "xylophone", "marimba", "about", "percussion")}
    addresses.add("/consultation/?treatment=xylophone")
    texts = {}
    for address in addresses:
        response = visitor.open(address)
        assert response.status_code in (200, 302, 404), address
        texts[address] = response.content.decode() if response.status_code == 200 else ""
    return texts


def hide(page, kind):
    with TestCase.captureOnCommitCallbacks(execute=True):
        PageViewRestriction.objects.create(page=page, restriction_type=kind, password="open")


def find_leaks(texts) -> list[str]:
    """Return where the page's words, its address or its picture are shown."""
    leaks = [f"{word} at {address}" for address, text in texts.items() for word in WORDS.values() if word in text]
    for address, text in texts.items():
        text = text.replace('value="xylophone"', "").replace("treatment=xylophone", "").replace("q=xylophone", "")
        leaks += [f"{sign} at {address}" for sign in ("/xylophone/", "marimba.") if sign in text]
    return leaks


@pytest.mark.parametrize(("kind", "restriction"), [*zip(KINDS, itertools.cycle(RESTRICTIONS))])
def test_private_page_shows_nowhere(site, kind, restriction):
    page = fill_in(site[kind])
    assert find_leaks(read_everything()), "nothing to hide"
    hide(page, restriction)
    assert not find_leaks(read_everything())


def test_pages_below_a_private_one_show_nowhere(site):
    page = fill_in(site["child"])
    hide(site["standard"], "login")
    assert not find_leaks(read_everything())
    assert page.live


def test_category_of_private_articles_is_not_listed(site):
    hide(site["article"], "login")
    texts = read_everything()
    assert not [address for address, text in texts.items() if "percussion" in text and "q=percussion" not in address]
