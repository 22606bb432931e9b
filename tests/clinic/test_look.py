"""Test what every public page brings along: its style, its icons, its description and the words for its pictures."""

import base64
import gzip
import hashlib
import io
import re
from pathlib import Path

import brotli
import lightningcss
import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.caching.pages import FAST_QUALITY
from clinic.models import ClinicImage, ClinicProfile, ContactPage, HomePage, Person, StandardPage
from clinic.site.inline import NOT_AHEAD, SHEETS, read_sheet
from clinic.urls import urlpatterns
from tests import factories
from treatments.models import TreatmentIndexPage, TreatmentPage

# Bytes, compressed.
MAX_CSS = 6 * 1024
MAX_SCRIPTS = 5 * 1024
MAX_FONTS = 24 * 1024
MAX_HTML = 14 * 1024  # with its CSS: what a server sends at once to a browser that it does not know yet
MAX_REQUESTS = 12
CSS = "clinic/css/"
VIDEO = "https://vimeo.com/123456789"
TABLE = {
    "caption": "Side by side",
    "columns": [{"type": "text", "heading": "What"}, {"type": "number", "heading": "How much"}],
    "rows": [{"values": ["A peel", "$90"]}],
}
CLASS = re.compile(r"\.([a-z][\w-]*)")
PAGES = {
    "home": "/",
    "standard": "/about-us/",
    "contact": "/contact/",
    "treatments": "/treatments/",
    "treatment": "/treatments/peel/",
    "articles": "/blog/",
    "category": "/blog/category/skin/",
    "article": "/blog/after-a-peel/",
    "search": "/search/?q=peel",
    "no result": "/search/?q=submarine",
    "form": "/consultation/",
    "missing": "/no-such-page/",
    "unknown receipt": "/consultation/received/no-such-receipt/",
}


def make_picture(name: str) -> ClinicImage:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    content = ContentFile(file.getvalue(), name=f"{name}.jpg")
    return ClinicImage.objects.create(title=name, description=f"A picture of {name}", file=content)


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """Make a page of every kind, each with pictures of its own, for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_pages()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def clinic(pages, db):
    return ClinicProfile.objects.get()


def make_pages() -> None:
    factories.make_home()
    factories.clinic_profile()
    person = Person.objects.create(name="Maya Example", role="Nurse", photo=make_picture("a face"))
    picture = {"image": make_picture("dunes").pk, "decorative": False, "alt_text": "Soft dunes"}
    body = [
        {"type": "text", "value": "<h2>Why?</h2><p>So.</p>"},
        {"type": "picture", "value": {"image": picture, "caption": ""}},
        {"type": "people", "value": {"heading": "Team", "people": [person.pk]}},
        {"type": "treatment_prices", "value": {"treatments": []}},
        {"type": "call_to_action", "value": {"heading": "Ask", "button": "Ask us"}},
        {"type": "video", "value": {"address": VIDEO, "poster": make_picture("a still").pk, "title": "A visit"}},
        {"type": "gallery", "value": {"pictures": [{"type": "item", "id": "1", "value": {"image": picture}}]}},
        {"type": "table", "value": {"table": TABLE}},
        {"type": "map", "value": {}},
    ]
    treatment = factories.make_treatment(
        "Peel", slug="peel", area="Skin", price_from=90, listing_image=make_picture("a peel"), body=body
    )
    article = factories.make_article(
        "After a peel", slug="after-a-peel", author=person, listing_image=make_picture("a moon"), body=body
    )
    article.related_treatments.create(treatment=treatment)
    article.categories = [BlogCategory.objects.create(name="Skin", slug="skin")]
    article.save()
    home = HomePage.objects.get()
    home.hero_image, home.body = make_picture("the sea"), body
    home.featured_treatments.create(treatment=treatment)
    home.save()
    home.add_child(instance=StandardPage(title="About us", listing_image=make_picture("a door"), body=body))
    home.add_child(instance=ContactPage(title="Contact", listing_image=make_picture("a map"), body=body))


def read(client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "html.parser")


def sheets_of(page: BeautifulSoup) -> set[str]:
    """Return the names of the sheets that the page contains."""
    texts = {style.string for style in page.select("head style")}
    return {f"{CSS}{name}.css" for name in SHEETS if read_sheet(name) in texts}


def size_of(text: bytes) -> int:
    return len(gzip.compress(text, 6))


def get_files(page: BeautifulSoup, selector: str) -> list[bytes]:
    urls = [element.get("src") or element["href"] for element in page.select(selector)]
    return [Path(finders.find(url.removeprefix("/static/"))).read_bytes() for url in urls]


@pytest.fixture(scope="module")
def public_sheets() -> dict[str, str]:
    """Return the CSS of each public sheet by its name."""
    folder = Path(finders.find(f"{CSS}base.css")).parent
    return {f"{CSS}{path.name}": path.read_text() for path in folder.glob("*.css") if path.name != "admin.css"}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_contains_its_style_and_waits_for_no_other(client, clinic, path):
    page = read(client, path)
    assert page.select("link[rel=stylesheet]") == []
    assert [style.string for style in page.select("style[media]")] == [read_sheet("print")]
    styles = [style.string for style in page.select("style")]
    assert len(styles) == len(sheets_of(page)) >= 3
    assert size_of("".join(styles).encode()) <= MAX_CSS


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_first_view_keeps_to_its_budget(client, clinic, path):
    html = client.get(path).content
    page = BeautifulSoup(html, "html.parser")
    assert len(brotli.compress(html, quality=FAST_QUALITY)) <= MAX_HTML
    assert sum(map(size_of, get_files(page, "script[src]"))) <= MAX_SCRIPTS
    assert sum(map(len, get_files(page, "link[as=font]"))) <= MAX_FONTS
    own_requests = 2  # the page itself, and hours.json
    files = page.select("link[rel=stylesheet], link[as], link[rel=manifest], link[rel=icon], script[src]")
    pictures = page.select("img:not([loading=lazy])")
    assert len(files) + len(pictures) + own_requests <= MAX_REQUESTS


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_policy_allows_the_styles_of_the_page_alone(client, clinic, path):
    answer = client.get(path)
    page = BeautifulSoup(answer.content, "html.parser")
    texts = [
        element.string
        for element in page.select("style, script[type=speculationrules], script[type=module]:not([src])")
    ]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    assert sorted(re.findall(r"'sha256-(.*?)'", answer.headers["Content-Security-Policy"])) == sorted(hashes)


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_in_a_page_means_the_same_as_its_file(public_sheets, name):
    texts = public_sheets[f"{CSS}{name}.css"].replace("../", "/static/clinic/"), read_sheet(name)
    as_file, in_page = (lightningcss.process_stylesheet(text, minify=True).replace(", ", ",") for text in texts)
    assert as_file == in_page
    assert len(in_page) <= len(texts[1]) < len(texts[0])


def test_next_page_is_rendered_ahead_only_where_nothing_counts_or_is_private():
    paths = {path.removesuffix("*") for path in NOT_AHEAD}
    own = {f"/{pattern.pattern}".split("<")[0] for pattern in urlpatterns if str(pattern.pattern)}
    assert all(any(path.startswith(start) for start in paths) for path in own if path.endswith("/") and path != "/")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_only_the_top_picture_is_loaded_at_once(client, clinic, path):
    page = read(client, path)
    assert len(page.select("img:not([loading=lazy])")) == len(page.select("img[fetchpriority=high]")) <= 1


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_loads_the_style_of_each_class(client, clinic, public_sheets, path):
    page = read(client, path)
    loaded = sheets_of(page)
    styled = {name: set(CLASS.findall(css)) for name, css in public_sheets.items()}
    here, elsewhere = (
        set().union(*(classes for name, classes in styled.items() if (name in loaded) == is_loaded))
        for is_loaded in (True, False)
    )
    used = {name for element in page.select("[class]") for name in element["class"]}
    assert used & (elsewhere - here) == set()


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_every_public_page_has_description_icons_and_manifest(client, clinic, path):
    page = read(client, path)
    (description,) = page.select("meta[name=description]")
    assert description["content"].strip()
    assert page.select_one("link[rel=manifest]")["href"] == "/site.webmanifest"
    for link in page.select("link[rel=icon], link[rel=apple-touch-icon]"):
        assert finders.find(link["href"].removeprefix("/static/"))
    assert page.select_one("link[rel=apple-touch-icon]")


def test_manifest_names_the_clinic_and_icons_of_their_size(client, clinic):
    answer = client.get("/site.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == clinic.name
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    for icon in manifest["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix("/static/"))) as image:
            assert icon["sizes"] == "x".join(map(str, image.size))


def test_form_is_described_by_its_introduction(client, clinic):
    factories.consultation_settings(introduction="Ask us what you like.")
    page = read(client, "/consultation/")
    assert page.select_one("meta[name=description]")["content"] == "Ask us what you like."
    assert page.select_one("meta[property='og:description']")["content"] == "Ask us what you like."


OPENINGS = [
    (HomePage, "hero_text"),
    (StandardPage, "introduction"),
    (ContactPage, "introduction"),
    (BlogIndexPage, "introduction"),
    (BlogPage, "intro"),
    (TreatmentIndexPage, "introduction"),
    (TreatmentPage, "introduction"),
]


@pytest.mark.parametrize(("model", "field"), OPENINGS, ids=lambda value: getattr(value, "__name__", value))
def test_description_falls_back_to_the_introduction(model, field):
    page = model(**{field: "What the page begins with."})
    assert page.meta_description == page.summary == "What the page begins with."
    page.listing_summary = "For lists."
    assert page.meta_description == page.summary == "For lists."
    page.search_description = "For search engines."
    assert (page.meta_description, page.summary) == ("For search engines.", "For lists.")


def test_page_without_words_is_described_by_its_title_and_the_clinic(client, clinic):
    ClinicProfile.objects.update(tagline="Calm care by the sea", city="Irvine", name="OC Beauty")
    for title in ("Bare", "Empty"):
        HomePage.objects.get().add_child(instance=StandardPage(title=title))
        found = read(client, f"/{title.lower()}/").select_one("meta[name=description]")["content"]
        assert found == f"{title}. OC Beauty in Irvine"


@pytest.mark.parametrize("introduction", ["What people ask us.", ""], ids=["described", "bare"])
def test_categories_have_descriptions_of_their_own(client, clinic, introduction):
    index = BlogIndexPage.objects.get()
    index.introduction = introduction
    index.save_revision().publish()
    whole, category = (
        read(client, PAGES[name]).select_one("meta[name=description]")["content"] for name in ("articles", "category")
    )
    assert category == f"Skin: {introduction or index.title}" != whole


@pytest.mark.parametrize("path", ["/", "/contact/", "/consultation/", "/consultation/received/no-such-receipt/"])
def test_clinic_without_details_has_no_empty_heading(client, clinic, path):
    ClinicProfile.objects.update(street="", city="", phone="", email="")
    page = read(client, path)
    for name in page.select("[aria-labelledby]"):
        assert page.find(id=name["aria-labelledby"])
    assert page.find(id="reach-heading") is None
    assert page.select("address.contact-lines") == []


@pytest.mark.parametrize("path", ["/contact/", "/consultation/"])
def test_emergency_note_stands_once_on_a_page(client, clinic, path):
    ClinicProfile.objects.update(emergency_note="If you cannot breathe, call 911 first.")
    assert read(client, path).get_text().count("call 911 first") == 1


# Beside each of these pictures stands the title or the name that says the same.
DECORATIVE = ".card__picture img, .person img, .video img"


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_every_picture_has_its_alt_text_or_is_decorative(client, clinic, path):
    page = read(client, path)
    decorative = page.select(DECORATIVE)
    known = {*ClinicImage.objects.values_list("description", flat=True), "Soft dunes"}
    for image in page.select("img"):
        assert image["alt"] == "" if image in decorative else image["alt"] in known


@pytest.mark.parametrize(
    ("name", "alt"),
    [
        ("home", "the sea"),
        ("standard", "a door"),
        ("contact", "a map"),
        ("treatment", "a peel"),
        ("article", "a moon"),
    ],
)
def test_picture_at_the_top_is_described(client, clinic, name, alt):
    image = read(client, PAGES[name]).select_one("main img")
    assert (image["alt"], image["fetchpriority"]) == (f"A picture of {alt}", "high")


def test_header_on_a_phone_links_to_the_number(client, clinic):
    link = read(client, "/").select_one(".site-header__phone")
    assert link["href"] == "tel:9495550100"
    assert link.get_text(strip=True) == "Call (949) 555-0100"


def test_header_without_a_phone_has_no_link(client, clinic):
    ClinicProfile.objects.update(phone="")
    assert read(client, "/").select_one(".site-header__phone") is None
