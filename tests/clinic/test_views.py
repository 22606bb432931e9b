import gzip
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError

from clinic.models import StandardPage
from clinic.search import words_of
from tests import factories

NAUGHTY = [
    '"', "'", "*", "AND", "OR NOT", "(", ")", "a:b", "-", "NEAR(a b)", "%", "_", "\\", "\x00", "é", "你好", "🙂",
    "a" * 5000, "<script>alert(1)</script>", "' OR 1=1 --", "{title body} : (botox)", "^x", "…", "  ", "botox*",
]  # fmt: skip


@pytest.mark.parametrize("query", NAUGHTY)
def test_search_answers_whatever_is_typed(client, home, query):
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_search_finds_live_pages_by_all_their_words(client, home):
    factories.make_treatment("Botox for bunny lines", introduction="Fine lines on the nose.")
    factories.make_treatment("Botox for frown lines")
    factories.make_treatment("Botox for bunny lines, unpublished", live=False)
    html = client.get("/search/", {"q": "bunny nose"}).content.decode()
    assert "1 page found" in html
    assert "/treatments/botox-for-bunny-lines/" in html


def test_search_puts_pages_with_the_words_in_their_title_first(client, home):
    factories.make_treatment("Facials", introduction="Laser, laser and laser again.")
    factories.make_treatment("Gentle laser treatments for the face", introduction="Light.")
    html = client.get("/search/", {"q": "laser"}).content.decode()
    assert html.index("/treatments/gentle-laser") < html.index("/treatments/facials/")


def test_search_goes_on_to_a_second_page(client, home):
    for number in range(12):
        factories.make_treatment(f"Peel number {number}")
    html = client.get("/search/", {"q": "peel", "page": "2"}).content.decode()
    assert html.count("<h2><a") == 2
    assert 'href="?q=peel&amp;page=1"' in html


def test_search_without_words_asks_for_one(client, home):
    assert "found for" not in client.get("/search/").content.decode()


def test_search_offers_a_way_on_when_nothing_is_found(client, home):
    html = client.get("/search/", {"q": "submarine"}).content.decode()
    assert "0 pages found" in html
    assert "/consultation/" in html


def test_words_are_letters_and_digits_of_any_script():
    assert words_of("crow's-feet (café) 15_days*") == ["crow", "s", "feet", "café", "15", "days"]


def test_robots_names_the_sitemap_and_keeps_crawlers_out_of_the_admin(client, home):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_healthz_answers_ok(client, db):
    assert json.loads(client.get("/healthz").content) == {"status": "ok"}


def test_healthz_says_when_the_database_is_gone(client, db, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", fail)
        response = client.get("/healthz")
    assert response.status_code == 503
    assert "gone" not in response.content.decode()


def test_unknown_address_is_a_friendly_404(client, home):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_error_page_asks_the_database_for_nothing(rf, django_assert_num_queries, db):
    from clinic.views import server_error

    with django_assert_num_queries(0):
        response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_public_pages_allow_nothing_inline_and_nothing_from_elsewhere(client, home):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_style_stays_below_eight_kilobytes():
    folder = Path(settings.BASE_DIR) / "clinic/static/clinic/css"
    sheets = [folder / name for name in ("base.css", "components.css")]
    assert sum(len(gzip.compress(sheet.read_bytes())) for sheet in sheets) <= 8 * 1024


def test_admin_has_its_own_policy(client, home):
    assert "'unsafe-inline'" in client.get("/admin/login/").headers["Content-Security-Policy"]


def test_old_addresses_without_a_slash_lead_to_the_page(client, home):
    home.add_child(instance=StandardPage(title="About us"))
    response = client.get("/about-us")
    assert response.status_code == 301
    assert response.url == "/about-us/"


def test_expired_form_page_says_what_to_do(home):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/consultation/", {"name": "Ana"})
    assert response.status_code == 403
    assert "send it once more" in response.content.decode()
