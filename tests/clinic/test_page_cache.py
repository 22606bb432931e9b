"""Test that whole pages are kept for everybody, and never longer than they are true."""

import gzip
import io
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import brotli
import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection
from django.test import RequestFactory, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from wagtail.documents.models import Document
from wagtail.models import PageViewRestriction, Site

from clinic.caching import pages, reads, version, warming
from clinic.media.away import StorageAwayError
from clinic.models import Announcement, ClinicImage, ClinicProfile, ClinicRendition, StandardPage
from tests import factories
from tests.proxy import ACCEPTED

pytestmark = pytest.mark.django_db
NOW = "2026-06-01T17:00:00Z"
HOST = "localhost"


class Server:
    """Answer as gunicorn does, through the WSGI application. ``rendered`` are the addresses that Django was asked."""

    def __init__(self):
        self.rendered: list[str] = []
        self.handler = WSGIHandler()
        self.application = pages.PageCache(self.ask_django)

    def ask_django(self, environ, start_response):
        self.rendered.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}".removesuffix("?"))
        return self.handler(environ, start_response)

    def ask(self, path: str, method: str = "GET", **headers: str):
        """Return status, headers and body."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = RequestFactory().generic(method, path, headers={"host": HOST, **names})
        told = []
        answer = self.application(request.environ, lambda status, found: told.extend([int(status[:3]), dict(found)]))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return (*told, body)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    cache.clear()
    monkeypatch.setattr(pages, "_recent", {})
    monkeypatch.setattr(version, "_built", {})
    monkeypatch.setattr(reads, "_counted", reads.Counter())
    monkeypatch.setattr(reads, "_written", {"at": 0.0})
    monkeypatch.setattr(warming, "_warmed", [""])
    # The transaction of the test is on this connection.
    monkeypatch.setattr(pages, "close_old_connections", lambda: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def server(home, profile, blog_index):
    home.add_child(instance=StandardPage(title="About", slug="about", introduction="Who we are."))
    factories.opening_hours()
    factories.consultation_settings()
    return Server()


def test_second_visitor_gets_the_kept_page(server):
    first = server.ask("/about/")
    with CaptureQueriesContext(connection) as queries:
        second = server.ask("/about/")
    assert server.rendered == ["/about/"]
    assert [query["sql"] for query in queries] == ["SELECT token FROM clinic_contentversion"]
    assert (first[0], first[2]) == (second[0], second[2])
    assert b"Who we are." in second[2]
    assert first[1].keys() | {"Age"} == second[1].keys()
    for name in first[1].keys() - {pages.ACCEL}:
        assert first[1][name] == second[1][name], name


def test_kept_page_has_the_headers_of_a_rendered_one(server):
    _status, headers, _body = server.ask("/about/")
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"):
        assert headers[name]
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Cache-Control"] == pages.CACHE_CONTROL
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("accepted", [one for all_of_one in ACCEPTED.values() for one in all_of_one])
@pytest.mark.parametrize("path", ["/about/", "/consultation/"])
def test_page_is_sent_as_the_browser_reads_it(server, path, accepted):
    plain = server.ask(path)[2]
    for _rendered_then_kept in range(2):
        _status, headers, body = server.ask(path, Accept_Encoding=accepted)
        encoding = headers.get("Content-Encoding")
        if path == "/about/" or encoding == "br":  # The proxy makes gzip of what is not kept.
            assert encoding == next(name for name, all_of_one in ACCEPTED.items() if accepted in all_of_one)
        assert int(headers["Content-Length"]) == len(body)
        assert encoding is None or len(body) < len(plain) / 2
        body = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](body)
        assert "Accept-Encoding" in headers["Vary"]
        assert body.startswith(b"<!DOCTYPE html>")
        assert path == "/consultation/" or body == plain


@pytest.mark.parametrize("path", ["/hours.json", "/robots.txt", "/about/"])
def test_what_is_kept_is_compressed_for_its_first_reader_too(server, path):
    first, second = (server.ask(path, Accept_Encoding="br") for _time in range(2))
    assert first[1]["Content-Encoding"] == second[1]["Content-Encoding"] == "br"
    assert first[2] == second[2]
    assert len(server.rendered) == 1


def test_large_page_takes_no_longer_to_compress_than_it_should(monkeypatch):
    qualities = []
    monkeypatch.setattr(pages.brotli, "compress", lambda body, quality: qualities.append(quality) or b"")
    pages.compress(b"a" * (pages.LARGE - 1))
    pages.compress(b"a" * pages.LARGE)
    assert qualities == [pages.QUALITY, pages.FAST_QUALITY]


def test_head_has_no_body(server):
    length = server.ask("/about/")[1]["Content-Length"]
    status, headers, body = server.ask("/about/", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, length, b"")
    assert len(server.rendered) == 1


@pytest.mark.parametrize("where", ["process", "cache"])
def test_another_process_has_the_page(server, where):
    server.ask("/about/")
    if where == "cache":
        pages._recent.clear()
    else:
        cache.clear()
    server.ask("/about/")
    assert len(server.rendered) == 1


def test_new_version_is_a_new_page(server):
    tag = server.ask("/about/")[1]["ETag"]
    StandardPage.objects.update(introduction="Who we are now.")
    assert server.ask("/about/", If_None_Match=tag)[0] == 304
    version.renew()
    status, headers, body = server.ask("/about/", If_None_Match=tag)
    assert status == 200
    assert headers["ETag"] != tag
    assert b"Who we are now." in body


def test_visitor_who_has_the_page_is_answered_from_the_version(server):
    tag = server.ask("/about/")[1]["ETag"]
    cache.clear()
    pages._recent.clear()
    for given in (tag, f'"other", {tag}', f'{tag}, W/"x"', tag.removeprefix("W/")):
        with CaptureQueriesContext(connection) as queries:
            status, headers, body = server.ask("/about/", If_None_Match=given)
        assert (status, body, len(queries)) == (304, b"", 1)
        assert headers["ETag"] == tag
    assert len(server.rendered) == 1


@pytest.mark.parametrize("given", ['W/"abc-6b0d7614"', '"', "*", "W/", '"' * 5000, "é", "-ffffffff", "\x7f"])
def test_tag_of_nobody_is_no_answer(server, given):
    assert server.ask("/about/", If_None_Match=given)[0] == 200


def test_tag_of_another_page_is_no_answer(server):
    tag = server.ask("/about/")[1]["ETag"]
    assert server.ask("/", If_None_Match=tag)[0] == 200


def test_page_ends_when_an_announcement_begins_or_ends(server, time_machine):
    time_machine.move_to(NOW, tick=False)
    start = timezone.now() + timedelta(minutes=10)
    Announcement.objects.create(text="Closed for the storm", starts_at=start, ends_at=start + timedelta(minutes=5))
    version.renew()
    tag = server.ask("/about/")[1]["ETag"]
    time_machine.shift(timedelta(minutes=9))
    assert server.ask("/about/", If_None_Match=tag)[0] == 304
    time_machine.shift(timedelta(minutes=2))
    status, headers, _body = server.ask("/about/", If_None_Match=tag)
    assert status == 200
    time_machine.shift(timedelta(minutes=5))
    assert server.ask("/about/", If_None_Match=headers["ETag"])[0] == 200
    assert len(server.rendered) == 3


def test_page_ends_after_an_hour(server, time_machine):
    time_machine.move_to(NOW, tick=False)
    tag = server.ask("/about/")[1]["ETag"]
    time_machine.shift(timedelta(minutes=59))
    assert server.ask("/about/")[1]["Age"] == "3540"
    time_machine.shift(timedelta(minutes=2))
    assert server.ask("/about/", If_None_Match=tag)[0] == 200
    assert len(server.rendered) == 2


def test_hours_for_programs_are_kept_for_a_minute(server, time_machine):
    time_machine.move_to(NOW, tick=False)
    assert "max-age=60" in server.ask("/hours.json")[1]["Cache-Control"]
    time_machine.shift(timedelta(seconds=59))
    server.ask("/hours.json")
    assert len(server.rendered) == 1
    time_machine.shift(timedelta(seconds=2))
    server.ask("/hours.json")
    assert len(server.rendered) == 2


KEPT = ["/", "/about/", "/blog/", "/blog/?page=1", "/blog/feed/", "/robots.txt", "/site.webmanifest"]
KEPT += ["/sitemap.xml", "/sitemap-pages.xml", "/hours.json", "/hours.ics"]


@pytest.mark.parametrize("path", KEPT)
def test_what_everybody_gets_is_kept(server, path):
    for _time in range(2):
        assert server.ask(path)[1][pages.ACCEL].startswith("@")
    assert len(server.rendered) == 1


NEVER_KEPT = [
    "/consultation/",
    "/consultation/?treatment=peel",
    "/search/?q=peel",
    "/admin/",
    "/account/login/",
    "/about/?q=1",
    "/about/?page=1&page=2",
    "/about/?page=-1",
    "/about/?page=99999",
    "/about/?" + "a" * 3000,
    "/about/?%00",
    "/about/?page=1%0d%0aX: y",
    "/documents/1/a.pdf",
]


@pytest.mark.parametrize("path", NEVER_KEPT)
def test_what_differs_is_never_kept(server, path):
    for _time in range(2):
        assert server.ask(path)[1][pages.ACCEL] == "0"
    assert len(server.rendered) == 2
    assert not pages._recent


@pytest.mark.parametrize("path", ["/nothing-here/", "/about", "/blog/%3Fpage=1"])
def test_answer_without_a_page_is_never_kept_here_but_may_replace_one_in_the_proxy(server, path):
    for _time in range(2):
        status, headers, _body = server.ask(path)
        assert status in (301, 404)
        assert headers[pages.ACCEL].startswith("@") is ("%" not in path)
    assert not pages._recent
    assert server.ask(path, Cookie="csrftoken=abc")[1][pages.ACCEL] == "0"
    assert server.ask(path, Cookie="sessionid=abc")[1][pages.ACCEL] == "0"


@pytest.mark.parametrize(
    "cookie",
    ["sessionid=abc", "a=b; sessionid=abc", "a=b;sessionid=", "messages=x"]
    # Django takes these for spaces before the name.
    + [f"{space}sessionid=abc".encode().decode("latin-1") for space in "\u00a0\u3000\u2003\u2028\u0085"],
)
def test_who_signed_in_gets_pages_of_their_own(server, cookie):
    server.ask("/about/")
    _status, headers, _body = server.ask("/about/", Cookie=cookie)
    assert headers[pages.ACCEL] == "0"
    assert "ETag" not in headers
    assert len(server.rendered) == 2


@pytest.mark.parametrize("cookie", ["csrftoken=abc", "consultation_request=x", "mysessionid=1", "theme=sessionid"])
def test_other_cookies_change_nothing(server, cookie):
    server.ask("/about/")
    server.ask("/about/", Cookie=cookie)
    assert len(server.rendered) == 1


@pytest.mark.parametrize(
    "query", ["utm_source=mail&utm_medium=x", "gclid=abc", "fbclid=1&page=1", "utm_campaign", "page=1&msclkid=%00"]
)
def test_what_advertisements_add_finds_the_page_and_is_not_kept(server, query):
    path = "/blog/?page=1" if "page" in query else "/blog/"
    server.ask(f"/blog/?{query}")
    assert not pages._recent
    server.ask(path)
    _status, headers, _body = server.ask(f"/blog/?{query}")
    assert len(server.rendered) == 2
    assert len(pages._recent) == 1
    assert headers[pages.ACCEL] == "0"  # a proxy would keep one for each visitor


def test_only_the_address_of_the_site_is_kept(server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for host in ("localhost:8000", "other.example.com", "LOCALHOST", "localhost:80", "sub.localhost"):
        assert server.ask("/about/", host=host)[1][pages.ACCEL] == "0", host
    assert not pages._recent
    assert server.ask("/about/", X_Forwarded_Proto="gopher")[1][pages.ACCEL] == "0"


def test_unknown_host_is_refused_as_ever(server, settings):
    settings.ALLOWED_HOSTS = [HOST]
    server.ask("/about/")
    assert server.ask("/about/", host="evil.example.com")[0] == 400
    assert server.ask("/about/", host="loc\talhost")[0] == 400


def test_private_page_is_never_kept(server):
    page = StandardPage.objects.get(slug="about")
    server.ask("/about/")
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="calm-sea")
    version.renew()
    for _time in range(2):
        _status, headers, body = server.ask("/about/")
        # The proxy keeps the question for the password, so that it cannot show the page while the site is away.
        assert next(iter(headers)) == pages.ACCEL
        assert headers[pages.ACCEL].startswith("@")
        assert "private" in headers["Cache-Control"]
        assert "Set-Cookie" not in headers
        assert b"csrfmiddlewaretoken" not in body
        assert b"Who we are." not in body
    assert not [kept for kept in pages._recent.values() if b"password" in gzip.decompress(kept.bodies["gzip"])]


def test_what_changes_while_a_page_is_rendered_is_not_kept_as_new(server, monkeypatch):
    """The page that was rendered meanwhile belongs to the old version."""
    handler, texts = server.handler, iter(["Who we are now."])

    def slow(environ, start_response):
        answer = handler(environ, start_response)
        if text := next(texts, ""):
            StandardPage.objects.update(introduction=text)
            version.renew()
        return answer

    server.handler = slow
    assert b"Who we are." in server.ask("/about/")[2]
    assert b"Who we are now." in server.ask("/about/")[2]


def test_page_is_rendered_when_the_cache_is_away(server, monkeypatch):
    monkeypatch.setattr(pages, "cache", SimpleNamespace(get=lambda key: None, set=lambda *args: None))
    server.ask("/about/")
    pages._recent.clear()
    assert server.ask("/about/")[0] == 200


def test_outage_is_told_after_one_question(server, monkeypatch):
    server.ask("/about/")
    asked = []

    def away():
        asked.append(1)
        raise OperationalError("away")

    monkeypatch.setattr(version, "content_version", away)
    status, headers, _body = server.ask("/about/")
    assert (status, len(asked)) == (503, 1)
    assert headers[pages.ACCEL] == "0"
    assert headers["Content-Security-Policy"]


def test_fault_in_the_cache_is_logged_and_the_page_rendered(server, monkeypatch, caplog):
    monkeypatch.setattr(pages, "find", lambda environ: 1 / 0)
    assert server.ask("/about/")[0] == 200
    assert "without its kept pages" in caplog.text


def test_page_without_its_pictures_is_not_kept(server):
    handler = server.handler

    def away(environ, start_response):
        StorageAwayError("away")
        return handler(environ, start_response)

    server.handler = away
    assert server.ask("/about/")[1][pages.ACCEL].startswith("@")  # it was away before the page was rendered
    version.renew()
    server.handler = handler
    with mock.patch("clinic.seo.sharing.find_drawn", side_effect=lambda *args: str(StorageAwayError("away"))):
        assert server.ask("/about/")[1][pages.ACCEL] == "0"
    assert server.ask("/about/")[1][pages.ACCEL].startswith("@")


def test_process_remembers_a_limited_number(server, monkeypatch):
    monkeypatch.setattr(pages, "RECENT", 2)
    for path in ("/", "/about/", "/blog/"):
        server.ask(path)
    assert len(pages._recent) == 2
    server.ask("/")
    assert len(server.rendered) == 3


# What is read most


def test_pages_that_are_read_most_are_rendered_after_a_change(server, monkeypatch):
    monkeypatch.setattr(reads, "EACH_SECONDS", 0)
    for path, times in (("/about/", 3), ("/", 2), ("/blog/", 4)):
        for _time in range(times + 1):
            server.ask(path)
    assert [url.removeprefix("http://localhost") for url in reads.get_most_read()] == ["/blog/", "/about/", "/"]
    assert warming.warm_pages(server.application) is False
    server.rendered.clear()
    version.renew()
    assert warming.warm_pages(server.application) is False
    assert server.rendered == ["/blog/", "/about/", "/"]
    assert warming.warm_pages(server.application) is False
    assert len(server.rendered) == 3
    server.ask("/about/")
    assert len(server.rendered) == 3


def test_change_while_pages_are_rendered_begins_anew(server, monkeypatch):
    monkeypatch.setattr(warming, "get_most_read", lambda: ["http://localhost/", "http://localhost/about/"])
    render = server.handler

    def change(environ, start_response):
        answer = render(environ, start_response)
        if len(server.rendered) == 1:
            version.renew()
        return answer

    server.handler = change
    assert warming.warm_pages(server.application) is True
    assert warming.warm_pages(server.application) is False
    assert server.rendered == ["/", "/", "/about/"]


def test_reads_of_the_worker_do_not_count(server):
    server.ask("/")
    server.ask("/")
    before = dict(reads._counted) or cache.get(reads.KEY)
    warming.request_page(server.application, "http://localhost/")
    assert (dict(reads._counted) or cache.get(reads.KEY)) == before


def test_page_that_fails_does_not_stop_the_others(server, monkeypatch, caplog):
    monkeypatch.setattr(warming, "get_most_read", lambda: ["http://localhost/blog/", "http://localhost/"])
    handler = server.handler
    server.handler = lambda environ, start: 1 / 0 if environ["PATH_INFO"] == "/blog/" else handler(environ, start)
    assert warming.warm_pages(server.application) is False
    assert server.rendered == ["/blog/", "/"]
    assert "ahead of its visitors" in caplog.text


def test_counts_stay_few_and_recent(monkeypatch):
    monkeypatch.setattr(reads, "MOST", 5)
    reads.write(reads.Counter({f"/{number}/": 100 + number for number in range(10)}))
    reads.write(reads.Counter({"/new/": 60}))
    kept = cache.get(reads.KEY)
    assert kept == {"/9/": 54, "/8/": 54, "/7/": 53, "/6/": 53, "/5/": 52, "/new/": 60}


# What else a page shows


def changes_version(change) -> bool:
    before = version.content_version()
    with TestCase.captureOnCommitCallbacks(execute=True):
        change()
    return version.content_version() != before


def test_document_that_changes_or_goes_changes_the_pages_that_link_it(home):
    document = Document.objects.create(title="Aftercare", file=ContentFile(b"one", name="one.pdf"))
    document.file = ContentFile(b"two", name="two.pdf")
    assert changes_version(document.save)
    assert changes_version(Document.objects.all().delete)


def test_size_of_a_picture_that_is_deleted_changes_the_pages_that_show_it(home):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    picture = ClinicImage.objects.create(title="Sea", file=ContentFile(file.getvalue(), name="sea.jpg"))
    assert not changes_version(lambda: picture.get_rendition("fill-40x40"))
    assert changes_version(ClinicRendition.objects.all().delete)


@pytest.mark.parametrize("name", version.SHOWN_SETTINGS)
def test_pages_made_with_other_settings_are_not_found(settings, name):
    before = version.release.__wrapped__()
    assert before == version.release.__wrapped__()
    setattr(settings, name, "other")
    assert version.release.__wrapped__() != before


def test_sites_that_share_pages_show_their_own_clinic(client, home, settings):
    settings.ALLOWED_HOSTS = ["*"]
    first = Site.objects.get(is_default_site=True)
    second = Site.objects.create(hostname="second.example.com", port=80, root_page=first.root_page)
    for site, name in ((first, "First Clinic"), (second, "Second Clinic")):
        ClinicProfile.objects.update_or_create(site=site, defaults={"name": name})
    version.renew()
    names = {"First Clinic", "Second Clinic"}
    for path in ("/", "/about/", "/nothing-here/", "/consultation/", "/search/", "/blog/feed/"):
        for host, own in ((second.hostname, "Second Clinic"), (first.hostname, "First Clinic")):
            shown = {name for name in names if name in client.get(path, headers={"host": host}).content.decode()}
            assert shown == {own}, (path, host)
