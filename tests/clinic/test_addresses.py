"""Check that no answer repeats the Host header.

Canonical links, feeds, the sitemap and calendars name the configured address, whatever a client asked for.
"""

import re

import pytest
from bs4 import BeautifulSoup
from wagtail.models import Site

from clinic.management.commands import prepare
from tests import factories

ROOT = "https://www.clinic.example"
# All are allowed here, and none is the configured address.
HOSTS = [
    "evil.test", "evil.test:8443", "evil.test:80", "127.0.0.9", "127.0.0.9:8001", "[::9]:8000",
    "www.clinic.example:8001",
    "www.clinic.example.evil.test", "www-clinic.evil.test:443", "sub.www.clinic.example:99", "10.9.8.7", "EVIL.test:1",
]  # fmt: skip
ADDRESSES = [
    "/", "/treatments/", "/treatments/peel/", "/blog/", "/blog/one/", "/blog/feed/", "/blog/feed/atom/", "/robots.txt",
    "/sitemap.xml", "/hours.ics", "/hours.json", "/consultation/", "/search/?q=peel", "/no-such-page/",
]  # fmt: skip


@pytest.fixture
def site(home, profile, settings):
    settings.ALLOWED_HOSTS = ["*"]
    factories.make_treatment("Peel")
    factories.make_article("One")
    factories.opening_hours()
    prepare.set_site_address(ROOT)
    Site.clear_site_root_paths_cache()


@pytest.mark.parametrize("host", HOSTS)
def test_no_answer_repeats_the_host_header(client, site, host):
    for address in ADDRESSES:
        for is_secure in (False, True):
            answer = client.get(address, headers={"host": host, "x-forwarded-host": host}, secure=is_secure)
            assert answer.status_code == (404 if "no-such" in address else 200), address
            assert host.lower() not in answer.content.decode().lower(), address
            assert host.lower() not in str(answer.headers).lower(), address


@pytest.mark.parametrize("host", HOSTS[:3])
def test_addresses_for_others_are_the_configured_one(client, site, host):
    def get(address):
        return client.get(address, headers={"host": host}).content.decode()

    assert f"Sitemap: {ROOT}/sitemap.xml" in get("/robots.txt")
    places = re.findall("<loc>(.*?)</loc>", get("/sitemap.xml"))
    assert {f"{ROOT}/", f"{ROOT}/treatments/peel/", f"{ROOT}/consultation/"} <= set(places)
    assert all(place.startswith(f"{ROOT}/") for place in places)
    for address in ("/", "/treatments/peel/", "/blog/one/", "/consultation/"):
        canonical = BeautifulSoup(get(address), "lxml").find("link", rel="canonical")
        assert canonical["href"] == ROOT + address
    assert f'"url": "{ROOT}/"' in get("/").replace('":"', '": "')
    assert f"{ROOT}/blog/one/" in get("/blog/feed/")
    assert f"{ROOT}/blog/feed/atom/" in get("/blog/feed/atom/")


def test_calendar_names_the_host_without_a_port(client, site):
    prepare.set_site_address(f"{ROOT.replace('https', 'http')}:8001")
    text = client.get("/hours.ics", headers={"host": "evil.test:8443"}).content.decode()
    assert "PRODID:-//www.clinic.example//Opening hours//EN" in text


def test_site_without_a_default_site_still_has_robots(client, site, settings):
    settings.WAGTAILADMIN_BASE_URL = f"{ROOT}/"
    Site.objects.all().delete()
    Site.clear_site_root_paths_cache()
    assert f"Sitemap: {ROOT}/sitemap.xml" in client.get("/robots.txt").content.decode()
