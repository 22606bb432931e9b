"""Test that deleted pages stay in the trash for 30 days, and come back whole."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageLogEntry, Revision, Workflow

from blog.models import BlogIndexPage, BlogPage
from clinic.caching.version import renew
from clinic.management.commands import run_worker
from clinic.models import HomePage, StandardPage, TrashedPage, TrashPage
from clinic.undo import trash
from tests import factories
from tests.editing.forms import fill_in

NOW = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)  # noon in Los Angeles


@pytest.fixture
def manager(client, profile):
    client.force_login(factories.make_user("admin"))
    return client


@pytest.fixture
def branch(home):
    """Return a live page with a live child, a draft child and a live grandchild."""
    top = home.add_child(instance=StandardPage(title="About", slug="about"))
    live = top.add_child(instance=StandardPage(title="Team", slug="team"))
    top.add_child(instance=StandardPage(title="Plans", slug="plans", live=False))
    live.add_child(instance=StandardPage(title="Nurses", slug="nurses"))
    for page in (top, live):
        page.save_revision().publish()
    Redirect.add_redirect("/about-us", top, automatically_created=True)
    return Page.objects.get(pk=top.pk)


def delete(client, page, **data):
    return client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), data)


def restore(client, page, **changed):
    trashed = TrashedPage.objects.get(page=page)
    address = reverse("trash_restore", args=[trashed.pk])
    form = BeautifulSoup(client.get(address).content, "html.parser").select_one("main form[method=post]")
    fields = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    return client.post(address, {**fields, **changed})


def state(pages):
    """Return all that makes the pages what they are, in the database.

    The date of the last change is first noted when a page is published, and most of these never were.
    """
    rows = []
    for page in pages.order_by("path").specific():
        fields = {
            field.attname: getattr(page, field.attname)
            for field in page._meta.concrete_fields
            if field.name not in ("path", "latest_revision_created_at", "changed_at", "content_digest")
        }
        rows.append((page.get_parent().pk, fields, list(page.revisions.values_list("pk", flat=True))))
    return rows


def messages_of(client, response):
    page = BeautifulSoup(client.get(response["Location"], follow=True).content, "html.parser")
    return page.select_one(".messages").get_text(" ", strip=True)


def test_deleted_page_comes_back_with_children_addresses_and_history(manager, branch):
    pages = Page.objects.descendant_of(branch, inclusive=True)
    before, addresses = state(pages), ["/about/", "/about/team/", "/about/team/nurses/"]
    assert delete(manager, branch).status_code == 302
    assert [manager.get(address)["Location"] for address in addresses] == ["/"] * 3
    assert not Page.objects.get(pk=branch.pk).live
    assert restore(manager, branch).status_code == 302
    assert state(Page.objects.descendant_of(Page.objects.get(pk=branch.pk), inclusive=True)) == before
    assert [manager.get(address).status_code for address in addresses] == [200] * 3
    assert manager.get("/about-us/")["Location"].endswith("/about/")
    assert manager.get("/about/plans/").status_code == 404
    actions = PageLogEntry.objects.filter(page=branch.pk).values_list("action", flat=True)
    assert {"wagtail.create", "wagtail.unpublish", "wagtail.move", "wagtail.publish"} <= set(actions)
    assert not TrashedPage.objects.exists()


def test_visitors_go_to_the_chosen_page_until_it_is_back(manager, branch, home):
    other = home.add_child(instance=StandardPage(title="Other", slug="other"))
    old = ["/about-us/", "/about/", "/about/team/nurses/"]
    delete(manager, branch, send_to=other.pk)
    assert [manager.get(address)["Location"] for address in old] == ["/other/"] * 3
    restore(manager, branch)
    assert manager.get("/about-us/")["Location"] == "/about/"
    assert manager.get("/about/team/nurses/").status_code == 200


def test_visitors_still_go_there_when_the_trash_is_emptied(manager, branch, home):
    other = home.add_child(instance=StandardPage(title="Other", slug="other"))
    delete(manager, branch, send_to=other.pk)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        run_worker.empty_trash()
        for address in ("/about-us/", "/about/", "/about/team/nurses/"):
            assert manager.get(address)["Location"] == "/other/"


def test_draft_changes_come_back_as_a_draft(manager, branch):
    page = branch.specific
    page.title = "About us, soon"
    page.save_revision()
    delete(manager, branch)
    restore(manager, branch)
    page.refresh_from_db()
    assert (page.title, page.draft_title, page.live, page.has_unpublished_changes) == (
        "About",
        "About us, soon",
        True,
        True,
    )
    assert "About us, soon" not in manager.get("/about/").content.decode()


@time_machine.travel(NOW, tick=False)
def test_schedule_waits_in_the_trash(manager, branch):
    page = branch.specific
    page.title = "Next year"
    moment = NOW + timedelta(days=2)
    page.go_live_at = moment
    version = page.save_revision(approved_go_live_at=moment)
    delete(manager, branch)
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    restore(manager, branch)
    assert Revision.objects.get(approved_go_live_at=moment) == version


def test_message_says_until_when(manager, branch):
    with time_machine.travel(NOW, tick=False):
        response = delete(manager, branch)
        assert "“About” is in the trash until Dec 29." in messages_of(manager, response)


@pytest.mark.parametrize(("days", "is_kept"), [(29, True), (30, False), (31, False)])
def test_trash_is_emptied_after_30_days(manager, branch, days, is_kept):
    with time_machine.travel(NOW, tick=False):
        delete(manager, branch)
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        run_worker.empty_trash()
    assert Page.objects.filter(title__in=["About", "Team", "Plans", "Nurses"]).count() == (4 if is_kept else 0)
    assert TrashPage.objects.exists()


def test_worker_empties_the_trash():
    assert run_worker.empty_trash in run_worker.JOBS


def test_bulk_delete_goes_to_the_trash(manager, branch, home):
    other = home.add_child(instance=StandardPage(title="Other", slug="other"))
    child = branch.get_children().get(slug="team")
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    query = f"?id={branch.pk}&id={other.pk}&id={child.pk}"
    response = manager.post(address + query, {"next": reverse("wagtailadmin_explore", args=[home.pk])})
    assert "2 pages are in the trash" in messages_of(manager, response)
    assert set(TrashedPage.objects.values_list("page_id", flat=True)) == {branch.pk, other.pk}
    restore(manager, branch)
    assert manager.get("/about/team/").status_code == 200


def test_bulk_delete_of_what_cannot_be_deleted_changes_nothing(manager, branch):
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    root = Page.get_first_root_node()
    assert manager.post(f"{address}?id={root.pk}").status_code == 302
    assert not TrashedPage.objects.exists()


@pytest.mark.parametrize("slug", ["weiß", "é-ñ", "ЁЖ", "日本語", "a_b", "-", "Case-SLUG", "x" * 255])
def test_every_slug_of_a_page_is_taken_back(manager, home, slug):
    page = home.add_child(instance=StandardPage(title="Page", slug=slug))
    delete(manager, page)
    assert restore(manager, page).status_code == 302
    assert Page.objects.get(pk=page.pk).slug == slug


def test_aliases_come_back_with_the_page(manager, branch, home):
    other = home.add_child(instance=StandardPage(title="Other", slug="other"))
    child = branch.get_children().get(slug="team").specific
    aliases = [branch.specific.create_alias(update_slug="alias"), child.create_alias(parent=other)]
    aliases.append(aliases[0].create_alias(update_slug="alias-of-alias"))
    draft = branch.specific.create_alias(update_slug="draft")
    draft.unpublish()
    addresses = ["/alias/", "/other/team/", "/alias-of-alias/"]
    delete(manager, branch)
    assert [manager.get(address).status_code for address in addresses] == [302] * 3
    restore(manager, branch)
    assert [manager.get(address).status_code for address in addresses] == [200] * 3
    assert not Page.objects.get(pk=draft.pk).live


def test_alias_that_was_deleted_meanwhile_stays_in_the_trash(manager, branch):
    alias = branch.specific.create_alias(update_slug="alias")
    delete(manager, branch)
    delete(manager, alias)
    restore(manager, branch)
    assert not Page.objects.get(pk=alias.pk).live
    assert TrashedPage.objects.get().page_id == alias.pk


def test_slug_taken_meanwhile_is_asked_about(manager, branch, home):
    delete(manager, branch)
    home.refresh_from_db()
    home.add_child(instance=StandardPage(title="The new one", slug="about"))
    page = BeautifulSoup(restore(manager, branch).content, "html.parser")
    assert "The page “The new one” has this address now. Type another." in page.get_text(" ", strip=True)
    assert restore(manager, branch, slug="about-before").status_code == 302
    assert manager.get("/about-before/team/nurses/").status_code == 200
    back = Page.objects.get(pk=branch.pk).specific
    assert back.get_latest_revision_as_object().slug == "about-before"
    assert back.live_revision_id == back.latest_revision_id


def test_every_version_in_use_takes_the_new_slug(manager, branch, home):
    """Restoring any of them from the history, or its going live, keeps the page at its new address."""
    page = branch.specific
    page.title = "Goes live later"
    scheduled = page.save_revision(approved_go_live_at=timezone.now() + timedelta(days=9))
    page.title = "A draft"
    page.save_revision()
    delete(manager, branch)
    assert restore(manager, branch, slug="about-before").status_code == 302
    back = Page.objects.get(pk=branch.pk)
    later = back.revisions.get(approved_go_live_at__isnull=False)
    versions = {"About": back.live_revision, "Goes live later": later, "A draft": back.latest_revision}
    for title, version in versions.items():
        assert (version.as_object().title, version.as_object().slug) == (title, "about-before")
    assert back.has_unpublished_changes
    assert later.pk != scheduled.pk
    later.publish()
    assert Page.objects.get(pk=branch.pk).slug == "about-before"


@pytest.mark.parametrize("slug", ["search", "admin", "Consultation", "media"])
def test_address_of_the_site_is_refused(manager, branch, slug):
    delete(manager, branch)
    page = BeautifulSoup(restore(manager, branch, slug=slug).content, "html.parser")
    assert "This is an address of the site itself. Type another." in page.get_text(" ", strip=True)


@pytest.mark.parametrize("slug", ["", "a b", "a/b", "über", "x" * 256])
def test_address_that_cannot_be_is_refused(manager, branch, slug):
    delete(manager, branch)
    assert restore(manager, branch, slug=slug).status_code == 200
    assert TrashedPage.objects.exists()


def test_page_whose_parent_is_deleted_is_put_elsewhere(manager, branch, home):
    child = branch.get_children().get(slug="team")
    delete(manager, child)
    delete(manager, branch)
    page = restore(manager, child)
    assert page.status_code == 200
    assert page.context["form"].errors["parent"] == ["This field is required."]
    assert restore(manager, child, parent=home.pk).status_code == 302
    assert manager.get("/team/nurses/").status_code == 200


def test_parent_deleted_for_good_leaves_the_child_in_the_trash(manager, branch, home):
    child = branch.get_children().get(slug="team")
    delete(manager, child)
    delete(manager, branch)
    trash.delete_for_good(TrashedPage.objects.get(page=branch.pk))
    assert TrashedPage.objects.get().parent is None
    assert "Was under" in manager.get("/admin/trash/").content.decode()
    assert restore(manager, child, parent=home.pk).status_code == 302


def test_two_pages_with_one_slug_come_back_to_their_places(manager, branch, home):
    other = home.add_child(instance=StandardPage(title="Other", slug="other"))
    twin = other.add_child(instance=StandardPage(title="Twin", slug="about"))
    delete(manager, branch)
    delete(manager, twin)
    restore(manager, twin)
    restore(manager, branch)
    assert [manager.get(address).status_code for address in ("/about/", "/other/about/")] == [200, 200]
    assert manager.get("/about/team/").status_code == 200


@pytest.mark.parametrize("kind", ["article below home", "treatment in blog"])
def test_page_goes_back_only_where_it_can_be(manager, home, kind):
    page = factories.make_article("Peels") if kind.startswith("article") else factories.make_treatment("Peels")
    wrong = home if kind.startswith("article") else factories.make_blog_index()
    delete(manager, page)
    answer = restore(manager, page, parent=wrong.pk)
    assert answer.context["form"].errors["parent"] == ["A page of this type cannot be there. Choose another place."]


def test_second_index_is_refused_in_words(manager, home):
    index = factories.make_blog_index()
    delete(manager, index)
    assert BlogIndexPage.can_create_at(home)
    home.refresh_from_db()
    home.add_child(instance=BlogIndexPage(title="Journal", slug="journal"))
    assert not BlogIndexPage.can_create_at(home)
    answer = restore(manager, index)
    assert "There can be only one page of this type, and there is “Journal”." in answer.content.decode()


def test_home_page_cannot_be_deleted(manager, home):
    answer = delete(manager, home)
    assert "cannot be deleted" in messages_of(manager, answer)
    assert HomePage.objects.get().live
    assert not TrashedPage.objects.exists()


def test_trashed_pages_can_be_chosen_nowhere(manager, branch, home):
    delete(manager, branch)
    renew()  # It is renewed when the transaction is committed, which that of a test never is.
    for address in (
        reverse("wagtailadmin_choose_page") + "?page_type=wagtailcore.page",
        reverse("wagtailadmin_choose_page_search") + "?q=About",
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailadmin_home"),
        "/admin/api/main/pages/?child_of=1&for_explorer=1",
        "/search/?q=about",
        "/",
    ):
        page = BeautifulSoup(manager.get(address).content, "html.parser")
        answer = str(page.main or page)  # the admin's menu has an item "Trash"
        for title in ("About", "Trash"):
            found = page.find_all("a", string=re.compile(rf"^\s*{title}\s*$")) or f'"{title}"' in answer
            assert not found, (address, title)
    assert "/about/" not in manager.get("/sitemap.xml").content.decode()


@pytest.mark.parametrize("view", ["edit", "copy", "delete", "move"])
def test_page_in_the_trash_has_to_be_restored_first(manager, branch, view):
    delete(manager, branch)
    child = branch.get_children().first() or StandardPage.objects.get(slug="team")
    for page in (branch, child, TrashPage.objects.get()):
        for send in (manager.get, manager.post):
            if view == "edit" and send == manager.post and page.pk != TrashPage.objects.get().pk:
                continue  # see below
            answer = send(reverse(f"wagtailadmin_pages:{view}", args=[page.pk]))
            if view != "move":  # asks for a place first
                assert answer.status_code == 302
                assert answer["Location"] == "/admin/trash/"
    assert Page.objects.filter(slug="team").exists()


@pytest.mark.parametrize("button", ["action-publish", "action-submit", "none"])
@pytest.mark.parametrize("slug", ["about", "team"])
def test_form_that_was_open_when_its_page_was_deleted_is_kept(manager, branch, client, slug, button):
    page = Page.objects.get(slug=slug)
    typed = {
        **fill_in(page.specific, User.objects.get(pk=manager.session["_auth_user_id"])),
        "title": "Typed meanwhile",
        button: "1",
    }
    delete(manager, branch)
    answer = manager.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), typed, follow=True)
    assert answer.redirect_chain == [("/admin/trash/", 302)]
    assert "saved as its draft" in answer.content.decode()
    assert not Page.objects.get(pk=page.pk).live
    restore(manager, branch)
    page = Page.objects.get(pk=page.pk)
    assert (page.live, page.slug, page.has_unpublished_changes) == (True, slug, True)
    assert page.get_latest_revision_as_object().title == "Typed meanwhile"
    assert "Typed meanwhile" not in client.get(page.url).content.decode()


def test_page_in_the_trash_gets_no_child_and_no_neighbor(manager, branch, home):
    delete(manager, branch)
    add = reverse("wagtailadmin_pages:add", args=["clinic", "standardpage", branch.pk])
    assert manager.get(add)["Location"] == "/admin/trash/"
    other = home.add_child(instance=StandardPage(title="Other", slug="other"))
    move = reverse("wagtailadmin_pages:move_confirm", args=[other.pk, branch.pk])
    assert manager.post(move).status_code == 302
    assert Page.objects.get(pk=other.pk).get_parent().pk == home.pk


def test_bulk_actions_leave_the_trash_alone(manager, branch, home):
    delete(manager, branch)
    for action in ("publish", "unpublish", "move", "delete"):
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        manager.post(f"{address}?id={branch.pk}", {"chooser": home.pk})
    assert not Page.objects.get(pk=branch.pk).live
    assert TrashedPage.objects.filter(page=branch.pk).exists()


def test_delete_for_good_asks_first(manager, branch):
    delete(manager, branch)
    address = reverse("trash_delete", args=[TrashedPage.objects.get().pk])
    text = BeautifulSoup(manager.get(address).content, "html.parser").get_text(" ", strip=True)
    assert "This cannot be undone." in text
    assert "3 pages below it are deleted with it." in text
    assert Page.objects.filter(pk=branch.pk).exists()
    manager.post(address)
    assert not Page.objects.filter(title__in=["About", "Team", "Plans", "Nurses"]).exists()


@pytest.mark.parametrize(
    ("role", "status"), [("editor", 200), ("manager", 200), ("frontdesk", 302), ("clinician", 302)]
)
def test_only_who_edits_pages_sees_the_trash(client, profile, role, status):
    page = factories.make_article("Peels")
    trashed = trash.move_to_trash(page, None)
    client.force_login(factories.make_user(role))
    for address in ("/admin/trash/", "/admin/trash/results/"):
        assert client.get(address).status_code == status
    answers = [client.get(reverse(name, args=[trashed.pk])).status_code for name in ("trash_restore", "trash_delete")]
    assert answers == ([200, 200] if status == 200 else [404, 404])


def test_editor_deletes_and_restores_an_article(client, profile):
    client.force_login(factories.make_user("editor"))
    article = factories.make_article("Peels", slug="peels", date=date(2026, 3, 2))
    delete(client, article)
    assert client.get("/blog/peels/")["Location"] == "/blog/"
    assert restore(client, article).status_code == 302
    assert client.get("/blog/peels/").status_code == 200
    assert BlogPage.objects.get(pk=article.pk).translation_key == article.translation_key


def test_trash_list_shows_who_when_and_from_where(manager, branch):
    with time_machine.travel(NOW, tick=False):
        delete(manager, branch)
        words = BeautifulSoup(manager.get("/admin/trash/").content, "html.parser").main.get_text(" ", strip=True)
    for part in ("About", "Standard page", "Home", "admin", "Restore", "Delete for good"):
        assert part in words, part


def test_summary_counts_no_trashed_pages(manager, branch):
    def count():
        return int(
            re.search(r"(\d+)\s+Pages", BeautifulSoup(manager.get("/admin/").content, "lxml").main.get_text())[1]
        )

    before = count()
    delete(manager, branch)
    assert count() == before - 4


def test_running_workflow_ends_with_the_page(manager, branch, home):
    user = factories.make_user("editor")
    Workflow.objects.first().start(branch.specific, user)
    delete(manager, branch)
    assert branch.specific.current_workflow_state is None
    assert timezone.now() < TrashedPage.objects.get().kept_until


# A restored page in the list of its siblings

PLACES = [
    ("a", "abcd"),
    ("b", "abcd"),
    ("d", "abcd"),
    ("ab", "abcd"),
    ("ba", "abcd"),
    ("cb", "abcd"),
    ("abcd", "abcd"),
    ("dcba", "abcd"),
    ("ca", "abcd"),
    ("dbac", "abcd"),
]


@pytest.mark.parametrize(("deleted", "order"), PLACES)
def test_restored_pages_return_to_their_places(manager, home, deleted, order):
    pages = {slug: home.add_child(instance=StandardPage(title=slug, slug=slug)) for slug in order}
    for slug in deleted:
        delete(manager, pages[slug])
    for slug in reversed(deleted):
        restore(manager, pages[slug])
    found = home.get_children().filter(slug__in=pages).values_list("slug", flat=True)
    assert "".join(found) == order


def test_restored_page_follows_what_is_left_of_the_pages_before_it(manager, home):
    pages = {slug: home.add_child(instance=StandardPage(title=slug, slug=slug)) for slug in "abcd"}
    delete(manager, pages["c"])
    delete(manager, pages["b"])
    restore(manager, pages["c"])
    assert "".join(home.get_children().filter(slug__in=pages).values_list("slug", flat=True)) == "acd"


def test_page_restored_elsewhere_is_the_last_there(manager, branch, home):
    page = home.add_child(instance=StandardPage(title="Prices", slug="prices"))
    delete(manager, page)
    restore(manager, page, parent=branch.pk)
    assert [*branch.get_children().values_list("slug", flat=True)] == ["team", "plans", "prices"]
