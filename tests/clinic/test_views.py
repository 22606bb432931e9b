import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches

from clinic.models import StandardPage
from clinic.site.search import split_words
from tests import factories

NAUGHTY = [
    '"', "'", "*", "AND", "OR NOT", "(", ")", "a:b", "-", "NEAR(a b)", "%", "_", "\\", "\x00", "é", "你好", "🙂",
    "a" * 5000, "<script>alert(1)</script>", "' OR 1=1 --", "{title body} : (botox)", "^x", "…", "  ", "botox*",
]  # fmt: skip


@pytest.mark.parametrize("query", NAUGHTY)
def test_search_accepts_any_text(client, home, query):
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("query", [*NAUGHTY, '"open', 'col:"', '"a" "b', 'live:yes "a', "'a"])
def test_admin_search_accepts_any_text(admin_client, home, query):
    for path in (
        "/admin/pages/search/",
        "/admin/images/",
        "/admin/images/chooser/results/",
        "/admin/choose-page/search/",
    ):
        assert admin_client.get(path, {"q": query}).status_code == 200


def test_admin_search_finds_words_between_marks(admin_client, home):
    factories.make_treatment("Botox for bunny lines")
    found = admin_client.get("/admin/pages/search/", {"q": '"bunny (lines'}).content.decode()
    assert "Botox for bunny lines" in found


def test_search_finds_live_pages_with_all_words(client, home):
    factories.make_treatment("Botox for bunny lines", introduction="Fine lines on the nose.")
    factories.make_treatment("Botox for frown lines")
    factories.make_treatment("Botox for bunny lines, unpublished", live=False)
    html = client.get("/search/", {"q": "bunny nose"}).content.decode()
    assert "1 page found" in html
    assert "/treatments/botox-for-bunny-lines/" in html


def test_search_puts_title_matches_first(client, home):
    factories.make_treatment("Facials", introduction="Laser, laser and laser again.")
    factories.make_treatment("Gentle laser treatments for the face", introduction="Light.")
    html = client.get("/search/", {"q": "laser"}).content.decode()
    assert html.index("/treatments/gentle-laser") < html.index("/treatments/facials/")


def test_search_has_a_second_page(client, home):
    for number in range(12):
        factories.make_treatment(f"Peel number {number}")
    html = client.get("/search/", {"q": "peel", "page": "2"}).content.decode()
    assert html.count("<h2><a") == 2
    assert 'href="?q=peel&amp;page=1"' in html


def test_empty_search_shows_no_results(client, home):
    assert "found for" not in client.get("/search/").content.decode()


def test_search_without_results_offers_consultation(client, home):
    html = client.get("/search/", {"q": "submarine"}).content.decode()
    assert "0 pages found" in html
    assert "/consultation/" in html


def test_searches_leave_nothing_in_the_cache(client, home, monkeypatch):
    client.get("/search/", {"q": "filler"})  # It fills what all pages share.
    written, cache_class = [], type(caches["default"])
    real = cache_class.set

    def spy(self, key, *args, **kwargs):
        written.append(key)
        return real(self, key, *args, **kwargs)

    monkeypatch.setattr(cache_class, "set", spy)
    for number in range(20):
        client.get("/search/", {"q": f"filler {number}"})
    assert written == []


@pytest.mark.parametrize("path", ["/search/?q=lip+fillers", "/no-such-page/"])
def test_search_form_is_on_search_and_404_page(client, home, path):
    page = BeautifulSoup(client.get(path).content, "html.parser")
    form = page.select_one("main form[role=search]")
    field = form.select_one("input[type=search]")
    assert (form["action"], form["method"], field["name"], field["maxlength"]) == ("/search/", "get", "q", "200")
    assert form.select_one(f"label[for={field['id']}]").get_text(strip=True) == "What are you looking for?"
    assert field.get("value", "") == ("lip fillers" if "lip" in path else "")


def test_search_words_are_letters_and_digits():
    assert split_words("crow's-feet (café) 15_days*") == ["crow", "s", "feet", "café", "15", "days"]


def test_robots_names_sitemap_and_blocks_admin(client, home):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text


def test_sitemap_lists_pages_and_registered_views(client, home):
    text = client.get("/sitemap.xml").content.decode()
    assert "<loc>http://localhost/</loc>" in text
    assert "/consultation/</loc>" in text


def test_unknown_address_shows_404_page(client, home):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_error_page_needs_no_database(rf, django_assert_num_queries, db):
    from clinic.site.views import server_error

    with django_assert_num_queries(0):
        response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_public_policy_allows_own_host_only(client, home):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_admin_policy_allows_inline(client, home):
    assert "'unsafe-inline'" in client.get("/admin/").headers["Content-Security-Policy"]


def test_pages_to_sign_in_have_the_strict_policy(client, home):
    assert "'unsafe-inline'" not in client.get("/account/login/").headers["Content-Security-Policy"]


def test_address_without_slash_redirects(client, home):
    home.add_child(instance=StandardPage(title="About us"))
    response = client.get("/about-us")
    assert response.status_code == 301
    assert response.url == "/about-us/"


def test_csrf_failure_explains_next_step(home):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "ana"})
    assert response.status_code == 403
    assert "submit the form again" in response.content.decode()
