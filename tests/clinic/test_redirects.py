"""Check that every address that a page ever had leads to it, or to what an editor chose, in one hop."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client, RequestFactory, TestCase
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from blog.models import BlogCategory
from clinic.addresses.middleware import find_redirect
from clinic.addresses.recording import forward
from clinic.management.commands import run_worker
from clinic.models import Announcement, Forwarding, StandardPage
from tests import factories

commit = TestCase.captureOnCommitCallbacks


def make_page(title, parent=None, **fields) -> StandardPage:
    if fields.get("live", True):
        fields["first_published_at"] = timezone.now()
    return (parent or factories.make_home()).add_child(instance=StandardPage(title=title, **fields))


def rename(page, slug) -> None:
    page.refresh_from_db()
    page.slug = slug
    with commit(execute=True):
        page.save_revision().publish()


def move(page, parent) -> None:
    with commit(execute=True):
        Page.objects.get(pk=page.pk).move(Page.objects.get(pk=parent.pk), "last-child")


def unpublish(page) -> None:
    with commit(execute=True):
        Page.objects.get(pk=page.pk).specific.unpublish()


def delete(page) -> None:
    with commit(execute=True):
        Page.objects.get(pk=page.pk).delete()


@pytest.fixture
def leads(client, home):
    """Return where an address leads: the path that answers 200 after at most one redirect, or the status."""

    def follow(path):
        response = client.get(path)
        if response.status_code in (301, 302):
            path = response.url.removeprefix("http://localhost")
            assert client.get(path).status_code == 200, f"second hop or dead end at {path}"
            return path
        return path if response.status_code == 200 else response.status_code

    return follow


@pytest.fixture
def page(home):
    return make_page("One")


@pytest.fixture
def other(home):
    return make_page("Other")


# Renamed and moved


def test_slug_back_and_forth_then_unpublish_does_not_loop(leads, page):
    for slug in ("two", "one"):
        rename(page, slug)
    assert leads("/one/") == leads("/two/") == "/one/"
    unpublish(page)
    assert leads("/one/") == leads("/two/") == "/"


@pytest.mark.parametrize("slugs", ["bcd", "bab", "bcbc", "bcacb"])
def test_redirect_leads_to_its_end_in_one_hop(leads, page, slugs):
    for slug in slugs:
        rename(page, slug)
    for slug in {"one", *slugs}:
        assert leads(f"/{slug}/") == f"/{slugs[-1]}/"


def test_moved_parent_redirects_every_child(leads, page, other):
    child = make_page("Child", page)
    make_page("Grandchild", child)
    rename(page, "uno")
    move(page, other)
    for old in ("/one", "/uno"):
        for path in ("/", "/child/", "/child/grandchild/"):
            assert leads(old + path) == f"/other/uno{path}"


def test_address_in_use_again_shows_its_new_page(leads, page, other):
    rename(page, "two")
    rename(other, "one")
    assert leads("/one/") == "/one/"
    rename(other, "three")
    assert leads("/one/") == "/three/"
    assert leads("/two/") == "/two/"


def test_old_address_without_slash_takes_one_hop(leads, page):
    rename(page, "two")
    assert leads("/one") == "/two/"


def test_address_without_slash_leads_to_its_live_page(leads, page, other):
    Redirect.add_redirect("/one/", other)
    assert leads("/one") == "/one/"


# The redirects of editors


@pytest.mark.parametrize(
    ("rows", "asked", "end"),
    [
        ({"/a": "/b/", "/b": "/other/"}, "/a/", "/other/"),
        ({"/a": "/b", "/b": "/c", "/c": "/other"}, "/a/", "/other/"),
        ({"/a": "http://localhost/other/"}, "/a/", "/other/"),
        ({"/a": "/other"}, "/a/", "/other/"),
        ({"/a": "/other/#top"}, "/a/", "/other/#top"),
        ({"/a": "/search/?q=x"}, "/a/", "/search/?q=x"),
        ({"/a": "/b/", "/b": "/a/"}, "/a/", 404),
        ({"/a": "/a/"}, "/a/", 404),
        ({"/a": "/nothing/"}, "/a/", 404),
        ({"/a": "/b/", "/b": "/c/"}, "/a/", 404),
        ({"/café": "/other/"}, "/caf%C3%A9/", "/other/"),
        ({"/a?page=2": "/other/"}, "/a/?page=2", "/other/"),
        ({"/a?page=2": "/other/"}, "/a/", 404),
    ],
)
def test_redirects_to_addresses_end_in_one_hop(leads, other, rows, asked, end):
    for old_path, link in rows.items():
        Redirect.objects.create(old_path=old_path, redirect_link=link)
    assert leads(asked) == end


def test_redirect_of_the_site_beats_one_of_all_sites(leads, page, other):
    for target in (page, page):  # two alike: the database allows them
        Redirect.objects.create(old_path="/a", redirect_page=target)
    Redirect.add_redirect("/a", other, site=other.get_site())
    assert leads("/a/") == "/other/"


def test_redirect_of_an_editor_beats_one_made_by_itself(leads, page, other):
    rename(page, "two")
    Redirect.add_redirect("/one/", other)
    assert leads("/one/") == "/other/"


def test_redirect_to_another_site_is_left_alone(client, home):
    Redirect.objects.create(old_path="/a", redirect_link="https://elsewhere.example/x?y=1")
    assert client.get("/a/?utm=1").url == "https://elsewhere.example/x?y=1&utm=1"


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        ("/one/?utm=1", "/two/?utm=1"),
        ("/one?utm=1&utm=2", "/two/?utm=1&utm=2"),
        ("/one/?q=caf%C3%A9%20au%20lait", "/two/?q=caf%C3%A9%20au%20lait"),
        ("/one/?", "/two/"),
        ("/a/?utm=1", "/two/?page=3&utm=1#top"),
        ("/c/?page=2", "/two/"),
    ],
)
def test_redirect_keeps_the_query(client, page, asked, end):
    rename(page, "two")
    Redirect.objects.create(old_path="/a", redirect_link="/two/?page=3#top")
    Redirect.objects.create(old_path="/c?page=2", redirect_page=page)
    Redirect.objects.create(old_path="/c", redirect_link="/")
    response = client.get(asked)
    assert (response.status_code, response.url) == (301, end)


def test_browsers_ask_again_for_an_old_address(client, page):
    rename(page, "two")
    assert client.get("/one/").headers["Cache-Control"] == "no-cache"


# Taken away


def test_unpublished_page_sends_visitors_to_the_page_above(client, leads, page):
    child = make_page("Child", page)
    rename(child, "kid")
    unpublish(child)
    assert leads("/one/kid/") == leads("/one/child/") == "/one/"
    assert client.get("/one/kid/").status_code == 302, "the page may come back"
    unpublish(page)
    assert leads("/one/kid/") == leads("/one/") == "/"


def test_unpublished_page_sends_visitors_to_the_chosen_page(leads, page, other):
    rename(page, "two")
    forward([page], other)
    unpublish(page)
    assert leads("/one/") == leads("/two/") == "/other/"
    unpublish(other)
    assert leads("/one/") == "/"


def test_pages_that_send_visitors_to_each_other_do_not_loop(leads, page, other):
    forward([page], other)
    forward([other], page)
    unpublish(page)
    unpublish(other)
    assert leads("/one/") == leads("/other/") == "/"


def test_page_that_comes_back_gets_its_visitors_back(leads, page, other):
    rename(page, "two")
    forward([page], other)
    unpublish(page)
    rename(page, "three")
    assert leads("/one/") == leads("/two/") == leads("/three/") == "/three/"
    unpublish(page)
    assert leads("/three/") == "/", "the choice was for the first time"


def test_expired_page_sends_visitors_to_its_parent(leads, page, monkeypatch):
    monkeypatch.setattr(run_worker, "close_old_connections", lambda: None)
    child = make_page("Child", page, expire_at=timezone.now() - timedelta(minutes=1))
    with commit(execute=True):
        run_worker.publish_scheduled()
    child.refresh_from_db()
    assert not child.live
    assert leads("/one/child/") == "/one/"


def test_deleted_pages_send_visitors_to_the_chosen_page(client, leads, page, other):
    child = make_page("Child", page)
    rename(child, "kid")
    rename(page, "two")
    forward([page], other)
    delete(page)
    for path in ("/one/", "/two/", "/one/child/", "/one/kid/", "/two/kid/"):
        assert leads(path) == "/other/"
        assert client.get(path).status_code == 301


def test_deleted_page_sends_visitors_to_the_page_above(leads, page):
    delete(make_page("Child", page))
    assert leads("/one/child/") == "/one/"
    delete(page)
    assert leads("/one/child/") == leads("/one/") == "/"


def test_redirect_of_an_editor_to_a_deleted_page_stays(leads, page, other):
    Redirect.add_redirect("/promo", page)
    forward([page], other)
    delete(page)
    assert leads("/promo/") == "/other/"


def test_unpublished_page_that_is_deleted_keeps_its_choice(leads, page, other):
    forward([page], other)
    unpublish(page)
    delete(page)
    assert leads("/one/") == "/other/"


def test_unpublished_page_below_a_renamed_one_is_no_dead_end(leads, page):
    """Texts link it at its new address, where it was never shown."""
    child = make_page("Child", page)
    unpublish(child)
    rename(page, "two")
    assert leads("/two/child/") == "/two/"


@pytest.mark.parametrize("kind", ["text", "button"])
def test_links_to_a_page_that_was_never_shown_are_left_out(client, leads, page, kind):
    draft = make_page("Draft", live=False)
    if kind == "text":
        body = [
            ("text", f'<p>See <a linktype="page" id="{draft.pk}">this</a>, and <a linktype="page" id="99">that</a></p>')
        ]
    else:
        body = [("call_to_action", {"heading": "Come", "text": "", "button": "Go", "page": draft})]
    linking = make_page("Linking", body=body)
    assert "/draft/" not in client.get("/linking/").content.decode()
    rename(draft, "draft")
    assert "/draft/" in client.get("/linking/").content.decode()
    unpublish(draft)
    assert "/draft/" in client.get("/linking/").content.decode()
    assert leads("/draft/") == "/"
    move(draft, Page.get_first_root_node())
    assert 'href="None"' not in client.get("/linking/").content.decode()
    assert linking.live


def test_page_moved_out_of_the_site_sends_visitors_home(leads, page):
    make_page("Child", page)
    root = Page.get_first_root_node()
    move(page, root)
    assert leads("/one/") == leads("/one/child/") == "/"
    move(page, factories.make_home())
    assert leads("/one/child/") == "/one/child/"


def test_page_put_aside_and_deleted_later_keeps_its_choice(leads, page, other):
    """A trash moves pages out of the site, and deletes them later."""
    child = make_page("Child", page)
    rename(page, "two")
    Redirect.add_redirect("/promo", child)
    forward([page], other)
    move(page, Page.get_first_root_node())
    for taken in (page, child):
        unpublish(taken)
    for path in ("/one/", "/two/", "/one/child/", "/promo/"):
        assert leads(path) == "/other/"
    delete(page)
    for path in ("/one/", "/two/", "/one/child/", "/promo/"):
        assert leads(path) == "/other/"


def test_page_that_comes_back_from_aside_has_its_addresses(leads, page, other):
    rename(page, "two")
    forward([page], other)
    move(page, Page.get_first_root_node())
    unpublish(page)
    move(page, factories.make_home())
    rename(page, "two")
    assert leads("/one/") == leads("/two/") == "/two/"


def test_draft_that_was_never_shown_leaves_no_address(client, page):
    delete(make_page("Draft", page, live=False))
    assert client.get("/one/draft/").status_code == 404


def test_redirect_to_a_draft_is_not_an_answer(leads, page):
    Redirect.add_redirect("/promo", make_page("Draft", page, live=False))
    assert leads("/promo/") == "/one/"


def test_private_page_is_nobodys_substitute(leads, page):
    child = make_page("Child", page)
    page.view_restrictions.create(restriction_type="login")
    unpublish(child)
    assert leads("/one/child/") == "/"


def test_address_without_a_redirect_costs_three_queries(client, home, django_assert_num_queries):
    request = RequestFactory().get("/nothing/", headers={"host": "localhost"})
    Site.find_for_request(request)
    with django_assert_num_queries(3):
        assert find_redirect(request) is None


# The dialogs of the admin


@pytest.fixture
def admin(client, home):
    """Return a function that opens a page of the admin, or posts to it, as one who may delete children too."""
    user = Client()
    user.force_login(factories.make_user("admin"))

    def send(path, data=None):
        with commit(execute=True):
            address = f"/admin/{path}"
            return user.get(address, follow=True) if data is None else user.post(address, data, follow=True)

    return send


def bulk(action, *pages) -> str:
    ids = "&".join(f"id={page.pk}" for page in pages)
    return f"bulk/wagtailcore/page/{action}/?next=/admin/&{ids}"


@pytest.fixture
def linked(page, other):
    """Link the page, and a page below it, from a text, from a button and from an announcement."""
    child = make_page("Child", page)
    linking = f'<p><a linktype="page" id="{page.pk}">One</a></p>'
    make_page("Linking", body=[("text", linking)])
    make_page("Inviting", body=[("call_to_action", {"heading": "Come", "text": "", "button": "Go", "page": child})])
    Announcement.objects.create(
        text="Read this", link_page=page, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1)
    )
    Redirect.add_redirect("/promo", page)
    return page


def dialogs(page, other) -> list[str]:
    return [
        f"pages/{page.pk}/unpublish/",
        f"pages/{page.pk}/delete/",
        f"pages/{page.pk}/move/{other.pk}/confirm/",
        bulk("unpublish", page),
        bulk("delete", page),
        bulk("move", page),
    ]


def test_dialogs_list_what_links_there_and_ask(admin, linked, other):
    for dialog in dialogs(linked, other):
        html = admin(dialog).content.decode()
        for place in ("Linking", "Inviting", "Read this"):
            assert place in html, dialog
        assert "Call to action" in html, dialog
        assert "(Redirect" not in html, dialog
        assert "Send visitors to" in html, dialog


def test_dialog_offers_the_page_above_first(admin, page):
    child = make_page("Child", page)
    html = admin(f"pages/{child.pk}/delete/").content.decode()
    assert BeautifulSoup(html, "lxml").find("input", {"name": "send_to"})["value"] == str(page.pk)


def test_draft_that_was_never_shown_asks_nothing(admin, page):
    draft = make_page("Draft", live=False)
    assert "Send visitors to" not in admin(f"pages/{draft.pk}/delete/").content.decode()


@pytest.mark.parametrize("dialog", range(6))
def test_dialog_sends_visitors_to_the_chosen_page(admin, leads, page, other, dialog):
    make_page("Child", page)
    target = make_page("Target")
    answer = {"send_to": target.pk, "include_descendants": "on", "chooser": other.pk}
    assert admin(dialogs(page, other)[dialog], answer).status_code == 200
    assert leads("/one/") == leads("/one/child/") == "/target/"


@pytest.mark.parametrize("dialog", range(6))
def test_dialog_without_an_answer_leads_to_no_dead_end(admin, leads, page, other, dialog):
    make_page("Child", page)
    admin(dialogs(page, other)[dialog], {"include_descendants": "on", "chooser": other.pk, "send_to": ""})
    assert leads("/one/child/") == ("/other/one/child/" if dialog in (2, 5) else "/")


@pytest.mark.parametrize("dialog", [0, 1, 3, 4])
@pytest.mark.parametrize("target", ["itself", "child", "draft", "private", "outside", "missing"])
def test_visitors_are_sent_to_no_page_that_they_cannot_open(admin, page, other, dialog, target):
    targets = {"itself": page, "child": make_page("Child", page), "draft": make_page("Draft", live=False)}
    targets |= {"private": make_page("Private"), "outside": Page.get_first_root_node()}
    targets["private"].view_restrictions.create(restriction_type="login")
    key = targets[target].pk if target in targets else 999
    answer = admin(dialogs(page, other)[dialog], {"send_to": key, "include_descendants": "on"}).content.decode()
    assert "annot" in answer or "valid choice" in answer
    page.refresh_from_db()
    assert page.live


# An alias goes with the page that it shows


@pytest.fixture
def alias(page):
    return page.create_alias(parent=make_page("Second home"), update_slug="alias")


@pytest.mark.parametrize("dialog", [0, 1, 3, 4])
def test_visitors_of_aliases_are_sent_along(admin, leads, page, other, alias, dialog):
    alias.create_alias(update_slug="alias-of-alias")
    target = make_page("Target")
    admin(dialogs(page, other)[dialog], {"send_to": target.pk})
    for path in ("/one/", "/second-home/alias/", "/second-home/alias-of-alias/"):
        assert leads(path) == "/target/"


@pytest.mark.parametrize("dialog", [0, 1, 3, 4])
def test_visitors_are_not_sent_to_an_alias_that_goes_too(admin, page, other, alias, dialog):
    assert "cannot be sent to" in admin(dialogs(page, other)[dialog], {"send_to": alias.pk}).content.decode()
    assert Page.objects.get(pk=page.pk).live


@pytest.mark.parametrize("dialog", range(6))
def test_links_to_aliases_are_listed_unless_pages_move(admin, page, other, alias, dialog):
    with commit(execute=True):
        make_page("Linking", body=[("text", f'<p><a linktype="page" id="{alias.pk}">there</a></p>')])
    assert ("Linking" in admin(dialogs(page, other)[dialog]).content.decode()) == (dialog not in (2, 5))


def test_alias_that_is_a_draft_stays_as_it_is(admin, page, alias):
    unpublish(alias)
    admin(f"pages/{page.pk}/unpublish/", {"send_to": make_page("Target").pk})
    assert not Forwarding.objects.filter(page=alias).exists()


def test_wrong_site_name_keeps_the_page_and_no_choice(admin, page, other):
    for number in range(10):
        make_page(f"Child {number}", page)
    admin(f"pages/{page.pk}/delete/", {"send_to": other.pk, "confirm_site_name": "wrong"})
    assert Page.objects.filter(pk=page.pk).exists()
    assert not Forwarding.objects.exists()


# The form for redirects


def add_redirect(admin, old_path="/old/", **fields):
    response = admin("redirects/add/", {"old_path": old_path, "is_permanent": "on"} | fields)
    return response.content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("/one/", "/one/"),
        ("/one", "/one"),
        (" /one/ ", "/one/"),
        ("/one/?q=1#top", "/one/?q=1#top"),
        ("/consultation/?treatment=botox", "/consultation/?treatment=botox"),
        ("/", "/"),
        ("http://localhost/one/?q=1", "/one/?q=1"),
        ("https://elsewhere.example/a", "https://elsewhere.example/a"),
        ("http://elsewhere.example", "http://elsewhere.example"),
        ("/promo/", "/promo/"),
    ],
)
def test_redirect_takes_a_path(admin, leads, page, typed, stored):
    Redirect.add_redirect("/promo/", page)
    add_redirect(admin, redirect_link=typed)
    row = Redirect.objects.get(old_path="/old")
    assert row.redirect_link == stored
    assert admin(f"redirects/{row.pk}/", {"old_path": "/older", "redirect_link": typed}).status_code == 200
    row.refresh_from_db()
    assert (row.old_path, row.redirect_link) == ("/older", stored)
    if stored.startswith("/"):
        assert leads("/older/")


@pytest.mark.parametrize(
    "typed",
    [
        "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "ftp://elsewhere.example/", "data:text/html,x",
        "one/", "www.elsewhere.example", "mailto:a@b.example", "/o ne/", "https://", "/one/\nX: y", "tel:1",
    ],
)  # fmt: skip
def test_redirect_to_another_scheme_is_refused(admin, page, typed):
    assert "Type a path of this site" in add_redirect(admin, redirect_link=typed)
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("typed", ["/nothing/", "/old/", "/old", "/old/?q=1", "http://localhost/old/", "/back/"])
def test_redirect_to_nothing_is_refused(admin, page, typed):
    Redirect.objects.create(old_path="/back", redirect_link="/old/")
    assert "Visitors would find nothing there" in add_redirect(admin, redirect_link=typed)
    assert not Redirect.objects.filter(old_path="/old").exists()


@pytest.mark.parametrize(
    "typed",
    [
        "/documents/999/a.pdf",
        "/media/gone.pdf",
        "/static/gone.css",
        "/media/",
        "/media/../db.sqlite3",
        "/static/%2e%2e/a",
        "/static/clinic/",
    ],
)
def test_redirect_to_a_missing_file_is_refused(admin, page, typed):
    assert "Visitors would find nothing there" in add_redirect(admin, redirect_link=typed)


def test_redirect_to_a_file_is_taken(admin, page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "list of prices.pdf").write_bytes(b"%PDF-1.4")
    for number, typed in enumerate(["/media/list%20of%20prices.pdf", "/static/clinic/img/mark.svg"]):
        add_redirect(admin, f"/old/{number}/", redirect_link=typed)
        assert Redirect.objects.get(old_path=f"/old/{number}").redirect_link == typed


# Links that are typed into a text


@pytest.mark.parametrize(
    "typed",
    [
        "/one/",
        "/one",
        "/one/?q=1#top",
        "/promo/",
        "/consultation/",
        "/hours.ics",
        "/",
        "http://localhost/one/",
        "HTTP://LOCALHOST:80/one/",
        "https://elsewhere.example/nothing/",
    ],
)
def test_link_in_a_text_leads_somewhere(admin, page, typed):
    Redirect.add_redirect("/promo/", page)
    answer = admin(
        "choose-external-link/", {"external-link-chooser-url": typed, "external-link-chooser-link_text": "x"}
    )
    assert answer.json()["step"] in ("external_link_chosen", "confirm_external_to_internal")


@pytest.mark.parametrize(
    "typed",
    [
        "/nothing/",
        "/one/two/",
        "/draft/",
        "http://localhost/nothing/",
        "/media/gone.pdf",
        "http://LOCALHOST:80/nothing/",
    ],
)
def test_link_in_a_text_to_nothing_is_refused(admin, page, typed):
    make_page("Draft", live=False)
    answer = admin(
        "choose-external-link/", {"external-link-chooser-url": typed, "external-link-chooser-link_text": "x"}
    )
    assert answer.json()["step"] == "external_link"
    assert "Visitors would find nothing there" in answer.json()["html"]


@pytest.mark.parametrize(
    "old_path", ["/one/", "/one", "/", "/one/?q=1", "/search/", "/consultation", "/hours.ics", "/admin/", "/one/#top"]
)
def test_redirect_from_where_something_is_shown_is_refused(admin, page, other, old_path):
    html = add_redirect(admin, old_path, redirect_page=other.pk)
    is_page = old_path.startswith("/one") or old_path == "/"
    assert ("Visitors find a page there" if is_page else "The site itself uses this address") in html
    assert not Redirect.objects.exists()


@pytest.mark.parametrize(
    "old_path",
    ["/draft/", "/one/two/", "/ONE/", "/one.html", "/search/old/", "/blog/category/nothing/", "/documents/999/a.pdf"],
)
def test_redirect_from_where_nothing_is_shown_is_taken(admin, page, blog_index, old_path):
    make_page("Draft", live=False)
    add_redirect(admin, old_path, redirect_page=page.pk)
    assert Redirect.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("/it%27s/", "/it%27s/"), ("/it%27s/", "/it's"), ("/it's", "/it%27s/"), ("/a b/", "/a%20b/"),
     ("/100%/", "/100%25/"), ("/a%3Bb", "/a%3Bb"), ("/x?q=it%27s", "/x?q=it's"), ("/x?q=a%26b", "/x?q=a%26b"),
     ("/caf%c3%a9", "/caf%C3%A9/")],
)  # fmt: skip
def test_redirect_works_however_its_signs_are_escaped(admin, leads, page, typed, asked):
    add_redirect(admin, typed, redirect_page=page.pk)
    assert leads(asked).partition("?")[0] == "/one/"
    assert "already exists" in add_redirect(admin, asked, redirect_page=page.pk)


def test_redirect_from_a_deleted_category_is_taken(admin, page, blog_index):
    category = BlogCategory.objects.create(name="Lips", slug="lips")
    assert "Visitors find a page there" in add_redirect(admin, "/blog/category/lips/", redirect_page=page.pk)
    category.delete()
    Redirect.objects.all().delete()
    add_redirect(admin, "/blog/category/lips/", redirect_page=page.pk)
    assert Redirect.objects.get().redirect_page_id == page.pk


def test_redirect_can_be_changed_when_a_page_took_its_address(admin, leads, page, other):
    row = Redirect.add_redirect("/two", page)
    make_page("Two")
    admin(f"redirects/{row.pk}/", {"old_path": "/two", "redirect_page": other.pk})
    row.refresh_from_db()
    assert row.redirect_page_id == other.pk


def test_redirect_from_a_page_to_itself_is_refused(admin, page):
    row = Redirect.add_redirect("/one", page)
    assert (
        "Visitors would find nothing there"
        in admin(f"redirects/{row.pk}/", {"old_path": "/one", "redirect_page": page.pk}).content.decode()
    )


def test_redirect_without_a_target_is_refused(admin, page):
    assert "Choose a page, or type an address" in add_redirect(admin)


@pytest.mark.parametrize("asked", ["/%2F[x/", "/[x/", "/%FF/", "/%25zz/"])
def test_odd_address_is_only_missing(client, home, asked):
    assert client.get(asked).status_code == 404
    assert client.get("/", PATH_INFO=f"//{asked[1:]}").status_code == 404
