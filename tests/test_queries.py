"""How often a public page asks the database: at most twelve times when warm, and no more with more rows."""

import io
from datetime import date

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from PIL import Image

from clinic import models
from tests import factories
from tests.counting import queries_for

MOST_QUERIES = 12
PAGES = [
    "/",
    "/about-us/",
    "/contact/",
    "/treatments/",
    "/treatments/peel-0/",
    "/blog/",
    "/blog/?page=2",
    "/blog/feed/",
    "/blog/article-0/",
    "/search/?q=peel",
    "/consultation/",
    "/consultation/?treatment=peel-0",
]


def new_image(number):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (number * 9 % 255, 90, 90)).save(file, "JPEG")
    content = ContentFile(file.getvalue(), name=f"{number}.jpg")
    return models.ClinicImage.objects.create(title=f"Picture {number}", description="A colour", file=content)


def fill(home, numbers):
    """Treatments and articles with pictures, authors and links between them."""
    author = models.Person.objects.get_or_create(name="Maya Example", role="Nurse")[0]
    for number in numbers:
        image = new_image(number)
        treatment = factories.make_treatment(f"Peel {number}", slug=f"peel-{number}", area="Skin", listing_image=image)
        article = factories.make_article(
            f"Article {number}",
            slug=f"article-{number}",
            date=date(2026, 1, 1 + number),
            author=author,
            listing_image=image,
        )
        article.related_treatments.create(treatment=treatment)
        article.save()
        models.Testimonial.objects.create(quote="Kind.", attribution="A patient", is_example=True)
        if number < 6:
            models.HomeFeaturedTreatment.objects.create(page=home, treatment=treatment)


@pytest.fixture
def filled(home, blog_index, profile):
    blog_index.articles_per_page = 9
    blog_index.save()
    home.add_child(instance=models.StandardPage(title="About us"))
    home.add_child(instance=models.ContactPage(title="Contact"))
    factories.opening_hours(public_holidays=[models.PublicHoliday(name="Christmas Day", decision="closed")])
    fill(home, range(10))


@pytest.mark.parametrize("path", PAGES)
def test_warm_page_asks_at_most_twelve_times(client, filled, path):
    client.get(path)
    assert queries_for(client, path) <= MOST_QUERIES


@pytest.mark.parametrize(
    "path", ["/", "/treatments/", "/treatments/peel-0/", "/blog/", "/blog/article-0/", "/blog/feed/"]
)
def test_cold_page_asks_as_often_with_25_rows_as_with_10(client, home, filled, path):
    before = cold_queries(client, path)
    fill(home, range(10, 25))
    assert cold_queries(client, path) <= before


def cold_queries(client, path) -> int:
    """With the pictures made and nothing cached."""
    cache.clear()
    client.get(path)
    cache.clear()
    return queries_for(client, path)


def test_search_asks_as_often_with_many_results_as_with_few(client, home, filled):
    client.get("/search/?q=peel")
    before = queries_for(client, "/search/?q=peel")
    fill(home, range(10, 25))
    assert queries_for(client, "/search/?q=peel") <= before + 1
