import gzip
from pathlib import Path

from django.conf import settings

from clinic.models import StandardPage


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


def test_public_css_is_at_most_8_kb():
    folder = Path(settings.BASE_DIR) / "clinic/static/clinic/css"
    sheets = [folder / name for name in ("base.css", "components.css")]
    assert sum(len(gzip.compress(sheet.read_bytes())) for sheet in sheets) <= 8 * 1024


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
