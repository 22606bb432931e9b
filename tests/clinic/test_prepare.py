import fcntl

import pytest
from django.db import connection
from wagtail.models import Site

from clinic.management.commands import prepare
from clinic.models import StandardPage


@pytest.mark.parametrize(
    ("address", "hostname", "port"),
    [
        ("https://www.example.com", "www.example.com", 443),
        ("http://www.example.com", "www.example.com", 80),
        ("http://127.0.0.1:8001", "127.0.0.1", 8001),
    ],
)
def test_default_site_gets_the_address(home, address, hostname, port):
    prepare.set_site_address(address)
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port) == (hostname, port)
    assert site.root_url == address


def test_applied_migrations_are_not_run_again(db):
    assert not prepare.is_migration_pending()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="locks in the database")
def test_two_starts_on_one_machine_migrate_in_turn(settings, tmp_path):
    settings.VAR_DIR = tmp_path

    def is_free() -> bool:
        with (tmp_path / "prepare.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with prepare.one_at_a_time():
        assert not is_free()
    assert is_free()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks a file")
def test_machines_that_start_together_migrate_in_turn(db):
    other = connection.copy()

    def is_free() -> bool:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [prepare.LOCK])
            return cursor.fetchone()[0]

    try:
        with prepare.one_at_a_time():
            assert not is_free()
        assert is_free()
    finally:
        other.close()


def test_sitemap_names_the_form_and_the_pages(client, home):
    home.add_child(instance=StandardPage(title="About us"))
    sitemap = client.get("/sitemap.xml").content.decode()
    assert "/consultation/</loc>" in sitemap
    assert "/about-us/</loc>" in sitemap
