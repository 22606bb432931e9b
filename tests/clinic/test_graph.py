"""Test that each page says to search engines exactly what it shows."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from wagtail.models import Page

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic import models
from clinic.models import ClinicProfile, ContactPage, HomeFeaturedTreatment, HomePage, Person, StandardPage
from clinic.seo.nodes import drop_empty, merge
from tests import factories
from tests.clinic.test_blocks import make_photo
from tests.graphs import (
    find_dangling,
    find_faults,
    find_missing,
    find_not_recommended,
    find_unseen,
    graph_of,
    node_of,
    read,
    types_of,
)
from tests.sizes import size
from treatments.models import TreatmentPage

ALWAYS = {"MedicalClinic", "WebSite", "SearchAction"}
# Each page, the types that its graph must have, and those it must not have.
PAGES = {
    "/": {"WebPage", "ImageObject"},
    "/about/": {"FAQPage", "Question", "Person", "ImageObject"},
    "/about/team/": {"WebPage", "BreadcrumbList"},
    "/contact/": {"ContactPage", "GeoCoordinates"},
    "/treatments/": {"CollectionPage", "ItemList"},
    "/treatments/peel/": {"MedicalWebPage", "MedicalProcedure", "FAQPage", "BreadcrumbList", "ImageObject"},
    "/blog/": {"CollectionPage", "Blog", "ItemList"},
    "/blog/?page=2": {"CollectionPage", "Blog", "ItemList"},
    "/blog/category/skin/": {"CollectionPage", "Blog", "ItemList", "BreadcrumbList"},
    "/blog/moon/": {"Blog", "BlogPosting", "Person", "FAQPage", "BreadcrumbList", "ImageObject"},
    "/consultation/": {"WebPage"},
    "/search/?q=peel": {"SearchResultsPage"},
}
QUESTIONS = {
    "heading": "Good to know",
    "questions": [{"question": "Does it <hurt> & sting?", "answer": "<p>A <b>little</b>.</p><ul><li>One</li></ul>"}],
}
TEXTS = ("title", "seo_title", "search_description", "listing_summary", "introduction", "intro", "hero_heading")


def make_body(photo, person):
    picture = {"image": {"image": photo.pk, "decorative": False, "alt_text": "Soft dunes"}, "caption": "Evening"}
    return [
        {"type": "text", "value": "<h2>What?</h2><p>Words.</p>"},
        {"type": "questions", "value": QUESTIONS},
        {"type": "picture", "value": picture},
        {"type": "gallery", "value": {"heading": "Rooms", "pictures": [picture, picture]}},
        {"type": "people", "value": {"heading": "Team", "people": [person.pk]}},
    ]


def build_site():
    """Make a page of each type, with all that it can show, and what it lists."""
    home = factories.make_home()
    factories.opening_hours()
    photo = make_photo("dunes")
    profile = factories.clinic_profile(
        tagline="Calm care by the sea", latitude=Decimal("33.618910"), longitude=Decimal("-117.928950"), logo=photo
    )
    models.SocialLink.objects.create(profile=profile, name="Instagram", url="https://social.example/clinic")
    maya = Person.objects.create(name="Maya Example", credentials="RN", role="Nurse", bio="Calm hands.", photo=photo)
    body = make_body(photo, maya)
    about = home.add_child(
        instance=StandardPage(title="About", introduction="Who we are.", body=body, listing_image=photo)
    )
    about.add_child(instance=StandardPage(title="Team"))
    home.add_child(instance=ContactPage(title="Contact", listing_image=photo))
    category = BlogCategory.objects.create(name="Skin", slug="skin")
    factories.make_article(
        "Moon", slug="moon", author=maya, intro="Of the moon.", categories=[category], body=body, listing_image=photo
    )
    factories.make_article("Sun", slug="sun", date=date(2026, 4, 1))
    treatment = factories.make_treatment(
        "Peel",
        slug="peel",
        area="Skin",
        listing_image=photo,
        how_it_goes=[("step", {"title": "We talk", "text": "First."})],
        afterwards="<p>Rest.</p><p>Drink.</p>",
        questions=[("question", QUESTIONS["questions"][0])],
    )
    HomeFeaturedTreatment.objects.create(page=home, treatment=treatment)
    models.Testimonial.objects.create(quote="Kind.", attribution="A patient", is_example=True)
    HomePage.objects.update(hero_text="We listen.", hero_image=photo, listing_image=photo)
    BlogIndexPage.objects.update(articles_per_page=1)
    for page in Page.objects.filter(depth__gt=1).specific():
        page.save_revision().publish()
    factories.consultation_settings()


@pytest.fixture
def site(db):
    build_site()


def test_graph_says_what_the_page_shows(client, site):
    special = set().union(*PAGES.values()) - {"ImageObject", "GeoCoordinates", "Question"}
    for path, expected in PAGES.items():
        page = read(client.get(path))
        types = types_of(graph_of(page))
        assert find_faults(page) == [], path
        assert find_not_recommended(graph_of(page)) == set(), path
        assert types >= ALWAYS | expected, path
        assert types & special == expected & special, path


def test_no_page_rates_the_clinic(client, site):
    for path in PAGES:
        response = client.get(path)
        found = str(graph_of(read(response)))
        assert not [word for word in ("eview", "ating", "Kind.") if word in found], path


def test_breadcrumbs_are_those_of_the_page(client, site):
    for path in PAGES:
        page = read(client.get(path))
        shown = [(link.get_text(), f"http://localhost{link['href']}") for link in page.select(".breadcrumbs a")]
        lists = [node for node in graph_of(page)["@graph"] if node["@type"] == "BreadcrumbList"]
        assert bool(lists) == bool(shown), path
        if lists:
            assert [(item["name"], item["item"]["@id"]) for item in lists[0]["itemListElement"]] == shown


def test_list_goes_on_where_the_page_before_ended(client, site):
    titles = []
    for number in (1, 2):
        (item,) = node_of(graph_of(read(client.get(f"/blog/?page={number}"))), "ItemList")["itemListElement"]
        titles.append((item["position"], item["name"]))
    assert titles == [(1, "Sun"), (2, "Moon")]


def test_nodes_have_the_same_ids_on_every_page(client, site):
    ids = {}
    for path in PAGES:
        for node in graph_of(read(client.get(path)))["@graph"]:
            ids.setdefault(node["@id"], set()).add(str(node["@type"]))
    assert all(len(kinds) == 1 for kinds in ids.values()), ids
    assert "http://localhost/#clinic" in ids
    assert "http://localhost/blog/moon/#article" in ids


def test_answer_is_plain_text(client, site):
    (first, *_more) = node_of(graph_of(read(client.get("/treatments/peel/"))), "FAQPage")["mainEntity"]
    assert first["name"] == "Does it <hurt> & sting?"
    assert first["acceptedAnswer"]["text"] == "A little. One"


def test_pages_without_an_address_have_no_graph(client, site):
    for path in ("/nothing/", "/consultation/received/x/", "/consultation/visit/x/"):
        assert b"ld+json" not in client.get(path).content


def test_pages_with_nothing_in_them_have_no_empty_values(client, home):
    ClinicProfile.objects.all().delete()
    about = home.add_child(instance=StandardPage(title="About"))
    home.add_child(instance=ContactPage(title="Contact"))
    factories.make_article("Moon", slug="moon", date=None, live=False)
    BlogPage.objects.update(live=True)
    factories.make_treatment("Peel", slug="peel")
    TreatmentPage.objects.update(introduction="")
    about.add_child(instance=StandardPage(title="Team"))
    for path in ("/", "/about/", "/about/team/", "/contact/", "/treatments/peel/", "/blog/moon/"):
        page = read(client.get(path))
        faults = [fault for fault in find_faults(page) if "lacks address" not in fault]
        assert faults == [], path


def test_draft_in_preview_describes_the_draft(client, site):
    for page in Page.objects.filter(slug__in=("about", "moon", "peel")).specific():
        page.title = "A <new> title"
        found = read(page.make_preview_request())
        assert find_faults(found) == []
        assert "A <new> title" in [node.get("name") or node.get("headline") for node in graph_of(found)["@graph"]]


def test_parent_that_is_not_live_is_no_breadcrumb(client, site):
    StandardPage.objects.filter(title="About").update(live=False)
    cache.clear()
    page = read(client.get("/about/team/"))
    assert "About" not in [link.get_text() for link in page.select(".breadcrumbs a")]
    assert find_faults(page) == []


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\\/{}\u2028\u202e\ufeff\u200b🙂日\n\t "), st.characters(codec="utf-8", min_codepoint=1)
    ),
    min_size=1,
    max_size=80,
)


@pytest.mark.same_everywhere
@settings(
    max_examples=size(5, 150),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=st.fixed_dictionaries(dict.fromkeys(TEXTS, HOSTILE)), name=HOSTILE, bio=HOSTILE)
def test_hostile_texts_stay_texts(client, site, texts, name, bio):
    for model in (HomePage, StandardPage, ContactPage, *(type(page.specific) for page in Page.objects.filter(depth=4))):
        fields = {field.name: field for field in model._meta.get_fields() if field.name in texts}
        cut = {key: texts[key][: field.max_length or None] for key, field in fields.items()}
        model.objects.update(**cut)
    Person.objects.update(name=name[:50], credentials=name[:50], role=bio[:50], bio=bio)
    ClinicProfile.objects.update(name=name[:100], tagline=bio)
    BlogCategory.objects.update(name=name[:80])
    cache.clear()
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 200
        page = read(response)
        assert [fault for fault in find_faults(page) if "is empty" not in fault and "lacks name" not in fault] == [], (
            path
        )


# Pure


def test_nodes_with_one_id_become_one():
    first = {"@id": "a", "@type": "WebPage", "name": "A", "image": ["x"]}
    second = {"@id": "a", "@type": "FAQPage", "name": "B", "image": ["x", "y"], "url": "u"}
    assert merge([first, {}, {"@type": "Blog"}, second]) == [
        {"@id": "a", "@type": "FAQPage", "name": "A", "image": ["x", "y"], "url": "u"}
    ]
    assert merge([{"@id": "a", "@type": "MedicalWebPage"}, {"@id": "a", "@type": "FAQPage"}]) == [
        {"@id": "a", "@type": ["MedicalWebPage", "FAQPage"]}
    ]


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"a": "", "b": None, "c": [], "d": {}, "e": " "}, {}),
        ({"a": {"@type": "X", "b": ""}, "c": 0}, {"c": 0}),
        ({"a": ["", "x", {"@type": "X"}]}, {"a": ["x"]}),
        ({"@type": "X", "a": " y "}, {"@type": "X", "a": "y"}),
    ],
)
def test_empty_values_are_left_out(value, left):
    assert drop_empty(value) == left


# The checks themselves


def test_the_checks_see_each_kind_of_fault(client, site):
    page = read(client.get("/blog/moon/"))
    graph = graph_of(page)
    node_of(graph, "BlogPosting").update(headline="Another", datePublished="1999-01-01T00:00:00Z")
    node_of(graph, "WebPage" if "WebPage" in types_of(graph) else "FAQPage")["breadcrumb"] = {"@id": "x#y"}
    del node_of(graph, "WebSite")["name"]
    node_of(graph, "Blog")["url"] = "https://elsewhere.example/"
    unseen = " ".join(find_unseen(page, graph))
    assert "Another" in unseen
    assert "1999" in unseen
    assert "elsewhere" in unseen
    assert "WebSite lacks name" in " ".join(find_missing(graph))
    assert list(find_dangling(graph)) == ["there is no node x#y"]
