from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError
from wagtail.models import Site

from clinic.management.commands import run_site
from clinic.models import StandardPage


def test_planned_page_is_published_when_its_time_has_come(client, home):
    page = home.add_child(instance=StandardPage(title="Summer hours", live=False))
    page.go_live_at = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    with time_machine.travel(page.go_live_at - timedelta(minutes=1), tick=False):
        page.save_revision().publish()
        run_site.publish_planned()
        assert client.get("/summer-hours/").status_code == 404
    with time_machine.travel(page.go_live_at + timedelta(minutes=1), tick=False):
        run_site.publish_planned()
        assert client.get("/summer-hours/").status_code == 200


def test_database_that_is_gone_stops_no_site(db, monkeypatch, caplog):
    def fail(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(run_site, "call_command", fail)
    run_site.publish_planned()
    assert "could not be published" in caplog.text


@pytest.mark.parametrize(
    ("address", "hostname", "port"),
    [
        ("https://www.example.com", "www.example.com", 443),
        ("http://www.example.com", "www.example.com", 80),
        ("http://127.0.0.1:8001", "127.0.0.1", 8001),
    ],
)
def test_wagtail_is_told_the_sites_address(home, address, hostname, port):
    run_site.tell_wagtail_its_address(address)
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port) == (hostname, port)
    assert site.root_url == address


def test_sitemap_names_the_form_and_the_pages(client, home):
    home.add_child(instance=StandardPage(title="About us"))
    sitemap = client.get("/sitemap.xml").content.decode()
    assert "/consultation/</loc>" in sitemap
    assert "/about-us/</loc>" in sitemap
