"""Test that every settings form keeps its versions, and puts an earlier one back."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.contrib.settings.registry import registry
from wagtail.models import RevisionMixin, Site

from bookings.models import ConsultationSettings
from clinic.models import ClinicProfile, IndexNow, Navigation
from tests import factories

KEPT = [ClinicProfile, ConsultationSettings, IndexNow, Navigation]


@pytest.fixture
def editor(client, profile):
    user = factories.make_user("editor", first_name="Maya", last_name="Example")
    client.force_login(user)
    return client


def edit_address(model) -> str:
    return reverse("wagtailsettings:edit", args=[*model._meta.label_lower.split("."), Site.objects.get().pk])


def address(kind: str, setting, *args) -> str:
    return reverse(f"{setting._meta.model_name}_{kind}", args=[setting.pk, *args])


def fill_in(client, path: str, **values) -> dict:
    """Return what the form at this address would send, with these values changed."""
    form = BeautifulSoup(client.get(path).content, "html.parser").select_one("form[method=POST], form[method=post]")
    data = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            data[field["name"]] = chosen["value"] if chosen else ""
        elif field.get("type") not in ("checkbox", "radio") or field.has_attr("checked"):
            data[field["name"]] = field.text if field.name == "textarea" else field.get("value", "")
    return data | values


def change_name(client, name: str, **values) -> None:
    path = edit_address(ClinicProfile)
    response = client.post(path, fill_in(client, path, name=name, **values))
    assert (response.status_code, response.url) == (302, path)


def test_every_settings_form_keeps_its_versions():
    assert [model for model in registry if not issubclass(model, RevisionMixin)] == []
    assert set(registry) == set(KEPT)


def test_history_says_who_changed_settings(editor, profile):
    change_name(editor, "First name")
    change_name(editor, "Second name")
    page = BeautifulSoup(editor.get(address("history", profile)).content, "html.parser")
    rows = [row.get_text(" ", strip=True) for row in page.select("main table tbody tr")]
    assert len(rows) == 3
    assert "Edited" in rows[0]
    assert "Maya Example" in rows[0]
    assert "Review this version" in rows[1]
    assert "Created" in rows[2]


def test_form_links_its_history(editor, profile):
    for model in KEPT:
        setting = model.for_site(Site.objects.get())
        assert address("history", setting) in editor.get(edit_address(model)).content.decode()
        assert editor.get(address("history", setting)).status_code == 200


def test_earlier_version_is_put_back(editor, profile):
    before = profile.name
    change_name(editor, "A wrong name", tagline="Oops")
    first = profile.revisions.order_by("pk").first()
    path = address("revert", profile, first.pk)
    page = editor.get(path).content.decode()
    assert "You are viewing a previous version" in page
    assert f'value="{before}"' in page
    response = editor.post(path, fill_in(editor, path))
    assert (response.status_code, response.url) == (302, edit_address(ClinicProfile))
    profile.refresh_from_db()
    assert profile.name == before
    assert profile.revisions.count() == 3
    history = editor.get(address("history", profile)).content.decode()
    assert "Reverted" in history or "reverted" in history


def test_links_of_the_profile_are_put_back(editor, profile):
    profile.social_links.create(name="Instagram", url="https://www.instagram.com/example")
    profile.save()
    path = edit_address(ClinicProfile)
    editor.post(path, fill_in(editor, path, **{"social_links-0-DELETE": "1"}))
    profile = ClinicProfile.objects.get()
    assert not profile.links
    path = address("revert", profile, profile.revisions.order_by("pk").first().pk)
    editor.post(path, fill_in(editor, path))
    assert [link.name for link in ClinicProfile.objects.get().links] == ["Instagram"]


def test_looking_at_a_version_changes_nothing(editor, profile):
    change_name(editor, "New name")
    editor.get(address("revert", profile, profile.revisions.order_by("pk").first().pk))
    profile.refresh_from_db()
    assert (profile.name, profile.revisions.count()) == ("New name", 2)


def test_versions_are_compared(editor, profile):
    before = profile.name
    change_name(editor, "New name")
    first, second = profile.revisions.order_by("pk")
    for last in (second.pk, "latest"):
        page = editor.get(address("compare", profile, first.pk, last)).content.decode()
        assert before in page
        assert "New name" in page


def test_menu_is_put_back(editor, profile, home):
    navigation = Navigation.for_site(Site.objects.get())
    path = edit_address(Navigation)
    block = {
        "menu-count": "1",
        "menu-0-deleted": "",
        "menu-0-order": "0",
        "menu-0-type": "link",
        "menu-0-id": "",
        "menu-0-value-page": "",
        "menu-0-value-address": "/consultation/",
        "menu-0-value-label": "Prices",
        "menu-0-value-children-count": "0",
        "footer-count": "0",
    }
    assert editor.post(path, block).status_code == 302
    assert len(Navigation.objects.get().menu) == 1
    editor.post(path, {"menu-count": "0", "footer-count": "0"})
    assert len(Navigation.objects.get().menu) == 0
    filled = navigation.revisions.order_by("pk")[1]
    path = address("revert", navigation, filled.pk)
    assert "/consultation/" in editor.get(path).content.decode()
    editor.post(path, block)
    assert Navigation.objects.get().menu[0].value["label"] == "Prices"


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
@pytest.mark.parametrize("kind", ["history", "history_results", "revert", "compare"])
def test_history_is_for_those_who_edit_the_settings(client, profile, role, kind):
    profile.save_revision()
    revision = profile.save_revision()
    args = {"revert": [revision.pk], "compare": [revision.pk, "latest"]}.get(kind, [])
    client.force_login(factories.make_user(role))
    assert client.get(address(kind, profile, *args)).status_code in (302, 403)
    client.logout()
    assert client.get(address(kind, profile, *args)).status_code == 302


def test_version_of_other_settings_is_not_found(editor, profile):
    other = ConsultationSettings.for_site(Site.objects.get()).save_revision()
    assert editor.get(address("revert", profile, other.pk)).status_code == 404
    assert editor.get(address("compare", profile, other.pk, "latest")).status_code == 404


def test_refused_settings_leave_no_version(editor, profile):
    path = edit_address(ClinicProfile)
    response = editor.post(path, fill_in(editor, path, name=""))
    assert response.status_code == 200
    assert profile.revisions.count() <= 1
    assert ClinicProfile.objects.get().name == profile.name
