"""Test that public pages need at most ten queries when warm, lists of pages twelve, and none of them twice.

More rows cause no more queries.
"""

import io
from datetime import date
from types import SimpleNamespace
from unittest import mock

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from PIL import Image

from clinic import models
from clinic.caching import version
from tests import factories
from tests.counting import queries_for

MAX_QUERIES, MAX_OF_LISTS = 10, 12
LISTS = ("/", "/treatments/", "/blog/", "/blog/?page=2")
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

    def test_warm_page_needs_few_queries_and_none_twice(self):
        # As outside of the test's transaction, in which nothing is kept for a version.
        outside = SimpleNamespace(in_atomic_block=False, cursor=connection.cursor)
        self.enterContext(mock.patch.object(version, "connection", outside))
        for path in PAGES:
            with self.subTest(path):
                cache.clear()
                self.client.get(path)
                with CaptureQueriesContext(connection) as captured:
                    self.client.get(path)
                queries = [query["sql"] for query in captured]
                assert len(queries) <= (MAX_OF_LISTS if path in LISTS else MAX_QUERIES)
                assert len(queries) == len(set(queries)), max(queries, key=queries.count)

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
