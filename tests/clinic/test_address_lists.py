"""Check how lists of old addresses are read, and that nothing is saved that an editor has not seen."""

import io
import zipfile

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import ModelLogEntry, Site

from clinic.addresses import import_views
from clinic.addresses.importing import make_plan, save
from clinic.addresses.lists import MAX_LINES, NoListError, decode, read_text
from clinic.addresses.spelling import canonical
from clinic.models import GoneAddress, MissingAddress
from tests import factories
from tests.clinic.test_redirects import make_page

IMPORT = "/admin/redirects/import/"
TWO = [("/a", "/one/", "permanent"), ("/b", "/two/", "permanent")]


def read(text):
    return [(line.old, line.new, line.fault or str(line.kind)) for line in read_text(text).lines]


@pytest.mark.parametrize(
    "text",
    [
        "/a,/one/\n/b,/two/",
        "/a;/one/\n/b;/two/",
        "/a\t/one/\r\n/b\t/two/\r\n",
        "/a|/one/\n/b|/two/",
        "/a /one/\n/b   /two/",
        "old,new\n/a,/one/\n/b,/two/",
        "From;To\n/a;/one/\n/b;/two/",
        "Redirect from,Site,Redirect to\n/a,,/one/\n/b,,/two/",
        "new url,old url\n/one/,/a\n/two/,/b",
        '"/a","/one/"\n"/b","/two/"',
        "\n\n/a,/one/\n,,\n  \n/b,/two/\n\n",
        "/a , /one/ \n /b ,/two/",
        "a,one/\nb,two/\nhttps://x.example/,",
        "source,target,regex,code\n/a,/one/,0,301\n/b,/two/,0,301",
        "/a,/one/,301\n/b,/two/,moved permanently",
        "/a,/one/,a remark\n/b,/two/",
        "/a\r/one/\r".replace("\r/one/\r", ",/one/\r") + "/b,/two/",
        "https://www.old.example/a,https://www.old.example/one/\nhttp://old.example/b,/two/",
        "www.old.example/a,/one/\nold.example/b,/two/",
        "/a,/one/#\n/b,/two/#",
        "Redirects of the old site\nas of May,\nOld URL,New URL\n/a,/one/\n/b,/two/",
        "Redirect,,\n,,\nFrom,To,Notes\n/a,/one/,x\n/b,/two/,",
        "Redirect 301 /a /one/\nRedirectPermanent /b /two/",
        '  redirect permanent "/a"  /one/\nRedirect 308 /b /two/',
        "/a,/one/\nRedirect 301 /b /two/",
    ],
)
def test_list_shapes_that_mean_the_same(text):
    found = [line for line in read(text) if line[2] in ("permanent", "temporary", "gone")]
    hosts = "https://www.old.example"
    found = [(old, new.removeprefix(hosts).removesuffix("#"), kind) for old, new, kind in found]
    assert found == TWO or text.startswith("a,one")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/a,410", ("/a", "", "gone")),
        ("/a,gone", ("/a", "", "gone")),
        ("/a,,410", ("/a", "", "gone")),
        ("/a,/one/,302", ("/a", "/one/", "temporary")),
        ("/a?x=1&y=2,/one/", ("/a?x=1&y=2", "/one/", "permanent")),
        ("/about.html,/one/", ("/about.html", "/one/", "permanent")),
        ("about.html,/one/", ("/about.html", "/one/", "permanent")),
        ("/caf%C3%A9,/one/", ("/caf%C3%A9", "/one/", "permanent")),
        ("/a,one", ("/a", "/one", "permanent")),
        ("/a,https://x.example/y", ("/a", "https://x.example/y", "permanent")),
        ("/a<b>,/one/", ("/a<b>", "/one/", "permanent")),
        ("</a>,<https://x.example/y>", ("/a", "https://x.example/y", "permanent")),
        ("/a,x.example/y", ("/a", "https://x.example/y", "permanent")),
        ("/a#part,/one/", ("/a", "/one/", "permanent")),
        ("/a,", ("", "", "no_new")),
        (",/one/", ("", "", "no_old")),
        ("/a", ("", "", "no_new")),
        ("/blog/.*,/one/", ("", "", "pattern")),
        ("/blog/*,/one/", ("", "", "pattern")),
        ("javascript:alert(1),/one/", ("", "", "unreadable")),
        ("http://[x,/one/", ("", "", "unreadable")),
        ("mailto:a@b.example,/one/", ("", "", "unreadable")),
        ('"/a,/one/', ("", "", "no_new")),
    ],
)
def test_lines_that_are_understood_or_refused(line, expected):
    assert read(f"/first,/x/\n{line}")[1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about-us,contact\nold-team,about", [("/about-us", "/contact"), ("/old-team", "/about")]),
        ("old-page 410\nsecond-page 410", [("/old-page", ""), ("/second-page", "")]),
        ("page,contact us\nteam,about", [("/page", "/contact us"), ("/team", "/about")]),
        ("location,prices\nteam,about", [("/location", "/prices"), ("/team", "/about")]),
        ("Redirect /a /one/\nRedirect gone /b\nRedirect 410 /c", [("/a", "/one/"), ("/b", ""), ("/c", "")]),
        ("url,status\n/a,410\n/b,410", [("/a", ""), ("/b", "")]),
        ("url\n/a\n", [("", "")]),
        ("/a\nold,new\n/b,/two/", [("", ""), ("/old", "/new"), ("/b", "/two/")]),
    ],
)
def test_no_line_is_taken_for_headings(text, expected):
    assert [line[:2] for line in read(text)] == expected


def test_apache_says_how_long_a_redirect_lasts():
    text = "Redirect /a /x\nRedirectTemp /a /x\nRedirect 302 /a /x\nRedirectMatch 301 ^/a$ /x\nRedirect 410 /a"
    assert [line[2] for line in read(text)] == ["temporary", "temporary", "temporary", "pattern", "gone"]


def test_lines_have_the_numbers_of_the_file():
    lines = read_text('old,new\n\n/a,/one/\n"/b,/two/\n/c,/three/').lines
    assert [line.number for line in lines] == [3, 4, 5]
    assert [line.fault for line in lines] == ["", "no_new", ""]


def test_unknown_type_under_a_header_is_refused():
    assert read("old,new,type\n/a,/b/,teapot") == [("", "", "kind")]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("/café,/a".encode(), "/café,/a"),
        ("\ufeff/café,/a".encode(), "/café,/a"),
        ("/café,/a".encode("utf-16"), "/café,/a"),
        ("/cafe,/a".encode("utf-16-le"), "/cafe,/a"),
        ("/cafe,/a".encode("utf-16-be"), "/cafe,/a"),
        ("/café,/a".encode("cp1252"), "/café,/a"),
        (b"", ""),
    ],
)
def test_encodings_of_files(data, text):
    assert decode(data) == text


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03" * 50, b"\xff\xfe\x00", b"a" * 500 + b"\0"])
def test_file_that_is_no_text_is_refused(data):
    with pytest.raises(NoListError):
        read_text(decode(data))


@pytest.mark.parametrize("text", ["", "\n\n", " , ;\t", "/a,/b\n" * (MAX_LINES + 2)])
def test_empty_and_endless_lists_are_refused(text):
    with pytest.raises(NoListError):
        read_text(text)


# What a list changes


@pytest.fixture
def site(home):
    make_page("One")
    make_page("Two")
    make_page("Draft", live=False)
    return Site.objects.get()


def plan_of(text, site):
    return {row.line.number: (row.status, row.reason) for row in make_plan(read_text(text).lines, site).rows}


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        ("/a,/one/", "new", ""),
        ("/a,/one", "new", ""),
        ("/a,http://localhost/one/", "new", ""),
        ("https://old.example/a,https://old.example/one/", "new", ""),
        ("/a,/search/?q=x", "new", ""),
        ("/a,/blog/feed/", "new", ""),
        ("/a,https://elsewhere.example/x", "new", ""),
        ("/a,410", "new", ""),
        ("/draft/,/one/", "new", ""),
        ("/a,/chained/", "new", ""),
        ("/a,/nothing/", "refused", "Visitors would find nothing at /nothing/."),
        ("/a,/draft/", "refused", "Visitors would find nothing"),
        ("/a,/removed/", "refused", "Visitors would find nothing"),
        ("/a,/a/", "refused", "in a circle"),
        ("/a,/looped/", "refused", "in a circle"),
        ("/one/,/two/", "refused", "Visitors find a page at the old address"),
        ("/search/,/two/", "refused", "The site itself uses this address"),
        ("/search,/two/", "refused", "The site itself uses this address"),
        ("/admin/any/,/two/", "refused", "The site itself uses this address"),
        ("/robots.txt,/two/", "refused", "The site itself uses this address"),
        ("/blog/category/nothing/,/two/", "new", ""),
        ("/documents/999/a.pdf,/two/", "new", ""),
        ("/a,/documents/999/a.pdf", "refused", "Visitors would find nothing"),
        ("/a,/blog/category/nothing/", "refused", "Visitors would find nothing"),
        ("/the%72e/,/one/", "same", ""),
        ("/removed%2F,410", "same", ""),
        ("/blog/feed/,/two/", "refused", "Visitors find a page at the old address"),
        ("/,/two/", "refused", "home page"),
        ("/" + "a" * 260 + ",/two/", "refused", "longer than 255"),
        ("/a,https://elsewhere.example/" + "a" * 260, "refused", "longer than 255"),
        ("/a,ftp://elsewhere.example/", "refused", "cannot be read"),
        ("/a,//evil.example/", "refused", "cannot be read"),
        ("/a,javascript:alert(1)", "refused", "cannot be read"),
        ("/there,/one/", "same", ""),
        ("/there,/two/", "changed", "Led to"),
        ("/there,/one/,302", "changed", "Led to"),
        ("/there,410", "changed", "Led to"),
        ("/removed,410", "same", ""),
        ("/removed,/one/", "changed", "Was gone for good"),
        ("/by-itself,/two/", "new", ""),
    ],
)
def test_plan_says_what_each_line_changes(site, blog_index, line, status, reason):
    one = site.root_page.get_children().get(slug="one")
    Redirect.add_redirect("/there", one)
    Redirect.add_redirect("/chained", one)
    Redirect.add_redirect("/by-itself", one, automatically_created=True)
    Redirect.objects.create(old_path="/looped", redirect_link="/a/")
    GoneAddress.objects.create(path="/removed")
    found = plan_of(f"/first,/one/\n{line}", site)[2]
    assert found[0] == status
    assert reason in str(found[1])


def test_lines_of_one_list_are_checked_together(site):
    text = """/a,/one/
/a/,/one/
/a,/two/
/b,/a/
/c,/d/
/d,/c/
/e,/f/
/f,/nothing/
/g,/f/"""
    plan = plan_of(text, site)
    assert [plan[number][0] for number in range(1, 10)] == [
        "new", "same", "refused", "new", "refused", "refused", "refused", "refused", "refused",
    ]  # fmt: skip
    assert "Line 1 has the same old address" in plan[3][1]


def test_saved_list_changes_nothing_the_second_time(client, site):
    MissingAddress.objects.create(path="/a/", first_day="2026-01-01", last_day="2026-01-01")
    lines = read_text("/a,/one/\n/b,/a/\n/c,410\n/d?x=1,/search/?q=x,302").lines
    save(make_plan(lines, site), site, factories.make_user("editor"))
    assert make_plan(lines, site).counts == {"new": 0, "changed": 0, "same": 4, "refused": 0}
    assert [client.get(path).url for path in ("/a/", "/b/", "/d/?x=1")] == ["/one/", "/one/", "/search/?q=x"]
    assert client.get("/c/").status_code == 410
    assert MissingAddress.objects.get().state == "handled"
    assert ModelLogEntry.objects.filter(action="wagtail.create", label="/a").exists()
    save(make_plan(read_text("/a,/two/\n/b,410\n/c,/one/").lines, site), site, None)
    assert [client.get(path).status_code for path in ("/a/", "/b/", "/c/")] == [301, 410, 301]
    assert client.get("/a/").url == "/two/"


@pytest.mark.parametrize(
    "sign", ["%27", "%2C", "%28", "%29", "%26", "%21", "%2A", "%2B", "%2F", "%20", "%25", "%3B", "%E9"]
)
@pytest.mark.parametrize("result", ["/one/", "410"])
def test_escaped_signs_lead_on(client, site, sign, result):
    asked = f"/a{sign}b/"
    assert client.get(asked).status_code == 404
    plan = make_plan(read_text(f"{asked}\t{result}").lines, site)
    save(plan, site, None)
    assert client.get(asked).status_code == (410 if result == "410" else 301)
    assert make_plan(read_text(f"{asked}\t{result}").lines, site).counts["same"] == 1
    assert set(MissingAddress.objects.values_list("state", flat=True)) == {"handled"}


def test_any_text_has_one_spelling():
    for address in ("http://[x", "//[x/", "/%2F[x", "/a%00b", "/%zz%", "/;b;a?c&b=%26+%2B#d", "%", "", "/é%C3%A9%C3"):
        once = canonical(address)
        assert once.startswith("/")
        assert canonical(once) == once


def test_target_that_is_a_page_follows_it(client, site):
    save(make_plan(read_text("/a,/one/").lines, site), site, None)
    page = site.root_page.get_children().get(slug="one")
    assert Redirect.objects.get().redirect_page_id == page.pk


def test_5000_lines_are_planned_with_few_queries(site, django_assert_max_num_queries):
    text = "\n".join(f"/old/{number}.html,/one/" for number in range(5000))
    with django_assert_max_num_queries(12):
        plan = make_plan(read_text(text).lines, site)
    assert plan.counts["new"] == 5000
    with django_assert_max_num_queries(150):
        save(plan, site, None)
    assert Redirect.objects.count() == 5000


# In the admin


@pytest.fixture
def editor(client, site):
    client.force_login(factories.make_user("editor"))
    return client


def upload(name, data):
    return {"file": SimpleUploadedFile(name, data)}


def post_again(editor, response):
    page = BeautifulSoup(response.content, "lxml")
    form = page.find("textarea", hidden=True).find_parent("form")
    text = form.textarea.text.removeprefix("\n")
    return editor.post(IMPORT, {"text": text, "digest": form.select_one("[name=digest]")["value"], "save": "1"})


def make_workbook(*rows) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.csv", b"\n\xef\xbb\xbfold;new\r\n/a;/one/\r\n/x;/nothing/\r\n"),
        ("list.txt", "/a\t/one/\n/x\t/nothing/".encode("utf-16")),
        ("list.xlsx", make_workbook(["Old URL", "New URL"], [], ["/a", "/one/"], ["/x", "/nothing/"], [None, 5])),
        ("", b"/a,/one/\r\n/x,/nothing/"),
    ],
)
def test_list_is_shown_before_it_is_saved(editor, name, data):
    response = editor.post(IMPORT, upload(name, data) if name else {"text": data.decode()})
    text = BeautifulSoup(response.content, "lxml").get_text(" ", strip=True)
    assert "1 is new" in text
    assert "Visitors would find nothing at /nothing/" in text
    assert not Redirect.objects.exists()
    assert post_again(editor, response).status_code == 302
    assert Redirect.objects.get().old_path == "/a"
    response = editor.post(IMPORT, upload(name, data) if name else {"text": data.decode()})
    assert "There is nothing to save" in response.content.decode()


def test_redirect_that_changed_meanwhile_is_shown_again(editor, site):
    children = site.root_page.get_children()
    row = Redirect.add_redirect("/a", site.root_page)
    response = editor.post(IMPORT, {"text": "/a,/one/"})
    Redirect.objects.update(redirect_page=children.get(slug="two"))
    assert "Something has changed" in post_again(editor, response).content.decode()
    row.refresh_from_db()
    assert row.redirect_page.slug == "two"


def test_list_that_changed_meanwhile_is_shown_again(editor, site):
    response = editor.post(IMPORT, {"text": "/a,/one/\n/b,/one/"})
    Redirect.add_redirect("/a", site.root_page)
    again = post_again(editor, response)
    assert "Something has changed" in again.content.decode()
    assert Redirect.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({}, "Paste a list, or choose a file"),
        ({"text": "  \n "}, "Paste a list, or choose a file"),
        ({"text": ",,,"}, "no address in it"),
        (("a.csv", b""), "no address in it"),
        (("a.csv", b"\n\n"), "no address in it"),
        (("a.csv", b"x" * (1024 * 1024 + 1)), "larger than 1 MB"),
        (("a.csv", b"/a,/b\n" * (MAX_LINES + 2)), "more than 10,000 lines"),
        (("a.bin", bytes(range(256)) * 4), "cannot be read"),
        (("a.xlsx", b"PK\x03\x04broken"), "cannot be read"),
        (("a.xlsx", make_workbook()), "no address in it"),
    ],
)
def test_list_that_cannot_be_read_is_refused_in_words(editor, sent, reason):
    sent = upload(*sent) if isinstance(sent, tuple) else sent
    response = editor.post(IMPORT, sent)
    assert response.status_code == 200
    assert reason in response.content.decode()


def test_workbook_that_unpacks_to_too_much_is_refused(editor, monkeypatch):
    monkeypatch.setattr(import_views, "MAX_UNPACKED", 1000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "a" * 5000)
    assert "larger than" in editor.post(IMPORT, upload("a.xlsx", file.getvalue())).content.decode()


def test_hostile_lines_are_escaped(editor):
    html = editor.post(IMPORT, {"text": "/<script>alert(1)</script>,/one/\n/b,</textarea><b>x"}).content.decode()
    assert "<script>alert(1)" not in html
    assert "</textarea><b>" not in html


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_import_is_for_editors_and_managers(home, role):
    client = Client()
    client.force_login(factories.make_user(role))
    for path in (IMPORT, "/admin/gone-addresses/", "/admin/redirects/"):
        assert client.get(path).status_code == 302
    client.post(IMPORT, {"text": "/a,/", "digest": "1-0-0-0", "save": "1"})
    assert not Redirect.objects.exists()


def test_addresses_of_wagtails_import_lead_to_ours(editor):
    assert editor.get(f"{IMPORT}process/").url == IMPORT
    assert "Read the list" in editor.get(IMPORT).content.decode()
