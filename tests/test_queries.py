"""Test that public pages need at most twelve queries when warm.

More rows cause no more queries.
"""

import io
from datetime import date

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import TestCase
from PIL import Image

from clinic import models
from tests import factories
from tests.counting import queries_for

MAX_QUERIES = 12
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
COLD_PAGES = ["/", "/treatments/", "/treatments/peel-0/", "/blog/", "/blog/article-0/", "/blog/feed/"]


def new_image(number):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (number * 9 % 255, 90, 90)).save(file, "JPEG")
    content = ContentFile(file.getvalue(), name=f"{number}.jpg")
    return models.ClinicImage.objects.create(title=f"Picture {number}", description="A color", file=content)


def fill(home, numbers):
    """Add treatments and articles, with pictures, authors and links."""
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


class PublicPageQueriesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.home = factories.make_home()
        index = factories.make_blog_index()
        index.articles_per_page = 9
        index.save()
        factories.clinic_profile()
        cls.home.add_child(instance=models.StandardPage(title="About us"))
        cls.home.add_child(instance=models.ContactPage(title="Contact"))
        factories.opening_hours(public_holidays=[models.PublicHoliday(name="Christmas Day", decision="closed")])
        fill(cls.home, range(10))

    def test_warm_page_needs_at_most_twelve_queries(self):
        for path in PAGES:
            with self.subTest(path):
                cache.clear()
                self.client.get(path)
                assert queries_for(self.client, path) <= MAX_QUERIES

    def test_cold_page_queries_do_not_grow(self):
        before = {path: self.cold_queries(path) for path in COLD_PAGES}
        fill(self.home, range(10, 25))
        for path in COLD_PAGES:
            with self.subTest(path):
                assert self.cold_queries(path) <= before[path]

    def test_search_queries_do_not_grow(self):
        path = "/search/?q=peel"
        self.client.get(path)
        before = queries_for(self.client, path)
        fill(self.home, range(10, 25))
        assert queries_for(self.client, path) <= before + 1

    def cold_queries(self, path: str) -> int:
        """Return the queries of a page with rendered pictures and no cache."""
        cache.clear()
        self.client.get(path)
        cache.clear()
        return queries_for(self.client, path)
