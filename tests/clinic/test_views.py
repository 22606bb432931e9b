from urllib.robotparser import RobotFileParser

import pytest

from clinic.models import StandardPage


def test_robots_names_sitemap_and_blocks_admin(client, home):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text
    assert "#" not in text


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/", True),
        ("/search/", True),
        ("/search/?q=lines&page=2", True),
        ("/blog/?page=2", True),
        ("/consultation/", True),
        ("/consultation/received/abc/", False),
        ("/consultation/visit/abc/", False),
        ("/consultation/visit/abc/change/", False),
        ("/admin/login/", False),
    ],
)
def test_robots_leaves_open_what_asks_not_to_be_listed(client, home, path, is_open):
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().splitlines())
    assert robots.can_fetch("Anybot", path) == is_open


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
