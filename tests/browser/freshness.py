"""Change content, and look whether each answer of a running site is new. Run by ``test_freshness.py``.

What a page has to look like is rendered in this process, without a cache. Arguments: the port of gunicorn, that of
nginx, and the steps to take, or none for all. Prints one line of JSON for each step.
"""

import http.client
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import django

HOST = "www.example.com"
OF_EACH_KIND = 4  # the first pages of each kind: those that the steps change, and some more
PROCESSES = 2
TIMES = 2 * PROCESSES  # so often gunicorn is asked: each of its processes is likely to answer
# What a page has of the moment in which it was rendered.
OF_THE_MOMENT = re.compile(rb'"now": ?\d+|"claims": ?\[\[\d+|<lastBuildDate>[^<]*|DTSTAMP[^\r]*')

STEPS: dict[str, Callable[[], None]] = {}


def step(function: Callable[[], None]) -> Callable[[], None]:
    STEPS[function.__name__] = function
    return function


# What editors do


def get_page(model: str, number: int = 0):
    from django.apps import apps

    return apps.get_model(model).objects.live().order_by("pk")[number]


def publish(page, **changes) -> None:
    for name, value in changes.items():
        setattr(page, name, value)
    page.save_revision().publish()


@step
def publish_a_change():
    publish(get_page("blog.BlogPage"), title="A title that was changed", intro="An opening that was changed.")


@step
def publish_a_treatment():
    publish(get_page("treatments.TreatmentPage"), title="A treatment that was renamed", introduction="Changed.")


@step
def unpublish():
    get_page("blog.BlogPage").unpublish()


@step
def publish_a_new_page():
    from blog.models import BlogIndexPage, BlogPage

    page = BlogPage(title="A new article", slug="a-new-article", intro="New.", date="2026-01-02")
    BlogIndexPage.objects.get().add_child(instance=page)


@step
def publish_on_schedule():
    from django.utils import timezone

    from clinic.management.commands import run_worker

    page = get_page("clinic.StandardPage")
    page.title = "A title for later"
    page.go_live_at = timezone.now() + timedelta(seconds=0.2)
    page.save_revision().publish()
    time.sleep(0.3)
    run_worker.publish_scheduled()


@step
def unpublish_on_schedule():
    from django.utils import timezone

    from clinic.management.commands import run_worker

    publish(get_page("blog.BlogPage"), expire_at=timezone.now() + timedelta(seconds=0.2))
    time.sleep(0.3)
    run_worker.publish_scheduled()


@step
def move():
    from wagtail.models import Page

    page = get_page("clinic.StandardPage", 1)
    page.move(Page.objects.get(pk=get_page("clinic.StandardPage").pk), pos="first-child")


@step
def change_an_address():
    publish(get_page("treatments.TreatmentPage", 1), slug="another-address")


@step
def delete():
    get_page("blog.BlogPage", 1).delete()


@step
def hide():
    from wagtail.models import PageViewRestriction

    page = get_page("treatments.TreatmentPage", 2)
    PageViewRestriction.objects.create(page=page.page_ptr, restriction_type="login")


@step
def change_the_hours():
    from clinic.models import OpeningHours, SpecialHours

    hours = OpeningHours.objects.get()
    hours.special_hours.add(SpecialHours(first_day=django.utils.timezone.localdate(), reason="A day of our own"))
    hours.save()


@step
def change_the_profile():
    from clinic.models import ClinicProfile

    profile = ClinicProfile.objects.get()
    profile.phone, profile.tagline = "(949) 555-0199", "Another line below the name"
    profile.save()


@step
def announce():
    from django.utils import timezone

    from clinic.models import Announcement

    now = timezone.now()
    Announcement.objects.create(
        text="Something to know", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1)
    )


@step
def change_the_menu():
    from clinic.models import Navigation

    navigation = Navigation.objects.get_or_create(site=get_site())[0]
    link = {"page": None, "address": "/prices/", "label": "Another menu"}
    navigation.menu = json.dumps([{"type": "link", "value": link}])
    navigation.save()


@step
def rename_a_category():
    from blog.models import BlogCategory

    category = BlogCategory.objects.order_by("pk").first()
    category.name = "Another category"
    category.save()


@step
def rename_an_area():
    from treatments.models import AreaOfConcern

    area = AreaOfConcern.objects.filter(treatments__live=True).first()
    area.name = "Another concern"
    area.save()


@step
def rename_a_person():
    from clinic.models import Person

    for person in Person.objects.all():
        person.name = f"{person.name} Renamed"
        person.save()


@step
def change_a_testimonial():
    from clinic.models import Testimonial

    for one in Testimonial.objects.all():
        one.quote = "Other words."
        one.save()


@step
def describe_a_picture():
    picture = get_page("clinic.HomePage").hero_image
    picture.description, picture.credit = "Another description", "Another hand"
    picture.save()


@step
def replace_a_picture():
    from clinic.caching import prerender

    picture, other = get_page("clinic.HomePage").hero_image, get_page("treatments.TreatmentPage").listing_image
    with other.file.open() as file:
        picture.file.save("another.jpg", file, save=False)
    # As the form of pictures does.
    picture._set_image_file_metadata()
    picture.save()
    picture.renditions.all().delete()
    prerender.prerender_pages_with(picture)


@step
def keep_from_search_engines():
    publish(get_page("clinic.StandardPage"), noindex=True, search_description="Another description")


# What everybody sees


def get_site():
    from wagtail.models import Site

    return Site.objects.get(is_default_site=True)


def find_addresses() -> Iterator[str]:
    from wagtail.models import Page

    from blog.models import BlogCategory, BlogIndexPage

    yield from ("/sitemap.xml", "/robots.txt", "/hours.json", "/hours.ics", "/site.webmanifest")
    kinds = Counter()
    for page in Page.objects.filter(depth__gt=1).order_by("pk").specific():
        kinds[type(page)] += 1
        if page.live and kinds[type(page)] <= OF_EACH_KIND:
            yield page.url
    index = BlogIndexPage.objects.get()
    yield from (index.url + path for path in ("feed/", "?page=2"))
    category = BlogCategory.objects.order_by("pk").first()
    yield index.url + index.reverse_subpage("category", args=[category.slug])


def ask(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": HOST})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, clean(body)


def render(path: str) -> tuple[int, bytes]:
    from django.test import Client, override_settings

    from clinic.caching.version import _built

    _built.clear()
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
        answer = Client(headers={"host": HOST}).get(path)
    return answer.status_code, clean(answer.content)


def clean(body: bytes) -> bytes:
    return OF_THE_MOMENT.sub(b"", body)


def find_old(port: int, times: int, expected: dict[str, tuple[int, bytes]], before: dict) -> list[str]:
    """Return the addresses that have an answer of earlier, or another one."""
    return [
        f"{path} is {'as before' if answer == before.get(path) else answer[0]}"
        for path, wanted in expected.items()
        for answer in {ask(port, path) for _time in range(times)}
        if answer != wanted
    ]


def main(gunicorn: int, nginx: int, *names: str) -> None:
    expected = {path: render(path) for path in find_addresses()}
    for name in ("nothing", *(names or STEPS)):
        before = expected
        if name != "nothing":
            STEPS[name]()
        done = time.time()
        # Gunicorn at once, then the proxy: when the rendered pages are there to be compared, a second is over.
        answers = {path: [ask(gunicorn, path) for _time in range(TIMES)] for path in before}
        expected = {path: render(path) for path in {*before, *find_addresses()}}
        time.sleep(max(0, done + 1 - time.time()))
        print(  # noqa: T201
            json.dumps(
                {
                    "step": name,
                    "changed": sorted(path for path in expected if expected[path] != before.get(path)),
                    "old": [
                        f"{path} is {'as before' if answer == before[path] else answer[0]}"
                        for path, found in answers.items()
                        for answer in set(found)
                        if answer != expected[path]
                    ],
                    "old_in_proxy": find_old(nginx, 1, expected, before),
                }
            )
        )


if __name__ == "__main__":
    django.setup()
    main(*map(int, sys.argv[1:3]), *sys.argv[3:])
