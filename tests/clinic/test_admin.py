"""Test branding, menus and dashboard of the admin, for each role."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.admin.icons import get_icons

from clinic.keywords.grouping import add_keywords
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import KeywordGroup, PageKeyword
from tests import factories

ADMIN_CSS = Path(finders.find("clinic/css/admin.css"))


@pytest.fixture
def log_in(client, profile):
    def log_in_as(role):
        client.force_login(factories.make_user(role, first_name="Erin", last_name="Example"))
        return client

    return log_in_as


def html(client, path="/admin/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


class TestBranding:
    def test_login_page_shows_clinic_name(self, client, profile):
        profile.name = "Harbor Skin Clinic"
        profile.save()
        page = html(client, "/account/login/")
        assert "Harbor Skin Clinic" in page
        assert "clinic-mark" in page
        assert "Wagtail</" not in page
        assert "- Harbor Skin Clinic</title>" in page.replace("\n", "")

    def test_login_page_works_without_a_site(self, client, db):
        assert "clinic-mark" in html(client, "/account/login/")

    def test_sidebar_shows_name_mark_and_icon(self, log_in, profile):
        page = html(log_in("editor"))
        assert f'clinic-brand__name">{profile.name}' in page
        assert "clinic/img/admin-icon.svg" in page
        assert "clinic/css/admin.css" in page

    @pytest.mark.parametrize("path", ["clinic/css/admin.css", "clinic/img/admin-icon.svg", "bookings/desk.css"])
    def test_admin_static_files_exist(self, path):
        assert finders.find(path)

    @pytest.mark.parametrize("icon", ["requests", "opening-hours"])
    def test_icons_are_registered(self, db, icon):
        assert f'id="icon-{icon}"' in get_icons()

    def test_dashboard_loads_from_own_host_only(self, log_in):
        page = html(log_in("manager"))
        for attribute in ('src="http', 'href="http://', "gravatar", "//cdn"):
            assert attribute not in page


class TestMenus:
    @pytest.mark.parametrize(
        ("role", "shown", "hidden"),
        [
            ("editor", ["Pages", "Content", "Images", "Opening hours"], ["Cases"]),
            ("frontdesk", ["Cases"], ["Pages", "Content", "Images", "Opening hours", "Settings"]),
            ("clinician", ["Cases"], ["Pages", "Content", "Images", "Opening hours", "Settings"]),
            ("manager", ["Cases", "Pages", "Content", "Images", "Opening hours", "Staff accounts"], ["Groups"]),
            ("admin", ["Cases", "Pages", "Content", "Opening hours", "Staff accounts"], []),
        ],
    )
    def test_each_role_sees_its_own_menu(self, log_in, role, shown, hidden):
        labels = menu_labels(html(log_in(role)))
        assert [label for label in shown if label not in labels] == []
        assert [label for label in hidden if label in labels] == []

    def test_content_menu_lists_shared_content(self, log_in):
        labels = menu_labels(html(log_in("editor")))
        for label in (
            "Announcements",
            "Keywords",
            "People",
            "Search synonyms",
            "Testimonials",
            "Why choose us",
            "Article categories",
            "Areas of concern",
        ):
            assert label in labels

    def test_opening_hours_item_opens_the_editor(self, log_in):
        client = log_in("editor")
        assert '"url": "/admin/hours/"' in html(client)
        assert client.get("/admin/hours/", follow=True).status_code == 200

    def test_editor_can_open_the_profile(self, log_in, profile):
        assert "Emergency note" in html(log_in("editor"), f"/admin/settings/clinic/clinicprofile/{profile.site_id}/")


def menu_labels(page: str) -> set[str]:
    """Return all labels in the sidebar's properties."""
    props = re.search(r'<script id="wagtail-sidebar-props"[^>]*>(.*?)</script>', page, re.DOTALL)
    return set(labels_in(json.loads(props[1])))


def labels_in(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "label" and isinstance(value, str):
                yield value
            yield from labels_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from labels_in(value)


class TestEditorsDashboard:
    def test_dashboard_greets_user_by_name(self, log_in):
        assert "Good to see you, Erin Example" in html(log_in("editor"))

    def test_lists_drafts_and_pages_without_description(self, log_in):
        factories.make_article("A draft", live=False, has_unpublished_changes=True)
        factories.make_article("No description")
        factories.make_article("All done", search_description="Everything about it.")
        page = html(log_in("editor"))
        assert "A draft" in page
        assert "No description" in page
        assert "All done" not in page

    def test_offers_shortcuts_to_editors(self, log_in):
        index = factories.make_blog_index()
        treatments = factories.make_treatment_index()
        page = html(log_in("editor"))
        for path in (
            f"/admin/pages/add/blog/blogpage/{index.pk}/",
            f"/admin/pages/add/treatments/treatmentpage/{treatments.pk}/",
            "/admin/hours/",
            "/admin/snippets/clinic/announcement/add/",
            "/admin/keywords/",
        ):
            assert f'href="{path}' in page

    def test_no_article_shortcut_without_a_blog(self, log_in):
        assert "Write an article" not in html(log_in("editor"))

    def test_desk_does_not_see_editor_panel(self, log_in):
        factories.make_article("A draft", live=False, has_unpublished_changes=True)
        page = html(log_in("frontdesk"))
        assert "A draft" not in page
        assert "search description" not in page

    def test_manager_sees_both_panels(self, log_in):
        factories.make_article("A draft", live=False, has_unpublished_changes=True)
        factories.make_case(name="Ana Lima")
        page = html(log_in("manager"))
        assert "A draft" in page
        assert "1 thing to do." in page

    def test_query_count_does_not_grow_with_pages(self, log_in):
        client = log_in("editor")
        html(client)
        counts = []
        for number in range(1, 5):
            factories.make_article(f"Draft {number}", live=False, has_unpublished_changes=True)
            factories.make_article(f"Live {number}")
            with CaptureQueriesContext(connection) as captured:
                html(client)
            counts.append(len(captured))
        assert counts[0] == counts[-1]


class TestDashboardSearch:
    @pytest.mark.parametrize(
        ("role", "searches_cases", "searches_pages"),
        [
            ("editor", False, True),
            ("frontdesk", True, False),
            ("clinician", True, False),
            ("manager", True, True),
            ("admin", True, True),
        ],
    )
    def test_each_role_searches_what_it_can_open(self, log_in, home, role, searches_cases, searches_pages):
        page = BeautifulSoup(html(log_in(role)), "html.parser")
        hidden = page.select('.w-dashboard header form[action$="/pages/"]')  # a rule of admin.css
        actions = {form["action"] for form in page.select('.w-dashboard form[role="search"]') if form not in hidden}
        assert ("/admin/case/" in actions) is searches_cases
        assert any(action.startswith("/admin/pages/") for action in actions) is searches_pages

    def test_css_hides_page_search_without_root(self):
        assert '.w-dashboard header form[action$="/pages/"] { display: none; }' in ADMIN_CSS.read_text()


class TestLists:
    def test_keywords_list_counts_their_pages(self, log_in):
        used, unused = KeywordGroup.objects.create(name="botox"), KeywordGroup.objects.create(name="lonely")
        for title in ("One", "Two"):
            PageKeyword.objects.create(group=used, page=factories.make_article(title).page_ptr)
        client = log_in("editor")
        response = client.get("/admin/snippets/clinic/keywordgroup/")
        assert {row.name: row.page_count for row in response.context["object_list"]} == {used.name: 2, unused.name: 0}
        by_use = client.get("/admin/snippets/clinic/keywordgroup/", {"ordering": "-page_count"})
        assert [row.name for row in by_use.context["object_list"]] == [used.name, unused.name]

    def test_keywords_list_can_be_searched(self, log_in):
        add_keywords([ParsedKeyword("botox newport beach"), ParsedKeyword("laser")])
        response = log_in("editor").get("/admin/snippets/clinic/keyword/", {"q": "newport"})
        assert [row.phrase for row in response.context["object_list"]] == ["botox newport beach"]

    @pytest.mark.parametrize(
        "model",
        [
            "clinic/announcement",
            "clinic/keyword",
            "clinic/person",
            "clinic/synonym",
            "clinic/testimonial",
            "clinic/whychooseus",
            "blog/blogcategory",
            "treatments/areaofconcern",
        ],
    )
    def test_editor_can_list_and_add(self, log_in, model):
        client = log_in("editor")
        html(client, f"/admin/snippets/{model}/")
        html(client, f"/admin/snippets/{model}/add/")

    @pytest.mark.parametrize("role", ["frontdesk", "clinician"])
    def test_desk_cannot_open_keywords(self, log_in, role):
        assert log_in(role).get("/admin/snippets/clinic/keyword/").status_code == 302
