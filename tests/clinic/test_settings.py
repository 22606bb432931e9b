import runpy
import sys
import traceback
from ipaddress import ip_network

import pytest
import wagtail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

from clinic.settings.environment import URLS

REQUIRED = {
    "SECRET_KEY": "only-for-tests",
    "ALLOWED_HOSTS": "www.example.com",
    "SITE_URL": "https://www.example.com",
    "EMAIL_URL": "smtp://localhost",
    "DEFAULT_FROM_EMAIL": "clinic@example.com",
}


@pytest.fixture
def production(monkeypatch):
    """Return a function that runs the production settings with some variables."""

    def run(**variables):
        for name in URLS:
            monkeypatch.delenv(name, raising=False)
        for name, value in {**REQUIRED, **variables}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, "clinic.settings.base", raising=False)
        return runpy.run_module("clinic.settings.production")

    return run


def test_no_package_pulls_wagtail_back():
    assert wagtail.VERSION >= (8,)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "junk"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite://var/db.sqlite3"),  # the folder would be taken for a host
        ("DATABASE_URL", "postgres://clinic:secret@host"),
        ("DATABASE_URL", "postgres://clinic:secret@host:port/name"),
        ("DATABASE_URL", "postgres://clinic:12#secret@host/name"),
        ("DATABASE_URL", "postgres://clinic:12/secret@host/name"),
        ("DATABASE_URL", "mysql://clinic:secret@host/name"),
        ("CACHE_URL", "junk"),
        ("CACHE_URL", "host:6379"),
        ("CACHE_URL", "http://:secret@host"),
        ("CACHE_URL", "redis://:secret@host:port/0"),
        ("CACHE_URL", "redis://:a,secret@host/0"),
        ("CACHE_URL", "redis://:secret@host/cache"),
        ("S3_URL", "junk"),
        ("S3_URL", "s3://key:secret@host/one/two"),
        ("S3_URL", "https://key:secret@host"),
        ("S3_URL", "https://key:secret@host/one"),
        ("S3_URL", "https://key:secret@host/one/one"),
        ("S3_URL", "https://key:secret@host/one/two/three"),
        ("S3_URL", "https://key:12/secret@host/one/two"),
        ("S3_URL", "https://secret@host/one/two"),
        ("S3_URL", "https://key:secret@host/one/two?acl=public-read"),
        ("S3_URL", "https://key:secret@host/one/two?public=media.example.com"),
        ("SITE_URL", "junk"),
        ("SITE_URL", "www.example.com"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "https://www.example.com/clinic"),
        ("SITE_URL", "https://clinic:secret@www.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "www.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "https://www.example.com,junk"),
        ("EMAIL_URL", "junk"),
        ("EMAIL_URL", "mail.example.com:587"),
        ("EMAIL_URL", "pop://clinic:secret@host"),
        ("EMAIL_URL", "sendmail://clinic:secret@host"),
        ("EMAIL_URL", "SMTP//clinic:secret@host"),
        ("EMAIL_URL", "https://clinic:secret@host"),
        ("EMAIL_URL", "submission://"),
        ("EMAIL_URL", "smtp://clinic:secret@host:port"),
        ("EMAIL_URL", "smtp://clinic:secret@host:99999"),
        ("EMAIL_URL", "smtp://clinic:se#cret@host"),
        ("EMAIL_URL", "smtp://clinic:12/secret@host"),
        ("EMAIL_URL", "smtp://clinic:[secret@host"),
        ("EMAIL_URL", "smtp://clinic:secret@host/?timeout=soon"),
        ("EMAIL_URL", "file://"),
    ],
)
def test_unusable_url_is_named_without_its_password(production, name, url):
    with pytest.raises(ImproperlyConfigured, match=f"^{name} cannot be used. It should look like [a-z]+://") as refusal:
        production(**{name: url})
    shown = "".join(traceback.format_exception(refusal.value))
    assert "secret" not in shown
    assert "'se" not in shown  # what stands before a mark is taken for a port and would be quoted


@pytest.mark.parametrize(
    "address",
    [
        "OC Beauty, Inc. <hello@example.com>",
        "hello",
        "@",
        "a@example.com, b@example.com",
        "A <a@example.com>, B <b@example.com>",
        "Clinic: a@example.com;",
        "Clinic <hello@example.com>\nBcc: all@example.com",
        "Clinic <hello@example.com>\x0b",
        "Clinic <hello@exämple.com>",
        "héllo@example.com",
        "Clinic <hello@example.com",
        '"Clinic <hello@example.com>',
        "Clinic hello@example.com",
        "Clinic <>",
        "Clinic <@example.com>",
        "Clinic <hello@>",
        "[Clinic] <hello@example.com>",
    ],
)
def test_address_that_cannot_send_is_refused_at_start(production, address):
    with pytest.raises(ImproperlyConfigured, match=r"^DEFAULT_FROM_EMAIL cannot be used\. Write one address"):
        production(DEFAULT_FROM_EMAIL=address)


@pytest.mark.parametrize(
    "address",
    [
        "hello@example.com",
        "<hello@example.com>",
        "OC Beauty Inc. <hello@example.com>",
        '"OC Beauty, Inc." <hello@example.com>',
        "Ö Beauty <hello@example.com>",
        "Clinic's <hello@localhost>",
        "Clinic <hello@xn--exmple-cua.com>",
    ],
)
def test_accepted_address_can_send(production, address):
    settings = production(DEFAULT_FROM_EMAIL=address)
    assert settings["SERVER_EMAIL"] == settings["DEFAULT_FROM_EMAIL"] == address
    assert EmailMessage("Hello", "Text", address, ["ana@patient.example.com"]).message().as_bytes()


def test_only_the_profile_sets_a_time_zone(production, monkeypatch):
    monkeypatch.setenv("TIME_ZONE", "Asia/Tokyo")
    assert production()["TIME_ZONE"] == "UTC"


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_variable_is_named(production, name):
    with pytest.raises(ImproperlyConfigured, match=rf"^Set these in the environment or in \.env: {name}\.$"):
        production(**{name: ""})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://clinic:p%40ss@host:5432/name", ("clinic", "p@ss", "host", 5432, "name")),
        ("postgresql://clinic:p@ss@[::1]/name?sslmode=require", ("clinic", "p@ss", "::1", "", "name")),
        ("postgres://%2Frun%2Fpostgresql/name", ("", "", "/run/postgresql", "", "name")),
        ("postgres:///name", ("", "", "", "", "name")),
        ("sqlite:////srv/clinic/db.sqlite3", ("", "", "", "", "/srv/clinic/db.sqlite3")),
        ("sqlite:///var/db.sqlite3", ("", "", "", "", "var/db.sqlite3")),
    ],
)
def test_database_url_is_read(production, url, expected):
    database = production(DATABASE_URL=url)["DATABASES"]["default"]
    assert tuple(database[part] for part in ("USER", "PASSWORD", "HOST", "PORT", "NAME")) == expected


def test_options_in_the_database_url_win(production):
    url = "postgres://clinic@host/name?connect_timeout=7&sslmode=require"
    options = production(DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]
    assert (options["connect_timeout"], options["sslmode"]) == (7, "require")
    assert options["tcp_user_timeout"] == 1000


@pytest.mark.parametrize("url", ["postgres://clinic@host/name", "sqlite:////srv/clinic/db.sqlite3"])
def test_production_tries_a_kept_connection_first(production, url):
    database = production(DATABASE_URL=url)["DATABASES"]["default"]
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (600, True)


def test_pool_keeps_no_connection_for_a_thread(production):
    database = production(DATABASE_URL="postgres://clinic@host/name?pool=True")["DATABASES"]["default"]
    assert (database["OPTIONS"]["pool"], database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (True, 0, False)


@pytest.mark.parametrize(
    "url",
    [
        "redis://host",
        "redis://:password@host:6379/0",
        "rediss://user:password@host/1?ssl_cert_reqs=none",
        "unix:///run/redis.sock?db=0",
        "redis://first:6379,redis://second:6379",
    ],
)
def test_cache_url_is_the_address_of_redis(production, url):
    cache = production(CACHE_URL=url)["CACHES"]["default"]
    assert (cache["BACKEND"], cache["LOCATION"]) == ("clinic.caching.backends.ShortRedisCache", url)


def test_s3_url_names_endpoint_keys_and_buckets(production):
    settings = production(S3_URL="https://AKIA:a%2Fb+c@s3.example.com/private-1/public-1?region=eu-central-1")
    assert settings["S3"] == {
        "endpoint_url": "https://s3.example.com",
        "region_name": "eu-central-1",
        "access_key": "AKIA",
        "secret_key": "a/b+c",
        "private_bucket": "private-1",
        "public_bucket": "public-1",
        "public_url": "https://s3.example.com/public-1",
        "public_origin": "https://s3.example.com",
        "location": "",
    }
    assert settings["STORAGES"]["default"] == {"BACKEND": "clinic.media.s3.PrivateStorage"}


def test_public_bucket_may_have_a_host_of_its_own(production):
    s3 = production(S3_URL="https://s3.example.com/private/public?region=auto&public=https://cdn.example.com/a/")["S3"]
    assert (s3["public_url"], s3["public_origin"]) == ("https://cdn.example.com/a", "https://cdn.example.com")
    assert (s3["access_key"], s3["secret_key"]) == ("", ""), "the machine has a role"


def test_media_is_in_folders_without_s3_url(production):
    assert production()["S3"] == {}
    assert production()["STORAGES"]["default"]["BACKEND"].endswith("FileSystemStorage")


@pytest.mark.parametrize("url", ["https://www.example.com", "https://www.example.com/", "http://127.0.0.1:8000"])
def test_site_may_post_to_itself(production, url):
    settings = production(SITE_URL=url)
    assert settings["WAGTAILADMIN_BASE_URL"] == url
    assert settings["CSRF_TRUSTED_ORIGINS"] == [url.rstrip("/")]


def test_further_origins_may_post(production):
    origins = ["https://www.example.com", "https://*.example.org:8443"]
    assert production(CSRF_TRUSTED_ORIGINS=",".join(origins))["CSRF_TRUSTED_ORIGINS"] == origins


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("smtp://clinic:p%40ss@mail.example.com:587/?tls=True", "smtp"),
        ("submission://clinic:p@ss@mail.example.com", "smtp"),
        ("smtp://", "smtp"),
        ("console://", "console"),
        ("file:///mails", "filebased"),
    ],
)
def test_email_url_chooses_the_backend(production, url, backend):
    settings = production(EMAIL_URL=url)
    chosen = settings.get("EMAIL_BACKEND") or settings["MAILERS"]["default"]["BACKEND"]
    assert chosen == f"django.core.mail.backends.{backend}.EmailBackend"


@pytest.mark.parametrize(
    ("text", "proxies"),
    [
        ("", 0),
        ("0", 0),
        ("1", 1),
        (" 2 ", 2),
        ("127.0.0.1", (ip_network("127.0.0.1/32"),)),
        ("203.0.113.0/24, 2001:db8::/32", (ip_network("203.0.113.0/24"), ip_network("2001:db8::/32"))),
    ],
)
def test_proxies_are_a_number_or_networks(production, text, proxies):
    settings = production(TRUSTED_PROXIES=text)
    assert settings["TRUSTED_PROXIES"] == proxies
    assert ("SECURE_PROXY_SSL_HEADER" in settings) == bool(proxies)


@pytest.mark.parametrize("text", ["True", "-1", "10", "nginx", "203.0.113.9/24", "1,", "203.0.113.0/24 10.0.0.0/8"])
def test_unusable_proxies_stop_the_start(production, text):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES cannot be used"):
        production(TRUSTED_PROXIES=text)


def test_hsts_covers_this_host_alone_by_default(production):
    settings = production()
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert not settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert not settings["SECURE_HSTS_PRELOAD"]


@pytest.mark.parametrize("variable", ["HSTS_INCLUDE_SUBDOMAINS", "HSTS_PRELOAD"])
def test_hsts_goes_further_when_asked(production, variable):
    assert production(**{variable: "True"})[f"SECURE_{variable}"] is True


def test_site_without_https_sends_no_hsts(production):
    assert production(HTTPS="False")["SECURE_HSTS_SECONDS"] == 0


def test_negative_idle_time_stops_the_start(production):
    with pytest.raises(ImproperlyConfigured, match="IDLE_MINUTES cannot be used"):
        production(IDLE_MINUTES="-5")
