"""Test the help inside the admin, and that the admin links nothing on the internet."""

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from wagtail.admin.icons import get_icons
from wagtail.blocks import Block
from wagtail.fields import StreamField
from wagtail.snippets.models import get_snippet_models

from clinic.admin.help import GUIDES
from clinic.models import Announcement
from tests import factories

ROLES = ("editor", "frontdesk", "clinician", "manager", "admin")


@pytest.fixture
def log_in(client, profile):
    def log_in_as(role):
        client.force_login(factories.make_user(role))
        return client

    return log_in_as


def read(client, address) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("role", ROLES)
def test_help_shows_the_guides(log_in, guide, role):
    page = read(log_in(role), reverse("help", args=[guide]))
    source = (settings.BASE_DIR / "docs" / f"{guide}.md").read_text()
    headings = re.findall(r"^## (.*)$", source, re.MULTILINE)
    assert [heading.get_text() for heading in page.select(".clinic-help__text h2")] == headings
    assert [link.get_text() for link in page.select(".clinic-help__contents li a")] == headings
    assert not re.search(r"\*\*|^\||\]\(", page.select_one(".clinic-help__text").get_text(), re.MULTILINE)
    assert page.h1.get_text(strip=True)


def test_links_between_guides_work(log_in):
    client = log_in("manager")
    pages = {reverse("help", args=[guide]): read(client, reverse("help", args=[guide])) for guide in GUIDES}
    links = [(address, link["href"]) for address, page in pages.items() for link in page.select(".clinic-help a")]
    assert len(links) > 20
    for address, href in links:
        path, _hash, anchor = href.partition("#")
        target = pages[path or address]
        assert not anchor or target.select_one(f'[id="{anchor}"]'), href


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("editor", {"editors"}),
        ("frontdesk", {"front-desk"}),
        ("clinician", {"front-desk"}),
        ("manager", {"editors", "front-desk"}),
        ("admin", {"editors", "front-desk"}),
    ],
)
def test_menu_offers_each_role_its_guide(log_in, role, shown):
    page = log_in(role).get("/admin/").content.decode()
    assert {guide for guide in GUIDES if f'"url": "/admin/help/{guide}/"' in page} == shown
    assert {guide for guide in GUIDES if f'href="/admin/help/{guide}/"' in page} == shown


@pytest.mark.parametrize("guide", ["nothing", "README", "deploy", "front_desk"])
def test_other_files_are_no_guides(log_in, guide):
    assert log_in("admin").get(f"/admin/help/{guide}/").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_admin_has_no_link_to_the_internet(log_in, role):
    article = factories.make_article("Peels")
    client = log_in(role)
    guides = [reverse("help", args=[guide]) for guide in GUIDES]
    lists = [
        f"/admin/{part}" for part in ("", "account/", "images/", "hours/", "case/", "redirects/", "users/", "trash/")
    ]
    for address in (*guides, *lists, reverse("wagtailadmin_pages:edit", args=[article.pk])):
        response = client.get(address, follow=True)
        if response.status_code != 200:
            continue
        page = BeautifulSoup(response.content, "html.parser")
        for script_off in page.select("noscript"):
            script_off.extract()
        hosts = {urlsplit(tag.get("href") or tag.get("src") or "").hostname for tag in page.select("[href], [src]")}
        assert hosts <= {None, "localhost", "testserver", "127.0.0.1"}, address
        assert "wagtail.org" not in page.decode(), address


def blocks_in(block: Block):
    yield block
    for child in getattr(block, "child_blocks", {}).values():
        yield from blocks_in(child)
    if hasattr(block, "child_block"):
        yield from blocks_in(block.child_block)


def icon_names():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, StreamField):
                yield from (block.meta.icon for block in blocks_in(field.stream_block))
    yield from (model.snippet_viewset.icon for model in get_snippet_models())


def test_every_icon_exists(db):
    assert Announcement.snippet_viewset.icon  # the viewsets are registered
    known = set(re.findall(r'id="icon-([\w-]+)"', get_icons()))
    assert set(icon_names()) - known == set()


@pytest.mark.parametrize("role", ROLES)
def test_icons_on_the_dashboard_exist(log_in, role):
    page = log_in(role).get("/admin/").content.decode()
    known = set(re.findall(r'id="icon-([\w-]+)"', get_icons()))
    used = set(re.findall(r'href="#icon-([\w-]+)"', page)) | set(re.findall(r'"icon_name": "([\w-]+)"', page))
    assert used - known == set()


def test_guide_shows_its_pictures(db, client):
    client.force_login(factories.make_user("frontdesk"))
    page = client.get(reverse("help", args=["front-desk"])).content.decode()
    pictures = re.findall(r'<img alt="([^"]+)" src="([^"]+)"', page)
    assert len(pictures) >= 5
    for _alt, url in pictures:
        assert client.get(url)["Content-Type"] == "image/webp"


@pytest.mark.parametrize("name", ["no-such-picture", "..", "%2e%2e", "today.webp/..", "/etc/passwd"])
def test_other_files_are_no_pictures_of_a_guide(db, client, name):
    client.force_login(factories.make_user("frontdesk"))
    assert client.get(f"/admin/help/pictures/{name}.webp", follow=True).status_code == 404
