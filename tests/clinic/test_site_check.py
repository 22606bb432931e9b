"""Check that the check of the site finds each kind of fault, and nothing on a page without faults."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.models import Page

from clinic.models import ClinicImage, GoneAddress, Navigation, SiteCheck, SiteFinding
from clinic.sitecheck import checking, running
from clinic.sitecheck.checking import check_site
from clinic.sitecheck.reading import read_page
from clinic.sitecheck.structured_data import find_faults
from tests import factories
from tests.clinic.test_redirects import make_page, unpublish


def find() -> set[tuple[str, str]]:
    """Return the kind and the details of all that a check finds."""
    run = SiteCheck.objects.create()
    for _step in check_site(run):
        pass
    return set(run.findings.values_list("kind", "detail"))


def of_kind(*kinds) -> set[str]:
    return {detail for kind, detail in find() if kind in kinds}


def make_linked(title, text="<p>Some words.</p>", **fields):
    """Make a page that the menu shows."""
    fields.setdefault("search_description", f"About {title}")
    return make_page(title, show_in_menus=True, body=[("text", text)], **fields)


def make_lonely(title="Alone", **fields):
    """Make a page that nothing links to. The footer shows those right below the home page."""
    return make_page(title, make_linked("Above"), search_description=f"About {title}", **fields)


def make_image(title="Dunes", description="Soft dunes") -> ClinicImage:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    return ClinicImage.objects.create(
        title=title, description=description, file=ContentFile(file.getvalue(), name=f"{title}.jpg")
    )


@pytest.fixture
def site(profile, home):
    home.search_description = "The clinic"
    home.save()
    return home


def test_site_without_faults_has_no_findings(site, blog_index):
    document = Document.objects.create(title="List", file=ContentFile(b"a", name="list.txt"))
    factories.opening_hours()
    make_linked("One", "<h2>Prices</h2>", listing_image=make_image())
    links = [
        f'<a href="{link}">x</a>'
        for link in (
            "/one/", "/one", "/one/#top", "#", "#content", "/one/#content", "http://localhost/one/", "/search/?q=x",
            "/consultation/", "/blog/feed/", "https://elsewhere.example/nothing", "//elsewhere.example/",
            "mailto:a@b.example", "tel:+19495550100", "?page=x", "/hours.ics", "/static/clinic/css/base.css",
            f"/documents/{document.pk}/{document.filename}",
        )
    ]  # fmt: skip
    make_linked("Two", f"<p>{' '.join(links)}</p>")
    assert find() == set()


@pytest.mark.parametrize(
    ("link", "kind", "detail"),
    [
        ("/nothing/", "broken_link", "/nothing/"),
        ("http://localhost/nothing/?x=1#y", "broken_link", "http://localhost/nothing/?x=1#y"),
        ("/one/nothing/", "broken_link", "/one/nothing/"),
        ("HTTP://LOCALHOST/nothing/", "broken_link", "HTTP://LOCALHOST/nothing/"),
        ("http://localhost:80/nothing/", "broken_link", "http://localhost:80/nothing/"),
        ("//localhost./nothing/", "broken_link", "//localhost./nothing/"),
        ("http://localhost:8080/nothing/", None, None),
        ("http://localhost:x/nothing/", None, None),
        ("/blog/category/nothing/", "broken_link", "/blog/category/nothing/"),
        ("/blog/nothing/", "broken_link", "/blog/nothing/"),
        ("/draft/", "broken_link", "/draft/"),
        ("/gone/", "broken_link", "/gone/"),
        ("/old/", "redirected_link", "/old/ – leads to /one/"),
        ("/unpublished/", "redirected_link", "/unpublished/ – leads to /"),
        ("#nothing", "broken_anchor", "#nothing"),
        ("/two/#nothing", "broken_anchor", "/two/#nothing"),
        ("/one/#nothing", "broken_anchor", "/one/#nothing"),
        ("/documents/99/x.pdf", "broken_file", "/documents/99/x.pdf"),
        ("/media/images/nothing.jpg", "broken_file", "/media/images/nothing.jpg"),
        ("http://[x/", None, None),
        ("javascript:void(0)", None, None),
    ],
)
def test_links_that_lead_to_nothing_are_found(site, blog_index, link, kind, detail):
    one = make_linked("One")
    Redirect.add_redirect("/old", one)
    make_page("Draft", live=False)
    unpublish(make_page("Unpublished"))
    GoneAddress.objects.create(path="/gone")
    make_linked("Two", f'<p><a href="{link}">x</a></p>')
    assert find() == ({(kind, detail)} if kind else set())


def test_finding_leads_to_the_form_of_its_page(client, site):
    page = make_linked("<b>Two</b>", '<p><a href="/nothing/">x</a></p>')
    find()
    finding = SiteFinding.objects.get()
    assert (finding.page_id, finding.place) == (page.pk, "<b>Two</b>")
    client.force_login(factories.make_user("editor"))
    assert client.get(finding.fix_url).status_code == 200


def test_broken_link_of_the_menu_is_found_once(client, site):
    make_linked("One")
    menu = Navigation.for_site(site.get_site())
    menu.menu = [("link", {"address": "/nothing/", "label": "Nothing", "page": None, "children": []})]
    menu.save()
    found = find()
    assert ("broken_link", "/nothing/") in found
    assert SiteFinding.objects.filter(kind="broken_link").count() == 1
    client.force_login(factories.make_user("editor"))
    assert client.get(SiteFinding.objects.get(kind="broken_link").fix_url).status_code == 200


def test_pictures_without_alt_text_are_found(site):
    plain, described = make_image("Plain", description=""), make_image("Described")
    values = [
        {"image": plain.pk, "decorative": False, "alt_text": ""},
        {"image": plain.pk, "decorative": True, "alt_text": ""},
        {"image": described.pk, "decorative": False, "alt_text": "Soft dunes"},
    ]
    body = [{"type": "picture", "value": {"image": value, "caption": ""}} for value in values]
    make_page("One", show_in_menus=True, body=body, listing_image=plain, search_description="One")
    assert of_kind("no_alt") == {"Plain", "Plain (picture)"}


def test_page_that_nothing_links_to_is_found(site, blog_index):
    above = make_lonely().get_parent()
    own = '<p><a href="/above/self/">x</a></p>'
    make_page("Self", above, search_description="Self", body=[("text", own)])
    make_page("Linked", above, search_description="Linked")
    make_linked("Linking", '<p><a href="/above/linked/?x=1#content">x</a></p>')
    find()
    assert set(SiteFinding.objects.filter(kind="orphan").values_list("place", flat=True)) == {"Alone", "Self"}


def test_articles_on_further_pages_of_a_list_are_no_orphans(site, blog_index):
    blog_index.articles_per_page = 3
    blog_index.save()
    for number in range(10):
        factories.make_article(f"Article {number}", search_description=f"About {number}")
    assert of_kind("orphan") == set()


def test_chains_and_dead_ends_of_redirects_are_found(site):
    one = make_linked("One")
    Redirect.add_redirect("/a", one)
    for old, link in {"/b": "/a/", "/c": "/nothing/", "/d": "/d/", "/e": "/one/", "/f": "https://x.example/"}.items():
        Redirect.objects.create(old_path=old, redirect_link=link)
    assert find() == {
        ("redirect_chain", "/a/ leads on to /one/"),
        ("redirect_nowhere", "/nothing/"),
        ("redirect_nowhere", "/d/"),
    }
    finding = SiteFinding.objects.get(kind="redirect_chain")
    assert finding.place == "/b"
    assert finding.fix_url == f"/admin/redirects/{Redirect.objects.get(old_path='/b').pk}/"


def test_titles_and_descriptions_that_occur_twice_are_found(site):
    make_linked("One", seo_title="Same", search_description="Same words")
    make_linked("Two", seo_title="same", search_description="same words")
    make_linked("Hidden", seo_title="Same", search_description="Same words", noindex=True)
    found = find()
    assert {kind for kind, _detail in found} == {"same_title", "same_description"}
    assert "is also that of “One”" in next(iter(found))[1]


def test_page_that_fails_is_found_and_the_others_are_checked(site, monkeypatch):
    one = make_linked("One")
    make_linked("Two", '<p><a href="/nothing/">x</a></p>')
    real = checking.render

    def render(page, *args):
        if page.pk == one.pk:
            raise ValueError
        return real(page, *args)

    monkeypatch.setattr(checking, "render", render)
    assert find() == {("not_shown", "Showing it fails (ValueError)."), ("broken_link", "/nothing/")}


def test_private_pages_and_drafts_are_not_checked(site):
    link = '<p><a href="/nothing/">x</a></p>'
    make_linked("Private", link).view_restrictions.create(restriction_type="login")
    make_linked("Draft", link, live=False)
    assert find() == set()


# Structured data


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ('{"@context": "https://schema.org", "@type": "Thing", "name": "x"}', None),
        ('{"@context": "https://schema.org", "@graph": [{"@type": "A", "@id": "#a", "x": {"@id": "#b"}}, '
         '{"@type": "B", "@id": "#b", "y": 0, "z": false}]}', None),
        ("{", "It is not JSON."),
        ("[]", "It is no object."),
        ('{"@type": "Thing", "name": "x"}', "It has no @context of schema.org."),
        ('{"@context": "https://schema.org", "name": "x"}', "A node of the graph has no @type."),
        ('{"@context": "https://schema.org", "@graph": [3]}', "A node of the graph has no @type."),
        ('{"@context": "https://schema.org", "@type": "Thing", "name": ""}', "Thing.name is empty."),
        ('{"@context": "https://schema.org", "@type": "Thing", "name": " "}', "Thing.name is empty."),
        ('{"@context": "https://schema.org", "@type": "Thing", "image": []}', "Thing.image is empty."),
        ('{"@context": "https://schema.org", "@type": "Thing", "image": [null]}', "Thing.image is empty."),
        ('{"@context": "https://schema.org", "@type": "Thing", "a": {"@type": "B", "c": {}}}', "B.c is empty."),
        ('{"@context": "https://schema.org", "@graph": [{"@type": "A", "@id": "#a"}, {"@type": "B", "@id": "#a"}]}',
         "The @id #a is used for two things."),
        ("[" * 100_000, "It is not JSON."),
    ],
)  # fmt: skip
def test_faults_of_structured_data(data, fault):
    assert find_faults([data]) == ([fault] if fault else [])


def test_faulty_structured_data_of_a_page_is_found(site, monkeypatch):
    make_linked("One")
    real = checking.read_page

    def read(html):
        content = real(html)
        content.structured_data = ['{"@context": "https://schema.org", "@type": "Thing", "name": ""}']
        return content

    monkeypatch.setattr(checking, "read_page", read)
    assert of_kind("structured_data") == {"Thing.name is empty."}


def test_page_is_read_as_a_browser_does():
    page = read_page(
        """<title> A &amp; B </title><meta name=description content="x &quot;y&quot;"><body>
        <a href="/menu">m</a><svg><title>Icon</title></svg>
        <main><a href=/a>a<a name=old></a><img src=a.jpg srcset="b.jpg 1x, c.jpg 2x"><img src=d.jpg alt="">
        <a href='/menu'>m</a><h2 id=x>x</main>
        <script type="application/ld+json">{"a": "</b>"}</script>"""
    )
    assert (page.title, page.description) == ("A & B", 'x "y"')
    assert page.links == {"/menu": True, "/a": True}
    assert {"x", "old"} <= page.ids
    assert page.without_alt == ["a.jpg"]
    assert set(page.files) == {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}
    assert page.structured_data == ['{"a": "</b>"}']


def test_alias_shares_its_title_and_is_mended_in_its_source(site):
    source = make_linked("One", '<p><a href="/nothing/">x</a></p>')
    source.create_alias(parent=site, update_slug="again")
    assert find() == {("broken_link", "/nothing/")}
    urls = SiteFinding.objects.values_list("fix_url", flat=True)
    assert list(urls) == [f"/admin/pages/{source.pk}/edit/"] * 2


# The command, the worker and the report


def test_command_ends_with_1_when_something_is_found(site, capsys):
    call_command("check_site")
    assert "1 pages, 0 findings" in capsys.readouterr().out
    make_lonely()
    cache.clear()
    with pytest.raises(SystemExit) as ended:
        call_command("check_site", "--json")
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert found["pages"] == 3
    assert [(row["kind"], row["place"]) for row in found["findings"]] == [("orphan", "Alone")]
    assert SiteCheck.objects.count() == 1, "the check before is replaced"


@pytest.mark.parametrize("is_asked_for", [False, True])
@pytest.mark.parametrize("fails", [False, True])
def test_command_and_worker_do_not_share_a_check(site, monkeypatch, time_machine, is_asked_for, fails):
    """Both work at the same time, a step each."""
    time_machine.move_to(datetime(2026, 11, 30, 20, tzinfo=UTC))
    monkeypatch.setattr(running, "SLICE", -1)
    make_lonely()
    if is_asked_for:
        running.request_check()
        assert running.work()
    real = checking.Checker.check_page

    def work_too(checker, page):
        real(checker, page)
        monkeypatch.setattr(checking.Checker, "check_page", fail if fails else real)
        try:
            while running.work():
                pass
        except ZeroDivisionError:
            assert is_asked_for
        monkeypatch.setattr(checking.Checker, "check_page", work_too)

    def fail(checker, page):
        raise ZeroDivisionError

    monkeypatch.setattr(checking.Checker, "check_page", work_too)
    with pytest.raises(SystemExit):
        call_command("check_site")
    assert running.get_last().findings.count() == 1
    assert running.find_waiting() is None
    assert not running.work()


@pytest.fixture(autouse=True)
def nothing_runs():
    running._running.clear()
    yield
    running._running.clear()


def test_worker_checks_in_slices_between_other_jobs(site, monkeypatch):
    monkeypatch.setattr(running, "SLICE", -1)
    make_linked("One")
    running.request_check()
    assert running.work()
    assert running.request_check().pk == SiteCheck.objects.get().pk, "one request at a time"
    steps = 1
    while running.work():
        steps += 1
    assert steps == 2
    assert SiteCheck.objects.get().finished_at
    assert not running.work()


@pytest.mark.parametrize(
    ("hour", "age", "is_due"), [(11, 30, True), (11, None, True), (11, 10, False), (20, 30, False), (8, 30, False)]
)
def test_worker_checks_every_night(site, time_machine, hour, age, is_due):
    """In November the clinic's clock is 8 hours behind UTC."""
    now = datetime(2026, 11, 30, hour, 30, tzinfo=UTC)
    time_machine.move_to(now)
    if age:
        SiteCheck.objects.create(finished_at=now - timedelta(hours=age))
    assert (running.find_due() is not None) == is_due


def test_check_that_fails_is_not_tried_until_the_next_night(site, monkeypatch, time_machine):
    time_machine.move_to(datetime(2026, 11, 30, 20, tzinfo=UTC))

    def fail(run):
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(running, "check_site", fail)
    running.request_check()
    with pytest.raises(ZeroDivisionError):
        running.work()
    assert not running.work()


def test_stopped_worker_begins_the_check_again(site):
    make_lonely()
    run = running.request_check()
    run.started_at = timezone.now()
    run.save()
    SiteFinding.objects.create(check_run=run, kind="orphan", place="x", detail="x", fix_url="/")
    while running.work():
        pass
    assert [finding.place for finding in SiteFinding.objects.all()] == ["Alone"]


@pytest.mark.parametrize("role", ["editor", "manager", "frontdesk", "clinician"])
def test_only_editors_and_managers_see_the_report(site, role):
    make_lonely("<b>Alone</b>")
    find()
    client = Client()
    client.force_login(factories.make_user(role))
    response = client.get("/admin/reports/site-check/?kind=orphan&q=alone")
    may = role in ("editor", "manager")
    assert (response.status_code == 200) == may
    client.post("/admin/reports/site-check/")
    assert SiteCheck.objects.filter(finished_at=None).exists() == may
    if may:
        page = BeautifulSoup(response.content, "lxml")
        link = page.find("a", string=lambda text: text and "<b>Alone</b>" in text)
        assert link["href"] == f"/admin/pages/{Page.objects.get(title='<b>Alone</b>').pk}/edit/"
        assert "A check begins within a minute" in client.get("/admin/reports/site-check/").content.decode()
